import type { AuditEvent } from '../audit/audit.ts'
import type { Directory } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { UserId } from '../identity/person.ts'
import type { Proof } from '../identity/proof.ts'
import { listOfDialog } from '../identity/proofs.ts'
import { settledProofs } from '../lockdown/settled-proofs.ts'
import type { Approval, Decision, Relation } from '../policy/decision.ts'
import { operationFacts } from '../policy/operations.ts'
import { eventOf, proofForAudit } from './audit-event.ts'
import { stopOperation } from './end.ts'
import { type Facts, factsOf } from './facts.ts'
import { agreementLasts } from './freeze-account.ts'
import { knownNow } from './known.ts'
import { asked, OnPremisesUnreachable, unreachableForIt } from './on-premises.ts'
import type { Before, OperationRequest } from './operation.ts'
import { relationOf } from './relation.ts'
import { refuseToShow } from './shown-to.ts'
import type { AccountRequest, Prepared, RunDependencies } from './steps.ts'
import { operationTitle } from './titles.ts'
import { decideFor } from './usage.ts'

/**
 * Decides whether an account may be changed now: by the policy file, on facts and proofs read live. Leave is in the audit as the
 * intent, a no as the outcome.
 */
export async function prepareAccount(dependencies: RunDependencies, request: AccountRequest): Promise<Prepared> {
  const { database, audit, policy, clock } = dependencies
  let found: Awaited<ReturnType<typeof lookLive>>
  try {
    found = await lookLive(dependencies, request)
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    const detail = { error: `${error.code}: ${error.detail}`, 'request-id': error.requestId ?? 'none' }
    const protective = operationFacts[request.name].protective
    // Nobody can press a button until it works: that it does not is IT's to put right.
    if (!protective && error instanceof OnPremisesUnreachable)
      return await stopOperation(dependencies, request, 'failed', `${error.sentence} IT has been told.`, {
        detail,
        forIt: unreachableForIt,
      })
    // Which account of Active Directory it is cannot be said, or whose rights it has: found out by people, not by trying again.
    if (!protective && error.code === 'protected')
      return await stopOperation(dependencies, request, 'refused', `${error.sentence} IT has been told.`, {
        detail: { ...detail, refusal: 'mastered-elsewhere', because: error.detail },
        forIt: { title: `Refused: ${operationTitle(request.name)}`, urgency: 'high' },
      })
    if (!protective) return await stopOperation(dependencies, request, 'failed', error.sentence, { detail })
    const forIt = { title: 'An account could not be protected', urgency: 'high' } as const
    return await stopOperation(dependencies, request, 'failed', notProtected, { detail, forIt })
  }
  const { facts, relation, approvals, proofs, notToBeShown, password, locked } = found
  const { tenant, actor, target } = request
  // Last, so that what two of IT have just put in force is in force for this one.
  const { targetProofs, usage, lockdown } = await knownNow(database, request, clock())
  const settled = await settledProofs({ database, policy, clock }, lockdown, [...proofs, ...targetProofs])
  const decision = decideFor(policy, {
    operation: request.name,
    tenant,
    actor,
    target,
    facts,
    relation,
    proofs: settled.filter(({ person }) => person === actor),
    targetProofs: settled.filter(({ person }) => person !== actor),
    approvals,
    usage,
    lockdown,
    now: clock(),
  })
  if (decision.verdict === 'refuse') {
    const because = [decision.detail, ...facts.because].join('; ').slice(0, 500)
    const forIt = decision.tellIt
      ? ({ title: `Refused: ${operationTitle(request.name)}`, urgency: 'high' } as const)
      : undefined
    const detail = { refusal: decision.code, because }
    const name = facts.user.displayName
    return await stopOperation(dependencies, request, 'refused', decision.sentence, { detail, forIt, name })
  }
  if (decision.verdict !== 'allow') {
    const sentence = decision.verdict === 'need-approval' ? notAgreed : runOut
    return await stopOperation(dependencies, request, 'refused', sentence, { detail: { refusal: decision.verdict } })
  }
  if (notToBeShown !== undefined) {
    const detail = { refusal: 'not-their-manager' }
    return await stopOperation(dependencies, request, 'refused', notToBeShown, { detail })
  }
  await audit.append({
    ...eventOf(request),
    kind: 'intent',
    policyVersion: decision.policyVersion,
    proofs: decision.proofsUsed.map(proofForAudit),
    ...forOthers(request, relation, decision),
  })
  const before: Before = {
    displayName: facts.user.displayName,
    passwordChangedAt: facts.user.passwordChangedAt?.toISOString() ?? null,
    accountEnabled: facts.user.accountEnabled ?? null,
    onPremises: facts.user.sourceOfAuthority === 'on-premises',
    ...(facts.target.writableOnPremises === true ? { writableOnPremises: true } : {}),
    ...(password ? { password } : {}),
    ...(locked === undefined ? {} : { locked }),
    startedAt: clock().toISOString(),
    ...(lockdown === 'open' ? {} : { lockdown }),
  }
  // Whoever was helped by somebody else may not come to their chat soon: their mailbox is told too.
  const helped = operationFacts[request.name].personProves
  const own = helped && facts.user.mail !== undefined ? [facts.user.mail] : []
  return { verdict: 'go', before, otherMails: [...new Set([...facts.user.otherMails.slice(0, 5), ...own])] }
}

/** Everything the decision rests on that lives in the directory, asked now. @throws DirectoryError */
async function lookLive(dependencies: RunDependencies, request: AccountRequest) {
  const { database, policy, clock } = dependencies
  const { tenant, actor, target, dialogId, confirmedBy } = request
  const directory = dependencies.directoryFor(request.correlationId)
  const given = dialogId ? await listOfDialog(database, dialogId, { tenant, id: actor }) : []
  const ground = { database, clock, directory, policy, isIt: dependencies.isIt }
  const [facts, relation, proofs, notToBeShown, agreed] = await Promise.all([
    factsFor(dependencies, request, directory),
    relationOf(ground, request.name, { tenant, id: actor }, target),
    stillTheirManager(directory, actor, given),
    refuseToShow(ground, request),
    confirmedBy ? dependencies.isIt({ tenant, id: confirmedBy.id }) : false,
  ])
  const since = clock().getTime() - agreementLasts
  const approvals: Approval[] =
    confirmedBy && agreed && Date.parse(confirmedBy.at) >= since
      ? [{ by: confirmedBy.id, at: new Date(confirmedBy.at), kind: 'it' }]
      : []
  const password = await passwordBefore(request, facts, directory)
  const locked = await lockedBefore(request, facts, directory)
  return { facts, relation, proofs, notToBeShown, approvals, password, locked }
}

/**
 * Where the company's own directory does not answer, what only takes away goes as far as it can without it: sessions are ended, and
 * IT is told to do the rest.
 */
async function factsFor(
  { policy, entraFor }: RunDependencies,
  { name, actor, target, correlationId }: AccountRequest,
  directory: Directory,
): Promise<Facts> {
  try {
    return await factsOf(directory, policy, actor, target)
  } catch (error) {
    if (!(error instanceof OnPremisesUnreachable) || !operationFacts[name].blocks || !entraFor) throw error
    return await factsOf(entraFor(correlationId), policy, actor, target)
  }
}

/** How the password stands where it is about to be reset: what is seen afterwards is compared with it. */
async function passwordBefore(
  { name, target }: AccountRequest,
  { user, target: { writableOnPremises } }: Facts,
  directory: Directory,
): Promise<Before['password']> {
  if ((name !== 'reset-password' && name !== 'reset-password-for') || writableOnPremises !== true) return undefined
  const { changedAt, mustChange } = await asked(directory.passwordState(target), Promise.resolve(user))
  // What is not known is taken for the case in which looking tells nothing.
  return { changedAt: changedAt?.toISOString() ?? null, mustChange: mustChange ?? true }
}

/** Whether the account is locked that is about to be unlocked: what is found by a step that runs again may be our own doing. */
async function lockedBefore(
  { name, target }: AccountRequest,
  { user, target: { writableOnPremises } }: Facts,
  directory: Directory,
): Promise<boolean | undefined> {
  if (name !== 'unlock-account' || writableOnPremises !== true) return undefined
  const door = await asked(directory.accountDoor(target), Promise.resolve(user))
  return door.at === 'active-directory' ? door.locked : undefined
}

const notProtected =
  'I cannot reach the directory, so your account is NOT protected yet. IT has been told: call them now, and try again in a minute.'
export const runOut = 'The proofs for this have run out. Please start again.'
const notAgreed =
  'The second person’s yes does not count, or not any more, so nothing was changed. Please ask for it anew.'

/** A manager's word counts while they are the manager: asked of the directory once more, now. @throws DirectoryError */
export async function stillTheirManager(
  directory: Directory,
  person: UserId,
  proofs: readonly Proof[],
): Promise<readonly Proof[]> {
  if (!proofs.some(({ method }) => method === 'manager')) return proofs
  const manager = await directory.manager(person)
  const trusted = manager?.accountEnabled === true && manager.userType === 'Member' ? manager.id : undefined
  return proofs.filter(({ method, confirmedBy }) => method !== 'manager' || (trusted && confirmedBy === trusted))
}

/** What was done for somebody else names who started it in what capacity, who is shown it, and how the other one agreed or was verified. */
function forOthers(
  { startedBy, shownTo, actor, target }: OperationRequest,
  relation: Relation,
  { targetProofsUsed, approval }: Extract<Decision, { verdict: 'allow' }>,
): Pick<AuditEvent, 'detail'> {
  if (actor === target) return {}
  const person = targetProofsUsed.map(({ method, at }) => `${personProofs[method] ?? method} at ${at.toISOString()}`)
  return {
    detail: {
      'started-as': relation,
      ...(startedBy ? { 'started-by': startedBy.name } : {}),
      ...(shownTo ? { 'shown-to': shownTo.id, 'shown-to-name': shownTo.name } : {}),
      ...(person.length > 0 ? { 'person-proved-by': person.join(', ') } : {}),
      ...(approval ? { 'agreed-by': approval.by, 'agreed-at': approval.at.toISOString() } : {}),
    },
  }
}

const personProofs: Partial<Record<Proof['method'], string>> = {
  totp: 'totp, read out',
  channel: 'number matched in their own chat',
}
