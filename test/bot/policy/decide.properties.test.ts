import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Proof, proofMethods } from '../../../bot/identity/proof.ts'
import { type Approval, type DecisionRequest, decide, type Refusal } from '../../../bot/policy/decide.ts'
import { operationFacts, operationNames } from '../../../bot/policy/operations.ts'
import type { OperationRule, Policy } from '../../../bot/policy/policy.ts'
import type { PersonProof, Starter } from '../../../bot/policy/schema.ts'
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
const personProofs = fc.uniqueArray(fc.constantFrom<PersonProof>('totp', 'channel'), { maxLength: 2 })
/** Rules of what is done for others, weak ones included. */
const rulesForOthers: fc.Arbitrary<OperationRule> = fc
  .tuple(
    rules,
    fc.record({
      by: mostly<readonly Starter[]>(['manager', 'it'], ['it'], ['manager'], []),
      personProofs: fc.array(personProofs, { minLength: 1, maxLength: 3 }),
    }),
    fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    fc.constantFrom<Partial<OperationRule>>(
      {},
      { mode: 'automatic', proofs: [['totp']] },
      { mode: 'automatic', proofs: [['manager']] },
      { mode: 'approval', approvers: 'it' },
    ),
  )
  .map(([rule, more, perStarterPerDay, twoPersons]) => ({
    ...rule,
    ...more,
    limits: { ...rule.limits, perStarterPerDay },
    ...twoPersons,
  }))
/** Two of IT, as it is meant, and as a careless file has it. */
const freezeRules = fc
  .tuple(rulesForOthers, mostly(true, false))
  .map(
    ([rule, meant]): OperationRule =>
      meant ? { ...rule, mode: 'approval', approvers: 'it', proofs: [], by: ['it'] } : rule,
  )
const liftRules = fc
  .tuple(rulesForOthers, mostly(true, false))
  .map(
    ([rule, meant]): OperationRule =>
      meant ? { ...rule, mode: 'approval', approvers: 'it', proofs: [['totp']], by: ['it'] } : rule,
  )
const policies: fc.Arbitrary<Policy> = fc
  .tuple(
    fc.tuple(
      fc.tuple(rules, rules, rules, rules, rules, rules, rulesForOthers, freezeRules, rulesForOthers),
      fc.tuple(freezeRules, liftRules),
    ),
    mostly(true, false),
    boolean,
    fc.subarray([mia, stranger]),
    fc.nat(9),
  )
  .map(([[rule, [lock, lift]], channelCounts, enabled, listed, chance]) => {
    const [reset, unlock, enrol, replace, questions, protect, resetFor, freeze, undo] = rule
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
        'reset-password-for': resetFor,
        'freeze-account': freeze,
        'undo-access': undo,
        'lock-down': lock,
        'lift-lockdown': lift,
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
/** Mostly those of the one whose account it is. */
const theirProofs = fc.array(
  fc
    .tuple(proofs, mostly(stranger, mia, manager))
    .map(([proof, person]) => ({ ...proof, id: `their-${proof.id}`, person })),
  { minLength: 2, maxLength: 6 },
)

const approvals: fc.Arbitrary<Approval> = fc.record({
  by: mostly(manager, mia, stranger),
  at: moments,
  kind: fc.constantFrom('manager', 'owners', 'it', 'it', 'group:0d0d0d0d-0000-4000-8000-000000000001'),
})
/** Requests in which everything about the account is usual, so that proofs decide, and requests in which anything may be odd. */
function requestsWhere(odd: boolean): fc.Arbitrary<DecisionRequest> {
  const usually = <T>(usual: T, ...others: readonly T[]) => (odd ? mostly(usual, ...others) : fc.constant(usual))
  const known = usually<boolean | undefined>(true, false, undefined)
  const guest = usually<boolean | undefined>(false, true, undefined)
  const id = usually(mia, stranger)
  const tenant = usually(company, otherCompany)
  return fc
    .record({
      operation: fc.constantFrom(...operationNames, 'reset-password-for', 'reset-password-for', 'freeze-account'),
      person: fc.record({ id, tenant, accountEnabled: known, guest }),
      target: fc.record({
        id,
        tenant,
        privileged: usually<boolean | 'unknown'>(false, true, 'unknown'),
        protectedBecause: usually<readonly string[]>(
          [],
          ['role: 0e0e0e0e-0000-4000-8000-000000000001', 'x'.repeat(600)],
        ),
        sourceOfAuthority: usually<'entra' | 'on-premises'>('entra', 'on-premises'),
        accountEnabled: known,
        guest,
      }),
      relation: usually<DecisionRequest['relation']>('self', 'manager-of', 'it', 'none'),
      proofs: manyProofs,
      targetProofs: theirProofs,
      approvals: fc.array(approvals, { maxLength: 6 }),
      usage: fc.record({
        today: usually(0, 1, 4, Number.NaN, Number.POSITIVE_INFINITY, -1),
        byStarter: usually<number>(0, 1, 4, Number.NaN),
      }),
      lockdown: fc.constant<DecisionRequest['lockdown']>('open'),
      now: usually(noon, new Date(Number.NaN)),
      helps: fc.constantFrom(
        { relation: 'it' } as const,
        { relation: 'manager-of' } as const,
        ...(odd ? [undefined] : []),
      ),
    })
    .map(({ helps, ...asked }): DecisionRequest => {
      if (helps === undefined || operationFacts[asked.operation].for === 'self') return asked
      return { ...asked, ...helps, target: { ...asked.target, id: asked.target.id === mia ? stranger : mia } }
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

/** The same for the one whose account it is: codes and matched numbers of their own, and nothing else. */
function satisfiesTheirs(alternative: readonly string[], policy: Policy, asked: DecisionRequest): boolean {
  const own = (asked.targetProofs ?? []).filter(({ method }) => method === 'totp' || method === 'channel')
  return satisfies(alternative, policy, { ...asked, person: { ...asked.person, ...asked.target }, proofs: own })
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
    happened(counts, 'allow', 'need-proof', 'need-person-proof', 'need-approval', 'refuse')
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

  it('nothing is allowed for somebody else without proofs of both, by whoever is entrusted with them', () => {
    const counts = check((policy, asked, count) => {
      const decision = decide(policy, asked)
      if (decision.verdict !== 'allow' || operationFacts[asked.operation].for !== 'others') return
      const rule = policy.operations[asked.operation]
      assert.notEqual(asked.person.id, asked.target.id)
      assert.ok(rule.by?.some((starter) => asked.relation === (starter === 'it' ? 'it' : 'manager-of')))
      const { perStarterPerDay } = rule.limits
      if (perStarterPerDay !== undefined) assert.ok((asked.usage.byStarter ?? Number.NaN) < perStarterPerDay)
      if (asked.operation === 'freeze-account') {
        const { approval } = decision
        assert.equal(approval?.kind, 'it')
        assert.ok(approval && approval.by !== asked.person.id && approval.by !== asked.target.id)
        return count('frozen by two')
      }
      assert.ok(decision.proofsUsed.some(({ method }) => method === 'totp' || method === 'manager'))
      assert.ok(decision.proofsUsed.every(({ person }) => person === asked.person.id))
      if (asked.operation === 'undo-access') return count('undone')
      count(`reset by ${asked.relation}`)
      assert.ok(decision.targetProofsUsed.length > 0)
      assert.ok(rule.personProofs?.some((alternative) => satisfiesTheirs(alternative, policy, asked)))
      for (const proof of decision.targetProofsUsed) {
        assert.ok(asked.targetProofs?.includes(proof))
        assert.ok(proof.person === asked.target.id && (proof.method === 'totp' || proof.method === 'channel'))
      }
      if (!policy.channelCounts) assert.ok(decision.targetProofsUsed.every(({ method }) => method === 'totp'))
    })
    happened(counts, 'frozen by two', 'undone', 'reset by it', 'reset by manager-of')
  })

  it('for oneself nobody else’s proofs are looked at, and one’s own never stand for the other’s', () => {
    const counts = check((policy, asked, count) => {
      const before = decide(policy, asked)
      count(before.verdict)
      if (operationFacts[asked.operation].for === 'self')
        return assert.deepEqual(decide(policy, { ...asked, targetProofs: [] }), before)
      const swapped = decide(policy, { ...asked, targetProofs: asked.proofs })
      if (asked.operation === 'reset-password-for' && asked.proofs.every(({ person }) => person !== asked.target.id))
        assert.notEqual(swapped.verdict, 'allow')
    })
    happened(counts, 'allow', 'need-person-proof')
  })

  it('what is allowed is the own, known, enabled, unprivileged account of a member of this tenant', () => {
    const counts = check((policy, asked, count) => {
      const { verdict } = decide(policy, asked)
      const { person, target, operation } = asked
      if (target.privileged !== false) count(`privileged ${target.privileged}`)
      if (verdict === 'refuse' || operationFacts[operation].for === 'everybody') return
      count('not refused')
      const own = operationFacts[operation].for === 'self'
      assert.equal(asked.relation === 'self', own)
      assert.equal(person.id === target.id, own)
      assert.equal(person.tenant, target.tenant)
      assert.deepEqual([person.guest, target.privileged], [false, false])
      if (target.guest !== false) count('a guest')
      if (!operationFacts[operation].aboutAccess) assert.equal(target.guest, false)
      assert.deepEqual(target.protectedBecause, [])
      assert.ok(!policy.protected.people.includes(target.id))
      assert.ok(person.accountEnabled !== undefined && target.accountEnabled !== undefined)
      if (operation !== 'protect-account') assert.ok(person.accountEnabled)
      const { blocks, aboutAccess } = operationFacts[operation]
      if (!blocks && !aboutAccess) assert.ok(target.accountEnabled)
      if (operation === 'reset-password') assert.equal(target.sourceOfAuthority, 'entra')
      assert.notEqual(policy.operations[operation].mode, 'forbidden')
    })
    happened(counts, 'privileged true', 'privileged unknown', 'not refused')
  })

  it('what concerns everybody is done by two of IT, by proofs where they are wanted', () => {
    const counts = check((policy, asked, count) => {
      const decision = decide(policy, asked)
      const { operation, person } = asked
      if (decision.verdict !== 'allow' || operationFacts[operation].for !== 'everybody') return
      assert.equal(asked.relation, 'it')
      assert.deepEqual([person.accountEnabled, person.guest], [true, false])
      assert.equal(decision.approval?.kind, 'it')
      assert.notEqual(decision.approval?.by, person.id)
      if (operation === 'lift-lockdown')
        assert.ok(decision.proofsUsed.some(({ method }) => method === 'totp' || method === 'manager'))
      count(operation)
    })
    happened(counts, 'lock-down', 'lift-lockdown')
  })

  describe('while a lockdown is in force', () => {
    const takesNothing = ['protect-account', 'freeze-account', 'lock-down', 'lift-lockdown']

    it('frozen, nothing of self-service is allowed, whatever was proved and whoever said yes', () => {
      const counts = check((policy, asked, count) => {
        const open = decide(policy, asked)
        const frozen = decide(policy, { ...asked, lockdown: 'freeze' })
        if (takesNothing.includes(asked.operation)) {
          if (open.verdict === 'allow') count('goes on')
          return assert.deepEqual(frozen, open)
        }
        if (asked.operation === 'undo-access') return
        assert.equal(frozen.verdict, 'refuse')
        if (open.verdict === 'refuse') return
        count('frozen')
        assert.ok(frozen.verdict === 'refuse' && frozen.code === 'lockdown' && !frozen.tellIt)
        assert.ok(frozen.sentence.endsWith(policy.lockdown.contact))
      })
      happened(counts, 'frozen', 'goes on')
    })

    it('strict, what is allowed would be allowed without it, and rests on a code of the authenticator', () => {
      const counts = check((policy, asked, count) => {
        const strict = decide(policy, { ...asked, lockdown: 'strict' })
        if (takesNothing.includes(asked.operation)) return assert.deepEqual(strict, decide(policy, asked))
        if (strict.verdict !== 'allow') return
        count('allowed')
        assert.equal(decide(policy, asked).verdict, 'allow')
        assert.ok(strict.proofsUsed.some(({ method }) => method === 'totp'))
        if (operationFacts[asked.operation].personProves)
          assert.ok(strict.targetProofsUsed.some(({ method }) => method === 'totp'))
      })
      happened(counts, 'allowed')
    })

    it('strict, what is asked for is never more than what would then be enough', () => {
      const counts = check((policy, asked, count) => {
        const strict = decide(policy, { ...asked, lockdown: 'strict' })
        if (strict.verdict !== 'need-proof') return
        count('asked')
        const [first = []] = strict.alternatives
        const given = first.map((method, index) => ({
          id: `given-${index}`,
          tenant: asked.person.tenant,
          person: asked.person.id,
          method,
          dialogId: 'dialog',
          at: asked.now,
          counts: true,
          ...(method === 'manager' ? { confirmedBy: manager } : {}),
        }))
        const more = decide(policy, { ...asked, proofs: [...asked.proofs, ...given], lockdown: 'strict' })
        assert.notEqual(more.verdict, 'need-proof')
      })
      happened(counts, 'asked')
    })

    it('unknown, nothing is allowed but what protects', () => {
      const counts = check((policy, asked, count) => {
        const unknown = decide(policy, { ...asked, lockdown: 'unknown' })
        if (takesNothing.includes(asked.operation)) return assert.deepEqual(unknown, decide(policy, asked))
        assert.equal(unknown.verdict, 'refuse')
        if (decide(policy, asked).verdict !== 'refuse') {
          count('unverifiable')
          assert.ok(unknown.verdict === 'refuse' && unknown.code === 'unverifiable')
        }
      })
      happened(counts, 'unverifiable')
    })
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
        assert.ok(verdict === 'allow' || verdict === 'need-approval' || verdict === 'need-person-proof', verdict)
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
      'not-in-charge',
      'not-self',
      'other-tenant',
      'own-account',
      'privileged',
      'protected',
      'unverifiable',
    ])
  })
})
