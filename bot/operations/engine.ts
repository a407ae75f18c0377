import { DBOS } from '@dbos-inc/dbos-sdk'
import type { Logger } from 'pino'
import type { OperationEngine, OperationRequest, OperationResult } from './operation.ts'
import type { Begun, Steps } from './run-operation.ts'
import { changesAccess } from './steps.ts'

/** The order of the steps. Change it only through DBOS.patch(): running operations of an older release go on with their own. */
const stepsVersion = 'operations-1'

/** A store that is away for a while must not leave a change without its outcome; `change` alone is never repeated so. */
const patiently = { retriesAllowed: true, maxAttempts: 8, intervalSeconds: 0.5, backoffRate: 2 } as const

/**
 * A change of access that another replica has begun is gone on with here after this time, real milliseconds: that one may never come
 * back under its name. Where it lives after all both do the same, which is harmless, and one end of it is written.
 */
const silentFor = 10_000

/**
 * The durable engine: every step's result is kept in PostgreSQL, and what a crash interrupted goes on at the next start of
 * the same replica; a change of access also at another one that is asked for it. One engine a process, as DBOS has it.
 */
export async function startEngine(options: {
  databaseUrl: string
  replica: string
  log: Logger
  steps: Steps
}): Promise<OperationEngine> {
  const { steps, log } = options
  DBOS.setConfig({
    name: 'helpbot',
    systemDatabaseUrl: options.databaseUrl,
    systemDatabasePoolSize: 10,
    executorID: options.replica,
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
        const read = await DBOS.runStep(() => steps.readBack(request, prepared.before), {
          name: 'read-back',
          ...patiently,
        })
        return await DBOS.runStep(() => steps.conclude(request, prepared, changed, read), {
          name: 'conclude',
          ...patiently,
        })
      } catch (error) {
        log.error(
          { correlationId: request.correlationId, operation: request.id, error: String(error) },
          'operation broke',
        )
        return await DBOS.runStep(() => steps.broken(request, begun), { name: 'broken', ...(begun ? patiently : {}) })
      }
    },
    { name: 'operate' },
  )
  await DBOS.launch()

  /** Goes on with what another replica has begun, and may never end. */
  async function takeOver({ id, correlationId }: OperationRequest): Promise<void> {
    const status = await DBOS.getWorkflowStatus(id)
    if (status?.status !== 'PENDING' || status.executorId === options.replica) return
    if (Date.now() - (status.updatedAt ?? status.createdAt) < silentFor) return
    log.warn({ correlationId, operation: id, from: status.executorId }, 'an operation is taken over')
    await DBOS.resumeWorkflow(id)
  }

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
      const first = await within(result, patienceMilliseconds / 2)
      if (first !== 'still-running') return first
      if (changesAccess(request)) await takeOver(request)
      return await within(result, patienceMilliseconds / 2)
    },
    stop: () => DBOS.shutdown(),
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
