import { lockdownNow } from '../lockdown/in-force.ts'
import { closedToAccess } from '../policy/decide-access.ts'
import { closedBy, isStrict, type LockdownState, strictSentence } from '../policy/lockdown.ts'
import { operationFacts } from '../policy/operations.ts'
import { refusalSentence } from '../policy/refusals.ts'
import type { Before, Forbidden, OperationRequest } from './operation.ts'
import { changesAccess, changesAccount, type RunDependencies } from './steps.ts'

/**
 * Why a lockdown forbids now what had leave a moment ago; undefined while it does not. To be asked right before the change: what two
 * of IT have put in force since is in force for this one too, and what cannot be read is taken for one.
 */
export async function closedMeanwhile(
  { database, policy }: RunDependencies,
  request: OperationRequest,
  before: Before,
): Promise<Forbidden | undefined> {
  const state = await lockdownNow(database, request.tenant)
  if (state === 'open') return undefined
  const because = `lockdown: ${state}, when the change was about to be made`
  if (changesAccess(request)) {
    const names = { person: before.displayName, group: request.access.group?.name ?? 'a group' }
    const proved = request.access.warrant.by === 'undo'
    const no = closedToAccess({ change: request.name, lockdown: state, names, proved })
    // What a lockdown keeps from beginning may begin when it is lifted: that is no no for good.
    return no && { state: 'failed', code: no.code, sentence: no.sentence, because, tellIt: no.tellIt }
  }
  if (!changesAccount(request)) return undefined
  const code = closedBy(state, request.name)
  if (code !== undefined) {
    const sentence = refusalSentence(policy, request.name, code)
    return { state: 'refused', code, sentence, because, tellIt: code === 'unverifiable' }
  }
  if (!isStrict(state, operationFacts[request.name]) || wasStrict(before.lockdown)) return undefined
  const sentence = `${strictSentence(policy.lockdown.contact)} Nothing was changed.`
  return { state: 'refused', code: 'lockdown', sentence, because, tellIt: false }
}

/** The proofs were the strongest already when leave was given. */
const wasStrict = (state: LockdownState | undefined): boolean => state === 'strict' || state === 'freeze'
