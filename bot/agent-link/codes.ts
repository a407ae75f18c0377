import { type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '../clock.ts'
import type { KeyRing } from '../identity/key-ring.ts'
import type { Schema } from '../store/schema.ts'
import { type EnrolmentCode, makeEnrolmentCode } from './enrolment-code.ts'

const goodForMilliseconds = 15 * 60_000
const mostFailures = 5
/** What was not used is kept for a day, for whoever asks what became of it. */
const keptMilliseconds = 24 * 60 * 60_000

/** Makes a code that is good once, for a quarter of an hour. Its secret is sealed. */
export async function issueCode(
  ground: { readonly ring: KeyRing; readonly realTime: Clock; readonly random: (size: number) => Buffer },
  transaction: Transaction<Schema>,
  { botKey, by }: { readonly botKey: string; readonly by: string },
): Promise<{ readonly code: EnrolmentCode; readonly expiresAt: Date }> {
  const now = ground.realTime()
  const code = makeEnrolmentCode(botKey, ground.random)
  const expiresAt = new Date(now.getTime() + goodForMilliseconds)
  await transaction
    .deleteFrom('agent_codes')
    .where('expires_at', '<', new Date(now.getTime() - keptMilliseconds))
    .execute()
  await transaction
    .insertInto('agent_codes')
    .values({
      id: code.id,
      sealed_code: ground.ring.seal(Buffer.from(code.secret), { purpose: 'agent enrolment code', of: code.id }),
      created_by: by,
      created_at: now,
      expires_at: expiresAt,
      used_at: null,
    })
    .execute()
  return { code, expiresAt }
}

/** The secret of a code that may be used now; undefined when there is none. */
export async function secretOfCode(
  { database, ring, realTime }: { database: Kysely<Schema>; ring: KeyRing; realTime: Clock },
  id: string,
): Promise<string | undefined> {
  const row = await database
    .selectFrom('agent_codes')
    .select('sealed_code')
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', realTime())
    .where('failures', '<', mostFailures)
    .executeTakeFirst()
  return row && ring.open(row.sealed_code, { purpose: 'agent enrolment code', of: id }).toString()
}

/** Counts a wrong proof; five void the code. */
export async function countFailure(database: Kysely<Schema>, id: string): Promise<void> {
  await database
    .updateTable('agent_codes')
    .set({ failures: sql<number>`failures + 1` })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .execute()
}

/** Uses a code up. True for one caller only, however many try at once. */
export async function useCode(transaction: Transaction<Schema>, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('agent_codes')
    .set({ used_at: now, sealed_code: '' })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .where('failures', '<', mostFailures)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
