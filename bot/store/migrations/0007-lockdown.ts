import { type Kysely, sql } from 'kysely'

/**
 * The switch for elevated threat: what is in force, and what one person of IT has asked a second one to confirm. And since when a
 * Slack account is somebody's, so that one that was linked lately does not count.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // No row: self-service is open.
  `create table lockdowns (
     tenant_id text primary key, mode text not null check (mode in ('freeze','strict')), reason text not null,
     asked_by text not null, asked_by_name text not null,
     confirmed_by text not null, confirmed_by_name text not null check (confirmed_by <> asked_by),
     since timestamptz not null, proposal_id text not null)`,
  `create table lockdown_proposals (
     id text primary key, tenant_id text not null,
     wanted text not null check (wanted in ('freeze','strict','open')), reason text not null,
     instead_of text,
     state text not null check (state in ('asked','confirmed','withdrawn','expired','overtaken')),
     asked_by text not null, asked_by_name text not null, asked_at timestamptz not null, expires_at timestamptz not null,
     decided_by text check (state <> 'confirmed' or decided_by <> asked_by), decided_by_name text, decided_at timestamptz,
     correlation_id text not null)`,
  `create unique index one_lockdown_proposal on lockdown_proposals (tenant_id) where state = 'asked'`,

  // null: there is no telling since when, or it was linked while everybody was.
  `alter table slack_people add column new_since timestamptz`,
  // Whoever had a link before has a new one now.
  `create table slack_links_ended (
     team_id text not null, slack_user_id text not null, tenant_id text not null, user_id text not null, email text not null,
     primary key (team_id, slack_user_id, user_id))`,
  `insert into facts (name, value)
     select 'slack-links:' || team_id, jsonb_build_object('firstAt', min(bound_at)) from slack_people group by team_id`,
]
