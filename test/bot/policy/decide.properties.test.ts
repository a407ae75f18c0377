import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Proof, proofMethods } from '../../../bot/identity/proof.ts'
import { type Approval, type DecisionRequest, decide, type Refusal } from '../../../bot/policy/decide.ts'
import { operationFacts, operationNames } from '../../../bot/policy/operations.ts'
import type { OperationRule, Policy } from '../../../bot/policy/policy.ts'
import { company, deepFrozen, defaultPolicy, manager, mia, noon, otherCompany, stranger } from './examples.ts'

// One seed: how often each kind of case comes is the same in every run, and the checks below count them.
const runs = { numRuns: 5000, seed: 20_261_121 }
const guidAnywhere = /[0-9a-f]{8}-[0-9a-f]{4}-/i
const boolean = fc.boolean()
const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(usual) },
    ...others.map((other) => ({ weight: 1, arbitrary: fc.constant(other) })),
  )

const moments = fc
  .oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 50_000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 12 * 60_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: -3_600_000, max: 700 * 3_600_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, -1, 600_000, 600_001, Number.NaN) },
  )
  .map((age) => new Date(noon.getTime() - age))

/** Weak policies included: as if the linter had never been asked. */
const alternatives = fc.uniqueArray(fc.constantFrom(...proofMethods), { minLength: 0, maxLength: 3 })
const rules: fc.Arbitrary<OperationRule> = fc.record({
  mode: fc.constantFrom('automatic', 'automatic', 'automatic', 'approval', 'approval', 'forbidden'),
  proofs: fc.array(alternatives, { maxLength: 4 }),
  freshness: fc.constantFrom(60_000, 600_000, 3_600_000),
  limits: fc.record({ perPersonPerDay: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }) }),
  approvers: fc.constantFrom('manager', 'owners', 'group:0d0d0d0d-0000-4000-8000-000000000001', undefined),
  revokeSessions: boolean,
})
const policies: fc.Arbitrary<Policy> = fc
  .tuple(
    fc.tuple(rules, rules, rules, rules, rules, rules),
    mostly(true, false),
    boolean,
    fc.subarray([mia, stranger]),
    fc.nat(9),
  )
  .map(([rule, channelCounts, enabled, listed, chance]) => {
    const [reset, unlock, enrol, replace, questions, protect] = rule
    return {
      ...defaultPolicy,
      channelCounts,
      securityQuestions: { ...defaultPolicy.securityQuestions, enabled },
      protected: { people: chance === 0 ? listed : [], groups: [] },
      operations: {
        'reset-password': reset,
        'unlock-account': unlock,
        'enrol-totp': enrol,
        'replace-totp': replace,
        'set-security-questions': questions,
        'protect-account': protect,
      },
    }
  })

const proofs: fc.Arbitrary<Proof> = fc
  .record({
    id: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5', 'p6'),
    tenant: mostly(company, otherCompany),
    person: mostly(mia, stranger),
    method: fc.constantFrom(...proofMethods),
    dialogId: fc.constant('dialog'),
    at: moments,
    counts: mostly(true, false),
    confirmedBy: mostly(manager, mia, undefined),
  })
  .map(({ confirmedBy, ...proof }) => (confirmedBy === undefined ? proof : { ...proof, confirmedBy }))
const manyProofs = fc.array(proofs, { maxLength: 8 })

const approvals: fc.Arbitrary<Approval> = fc.record({
  by: mostly(manager, mia),
  at: moments,
  kind: fc.constantFrom('manager', 'owners', 'group:0d0d0d0d-0000-4000-8000-000000000001'),
})
/** Requests in which everything about the account is usual, so that proofs decide, and requests in which anything may be odd. */
function requestsWhere(odd: boolean): fc.Arbitrary<DecisionRequest> {
  const usually = <T>(usual: T, ...others: readonly T[]) => (odd ? mostly(usual, ...others) : fc.constant(usual))
  const known = usually<boolean | undefined>(true, false, undefined)
  const guest = usually<boolean | undefined>(false, true, undefined)
  const id = usually(mia, stranger)
  const tenant = usually(company, otherCompany)
  return fc.record({
    operation: fc.constantFrom(...operationNames),
    person: fc.record({ id, tenant, accountEnabled: known, guest }),
    target: fc.record({
      id,
      tenant,
      privileged: usually<boolean | 'unknown'>(false, true, 'unknown'),
      protectedBecause: usually<readonly string[]>([], ['role: 0e0e0e0e-0000-4000-8000-000000000001', 'x'.repeat(600)]),
      sourceOfAuthority: usually<'entra' | 'on-premises'>('entra', 'on-premises'),
      accountEnabled: known,
      guest,
    }),
    relation: usually<DecisionRequest['relation']>('self', 'manager-of', 'it', 'none'),
    proofs: manyProofs,
    approvals: fc.array(approvals, { maxLength: 6 }),
    usage: fc.record({ today: usually(0, 1, 4, Number.NaN, Number.POSITIVE_INFINITY, -1) }),
    now: usually(noon, new Date(Number.NaN)),
  })
}
const requests = fc.oneof({ weight: 3, arbitrary: requestsWhere(false) }, { weight: 2, arbitrary: requestsWhere(true) })

/** The rule once more in other words: some way of giving each method a good proof with an id of its own. */
function satisfies(alternative: readonly string[], policy: Policy, asked: DecisionRequest): boolean {
  const { freshness } = policy.operations[asked.operation]
  const good = asked.proofs.filter(
    (proof) =>
      proof.counts &&
      proof.person === asked.person.id &&
      proof.tenant === asked.person.tenant &&
      proof.at.getTime() <= asked.now.getTime() &&
      proof.at.getTime() >= asked.now.getTime() - freshness &&
      (proof.method !== 'manager' || (proof.confirmedBy ?? asked.person.id) !== asked.person.id),
  )
  const share = (methods: readonly string[], taken: readonly string[]): boolean => {
    const [method, ...others] = methods
    if (method === undefined) return true
    return good.some(
      (proof) => proof.method === method && !taken.includes(proof.id) && share(others, [...taken, proof.id]),
    )
  }
  return share(alternative, [])
}

/** How often each verdict came, so that a property that never met its case is noticed. */
function check(
  property: (policy: Policy, asked: DecisionRequest, count: (what: string) => void) => void,
): Map<string, number> {
  const counts = new Map<string, number>()
  fc.assert(
    fc.property(policies, requests, (policy, asked) => {
      property(policy, asked, (what) => counts.set(what, (counts.get(what) ?? 0) + 1))
    }),
    runs,
  )
  return counts
}

function happened(counts: Map<string, number>, ...cases: readonly string[]): void {
  for (const one of cases) assert.ok((counts.get(one) ?? 0) >= 20, `${one} came ${counts.get(one) ?? 0} times`)
}

describe('whatever the policy, the person and the proofs', () => {
  it('there is an answer, and every kind of answer comes up', () => {
    const counts = check((policy, asked, count) => count(decide(policy, asked).verdict))
    happened(counts, 'allow', 'need-proof', 'need-approval', 'refuse')
  })

  it('nothing is allowed without a satisfied alternative that is strong enough', () => {
    const counts = check((policy, asked, count) => {
      const decision = decide(policy, asked)
      if (decision.verdict !== 'allow') return
      const { proofs: listed } = policy.operations[asked.operation]
      if (listed.length === 0) {
        assert.equal(operationFacts[asked.operation].guarded, false)
        return count('without')
      }
      count('with')
      assert.ok(listed.some((alternative) => satisfies(alternative, policy, asked)))
      const used = decision.proofsUsed.map(({ method }) => method)
      assert.ok(listed.some((alternative) => [...alternative].sort().join() === [...used].sort().join()))
      assert.ok(used.some((method) => method !== 'questions'))
      if (operationFacts[asked.operation].guarded)
        assert.ok(used.some((method) => method === 'totp' || method === 'manager'))
      assert.equal(new Set(decision.proofsUsed.map(({ id }) => id)).size, used.length)
      for (const proof of decision.proofsUsed) assert.ok(asked.proofs.includes(proof))
    })
    happened(counts, 'with', 'without')
  })

  it('what is allowed is the own, known, enabled, unprivileged account of a member of this tenant', () => {
    const counts = check((policy, asked, count) => {
      const { verdict } = decide(policy, asked)
      const { person, target, operation } = asked
      if (target.privileged !== false) count(`privileged ${target.privileged}`)
      if (verdict === 'refuse') return
      count('not refused')
      assert.equal(asked.relation, 'self')
      assert.deepEqual([person.id, person.tenant], [target.id, target.tenant])
      assert.deepEqual([person.guest, target.guest, target.privileged], [false, false, false])
      assert.deepEqual(target.protectedBecause, [])
      assert.ok(!policy.protected.people.includes(target.id))
      assert.ok(person.accountEnabled !== undefined && target.accountEnabled !== undefined)
      if (operation !== 'protect-account') assert.ok(person.accountEnabled && target.accountEnabled)
      if (operation === 'reset-password') assert.equal(target.sourceOfAuthority, 'entra')
      assert.notEqual(policy.operations[operation].mode, 'forbidden')
    })
    happened(counts, 'privileged true', 'privileged unknown', 'not refused')
  })

  it('more proofs never take leave away, and fewer never give it', () => {
    const counts = new Map<string, number>()
    fc.assert(
      fc.property(policies, requests, manyProofs, fc.nat(), (policy, asked, more, seed) => {
        const few = decide(policy, asked)
        const all = [...asked.proofs, ...more]
        const turned = all.slice(seed % (all.length + 1)).concat(all.slice(0, seed % (all.length + 1)))
        const many = decide(policy, { ...asked, proofs: turned })
        counts.set(few.verdict, (counts.get(few.verdict) ?? 0) + 1)
        if (few.verdict === 'allow') assert.equal(many.verdict, 'allow')
        if (many.verdict === 'need-proof') assert.equal(few.verdict, 'need-proof')
        if (few.verdict === 'refuse' || many.verdict === 'refuse') assert.deepEqual(many, few)
      }),
      runs,
    )
    happened(counts, 'allow', 'need-proof')
  })

  it('stale, future, foreign and uncounted proofs change nothing', () => {
    const useless = (policy: Policy, asked: DecisionRequest) => (proof: Proof, index: number) => {
      const { freshness } = policy.operations[asked.operation]
      const spoilt: readonly Proof[] = [
        { ...proof, at: new Date(noon.getTime() - freshness - 1 - Math.abs(index)) },
        { ...proof, at: new Date(noon.getTime() + 1 + index) },
        { ...proof, person: manager },
        { ...proof, tenant: asked.person.tenant === company ? otherCompany : company },
        { ...proof, counts: false },
        { ...proof, method: 'manager', confirmedBy: asked.person.id },
      ]
      return spoilt
    }
    const counts = new Map<string, number>()
    fc.assert(
      fc.property(policies, requests, manyProofs, (policy, asked, more) => {
        const before = decide(policy, asked)
        counts.set(before.verdict, (counts.get(before.verdict) ?? 0) + 1)
        const noise = more.flatMap(useless(policy, asked))
        assert.deepEqual(decide(policy, { ...asked, proofs: [...noise, ...asked.proofs] }), before)
      }),
      runs,
    )
    happened(counts, 'allow', 'need-proof')
  })

  it('what is said to be missing is what is missing: with it, no proof is asked for any more', () => {
    const counts = check((policy, asked, count) => {
      const decision = decide(policy, asked)
      if (decision.verdict !== 'need-proof') return
      count('need-proof')
      assert.ok(decision.alternatives.length > 0)
      const lengths = decision.alternatives.map(({ length }) => length)
      assert.deepEqual(
        lengths,
        [...lengths].sort((one, other) => one - other),
      )
      for (const methods of decision.alternatives) {
        assert.ok(methods.length > 0)
        const given = methods.map((method) => ({
          ...{ id: `given-${method}`, tenant: asked.person.tenant, person: asked.person.id, method },
          ...{ dialogId: 'dialog', at: asked.now, counts: true, confirmedBy: manager },
        }))
        const { verdict } = decide(policy, { ...asked, proofs: [...asked.proofs, ...given] })
        assert.ok(verdict === 'allow' || verdict === 'need-approval', verdict)
      }
    })
    happened(counts, 'need-proof')
  })

  it('nobody approves for themselves', () => {
    const counts = check((policy, asked, count) => {
      const decision = decide(policy, asked)
      if (decision.verdict !== 'allow' || policy.operations[asked.operation].mode !== 'approval') return
      count('approved')
      assert.ok(decision.approval)
      assert.notEqual(decision.approval.by, asked.person.id)
      assert.equal(decision.approval.kind, policy.operations[asked.operation].approvers)
    })
    happened(counts, 'approved')
  })

  it('the same question has the same answer, and nothing that was handed over is touched', () => {
    check((policy, asked) => {
      const frozenPolicy = deepFrozen(structuredClone(policy))
      const frozenRequest = deepFrozen(structuredClone(asked))
      const first = decide(frozenPolicy, frozenRequest)
      assert.deepEqual(decide(frozenPolicy, frozenRequest), first)
      assert.deepEqual(frozenPolicy, structuredClone(policy))
      assert.deepEqual(frozenRequest, structuredClone(asked))
    })
  })

  it('every refusal has a sentence without ids for the person, and a short detail for IT', () => {
    const seen = new Map<string, Refusal>()
    check((policy, asked) => {
      const decision = decide(policy, asked)
      if (decision.verdict !== 'refuse') return
      seen.set(decision.code, decision)
      assert.match(decision.sentence, /^[A-Z].{20,}\.$/)
      assert.doesNotMatch(decision.sentence, guidAnywhere)
      assert.match(decision.sentence, /IT|help desk/)
      assert.doesNotMatch(decision.sentence, /privileg|admin|role|group/i)
      assert.ok(decision.detail.length > 0 && decision.detail.length <= 500)
      assert.equal(decision.policyVersion, policy.version)
      if (asked.target.privileged !== false && decision.code === 'privileged') assert.equal(decision.tellIt, true)
      if (asked.operation === 'protect-account') assert.equal(decision.tellIt, true)
    })
    assert.deepEqual([...seen.keys()].sort(), [
      'disabled',
      'forbidden',
      'guest',
      'limit',
      'mastered-elsewhere',
      'not-self',
      'other-tenant',
      'privileged',
      'protected',
      'unverifiable',
    ])
  })
})
