import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { type EntraDirectory, entraDirectory } from '../../../bot/directory/entra.ts'
import { allPermissions } from '../../../bot/directory/permissions.ts'
import { runDoctor } from '../../../bot/doctor/doctor.ts'
import { groupId, tenantId, userId } from '../../../bot/identity/person.ts'
import { type CastKey, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import type { FaultRequest } from '../../../infra/practice/tenant/faults.ts'
import { startTenant, type Tenant } from '../../../infra/practice/tenant/tenant.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { testCertificates } from './local-server.ts'

const tenantGuid = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'
const catalogApp = '5e2f7a90-1c4b-4a8d-b3e6-7d9c0f1a2b34'
const mailFrom = 'helpbot@nordwind.example'
const people = 2600
const good = 'Violet-Harbour-47-Lantern'

/** Where a password goes that is known beforehand. */
const slotWith = (password: string) => ({ make: () => password, put() {} })

describe('Entra ID against a tenant that speaks Graph', () => {
  let tenant: Tenant
  let directory: EntraDirectory
  let folder: string
  let pauses: number[]

  before(async () => {
    const { server, app } = await testCertificates()
    folder = mkdtempSync(join(tmpdir(), 'tenant-'))
    writeFileSync(join(folder, 'app.pem'), `${app.key}${app.cert}`)
    tenant = await startTenant({
      tls: server,
      tenantId: tenantGuid,
      apps: [{ clientId, certificate: app.cert, permissions: allPermissions }],
      people,
      clock: () => new Date(),
    })
    directory = entraDirectory({
      settings: settings(),
      clock: () => new Date(),
      random: () => 0,
      sleep: async (milliseconds) => {
        pauses.push(milliseconds)
      },
    })
  })
  beforeEach(() => {
    pauses = []
  })
  afterEach(() => tenant.control.faults.clear())
  after(async () => {
    await tenant.close()
    rmSync(folder, { recursive: true })
  })
  const settings = () => ({
    tenantId: tenantGuid,
    clientId,
    authority: tenant.url,
    endpoint: tenant.url,
    certificate: join(folder, 'app.pem'),
    mailFrom,
  })
  const of = (key: CastKey) => userId.parse(wellKnown[key].id)
  const state = (key: CastKey) => tenant.control.user(wellKnown[key].id)
  const fault = (request: FaultRequest) => void tenant.control.faults.set(request)
  const failure = async (promise: Promise<unknown>): Promise<DirectoryError> => {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof DirectoryError, `expected a DirectoryError, got ${String(error)}`)
    return error
  }
  /** How often the tenant was asked this since then. */
  const watch = (method: string, end: RegExp) => {
    const before = new Set(tenant.control.requests().map(({ requestId }) => requestId))
    return () =>
      tenant.control
        .requests()
        .filter((one) => !before.has(one.requestId) && one.method === method && end.test(one.path)).length
  }
  const without = async (permission: string, act: () => Promise<void>) => {
    tenant.control.setPermission(clientId, permission, false)
    try {
      await act()
    } finally {
      tenant.control.setPermission(clientId, permission, true)
    }
  }

  it('reads people: cloud-only, synced, guest, disabled, and nobody', async () => {
    const ada = await directory.user(of('ada'))
    assert.equal(ada.displayName, 'Ada Lindqvist')
    assert.equal(ada.department, 'Sales')
    assert.equal(ada.sourceOfAuthority, 'entra')
    assert.equal(ada.userType, 'Member')
    assert.equal(ada.accountEnabled, true)
    assert.ok(ada.passwordChangedAt instanceof Date)
    assert.equal((await directory.user(of('kwame'))).sourceOfAuthority, 'on-premises')
    assert.equal((await directory.user(of('gil'))).userType, 'Guest')
    assert.equal((await directory.user(of('otto'))).accountEnabled, false)
    assert.deepEqual((await directory.user(of('tomas'))).otherMails, ['tomas.dvorak@letterbox.example'])
    const nobody = userId.parse('00000000-0000-4000-8000-000000000000')
    assert.equal((await failure(directory.user(nobody))).code, 'not-found')
  })

  it('finds managers, or says there is none', async () => {
    assert.equal((await directory.manager(of('ada')))?.id, of('maya'))
    assert.equal(await directory.manager(of('zoe')), undefined)
    const nobody = userId.parse('00000000-0000-4000-8000-000000000000')
    assert.equal((await failure(directory.manager(nobody))).code, 'not-found')
  })

  it('lists everybody’s manager, page by page', async () => {
    const sizes: number[] = []
    const managers = new Map<string, string | undefined>()
    for await (const page of directory.managers()) {
      sizes.push(page.length)
      for (const { person, manager } of page) managers.set(person, manager)
    }
    assert.ok(sizes.length >= 3 && sizes.every((size) => size <= 999), `pages of ${sizes}`)
    assert.ok(managers.size >= people, `${managers.size} people`)
    assert.equal(managers.get(of('ada')), of('maya'))
    assert.ok(managers.has(of('zoe')))
    assert.equal(managers.get(of('zoe')), undefined)
  })

  it('keeps on through trouble in the middle of the list', async () => {
    let seen = 0
    for await (const page of directory.managers()) {
      if (seen === 0) {
        fault({ class: 'users.read', kind: '429', retryAfterSeconds: 2 })
        fault({ class: 'users.read', kind: 'cut' })
        fault({ class: 'users.read', kind: 'half' })
      }
      seen += page.length
    }
    assert.ok(seen >= people)
    assert.equal(pauses[0], 2000)
    assert.equal(pauses.length, 3)
  })

  it('sees memberships, nested too', async () => {
    const plant = groupId.parse(wellKnownGroups.plantNetwork)
    const tierZero = groupId.parse(wellKnownGroups.tierZero)
    const sales = groupId.parse(wellKnownGroups.salesDashboard)
    assert.deepEqual(await directory.memberOf(of('lucas'), [sales, tierZero, plant]), [tierZero, plant])
  })

  it('sees through every way of being privileged, and agrees with the tenant about the whole cast', async () => {
    assert.deepEqual(await directory.privilege(of('ada')), { privileged: false, because: [] })
    const because = async (key: CastKey) => (await directory.privilege(of(key))).because.join('; ')
    assert.match(await because('ravi'), /directory role: Global Administrator/)
    assert.match(await because('helen'), /Helpdesk Administrator/)
    assert.match(await because('lucas'), /role-assignable group: Tier 0 Operators/)
    assert.match(await because('itHead'), /owner of role-assignable group: Tier 0 Operators/)
    for (const key of Object.keys(wellKnown) as CastKey[])
      assert.equal((await directory.privilege(of(key))).privileged, state(key).administrator, wellKnown[key].name)
  })

  it('sees a role that may be activated, and notices what changed a moment ago', async () => {
    tenant.control.assignRole(of('sam'), 'Groups Administrator', 'eligible')
    assert.match((await directory.privilege(of('sam'))).because.join(), /eligible role: Groups Administrator/)
    tenant.control.removeRole(of('sam'), 'Groups Administrator')
    assert.equal((await directory.privilege(of('sam'))).privileged, false)
  })

  it('does not call anybody unprivileged when it may not look', async () => {
    const refused = async () => assert.equal((await failure(directory.privilege(of('ada')))).code, 'refused')
    await without('RoleManagement.Read.Directory', refused)
    // Either lets the application read groups.
    await without('GroupMember.Read.All', () => without('GroupMember.ReadWrite.All', refused))
    fault({ class: 'roles', kind: '500', times: 'always' })
    assert.equal((await failure(directory.privilege(of('ada')))).code, 'unreachable')
  })

  it('sets a password once, to be changed at the next sign-in, and reads back when', async () => {
    const earlier = (await directory.user(of('ada'))).passwordChangedAt
    const writes = watch('PATCH', new RegExp(of('ada')))
    const { requestId } = await directory.setPassword(of('ada'), slotWith(good))
    assert.match(requestId ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(writes(), 1)
    const later = (await directory.user(of('ada'))).passwordChangedAt
    assert.ok(earlier && later && later > earlier)
    assert.equal(state('ada').mustChangePassword, true)
  })

  it('says truthfully why a password was not set', async () => {
    assert.equal((await failure(directory.setPassword(of('ada'), slotWith('short')))).code, 'policy')
    assert.equal((await failure(directory.setPassword(of('kwame'), slotWith(good)))).code, 'protected')
    assert.equal((await failure(directory.setPassword(of('ravi'), slotWith(good)))).code, 'refused')
    await without('User-PasswordProfile.ReadWrite.All', async () => {
      const error = await failure(directory.setPassword(of('ada'), slotWith(good)))
      assert.equal(error.code, 'refused')
      assert.match(error.detail, /Authorization_RequestDenied/)
    })
  })

  it('waits as told when throttled, then sets the password once', async () => {
    fault({ class: 'password', kind: '429', retryAfterSeconds: 5 })
    const before = state('tomas').passwordChangedAt
    await directory.setPassword(of('tomas'), slotWith(good))
    assert.deepEqual(pauses, [5000])
    assert.notEqual(state('tomas').passwordChangedAt, before)
  })

  it('does not send a password again after 503', async () => {
    fault({ class: 'password', kind: '503', retryAfterSeconds: 1 })
    const writes = watch('PATCH', new RegExp(of('tomas')))
    const error = await failure(directory.setPassword(of('tomas'), slotWith(good)))
    assert.equal(error.code, 'unreachable')
    assert.equal(error.maybeDone, true)
    assert.equal(writes(), 1)
    assert.deepEqual(pauses, [])
  })

  it('says it may be done when the connection broke after it was, and reading back tells', async () => {
    const before = state('maya').passwordChangedAt
    fault({ class: 'password', kind: 'cut-after' })
    const writes = watch('PATCH', new RegExp(of('maya')))
    const error = await failure(directory.setPassword(of('maya'), slotWith(good)))
    assert.equal(error.code, 'unreachable')
    assert.equal(error.maybeDone, true)
    assert.equal(writes(), 1)
    assert.notEqual((await directory.user(of('maya'))).passwordChangedAt?.toISOString(), before)
  })

  it('ends sessions, blocks sign-in and allows it again', async () => {
    const before = state('noor').sessionsRevokedAt
    await directory.revokeSessions(of('noor'))
    assert.notEqual(state('noor').sessionsRevokedAt, before)
    await directory.setAccountEnabled(of('noor'), false)
    assert.equal((await directory.user(of('noor'))).accountEnabled, false)
    await directory.setAccountEnabled(of('noor'), true)
    assert.equal(state('noor').accountEnabled, true)
    await without('User.RevokeSessions.All', async () => {
      assert.equal((await failure(directory.revokeSessions(of('noor')))).code, 'refused')
    })
    await without('User.EnableDisableAccount.All', async () => {
      assert.equal((await failure(directory.setAccountEnabled(of('noor'), false))).code, 'refused')
    })
  })

  it('installs the Teams app, twice without complaint', async () => {
    await directory.installTeamsApp(of('ada'), catalogApp)
    await directory.installTeamsApp(of('ada'), catalogApp)
  })

  it('sends a notice to a second address', async () => {
    const mail = {
      to: ['tomas.dvorak@letterbox.example'],
      subject: 'Your password was reset',
      text: 'Was it <b>you</b>?',
    }
    await directory.sendMail(mail)
    const received = tenant.control.mailbox('tomas.dvorak@letterbox.example').at(-1)
    assert.equal(received?.from, mailFrom)
    assert.equal(received?.contentType, 'text')
    assert.equal(received?.text, 'Was it <b>you</b>?')
  })

  it('shows photos as small images, or none', async () => {
    const photos = await Promise.all((['ada', 'maya', 'zoe'] as const).map((key) => directory.photo(of(key))))
    for (const photo of photos) assert.ok(photo === undefined || /^data:image\/(png|jpeg|gif);base64,/.test(photo))
  })

  it('works, until its certificate or the network does not', async () => {
    await directory.probe()
    fault({ class: 'users.read', kind: 'garbage', times: 'always' })
    assert.equal((await failure(directory.probe())).code, 'unreachable')
    tenant.control.faults.clear()
    const { app } = await makeCertificates()
    writeFileSync(join(folder, 'stranger.pem'), `${app.key}${app.cert}`)
    const stranger = entraDirectory({
      settings: { ...settings(), certificate: join(folder, 'stranger.pem') },
      clock: () => new Date(),
      random: () => 0,
      sleep: async () => {},
    })
    const error = await failure(stranger.probe())
    assert.equal(error.code, 'refused')
    assert.match(error.detail, /AADSTS/)
  })

  it('is found healthy by the doctor', async () => {
    const deps = { clock: () => new Date(), random: () => 0, sleep: async () => {}, fetch: globalThis.fetch }
    const findings = await runDoctor({ graph: settings(), teams: undefined }, deps)
    assert.deepEqual(
      findings.filter(({ status }) => status === 'missing').map(({ what, why }) => `${what}: ${why}`),
      [],
    )
    await without('User.RevokeSessions.All', async () => {
      const lacking = await runDoctor({ graph: settings(), teams: undefined }, deps)
      assert.deepEqual(
        lacking.filter(({ status }) => status === 'missing').map(({ what }) => what),
        ['User.RevokeSessions.All'],
      )
    })
  })
})
