import { DirectoryError } from '../directory/directory-error.ts'
import type { AccessFacts, AccessRefusal } from '../policy/access-decision.ts'
import { decideAccess } from '../policy/decide-access.ts'
import { type AccessFactsGround, type AccessFound, accessFactsOf } from './access-facts.ts'
import { accessForAudit } from './access-for-audit.ts'
import { eventOf, proofForAudit } from './audit-event.ts'
import { stopOperation } from './end.ts'
import type { AccessOperation, Before, BeforeAccess, ForIt } from './operation.ts'
import type { AccessChangeRequest, Prepared, RunDependencies } from './steps.ts'
import { checkWarrant } from './warrant.ts'
import type { Warranted } from './warranted.ts'

/**
 * Decides whether access may be changed now: whether what carries it holds, and whether the rules allow it; all of it read live.
 * Leave is in the audit as the intent, with the before-image beside the operation; a no is there as the outcome.
 */
export async function prepareAccess(dependencies: RunDependencies, request: AccessChangeRequest): Promise<Prepared> {
  const { database, audit, policy, clock } = dependencies
  let found: { readonly warranted: Warranted; readonly live: AccessFound }
  try {
    found = await lookLive(dependencies, request)
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    const detail = { error: `${error.code}: ${error.detail}`, 'request-id': error.requestId ?? 'none' }
    return await stopOperation(dependencies, request, 'failed', error.sentence, { detail })
  }
  const { warranted, live } = found
  const about = accessForAudit(request, warranted.rows)
  const decision = decideAccess(policy, live.facts)
  if (decision.verdict === 'refuse') {
    const { code, sentence, detail: because, tellIt } = warranted.instead ?? decision
    const detail = { refusal: code, because: because.slice(0, 500) }
    const forIt = tellIt ? refusedForIt(request, decision) : undefined
    const name = live.facts.names.person
    // What a lockdown keeps from beginning may begin when it is lifted: that is no no for good.
    const state = code === 'lockdown' ? 'failed' : 'refused'
    return await stopOperation(dependencies, request, state, sentence, { detail, about, forIt, name })
  }
  const { user, member } = live
  const ofAccount = request.access.group === null
  const access: BeforeAccess = { member, accountEnabled: ofAccount ? (user?.accountEnabled ?? null) : null }
  await database
    .updateTable('operations')
    .set({ before: JSON.stringify(access) })
    .where('id', '=', request.id)
    .execute()
  await audit.append({
    ...eventOf(request),
    kind: 'intent',
    policyVersion: policy.version,
    proofs: warranted.proofs.map(proofForAudit),
    detail: about,
  })
  const before: Before = {
    displayName: live.facts.names.person,
    passwordChangedAt: null,
    accountEnabled: user?.accountEnabled ?? null,
    onPremises: user?.sourceOfAuthority === 'on-premises',
    ...whereWritten(live.facts),
    startedAt: clock().toISOString(),
    access,
  }
  return { verdict: 'go', before, otherMails: [], about }
}

/** @throws DirectoryError */
async function lookLive(dependencies: RunDependencies, request: AccessChangeRequest) {
  const { database, policy, catalogue, clock, isIt } = dependencies
  const directory = dependencies.directoryFor(request.correlationId)
  const groupWithin: AccessFactsGround['groupWithin'] = (group, groups) =>
    dependencies.groupWithin(group, groups, request.correlationId)
  const warranted = await checkWarrant({ database, policy, catalogue, clock, isIt, directory }, request)
  const live = await accessFactsOf({ database, policy, directory, groupWithin }, request, warranted)
  return { warranted, live }
}

/** Which of the two is written on-premises. */
function whereWritten({ person, group }: AccessFacts): Pick<Before, 'writableOnPremises' | 'groupOnPremises'> {
  return {
    ...(person !== 'gone' && person.writableOnPremises === true ? { writableOnPremises: true } : {}),
    ...(group !== null && group !== 'gone' && group.sourceOfAuthority === 'on-premises'
      ? { groupOnPremises: true }
      : {}),
  }
}

/** What cannot be explained, and an account that stays open, cannot wait. */
function refusedForIt({ name }: AccessChangeRequest, { code }: AccessRefusal): ForIt {
  if (code === 'unwarranted') return { title: `${refused[name]}: nothing valid carries it`, urgency: 'high' }
  return { title: refused[name], urgency: name === 'disable-account' ? 'high' : 'normal' }
}

const refused: Readonly<Record<AccessOperation, string>> = {
  'grant-access': 'Access was not given',
  'revoke-access': 'Access was not taken back',
  'disable-account': 'An account was not blocked at the end of a contract',
  'enable-account': 'An account was not opened for a contract',
}
