import { DBOS } from '@dbos-inc/dbos-sdk'
import type { Logger } from 'pino'
import type { OperationRequest, OperationResult } from './operation.ts'
import type { Begun, Steps } from './run-operation.ts'

/** The order of the steps. Change it only through DBOS.patch(): running operations of an older release go on with their own. */
const stepsVersion = 'operations-1'

/** A store that is away for a while must not leave a change without its outcome; `change` alone is never repeated so. */
const patiently = { retriesAllowed: true, maxAttempts: 8, intervalSeconds: 0.5, backoffRate: 2 } as const

export interface OperationEngine {
  /** Starts an operation, or finds the one with this id, and waits for its end at most so long. */
  run(request: OperationRequest, patienceMilliseconds: number): Promise<OperationResult | 'still-running'>
  stop(): Promise<void>
}

/**
 * The durable engine: every step's result is kept in PostgreSQL, and what a crash interrupted goes on at the next start of
 * the same replica. One engine a process, as DBOS has it.
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
      const timer = new AbortController()
      const late = new Promise<'still-running'>((resolve) => {
        const timeout = setTimeout(() => resolve('still-running'), patienceMilliseconds)
        timer.signal.addEventListener('abort', () => clearTimeout(timeout))
      })
      try {
        return await Promise.race([result, late])
      } finally {
        timer.abort()
        result.catch(() => undefined)
      }
    },
    stop: () => DBOS.shutdown(),
  }
}
