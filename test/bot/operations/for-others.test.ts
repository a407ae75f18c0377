import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { auditTrail } from '../../../bot/audit/trail.ts'
import { type EntraDirectory, entraDirectory } from '../../../bot/directory/entra.ts'
import { allPermissions } from '../../../bot/directory/permissions.ts'
import { matchedNumberProof } from '../../../bot/identity/channel.ts'
import { itMembership } from '../../../bot/identity/it-membership.ts'
import { takeBaseline } from '../../../bot/identity/manager-history.ts'
import { groupId, tenantId, type UserId, userId } from '../../../bot/identity/person.ts'
import { newProof, record } from '../../../bot/identity/proofs.ts'
import { noticesOfOperation } from '../../../bot/notices/of-operation.ts'
import { agreementLasts, freezeAccount } from '../../../bot/operations/freeze-account.ts'
import { handover } from '../../../bot/operations/handover.ts'
import type { Operation, OperationRequest, OperationResult } from '../../../bot/operations/operation.ts'
import { issueAccessPassFor, resetPasswordFor } from '../../../bot/operations/reset-password-for.ts'
import { type Ended, operationSteps } from '../../../bot/operations/run-operation.ts'
import { type CastKey, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { startTenant, type Tenant } from '../../../infra/practice/tenant/tenant.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { testCertificates } from '../directory/local-server.ts'
import { lift, lockDown } from '../lockdown/in-force.ts'
import { defaultPolicy, policyWithRule } from '../policy/examples.ts'

const company = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'
const of = (key: CastKey): UserId => userId.parse(wellKnown[key].id)
const clock = () => new Date()

describe('what is done to somebody else’s account', () => {
  let tenant: Tenant
  let directory: EntraDirectory
  let postgres: TestPostgres
  let folder: string
  let ended: Ended[]
  const waiting = handover()

  before(async () => {
    const { server, app } = await testCertificates()
    folder = mkdtempSync(join(tmpdir(), 'tenant-'))
    writeFileSync(join(folder, 'app.pem'), `${app.key}${app.cert}`)
    tenant = await startTenant({
      tls: server,
      tenantId: company,
      apps: [{ clientId, certificate: app.cert, permissions: allPermissions }],
      people: 200,
      clock,
    })
    const settings = {
      tenantId: company,
      clientId,
      authority: tenant.url,
      endpoint: tenant.url,
      certificate: join(folder, 'app.pem'),
      mailFrom: undefined,
    }
    directory = entraDirectory({ settings, clock, random: () => 0, sleep: async () => undefined })
    postgres = await startTestPostgres()
    await takeBaseline(postgres.database, company, directory.managers(), clock())
  })
  beforeEach(() => {
    ended = []
  })
  after(async () => {
    await postgres.close()
    await tenant.close()
    rmSync(folder, { recursive: true })
  })

  const stepsOf = (operation: Operation, policy = defaultPolicy) =>
    operationSteps({
      database: postgres.database,
      audit: auditTrail(postgres.database, clock),
      directoryFor: () => directory,
      policy,
      catalogue: { entries: [], conflicts: [], contracts: undefined, version: '000000000000' },
      clock,
      isIt: itMembership(directory, groupId.parse(wellKnownGroups.itHelpDesk)),
      mayChange: async () => true,
      operations: [operation],
      notices: noticesOfOperation(defaultPolicy, true),
      settleAccess: async () => [],
      groupWithin: async () => [],
      afterwards: async (one) => void ended.push(one),
      pause: async () => undefined,
    })

  /** All steps of an operation, one after the other as the engine takes them. */
  async function run(
    operation: Operation,
    request: OperationRequest,
    policy = defaultPolicy,
  ): Promise<OperationResult> {
    const steps = stepsOf(operation, policy)
    const prepared = await steps.prepare(request)
    if (prepared.verdict === 'stop') return prepared.result
    const changed = await steps.change(request, prepared.before)
    return await steps.conclude(request, prepared, changed, await steps.readBack(request, prepared.before))
  }

  const requestOf = (id: string, parts: Partial<OperationRequest>): OperationRequest => ({
    id,
    name: 'freeze-account',
    tenant: company,
    actor: of('sam'),
    target: of('ada'),
    dialogId: null,
    ticketId: id,
    correlationId: `correlation-${id}`,
    why: 'a test',
    ...parts,
  })
  const agreed = (by: CastKey) => ({ confirmedBy: { id: of(by), at: clock().toISOString() } })

  async function intentOf(id: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const rows = await postgres.database.selectFrom('audit').select('event').execute()
    return rows
      .map(({ event }) => event as Record<string, unknown>)
      .find((event) => event.operationId === id && event.kind === 'intent')
  }

  async function proofsOf(dialogId: string, starter: CastKey): Promise<void> {
    const who = (key: CastKey) => ({ tenant: company, id: of(key) })
    const given = newProof({ person: who(starter), method: 'totp', dialogId, at: clock(), counts: true })
    await record(postgres.database, given)
    const matched = { id: `${dialogId}:person`, counts: true }
    await record(postgres.database, matchedNumberProof(who('ada'), dialogId, clock(), matched))
  }

  describe('freezing', () => {
    it('is refused on the word of one, and of one and themselves', async () => {
      const alone = await run(freezeAccount, requestOf('f-1', {}))
      assert.equal(alone.state, 'refused')
      const twice = await run(freezeAccount, requestOf('f-2', agreed('sam')))
      assert.equal(twice.state, 'refused')
      assert.equal(tenant.control.user(of('ada')).accountEnabled, true)
    })

    it('is refused when one of the two is not IT at this moment', async () => {
      for (const [id, parts] of [
        ['f-3', agreed('maya')],
        ['f-4', { ...agreed('sam'), actor: of('maya') }],
      ] as const)
        assert.equal((await run(freezeAccount, requestOf(id, parts))).state, 'refused', id)
      assert.equal(await intentOf('f-4'), undefined)
    })

    it('is refused when it is begun long after the second person agreed', async () => {
      const at = new Date(clock().getTime() - agreementLasts - 1_000).toISOString()
      const result = await run(freezeAccount, requestOf('f-9', { confirmedBy: { id: of('itManager'), at } }))
      assert.deepEqual([result.state, await intentOf('f-9')], ['refused', undefined])
      assert.match(result.sentence, /second person’s yes does not count/)
    })

    it('never touches an administrator, and IT is told to do it by hand', async () => {
      const result = await run(freezeAccount, requestOf('f-5', { ...agreed('itManager'), target: of('ravi') }))
      assert.equal(result.state, 'refused')
      assert.match(result.sentence, /by hand/)
      assert.equal(ended[0]?.forIt?.urgency, 'high')
      assert.equal(tenant.control.user(of('ravi')).accountEnabled, true)
    })

    it('blocks sign-in and ends the sessions as two of IT want it, and the audit names both', async () => {
      const result = await run(freezeAccount, requestOf('f-6', agreed('itManager')))
      assert.equal(result.state, 'done')
      assert.match(result.sentence, /^Sign-in of Ada Lindqvist is blocked\. Sessions are being ended/)
      assert.equal(tenant.control.user(of('ada')).accountEnabled, false)
      const intent = await intentOf('f-6')
      assert.deepEqual([intent?.actor, intent?.target], [of('sam'), of('ada')])
      const detail = intent?.detail as Record<string, string> | undefined
      assert.deepEqual([detail?.['started-as'], detail?.['agreed-by']], ['it', of('itManager')])
    })

    it('stays as it ended when its last part runs again after a crash, and sees something else then', async () => {
      const request = requestOf('f-10', agreed('itManager'))
      const steps = stepsOf(freezeAccount)
      const prepared = await steps.prepare(request)
      assert.ok(prepared.verdict === 'go')
      const changed = await steps.change(request, prepared.before)
      const first = await steps.conclude(request, prepared, changed, 'as-wanted')
      assert.equal(first.state, 'done')
      assert.deepEqual(await steps.conclude(request, prepared, changed, 'unchanged'), first)
      assert.deepEqual(await steps.broken(request, prepared, false), first)
      // Whoever comes to it from the beginning finds the end, too, and changes nothing.
      assert.deepEqual(await steps.prepare(request), { verdict: 'stop', result: first })
      const { state, outcome } = await postgres.database
        .selectFrom('operations')
        .select(['state', 'outcome'])
        .where('id', '=', 'f-10')
        .executeTakeFirstOrThrow()
      assert.deepEqual([state, outcome], ['done', first])
    })

    it('refused is refused for good, whatever holds later', async () => {
      const request = requestOf('f-11', {})
      const refused = await run(freezeAccount, request)
      assert.equal(refused.state, 'refused')
      assert.deepEqual(await run(freezeAccount, { ...request, ...agreed('itManager') }), refused)
    })

    it('may be pressed again, and says of a synced account what is left to do', async () => {
      assert.equal((await run(freezeAccount, requestOf('f-7', agreed('helen')))).state, 'done')
      const kwame = await run(freezeAccount, requestOf('f-8', { ...agreed('helen'), target: of('kwame') }))
      assert.match(kwame.sentence, /mastered on-premises: block it there now/)
      assert.ok(ended.at(-1)?.forIt)
      await directory.setAccountEnabled(of('ada'), true)
    })
  })

  describe('a reset for somebody else', () => {
    const asked = (id: string, parts: Partial<OperationRequest> = {}) =>
      requestOf(id, {
        name: 'reset-password-for',
        actor: of('maya'),
        dialogId: id,
        startedBy: { name: 'Maya Okonkwo', as: 'manager' },
        ...parts,
      })
    const resetting = resetPasswordFor({
      handover: waiting,
      makePassword: () => 'Lantern-274-Harbour-Kite-Maple',
      revokeSessions: true,
    })
    const passing = issueAccessPassFor({ handover: waiting, lifetimeMinutes: 60 })

    it('is refused without the proofs of both, and to whoever is not the manager now', async () => {
      assert.equal((await run(resetting, asked('r-1'))).state, 'refused')
      await proofsOf('r-2', 'financeManager')
      const stranger = await run(resetting, asked('r-2', { actor: of('financeManager') }))
      assert.equal(stranger.state, 'refused')
      assert.match(stranger.sentence, /entrusted to you/)
    })

    it('sets a password that waits for the window, and tells the person who did it', async () => {
      await proofsOf('r-3', 'maya')
      waiting.expect('r-3')
      const result = await run(resetting, asked('r-3'))
      assert.equal(result.state, 'done')
      assert.match(result.sentence, /^Ada Lindqvist’s password is changed\./)
      assert.equal(waiting.take('r-3'), 'Lantern-274-Harbour-Kite-Maple')
      const posts = await postgres.database.selectFrom('posts').select(['key', 'content']).execute()
      const notice = posts.find(({ key }) => key === 'notice:operation:r-3')
      assert.match(JSON.stringify(notice?.content), /Maya Okonkwo \(your manager\)/)
      assert.ok(posts.some(({ key }) => key === 'notice:operation:r-3:mail'))
    })

    it('is refused before anything is changed when it would be shown to somebody whom the policy does not name', async () => {
      const toManager = policyWithRule('reset-password-for', { showTo: 'manager' })
      const to = (key: CastKey) => ({ shownTo: { id: of(key), name: wellKnown[key].name } })
      const byIt = { actor: of('sam'), startedBy: { name: 'Sam Whitfield', as: 'it' as const } }
      for (const [id, starter, parts, policy] of [
        ['s-1', 'sam', byIt, toManager],
        ['s-2', 'sam', { ...byIt, ...to('financeManager') }, toManager],
        ['s-3', 'sam', { ...byIt, ...to('maya') }, defaultPolicy],
      ] as const) {
        await proofsOf(id, starter)
        waiting.expect(id)
        const result = await run(resetting, asked(id, parts), policy)
        assert.deepEqual([result.state, await intentOf(id), waiting.take(id)], ['refused', undefined, undefined], id)
        assert.match(result.sentence, /not the one whom the policy names/)
      }
    })

    it('or makes a pass that signs in once, and says that the password stays', async () => {
      await proofsOf('r-4', 'maya')
      waiting.expect('r-4')
      const before = tenant.control.user(of('ada')).passwordChangedAt
      const result = await run(passing, asked('r-4'))
      assert.equal(result.state, 'done', result.sentence)
      assert.match(result.sentence, /signs in once within 60 minutes; the password of Ada Lindqvist stays/)
      const pass = waiting.take('r-4')
      assert.ok(pass)
      assert.equal(tenant.control.user(of('ada')).passwordChangedAt, before)
      assert.equal((await directory.accessPasses(of('ada'))).length, 1)
      const kept = await postgres.database.selectFrom('audit').select('event').execute()
      assert.ok(!JSON.stringify([kept, ended]).includes(pass), 'no pass is written down')
    })

    it('makes nothing when nobody waits for it any more', async () => {
      await directory.setAccountEnabled(of('ada'), true)
      await postgres.database.deleteFrom('operations').execute()
      await proofsOf('r-5', 'maya')
      const result = await run(resetting, asked('r-5'))
      assert.equal(result.state, 'unclear')
      assert.match(result.sentence, /do not know whether Ada Lindqvist’s password was changed/)
    })

    it('ends at the limit of the day', async () => {
      for (const id of ['r-6', 'r-7']) {
        await proofsOf(id, 'maya')
        waiting.expect(id)
        await run(resetting, asked(id))
      }
      await proofsOf('r-8', 'maya')
      const result = await run(resetting, asked('r-8'))
      assert.deepEqual([result.state, result.sentence.includes('limit for today')], ['refused', true])
    })
  })

  const often = policyWithRule('reset-password-for', { limits: { perPersonPerDay: 100, perStarterPerDay: 100 } })
  const asked = (id: string) =>
    requestOf(id, {
      name: 'reset-password-for',
      actor: of('maya'),
      dialogId: id,
      startedBy: { name: 'Maya Okonkwo', as: 'manager' },
    })

  describe('a reset that was interrupted, beside another one', () => {
    const resetting = resetPasswordFor({
      handover: waiting,
      makePassword: () => 'Lantern-274-Harbour-Kite-Maple',
      revokeSessions: false,
    })
    const begun = async (id: string) => {
      await proofsOf(id, 'maya')
      // The directory gives the time of a change in whole seconds: two within one cannot be told apart.
      const last = Date.parse(tenant.control.user(of('ada')).passwordChangedAt)
      while (Date.now() < last + 1_000) await new Promise((resolve) => setTimeout(resolve, 50))
      const prepared = await stepsOf(resetting, often).prepare(asked(id))
      assert.ok(prepared.verdict === 'go')
      return prepared
    }
    /** Whoever takes it over when its process is dead. */
    const survivorEnds = async (id: string, prepared: Awaited<ReturnType<typeof begun>>) => {
      const survivor = stepsOf(resetting, often)
      const changed = await survivor.change(asked(id), prepared.before)
      assert.equal(changed.fate, 'interrupted')
      const read = await survivor.readBack(asked(id), prepared.before)
      return { read, result: await survivor.conclude(asked(id), prepared, changed, read) }
    }

    it('does not take the new password for its own', async () => {
      const prepared = await begun('b-1')
      await proofsOf('b-2', 'maya')
      waiting.expect('b-2')
      assert.equal((await run(resetting, asked('b-2'), often)).state, 'done')
      const { read, result } = await survivorEnds('b-1', prepared)
      assert.equal(read, 'as-wanted', 'there is a new one')
      assert.equal(result.state, 'unclear')
      assert.match(result.sentence, /do not know whether Ada Lindqvist’s password was changed/)
    })

    it('knows its own where there was no other', async () => {
      await postgres.database.deleteFrom('operations').execute()
      const prepared = await begun('b-3')
      await directory.setPassword(of('ada'), { make: () => 'Kite-Maple-274-Lantern', put: () => undefined })
      const { result } = await survivorEnds('b-3', prepared)
      assert.equal(result.state, 'done')
    })
  })

  describe('under a lockdown', () => {
    afterEach(() => lift(postgres.database))
    const resetting = resetPasswordFor({
      handover: waiting,
      makePassword: () => 'Lantern-274-Harbour-Kite-Maple',
      revokeSessions: true,
    })
    /** What another process puts in force is seen here, with the proofs given already. */
    const attempt = async (id: string) => {
      await proofsOf(id, 'maya')
      waiting.expect(id)
      const result = await run(resetting, asked(id), often)
      return { ...result, made: waiting.take(id), intent: await intentOf(id) }
    }

    it('nobody is given anything from the moment in which it is in force, whatever they proved before', async () => {
      await lockDown(postgres.database, company, 'freeze', clock())
      const { state, sentence, made, intent } = await attempt('l-1')
      assert.deepEqual([state, made, intent], ['refused', undefined, undefined])
      assert.match(sentence, /Self-service is closed at the moment, by decision of IT/)
      assert.doesNotMatch(sentence, /phish/)
      assert.equal(ended.at(-1)?.forIt, undefined, 'IT knows it')
    })

    it('a number matched in a chat is not enough where only the strongest proofs count', async () => {
      await lockDown(postgres.database, company, 'strict', clock())
      const { sentence, intent } = await attempt('l-2')
      assert.deepEqual([sentence, intent], ['The proofs for this have run out. Please start again.', undefined])
    })

    for (const mode of ['freeze', 'strict'] as const)
      it(`${mode}: what had leave a moment before is not made any more, and says so`, async () => {
        const id = `l-late-${mode}`
        await proofsOf(id, 'maya')
        waiting.expect(id)
        const since = tenant.control.user(of('ada')).passwordChangedAt
        const steps = stepsOf(resetting, often)
        const prepared = await steps.prepare(asked(id))
        assert.ok(prepared.verdict === 'go')
        await lockDown(postgres.database, company, mode, clock())
        const changed = await steps.change(asked(id), prepared.before)
        const { state, sentence } = await steps.conclude(asked(id), prepared, changed, 'unchanged')
        assert.deepEqual([state, waiting.take(id)], ['refused', undefined])
        assert.match(
          sentence,
          mode === 'freeze' ? /^Self-service is closed/ : /strongest proofs.*Nothing was changed\.$/,
        )
        assert.equal(tenant.control.user(of('ada')).passwordChangedAt, since)
        const rows = await postgres.database.selectFrom('audit').select('event').execute()
        const outcome = rows
          .map(({ event }) => event as Record<string, unknown>)
          .find((event) => event.operationId === id && event.kind === 'outcome')
        assert.deepEqual(
          [outcome?.outcome, outcome?.detail],
          ['refused', { refusal: 'lockdown', because: `lockdown: ${mode}, when the change was about to be made` }],
        )
      })

    it('what had leave, and may have been made before a crash, is not said to be refused', async () => {
      await proofsOf('l-crash', 'maya')
      const prepared = await stepsOf(resetting, often).prepare(asked('l-crash'))
      assert.ok(prepared.verdict === 'go')
      await lockDown(postgres.database, company, 'freeze', clock())
      // The process that takes it over does not know how far the dead one came.
      const survivor = stepsOf(resetting, often)
      const changed = await survivor.change(asked('l-crash'), prepared.before)
      assert.deepEqual([changed.fate, changed.forbidden], ['interrupted', undefined])
      const { state, sentence } = await survivor.conclude(asked('l-crash'), prepared, changed, 'unknown')
      assert.equal(state, 'unclear')
      assert.match(sentence, /do not know whether Ada Lindqvist’s password was changed/)
    })

    it('a freeze of a stolen account that had leave a moment before is made', async () => {
      const request = requestOf('l-freeze', agreed('itManager'))
      const steps = stepsOf(freezeAccount)
      const prepared = await steps.prepare(request)
      assert.ok(prepared.verdict === 'go')
      await lockDown(postgres.database, company, 'freeze', clock())
      assert.equal((await steps.change(request, prepared.before)).fate, 'accepted')
      await directory.setAccountEnabled(of('ada'), true)
    })

    it('what is on its way to the directory already comes to its end', async () => {
      await proofsOf('l-3', 'maya')
      waiting.expect('l-3')
      const late: Operation = {
        ...resetting,
        async change(request, before, tools) {
          await lockDown(postgres.database, company, 'freeze', clock())
          return await resetting.change(request, before, tools)
        },
      }
      assert.notEqual((await run(late, asked('l-3'), often)).state, 'refused')
      assert.equal(waiting.take('l-3'), 'Lantern-274-Harbour-Kite-Maple')
    })

    it('nothing is given where nobody can say what is in force: a word that this release does not know', async () => {
      const drop = sql`alter table lockdowns drop constraint lockdowns_mode_check`
      await drop.execute(postgres.database)
      await lockDown(postgres.database, company, 'strict', clock())
      await sql`update lockdowns set mode = 'a later release’s'`.execute(postgres.database)
      const { sentence, intent, made } = await attempt('l-4')
      assert.deepEqual([intent, made], [undefined, undefined])
      assert.match(sentence, /could not check everything/)
    })

    it('nothing is given where it cannot be read at all', async () => {
      await sql`alter table lockdowns rename to lockdowns_away`.execute(postgres.database)
      const { sentence } = await attempt('l-6').finally(() =>
        sql`alter table lockdowns_away rename to lockdowns`.execute(postgres.database),
      )
      assert.match(sentence, /could not check everything/)
      assert.deepEqual([await intentOf('l-6'), waiting.take('l-6')], [undefined, undefined])
    })

    it('IT freezes a stolen account as ever', async () => {
      await lockDown(postgres.database, company, 'freeze', clock())
      assert.equal((await run(freezeAccount, requestOf('l-5', agreed('itManager')))).state, 'done')
      await directory.setAccountEnabled(of('ada'), true)
    })
  })
})
