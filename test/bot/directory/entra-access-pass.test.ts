import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { entraDirectory } from '../../../bot/directory/entra.ts'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { type CastKey, wellKnown } from '../../../infra/practice/company/cast.ts'
import { type Answer, graphFault, json, type LocalServer, localServer } from './local-server.ts'
import { failure, openTenantDirectory, type TenantDirectory } from './tenant-directory.ts'

const of = (key: CastKey) => userId.parse(wellKnown[key].id)
const minutes = 60_000
const hour = { lifetimeMinutes: 60, once: true }
const passes = /temporaryAccessPassMethods$/

describe('Temporary Access Passes', () => {
  let practice: TenantDirectory
  let now = new Date('2026-11-21T10:00:00Z')
  before(async () => {
    practice = await openTenantDirectory({ clock: () => now })
  })
  beforeEach(() => {
    practice.pauses.length = 0
  })
  afterEach(() => {
    const { control } = practice.tenant
    control.faults.clear()
    control.setAccessPassPolicy({ enabled: true, leavesOut: new Set(), onceOnly: false, replaces: true, longest: 1440 })
  })
  after(() => practice.close())
  const uses = (key: CastKey, pass: string) => practice.tenant.control.useAccessPass(wellKnown[key].id, pass)
  const kept = (key: CastKey) => practice.tenant.control.accessPass(wellKnown[key].id)

  it('signs in once, and reading back shows that it was made and then that it was used', async () => {
    const { pass, passId, startsAt, lifetimeMinutes, requestId } = await practice.directory.issueAccessPass(
      of('ada'),
      hour,
    )
    assert.match(requestId ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(lifetimeMinutes, 60)
    assert.equal(startsAt.toISOString(), now.toISOString())
    assert.deepEqual(await practice.directory.accessPasses(of('ada')), [{ id: passId, createdAt: now, usable: true }])
    assert.equal(uses('ada', `${pass}x`), false)
    assert.equal(uses('maya', pass), false)
    assert.equal(uses('ada', pass), true)
    assert.equal(uses('ada', pass), false)
    assert.deepEqual(await practice.directory.accessPasses(of('ada')), [{ id: passId, createdAt: now, usable: false }])
    assert.deepEqual(await practice.directory.accessPasses(of('zoe')), [])
  })

  it('signs in as often as one likes where it is not for once, until its time is over', async () => {
    const { pass } = await practice.directory.issueAccessPass(of('noor'), { lifetimeMinutes: 30, once: false })
    assert.equal(uses('noor', pass), true)
    assert.equal(uses('noor', pass), true)
    now = new Date(now.getTime() + 30 * minutes)
    assert.equal(uses('noor', pass), false)
    assert.equal((await practice.directory.accessPasses(of('noor')))[0]?.usable, false)
  })

  it('does not let in a disabled account', async () => {
    const { pass } = await practice.directory.issueAccessPass(of('otto'), hour)
    assert.equal(uses('otto', pass), false)
  })

  it('takes the place of an earlier one', async () => {
    const first = await practice.directory.issueAccessPass(of('tomas'), hour)
    const second = await practice.directory.issueAccessPass(of('tomas'), hour)
    assert.notEqual(second.passId, first.passId)
    assert.equal(uses('tomas', first.pass), false)
    assert.equal(uses('tomas', second.pass), true)
  })

  it('says that there is one already where the directory makes no second', async () => {
    practice.tenant.control.setAccessPassPolicy({ replaces: false })
    const { pass } = await practice.directory.issueAccessPass(of('zoe'), hour)
    const error = await failure(practice.directory.issueAccessPass(of('zoe'), hour))
    assert.equal(error.code, 'conflict')
    assert.match(error.sentence, /already/)
    assert.equal(error.maybeDone, false)
    assert.ok(!inspect(error, { depth: 10 }).includes(pass))
    assert.equal(uses('zoe', pass), true)
    await practice.directory.issueAccessPass(of('zoe'), hour)
  })

  it('says that the company’s rules do not allow it', async () => {
    const { control } = practice.tenant
    const refused = async (options = hour) =>
      (await failure(practice.directory.issueAccessPass(of('maya'), options))).code
    control.setAccessPassPolicy({ longest: 30 })
    assert.equal(await refused(), 'policy')
    control.setAccessPassPolicy({ longest: 1440, onceOnly: true })
    assert.equal(await refused({ ...hour, once: false }), 'policy')
    control.setAccessPassPolicy({ enabled: false })
    assert.equal(await refused(), 'policy')
    assert.equal(kept('maya'), undefined)
    const asked = practice.watch('POST', passes)
    for (const lifetimeMinutes of [9, 43_201, 60.5, Number.NaN])
      assert.equal(await refused({ ...hour, lifetimeMinutes }), 'policy')
    assert.equal(asked(), 0)
  })

  it('gives out no pass that could not be used, because policy leaves the person out', async () => {
    practice.tenant.control.setAccessPassPolicy({ leavesOut: new Set([of('maya')]) })
    const error = await failure(practice.directory.issueAccessPass(of('maya'), hour))
    assert.equal(error.code, 'policy')
    assert.match(error.detail, /DisabledByPolicy/)
    assert.equal(kept('maya')?.usability, 'DisabledByPolicy')
  })

  it('makes none for guests and for nobody', async () => {
    const guest = await failure(practice.directory.issueAccessPass(of('gil'), hour))
    assert.equal(guest.code, 'protected')
    assert.match(guest.sentence, /guest/)
    const nobody = userId.parse('00000000-0000-4000-8000-000000000000')
    assert.equal((await failure(practice.directory.issueAccessPass(nobody, hour))).code, 'not-found')
    assert.equal((await failure(practice.directory.accessPasses(nobody))).code, 'not-found')
  })

  it('tells a missing permission from the company’s rules', async () => {
    await practice.without('UserAuthMethod-TAP.ReadWrite.All', async () => {
      const error = await failure(practice.directory.issueAccessPass(of('maya'), hour))
      assert.equal(error.code, 'refused')
      assert.match(error.detail, /Authorization_RequestDenied/)
      assert.equal((await failure(practice.directory.accessPasses(of('maya')))).code, 'refused')
    })
  })

  it('is asked for again after 429, when nothing was made', async () => {
    practice.tenant.control.faults.set({ class: 'password', kind: '429', retryAfterSeconds: 4 })
    const asked = practice.watch('POST', passes)
    const { pass } = await practice.directory.issueAccessPass(of('kwame'), hour)
    assert.deepEqual(practice.pauses, [4000])
    assert.equal(asked(), 2)
    assert.equal(uses('kwame', pass), true)
  })

  for (const kind of ['503', '500', 'cut', 'cut-after', 'half', 'garbage'] as const)
    it(`is asked for once and says that it may be there when the answer is ${kind}`, async () => {
      practice.tenant.control.faults.set({ class: 'password', kind })
      const before = kept('helen')?.id
      const asked = practice.watch('POST', passes)
      const error = await failure(practice.directory.issueAccessPass(of('helen'), hour))
      assert.equal(error.code, 'unreachable')
      assert.equal(error.maybeDone, true)
      assert.equal(asked(), 1)
      assert.deepEqual(practice.pauses, [])
      const made = ['cut-after', 'half', 'garbage'].includes(kind)
      assert.equal(kept('helen')?.id !== before, made)
      // Reading back finds the pass that nobody knows.
      assert.equal(
        (await practice.directory.accessPasses(of('helen')))[0]?.usable ?? false,
        kept('helen') !== undefined,
      )
    })

  it('leaves no trace of a pass in what the tenant keeps', async () => {
    const heard: unknown[] = []
    const stop = practice.tenant.control.onChange((change) => heard.push(change))
    const { pass } = await practice.directory.issueAccessPass(of('padraig'), hour)
    uses('padraig', pass)
    stop()
    assert.equal(heard.length, 2)
    assert.ok(!inspect([heard, kept('padraig'), practice.tenant.control.requests()], { depth: 10 }).includes(pass))
  })
})

describe('Temporary Access Passes, whatever Graph says', () => {
  const anna = userId.parse('0a000000-0000-4000-8000-000000000001')
  const secret = 'Hush-7-pass'
  let server: LocalServer
  let post: Answer
  let listed: Answer
  before(async () => {
    server = await localServer((request, response) => {
      if (request.method === 'POST') return post(request, response)
      if (request.path.endsWith('temporaryAccessPassMethods')) return listed(request, response)
      json(response, 200, { id: anna, userPrincipalName: 'anna@nordwind.example', userType: 'Member' })
    })
  })
  beforeEach(() => {
    server.seen.length = 0
    listed = (_request, response) => json(response, 200, { value: [{ id: 'p', isUsable: true }] })
  })
  after(() => server.close())
  const issue = () =>
    entraDirectory({
      settings: {
        tenantId: tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'),
        clientId: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43',
        authority: server.url,
        endpoint: server.url,
        certificate: '/nowhere',
      },
      clock: () => new Date('2026-03-01T12:00:00Z'),
      random: () => 0,
      sleep: async () => {},
      tokens: { token: async () => 'token' },
    }).issueAccessPass(anna, hour)

  it('asks for the lifetime and the use it was told, and takes what documents leave open', async () => {
    post = (_request, response) => json(response, 201, { id: 'p', temporaryAccessPass: secret })
    assert.deepEqual(await issue(), {
      requestId: undefined,
      pass: secret,
      passId: 'p',
      startsAt: new Date('2026-03-01T12:00:00Z'),
      lifetimeMinutes: 60,
    })
    assert.deepEqual(JSON.parse(server.seen[0]?.body ?? ''), { lifetimeInMinutes: 60, isUsableOnce: true })
    assert.equal(server.seen[0]?.path, `/v1.0/users/${anna}/authentication/temporaryAccessPassMethods`)
  })

  it('repeats nothing of an answer that it does not understand', async () => {
    for (const body of [{ temporaryAccessPass: secret }, { id: 'p', temporaryAccessPass: [secret] }, secret]) {
      post = (_request, response) => json(response, 201, body)
      const error = await failure(issue())
      assert.equal(error.code, 'unreachable')
      assert.equal(error.maybeDone, true)
      assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(secret))
    }
  })

  it('does not take every refusal for a pass in the way', async () => {
    post = (_request, response) => json(response, 400, graphFault('badRequest', 'Lifetime is too long.'))
    assert.equal((await failure(issue())).code, 'policy')
    post = (_request, response) => json(response, 400, graphFault('badRequest', 'A pass already exists.'))
    assert.equal((await failure(issue())).code, 'conflict')
    listed = (_request, response) => json(response, 403, graphFault('accessDenied', 'Request Authorization failed'))
    post = (_request, response) => json(response, 403, graphFault('accessDenied', 'Request Authorization failed'))
    assert.equal((await failure(issue())).code, 'refused')
  })
})
