import assert from 'node:assert/strict'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { type EntraDirectory, entraDirectory } from '../../../bot/directory/entra.ts'
import { groupId, tenantId, userId } from '../../../bot/identity/person.ts'
import { type Answer, graphFault, json, type LocalServer, localServer } from './local-server.ts'

const anna = userId.parse('0a000000-0000-4000-8000-000000000001')
const boss = userId.parse('0a000000-0000-4000-8000-000000000002')
const groups = Array.from({ length: 45 }, (_, n) =>
  groupId.parse(`0b000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`),
)

/** Where a password goes that is known beforehand. */
const slotWith = (password: string) => ({ make: () => password, put() {} })

describe('Entra ID', () => {
  let server: LocalServer
  let directory: EntraDirectory
  let routes: Record<string, Answer>

  before(async () => {
    server = await localServer((request, response) => {
      const route = routes[`${request.method} ${request.path.replace('/v1.0', '')}`]
      if (route === undefined) return json(response, 404, graphFault('Request_ResourceNotFound', request.path))
      route(request, response)
    })
    directory = make('helpbot@nordwind.example')
  })
  const make = (mailFrom: string | undefined) =>
    entraDirectory({
      settings: {
        tenantId: tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'),
        clientId: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43',
        authority: server.url,
        endpoint: server.url,
        certificate: '/nowhere',
        mailFrom,
      },
      clock: () => new Date('2026-03-01T12:00:00Z'),
      random: () => 0,
      sleep: async () => {},
      tokens: { token: async () => 'token' },
    })
  beforeEach(() => {
    server.seen.length = 0
    routes = {}
  })
  after(() => server.close())
  const say =
    (status: number, body?: unknown): Answer =>
    (_request, response) =>
      body === undefined ? response.writeHead(status, { 'request-id': 'r' }).end() : json(response, status, body)
  const sent = (n = -1): unknown => JSON.parse(server.seen.at(n)?.body ?? '')

  it('reads a person; null and absent are unknown', async () => {
    routes[`GET /users/${anna}`] = say(200, {
      id: anna.toUpperCase(),
      displayName: 'Anna Berg',
      givenName: 'Anna',
      userPrincipalName: 'anna@nordwind.example',
      mail: null,
      otherMails: ['anna@home.example'],
      accountEnabled: true,
      userType: 'Member',
      onPremisesSyncEnabled: true,
      lastPasswordChangeDateTime: '2026-02-01T08:00:00Z',
    })
    assert.deepEqual(await directory.user(anna), {
      id: anna,
      displayName: 'Anna Berg',
      givenName: 'Anna',
      userPrincipalName: 'anna@nordwind.example',
      mail: undefined,
      otherMails: ['anna@home.example'],
      department: undefined,
      jobTitle: undefined,
      accountEnabled: true,
      userType: 'Member',
      sourceOfAuthority: 'on-premises',
      passwordChangedAt: new Date('2026-02-01T08:00:00Z'),
      createdAt: undefined,
    })
    await assert.rejects(directory.user(boss), { code: 'not-found' })
  })

  it('tells no manager from no such person', async () => {
    routes[`GET /users/${anna}`] = say(200, { id: anna })
    assert.equal(await directory.manager(anna), undefined)
    await assert.rejects(directory.manager(boss), { code: 'not-found' })
    routes[`GET /users/${anna}/manager`] = say(200, {
      '@odata.type': '#microsoft.graph.user',
      id: boss,
      userPrincipalName: 'boss@nordwind.example',
    })
    assert.equal((await directory.manager(anna))?.id, boss)
    routes[`GET /users/${anna}/manager`] = say(200, { '@odata.type': '#microsoft.graph.orgContact', id: boss })
    assert.equal(await directory.manager(anna), undefined)
  })

  it('asks for group membership twenty groups at a time', async () => {
    routes[`POST /users/${anna}/checkMemberGroups`] = (request, response) => {
      const { groupIds }: { groupIds: string[] } = JSON.parse(request.body)
      json(response, 200, { value: groupIds.filter((id) => id.endsWith('3')) })
    }
    const found = await directory.memberOf(anna, groups)
    assert.deepEqual(
      found,
      groups.filter((id) => id.endsWith('3')),
    )
    assert.equal(server.seen.length, 3)
    assert.deepEqual(await directory.memberOf(anna, []), [])
  })

  it('sets a password alone, to be changed at the next sign-in', async () => {
    routes[`PATCH /users/${anna}`] = say(204)
    assert.deepEqual(await directory.setPassword(anna, slotWith('Hush-7')), { requestId: 'r' })
    assert.deepEqual(sent(), { passwordProfile: { password: 'Hush-7', forceChangePasswordNextSignIn: true } })
  })

  const person = (onPremisesSyncEnabled: boolean | null) =>
    say(200, { id: anna, userPrincipalName: 'anna@nordwind.example', onPremisesSyncEnabled })
  const badRequest = (message: string) => say(400, graphFault('Request_BadRequest', message))

  it('says of a synced account that it is looked after elsewhere, whatever Graph’s words', async () => {
    routes[`PATCH /users/${anna}`] = badRequest('Unable to update the specified properties: password.')
    routes[`GET /users/${anna}`] = person(true)
    await assert.rejects(directory.setPassword(anna, slotWith('Hush-7')), {
      code: 'protected',
      requestId: 'in-the-body',
    })
  })

  it('says of a password that is not accepted that it is not', async () => {
    routes[`GET /users/${anna}`] = person(null)
    routes[`PATCH /users/${anna}`] = badRequest('The specified password does not comply with complexity requirements.')
    await assert.rejects(directory.setPassword(anna, slotWith('Hush-7')), { code: 'policy' })
    routes[`PATCH /users/${anna}`] = badRequest('Something else.')
    await assert.rejects(directory.setPassword(anna, slotWith('Hush-7')), { code: 'refused' })
    delete routes[`GET /users/${anna}`]
    await assert.rejects(directory.setPassword(anna, slotWith('Hush-7')), { code: 'refused' })
  })

  it('blocks sign-in and ends sessions in calls of their own', async () => {
    routes[`PATCH /users/${anna}`] = say(204)
    routes[`POST /users/${anna}/revokeSignInSessions`] = say(200, { value: true })
    await directory.setAccountEnabled(anna, false)
    assert.deepEqual(sent(), { accountEnabled: false })
    await directory.revokeSessions(anna)
    assert.equal(server.seen.at(-1)?.body, '')
  })

  it('installs the Teams app; installed already is as good', async () => {
    const path = `POST /users/${anna}/teamwork/installedApps`
    routes[path] = say(201)
    const app = '5e2f7a90-1c4b-4a8d-b3e6-7d9c0f1a2b34'
    await directory.installTeamsApp(anna, app)
    assert.deepEqual(sent(), { 'teamsApp@odata.bind': `${server.url}/v1.0/appCatalogs/teamsApps/${app}` })
    routes[path] = say(409, graphFault('Conflict', 'Application is already installed'))
    assert.deepEqual(await directory.installTeamsApp(anna, app), { requestId: 'in-the-body' })
    routes[path] = say(403, graphFault('Forbidden', 'No'))
    await assert.rejects(directory.installTeamsApp(anna, app), { code: 'refused' })
  })

  it('sends plain text from the notice mailbox and keeps no copy', async () => {
    routes['POST /users/helpbot%40nordwind.example/sendMail'] = say(202)
    await directory.sendMail({ to: ['anna@home.example'], subject: 'Your\r\nBcc: password', text: '<b>Hello</b>' })
    assert.deepEqual(sent(), {
      message: {
        subject: 'Your Bcc: password',
        body: { contentType: 'Text', content: '<b>Hello</b>' },
        toRecipients: [{ emailAddress: { address: 'anna@home.example' } }],
      },
      saveToSentItems: false,
    })
  })

  it('sends no mail without a mailbox, without recipients or to something else', async () => {
    const mail = { to: ['anna@home.example'], subject: 'Hello', text: 'Hello' }
    await assert.rejects(make(undefined).sendMail(mail), { code: 'refused', detail: /NOTICE_MAILBOX is not set/ })
    for (const to of [[], ['anna'], Array.from({ length: 21 }, () => 'anna@home.example')])
      await assert.rejects(directory.sendMail({ ...mail, to }), { code: 'policy' })
    assert.equal(server.seen.length, 0)
  })

  it('shows a small photo and nothing else', async () => {
    const path = `GET /users/${anna}/photos/96x96/$value`
    const image =
      (type: string, size: number): Answer =>
      (_request, response) =>
        response.writeHead(200, { 'content-type': type }).end(Buffer.alloc(size))
    assert.equal(await directory.photo(anna), undefined)
    routes[path] = image('image/jpeg', 3)
    assert.equal(await directory.photo(anna), 'data:image/jpeg;base64,AAAA')
    for (const [type, size] of [
      ['image/svg+xml', 3],
      ['text/html', 3],
      ['image/jpeg', 65_537],
    ] as const) {
      routes[path] = image(type, size)
      assert.equal(await directory.photo(anna), undefined)
    }
  })

  it('says truthfully whether it works', async () => {
    routes['GET /users'] = say(200, { value: [] })
    await directory.probe()
    routes['GET /users'] = say(403, graphFault('Authorization_RequestDenied', 'No'))
    await assert.rejects(directory.probe(), (error) => error instanceof DirectoryError && error.code === 'refused')
  })

  it('carries the caller’s correlation id to Microsoft', async () => {
    routes['GET /users'] = say(200, { value: [] })
    await directory.correlated('aaaaaaaa-0000-4000-8000-000000000000').probe()
    assert.equal(server.seen[0]?.headers['client-request-id'], 'aaaaaaaa-0000-4000-8000-000000000000')
  })
})
