import type { Kysely } from 'kysely'
import { z } from 'zod'
import { type Address, type Channel, type ChannelName, DeliveryError } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'

const addressSchema = z.object({
  channel: z.enum(['teams', 'slack']),
  conversation: z.string(),
  serviceUrl: z.string(),
})

/** A known address is looked up again after this time, for the person may have written elsewhere, to another replica. */
const fresh = 2_000
const mostKnown = 50_000

export interface Conversations {
  /** Keeps where somebody writes from: the channel last used is where they are told things. */
  remember(tenant: TenantId, person: UserId, address: Address): Promise<void>
  /**
   * Where to write to somebody, opening the chat if they never wrote; with `only`, where they wrote in that chat product.
   * @throws DeliveryError
   */
  addressOf(tenant: TenantId, person: UserId, only?: ChannelName): Promise<Address>
}

export function conversationsIn(
  database: Kysely<Schema>,
  clock: Clock,
  channels: ReadonlyMap<ChannelName, Channel>,
): Conversations {
  const known = new Map<string, { address: Address; at: number }>()

  function keep(tenant: TenantId, person: UserId, address: Address): void {
    const key = `${tenant}/${person}`
    known.delete(key)
    known.set(key, { address, at: clock().getTime() })
    const [oldest] = known.keys()
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
  }

  async function remember(tenant: TenantId, person: UserId, address: Address): Promise<void> {
    const already = known.get(`${tenant}/${person}`)
    const now = clock()
    const same = already && JSON.stringify(already.address) === JSON.stringify(address)
    if (same && now.getTime() - already.at < fresh) return
    const reference = JSON.stringify(address)
    await database
      .insertInto('conversations')
      .values({ tenant_id: tenant, user_id: person, channel: address.channel, reference, used_at: now })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'user_id', 'channel']).doUpdateSet({ reference, used_at: now }),
      )
      .execute()
    keep(tenant, person, address)
  }

  /** Somebody who never wrote is reached where they can be: each chat product is tried in turn. */
  async function firstReach(tenant: TenantId, person: UserId): Promise<Address> {
    let problem = new DeliveryError('refused', 'no channel is configured')
    for (const channel of channels.values()) {
      try {
        return await channel.reach({ tenant, id: person })
      } catch (error) {
        const because = asDeliveryError(error)
        // What may work later is waited for: the next product might know the person under an older account.
        if (!because || because.code === 'later') throw error
        problem = because
      }
    }
    throw problem
  }

  async function addressIn(channel: ChannelName, tenant: TenantId, person: UserId): Promise<Address> {
    const row = await database
      .selectFrom('conversations')
      .select('reference')
      .where('tenant_id', '=', tenant)
      .where('user_id', '=', person)
      .where('channel', '=', channel)
      .executeTakeFirst()
    const stored = addressSchema.safeParse(row?.reference)
    if (!stored.success) throw new DeliveryError('refused', `the person has no chat in ${channel} any more`)
    return stored.data
  }

  return {
    remember,
    async addressOf(tenant, person, only) {
      if (only) return await addressIn(only, tenant, person)
      const already = known.get(`${tenant}/${person}`)
      if (already && clock().getTime() - already.at < fresh) return already.address
      const rows = await database
        .selectFrom('conversations')
        .select(['channel', 'reference'])
        .where('tenant_id', '=', tenant)
        .where('user_id', '=', person)
        .orderBy('used_at', 'desc')
        .execute()
      // A chat product that was switched off is no place to write to, however much somebody liked it.
      const row = rows.find(({ channel }) => channels.has(channel))
      const stored = row && addressSchema.safeParse(row.reference)
      if (stored?.success) {
        keep(tenant, person, stored.data)
        return stored.data
      }
      const address = await firstReach(tenant, person)
      await remember(tenant, person, address)
      return address
    },
  }
}

/** The directory has a say in it too: it installs the bot for the person, and may refuse to. */
function asDeliveryError(error: unknown): DeliveryError | undefined {
  if (error instanceof DeliveryError) return error
  if (!(error instanceof DirectoryError) || error.code === 'unreachable' || error.code === 'throttled') return undefined
  return new DeliveryError('not-installed', error.detail)
}
