import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { Replica } from './replica.ts'

/** So long after it was last written down a process changes nothing any more without asking; others give it up later than that. */
const surelyAlive = 5_000

/** Beats go every second; a longer time between two is a break. */
const longestPause = 5_000
const steadyAgainAfter = 10_000

export interface Presence {
  /** Writes down that this process lives; to be run every second. False when others have given it up: it must end. */
  beat(): Promise<boolean>
  /**
   * Whether this process may begin to change a directory. One that stood still, or was cut off from the database, may have been given
   * up meanwhile, and what it was about to do may be in other hands.
   */
  mayChange(): Promise<boolean>
  /**
   * Whether it may judge others by their silence. One that was cut off from the database, or stood still, hears nothing of others
   * that were cut off as well and come back with it: it waits until its own beats have gone through for ten seconds.
   */
  maySayDead(): boolean
  /** Says that it ends by itself: what it leaves behind may be gone on with at once. */
  leave(): Promise<void>
}

/** @param milliseconds a clock that never goes back, and goes on while the process stands still */
export function presence(
  database: Kysely<Schema>,
  { executor, connection }: Replica,
  milliseconds: () => number = () => performance.now(),
): Presence {
  let seen = Number.NEGATIVE_INFINITY
  let known = false
  /** After a break: since when beats go through again. Null: they do not yet. */
  let again: number | null | undefined
  async function beat(): Promise<boolean> {
    const began = milliseconds()
    // One that is forgotten was given up long before (bot/store/forget-old-rows.ts), and does not come back by saying that it lives.
    const alive = known
      ? sql`update replicas set alive_at = now() where executor = ${executor} and given_up_at is null returning executor`
      : sql`insert into replicas (executor, connection) values (${executor}, ${connection})
          on conflict (executor) do update set alive_at = now() where replicas.given_up_at is null
          returning executor`
    const { rows } = await alive.execute(database).catch((error: unknown) => {
      again = null
      throw error
    })
    if (known && began - seen > longestPause) again = null
    again = again === null ? began : again
    known = true
    const isAlive = rows.length === 1
    seen = isAlive ? began : Number.NEGATIVE_INFINITY
    return isAlive
  }
  return {
    beat,
    mayChange: async () => milliseconds() - seen < surelyAlive || (await beat().catch(() => false)),
    maySayDead() {
      const now = milliseconds()
      if (now - seen > longestPause || again === null) return false
      return again === undefined || now - again >= steadyAgainAfter
    },
    async leave() {
      await database.updateTable('replicas').set({ left_at: new Date() }).where('executor', '=', executor).execute()
    },
  }
}
