import { type Kysely, sql } from 'kysely'

/** How much an approver is asked for is counted with every request (spare-approvers.ts), however many are open and however much was said. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create index access_asks_by_approver on posts (tenant_id, user_id, created_at) where key like 'access-ask:%'`,
  `create index open_requests_by_ask on access_requests using gin ((document -> 'asks') jsonb_path_ops) where state = 'open'`,
]
