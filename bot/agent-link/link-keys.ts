import type { Kysely, Transaction } from 'kysely'
import type { Challenge } from '../../agent/protocol/frames.ts'
import { keyChange } from '../../agent/protocol/transcripts.ts'
import type { Clock } from '../clock.ts'
import { type KeyRing, SealError } from '../identity/key-ring.ts'
import type { Schema } from '../store/schema.ts'
import { makeSigningKey, readSigningKey, type SigningKey } from './ed25519.ts'

/** As many earlier keys as a challenge has room for; an agent that has been away for longer is enrolled anew. */
const longestChain = 8

interface Ground {
  readonly database: Kysely<Schema>
  readonly ring: KeyRing
  readonly realTime: Clock
}

/** The bot's key towards agents, made when it is first needed; of several replicas that make one at once, one's counts. */
export async function linkKey({ database, ring, realTime }: Ground): Promise<SigningKey> {
  for (;;) {
    const row = await database
      .selectFrom('agent_link_keys')
      .select(['public_key', 'sealed_key'])
      .where('state', '=', 'current')
      .executeTakeFirst()
    if (row) return readSigningKey(ring.open(row.sealed_key, ownerOf(row.public_key)))
    const { row: made } = newRow(ring, realTime)
    await database
      .insertInto('agent_link_keys')
      .values(made)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** The keys that came before this one, the newest first, as a challenge carries them. */
export async function keysBefore(database: Kysely<Schema>, current: string): Promise<Challenge['follows']> {
  const follows: Challenge['follows'] = []
  for (let successor = current; follows.length < longestChain; ) {
    const row = await database
      .selectFrom('agent_link_keys')
      .select(['public_key', 'by_old', 'by_new'])
      .where('followed_by', '=', successor)
      .executeTakeFirst()
    if (!row || row.by_old === null || row.by_new === null) break
    follows.push({ botKey: row.public_key, byOld: row.by_old, byNew: row.by_new })
    successor = row.public_key
  }
  return follows
}

/**
 * Gives the bot another key, signed over by the old one, which is destroyed. Unused enrolment codes name the old key and are void. An
 * old one that HELPBOT_KEYS opens no more signs nothing: no agent can follow it, and all are enrolled anew.
 * @returns the new public key, and the old one where there was one, with whether agents can follow
 */
export async function changeLinkKey(
  { ring, realTime }: Omit<Ground, 'database'>,
  transaction: Transaction<Schema>,
): Promise<{ readonly botKey: string; readonly before: string | undefined; readonly canBeFollowed: boolean }> {
  const old = await transaction
    .selectFrom('agent_link_keys')
    .select(['public_key', 'sealed_key'])
    .where('state', '=', 'current')
    .forUpdate()
    .executeTakeFirst()
  const { key, row } = newRow(ring, realTime)
  const signatures = old && handOver(ring, old, key)
  if (old) {
    await transaction
      .updateTable('agent_link_keys')
      .set({ state: 'followed', sealed_key: '', followed_by: key.publicKey, ...signatures })
      .where('public_key', '=', old.public_key)
      .execute()
  }
  await transaction.insertInto('agent_link_keys').values(row).execute()
  await transaction
    .updateTable('agent_codes')
    .set({ expires_at: realTime() })
    .where('used_at', 'is', null)
    .where('expires_at', '>', realTime())
    .execute()
  const canBeFollowed = old === undefined || signatures !== undefined
  return { botKey: key.publicKey, before: old?.public_key, canBeFollowed }
}

/** Both signatures of the change; undefined when the old key does not open. */
function handOver(
  ring: KeyRing,
  old: { readonly public_key: string; readonly sealed_key: string },
  key: SigningKey,
): { readonly by_old: string; readonly by_new: string } | undefined {
  try {
    const oldKey = readSigningKey(ring.open(old.sealed_key, ownerOf(old.public_key)))
    const change = keyChange('bot', oldKey.publicKey, key.publicKey)
    return { by_old: oldKey.sign(change), by_new: key.sign(change) }
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}

function newRow(ring: KeyRing, realTime: Clock) {
  const { key, pkcs8 } = makeSigningKey()
  const row = {
    public_key: key.publicKey,
    sealed_key: ring.seal(pkcs8, ownerOf(key.publicKey)),
    state: 'current' as const,
    followed_by: null,
    by_old: null,
    by_new: null,
    created_at: realTime(),
  }
  return { key, row }
}

function ownerOf(publicKey: string) {
  return { purpose: 'agent link key', of: publicKey } as const
}
