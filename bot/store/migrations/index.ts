import type { Migration } from 'kysely/migration'
import * as ground from './0001-ground.ts'
import * as auditOperationIndex from './0002-audit-operation-index.ts'
import * as slackAndThreads from './0003-slack-and-threads.ts'
import * as access from './0004-access.ts'
import * as agents from './0005-agents.ts'
import * as replicas from './0006-replicas.ts'
import * as lockdown from './0007-lockdown.ts'
import * as ephemeral from './0008-ephemeral.ts'
import * as retention from './0009-retention.ts'
import * as appendToAudit from './0010-append-to-audit.ts'
import * as asksOfApprovers from './0011-asks-of-approvers.ts'

/** All migrations, in order; the key is what the database remembers. */
export const migrations: Record<string, Migration> = {
  '0001-ground': ground,
  '0002-audit-operation-index': auditOperationIndex,
  '0003-slack-and-threads': slackAndThreads,
  '0004-access': access,
  '0005-agents': agents,
  '0006-replicas': replicas,
  '0007-lockdown': lockdown,
  '0008-ephemeral': ephemeral,
  '0009-retention': retention,
  '0010-append-to-audit': appendToAudit,
  '0011-asks-of-approvers': asksOfApprovers,
}
