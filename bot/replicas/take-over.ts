import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import type { Schema } from '../store/schema.ts'
import type { Replica } from './replica.ts'

/** Whoever takes over holds it. The number is arbitrary and the same in all processes. */
const lock = 7_305_519_002
/** What a process leaves behind is looked for so long after it was given up: it may have gone on for a moment. */
const lookedAfter = '1 day'
/** More are not looked after at once: the latest. */
const most = 200

export interface Abandoned {
  /** Ids of what these processes have begun and not ended. */
  pendingOf(executors: readonly string[]): Promise<readonly string[]>
  /** Goes on with them, on whichever process. */
  resume(ids: readonly string[]): Promise<void>
}

/**
 * Goes on with what dead processes have begun. Dead is one that has not been heard of for ten seconds, or for three when PostgreSQL
 * has no connection of it any more. Not looked at for as long after a start of the database, when all have been away, nor by one
 * that was away itself: others may have been as well, and come back a moment later.
 * @param maySayDead see Presence
 * @returns a job, to be run every second on every process; answers how many operations it goes on with
 */
export function takeOver(
  { database, log }: { readonly database: Kysely<Schema>; readonly log: Logger },
  me: Replica,
  abandoned: Abandoned,
  maySayDead: () => boolean,
): () => Promise<number> {
  return async () =>
    await database.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${lock}) as mine`.execute(
        transaction,
      )
      if (rows[0]?.mine !== true) return 0
      const steady = maySayDead()
      const dead = await sql<{ executor: string }>`
        update replicas set given_up_at = now()
        where given_up_at is null and executor <> ${me.executor}
          and pg_postmaster_start_time() < now() - interval '10 seconds'
          and (left_at is not null
            or (${steady} and alive_at < now() - interval '10 seconds')
            or (${steady} and alive_at < now() - interval '3 seconds'
              and exists (select from pg_stat_activity where application_name = ${me.connection})
              and not exists (select from pg_stat_activity where application_name = replicas.connection)))
        returning executor`.execute(transaction)
      for (const { executor } of dead.rows) log.warn({ executor }, 'a replica is given up')
      const { rows: gone } = await sql<{ executor: string }>`
        select executor from replicas where given_up_at > now() - interval '${sql.raw(lookedAfter)}'
        order by given_up_at desc limit ${most}`.execute(transaction)
      if (gone.length === 0) return 0
      const pending = await abandoned.pendingOf(gone.map(({ executor }) => executor))
      if (pending.length === 0) return 0
      log.warn({ operations: pending.length }, 'operations of a dead replica are taken over')
      await abandoned.resume(pending)
      return pending.length
    })
}
