import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { Escalation } from '../escalation/escalation.ts'
import type { Confirmation } from '../identity/confirmation.ts'
import type { Person } from '../identity/person.ts'
import { takeBackAuthenticator } from '../identity/take-back-authenticator.ts'
import { factorOf } from '../identity/totp.ts'
import { operationTitle } from '../operations/titles.ts'
import type { Schema } from '../store/schema.ts'

export interface DenialGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly audit: Audit
  readonly escalation: Pick<Escalation, 'open'>
}

/** A manager knows nothing of a request: somebody may be sitting in the person's chat, and IT hears of it. @returns posts to be brought out */
export async function tellItOfDenial(
  ground: Pick<DenialGround, 'escalation'>,
  confirmation: Confirmation,
  manager: Person,
  asker: string,
  took: boolean,
): Promise<readonly string[]> {
  const { tenant, asker: id, purpose, correlationId, dialogId } = confirmation
  const { posts } = await ground.escalation.open({
    id: `denied:${confirmation.id}`,
    person: { tenant, id, name: asker },
    reason: 'verification-failed',
    title: 'A manager does not know about a request',
    urgency: 'high',
    facts: [
      { title: 'Asked for', value: operationTitle(purpose) },
      { title: 'Manager', value: `${manager.name} said: "I do not know about this"` },
      ...(took ? [{ title: 'Done already', value: 'The authenticator that was just set up was taken back' }] : []),
    ],
    dialogId,
    correlationId,
  })
  return posts
}

/**
 * Takes back an authenticator that the person set up in the chat just now and that does not count yet, when its manager knows
 * nothing of it. Last in the caller's transaction. @returns whether there was one
 */
export async function takeBackIfNew(
  ground: Pick<DenialGround, 'database' | 'clock' | 'audit'>,
  { tenant, asker, purpose, correlationId }: Confirmation,
  manager: Person,
): Promise<boolean> {
  if (purpose !== 'enrol-totp') return false
  const factor = await factorOf(ground.database, { tenant, id: asker })
  const ripens = factor?.state === 'active' && factor.countsFrom != null && factor.countsFrom > ground.clock()
  if (!ripens) return false
  const why = 'the manager does not know about it'
  return await takeBackAuthenticator(ground, { tenant, person: asker, correlationId, by: manager.id, why })
}
