import type { Desk, OperationName, Standing } from '../desk.ts'
import { listOfDialog } from '../identity/proofs.ts'
import { type Facts, factsOf } from '../operations/facts.ts'
import { decideFor, usage } from '../operations/usage.ts'
import type { Ground, Sitting } from './ground.ts'
import { eventOf } from './proving.ts'

/** What the directory said is good for a conversation this long; every change asks it anew. */
const fresh = 60_000
const mostKept = 10_000

const kept = new WeakMap<Ground, Map<string, { facts: Promise<Facts>; at: number }>>()

/** What the policy says, with facts that may be a minute old: for talking only. */
export function standing(ground: Ground, sitting: Sitting): Pick<Desk, 'standing' | 'isOnPremises'> {
  const { person, dialogId } = sitting

  function facts(): Promise<Facts> {
    const known = kept.get(ground) ?? new Map()
    kept.set(ground, known)
    const now = ground.clock().getTime()
    const already = known.get(person.id)
    if (already && now - already.at < fresh) return already.facts
    const asked = factsOf(ground.directory, ground.policy, person.id, person.id)
    asked.catch(() => known.delete(person.id))
    known.delete(person.id)
    known.set(person.id, { facts: asked, at: now })
    const [oldest] = known.keys()
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest)
    return asked
  }

  return {
    async standing(operation: OperationName): Promise<Standing> {
      const now = ground.clock()
      const [known, proofs, today] = await Promise.all([
        facts(),
        listOfDialog(ground.database, dialogId, person),
        usage(ground.database, { id: '', name: operation, tenant: person.tenant, target: person.id }, now),
      ])
      const decision = decideFor(ground.policy, {
        operation,
        tenant: person.tenant,
        actor: person.id,
        target: person.id,
        facts: known,
        proofs,
        today,
        now,
      })
      if (decision.verdict === 'allow') return { verdict: 'allow' }
      if (decision.verdict === 'need-proof') return { verdict: 'need-proof', alternatives: decision.alternatives }
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
        operationId: `refusal:${dialogId}:${operation}`,
        outcome: 'refused',
        policyVersion: decision.policyVersion,
      })
      return { verdict: 'no', sentence: decision.sentence, tellIt: decision.tellIt, detail }
    },
    async isOnPremises() {
      return (await facts()).user.sourceOfAuthority === 'on-premises'
    },
  }
}
