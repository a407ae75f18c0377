import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { sql } from 'kysely'
import { auditTrail } from '../../../bot/audit/trail.ts'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { openLog } from '../../../bot/log.ts'
import { beginRow } from '../../../bot/operations/begin-row.ts'
import { closeRow } from '../../../bot/operations/end.ts'
import { startEngine } from '../../../bot/operations/engine.ts'
import type { OperationEngine, OperationRequest, OperationResult } from '../../../bot/operations/operation.ts'
import { operationSteps } from '../../../bot/operations/run-operation.ts'
import { emptyCatalogue } from '../../../bot/policy/catalogue/load.ts'
import { loadPolicy } from '../../../bot/policy/policy.ts'
import { defaultPolicyFile, readPolicy } from '../../../bot/policy/read-policy.ts'
import { type Forgetful, forgetOldWorkflows } from '../../../bot/store/forget-old-workflows.ts'
import { bounds } from '../../../infra/bench/table-bounds.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

const day = 86_400_000
const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const person = userId.parse('3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43')

describe('forgetting what the engine keeps', function () {
  this.timeout(180_000)
  let postgres: TestPostgres
  let engine: OperationEngine & Forgetful
  /** Ids of the operations that have changed something, each as often as it did. */
  const changed: string[] = []
  /** What holds an operation up in the middle. */
  const held = Promise.withResolvers<void>()

  const aMonth = 30 * day

  function reset(id: string): OperationRequest {
    return {
      id,
      name: 'reset-password',
      tenant,
      actor: person,
      target: person,
      dialogId: null,
      ticketId: id,
      correlationId: id,
      why: 'the person asked for it in the chat',
    }
  }

  before(async () => {
    postgres = await startTestPostgres()
    const { database } = postgres
    const clock = () => new Date()
    const again = (): never => assert.fail('it went on with what was done already')
    const real = operationSteps({
      database,
      audit: auditTrail(database, clock),
      directoryFor: again,
      groupWithin: again,
      policy: loadPolicy(readPolicy(defaultPolicyFile), defaultPolicyFile),
      catalogue: emptyCatalogue,
      clock,
      isIt: again,
      operations: [],
      mayChange: again,
      notices: again,
      settleAccess: again,
      afterwards: again,
      pause: again,
    })
    engine = await startEngine({
      databaseUrl: postgres.url,
      database: postgres.database,
      executor: `test.${randomBytes(8).toString('hex')}`,
      log: openLog('silent', {}),
      steps: {
        async prepare(request) {
          const known = await database.selectFrom('operations').select('id').where('id', '=', request.id).execute()
          // Whatever was begun before is in the hands of the real steps.
          if (known.length > 0) return await real.prepare(request)
          await beginRow(database, request, clock())
          const before = { displayName: 'Ada', passwordChangedAt: null, accountEnabled: true, onPremises: false }
          return { verdict: 'go', before: { ...before, startedAt: clock().toISOString() }, otherMails: [] }
        },
        async change({ id }) {
          changed.push(id)
          if (id.startsWith('slow')) await held.promise
          return { fate: 'accepted', sentence: 'Done.', detail: {} }
        },
        readBack: async () => 'as-wanted',
        async conclude(request) {
          const result: OperationResult = {
            state: 'done',
            sentence: 'Your password is new.',
            at: clock().toISOString(),
          }
          await closeRow(database, request, result)
          return result
        },
        broken: again,
      },
    })
  })
  after(async () => {
    held.resolve()
    // Other files of the same process may start an engine of their own.
    await DBOS.shutdown({ deregister: true })
    await postgres.close()
  })

  /** As if everything that the engine has seen the end of had ended so long ago. */
  const age = (milliseconds: number, ids: readonly string[]) =>
    sql`update dbos.workflow_status set completed_at = completed_at - ${milliseconds}, created_at = created_at - ${milliseconds}
        where workflow_uuid in (${sql.join(ids)})`.execute(postgres.database)

  /** In which tables of the engine something stands about an operation. */
  async function tablesAbout(id: string): Promise<readonly string[]> {
    const { rows: columns } = await sql<{ table_name: string; column_name: string }>`
      select table_name, column_name from information_schema.columns
      where table_schema = 'dbos' and column_name in ('workflow_uuid', 'destination_uuid')`.execute(postgres.database)
    assert.ok(columns.length >= 7, 'the engine has other tables than it had')
    const found: string[] = []
    for (const { table_name: table, column_name: column } of columns) {
      const { rows } = await sql`select from ${sql.id('dbos', table)} where ${sql.id(column)} = ${id} limit 1`.execute(
        postgres.database,
      )
      if (rows.length > 0) found.push(table)
    }
    return found.sort()
  }

  async function anEventAMessageAndAStreamOf(id: string): Promise<void> {
    const { database } = postgres
    await sql`insert into dbos.notifications (destination_uuid, topic, message) values (${id}, 'a', '"b"')`.execute(
      database,
    )
    await sql`insert into dbos.workflow_events (workflow_uuid, key, value) values (${id}, 'a', '"b"')`.execute(database)
    await sql`insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value) values (${id}, 1, 'a', '"b"')`.execute(
      database,
    )
    await sql`insert into dbos.streams (workflow_uuid, key, value, "offset") values (${id}, 'a', '"b"', 0)`.execute(
      database,
    )
  }

  it('and the bot is bounded: of every table there is somebody has said what keeps it from growing for ever', async () => {
    const { rows } = await sql<{ name: string }>`
      select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in ('public', 'dbos') order by 1`.execute(postgres.database)
    assert.deepEqual(
      rows.map(({ name }) => name),
      Object.keys(bounds).sort(),
    )
  })

  it('takes all of an operation that ended long ago out of every table of the engine, and leaves young ones', async () => {
    for (const id of ['old', 'young']) {
      assert.notEqual(await engine.run(reset(id), 20_000), 'still-running')
      await anEventAMessageAndAStreamOf(id)
    }
    const everywhere = await tablesAbout('old')
    assert.deepEqual(everywhere, [
      'notifications',
      'operation_outputs',
      'streams',
      'workflow_events',
      'workflow_events_history',
      'workflow_input',
      'workflow_output',
      'workflow_status',
    ])
    await age(31 * day, ['old'])
    await age(29 * day, ['young'])
    assert.equal(await forgetOldWorkflows(postgres.database, engine, aMonth), 1)
    assert.deepEqual(await tablesAbout('old'), [])
    assert.deepEqual(await tablesAbout('young'), everywhere)
  })

  it('does not do again what was done and forgotten', async () => {
    const first = await engine.run(reset('once'), 20_000)
    await age(31 * day, ['once'])
    await forgetOldWorkflows(postgres.database, engine, aMonth)
    assert.deepEqual(await tablesAbout('once'), [])
    assert.deepEqual(await engine.run(reset('once'), 20_000), first)
    assert.deepEqual(
      changed.filter((id) => id === 'once'),
      ['once'],
    )
  })

  it('leaves one that still runs, however long', async () => {
    const running = engine.run(reset('slow'), 20_000)
    while (!changed.includes('slow')) await new Promise((resolve) => setTimeout(resolve, 20))
    await age(400 * day, ['slow'])
    assert.equal(await forgetOldWorkflows(postgres.database, engine, aMonth), 0)
    held.resolve()
    assert.notEqual(await running, 'still-running')
    assert.ok((await tablesAbout('slow')).includes('workflow_output'))
  })

  it('leaves one that broke without an end, since nothing else would keep it from being done again', async () => {
    await beginRow(postgres.database, reset('broken'), new Date())
    await sql`insert into dbos.workflow_status (workflow_uuid, status, completed_at)
      values ('broken', 'ERROR', ${Date.now() - 31 * day}::bigint)`.execute(postgres.database)
    assert.equal(await forgetOldWorkflows(postgres.database, engine, aMonth), 0)
    assert.ok((await tablesAbout('broken')).includes('workflow_status'))
  })

  it('goes page by page, one replica at a time', async () => {
    const { database } = postgres
    await sql`insert into dbos.workflow_status (workflow_uuid, status, completed_at)
      select 'many ' || n, 'SUCCESS', ${Date.now() - 31 * day}::bigint from generate_series(1, 1200) n`.execute(
      database,
    )
    await sql`insert into operations (id, name, tenant_id, actor_id, target_id, correlation_id, state, outcome, started_at)
      select 'many ' || n, 'reset-password', ${tenant}, ${person}, ${person}, 'c', 'done', '{}', now()
      from generate_series(1, 1200) n`.execute(database)
    const pages: number[] = []
    let atOnce = 0
    const counting: Forgetful = {
      async forget(ids) {
        assert.equal(++atOnce, 1, 'two were at it at once')
        pages.push(ids.length)
        await engine.forget(ids)
        atOnce--
      },
    }
    const both = [1, 2].map(() => forgetOldWorkflows(database, counting, aMonth))
    const forgotten = (await Promise.all(both)).reduce((sum, count) => sum + count, 0)
    // Whoever comes second leaves it to the first, and what the first has not come to is for the next time.
    assert.equal(forgotten + (await forgetOldWorkflows(database, counting, aMonth)), 1_200)
    assert.deepEqual(pages, [500, 500, 200])
  })
})
