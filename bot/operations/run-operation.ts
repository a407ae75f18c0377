import type { Kysely } from 'kysely'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Proof } from '../identity/proof.ts'
import { listOfDialog } from '../identity/proofs.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'
import { writePosts } from '../turns/outbox.ts'
import { factsOf } from './facts.ts'
import type {
  Before,
  Changed,
  Concerned,
  Operation,
  OperationRequest,
  OperationResult,
  OperationTools,
  ReadBack,
} from './operation.ts'
import { decideFor, usage } from './usage.ts'

export interface RunDependencies {
  readonly database: Kysely<Schema>
  readonly audit: Audit
  /** Calls made for a request carry its correlation id, so that Microsoft's logs and ours can be laid side by side. */
  readonly directoryFor: (correlationId: string) => Directory
  readonly policy: Policy
  readonly clock: Clock
  readonly operations: readonly Operation[]
  /** Who is told what when it is over; written in the same transaction as the outcome. */
  readonly notices: (
    concerned: Concerned,
    result: OperationResult,
    transaction: Parameters<Audit['appendWithin']>[0],
  ) => Promise<readonly PostDraft[]>
  /** Runs after the outcome is written: tickets, bringing posts out. Repeatable. */
  readonly afterwards: (request: OperationRequest, result: OperationResult, posts: readonly string[]) => Promise<void>
  readonly pause: (milliseconds: number) => Promise<void>
}

/** What preparing came to: leave, with the intent in the audit; or the end, with the reason in it. */
export type Prepared =
  | { readonly verdict: 'go'; readonly before: Before; readonly otherMails: readonly string[] }
  | { readonly verdict: 'stop'; readonly result: OperationResult }

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

  async function stop(
    request: OperationRequest,
    state: 'refused' | 'failed',
    sentence: string,
    detail: Record<string, string>,
  ): Promise<Prepared> {
    const at = clock()
    const result: OperationResult = { state, sentence, at: at.toISOString() }
    const posts = await database.transaction().execute(async (transaction) => {
      await audit.appendWithin(transaction, {
        ...eventOf(request),
        kind: 'outcome',
        outcome: state,
        policyVersion: policy.version,
        detail,
      })
      await finish(transaction, request, result)
      const concerned = { request, before: emptyBefore(at), user: undefined }
      const drafts = await dependencies.notices(concerned, result, transaction)
      await writePosts(transaction, drafts, clock)
      return drafts.map((draft) => draft.key)
    })
    await dependencies.afterwards(request, result, posts)
    return { verdict: 'stop', result }
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

  async function finish(
    transaction: Kysely<Schema>,
    request: OperationRequest,
    result: OperationResult,
  ): Promise<void> {
    await transaction
      .updateTable('operations')
      .set({ state: result.state, outcome: JSON.stringify(result), finished_at: new Date(result.at) })
      .where('id', '=', request.id)
      .execute()
  }

  return {
    async prepare(request) {
      await begin(request)
      let facts: Awaited<ReturnType<typeof factsOf>>
      try {
        facts = await factsOf(dependencies.directoryFor(request.correlationId), policy, request.actor, request.target)
      } catch (error) {
        if (!(error instanceof DirectoryError)) throw error
        return await stop(request, 'failed', error.sentence, {
          error: `${error.code}: ${error.detail}`,
          'request-id': error.requestId ?? 'none',
        })
      }
      const proofs = request.dialogId
        ? await listOfDialog(database, request.dialogId, { tenant: request.tenant, id: request.actor })
        : []
      const today = await usage(database, request, clock())
      const { tenant, actor, target } = request
      const decision = decideFor(policy, {
        operation: request.name,
        tenant,
        actor,
        target,
        facts,
        proofs,
        today,
        now: clock(),
      })
      if (decision.verdict !== 'allow') {
        const refused =
          decision.verdict === 'refuse'
            ? decision
            : {
                sentence: 'The proofs for this have run out. Please start again.',
                detail: decision.verdict,
                code: decision.verdict,
              }
        return await stop(request, 'refused', refused.sentence, {
          refusal: refused.code,
          because: [refused.detail, ...facts.because].join('; ').slice(0, 500),
        })
      }
      await audit.append({
        ...eventOf(request),
        kind: 'intent',
        policyVersion: decision.policyVersion,
        proofs: decision.proofsUsed.map(proofForAudit),
      })
      const before: Before = {
        displayName: facts.user.displayName,
        passwordChangedAt: facts.user.passwordChangedAt?.toISOString() ?? null,
        accountEnabled: facts.user.accountEnabled ?? null,
        onPremises: facts.user.sourceOfAuthority === 'on-premises',
        startedAt: clock().toISOString(),
      }
      return { verdict: 'go', before, otherMails: facts.user.otherMails.slice(0, 5) }
    },

    change: (request, before) => operationNamed(request.name).change(request, before, toolsFor(request)),

    readBack: (request, before) => operationNamed(request.name).readBack(request, before, toolsFor(request)),

    async conclude(request, { before, otherMails }, changed, read) {
      const ended = operationNamed(request.name).conclude(request, before, changed, read)
      const result: OperationResult = { ...ended, at: clock().toISOString() }
      const concerned = { request, before, user: { displayName: before.displayName, otherMails } }
      const posts = await database.transaction().execute(async (transaction) => {
        const detail = { ...changed.detail, fate: changed.fate, 'read-back': read }
        await audit.appendWithin(transaction, {
          ...eventOf(request),
          kind: 'outcome',
          outcome: result.state,
          policyVersion: policy.version,
          detail,
        })
        await finish(transaction, request, result)
        const drafts = await dependencies.notices(concerned, result, transaction)
        await writePosts(transaction, drafts, clock)
        return drafts.map((draft) => draft.key)
      })
      await dependencies.afterwards(request, result, posts)
      return result
    },
  }
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

function proofForAudit(proof: Proof): NonNullable<AuditEvent['proofs']>[number] {
  return {
    method: proof.method,
    at: proof.at.toISOString(),
    ...(proof.confirmedBy ? { confirmedBy: proof.confirmedBy } : {}),
  }
}

function emptyBefore(at: Date): Before {
  return {
    displayName: '',
    passwordChangedAt: null,
    accountEnabled: null,
    onPremises: false,
    startedAt: at.toISOString(),
  }
}
