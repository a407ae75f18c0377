import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { TenantId } from '../identity/person.ts'
import { plainText } from '../plain-text.ts'
import type { Schema } from '../store/schema.ts'
import { writePosts } from '../turns/outbox.ts'
import { longestReason } from './ask.ts'
import { newsDraft } from './card.ts'
import { type InForce, readInForce } from './in-force.ts'

export interface AtServer {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly audit: Audit
  readonly tenant: TenantId
  readonly hasItChannel: boolean
}

/** Who sits at the server, and why it cannot wait for two of IT. */
export interface Lifting {
  readonly id: string
  readonly who: string
  readonly host: string
  readonly why: string
}

/**
 * Lifts a lockdown on the word of whoever administers the server, for the case that no two of IT can be had. They have the database
 * anyway; here it is in the audit and in the IT channel. What somebody of IT has asked for meanwhile is void: it was asked instead of this.
 * @returns what was in force, or undefined: nothing
 */
export async function liftAtServer(
  { database, clock, audit, tenant, hasItChannel }: AtServer,
  { id, who, host, why }: Lifting,
): Promise<InForce | undefined> {
  return await database.transaction().execute(async (transaction) => {
    await transaction.selectFrom('lockdowns').select('mode').where('tenant_id', '=', tenant).forUpdate().execute()
    const inForce = await readInForce(transaction, tenant)
    if (!inForce) return undefined
    await transaction.deleteFrom('lockdowns').where('tenant_id', '=', tenant).execute()
    const by = `${plainText(who, 100)} at ${plainText(host, 100)}`
    const reason = plainText(why, longestReason)
    const text = `Lifted at the server by ${by}, without a second person. Why: ${reason}. If you know nothing of it, somebody is in the server: lock down again and call whoever looks after it.`
    const about = { tenant, id, correlationId: id }
    await writePosts(transaction, hasItChannel ? [newsDraft(about, 'Self-service is open again', text)] : [], clock)
    await audit.appendWithin(transaction, {
      kind: 'event',
      action: 'lift-lockdown-at-server',
      tenant,
      actor: 'helpbot',
      target: inForce.askedBy.id,
      correlationId: id,
      operationId: `lift-lockdown-at-server:${id}`,
      why: reason,
      outcome: 'done',
      detail: {
        by,
        'instead-of': inForce.mode,
        since: inForce.since.toISOString(),
        proposal: inForce.proposal,
        'confirmed-by': inForce.confirmedBy.id,
      },
    })
    return inForce
  })
}
