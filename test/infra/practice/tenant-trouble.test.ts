import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { initialPassword, seedCompany, wellKnown, wellKnownGroups } from '../../../infra/practice/company/seed.ts'
import { clientId, codeIn, openPractice, type Practice } from './tenant-fixtures.ts'

const { ada, maya, tomas } = wellKnown

describe('trouble at the practice tenant', () => {
  let practice: Practice
  let now = new Date('2026-11-21T10:00:00Z')
  before(async () => {
    practice = await openPractice({ clock: () => now })
    await practice.token()
  })
  after(() => practice.close())
  afterEach(() => practice.tenant.control.faults.clear())

  const patch = (id: string, body: object) =>
    practice.ask(`/v1.0/users/${id}`, { method: 'PATCH', body: JSON.stringify(body) })
  const password = (value: string) => ({ passwordProfile: { password: value, forceChangePasswordNextSignIn: false } })
  const signsIn = async (id: string, value: string) =>
    (await practice.signIn(practice.tenant.company.person(id)?.userPrincipalName ?? '', value)).status === 200

  it('429, 503 and 500 come with Graph’s words, as often as was said, and nothing happens', async () => {
    const { faults } = practice.tenant.control
    faults.set({ class: 'users.read', kind: '429', times: 2, retryAfterSeconds: 3 })
    for (let time = 0; time < 2; time += 1) {
      const reply = await practice.ask('/v1.0/users?$top=1')
      assert.deepEqual([reply.status, codeIn(reply), reply.headers.get('retry-after')], [429, 'TooManyRequests', '3'])
    }
    assert.equal((await practice.ask('/v1.0/users?$top=1')).status, 200)
    for (const kind of ['503', '500'] as const) {
      faults.set({ class: 'password', kind })
      assert.equal((await patch(ada.id, password('Copper-Meadow-51'))).status, Number(kind))
    }
    assert.equal(await signsIn(ada.id, 'Copper-Meadow-51'), false)
    assert.deepEqual(faults.list(), [])
  })

  it('a fault of one class leaves the others alone, and one of all hits them', async () => {
    const { faults } = practice.tenant.control
    const { id } = faults.set({ class: 'groups', kind: '503', times: 'always' })
    assert.equal((await practice.ask('/v1.0/users?$top=1')).status, 200)
    assert.equal((await practice.ask('/v1.0/groups?$top=1')).status, 503)
    assert.equal((await practice.ask('/v1.0/groups?$top=1')).status, 503)
    faults.clear(id)
    faults.set({ class: 'all', kind: '500', times: 'always' })
    assert.equal((await practice.ask('/v1.0/groups?$top=1')).status, 500)
    assert.equal((await practice.signIn('x', 'y')).status, 500)
  })

  it('cut: nothing happened. cut-after: it happened, though nobody was told', async () => {
    const { faults } = practice.tenant.control
    faults.set({ class: 'password', kind: 'cut' })
    await assert.rejects(patch(tomas.id, password('Copper-Meadow-51')))
    assert.ok(await signsIn(tomas.id, initialPassword(practice.tenant.company, tomas.id)))
    faults.set({ class: 'password', kind: 'cut-after' })
    await assert.rejects(patch(tomas.id, password('Copper-Meadow-51')))
    assert.ok(await signsIn(tomas.id, 'Copper-Meadow-51'))
    assert.equal(practice.tenant.control.requests(50).filter((one) => one.status === 0).length, 2)
  })

  it('garbage cannot be read, half an answer ends early, slow ones come late', async () => {
    const { faults } = practice.tenant.control
    faults.set({ class: 'users.read', kind: 'garbage' })
    await assert.rejects(practice.ask('/v1.0/users?$top=1'), SyntaxError)
    faults.set({ class: 'users.read', kind: 'half' })
    await assert.rejects(practice.ask('/v1.0/users?$top=1'))
    faults.set({ class: 'users.read', kind: 'slow', delayMs: 80 })
    const started = performance.now()
    assert.equal((await practice.ask('/v1.0/users?$top=1')).status, 200)
    assert.ok(performance.now() - started >= 75)
  })

  it('reads see a write only after the replication delay', async () => {
    const { control } = practice.tenant
    const title = async () => (await practice.ask(`/v1.0/users/${maya.id}?$select=jobTitle`)).body.jobTitle
    const members = async () => {
      const reply = await practice.ask(`/v1.0/users/${maya.id}/memberOf?$select=id`)
      return (reply.body.value as { id: string }[]).map((one) => one.id)
    }
    control.setReplicationDelay(10_000)
    assert.equal((await patch(maya.id, { jobTitle: 'Head of Maps' })).status, 204)
    control.addMember(wellKnownGroups.financeReports, maya.id)
    control.removeMember(wellKnownGroups.salesDashboard, maya.id)
    assert.equal(await title(), 'Sales Manager')
    assert.ok((await members()).includes(wellKnownGroups.salesDashboard))
    assert.ok(!(await members()).includes(wellKnownGroups.financeReports))
    now = new Date(now.getTime() + 10_001)
    assert.equal(await title(), 'Head of Maps')
    assert.ok((await members()).includes(wellKnownGroups.financeReports))
    assert.ok(!(await members()).includes(wellKnownGroups.salesDashboard))
    control.setReplicationDelay(0)
  })

  it('the control works over HTTP, hears changes, and shows no secret', async () => {
    const { control, controlRouter } = practice.tenant
    const heard: string[] = []
    const stop = control.onChange((change) => heard.push(JSON.stringify(change)))
    const server = createServer(express().use('/control', controlRouter))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/control`
    const call = async (method: string, path: string, body?: object) => {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) }
    }
    try {
      assert.equal((await call('POST', '/faults', { class: 'mail', kind: '503' })).status, 201)
      assert.equal((await call('GET', '/faults')).json.length, 1)
      assert.equal((await call('DELETE', '/faults')).status, 204)
      assert.equal((await call('PATCH', `/users/${ada.id}`, { accountEnabled: false })).json.accountEnabled, false)
      assert.equal(
        (await call('PATCH', `/users/${ada.id}`, { accountEnabled: true, managerId: null })).json.managerId,
        null,
      )
      assert.equal((await call('PUT', `/users/${ada.id}/password`, { password: 'Copper-Meadow-51' })).status, 204)
      assert.ok(await signsIn(ada.id, 'Copper-Meadow-51'))
      assert.equal((await call('PUT', `/groups/${wellKnownGroups.itHelpDesk}/members/${ada.id}`)).status, 204)
      assert.ok(control.user(ada.id).groupIds.includes(wellKnownGroups.itHelpDesk))
      await call('POST', '/roles', { principalId: ada.id, role: 'User Administrator' })
      assert.ok(control.user(ada.id).administrator)
      await call('DELETE', `/roles/${ada.id}/User Administrator`)
      assert.ok(!control.user(ada.id).administrator)
      await call('DELETE', `/apps/${clientId}/permissions/Mail.Send`)
      assert.ok(!control.permissions(clientId).includes('Mail.Send'))
      assert.equal((await call('GET', '/people?search=lindqvist')).json[0].id, ada.id)
      const moved = { mail: 'ada.berg@nordwind.example', userPrincipalName: 'ada.berg@nordwind.example' }
      assert.equal((await call('PATCH', `/users/${ada.id}`, moved)).json.mail, moved.mail)
      assert.equal((await call('PATCH', `/users/${tomas.id}`, moved)).status, 409)
      assert.equal((await call('GET', '/users/ada.berg@nordwind.example')).json.id, ada.id)
      assert.equal((await call('PATCH', '/access-pass-policy', { leavesOut: [ada.id], onceOnly: true })).status, 204)
      assert.equal((await call('PATCH', '/access-pass-policy', { shortest: 1 })).status, 400)
      assert.equal((await call('POST', `/users/${ada.id}/access-pass`, { pass: 'Guess-1234' })).json.letIn, false)
      assert.equal((await call('GET', '/users/nobody')).status, 404)
      const wrong = await call('PUT', `/users/${ada.id}/password`, { password: ['Secret-Value-1'] })
      assert.equal(wrong.status, 400)
      assert.ok(!wrong.text.includes('Secret-Value-1'))
      const broken = await fetch(`${base}/users/${ada.id}/password`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{"password":"Secret-Value-2',
      })
      assert.equal(broken.status, 400)
      assert.ok(!(await broken.text()).includes('Secret-Value-2'))
      const said = [
        heard.join(),
        (await call('GET', '/requests')).text,
        (await call('GET', `/users/${ada.id}`)).text,
      ].join()
      assert.ok(heard.length > 5)
      assert.ok(!/Copper-Meadow-51|Bearer|eyJ/.test(said))
    } finally {
      stop()
      server.close()
      server.closeAllConnections()
    }
  })
})

describe('the practice company', () => {
  const clock = () => new Date('2026-11-21T10:00:00Z')
  const seed = (people: number, number = 1) => seedCompany({ people, seed: number, clock, tenantId: 'any' })

  it('is the same for the same seed, with the people a test needs', () => {
    const [one, other] = [seed(60), seed(60)]
    const all = [...one.users.values('latest')]
    assert.deepEqual(all, [...other.users.values('latest')])
    assert.equal(all.length, 60)
    assert.equal(all.filter((user) => user.onPremisesSyncEnabled === true).length, 12)
    assert.equal(all.filter((user) => user.userType === 'Guest').length, 3)
    assert.equal(one.person(ada.id)?.name, 'Ada Lindqvist')
    assert.notEqual(initialPassword(one, ada.id), initialPassword(other, ada.id))
    const names = (company: typeof one) => [...company.users.values('latest')].map((user) => user.displayName)
    assert.notDeepEqual(names(one), names(seed(60, 2)))
  })

  it('counts its administrators: those with a role, and those nested into one', () => {
    const company = seed(60)
    const administrators = [...company.users.values('latest')].filter((user) => company.isAdministrator(user.id))
    const { itHead, ravi, helen, lucas } = wellKnown
    assert.deepEqual(
      administrators.map((user) => user.id).sort(),
      [itHead, ravi, helen, lucas].map(({ id }) => id).sort(),
    )
  })

  it('gives every member an address of their own, and two of them one alias between them', () => {
    const all = [...seed(400).users.values('latest')]
    const mails = all.filter((user) => user.userType === 'Member').map(({ mail }) => mail?.toLowerCase())
    assert.ok(!mails.includes(undefined))
    assert.equal(new Set(mails).size, mails.length)
    for (const { mail, proxyAddresses } of all) assert.equal(proxyAddresses[0], `SMTP:${mail}`)
    const shared = all.filter((user) => user.proxyAddresses.includes('smtp:contracts@nordwind.example'))
    assert.deepEqual(
      shared.map(({ displayName }) => displayName),
      ['Clara Weiss', 'Nia Campbell'],
    )
  })

  it('can be big: a hundred thousand, all with names of their own', () => {
    const logins = new Set([...seed(100_000).users.values('latest')].map((user) => user.userPrincipalName))
    assert.equal(logins.size, 100_000)
  }).timeout(180_000)
})
