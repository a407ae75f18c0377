import type { Proof, ProofMethod } from '../identity/proof.ts'
import type { Approval, Decision, DecisionRequest, Refusal } from './decision.ts'
import { closedBy, isStrict, withStrongest } from './lockdown.ts'
import { isPersonProof, match, servingProofs, servingTargetProofs } from './matching.ts'
import { operationFacts } from './operations.ts'
import type { Policy } from './policy.ts'
import { refusal } from './refusals.ts'
import type { OperationRule, PersonProof } from './schema.ts'
import { carries } from './strength.ts'

export type { Approval, Decision, DecisionRequest, Refusal, RefusalCode } from './decision.ts'

/**
 * Whether an operation may go ahead now. Pure: the same question has the same answer, and nothing is changed or read
 * besides the arguments. Never throws for arguments of their types.
 *
 * The order is fixed. First the refusals that say nothing about the account (`other-tenant`, `not-self`, `own-account`,
 * `not-in-charge`, `forbidden`, `lockdown`, `limit`), then those that do (`unverifiable`, `guest`, `privileged`, `protected`, `disabled`,
 * `mastered-elsewhere`), then the proofs of the person who asks, then those of the person concerned where that is somebody
 * else, and the approval last, so that nobody is asked to approve for a person who has not proved themselves.
 */
export function decide(policy: Policy, request: DecisionRequest): Decision {
  const rule = policy.operations[request.operation]
  const no = refuseWithoutLooking(policy, request, rule) ?? refuseForTheAccount(policy, request)
  if (no) return no

  const proofs = servingProofs(request, rule)
  const wanted = usable(policy, request, rule)
  const progress = wanted.map((alternative) => match(alternative, proofs))
  const satisfied = progress.find(({ missing }) => missing.length === 0)
  if (wanted.length > 0 && !satisfied)
    return {
      verdict: 'need-proof',
      alternatives: shortestFirst(progress.map(({ missing }) => missing)),
      policyVersion: policy.version,
    }

  const theirs = operationFacts[request.operation].personProves
    ? personProgress(policy, request, rule)
    : { used: [], missing: [] }
  if (theirs.missing.length > 0)
    return { verdict: 'need-person-proof', alternatives: theirs.missing, policyVersion: policy.version }

  const approval = rule.mode === 'approval' ? approvalOf(policy, request, rule) : undefined
  if (rule.mode === 'approval' && !approval)
    return { verdict: 'need-approval', from: rule.approvers ?? 'manager', policyVersion: policy.version }
  return {
    verdict: 'allow',
    proofsUsed: satisfied?.used ?? [],
    targetProofsUsed: theirs.used,
    approval,
    policyVersion: policy.version,
  }
}

/** How far the person concerned has come: nothing missing means that one of the alternatives is satisfied. */
function personProgress(
  policy: Policy,
  request: DecisionRequest,
  rule: OperationRule,
): { readonly used: readonly Proof[]; readonly missing: readonly (readonly PersonProof[])[] } {
  const proofs = servingTargetProofs(request, rule)
  const progress = usableByPerson(policy, request, rule).map((alternative) => match(alternative, proofs))
  const satisfied = progress.find(({ missing }) => missing.length === 0)
  if (satisfied) return { used: satisfied.used, missing: [] }
  const missing = progress.map((one) => one.missing.filter(isPersonProof))
  return { used: [], missing: shortestFirst(missing) }
}

function refuseWithoutLooking(policy: Policy, request: DecisionRequest, rule: OperationRule): Refusal | undefined {
  const { operation, person, target, usage } = request
  const facts = operationFacts[operation]
  if (person.tenant !== target.tenant)
    return refusal(policy, request, 'other-tenant', `tenant ${person.tenant} is not ${target.tenant}`)
  const wrongPerson = refuseThePerson[facts.for](policy, request, rule)
  if (wrongPerson) return wrongPerson
  if (rule.mode === 'forbidden') return refusal(policy, request, 'forbidden', 'the policy forbids it')
  if (operation === 'set-security-questions' && !policy.securityQuestions.enabled)
    return refusal(policy, request, 'forbidden', 'security questions are off')
  const closed = closedBy(request.lockdown, operation)
  if (closed) return refusal(policy, request, closed, `lockdown: ${request.lockdown}`)
  const asksForProof = rule.proofs.length > 0 || isStrict(request.lockdown, facts)
  const unproved =
    (rule.proofs.length === 0 && facts.guarded) || (asksForProof && usable(policy, request, rule).length === 0)
  if (unproved) return refusal(policy, request, 'forbidden', 'the policy lists no proof that is strong enough')
  if (facts.personProves && usableByPerson(policy, request, rule).length === 0)
    return refusal(policy, request, 'forbidden', 'the policy lists no proof of the person concerned')
  if (facts.twoPersons && (rule.mode !== 'approval' || rule.approvers !== 'it'))
    return refusal(policy, request, 'forbidden', 'the policy asks for no second person of IT')
  const limit = rule.limits.perPersonPerDay
  if (limit !== undefined && !(usage.today < limit))
    return refusal(policy, request, 'limit', `${usage.today} of ${limit} today`)
  const most = rule.limits.perStarterPerDay
  if (facts.for === 'others' && most !== undefined && !((usage.byStarter ?? Number.NaN) < most))
    return refusal(policy, request, 'limit', `started ${usage.byStarter ?? 'unknown'} of ${most} today`)
  return undefined
}

function refuseOthers(policy: Policy, request: DecisionRequest): Refusal | undefined {
  const { person, target, relation } = request
  if (relation === 'self' && person.id === target.id) return undefined
  return refusal(policy, request, 'not-self', `relation is ${relation}`)
}

/** Nobody vouches for themselves, and nobody helps a person whom the policy does not entrust to them. */
function refuseHelper(policy: Policy, request: DecisionRequest, rule: OperationRule): Refusal | undefined {
  const { person, target, relation } = request
  if (relation === 'self' || person.id === target.id)
    return refusal(policy, request, 'own-account', `relation is ${relation}`)
  const entrusted = rule.by?.some((starter) => relation === (starter === 'manager' ? 'manager-of' : starter)) ?? false
  if (rule.mode === 'forbidden' || entrusted) return undefined
  return refusal(policy, request, 'not-in-charge', `relation is ${relation}`)
}

/** What concerns everybody is for IT alone. */
function refuseAllButIt(policy: Policy, request: DecisionRequest, rule: OperationRule): Refusal | undefined {
  const entrusted = request.relation === 'it' && rule.by?.includes('it') === true
  if (rule.mode === 'forbidden' || entrusted) return undefined
  return refusal(policy, request, 'not-in-charge', `relation is ${request.relation}`)
}

const refuseThePerson = { self: refuseOthers, others: refuseHelper, everybody: refuseAllButIt } as const

function refuseForTheAccount(policy: Policy, request: DecisionRequest): Refusal | undefined {
  const { operation, person, target } = request
  const facts = operationFacts[operation]
  const unknown = unknownOf(policy, request)
  if (unknown.length > 0) return refusal(policy, request, 'unverifiable', `unknown: ${unknown.join(', ')}`)
  if (person.guest || (target.guest && !facts.aboutAccess))
    return refusal(policy, request, 'guest', 'a guest of this tenant')
  if (facts.for === 'everybody')
    return person.accountEnabled ? undefined : refusal(policy, request, 'disabled', 'accountEnabled is false')
  if (target.privileged) return refusal(policy, request, 'privileged', because('privileged', target.protectedBecause))
  if (policy.protected.people.includes(target.id))
    return refusal(policy, request, 'protected', because('named in the policy', target.protectedBecause))
  if (target.protectedBecause !== undefined && target.protectedBecause.length > 0)
    return refusal(policy, request, 'protected', because('protected', target.protectedBecause))
  // Blocking what is blocked already, and ending its sessions, is harmless and makes a second press come true.
  const mayAct = person.accountEnabled || (facts.protective && facts.for === 'self')
  if (!mayAct || !(target.accountEnabled || facts.blocks || facts.aboutAccess))
    return refusal(policy, request, 'disabled', 'accountEnabled is false')
  const { sourceOfAuthority, writableOnPremises, notWritableBecause } = target
  if (facts.needsSourceOfAuthority && sourceOfAuthority !== 'entra' && writableOnPremises !== true)
    return refusal(policy, request, 'mastered-elsewhere', notWritableBecause ?? `mastered ${sourceOfAuthority}`)
  return undefined
}

function unknownOf(policy: Policy, { operation, person, target, usage, now }: DecisionRequest): readonly string[] {
  const ofAccount: readonly (readonly [string, boolean])[] = [
    ['whether the account is enabled', target.accountEnabled === undefined],
    ['whether the account is a guest', target.guest === undefined],
    ['whether the account is privileged', target.privileged === 'unknown'],
    ['protected groups', policy.protected.groups.length > 0 && target.protectedBecause === undefined],
  ]
  const checks: readonly (readonly [string, boolean])[] = [
    ['whether the person is enabled', person.accountEnabled === undefined],
    ['whether the person is a guest', person.guest === undefined],
    ...(operationFacts[operation].for === 'everybody' ? [] : ofAccount),
    ['use today', Number.isNaN(usage.today)],
    ['the time', Number.isNaN(now.getTime())],
  ]
  return checks.filter(([, unknown]) => unknown).map(([what]) => what)
}

function because(what: string, reasons: readonly string[] = []): string {
  return reasons.length === 0 ? what : `${what} (${reasons.join('; ')})`
}

/** The alternatives that can be met at all and are strong enough, whatever slipped into the file; none where no proof is asked for. */
function usable(policy: Policy, request: DecisionRequest, rule: OperationRule): readonly (readonly ProofMethod[])[] {
  const { operation, lockdown } = request
  const possible = (alternative: readonly ProofMethod[]) =>
    carries(operation, alternative) &&
    (policy.channelCounts || !alternative.includes('channel')) &&
    (policy.securityQuestions.enabled || !alternative.includes('questions'))
  const said = rule.proofs.filter(possible)
  if (!isStrict(lockdown, operationFacts[operation])) return said
  // Under a lockdown the strongest besides: never is anything enough that is not enough without one.
  return withStrongest(rule.proofs.length === 0 ? [[]] : said, policy.lockdown.strict).filter(possible)
}

/** The same for the person concerned: of the strongest proofs those that somebody can give to whoever helps them. */
function usableByPerson(
  policy: Policy,
  { operation, lockdown }: DecisionRequest,
  rule: OperationRule,
): readonly (readonly PersonProof[])[] {
  const said = (rule.personProofs ?? []).filter((alternative) => alternative.length > 0)
  const strongest = policy.lockdown.strict.map((methods) => methods.filter(isPersonProof))
  const wanted = isStrict(lockdown, operationFacts[operation]) ? withStrongest(said, strongest) : said
  return wanted
    .filter((alternative) => alternative.every(isPersonProof))
    .map((alternative) => alternative.filter(isPersonProof))
    .filter((alternative) => policy.channelCounts || !alternative.includes('channel'))
}

function shortestFirst<Method extends ProofMethod>(
  alternatives: readonly (readonly Method[])[],
): readonly (readonly Method[])[] {
  const seen = new Set<string>()
  const different = alternatives.filter((methods) => {
    const name = [...methods].sort().join()
    return !seen.has(name) && seen.add(name)
  })
  return different.sort((one, other) => one.length - other.length)
}

/** The newest yes of the right kind, by neither of the two concerned, neither from the future nor expired. */
function approvalOf(policy: Policy, request: DecisionRequest, rule: OperationRule): Approval | undefined {
  const { person, target, now } = request
  return request.approvals
    .filter(({ by, at, kind }) => {
      const age = now.getTime() - at.getTime()
      const inTime = age >= 0 && age <= policy.approval.expiresAfter
      return kind === rule.approvers && by !== person.id && by !== target.id && inTime
    })
    .sort((one, other) => other.at.getTime() - one.at.getTime())[0]
}
