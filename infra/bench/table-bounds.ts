/**
 * What keeps a table of the bot from growing for ever.
 * - `forgotten`: rows go by their age (bot/store/forget-old-rows.ts, forget-old-workflows.ts)
 * - `people`: a few rows a person, an account, an agent or a domain, written over and over
 * - `house`: a few rows an installation, a release or a rotation of keys
 * - `record`: stays, as the audit and what people asked for must
 */
export type Bound = 'forgotten' | 'people' | 'house' | 'record'

/** Every table there is; test/infra/bench/table-bounds.test.ts compares it with a database. */
export const bounds: Readonly<Record<string, Bound>> = {
  'public.audit': 'record',
  // Requests, and what became of them.
  'public.tickets': 'record',
  'public.ticket_notes': 'record',
  // Says for ever what was done under an id, so that it is not done again; an undo goes back to it.
  'public.operations': 'record',
  'public.access_requests': 'record',
  'public.access_grants': 'record',
  'public.contracts': 'record',

  'public.dialogs': 'forgotten',
  'public.posts': 'forgotten',
  'public.proofs': 'forgotten',
  'public.confirmations': 'forgotten',
  'public.read_outs': 'forgotten',
  'public.recourses': 'forgotten',
  'public.threads': 'forgotten',
  'public.sync_follow_ups': 'forgotten',
  'public.lockouts_seen': 'forgotten',
  'public.lockdown_proposals': 'forgotten',
  'public.ephemeral': 'forgotten',
  'public.replicas': 'forgotten',
  // One a person is active; removed ones are forgotten.
  'public.totp_factors': 'forgotten',
  'dbos.workflow_status': 'forgotten',
  'dbos.workflow_input': 'forgotten',
  'dbos.workflow_output': 'forgotten',
  'dbos.operation_outputs': 'forgotten',
  'dbos.workflow_events': 'forgotten',
  'dbos.workflow_events_history': 'forgotten',
  'dbos.notifications': 'forgotten',
  'dbos.streams': 'forgotten',

  'public.conversations': 'people',
  'public.throttles': 'people',
  'public.security_answers': 'people',
  'public.managers_seen': 'people',
  'public.slack_people': 'people',
  // Whoever was linked before is new when linked again: this must be known for as long as they are.
  'public.slack_links_ended': 'people',
  'public.agents': 'people',
  'public.change_cookies': 'people',

  // Used and expired ones go when the next is made.
  'public.agent_codes': 'house',
  'public.agent_link_keys': 'house',
  'public.lockdowns': 'house',
  'public.facts': 'house',
  'public.ephemeral_use': 'house',
  'public.kysely_migration': 'house',
  'public.kysely_migration_lock': 'house',
  'dbos.dbos_migrations': 'house',
  'dbos.application_versions': 'house',
  'dbos.queues': 'house',
  'dbos.workflow_schedules': 'house',
  'dbos.event_dispatch_kv': 'house',
}
