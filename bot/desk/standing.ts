import type { Desk, MasteredAt, OperationName, Standing } from '../desk.ts'
import type { AccountDoor } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { UserId } from '../identity/person.ts'
import { settledProofs } from '../lockdown/settled-proofs.ts'
import { type Facts, factsOf } from '../operations/facts.ts'
import { knownNow } from '../operations/known.ts'
import { OnPremisesUnreachable } from '../operations/on-premises.ts'
import { relationOf } from '../operations/relation.ts'
import { decideFor } from '../operations/usage.ts'
import { operationFacts } from '../policy/operations.ts'
import { doorSeen } from './door-seen.ts'
import type { Ground, Sitting } from './ground.ts'
import { standingForEverybody } from './locking-down.ts'
import { eventOf } from './proving.ts'

/** What the directory said is good for a conversation this long; every change asks it anew. */
const fresh = 60_000
const mostKept = 10_000

const kept = new WeakMap<Ground, Map<string, { facts: Promise<Facts>; at: number }>>()

/** What the policy says, with facts that may be a minute old: for talking only. */
export function standing(ground: Ground, sitting: Sitting): Pick<Desk, 'standing' | 'masteredAt' | 'accountDoor'> {
  const { person, dialogId } = sitting

  function facts(target: UserId = person.id): Promise<Facts> {
    const known = kept.get(ground) ?? new Map()
    kept.set(ground, known)
    const now = ground.clock().getTime()
    const key = `${person.id}/${target}`
    const already = known.get(key)
    if (already && now - already.at < fresh) return already.facts
    const asked = factsOf(ground.directory, ground.policy, person.id, target)
    asked.catch(() => known.delete(key))
    known.delete(key)
    known.set(key, { facts: asked, at: now })
    const [oldest] = known.keys()
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest)
    return asked
  }

  async function standingOf(operation: OperationName, about?: UserId): Promise<Standing> {
    try {
      return await decided(operation, about)
    } catch (error) {
      if (!(error instanceof OnPremisesUnreachable) && !isOutOfReach(error)) throw error
      const unreachable = error instanceof OnPremisesUnreachable
      const detail = `${error.code}: ${error.detail}`
      return { verdict: 'no', sentence: error.sentence, tellIt: true, detail, unreachable }
    }
  }

  async function decided(operation: OperationName, about?: UserId): Promise<Standing> {
    if (operationFacts[operation].for === 'everybody') return await standingForEverybody(ground, sitting, operation)
    const now = ground.clock()
    const { tenant } = person
    const target = about ?? person.id
    const [known, relation, { usage, lockdown, ...given }] = await Promise.all([
      facts(target),
      relationOf(ground, operation, person, target),
      knownNow(ground.database, { id: '', name: operation, tenant, actor: person.id, target, dialogId }, now),
    ])
    const proofs = await settledProofs(ground, lockdown, given.proofs)
    const targetProofs = await settledProofs(ground, lockdown, given.targetProofs)
    const decision = decideFor(ground.policy, {
      operation,
      tenant,
      actor: person.id,
      target,
      facts: known,
      relation,
      proofs,
      targetProofs,
      approvals: [],
      usage,
      lockdown,
      now,
    })
    if (decision.verdict === 'allow') {
      const { freshness } = ground.policy.operations[operation]
      const given = [...decision.proofsUsed, ...decision.targetProofsUsed].map(({ at }) => at.getTime())
      return { verdict: 'allow', until: new Date(Math.min(now.getTime(), ...given) + freshness) }
    }
    if (decision.verdict === 'need-proof') return { verdict: 'need-proof', alternatives: decision.alternatives }
    if (decision.verdict === 'need-person-proof')
      return { verdict: 'need-person-proof', alternatives: decision.alternatives }
    if (decision.verdict === 'need-approval')
      return {
        verdict: 'no',
        sentence: 'This needs an approval that I cannot ask for yet. Please talk to IT.',
        tellIt: false,
        detail: 'approval is not available for it',
      }
    const detail = [decision.detail, ...known.because].join('; ')
    await ground.audit.append({
      ...eventOf(sitting, operation, 'failed', { refusal: decision.code, because: detail.slice(0, 500) }),
      target,
      operationId: `refusal:${dialogId}:${operation}`,
      outcome: 'refused',
      policyVersion: decision.policyVersion,
    })
    const privileged = decision.code === 'privileged' || decision.code === 'protected'
    return { verdict: 'no', sentence: decision.sentence, tellIt: decision.tellIt, detail, privileged }
  }

  return {
    standing: standingOf,
    async masteredAt(): Promise<MasteredAt> {
      try {
        const { user, target } = await facts()
        if (user.sourceOfAuthority === 'entra') return 'entra'
        return target.writableOnPremises === true ? 'on-premises' : 'out-of-reach'
      } catch (error) {
        if (error instanceof OnPremisesUnreachable) return 'unreachable'
        if (isOutOfReach(error)) return 'out-of-reach'
        throw error
      }
    },
    async accountDoor() {
      if ((await standingOf('unlock-account')).verdict !== 'allow') return { at: 'unproven' }
      return doorSeen(await doorNow())
    },
  }

  /** @throws DirectoryError but where nothing can be reached */
  async function doorNow(): Promise<AccountDoor | 'unreachable'> {
    try {
      return await ground.directory.accountDoor(person.id)
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'unreachable') return 'unreachable'
      throw error
    }
  }
}

/** Which account of Active Directory it is, or whether it is an administrator's, cannot be said: nothing is done, and IT has to look. */
function isOutOfReach(error: unknown): error is DirectoryError {
  return error instanceof DirectoryError && error.code === 'protected'
}
