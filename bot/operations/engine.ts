import { DBOS } from '@dbos-inc/dbos-sdk'
import type { Logger } from 'pino'
import type { Before, OperationRequest, OperationResult } from './operation.ts'
import type { Steps } from './run-operation.ts'

/** The order of the steps. Change it only through DBOS.patch(): running operations of an older release go on with their own. */
const stepsVersion = 'operations-1'

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
      let before: Before | undefined
      try {
        const prepared = await DBOS.runStep(() => steps.prepare(request), { name: 'prepare' })
        if (prepared.verdict === 'stop') return prepared.result
        before = prepared.before
        const changed = await DBOS.runStep(() => steps.change(request, prepared.before), { name: 'change' })
        const read = await DBOS.runStep(() => steps.readBack(request, prepared.before), { name: 'read-back' })
        return await DBOS.runStep(() => steps.conclude(request, prepared, changed, read), { name: 'conclude' })
      } catch (error) {
        log.error(
          { correlationId: request.correlationId, operation: request.id, error: String(error) },
          'operation broke',
        )
        return await DBOS.runStep(() => steps.broken(request, before), { name: 'broken' })
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
