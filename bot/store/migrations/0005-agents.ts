import { type Kysely, sql } from 'kysely'

/** Agents in the company's own network, the keys both ends pin, changes that a sync still has to carry over, and offered unlocks. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // The bot's own keys towards agents; the private half is sealed with HELPBOT_KEYS.
  `create table agent_link_keys (
     public_key text primary key, sealed_key text not null,
     state text not null check (state in ('current','followed')),
     followed_by text, by_old text, by_new text,
     created_at timestamptz not null)`,
  `create unique index one_current_link_key on agent_link_keys (state) where state = 'current'`,

  // Enrolment codes: sealed, because both ends prove that they know it; used once, for a quarter of an hour.
  `create table agent_codes (
     id text primary key, sealed_code text not null, created_by text not null,
     created_at timestamptz not null, expires_at timestamptz not null,
     used_at timestamptz, failures integer not null default 0)`,

  `create table agents (
     id text primary key, name text not null, public_key text not null,
     state text not null check (state in ('active','revoked')),
     rotate boolean not null default false,
     domain text, domain_sid text,
     enrolled_at timestamptz not null, revoked_at timestamptz,
     last_seen_at timestamptz, health jsonb)`,
  `create unique index agents_by_key on agents (public_key)`,

  // What was written on one side and shall be seen on the other.
  `create table sync_follow_ups (
     operation_id text primary key, tenant_id text not null, person_id text not null,
     kind text not null check (kind in ('password','member','not-member','enabled','disabled')),
     group_id text, words text not null,
     state text not null check (state in ('waiting','seen','given-up','overtaken')),
     since timestamptz not null, give_up_at timestamptz not null, due_at timestamptz,
     ended_at timestamptz, correlation_id text not null)`,
  `create index sync_follow_ups_due on sync_follow_ups (due_at) where due_at is not null`,
  `create index sync_follow_ups_of_person on sync_follow_ups (tenant_id, person_id, since desc)`,

  // Where the reading of a domain's changes stands, and which lockouts have been spoken of.
  `create table change_cookies (
     domain text primary key, agent_id text not null, cookie text not null, read_at timestamptz not null)`,
  `create table lockouts_seen (
     domain text not null, object_guid text not null, locked_at timestamptz not null,
     tenant_id text, person_id text, offered_at timestamptz, seen_at timestamptz not null,
     primary key (domain, object_guid, locked_at))`,
  `create index lockouts_offered on lockouts_seen (tenant_id, person_id, offered_at desc) where offered_at is not null`,
  `create index lockouts_by_age on lockouts_seen (seen_at)`,

  // Whose account an alarm of an agent is about.
  `create index operations_by_correlation on operations (correlation_id)`,
]
