import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { AccessGround } from '../../bot/access/ground.ts'
import { approvedAccess } from '../../bot/access/make-grant.ts'
import { settleAccess } from '../../bot/access/settle.ts'
import { auditTrail } from '../../bot/audit/trail.ts'
import type { Clock } from '../../bot/clock.ts'
import { itThreads } from '../../bot/escalation/it-threads.ts'
import { noticesOfOperation } from '../../bot/notices/of-operation.ts'
import { disableAccount } from '../../bot/operations/disable-account.ts'
import { enableAccount } from '../../bot/operations/enable-account.ts'
import { grantAccess } from '../../bot/operations/grant-access.ts'
import { revokeAccess } from '../../bot/operations/revoke-access.ts'
import { operationSteps } from '../../bot/operations/run-operation.ts'
import type { Catalogue } from '../../bot/policy/catalogue/catalogue.ts'
import type { Schema } from '../../bot/store/schema.ts'
import { builtInTickets } from '../../bot/tickets/built-in.ts'
import { incidentOf, settleTicket } from '../../bot/tickets/settle.ts'
import { hours, minutes, newRing } from '../bot/identity/people.ts'
import { defaultPolicy } from '../bot/policy/examples.ts'
import type { Company } from './company.ts'
import type { EngineStore } from './durable-engine.ts'
import { databaseOf, Life } from './life.ts'

/** What all replicas share. */
export interface Shared {
  readonly pool: pg.Pool
  readonly clock: Clock
  readonly company: Company
  readonly catalogue: Catalogue
  readonly engines: EngineStore
  readonly log: Logger
  readonly ended: (name: string, kind: 'kill' | 'hiccup') => void
}

/** One process of the bot. */
export interface Replica {
  readonly life: Life
  readonly ground: AccessGround
}

const ring = newRing()
/** Times are shorter than usual, so that more happens in fewer of them. */
const policy = {
  ...defaultPolicy,
  access: { ...defaultPolicy.access, handOverAfter: 30 * hours, expiresAfter: 50 * hours, lookEvery: 36 * hours },
}

/** Puts a process together as bot/main.ts does, and lets what it had begun go on. */
export function startReplica(shared: Shared, name: string): Replica {
  const { clock, catalogue, company, engines, log } = shared
  const life = new Life(name, (kind) => shared.ended(name, kind))
  const database: Kysely<Schema> = databaseOf(shared.pool, life)
  const directory = company.of(life)
  const audit = auditTrail(database, clock)
  const tickets = builtInTickets(database, clock)
  const ticketsIn: AccessGround['ticketsIn'] = (connection) => builtInTickets(connection, clock)
  const channelIsStrong = () => true
  const isIt = async () => false
  const escalation = itThreads({
    ...{ database, clock, ticketsIn, audit, directory, hasItChannel: true, isIt, channelIsStrong, policy },
    freeze: async () => 'still-running',
    reminders: policy.escalation.remindAfter,
    answerWithin: 10 * minutes,
  })
  const rows = { clock, policy, catalogue, audit }
  const steps = operationSteps({
    ...{ database, audit, policy, catalogue, clock, isIt },
    directoryFor: () => directory,
    groupWithin: async () => [],
    mayChange: async () => true,
    operations: [grantAccess, revokeAccess, disableAccount, enableAccount],
    notices: noticesOfOperation(policy, false),
    settleAccess: settleAccess(rows),
    afterwards: async (ended) => {
      await settleTicket(tickets, ended.request, ended.result)
      await incidentOf({ database, escalation }, ended)
    },
    pause: async () => undefined,
  })
  const ground: AccessGround = {
    ...{ ...rows, database, directory, ticketsIn, escalation, ring, hasItChannel: true, channelIsStrong, isIt, log },
    approved: approvedAccess(rows),
    engine: engines.of(steps, life),
  }
  engines.resume(steps, life)
  return { life, ground }
}
