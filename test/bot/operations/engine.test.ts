import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { sql } from 'kysely'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { openLog } from '../../../bot/log.ts'
import { startEngine } from '../../../bot/operations/engine.ts'
import type { OperationEngine, OperationRequest } from '../../../bot/operations/operation.ts'
import type { Abandoned } from '../../../bot/replicas/take-over.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const person = userId.parse('3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43')
const at = '2026-03-02T09:00:00.000Z'

describe('operations that another release has begun, and whose processes are gone', function () {
  this.timeout(180_000)
  let postgres: TestPostgres
  let engine: OperationEngine & Abandoned
  /** What was done, in its order. */
  const done: string[] = []

  before(async () => {
    postgres = await startTestPostgres()
    const before = {
      displayName: 'Ada',
      passwordChangedAt: null,
      accountEnabled: true,
      onPremises: false,
      startedAt: at,
    }
    engine = await startEngine({
      databaseUrl: postgres.url,
      database: postgres.database,
      executor: `test.${randomBytes(8).toString('hex')}`,
      log: openLog('silent', {}),
      steps: {
        async prepare({ id }) {
          done.push(`prepare ${id}`)
          return { verdict: 'go', before, otherMails: [] }
        },
        async change({ id }) {
          done.push(`change ${id}`)
          return { fate: 'accepted', sentence: 'Done.', detail: {} }
        },
        readBack: async () => 'as-wanted',
        async conclude({ id }) {
          done.push(`conclude ${id}`)
          return { state: 'done', sentence: 'Your password is new.', at }
        },
        async broken({ id }, begun, mayBeMade) {
          done.push(`broken ${id}, ${begun || mayBeMade ? 'may be made' : 'nothing was changed'}`)
          return { state: 'unclear', sentence: 'Nobody knows.', at }
        },
      },
    })
  })
  after(async () => {
    // Other files of the same process may start an engine of their own.
    await DBOS.shutdown({ deregister: true })
    await postgres.close()
  })
  beforeEach(() => void done.splice(0))

  const reset = (id: string): OperationRequest => ({
    id,
    name: 'reset-password',
    tenant,
    actor: person,
    target: person,
    dialogId: null,
    ticketId: id,
    correlationId: id,
    why: 'the person asked for it in the chat',
  })

  /** An operation as a process of another release left it behind, after its change. */
  async function left(id: string, status: 'PENDING' | 'ENQUEUED'): Promise<void> {
    const { database } = postgres
    await engine.run(reset(id), 20_000)
    await sql`
      update dbos.workflow_status set status = ${status}, executor_id = 'dead.1', application_version = 'operations-0',
        queue_name = ${status === 'ENQUEUED' ? '_dbos_internal_queue' : null}, completed_at = null
      where workflow_uuid = ${id}`.execute(database)
    done.splice(0)
  }

  async function goneOnWith(id: string): Promise<void> {
    const pending = await engine.pendingOf(['dead.1'])
    if (pending.length > 0) await engine.resume(pending)
    for (let turn = 0; turn < 900; turn++) {
      if (done.some((one) => one.includes(id))) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`nobody goes on with ${id}`)
  }

  it('are gone on with, and what was changed is not changed again', async () => {
    await left('begun', 'PENDING')
    await goneOnWith('begun')
    assert.deepEqual(done, ['conclude begun'])
  })

  it('are gone on with also where they had been handed on, and nobody had them yet', async () => {
    await left('handed-on', 'ENQUEUED')
    await goneOnWith('handed-on')
    assert.deepEqual(done, ['conclude handed-on'])
  })

  it('by steps that there are no more: nothing is done, and nobody says that nothing was changed', async () => {
    await left('otherwise', 'PENDING')
    await sql`
      update dbos.operation_outputs set function_name = 'get ready' where workflow_uuid = 'otherwise' and function_id = 0`.execute(
      postgres.database,
    )
    await goneOnWith('otherwise')
    assert.deepEqual(done, ['broken otherwise, may be made'])
  })
})
