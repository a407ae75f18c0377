import { type Kysely, sql } from 'kysely'

/** Slack people bound to directory people, threads with IT, what managers read out, and where a dialog was last spoken in. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create table slack_people (
     team_id text not null, slack_user_id text not null, tenant_id text not null, user_id text not null, email text not null,
     bound_at timestamptz not null, checked_at timestamptz not null,
     primary key (team_id, slack_user_id), unique (tenant_id, user_id, team_id))`,

  `create table threads (
     id text primary key, ticket_id text not null references tickets (id), tenant_id text not null, user_id text not null,
     reason text not null, urgency text not null check (urgency in ('normal','high')), title text not null, facts jsonb not null,
     state text not null check (state in ('open','taken','resolved')), head_post text not null unique,
     taken_by text, taken_at timestamptz, resolved_by text, resolved_at timestamptz,
     caller_check text, freeze_asked_by text, freeze_asked_at timestamptz, freeze_operation text,
     correlation_id text not null, opened_at timestamptz not null,
     it_wrote_at timestamptz, person_wrote_at timestamptz, remind_at timestamptz, reminders integer not null default 0)`,
  `create index open_threads_by_person on threads (tenant_id, user_id, opened_at desc) where state <> 'resolved'`,
  `create index open_threads_by_age on threads (tenant_id, opened_at) where state <> 'resolved'`,
  `create index threads_to_remind on threads (remind_at) where remind_at is not null`,

  `create table read_outs (
     dialog_id text primary key, tenant_id text not null, starter_id text not null, starter_name text not null,
     person_id text not null, person_name text not null, reader_id text not null, reader_name text not null,
     state text not null check (state in ('asked','shown','denied','expired','failed')), sentence text,
     correlation_id text not null, asked_at timestamptz not null, expires_at timestamptz not null, decided_at timestamptz)`,
  `create index read_outs_asked on read_outs (expires_at) where state = 'asked'`,

  `create index operations_by_actor on operations (tenant_id, actor_id, name, started_at)`,

  `alter table posts add column thread_id text`,
  `create index posts_of_it_by_place on posts ((place->>'conversation'), (place->>'message')) where user_id is null and place is not null`,
  `alter table dialogs add column channel text check (channel in ('teams','slack'))`,
]
