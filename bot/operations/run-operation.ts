import type { Kysely, Transaction } from 'kysely'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { UserId } from '../identity/person.ts'
import type { Proof } from '../identity/proof.ts'
import { listOfDialog } from '../identity/proofs.ts'
import type { Approval, Decision, Relation } from '../policy/decision.ts'
import { operationFacts } from '../policy/operations.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'
import { writePosts } from '../turns/outbox.ts'
import { factsOf } from './facts.ts'
import { agreementLasts } from './freeze-account.ts'
import type {
  Before,
  Changed,
  ForIt,
  Operation,
  OperationRequest,
  OperationResult,
  OperationTools,
  ReadBack,
} from './operation.ts'
import { type IsIt, relationOf } from './relation.ts'
import { refuseToShow } from './shown-to.ts'
import { decideFor, usage } from './usage.ts'

export interface RunDependencies {
  readonly database: Kysely<Schema>
  readonly audit: Audit
  /** Calls made for a request carry its correlation id, so that Microsoft's logs and ours can be laid side by side. */
  readonly directoryFor: (correlationId: string) => Directory
  readonly policy: Policy
  readonly clock: Clock
  readonly isIt: IsIt
  readonly operations: readonly Operation[]
  /** Who is told what when it is over; written in the same transaction as the outcome. */
  readonly notices: (
    request: OperationRequest,
    result: OperationResult,
    otherMails: readonly string[],
    transaction: Transaction<Schema>,
  ) => Promise<readonly PostDraft[]>
  /** Runs after the outcome is written: tickets, incidents, bringing posts out. Repeatable. */
  readonly afterwards: (ended: Ended) => Promise<void>
  readonly pause: (milliseconds: number) => Promise<void>
}

/** An operation that is over. */
export interface Ended {
  readonly request: OperationRequest
  readonly result: OperationResult
  /** Keys of the notices that were written. */
  readonly posts: readonly string[]
  /** What IT must hear of, with what the audit says of it. */
  readonly forIt: (ForIt & { readonly person: string; readonly detail: Readonly<Record<string, string>> }) | undefined
}

/** What preparing came to: leave, with the intent in the audit; or the end, with the reason in it. */
export type Prepared =
  | { readonly verdict: 'go'; readonly before: Before; readonly otherMails: readonly string[] }
  | { readonly verdict: 'stop'; readonly result: OperationResult }

/** An operation whose intent is in the audit. */
export type Begun = Extract<Prepared, { verdict: 'go' }>

/** The steps of every operation. Each may run again after a crash; none returns a secret. */
export interface Steps {
  prepare(request: OperationRequest): Promise<Prepared>
  change(request: OperationRequest, before: Before): Promise<Changed>
  readBack(request: OperationRequest, before: Before): Promise<ReadBack>
  conclude(
    request: OperationRequest,
    prepared: Extract<Prepared, { verdict: 'go' }>,
    changed: Changed,
    read: ReadBack,
  ): Promise<OperationResult>
  /** Something broke that is no answer of a directory; `begun` when the intent was in the audit already. */
  broken(request: OperationRequest, begun: Begun | undefined): Promise<OperationResult>
}

/**
 * Policy decision, audit intent, change, read back, audit outcome: in this order, for every change of a directory.
 * Facts are read live here, whatever a conversation found earlier.
 */
export function operationSteps(dependencies: RunDependencies): Steps {
  const { database, audit, policy, clock } = dependencies

  function operationNamed(name: string): Operation {
    const operation = dependencies.operations.find((one) => one.name === name)
    if (!operation) throw new Error(`there is no operation ${name}`)
    return operation
  }

  const toolsFor = ({ correlationId }: OperationRequest): OperationTools => ({
    directory: dependencies.directoryFor(correlationId),
    pause: dependencies.pause,
    now: clock,
  })

  async function close(connection: Kysely<Schema>, request: OperationRequest, result: OperationResult): Promise<void> {
    await connection
      .updateTable('operations')
      .set({ state: result.state, outcome: JSON.stringify(result), finished_at: new Date(result.at) })
      .where('id', '=', request.id)
      .execute()
  }

  /** Writes the end of an operation: its row, the notices and the audit's outcome, all or nothing; then tells whoever must know. */
  async function end(
    request: OperationRequest,
    result: OperationResult,
    known: {
      readonly before: Before | undefined
      readonly otherMails: readonly string[]
      readonly detail: Readonly<Record<string, string>>
      readonly forIt: ForIt | undefined
      readonly name?: string | undefined
    },
  ): Promise<OperationResult> {
    const { before, otherMails, detail, forIt } = known
    const posts = await database.transaction().execute(async (transaction) => {
      await close(transaction, request, result)
      const drafts = await dependencies.notices(request, result, otherMails, transaction)
      await writePosts(transaction, drafts, clock)
      // Last, because all other writers of the audit wait until this is committed.
      const outcome = { kind: 'outcome', outcome: result.state, policyVersion: policy.version, detail } as const
      await audit.appendWithin(transaction, { ...eventOf(request), ...outcome })
      return drafts.map((draft) => draft.key)
    })
    const person = known.name ?? before?.displayName ?? request.target
    // What is committed stays as it is, whatever becomes of telling it; the step runs again and finds it written.
    await dependencies.afterwards({ request, result, posts, forIt: forIt && { ...forIt, person, detail } })
    return result
  }

  async function stop(
    request: OperationRequest,
    state: 'refused' | 'failed',
    sentence: string,
    detail: Record<string, string>,
    forIt?: ForIt,
    name?: string,
  ): Promise<Prepared> {
    const result: OperationResult = { state, sentence, at: clock().toISOString() }
    return {
      verdict: 'stop',
      result: await end(request, result, { before: undefined, otherMails: [], detail, forIt, name }),
    }
  }

  /** Everything the decision rests on that lives in the directory, asked now. @throws DirectoryError */
  async function lookLive(request: OperationRequest) {
    const { tenant, actor, target, dialogId, confirmedBy } = request
    const directory = dependencies.directoryFor(request.correlationId)
    const given = dialogId ? await listOfDialog(database, dialogId, { tenant, id: actor }) : []
    const ground = { database, clock, directory, policy, isIt: dependencies.isIt }
    const [facts, relation, proofs, notToBeShown, agreed] = await Promise.all([
      factsOf(directory, policy, actor, target),
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
    return { facts, relation, proofs, notToBeShown, approvals }
  }

  async function begin(request: OperationRequest): Promise<void> {
    await database
      .insertInto('operations')
      .values({
        id: request.id,
        name: request.name,
        tenant_id: request.tenant,
        actor_id: request.actor,
        target_id: request.target,
        dialog_id: request.dialogId,
        correlation_id: request.correlationId,
        state: 'running',
        outcome: null,
        started_at: clock(),
        finished_at: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }

  return {
    async prepare(request) {
      await begin(request)
      let found: Awaited<ReturnType<typeof lookLive>>
      try {
        found = await lookLive(request)
      } catch (error) {
        if (!(error instanceof DirectoryError)) throw error
        const detail = { error: `${error.code}: ${error.detail}`, 'request-id': error.requestId ?? 'none' }
        const protective = operationFacts[request.name].protective
        if (!protective) return await stop(request, 'failed', error.sentence, detail)
        const forIt = { title: 'An account could not be protected', urgency: 'high' } as const
        return await stop(request, 'failed', notProtected, detail, forIt)
      }
      const { facts, relation, approvals, proofs, notToBeShown } = found
      const { tenant, actor, target, dialogId } = request
      const targetProofs =
        dialogId && actor !== target ? await listOfDialog(database, dialogId, { tenant, id: target }) : []
      const used = await usage(database, request, clock())
      const decision = decideFor(policy, {
        operation: request.name,
        tenant,
        actor,
        target,
        facts,
        relation,
        proofs,
        targetProofs,
        approvals,
        usage: used,
        now: clock(),
      })
      if (decision.verdict === 'refuse') {
        const because = [decision.detail, ...facts.because].join('; ').slice(0, 500)
        const forIt = decision.tellIt ? ({ title: `Refused: ${request.name}`, urgency: 'high' } as const) : undefined
        return await stop(
          request,
          'refused',
          decision.sentence,
          { refusal: decision.code, because },
          forIt,
          facts.user.displayName,
        )
      }
      if (decision.verdict !== 'allow') {
        const sentence = decision.verdict === 'need-approval' ? notAgreed : runOut
        return await stop(request, 'refused', sentence, { refusal: decision.verdict })
      }
      if (notToBeShown !== undefined)
        return await stop(request, 'refused', notToBeShown, { refusal: 'not-their-manager' })
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
        startedAt: clock().toISOString(),
      }
      // Whoever was helped by somebody else may not come to their chat soon: their mailbox is told too.
      const helped = operationFacts[request.name].personProves
      const own = helped && facts.user.mail !== undefined ? [facts.user.mail] : []
      return { verdict: 'go', before, otherMails: [...new Set([...facts.user.otherMails.slice(0, 5), ...own])] }
    },

    change: (request, before) => operationNamed(request.name).change(request, before, toolsFor(request)),

    readBack: (request, before) => operationNamed(request.name).readBack(request, before, toolsFor(request)),

    async conclude(request, { before, otherMails }, changed, read) {
      const { forIt, ...ended } = operationNamed(request.name).conclude(request, before, changed, read)
      const result: OperationResult = { ...ended, at: clock().toISOString() }
      const detail = { ...changed.detail, fate: changed.fate, 'read-back': read }
      return await end(request, result, { before, otherMails, detail, forIt })
    },

    async broken(request, begun) {
      const at = clock().toISOString()
      const forIt: ForIt = { title: `Broke off: ${request.name}`, urgency: 'high' }
      const detail = { broken: 'see the log by correlation id' }
      if (begun) {
        const { before, otherMails } = begun
        return await end(request, { state: 'unclear', sentence: brokenLate, at }, { before, otherMails, detail, forIt })
      }
      const result: OperationResult = { state: 'failed', sentence: brokenEarly, at }
      try {
        return await end(request, result, { before: undefined, otherMails: [], detail, forIt })
      } catch {
        // The audit does not take the end of what never began: the row alone says so, and the person may try again.
        await close(database, request, result)
        return result
      }
    },
  }
}

const notProtected =
  'I cannot reach the directory, so your account is NOT protected yet. IT has been told: call them now, and try again in a minute.'
const runOut = 'The proofs for this have run out. Please start again.'
const notAgreed =
  'The second person’s yes does not count, or not any more, so nothing was changed. Please ask for it anew.'
const brokenEarly = 'Something went wrong on my side, and nothing was changed. Please try again.'
const brokenLate = 'Something went wrong on my side, and I do not know whether the change was made. IT has been told.'

/** A manager's word counts while they are the manager: asked of the directory once more, now. @throws DirectoryError */
async function stillTheirManager(
  directory: Directory,
  person: UserId,
  proofs: readonly Proof[],
): Promise<readonly Proof[]> {
  if (!proofs.some(({ method }) => method === 'manager')) return proofs
  const manager = await directory.manager(person)
  const trusted = manager?.accountEnabled === true && manager.userType === 'Member' ? manager.id : undefined
  return proofs.filter(({ method, confirmedBy }) => method !== 'manager' || (trusted && confirmedBy === trusted))
}

function eventOf(
  request: OperationRequest,
): Pick<AuditEvent, 'action' | 'tenant' | 'actor' | 'target' | 'correlationId' | 'operationId' | 'why'> {
  return {
    action: request.name,
    tenant: request.tenant,
    actor: request.actor,
    target: request.target,
    correlationId: request.correlationId,
    operationId: request.id,
    why: request.why,
  }
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

function proofForAudit(proof: Proof): NonNullable<AuditEvent['proofs']>[number] {
  return {
    method: proof.method,
    at: proof.at.toISOString(),
    ...(proof.confirmedBy ? { confirmedBy: proof.confirmedBy } : {}),
  }
}
