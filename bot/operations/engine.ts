import { setTimeout as pause } from 'node:timers/promises'
import { DBOS, Error as DBOSErrors, DBOSWorkflowConflictError } from '@dbos-inc/dbos-sdk'
import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import type { Abandoned } from '../replicas/take-over.ts'
import type { Forgetful } from '../store/forget-old-workflows.ts'
import type { Schema } from '../store/schema.ts'
import type { OperationEngine, OperationRequest, OperationResult } from './operation.ts'
import type { Begun, Steps } from './run-operation.ts'

/**
 * The steps and their order. What another release has begun is gone on with by these: change them only through DBOS.patch(), or it ends as
 * unclear.
 */
const stepsVersion = 'operations-2'

/** A store that is away for a while must not leave a change without its outcome; `change` alone is never repeated so. */
const mostTries = 8
const firstWait = 500

/** More of what a dead process left behind are not gone on with in one go. */
const takenOverAtOnce = 100

/**
 * The durable engine: what preparing and changing came to is kept in PostgreSQL, and what a crash interrupted goes on at whichever
 * process takes it over. Should two run the same one, because a process was given up that lives after all, both do the same, and one end of it is
 * written. One engine a process, as DBOS has it.
 */
export async function startEngine(options: {
  databaseUrl: string
  /** The same database. */
  database: Kysely<Schema>
  /** A name that no other process has, nor had. */
  executor: string
  log: Logger
  steps: Steps
}): Promise<OperationEngine & Abandoned & Forgetful> {
  const { steps, log } = options
  DBOS.setConfig({
    name: 'helpbot',
    systemDatabaseUrl: options.databaseUrl,
    systemDatabasePoolSize: 10,
    executorID: options.executor,
    applicationVersion: stepsVersion,
    enablePatching: true,
    logLevel: 'warn',
    runAdminServer: false,
  })
  const operate = DBOS.registerWorkflow(
    async (request: OperationRequest): Promise<OperationResult> => {
      let begun: Begun | undefined
      try {
        const prepared = await DBOS.runStep(() => steps.prepare(request), { name: 'prepare' })
        if (prepared.verdict === 'stop') return prepared.result
        begun = prepared
        const changed = await DBOS.runStep(() => steps.change(request, prepared.before), { name: 'change' })
        // What follows may run again as a whole, and is kept as the end of the operation itself: no steps of the engine.
        // What was never tried need not be looked for.
        const read = changed.forbidden ? 'unchanged' : await patiently(() => steps.readBack(request, prepared.before))
        return await patiently(() => steps.conclude(request, prepared, changed, read))
      } catch (error) {
        // Another process has taken it over and brings it to its end: this one has nothing to say any more.
        if (error instanceof DBOSWorkflowConflictError) throw error
        log.error(
          { correlationId: request.correlationId, operation: request.id, error: String(error) },
          'operation broke',
        )
        // Another release has come further in it by other steps: what it did there cannot be read.
        const isAnothers = error instanceof DBOSErrors.DBOSUnexpectedStepError
        const end = () => steps.broken(request, begun, isAnothers)
        return await (begun || isAnothers ? patiently(end) : end())
      }
    },
    { name: 'operate' },
  )
  await DBOS.launch()

  return {
    async run(request, patienceMilliseconds) {
      const handle = await DBOS.startWorkflow(operate, { workflowID: request.id })(request)
      const result = handle.getResult().catch((error: unknown) => {
        log.error(
          { correlationId: request.correlationId, operation: request.id, error: String(error) },
          'operation broke',
        )
        throw error
      })
      return await within(result, patienceMilliseconds)
    },
    async pendingOf(executors) {
      // Handed on by one that then ended itself before it had gone on with them: DBOS leaves them to that one's release.
      await sql`
        update dbos.workflow_status set application_version = ${stepsVersion}
        where status = 'ENQUEUED' and application_version <> ${stepsVersion}`.execute(options.database)
      const pending = await DBOS.listWorkflows({
        status: 'PENDING',
        executorId: [...executors],
        limit: takenOverAtOnce,
        loadInput: false,
        loadOutput: false,
      })
      return pending.map(({ workflowID }) => workflowID)
    },
    async resume(ids) {
      // Begun by whichever release: DBOS itself leaves those of another one alone, also where nobody runs that any more.
      await sql`
        update dbos.workflow_status set application_version = ${stepsVersion}
        where workflow_uuid = any(${[...ids]}) and status = 'PENDING'`.execute(options.database)
      await DBOS.resumeWorkflows([...ids])
    },
    async forget(ids) {
      await DBOS.deleteWorkflows([...ids])
    },
    stop: () => DBOS.shutdown(),
  }
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= mostTries) throw error
      await pause(firstWait * 2 ** (attempt - 1))
    }
  }
}

async function within<T>(result: Promise<T>, milliseconds: number): Promise<T | 'still-running'> {
  const timer = new AbortController()
  const late = new Promise<'still-running'>((resolve) => {
    const timeout = setTimeout(() => resolve('still-running'), milliseconds)
    timer.signal.addEventListener('abort', () => clearTimeout(timeout))
  })
  try {
    return await Promise.race([result, late])
  } finally {
    timer.abort()
    result.catch(() => undefined)
  }
}
