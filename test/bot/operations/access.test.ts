import assert from 'node:assert/strict'
import type { AccessRequest } from '../../../bot/approvals/requests/request.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import type { AccessOperation, OperationRequest, Warrant } from '../../../bot/operations/operation.ts'
import type { CastKey } from '../../../infra/practice/company/cast.ts'
import { lift, lockDown } from '../lockdown/in-force.ts'
import { policyWith } from '../policy/examples.ts'
import {
  type AccessOffice,
  about,
  asking,
  type Case,
  company,
  type GroupKey,
  group,
  of,
  openAccessOffice,
} from './access-office.ts'

const wire = (code: 'conflict' | 'not-found' | 'unreachable', maybeDone = false) =>
  new DirectoryError(code, { sentence: 'The directory said no.', detail: 'for a test', maybeDone })

describe('changes of access', function () {
  this.timeout(180_000)
  let office: AccessOffice

  before(async () => {
    office = await openAccessOffice()
  })
  after(() => office.close())
  beforeEach(() => office.clear())

  const approval = (ids: { readonly grant: string; readonly request: string }): Warrant => ({
    by: 'approval',
    request: ids.request,
    grant: ids.grant,
    contract: null,
  })
  const ending = (grant: string | null, contract: string | null = null): Warrant => ({ by: 'expiry', grant, contract })

  /** Grants what a case says, by the warrant that belongs to it. */
  async function grant(id: string, given: Case = {}, parts: Parameters<AccessOffice['run']>[1] = {}) {
    const ids = await office.granted(given)
    const whose = { target: of(given.person ?? 'ada') }
    const result = await office.run(asking(id, { ...whose, ...about(approval(ids), given.group) }), parts)
    return { ...ids, result }
  }

  async function refusalOf(id: string): Promise<string | undefined> {
    const row = await office.operation(id)
    assert.equal(row.state, 'refused', JSON.stringify(row.outcome))
    assert.equal(row.before, null, 'there is nothing to go back to')
    assert.equal(await office.auditOf(id, 'intent'), undefined, 'nothing was begun')
    const { detail } = (await office.auditOf(id, 'outcome')) ?? {}
    return detail?.refusal === 'unwarranted' ? `unwarranted: ${detail.because}` : detail?.refusal
  }

  describe('granting', () => {
    it('makes the membership, and the audit explains it', async () => {
      const { result, grant: id, request } = await grant('g-1')
      assert.deepEqual([result.state, result.sentence], ['done', 'Ada Lindqvist is in financeReports now.'])
      assert.equal(await office.isMember('financeReports', 'ada'), true)
      for (const kind of ['intent', 'outcome'] as const) {
        const event = await office.auditOf('g-1', kind)
        assert.deepEqual([event?.actor, event?.target, event?.tenant], ['helpbot', of('ada'), company])
        const { detail = {} } = event ?? {}
        assert.deepEqual(
          [detail.group, detail['group-name'], detail.grant, detail.request, detail.warrant, detail.reason],
          [group('financeReports'), 'financeReports', id, request, 'approval', 'The quarter ends.'],
        )
        assert.equal(detail.requester, `${of('ada')} Ada Lindqvist`)
        assert.match(detail.approvers ?? '', new RegExp(`^${of('maya')} Maya Okonkwo at 2026-11-23T08:59`))
        assert.equal(detail['ends-at'], '2026-12-23T08:59:00.000Z')
        assert.match(detail['terms-hash'] ?? '', /^[0-9a-f]{64}$/)
      }
      const outcome = await office.auditOf('g-1', 'outcome')
      assert.deepEqual([outcome?.detail?.['was-member'], outcome?.detail?.['read-back']], ['no', 'as-wanted'])
      const row = await office.operation('g-1')
      assert.deepEqual(row.before, { member: false, accountEnabled: null })
      assert.deepEqual(row.about, about(approval({ grant: id, request })).access)
      assert.deepEqual(
        office.settled.map((one) => [one.id, one.detail['was-member']]),
        [['g-1', 'no']],
      )
    })

    it('says so when the person was in it already, and has nothing to go back to', async () => {
      office.tenant.control.addMember(group('financeReports'), of('ada'))
      const { result } = await grant('g-2')
      assert.match(result.sentence, /was in financeReports already, so I changed nothing/)
      assert.equal(office.settled[0]?.detail['was-member'], 'yes')
      assert.deepEqual((await office.operation('g-2')).before, { member: true, accountEnabled: null })
    })

    it('gives guests what was approved, and synced people what is in the cloud', async () => {
      assert.equal((await grant('g-3', { person: 'gil' })).result.state, 'done')
      assert.equal((await grant('g-4', { person: 'kwame', group: 'productLaunch' })).result.state, 'done')
      office.tenant.control.removeMember(group('productLaunch'), of('kwame'))
    })

    it('looks when the answer was lost, and believes what it sees', async () => {
      const addMember = async (...given: Parameters<typeof office.directory.addMember>) => {
        await office.directory.addMember(...given)
        throw wire('unreachable', true)
      }
      const { result } = await grant('g-5', {}, { directory: { addMember } })
      assert.equal(result.state, 'done')
      assert.equal(office.settled[0]?.detail['was-member'], 'no')
    })

    it('does not know when the answer was lost and there is nothing to see', async () => {
      const addMember = async () => {
        throw wire('unreachable', true)
      }
      const { result } = await grant('g-6', {}, { directory: { addMember } })
      assert.deepEqual([result.state, await office.isMember('financeReports', 'ada')], ['unclear', false])
      assert.match(result.sentence, /I do not know whether Ada Lindqvist was added to financeReports/)
    })

    it('calls a membership its own that an earlier attempt made unnoticed', async () => {
      const ids = await office.granted()
      const blind = { isMember: async () => false }
      const first = await office.run(asking('g-7', about(approval(ids))), { directory: blind })
      assert.equal(first.state, 'unclear')
      const second = await office.run(asking('g-8', about(approval(ids))))
      assert.equal(second.state, 'done')
      assert.equal(office.settled[1]?.detail['was-member'], 'no')
    })

    it('calls it its own when the change runs twice, as after a crash', async () => {
      const request = asking('g-9', about(approval(await office.granted())))
      const steps = office.stepsWith()
      const prepared = await steps.prepare(request)
      assert.ok(prepared.verdict === 'go')
      await steps.change(request, prepared.before)
      const again = await steps.change(request, prepared.before)
      assert.equal(again.detail['was-member'], 'no')
    })

    it('tries thrice while the directory does not know itself, and then says no', async () => {
      let calls = 0
      const addMember = async (...given: Parameters<typeof office.directory.addMember>) => {
        calls++
        if (calls < 3) throw wire(calls === 1 ? 'conflict' : 'not-found')
        return await office.directory.addMember(...given)
      }
      assert.equal((await grant('g-10', {}, { directory: { addMember } })).result.state, 'done')
      assert.equal(calls, 3)
      let refused = 0
      const never = async () => {
        refused++
        throw wire('conflict')
      }
      const { result } = await grant('g-11', { person: 'gil' }, { directory: { addMember: never } })
      assert.deepEqual([result.state, refused], ['failed', 3])
      assert.equal(result.sentence, 'Gil Santos was not added to financeReports. The directory said no.')
    })

    it('is not begun under a lockdown that came after the leave; what takes away goes on', async () => {
      const ids = await office.granted()
      const request = asking('g-14', about(approval(ids)))
      const steps = office.stepsWith()
      const prepared = await steps.prepare(request)
      assert.ok(prepared.verdict === 'go')
      await lockDown(office.database, company, 'freeze', office.clock())
      const changed = await steps.change(request, prepared.before)
      const result = await steps.conclude(request, prepared, changed, 'unchanged')
      assert.equal(result.state, 'failed', 'it may begin when it is lifted')
      assert.match(result.sentence, /^Ada Lindqvist was not added to financeReports: IT has closed self-service/)
      assert.equal(await office.isMember('financeReports', 'ada'), false)
      assert.equal((await office.auditOf('g-14', 'outcome'))?.detail?.refusal, 'lockdown')
      await office.directory.addMember(group('financeReports'), of('ada'))
      const { grant: id } = await office.granted({ state: 'active', endsAt: office.clock() })
      const ended = await office.run(asking('g-15', { name: 'revoke-access', ...about(ending(id)) }))
      await lift(office.database)
      assert.equal(ended.state, 'done', ended.sentence)
    })

    it('settles once, however often its end is written', async () => {
      const request = asking('g-12', about(approval(await office.granted())))
      const steps = office.stepsWith()
      const prepared = await steps.prepare(request)
      assert.ok(prepared.verdict === 'go')
      const changed = await steps.change(request, prepared.before)
      await steps.conclude(request, prepared, changed, 'as-wanted')
      const again = await steps.conclude(request, prepared, changed, 'unknown')
      assert.deepEqual([again.state, office.settled.length], ['done', 1])
      assert.equal((await steps.prepare(request)).verdict, 'stop', 'and it does not begin once more')
    })

    it('fails when the directory does not answer, without having changed anything', async () => {
      const isMember = async () => {
        throw wire('unreachable')
      }
      const { result } = await grant('g-13', {}, { directory: { isMember } })
      assert.equal(result.state, 'failed')
      assert.equal(await office.auditOf('g-13', 'intent'), undefined)
      assert.equal(office.settled.length, 1)
    })
  })

  describe('granting is refused', () => {
    const groups: readonly (readonly [what: string, key: GroupKey, code: string])[] = [
      ['a role-assignable group', 'tierZero', 'role-assignable-group'],
      ['a group nested in one', 'plantNetwork', 'privileged-group'],
      ['a dynamic group', 'everybody', 'dynamic-group'],
      ['a mail-enabled security group', 'invoiceApprovers', 'mail-enabled-group'],
      ['a synced group', 'warehouseBadges', 'synced-group'],
    ]
    for (const [what, key, code] of groups)
      it(`for ${what}, and IT hears of it`, async () => {
        const { result } = await grant(`no-${key}`, { group: key })
        assert.equal(await refusalOf(`no-${key}`), code)
        assert.match(result.sentence, /^Ada Lindqvist was not added to .* IT has been told\.$/)
        assert.equal(office.ended[0]?.forIt?.urgency, 'normal')
        assert.equal(office.settled[0]?.detail.refusal, code)
      })

    it('for a distribution list, and for what is neither security group nor Microsoft 365 group', async () => {
      const facts = await office.directory.group(group('financeReports'))
      for (const [id, parts, code] of [
        ['no-1', { mailEnabled: true, securityEnabled: false }, 'mail-enabled-group'],
        ['no-2', { securityEnabled: false }, 'unsuitable-group'],
        ['no-3', { dynamic: undefined }, 'unverifiable'],
      ] as const) {
        await office.clear()
        await grant(id, {}, { directory: { group: async () => ({ ...facts, ...parts }) } })
        assert.equal(await refusalOf(id), code)
      }
    })

    it('for a group that the policy protects, and for one nested in it', async () => {
      const policy = policyWith({ protected: { people: [], groups: [group('financeReports')] } })
      await grant('no-4', {}, { policy })
      assert.equal(await refusalOf('no-4'), 'protected-group')
      office.tenant.control.addMember(group('financeReports'), group('productLaunch'))
      await grant('no-5', { person: 'maya', approvers: ['salesHead'], group: 'productLaunch' }, { policy })
      office.tenant.control.removeMember(group('financeReports'), group('productLaunch'))
      assert.equal(await refusalOf('no-5'), 'protected-group')
    })

    it('for a group that is not there', async () => {
      const gone = async () => {
        throw wire('not-found')
      }
      await grant('no-6', {}, { directory: { group: gone } })
      assert.equal(await refusalOf('no-6'), 'unknown-group')
    })

    const people: readonly (readonly [what: string, key: CastKey, code: string])[] = [
      ['an administrator', 'ravi', 'privileged'],
      ['somebody who is one by a nested group', 'lucas', 'privileged'],
      ['somebody who is blocked', 'ines', 'disabled'],
    ]
    for (const [what, key, code] of people)
      it(`for ${what}`, async () => {
        await grant(`no-${key}`, { person: key })
        assert.equal(await refusalOf(`no-${key}`), code)
        assert.equal(await office.isMember('financeReports', key), false)
        assert.equal(office.ended[0]?.forIt === undefined, code === 'disabled')
      })

    it('for somebody whom the policy protects', async () => {
      const policy = policyWith({ protected: { people: [of('ada')], groups: [] } })
      await grant('no-7', {}, { policy })
      assert.equal(await refusalOf('no-7'), 'protected')
      const members = policyWith({ protected: { people: [], groups: [group('salesDashboard')] } })
      await grant('no-8', { person: 'maya', approvers: ['salesHead'] }, { policy: members })
      assert.equal(await refusalOf('no-8'), 'protected')
    })

    it('for somebody who is not in the directory', async () => {
      const user = async (id: ReturnType<typeof of>) => {
        if (id === of('ada')) throw wire('not-found')
        return await office.directory.user(id)
      }
      await grant('no-9', {}, { directory: { user } })
      assert.equal(await refusalOf('no-9'), 'unknown-person')
    })
  })

  describe('a forged or worn-out approval carries nothing:', () => {
    const forged: readonly (readonly [what: string, given: Case, because: RegExp])[] = [
      ['a request that was denied', { document: (one) => ({ ...one, state: 'denied' }) }, /request is denied/],
      ['one that is still open', { document: (one) => ({ ...one, state: 'open' }) }, /request is open/],
      ['one without any approval', { document: (one) => ({ ...one, asks: [] }) }, /0 of 1 approvals/],
      ['one that its requester approved', { approvers: ['ada'] }, /whoever asked for it approved it/],
      ['one that whoever gets it approved', { requester: 'maya', approvers: ['ada'] }, /whoever gets it approved it/],
      [
        'an approver replaced by the requester',
        {
          document: (one) => ({
            ...one,
            asks: one.asks.map((ask) => ({ ...ask, approver: one.terms.requester })),
          }),
        },
        /whoever asked for it approved it/,
      ],
      ['other terms than were approved', { document: withReason }, /approved something else/],
      [
        'a longer time than was approved',
        { document: (one) => ({ ...one, terms: { ...one.terms, lasts: 'permanent' } }), endsAt: null },
        /approved something else/,
      ],
      [
        'a grant that would last longer than its request',
        { endsAt: new Date('2027-11-23T09:00:00.000Z') },
        /longer than was approved/,
      ],
      ['a grant without an end', { endsAt: null }, /longer than was approved/],
      [
        'a risky one without the approver’s code',
        {
          terms: { risk: 'high' },
          document: (one) => ({ ...one, asks: one.asks.map((ask) => ({ ...ask, proof: null })) }),
        },
        /did not prove themselves/,
      ],
      ['somebody else’s request', { document: forSomebodyElse }, /for somebody else/],
      ['a request of another company', { document: ofAnotherCompany }, /no such request/],
      ['a request for another group', { document: forAnotherGroup }, /for something else/],
      ['a document that nobody wrote', { document: (one) => ({ ...one, id: '' }) }, /another request/],
      ['a grant that is over', { endsAt: new Date('2026-11-23T08:59:59.000Z') }, /end has passed/],
      ['a grant that has not begun', { startsAt: new Date('2026-11-24T09:00:00.000Z') }, /not begun yet/],
      ['a grant that is active already', { state: 'active' }, /it is active/],
      ['a grant that has ended', { state: 'ended' }, /it is ended/],
      ['an approver who is blocked', { approvers: ['ines'] }, /no enabled member any more/],
      ['an approver who is a guest', { approvers: ['gil'] }, /no enabled member any more/],
      [
        'an approver who never was',
        { document: (one) => approvedBy(one, '0b0b0b0b-0000-4000-8000-00000000000a') },
        /no enabled member any more/,
      ],
    ]
    for (const [index, [what, given, because]] of forged.entries())
      it(what, async () => {
        const id = `forged-${index}`
        const { result } = await grant(id, given)
        assert.match((await refusalOf(id)) ?? '', because)
        assert.match(result.sentence, /what it rests on does not hold, or not any more\. IT has been told\.$/)
        assert.equal(office.ended[0]?.forIt?.urgency, 'high')
        assert.equal(await office.isMember('financeReports', 'ada'), false)
      })

    it('a request of the operation for another person or group than the grant is for', async () => {
      const ids = await office.granted()
      await office.run(asking('other-1', { target: of('maya'), ...about(approval(ids)) }))
      assert.match((await refusalOf('other-1')) ?? '', /somebody else’s/)
      await office.run(asking('other-2', about(approval(ids), 'productLaunch')))
      assert.match((await refusalOf('other-2')) ?? '', /another group/)
      const request = asking('other-3', about(approval(ids)))
      await office.run({ ...request, access: { group: null, title: '', warrant: approval(ids) } })
      assert.match((await refusalOf('other-3')) ?? '', /another group/)
    })

    it('grant and request of two different cases', async () => {
      const [one, other] = [await office.granted(), await office.granted({ person: 'maya', approvers: ['salesHead'] })]
      await office.run(asking('mixed-1', about(approval({ grant: one.grant, request: other.request }))))
      assert.match((await refusalOf('mixed-1')) ?? '', /another request/)
      await office.run(asking('mixed-2', about({ by: 'approval', request: one.request, grant: null, contract: null })))
      assert.match((await refusalOf('mixed-2')) ?? '', /neither a grant nor a contract/)
      await office.run(asking('mixed-3', about(approval({ grant: 'none', request: one.request }))))
      assert.match((await refusalOf('mixed-3')) ?? '', /no such grant/)
    })

    it('an end, or a grant that is given back, gives nothing', async () => {
      const { grant: id } = await office.granted({ state: 'active' })
      for (const [name, warrant] of [
        ['kind-1', ending(id)],
        ['kind-2', { by: 'handed-back', grant: id, contract: null }],
      ] as const) {
        await office.run(asking(name, about(warrant)))
        assert.match((await refusalOf(name)) ?? '', /carries no grant-access/)
      }
    })

    it('the contract that the grant belongs to is over', async () => {
      const { contract } = await office.contracted({ person: 'ada', state: 'ended' })
      await grant('contract-over', { contract })
      assert.match((await refusalOf('contract-over')) ?? '', /contract it belongs to is over/)
    })

    it('words without a warrant, or a warrant for what needs none', async () => {
      const steps = office.stepsWith()
      await assert.rejects(steps.prepare(asking('bare', {})), /cannot be asked for like this/)
      const { grant: id, request } = await office.granted()
      const reset: OperationRequest = asking('odd', {
        name: 'reset-password',
        ...about(approval({ grant: id, request })),
      })
      await assert.rejects(steps.prepare(reset), /cannot be asked for like this/)
      await assert.rejects(steps.prepare(asking('odd-2', { name: 'reset-password' })), /cannot be asked for like this/)
    })
  })

  describe('taking back', () => {
    const over = (given: Case = {}): Case => ({
      state: 'active',
      startsAt: new Date('2026-11-20T09:00:00.000Z'),
      endsAt: new Date('2026-11-23T09:00:00.000Z'),
      ...given,
    })
    const letIn = (person: CastKey, key: GroupKey = 'financeReports') =>
      office.tenant.control.addMember(group(key), of(person))
    const take = (id: string, warrant: Warrant, parts: Partial<OperationRequest> = {}) =>
      office.run(asking(id, { name: 'revoke-access', ...about(warrant), ...parts }))

    it('ends the membership at the second it is due, and not before', async () => {
      const { grant: id } = await office.granted(over())
      letIn('ada')
      office.time.now = new Date('2026-11-23T08:59:59.999Z')
      await take('t-1', ending(id))
      assert.match((await refusalOf('t-1')) ?? '', /its end has not come yet/)
      office.time.now = new Date('2026-11-23T09:00:00.000Z')
      const result = await take('t-2', ending(id))
      assert.deepEqual(
        [result.state, result.sentence, await office.isMember('financeReports', 'ada')],
        ['done', 'Ada Lindqvist is not in financeReports any more.', false],
      )
      assert.deepEqual((await office.operation('t-2')).before, { member: true, accountEnabled: null })
      const { detail } = (await office.auditOf('t-2', 'outcome')) ?? {}
      assert.deepEqual([detail?.warrant, detail?.['was-member'], detail?.grant], ['expiry', 'yes', id])
      assert.match(detail?.approvers ?? '', /Maya Okonkwo/)
    })

    it('says so when there was nothing to take away', async () => {
      const { grant: id } = await office.granted(over())
      const result = await take('t-3', ending(id))
      assert.match(result.sentence, /was not in financeReports any more, so there was nothing to take away/)
      assert.equal(office.settled[0]?.detail['was-member'], 'no')
    })

    it('takes from people who are blocked, and from administrators what we gave them', async () => {
      const blocked = await office.granted(over())
      letIn('ada')
      office.tenant.control.editUser(of('ada'), { accountEnabled: false })
      assert.equal((await take('t-4', ending(blocked.grant))).state, 'done')
      const admin = await office.granted(over({ person: 'ravi' }))
      letIn('ravi')
      assert.equal((await take('t-5', ending(admin.grant), { target: of('ravi') })).state, 'done')
    })

    it('leaves administrators what we did not give them', async () => {
      const { contract } = await office.contracted({
        person: 'ravi',
        state: 'active',
        endsAt: new Date('2026-11-23T09:00:00.000Z'),
      })
      letIn('ravi')
      await take('t-6', ending(null, contract), { target: of('ravi') })
      assert.equal(await refusalOf('t-6'), 'privileged')
      assert.equal(await office.isMember('financeReports', 'ravi'), true)
    })

    it('touches no group that must not be written', async () => {
      const { grant: id } = await office.granted(over({ person: 'lucas', group: 'plantNetwork' }))
      await take('t-7', ending(id), { target: of('lucas'), ...about(ending(id), 'plantNetwork') })
      assert.equal(await refusalOf('t-7'), 'privileged-group')
      assert.equal(await office.isMember('plantNetwork', 'lucas'), true)
    })

    it('is not done twice over, nor for a grant that is not active', async () => {
      for (const state of ['waiting', 'ended', 'failed'] as const) {
        const { grant: id } = await office.granted(over({ state }))
        await take(`t-${state}`, ending(id))
        assert.match((await refusalOf(`t-${state}`)) ?? '', new RegExp(`grant is ${state}`))
      }
    })

    it('is done before its time by whoever has it or asked for it, and by nobody else', async () => {
      const { grant: id } = await office.granted({ state: 'active', requester: 'maya', approvers: ['salesHead'] })
      letIn('ada')
      const back: Warrant = { by: 'handed-back', grant: id, contract: null }
      for (const actor of ['helpbot', of('salesHead'), of('sam')] as const) {
        await take(`back-${actor}`, back, { actor })
        assert.match((await refusalOf(`back-${actor}`)) ?? '', /somebody else gave it back/)
      }
      assert.equal((await take('back-maya', back, { actor: of('maya') })).state, 'done')
      assert.equal(await office.isMember('financeReports', 'ada'), false)
    })

    it('is done at the end of a contract with what we did not give, once it is over', async () => {
      const end = new Date('2026-11-24T09:00:00.000Z')
      const { contract } = await office.contracted({ state: 'active', endsAt: end })
      letIn('gil')
      const gils = { target: of('gil') }
      await take('c-1', ending(null, contract), gils)
      assert.match((await refusalOf('c-1')) ?? '', /contract has not ended yet/)
      await take('c-2', ending(null, contract))
      assert.match((await refusalOf('c-2')) ?? '', /somebody else’s/)
      office.time.now = end
      assert.equal((await take('c-3', ending(null, contract), gils)).state, 'done')
      assert.equal(await office.isMember('financeReports', 'gil'), false)
      office.time.now = new Date('2026-11-23T09:00:00.000Z')
    })

    it('fails as long as the directory does not let it, and says so', async () => {
      const { grant: id } = await office.granted(over())
      letIn('ada')
      office.tenant.control.faults.set({ class: 'groups', kind: '500', times: 'always' })
      const result = await take('t-8', ending(id))
      assert.equal(result.state, 'failed')
      office.tenant.control.faults.clear()
      assert.equal(await office.isMember('financeReports', 'ada'), true)
    })
  })

  describe('accounts of contractors', () => {
    const ended = new Date('2026-11-23T09:00:00.000Z')
    const change = (name: AccessOperation, id: string, warrant: Warrant, target: CastKey = 'gil') =>
      office.run(asking(id, { name, target: of(target), ...about(warrant, null) }))

    it('are disabled at the end, sessions and all', async () => {
      const { contract, request } = await office.contracted({ state: 'active', endsAt: ended })
      const result = await change('disable-account', 'd-1', ending(null, contract))
      assert.equal(result.state, 'done')
      assert.match(result.sentence, /^Sign-in of Gil Santos is blocked\. Sessions are being ended/)
      assert.equal(office.tenant.control.user(of('gil')).accountEnabled, false)
      assert.deepEqual((await office.operation('d-1')).before, { member: null, accountEnabled: true })
      const { detail } = (await office.auditOf('d-1', 'outcome')) ?? {}
      assert.deepEqual(
        [detail?.contract, detail?.request, detail?.['sessions-ended'], detail?.['sign-in-blocked']],
        [contract, request, 'yes', 'yes'],
      )
      assert.match(detail?.approvers ?? '', /Astrid Halvorsen/)
    })

    it('are not disabled before it, nor by the contract of somebody else, nor while another contract runs', async () => {
      const early = await office.contracted({ state: 'active', endsAt: new Date(ended.getTime() + 1) })
      await change('disable-account', 'd-2', ending(null, early.contract))
      assert.match((await refusalOf('d-2')) ?? '', /has not ended yet/)
      const past = await office.contracted({ state: 'ended', endsAt: ended })
      await change('disable-account', 'd-3', ending(null, past.contract))
      assert.match((await refusalOf('d-3')) ?? '', /another contract now/)
      await change('disable-account', 'd-4', ending(null, past.contract), 'ada')
      assert.match((await refusalOf('d-4')) ?? '', /somebody else’s/)
      await change('disable-account', 'd-5', ending(null, 'none'), 'ada')
      assert.match((await refusalOf('d-5')) ?? '', /no such contract/)
      const { grant: id } = await office.granted({ state: 'active', endsAt: ended, person: 'maya' })
      await office.run(asking('d-6', { name: 'disable-account', target: of('maya'), ...about(ending(id)) }))
      assert.match((await refusalOf('d-6')) ?? '', /names no contract/)
    })

    it('are never disabled or enabled where they are administrators’, protected or synced', async () => {
      for (const [person, code] of [
        ['ravi', 'privileged'],
        ['lucas', 'privileged'],
        ['kwame', 'mastered-elsewhere'],
      ] as const) {
        await office.clear()
        const { contract } = await office.contracted({ person, state: 'active', endsAt: ended })
        await change('disable-account', `d-${person}`, ending(null, contract), person)
        assert.equal(await refusalOf(`d-${person}`), code)
        assert.equal(office.ended[0]?.forIt?.urgency, 'high')
        assert.equal(office.tenant.control.user(of(person)).accountEnabled, true)
      }
    })

    it('are enabled when the contract begins, by its approval and nothing else', async () => {
      office.tenant.control.editUser(of('gil'), { accountEnabled: false })
      const { contract, request } = await office.contracted()
      const warrant = { by: 'approval', request, grant: null, contract } as const
      await change('enable-account', 'e-1', ending(null, contract))
      assert.match((await refusalOf('e-1')) ?? '', /carries no enable-account/)
      await change('disable-account', 'e-2', warrant)
      assert.match((await refusalOf('e-2')) ?? '', /carries no disable-account/)
      const result = await change('enable-account', 'e-3', warrant)
      assert.deepEqual([result.state, result.sentence], ['done', 'Gil Santos can sign in now.'])
      assert.equal(office.tenant.control.user(of('gil')).accountEnabled, true)
      assert.deepEqual((await office.operation('e-3')).before, { member: null, accountEnabled: false })
    })

    it('are not enabled once more while the contract runs, nor without an approval', async () => {
      const active = await office.contracted({ state: 'active' })
      const by = (ids: typeof active): Warrant => ({
        by: 'approval',
        request: ids.request,
        grant: null,
        contract: ids.contract,
      })
      await change('enable-account', 'e-4', by(active))
      assert.match((await refusalOf('e-4')) ?? '', /it is active/)
      await office.clear()
      const forged = await office.contracted({ document: (one) => ({ ...one, state: 'denied' }) })
      await change('enable-account', 'e-5', by(forged))
      assert.match((await refusalOf('e-5')) ?? '', /request is denied/)
    })
  })
})

function withReason(one: AccessRequest): AccessRequest {
  return { ...one, terms: { ...one.terms, reason: 'Another reason.' } }
}

function forSomebodyElse(one: AccessRequest): AccessRequest {
  return { ...one, terms: { ...one.terms, person: { id: of('tomas'), name: 'Tomáš Dvořák' } } }
}

function ofAnotherCompany(one: AccessRequest): AccessRequest {
  return JSON.parse(JSON.stringify({ ...one, tenant: '0a0a0a0a-0000-4000-8000-000000000002' }))
}

function forAnotherGroup(one: AccessRequest): AccessRequest {
  return { ...one, terms: { ...one.terms, group: { id: group('productLaunch'), name: 'Product Launch' } } }
}

function approvedBy(one: AccessRequest, id: string): AccessRequest {
  return JSON.parse(
    JSON.stringify({ ...one, asks: one.asks.map((ask) => ({ ...ask, approver: { ...ask.approver, id } })) }),
  )
}
