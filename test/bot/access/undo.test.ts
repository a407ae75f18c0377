import assert from 'node:assert/strict'
import {
  disableOperation,
  enableOperation,
  grantOperation,
  revokeOperation,
} from '../../../bot/access/operation-ids.ts'
import { undo, undoableOf } from '../../../bot/access/undo.ts'
import type { OperationRequest, OperationResult, Warrant } from '../../../bot/operations/operation.ts'
import type { Catalogue } from '../../../bot/policy/catalogue/catalogue.ts'
import { builtInTickets } from '../../../bot/tickets/built-in.ts'
import { type CastKey, wellKnown } from '../../../infra/practice/company/cast.ts'
import {
  type AccessOffice,
  about,
  asking,
  type Case,
  company,
  day,
  type GroupKey,
  group,
  of,
  openAccessOffice,
} from '../operations/access-office.ts'
import { defaultPolicy } from '../policy/examples.ts'

const start = new Date('2026-11-23T09:00:00.000Z')
/** By another name, for an object with a key of that name looks like a promise. */
const refusing = 'then'

describe('undoing changes of access', function () {
  this.timeout(180_000)
  let office: AccessOffice
  let runs: Map<string, Promise<OperationResult>>
  let started: OperationRequest[]
  let catalogue: Catalogue

  before(async () => {
    office = await openAccessOffice()
  })
  after(() => office.close())
  beforeEach(async () => {
    await office.clear()
    await office.database.deleteFrom('tickets').execute()
    office.time.now = start
    runs = new Map()
    started = []
    catalogue = { entries: [], conflicts: [], contracts: undefined, version: '000000000000' }
  })

  const ground = () => ({
    database: office.database,
    clock: office.clock,
    directory: office.directory,
    policy: defaultPolicy,
    catalogue,
    isIt: office.isIt,
    ticketsIn: (connection: AccessOffice['database']) => builtInTickets(connection, office.clock),
    engine: {
      // As the real one: the same id is the same operation.
      run: async (request: OperationRequest) => {
        const known = runs.get(request.id)
        if (known) return await known
        started.push(request)
        const running = office.run(request, { catalogue })
        runs.set(request.id, running)
        return await running
      },
    },
  })
  const someone = (key: CastKey) => ({ tenant: company, id: of(key), name: wellKnown[key].name })
  const listed = (person: CastKey = 'ada') => undoableOf(ground(), someone(person), 10)

  /** Somebody of IT, who has just given a code in the dialog, undoes it. */
  async function undone(operation: string, by: CastKey = 'sam', dialog = 'dialog-1'): Promise<OperationResult> {
    await office.prove(by, dialog)
    const result = await undo(ground(), someone(by), dialog, operation)
    assert.ok(result !== 'still-running')
    return result
  }

  const approval = (ids: { readonly grant: string; readonly request: string }): Warrant => ({
    by: 'approval',
    request: ids.request,
    grant: ids.grant,
    contract: null,
  })

  async function grant(given: Case = {}) {
    const ids = await office.granted(given)
    const op = grantOperation({ id: ids.grant, attempts: 0 })
    const result = await office.run(
      asking(op, { target: of(given.person ?? 'ada'), ...about(approval(ids), given.group) }),
    )
    assert.equal(result.state, 'done', result.sentence)
    return { ...ids, op }
  }

  /** What Ada has is given back by herself, before its end. */
  async function takenBack(given: Case = {}) {
    const ids = await office.granted({ state: 'active', ...given })
    office.tenant.control.addMember(group(given.group ?? 'financeReports'), of('ada'))
    const warrant: Warrant = { by: 'handed-back', grant: ids.grant, contract: null }
    const op = revokeOperation({ id: ids.grant, attempts: 0 })
    const result = await office.run(asking(op, { name: 'revoke-access', actor: of('ada'), ...about(warrant) }))
    assert.equal(result.state, 'done', result.sentence)
    assert.equal((await grantRow(ids.grant)).state, 'ended')
    return { ...ids, op }
  }

  async function contractChanged(name: 'enable-account' | 'disable-account') {
    const enabling = name === 'enable-account'
    office.tenant.control.editUser(of('gil'), { accountEnabled: !enabling })
    const ids = await office.contracted(
      enabling ? {} : { state: 'active', startsAt: new Date(start.getTime() - 30 * day), endsAt: start },
    )
    const warrant: Warrant = enabling
      ? { by: 'approval', request: ids.request, grant: null, contract: ids.contract }
      : { by: 'expiry', grant: null, contract: ids.contract }
    const numbered = { id: ids.contract, attempts: 0 }
    const op = enabling ? enableOperation(numbered) : disableOperation(numbered)
    const result = await office.run(asking(op, { name, target: of('gil'), ...about(warrant, null) }))
    assert.equal(result.state, 'done', result.sentence)
    return { ...ids, op }
  }

  const grantRow = (id: string) =>
    office.database.selectFrom('access_grants').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

  it('shows what was done, newest first, and what an undo would do', async () => {
    const { op } = await grant()
    office.time.now = new Date(start.getTime() + day)
    await grant({ group: 'productLaunch', person: 'maya', approvers: ['salesHead'] })
    assert.deepEqual(await listed(), [
      {
        operation: op,
        sentence: 'Ada Lindqvist was added to financeReports on 23 November 2026',
        undo: 'Remove Ada Lindqvist from financeReports',
        conflicts: [],
        possible: true,
      },
    ])
    const [first] = await listed('maya')
    assert.equal(first?.sentence, 'Maya Okonkwo was added to productLaunch on 24 November 2026')
  })

  it('does not show what changed nothing, what was refused, nor what is too long ago', async () => {
    office.tenant.control.addMember(group('financeReports'), of('ada'))
    await grant()
    const no = await office.granted({ approvers: ['ada'] })
    assert.equal((await office.run(asking(`${no.grant}:grant:0`, about(approval(no))))).state, 'refused')
    assert.deepEqual(await listed(), [])
    const { op } = await grant({ person: 'noor', approvers: ['chief'] })
    assert.equal((await listed('noor')).length, 1)
    office.time.now = new Date(start.getTime() + 30 * day + 1)
    assert.deepEqual(await listed('noor'), [])
    const late = await undone(op)
    assert.deepEqual([late.state, late.sentence], ['refused', 'It is too long ago.'])
    assert.equal(await office.isMember('financeReports', 'noor'), true)
  })

  it('takes a grant back, and the audit names who undid what', async () => {
    const { op, ...ids } = await grant()
    const result = await undone(op)
    assert.deepEqual(
      [result.state, result.sentence, await office.isMember('financeReports', 'ada')],
      ['done', 'Ada Lindqvist is not in financeReports any more.', false],
    )
    assert.equal((await office.operation(op)).undone_by, `undo:${op}`)
    assert.equal((await grantRow(ids.grant)).state, 'ended')
    const intent = await office.auditOf(`undo:${op}`, 'intent')
    assert.deepEqual([intent?.actor, intent?.target, intent?.action], [of('sam'), of('ada'), 'revoke-access'])
    assert.deepEqual([intent?.detail?.undoes, intent?.detail?.warrant, intent?.detail?.grant], [op, 'undo', ids.grant])
    assert.match(JSON.stringify(intent?.proofs), /totp/)
    const lines = await listed()
    assert.deepEqual(
      lines.map(({ operation }) => operation),
      [`undo:${op}`],
    )
  })

  it('answers the same dialog the same, and others that it has been undone', async () => {
    const { op } = await grant()
    const first = await undone(op)
    assert.deepEqual(await undone(op), first)
    assert.equal(started.length, 1)
    const other = await undone(op, 'itManager', 'dialog-2')
    assert.deepEqual([other.state, other.sentence], ['refused', 'It has been undone already.'])
    const tickets = await office.database.selectFrom('tickets').select('id').execute()
    assert.deepEqual(tickets, [{ id: 'dialog-1' }])
  })

  it('gives back what was taken while the approval still carries it, until the end that was approved', async () => {
    const { op, ...ids } = await takenBack()
    const end = (await grantRow(ids.grant)).ends_at
    assert.match((await listed())[0]?.undo ?? '', /Add Ada Lindqvist to financeReports again, until the end/)
    assert.equal((await undone(op)).state, 'done')
    assert.equal(await office.isMember('financeReports', 'ada'), true)
    const row = await grantRow(ids.grant)
    assert.deepEqual([row.state, row.ends_at, row.had_before], ['active', end, false])
    // And that can be undone once more.
    assert.equal((await undone(`undo:${op}`, 'itManager', 'dialog-2')).state, 'done')
    assert.equal(await office.isMember('financeReports', 'ada'), false)
  })

  describe('nothing comes of it without a valid approval:', () => {
    async function impossible(operation: string, sentence: RegExp): Promise<void> {
      const line = (await listed()).find((one) => one.operation === operation)
      assert.equal(line?.possible, false)
      assert.match(line?.conflicts[0] ?? '', sentence)
      const result = await undone(operation)
      assert.equal(result.state, 'refused')
      assert.match(result.sentence, sentence)
      assert.equal(await office.isMember('financeReports', 'ada'), false)
      assert.equal(office.ended.at(-1)?.forIt, undefined, 'nobody forged anything')
      const outcome = await office.auditOf(`undo:${operation}`, 'outcome')
      assert.deepEqual([outcome?.outcome, outcome?.detail?.refusal], ['refused', 'cannot-be-undone'])
    }

    it('its end has come', async () => {
      const { op } = await takenBack({
        startsAt: new Date(start.getTime() - day),
        endsAt: new Date(start.getTime() + 1_000),
      })
      office.time.now = new Date(start.getTime() + 1_000)
      await impossible(op, /^The approval has run out\.$/)
    })

    it('the document was changed since', async () => {
      const { op, request } = await takenBack()
      const row = await office.database
        .selectFrom('access_requests')
        .select('document')
        .where('id', '=', request)
        .executeTakeFirstOrThrow()
      const document = JSON.stringify({ ...row.document, state: 'denied' })
      await office.database.updateTable('access_requests').set({ document }).where('id', '=', request).execute()
      await impossible(op, /approval behind it does not hold any more/)
    })

    it('an approver has left', async () => {
      const { op } = await takenBack()
      office.tenant.control.editUser(of('maya'), { accountEnabled: false })
      await impossible(op, /approval behind it does not hold any more/)
    })

    it('the grant was lengthened behind everybody’s back', async () => {
      const { op, grant: id } = await takenBack()
      const ends_at = new Date('2028-01-01T00:00:00.000Z')
      await office.database.updateTable('access_grants').set({ ends_at }).where('id', '=', id).execute()
      await impossible(op, /approval behind it does not hold any more/)
    })

    it('the contract that it belonged to is over', async () => {
      const { contract } = await office.contracted({ person: 'ada', state: 'ended' })
      const { op } = await takenBack({ contract })
      await impossible(op, /^The approval has run out\.$/)
    })

    it('it never was ours: the end of a contract took it', async () => {
      const { contract } = await office.contracted({ person: 'ada', state: 'active', endsAt: start })
      office.tenant.control.addMember(group('financeReports'), of('ada'))
      const warrant: Warrant = { by: 'expiry', grant: null, contract }
      const op = `${contract}:remove:0`
      await office.run(asking(op, { name: 'revoke-access', ...about(warrant) }))
      await impossible(op, /No approval of mine gave it/)
    })

    it('another approved access is for the same group now', async () => {
      const { op } = await takenBack()
      await office.granted({ state: 'waiting' })
      await impossible(op, /Another approved access is for the same group now/)
    })
  })

  it('leaves a membership that another grant carries as well', async () => {
    const { op } = await grant()
    await office.granted({ state: 'active' })
    const result = await undone(op)
    assert.match(result.sentence, /Another approved access is for the same group now: end that one instead/)
    assert.equal(await office.isMember('financeReports', 'ada'), true)
  })

  it('shows what has happened since: somebody was faster, or did more', async () => {
    const { op, grant: id } = await grant()
    office.tenant.control.removeMember(group('financeReports'), of('ada'))
    assert.deepEqual((await listed())[0]?.conflicts, ['The membership is gone already.'])
    office.tenant.control.addMember(group('financeReports'), of('ada'))
    office.time.now = new Date(start.getTime() + day)
    const back: Warrant = { by: 'handed-back', grant: id, contract: null }
    const taken = revokeOperation({ id, attempts: 0 })
    await office.run(asking(taken, { name: 'revoke-access', actor: of('ada'), ...about(back) }))
    const first = (await listed()).find(({ operation }) => operation === op)
    assert.deepEqual(first?.conflicts, [
      'The membership is gone already.',
      'Later on, Ada Lindqvist was removed from financeReports on 24 November 2026.',
    ])
    office.tenant.control.addMember(group('financeReports'), of('ada'))
    const second = (await listed()).find(({ operation }) => operation === taken)
    assert.deepEqual([second?.possible, second?.conflicts], [false, ['The membership is there again already.']])
  })

  describe('accounts of contractors', () => {
    it('are blocked again when letting them in is undone, guests too', async () => {
      const { op } = await contractChanged('enable-account')
      const [line] = await listed('gil')
      assert.deepEqual([line?.undo, line?.possible], ['Block sign-in of Gil Santos and end all sessions', true])
      assert.equal((await undone(op)).state, 'done')
      assert.equal(office.tenant.control.user(of('gil')).accountEnabled, false)
      assert.equal((await office.operation(op)).undone_by, `undo:${op}`)
      // Its end is still to come, so it can be allowed again.
      assert.equal((await undone(`undo:${op}`, 'itManager', 'dialog-2')).state, 'done')
      assert.equal(office.tenant.control.user(of('gil')).accountEnabled, true)
    })

    it('stay blocked once the contract has ended', async () => {
      const { op } = await contractChanged('disable-account')
      const [line] = await listed('gil')
      assert.deepEqual([line?.possible, line?.conflicts[0]], [false, 'The approval has run out.'])
      assert.equal((await undone(op)).sentence, 'The approval has run out.')
      assert.equal(office.tenant.control.user(of('gil')).accountEnabled, false)
    })

    it('are left to the contract under which they work now', async () => {
      const { op } = await contractChanged('disable-account')
      await office.database.updateTable('contracts').set({ state: 'ended' }).execute()
      await office.contracted({ state: 'active' })
      assert.match((await undone(op)).sentence, /works under another contract now/)
    })
  })

  it('gives nothing back that does not go with what the person has by now', async () => {
    const { op } = await takenBack()
    const entry = { system: 'Finance', opens: 'See it', keywords: [], risk: 'low', approvals: [], presets: [] } as const
    const rest = { longest: undefined, visibleTo: 'everybody' } as const
    catalogue = {
      ...catalogue,
      entries: [
        { ...entry, ...rest, key: 'entry', title: 'Finance reports', group: group('financeReports') },
        { ...entry, ...rest, key: 'release', title: 'Payment release', group: group('paymentRelease') },
      ],
      conflicts: [{ between: ['release', 'entry'], why: 'Whoever releases must not enter', [refusing]: 'refuse' }],
    }
    const [before] = await listed()
    assert.deepEqual([before?.possible, before?.conflicts], [true, []])
    office.tenant.control.addMember(group('paymentRelease'), of('ada'))
    try {
      const conflict =
        'Ada Lindqvist has Payment release by now, and that does not go with it: Whoever releases must not enter.'
      const [line] = await listed()
      assert.deepEqual([line?.possible, line?.conflicts], [false, [conflict]])
      const result = await undone(op)
      assert.deepEqual([result.state, result.sentence], ['refused', conflict])
      assert.equal(await office.isMember('financeReports', 'ada'), false)
    } finally {
      office.tenant.control.removeMember(group('paymentRelease'), of('ada'))
    }
  })

  describe('who may', () => {
    it('is IT, and nobody else', async () => {
      const { op } = await grant()
      const result = await undone(op, 'maya')
      assert.deepEqual([result.state, result.sentence, started.length], ['refused', 'Only IT can undo changes.', 0])
    })

    it('is somebody who has just given a code in this dialog', async () => {
      const { op } = await grant()
      const without = await undo(ground(), someone('sam'), 'dialog-1', op)
      assert.ok(without !== 'still-running')
      assert.deepEqual([without.state, /proofs for this have run out/.test(without.sentence)], ['refused', true])
      assert.equal(office.ended.at(-1)?.forIt, undefined)
      await office.prove('sam', 'another-dialog')
      await office.prove('itManager', 'dialog-1')
      const foreign = await undo(ground(), someone('sam'), 'dialog-1', op)
      assert.ok(foreign !== 'still-running' && foreign.state === 'refused')
      await office.prove('sam', 'dialog-1')
      office.time.now = new Date(start.getTime() + 10 * 60_000 + 1)
      const stale = await undo(ground(), someone('sam'), 'dialog-1', op)
      assert.ok(stale !== 'still-running' && stale.state === 'refused')
      assert.equal(await office.isMember('financeReports', 'ada'), true)
      assert.equal((await undone(op)).state, 'done', 'and it works as soon as there is one')
      assert.deepEqual(
        started.map(({ id }) => id),
        ['', ':2', ':3', ':4'].map((attempt) => `undo:${op}${attempt}`),
      )
    })

    it('is nobody whom it concerns', async () => {
      const { op } = await grant({ person: 'sam', approvers: ['itHead'] })
      const result = await undone(op)
      assert.equal(result.state, 'refused')
      assert.match((await office.auditOf(`undo:${op}`, 'outcome'))?.detail?.because ?? '', /what concerns themselves/)
      assert.equal(await office.isMember('financeReports', 'sam'), true)
      office.tenant.control.removeMember(group('financeReports'), of('sam'))
    })

    it('has a limit for the day', async () => {
      for (let turn = 1; turn <= 10; turn++) {
        const { op } = await grant()
        assert.equal((await undone(op, 'sam', `dialog-${turn}`)).state, 'done')
      }
      const { op } = await grant()
      const result = await undone(op, 'sam', 'dialog-11')
      assert.deepEqual([result.state, /limit for today/.test(result.sentence)], ['refused', true])
    })
  })

  describe('forged in the engine, it is refused and IT hears of it:', () => {
    const forge = async (id: string, parts: Partial<OperationRequest>): Promise<string> => {
      await office.prove('sam', 'dialog-1')
      const result = await office.run(asking(id, { actor: of('sam'), dialogId: 'dialog-1', ...parts }))
      assert.equal(result.state, 'refused')
      assert.equal(office.ended.at(-1)?.forIt?.urgency, 'high')
      return (await office.auditOf(id, 'outcome'))?.detail?.because ?? ''
    }
    const by = (operation: string, ids: { readonly grant: string }): Warrant => ({
      by: 'undo',
      operation,
      grant: ids.grant,
      contract: null,
    })

    it('by somebody who is not IT, or by the bot itself', async () => {
      const { op, ...ids } = await grant()
      const revoke = { name: 'revoke-access', ...about(by(op, ids)) } as const
      assert.match(await forge('x-1', { ...revoke, actor: of('maya') }), /not IT/)
      assert.match(await forge('x-2', { ...revoke, actor: 'helpbot' }), /nobody undoes it/)
    })

    it('for another person, another group, another grant', async () => {
      const { op, ...ids } = await takenBack()
      const other = await office.granted({ person: 'maya', approvers: ['salesHead'] })
      const launch: GroupKey = 'productLaunch'
      assert.match(await forge('x-3', { target: of('maya'), ...about(by(op, ids)) }), /somebody else’s/)
      assert.match(await forge('x-4', { target: of('maya'), ...about(by(op, other)) }), /no change of this person/)
      assert.match(await forge('x-5', about(by(op, ids), launch)), /another group/)
      const mine = await office.granted({ state: 'ended' })
      assert.match(await forge('x-6', about(by(op, mine))), /another grant or contract/)
      assert.equal(await office.isMember('financeReports', 'ada'), false)
    })

    it('by the same change once more, or of a change that never was', async () => {
      const { op, ...ids } = await takenBack()
      assert.match(await forge('x-7', { name: 'revoke-access', ...about(by(op, ids)) }), /does not undo revoke-access/)
      assert.match(await forge('x-8', about(by('op-9', ids))), /no change of this person/)
    })
  })
})
