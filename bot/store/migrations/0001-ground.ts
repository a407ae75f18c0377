import { type Kysely, sql } from 'kysely'

/** The first tables. A landed migration is never edited: add the next number. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create table conversations (
     tenant_id text not null, user_id text not null, channel text not null check (channel in ('teams','slack')),
     reference jsonb not null, used_at timestamptz not null, primary key (tenant_id, user_id, channel))`,

  `create table dialogs (
     id text primary key, tenant_id text not null, user_id text not null, name text not null, correlation_id text not null,
     state text not null check (state in ('open','done','cancelled','expired','failed')),
     memory jsonb not null, asked text, waits_for text, seen jsonb not null, version integer not null,
     opened_at timestamptz not null, touched_at timestamptz not null, expires_at timestamptz not null)`,
  `create unique index one_open_dialog on dialogs (tenant_id, user_id) where state = 'open'`,
  `create index ended_dialogs_by_age on dialogs (touched_at) where state <> 'open'`,
  `create index stranded_dialogs on dialogs (touched_at) where state = 'open' and asked is null`,
  `create index dialogs_by_person on dialogs (tenant_id, user_id, opened_at desc)`,
  `create index open_dialogs_by_expiry on dialogs (expires_at) where state = 'open'`,
  `create index open_dialogs_by_wait on dialogs (waits_for) where state = 'open' and waits_for is not null`,

  `create table posts (
     key text primary key, dialog_id text, tenant_id text not null, user_id text, channel text,
     content jsonb not null, place jsonb, state text not null check (state in ('due','sent','changed','failed')),
     attempts integer not null default 0, last_error text, correlation_id text not null,
     created_at timestamptz not null, due_at timestamptz not null)`,
  `create index posts_to_deliver on posts (due_at) where state in ('due','changed')`,
  `create index posts_by_dialog on posts (dialog_id)`,
  `create index posts_by_age on posts (created_at)`,

  `create table proofs (
     id text primary key, tenant_id text not null, user_id text not null, method text not null, dialog_id text not null,
     confirmed_by text, counts boolean not null, obtained_at timestamptz not null)`,
  `create index proofs_by_dialog on proofs (dialog_id)`,
  `create index proofs_by_age on proofs (obtained_at)`,

  `create table totp_factors (
     id text primary key, tenant_id text not null, user_id text not null, sealed_seed text not null,
     state text not null check (state in ('pending','active','removed')),
     enrolled_by text not null check (enrolled_by in ('chat','old-factor','manager')),
     counts_from timestamptz, last_step bigint, created_at timestamptz not null, confirmed_at timestamptz, removed_at timestamptz)`,
  `create index totp_by_person on totp_factors (tenant_id, user_id, confirmed_at)`,
  `create unique index one_active_totp on totp_factors (tenant_id, user_id) where state = 'active'`,
  `create unique index one_pending_totp on totp_factors (tenant_id, user_id) where state = 'pending'`,

  `create table throttles (
     tenant_id text not null, user_id text not null, method text not null, failures_in_row integer not null,
     locked_until timestamptz, locked_for_good boolean not null, changed_at timestamptz not null,
     primary key (tenant_id, user_id, method))`,

  `create table security_answers (
     tenant_id text not null, user_id text not null, question text not null, answer_hash text not null, set_at timestamptz not null,
     primary key (tenant_id, user_id, question))`,

  `create table confirmations (
     id text primary key, tenant_id text not null, asker_id text not null, confirmer_id text not null, purpose text not null,
     number integer not null, choices jsonb not null, state text not null check (state in ('pending','confirmed','denied','expired')),
     dialog_id text not null, correlation_id text not null, created_at timestamptz not null, expires_at timestamptz not null,
     decided_at timestamptz, check (asker_id <> confirmer_id))`,
  `create index pending_confirmations on confirmations (expires_at) where state = 'pending'`,
  `create index confirmations_by_confirmer on confirmations (tenant_id, confirmer_id, created_at)`,
  `create index confirmations_by_asker on confirmations (tenant_id, asker_id, created_at)`,

  `create table managers_seen (
     tenant_id text not null, user_id text not null, manager_id text, since timestamptz, primary key (tenant_id, user_id))`,

  `create table tickets (
     number bigint generated always as identity (start with 1001), id text primary key, tenant_id text not null, user_id text not null,
     kind text not null check (kind in ('request','incident')), title text not null,
     urgency text not null check (urgency in ('normal','high')), state text not null check (state in ('open','closed')),
     outcome text, dialog_id text, correlation_id text not null, opened_at timestamptz not null, closed_at timestamptz)`,
  `create index tickets_by_person on tickets (tenant_id, user_id, opened_at desc)`,
  `create table ticket_notes (
     id bigint generated always as identity primary key, ticket_id text not null references tickets (id), at timestamptz not null, text text not null)`,
  `create index notes_by_ticket on ticket_notes (ticket_id)`,

  `create table operations (
     id text primary key, name text not null, tenant_id text not null, actor_id text not null, target_id text not null,
     dialog_id text, correlation_id text not null, state text not null check (state in ('running','done','refused','failed','unclear')),
     outcome jsonb, started_at timestamptz not null, finished_at timestamptz)`,
  `create index operations_by_target on operations (tenant_id, target_id, name, started_at)`,

  `create table recourses (
     id text primary key, tenant_id text not null, user_id text not null, about text not null, token_hash text unique,
     correlation_id text not null, created_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz, used_by text)`,

  `create table audit (
     seq bigint primary key, at timestamptz not null, event jsonb not null, previous_hash text not null unique, hash text not null unique)`,
  `create function audit_is_append_only() returns trigger language plpgsql as
     $$ begin raise exception 'the audit trail is append-only: % refused', tg_op using errcode = 'insufficient_privilege'; end $$`,
  `create trigger audit_no_change before update or delete on audit for each row execute function audit_is_append_only()`,
  `create trigger audit_no_truncate before truncate on audit for each statement execute function audit_is_append_only()`,

  `create table facts (name text primary key, value jsonb not null)`,
]
