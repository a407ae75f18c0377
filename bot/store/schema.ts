import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** Read as T, written as JSON text. */
type Json<T extends object> = JSONColumnType<T, string, string>
/** A moment; the application's clock sets it, never the database's. */
type Moment = ColumnType<Date, Date, Date>

/** Where and how a person was last spoken with, per channel. */
export interface ConversationsTable {
  tenant_id: string
  user_id: string
  channel: 'teams' | 'slack'
  reference: Json<object>
  used_at: Moment
}

/** One row an open (or ended) dialog: what was asked, what was answered. Never a secret. */
export interface DialogsTable {
  id: string
  tenant_id: string
  user_id: string
  name: string
  correlation_id: string
  state: 'open' | 'done' | 'cancelled' | 'expired' | 'failed'
  /** Answers by the name they were asked by. */
  memory: Json<Record<string, unknown>>
  /** The question that is open, by name. */
  asked: string | null
  /** What else can wake the dialog: `confirmation:<id>`, `operation:<id>`. */
  waits_for: string | null
  /** Where the person last spoke in it; null = not known, which counts as the weakest. */
  channel: ColumnType<'teams' | 'slack' | null, 'teams' | 'slack' | null | undefined, 'teams' | 'slack' | null>
  /** Ids of the last inbound activities worked on, for redelivery. */
  seen: Json<string[]>
  version: number
  opened_at: Moment
  touched_at: Moment
  expires_at: Moment
}

/** What is to be shown to somebody, once per key: outbox and record of where it stands in the chat. */
export interface PostsTable {
  key: string
  dialog_id: string | null
  tenant_id: string
  /** null = the IT channel. */
  user_id: string | null
  /** Below the head of this thread, when it is for IT. */
  thread_id: ColumnType<string | null, string | null | undefined, string | null>
  channel: 'teams' | 'slack' | 'mail' | null
  /** {card, data} or {text}; replaced when the card's outcome is known. */
  content: Json<object>
  /** Where it was posted: conversation and activity id. */
  place: Json<object> | null
  state: 'due' | 'sent' | 'changed' | 'failed'
  attempts: Generated<number>
  last_error: string | null
  correlation_id: string
  created_at: Moment
  due_at: Moment
}

export interface ProofsTable {
  id: string
  tenant_id: string
  user_id: string
  method: string
  dialog_id: string
  confirmed_by: string | null
  counts: boolean
  obtained_at: Moment
}

export interface TotpFactorsTable {
  id: string
  tenant_id: string
  user_id: string
  /** AES-256-GCM, see bot/identity/key-ring.ts. */
  sealed_seed: string
  state: 'pending' | 'active' | 'removed'
  enrolled_by: 'chat' | 'old-factor' | 'manager'
  /** From when on it counts as a proof (cooling-off). */
  counts_from: ColumnType<Date | null, Date | null, Date | null>
  /** Last accepted RFC 6238 time step: each code once. */
  last_step: ColumnType<string | null, number | string | null, number | string | null>
  created_at: Moment
  confirmed_at: ColumnType<Date | null, Date | null, Date | null>
  removed_at: ColumnType<Date | null, Date | null, Date | null>
}

/** Failures per person and method; survives restarts, shared by replicas. */
export interface ThrottlesTable {
  tenant_id: string
  user_id: string
  method: string
  /** Failures since the last success. */
  failures_in_row: number
  locked_until: ColumnType<Date | null, Date | null, Date | null>
  locked_for_good: boolean
  changed_at: Moment
}

export interface SecurityAnswersTable {
  tenant_id: string
  user_id: string
  question: string
  /** argon2id, PHC string. */
  answer_hash: string
  set_at: Moment
}

/** Number matching: the employee sees the number, the confirmer picks it from three. */
export interface ConfirmationsTable {
  id: string
  tenant_id: string
  asker_id: string
  confirmer_id: string
  /** What for: an operation's name. */
  purpose: string
  number: number
  choices: Json<number[]>
  state: 'pending' | 'confirmed' | 'denied' | 'expired'
  dialog_id: string
  correlation_id: string
  created_at: Moment
  expires_at: Moment
  decided_at: ColumnType<Date | null, Date | null, Date | null>
}

/** Since when we have seen this manager; `since` null = there when we first looked (the baseline). */
export interface ManagersSeenTable {
  tenant_id: string
  user_id: string
  manager_id: string | null
  since: ColumnType<Date | null, Date | null, Date | null>
}

export interface TicketsTable {
  number: Generated<number>
  id: string
  tenant_id: string
  user_id: string
  kind: 'request' | 'incident'
  title: string
  urgency: 'normal' | 'high'
  state: 'open' | 'closed'
  outcome: string | null
  dialog_id: string | null
  correlation_id: string
  opened_at: Moment
  closed_at: ColumnType<Date | null, Date | null, Date | null>
}

export interface TicketNotesTable {
  id: Generated<string>
  ticket_id: string
  at: Moment
  text: string
}

/** Every started change of a directory, one row an attempt; the key makes it happen once. */
export interface OperationsTable {
  id: string
  name: string
  tenant_id: string
  actor_id: string
  target_id: string
  dialog_id: string | null
  correlation_id: string
  state: 'running' | 'done' | 'refused' | 'failed' | 'unclear'
  outcome: Json<object> | null
  started_at: Moment
  finished_at: ColumnType<Date | null, Date | null, Date | null>
  /** What it is about besides the person: the group, the grant; of operations that can be undone. */
  about: ColumnType<object | null, string | null | undefined, string | null>
  /** What stood before the change; null where there is nothing to go back to. */
  before: ColumnType<object | null, string | null | undefined, string | null>
  /** The operation that undid it. */
  undone_by: ColumnType<string | null, string | null | undefined, string | null>
}

/** "This wasn't me": one right per notice, usable once, for a day at least. Only a hash of the mailed token is kept. */
export interface RecoursesTable {
  id: string
  tenant_id: string
  user_id: string
  /** What it objects to: `operation:<id>` or `factor:<id>`. */
  about: string
  token_hash: string | null
  correlation_id: string
  created_at: Moment
  expires_at: Moment
  used_at: ColumnType<Date | null, Date | null, Date | null>
  used_by: string | null
}

/** Append-only; the database refuses update, delete and truncate. */
export interface AuditTable {
  seq: string
  at: Moment
  event: Json<object>
  previous_hash: string
  hash: string
}

/** Whom in the directory a Slack account belongs to: matched once by its confirmed e-mail, bound to ids since. */
export interface SlackPeopleTable {
  team_id: string
  slack_user_id: string
  tenant_id: string
  user_id: string
  /** What both sides had when they were bound, in lower case: another one ends the binding. */
  email: string
  bound_at: Moment
  checked_at: Moment
  /** Since when it must stand to count; null = it counts. */
  new_since: MomentOrNull
}

/** Links of Slack accounts that there were once. */
export interface SlackLinksEndedTable {
  team_id: string
  slack_user_id: string
  tenant_id: string
  user_id: string
  email: string
}

type MomentOrNull = ColumnType<Date | null, Date | null | undefined, Date | null>

/** A conversation between IT and a person, headed by a card in the IT channel. One a ticket. */
export interface ThreadsTable {
  id: string
  ticket_id: string
  tenant_id: string
  user_id: string
  /** Why it was opened, see bot/escalation. */
  reason: string
  urgency: 'normal' | 'high'
  title: string
  /** What the card says: titles and values, never a secret. */
  facts: Json<{ title: string; value: string }[]>
  state: 'open' | 'taken' | 'resolved'
  /** Key of the post that heads it. */
  head_post: string
  taken_by: string | null
  taken_at: MomentOrNull
  resolved_by: string | null
  resolved_at: MomentOrNull
  /** The number matching that asks whether the person is really on the phone: a confirmation's id. */
  caller_check: string | null
  freeze_asked_by: string | null
  freeze_asked_at: MomentOrNull
  freeze_operation: string | null
  correlation_id: string
  opened_at: Moment
  it_wrote_at: MomentOrNull
  person_wrote_at: MomentOrNull
  /** When IT is reminded next; null = nothing waits for them. */
  remind_at: MomentOrNull
  reminders: Generated<number>
}

/** What is made for somebody is to be read out by their manager: whom it ties together, and what became of it. One a dialog. */
export interface ReadOutsTable {
  /** The dialog of whoever started it: the proofs are those of this one. */
  dialog_id: string
  tenant_id: string
  starter_id: string
  starter_name: string
  person_id: string
  person_name: string
  /** Who is shown it, and nobody else. */
  reader_id: string
  reader_name: string
  state: 'asked' | 'shown' | 'denied' | 'expired' | 'failed'
  /** How it ended, for whoever started it. */
  sentence: string | null
  correlation_id: string
  asked_at: Moment
  /** When the first of the proofs has run out. */
  expires_at: Moment
  decided_at: MomentOrNull
}

/** A request for access: the document says all (see bot/approvals/requests/request.ts), the columns find it. */
export interface AccessRequestsTable {
  id: string
  tenant_id: string
  requester_id: string
  person_id: string
  kind: 'access' | 'extension' | 'contract' | 'contract-extension'
  /** The catalogue's key, or null. */
  entry: string | null
  /** The grant or contract that is extended, or null. */
  extends: string | null
  state: 'open' | 'approved' | 'denied' | 'withdrawn' | 'expired' | 'to-it' | 'void'
  document: Json<object>
  correlation_id: string
  asked_at: Moment
  decided_at: MomentOrNull
  /** When somebody must look at it next: find approvers, remind, hand over, expire. null = never. */
  due_at: MomentOrNull
}

/** A membership with an end: see bot/access/grant.ts. */
export interface AccessGrantsTable {
  id: string
  tenant_id: string
  person_id: string
  person_name: string
  group_id: string
  group_name: string
  entry: string
  title: string
  requester_id: string
  requester_name: string
  request_id: string
  approvers: Json<{ id: string; name: string; as: string; at: string }[]>
  reason: string
  contract_id: string | null
  state: 'waiting' | 'active' | 'ended' | 'failed'
  starts_at: Moment
  ends_at: MomentOrNull
  granted_at: MomentOrNull
  ended_at: MomentOrNull
  ending: string | null
  had_before: boolean | null
  gone_at: MomentOrNull
  /** When the membership is looked at next. */
  look_at: MomentOrNull
  reminded: Generated<number>
  attempts: Generated<number>
  due_at: MomentOrNull
  correlation_id: string
}

/** A contractor's account: see bot/access/grant.ts. */
export interface ContractsTable {
  id: string
  tenant_id: string
  person_id: string
  person_name: string
  sponsor_id: string
  sponsor_name: string
  project: string
  request_id: string
  state: 'waiting' | 'active' | 'ended' | 'failed'
  starts_at: Moment
  ends_at: Moment
  ended_at: MomentOrNull
  ending: string | null
  sponsor_gone_at: MomentOrNull
  /** When the sponsor is looked at next. */
  look_at: MomentOrNull
  reminded: Generated<number>
  attempts: Generated<number>
  due_at: MomentOrNull
  correlation_id: string
}

/** The bot's own keys towards agents. */
export interface AgentLinkKeysTable {
  public_key: string
  /** Sealed with the key ring. */
  sealed_key: string
  state: 'current' | 'followed'
  followed_by: string | null
  by_old: string | null
  by_new: string | null
  created_at: Moment
}

/** Enrolment codes: good once, for a quarter of an hour. */
export interface AgentCodesTable {
  id: string
  /** Sealed with the key ring: both ends prove that they know it, so a hash would not do. */
  sealed_code: string
  created_by: string
  created_at: Moment
  expires_at: Moment
  used_at: MomentOrNull
  failures: Generated<number>
}

/** Agents that were enrolled: the key that is pinned, and what they last said of themselves. */
export interface AgentsTable {
  id: string
  name: string
  public_key: string
  state: 'active' | 'revoked'
  /** It shall make a new key when it is next there. */
  rotate: ColumnType<boolean, boolean | undefined, boolean>
  domain: ColumnType<string | null, string | null | undefined, string | null>
  domain_sid: ColumnType<string | null, string | null | undefined, string | null>
  enrolled_at: Moment
  revoked_at: MomentOrNull
  last_seen_at: MomentOrNull
  health: ColumnType<object | null, string | null | undefined, string | null>
}

/** What was written on one side and shall be seen on the other. */
export interface SyncFollowUpsTable {
  operation_id: string
  tenant_id: string
  person_id: string
  kind: 'password' | 'member' | 'not-member' | 'enabled' | 'disabled'
  group_id: string | null
  /** What it is about, for the person: a group's name, or an empty text. */
  words: string
  state: 'waiting' | 'seen' | 'given-up' | 'overtaken'
  since: Moment
  give_up_at: Moment
  due_at: MomentOrNull
  ended_at: MomentOrNull
  correlation_id: string
}

/** Where the reading of a domain's changes stands. */
export interface ChangeCookiesTable {
  domain: string
  agent_id: string
  cookie: string
  read_at: Moment
}

/** Lockouts that were noticed, so that each is spoken of once. */
export interface LockoutsSeenTable {
  domain: string
  object_guid: string
  locked_at: Moment
  tenant_id: string | null
  person_id: string | null
  offered_at: MomentOrNull
  seen_at: Moment
}

/** A process of the bot, by the name that DBOS has for it. */
export interface ReplicasTable {
  executor: string
  /** Name of its connections, as PostgreSQL lists them. */
  connection: string
  started_at: Generated<Date>
  alive_at: ColumnType<Date, never, never>
  left_at: MomentOrNull
  given_up_at: MomentOrNull
}

/** What Redis holds, while Redis does not answer: claims and counts by the digest of their name. */
export interface EphemeralTable {
  name: Buffer
  used: number
  expires_at: ColumnType<Date, never, never>
}

/** One row: when any replica last held limits in PostgreSQL. */
export interface EphemeralUseTable {
  only_row: Generated<boolean>
  used_at: ColumnType<Date, never, never>
}

/** What is in force for everybody; no row = nothing. See bot/lockdown. */
export interface LockdownsTable {
  tenant_id: string
  mode: 'freeze' | 'strict'
  reason: string
  asked_by: string
  asked_by_name: string
  confirmed_by: string
  confirmed_by_name: string
  since: Moment
  /** What was confirmed. */
  proposal_id: string
}

/** What somebody of IT wants to put in force or lift, until a second one of them has said what becomes of it. */
export interface LockdownProposalsTable {
  id: string
  tenant_id: string
  wanted: 'freeze' | 'strict' | 'open'
  reason: string
  /** The proposal that was in force when it was asked; null = none. */
  instead_of: string | null
  state: 'asked' | 'confirmed' | 'withdrawn' | 'expired' | 'overtaken'
  asked_by: string
  asked_by_name: string
  asked_at: Moment
  expires_at: Moment
  decided_by: ColumnType<string | null, string | null | undefined, string | null>
  decided_by_name: ColumnType<string | null, string | null | undefined, string | null>
  decided_at: MomentOrNull
  correlation_id: string
}

/** Small facts of the installation (e.g. when the manager baseline was taken). */
export interface FactsTable {
  name: string
  value: Json<object>
}

export interface Schema {
  conversations: ConversationsTable
  dialogs: DialogsTable
  posts: PostsTable
  proofs: ProofsTable
  totp_factors: TotpFactorsTable
  throttles: ThrottlesTable
  security_answers: SecurityAnswersTable
  confirmations: ConfirmationsTable
  managers_seen: ManagersSeenTable
  tickets: TicketsTable
  ticket_notes: TicketNotesTable
  operations: OperationsTable
  recourses: RecoursesTable
  slack_people: SlackPeopleTable
  slack_links_ended: SlackLinksEndedTable
  threads: ThreadsTable
  read_outs: ReadOutsTable
  access_requests: AccessRequestsTable
  access_grants: AccessGrantsTable
  contracts: ContractsTable
  agent_link_keys: AgentLinkKeysTable
  agent_codes: AgentCodesTable
  agents: AgentsTable
  sync_follow_ups: SyncFollowUpsTable
  change_cookies: ChangeCookiesTable
  lockouts_seen: LockoutsSeenTable
  replicas: ReplicasTable
  lockdowns: LockdownsTable
  lockdown_proposals: LockdownProposalsTable
  ephemeral: EphemeralTable
  ephemeral_use: EphemeralUseTable
  audit: AuditTable
  facts: FactsTable
}
