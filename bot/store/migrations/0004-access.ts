import { type Kysely, sql } from 'kysely'

/** Requests for access, grants with an end, contractors, and what stood before each change. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create table access_requests (
     id text primary key, tenant_id text not null, requester_id text not null, person_id text not null,
     kind text not null check (kind in ('access','extension','contract','contract-extension')),
     entry text, extends text,
     state text not null check (state in ('open','approved','denied','withdrawn','expired','to-it','void')),
     document jsonb not null, correlation_id text not null,
     asked_at timestamptz not null, decided_at timestamptz, due_at timestamptz)`,
  // Asked twice is asked once: whatever two clicks or two replicas do in one moment.
  `create unique index one_open_request on access_requests
     (tenant_id, person_id, kind, coalesce(entry, ''), coalesce(extends, '')) where state = 'open'`,
  `create index access_requests_due on access_requests (due_at) where due_at is not null`,
  `create index access_requests_by_requester on access_requests (tenant_id, requester_id, asked_at desc)`,
  `create index access_requests_by_person on access_requests (tenant_id, person_id, asked_at desc)`,

  `create table access_grants (
     id text primary key, tenant_id text not null, person_id text not null, person_name text not null,
     group_id text not null, group_name text not null, entry text not null, title text not null,
     requester_id text not null, requester_name text not null, request_id text not null, approvers jsonb not null,
     reason text not null, contract_id text,
     state text not null check (state in ('waiting','active','ended','failed')),
     starts_at timestamptz not null, ends_at timestamptz, granted_at timestamptz, ended_at timestamptz, ending text,
     had_before boolean, gone_at timestamptz, look_at timestamptz, reminded integer not null default 0,
     attempts integer not null default 0, due_at timestamptz, correlation_id text not null)`,
  `create index access_grants_due on access_grants (due_at) where due_at is not null`,
  `create index access_grants_to_begin on access_grants (due_at) where state = 'waiting'`,
  `create index access_grants_to_end on access_grants (ends_at) where state = 'active'`,
  `create index access_grants_by_person on access_grants (tenant_id, person_id) where state in ('waiting','active')`,
  `create index access_grants_by_group on access_grants (tenant_id, group_id) where state in ('waiting','active')`,
  `create index access_grants_by_contract on access_grants (contract_id) where contract_id is not null`,
  `create unique index access_grants_by_request on access_grants (request_id)`,

  `create table contracts (
     id text primary key, tenant_id text not null, person_id text not null, person_name text not null,
     sponsor_id text not null, sponsor_name text not null, project text not null, request_id text not null,
     state text not null check (state in ('waiting','active','ended','failed')),
     starts_at timestamptz not null, ends_at timestamptz not null, ended_at timestamptz, ending text,
     sponsor_gone_at timestamptz, look_at timestamptz, reminded integer not null default 0,
     attempts integer not null default 0, due_at timestamptz, correlation_id text not null)`,
  `create unique index one_contract on contracts (tenant_id, person_id) where state in ('waiting','active')`,
  `create index contracts_due on contracts (due_at) where due_at is not null`,
  `create index contracts_by_sponsor on contracts (tenant_id, sponsor_id) where state in ('waiting','active')`,

  // What may be forgotten by its age alone: all posts but cards about access that are still open. See forget-old-rows.ts.
  `create index posts_to_forget on posts (created_at) where state in ('sent','failed') and (content ? 'closed'
     or (coalesce(content ->> 'card', '') not in ('access-ask','access-question','access-ends','contract-ends','contract-sponsor')
         and content #> '{data,ids,open}' is distinct from 'true'::jsonb))`,

  `create index posts_lost on posts (created_at) where state = 'failed' and place is null`,

  `alter table operations add column about jsonb`,
  `alter table operations add column before jsonb`,
  `alter table operations add column undone_by text`,
  `create index operations_to_undo on operations (tenant_id, target_id, finished_at desc) where before is not null`,
]
