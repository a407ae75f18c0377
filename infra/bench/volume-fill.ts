import pg from 'pg'
import { practice } from '../practice/company.ts'

/** Rows of one table, as a statement; `$people` and `$audit` stand for how many. */
interface Filling {
  readonly table: string
  readonly statement: string
}

const tenant = `'${practice.tenantId}'`
/** Nobody of the practice company: the rows are those of everybody else. */
const person = `md5('person ' || n)::uuid::text`
/** Within the time that rows are kept, so that none may be forgotten. */
const lately = `now() - interval '1 day' - (n % 24) * interval '1 day'`
const everybody = 'from generate_series(1, $people::bigint) n'
const everyTenth = 'from generate_series(1, greatest(1, $people::bigint / 10)) n'

/** One event as the outcome of a reset is written, but for whose it is; as a text, which is made faster than built. */
const event = `('{"kind":"outcome","action":"reset-password","outcome":"done","operationId":"volume:' || n || ':reset:1","correlationId":"' ||
  lpad(n::text, 32, '0') || '","policyVersion":"0123456789ab","tenant":"${practice.tenantId}","actor":"' || lpad(n::text, 36, '0') || '","target":"' ||
  lpad(n::text, 36, '0') || '","proofs":[{"method":"totp","at":"2026-01-01T00:00:00.000Z"}],"detail":{"fate":"accepted","read-back":"as-wanted","sessions":"revoked","must-change":"yes"}}')::jsonb`

/**
 * A company with a past: everybody has both chats and an authenticator, and was helped once within the last weeks.
 *
 * The rows of the audit go on behind what is written already, each with the hash of the one before it as its `previous_hash`, so that the
 * bot appends to the last of them as to any other. Their own hashes are not those of what stands in them: `npm run audit` would say so.
 */
const fillings: readonly Filling[] = [
  {
    table: 'audit',
    statement: `with head as (select coalesce(max(seq), 0) as seq, coalesce((array_agg(hash order by seq desc))[1], repeat('0', 64)) as hash from audit)
      insert into audit (seq, at, event, previous_hash, hash)
      select head.seq + n, now() - interval '1 year', ${event},
        case when n = 1 then head.hash else encode(sha256(((n - 1)::text)::bytea), 'hex') end, encode(sha256((n::text)::bytea), 'hex')
      from head, generate_series(1, $audit::bigint) n`,
  },
  {
    table: 'conversations',
    statement: `insert into conversations select ${tenant}, ${person}, 'teams',
      jsonb_build_object('conversation', 'a:' || md5(n::text), 'serviceUrl', 'https://smba.trafficmanager.net/teams/', 'user', '29:' || md5(n::text)), ${lately}
      ${everybody}`,
  },
  {
    table: 'slack_people',
    statement: `insert into slack_people (team_id, slack_user_id, tenant_id, user_id, email, bound_at, checked_at)
      select 'TVOLUME', 'U' || n, ${tenant}, ${person}, 'person' || n || '@volume.example', ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'managers_seen',
    statement: `insert into managers_seen select ${tenant}, ${person}, null, null ${everybody}`,
  },
  {
    table: 'totp_factors',
    statement: `insert into totp_factors (id, tenant_id, user_id, sealed_seed, state, enrolled_by, counts_from, last_step, created_at, confirmed_at)
      select md5('factor ' || n), ${tenant}, ${person}, 'k1:' || md5(n::text) || md5(n::text), 'active', 'chat', now() - interval '1 year', n,
        now() - interval '1 year', now() - interval '1 year' ${everybody}`,
  },
  {
    table: 'throttles',
    statement: `insert into throttles select ${tenant}, ${person}, 'totp', 0, null, false, ${lately} ${everybody}`,
  },
  {
    table: 'security_answers',
    statement: `insert into security_answers select ${tenant}, ${person}, 'pet', md5(n::text) || md5(n::text), ${lately} ${everybody}`,
  },
  {
    table: 'dialogs',
    statement: `insert into dialogs (id, tenant_id, user_id, name, correlation_id, state, memory, asked, seen, version, opened_at, touched_at, expires_at)
      select md5('dialog ' || n), ${tenant}, ${person}, 'reset-password', md5('correlation ' || n), 'done', '{"proofs":["totp"],"method":"totp"}', null,
        '["a","b"]', 6, ${lately}, ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'posts',
    statement: `insert into posts (key, dialog_id, tenant_id, user_id, channel, content, place, state, attempts, correlation_id, created_at, due_at)
      select md5('dialog ' || n) || ':ready', md5('dialog ' || n), ${tenant}, ${person}, 'teams',
        jsonb_build_object('card', 'proved', 'data', jsonb_build_object('ids', jsonb_build_object('dialog', md5('dialog ' || n)), 'text', repeat('word ', 40))),
        jsonb_build_object('conversation', md5(n::text), 'message', n::text), 'sent', 1, md5('correlation ' || n), ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'proofs',
    statement: `insert into proofs select md5('proof ' || n), ${tenant}, ${person}, 'totp', md5('dialog ' || n), null, true, ${lately} ${everybody}`,
  },
  {
    table: 'confirmations',
    statement: `insert into confirmations select md5('confirmation ' || n), ${tenant}, ${person}, md5('manager ' || n % 1000), 'reset-password', 42,
      '[17,42,63]', 'confirmed', md5('dialog ' || n), md5('correlation ' || n), ${lately}, ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'tickets',
    statement: `insert into tickets (id, tenant_id, user_id, kind, title, urgency, state, outcome, dialog_id, correlation_id, opened_at, closed_at)
      select md5('dialog ' || n), ${tenant}, ${person}, 'request', 'Reset my password', 'normal', 'closed', 'Done.', md5('dialog ' || n),
        md5('correlation ' || n), ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'ticket_notes',
    statement: `insert into ticket_notes (ticket_id, at, text) select md5('dialog ' || n), ${lately}, 'The password was reset.' ${everybody}`,
  },
  {
    table: 'operations',
    statement: `insert into operations (id, name, tenant_id, actor_id, target_id, dialog_id, correlation_id, state, outcome, started_at, finished_at)
      select 'volume:' || n || ':reset:1', 'reset-password', ${tenant}, ${person}, ${person}, md5('dialog ' || n), md5('correlation ' || n), 'done',
        '{"state":"done","sentence":"Your password is new.","at":"2026-01-01T00:00:00.000Z"}', ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'recourses',
    statement: `insert into recourses (id, tenant_id, user_id, about, token_hash, correlation_id, created_at, expires_at)
      select 'notice:' || n, ${tenant}, ${person}, 'operation:volume:' || n, md5(n::text), md5('correlation ' || n), ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'access_requests',
    statement: `insert into access_requests (id, tenant_id, requester_id, person_id, kind, entry, state, document, correlation_id, asked_at, decided_at)
      select md5('request ' || n), ${tenant}, ${person}, ${person}, 'access', 'sales', 'approved', jsonb_build_object('id', md5('request ' || n), 'text', repeat('word ', 100)),
        md5('correlation ' || n), ${lately}, ${lately} ${everybody}`,
  },
  {
    table: 'access_grants',
    statement: `insert into access_grants (id, tenant_id, person_id, person_name, group_id, group_name, entry, title, requester_id, requester_name,
        request_id, approvers, reason, state, starts_at, ends_at, granted_at, had_before, look_at, due_at, correlation_id)
      select 'grant:' || n, ${tenant}, ${person}, 'Somebody', md5('group ' || n % 500), 'A group', 'sales', 'A system', ${person}, 'Somebody',
        md5('request ' || n), '[]', 'For the measurement', 'active', now() - interval '1 day', now() + interval '1 year', now() - interval '1 day', false,
        now() + interval '7 days', now() + interval '7 days', md5('correlation ' || n) ${everybody}`,
  },
  {
    table: 'threads',
    statement: `insert into threads (id, ticket_id, tenant_id, user_id, reason, urgency, title, facts, state, head_post, resolved_by, resolved_at, correlation_id, opened_at)
      select md5('thread ' || n), md5('dialog ' || n), ${tenant}, ${person}, 'asked', 'normal', 'A question', '[]', 'resolved', 'head:' || n, 'somebody', ${lately},
        md5('correlation ' || n), ${lately} ${everyTenth}`,
  },
  {
    table: 'read_outs',
    statement: `insert into read_outs (dialog_id, tenant_id, starter_id, starter_name, person_id, person_name, reader_id, reader_name, state, correlation_id, asked_at, expires_at)
      select md5('dialog ' || n), ${tenant}, ${person}, 'Somebody', ${person}, 'Somebody', md5('manager ' || n), 'Somebody', 'shown', md5('correlation ' || n),
        ${lately}, ${lately} ${everyTenth}`,
  },
  {
    table: 'sync_follow_ups',
    statement: `insert into sync_follow_ups (operation_id, tenant_id, person_id, kind, words, state, since, give_up_at, ended_at, correlation_id)
      select 'volume:' || n || ':reset:1', ${tenant}, ${person}, 'password', '', 'seen', ${lately}, ${lately}, ${lately}, md5('correlation ' || n) ${everyTenth}`,
  },
  {
    table: 'lockouts_seen',
    statement: `insert into lockouts_seen select 'corp.example', md5(n::text), ${lately}, ${tenant}, ${person}, ${lately}, ${lately} ${everyTenth}`,
  },
  {
    table: 'dbos.workflow_status',
    statement: `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, created_at, updated_at, application_version, recovery_attempts, completed_at, application_name)
      select 'volume:' || n || ':reset:1', 'SUCCESS', 'operate', 'helpbot-1.' || n % 100, milliseconds, milliseconds, 'operations-2', 1, milliseconds, 'helpbot'
      from (select n, (extract(epoch from ${lately}) * 1000)::bigint as milliseconds ${everybody}) rows`,
  },
  {
    table: 'dbos.workflow_input',
    statement: `insert into dbos.workflow_input (workflow_uuid, inputs) select 'volume:' || n || ':reset:1', repeat('input ', 100) ${everybody}`,
  },
  {
    table: 'dbos.workflow_output',
    statement: `insert into dbos.workflow_output (workflow_uuid, output) select 'volume:' || n || ':reset:1', repeat('output ', 20) ${everybody}`,
  },
  {
    table: 'dbos.operation_outputs',
    statement: `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output)
      select 'volume:' || n || ':reset:1', step, case step when 0 then 'prepare' else 'change' end, repeat('output ', 40)
      from generate_series(1, $people::bigint) n, generate_series(0, 1) step`,
  },
]

/** Tables of which there are so many rows that nothing may ever read all of them. */
export const bigTables: ReadonlySet<string> = new Set(
  fillings.map(({ table }) => (table.includes('.') ? table : `public.${table}`)),
)

/**
 * Fills a database that the bot has run on. Indexes are built when the rows stand: in them lies what they would have come to by and by.
 * @param tell hears of each table
 */
export async function fill(
  url: string,
  counts: { readonly audit: number; readonly people: number },
  tell: (line: string) => void,
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`set synchronous_commit = off`)
    await client.query(`set maintenance_work_mem = '512MB'`)
    for (const { table, statement } of fillings) {
      const started = performance.now()
      const whole = statement.replaceAll('$people', String(counts.people)).replaceAll('$audit', String(counts.audit))
      const { rowCount } = await withoutIndexes(client, table, () => client.query(whole))
      tell(
        `${table}: ${(rowCount ?? 0).toLocaleString('en')} rows in ${((performance.now() - started) / 1_000).toFixed(1)} s`,
      )
    }
    await client.query('vacuum (analyze)')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

/** Drops the indexes that nothing else hangs on, and makes them anew afterwards, under their names. */
async function withoutIndexes<T>(client: pg.Client, table: string, work: () => Promise<T>): Promise<T> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `select c.oid::regclass::text as name, pg_get_indexdef(c.oid) as made from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = $1::regclass and not exists (select from pg_constraint where conindid = c.oid)`,
    [table],
  )
  const { rows: unique } = await client.query<{ name: string; made: string }>(
    `select conname as name, pg_get_constraintdef(oid) as made from pg_constraint
     where conrelid = $1::regclass and contype in ('u', 'p')
       and not exists (select from pg_constraint other where other.contype = 'f' and other.confrelid = pg_constraint.conrelid)`,
    [table],
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  for (const { name } of unique)
    await client.query(`alter table ${table} drop constraint ${client.escapeIdentifier(name)}`)
  const result = await work()
  for (const { name, made } of unique)
    await client.query(`alter table ${table} add constraint ${client.escapeIdentifier(name)} ${made}`)
  for (const { made } of rows) await client.query(made)
  return result
}
