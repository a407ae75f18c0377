import type { Proof, ProofMethod } from '../identity/proof.ts'
import type { DecisionRequest } from './decision.ts'
import type { OperationRule, PersonProof } from './schema.ts'

/** How far one alternative has come: which proofs serve it, and what is still missing. */
export interface Progress {
  readonly used: readonly Proof[]
  readonly missing: readonly ProofMethod[]
}

/**
 * The proofs that serve now, the newest first: given by the person who asks, in their tenant, counting, not from the
 * future, fresh. A manager's confirmation names
 * somebody, and not the person.
 */
export function servingProofs(request: DecisionRequest, rule: OperationRule): readonly Proof[] {
  const { person, target, now } = request
  return request.proofs
    .filter((proof) => {
      if (proof.person !== person.id || proof.tenant !== person.tenant || proof.counts !== true) return false
      const age = now.getTime() - proof.at.getTime()
      if (!(age >= 0 && age <= rule.freshness)) return false
      if (proof.method !== 'manager') return true
      // Whoever is helped does not vouch for the helper: one chat in wrong hands would then speak for both.
      const { confirmedBy } = proof
      return confirmedBy !== undefined && confirmedBy !== person.id && confirmedBy !== target.id
    })
    .sort((one, other) => other.at.getTime() - one.at.getTime() || (one.id < other.id ? -1 : 1))
}

/**
 * Those that the other person gave in the same conversation and that serve now: by a factor of their own, so never on
 * somebody else's word.
 */
export function servingTargetProofs(request: DecisionRequest, rule: OperationRule): readonly Proof[] {
  const { person, target } = request
  const proofs = (request.targetProofs ?? []).filter(({ method }) => isPersonProof(method))
  return person.id === target.id ? [] : servingProofs({ ...request, person: { ...person, ...target }, proofs }, rule)
}

/** Whether somebody for whom another one asks can prove themselves so. */
export function isPersonProof(method: ProofMethod): method is PersonProof {
  return method === 'totp' || method === 'channel'
}

/**
 * Gives each method of an alternative a proof of its own. One proof (by its id) never stands for two methods, so this
 * looks for the way of sharing them out that satisfies most; an alternative has at most four methods.
 */
export function match(alternative: readonly ProofMethod[], proofs: readonly Proof[]): Progress {
  const [method, ...others] = alternative
  if (method === undefined) return { used: [], missing: [] }
  const without = match(others, proofs)
  let best: Progress = { used: without.used, missing: [method, ...without.missing] }
  for (const proof of distinct(proofs.filter((one) => one.method === method)).slice(0, alternative.length)) {
    const rest = match(
      others,
      proofs.filter((one) => one.id !== proof.id),
    )
    if (rest.missing.length < best.missing.length) best = { used: [proof, ...rest.used], missing: rest.missing }
    if (best.missing.length === 0) break
  }
  return best
}

function distinct(proofs: readonly Proof[]): readonly Proof[] {
  const ids = new Set<string>()
  return proofs.filter((proof) => !ids.has(proof.id) && ids.add(proof.id))
}
