import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Ephemeral } from './ephemeral.ts'
import { checkLimit, checkMilliseconds, type Kind, storedKey } from './ephemeral-limits.ts'
import type { Schema } from './schema.ts'

/** More rows are not held: then nothing is allowed until a sweep has made room. */
const mostRows = 1_000_000
const carriedAtOnce = 1_000
const sweptAtOnce = 10_000

/** A count or a claim that was begun elsewhere. */
export interface Carried {
  readonly kind: Kind
  readonly key: string
  readonly used: number
  readonly restMilliseconds: number
}

/** `Ephemeral` in PostgreSQL, and what a store needs that stands in for another one. */
export interface PostgresEphemeral extends Ephemeral {
  /** Adds what was counted and claimed elsewhere to what is here. */
  carry(uses: readonly Carried[]): Promise<void>
  /** Says to all replicas that somebody counts here. */
  markUse(): Promise<void>
  /** Milliseconds since any replica last said so; infinite when none ever did. */
  sinceUse(): Promise<number>
  /** Deletes a page of what has expired, and looks whether there is room. */
  sweep(): Promise<void>
}

/**
 * `Ephemeral` in PostgreSQL, shared by all replicas: slower than Redis, for as long as that does not answer. Every call is one
 * statement, so no count is lost between replicas; time is the database's. Names are kept as digests.
 * @param most rows
 */
export function postgresEphemeral(database: Kysely<Schema>, most = mostRows): PostgresEphemeral {
  let closed = false
  let isFull = false

  function checkOpen(): void {
    if (closed) throw new Error('the ephemeral store is closed')
  }

  function checkRoom(): void {
    checkOpen()
    if (isFull) throw new Error(`more than ${most} limits are held: nothing is allowed until some have run out`)
  }

  return {
    async claim(key, milliseconds) {
      checkRoom()
      checkMilliseconds(milliseconds)
      const { rows } = await sql`
        insert into ephemeral as held (name, used, expires_at)
        values (${digest('claim', key)}, 1, clock_timestamp() + ${lasting(milliseconds)})
        on conflict (name) do update set expires_at = excluded.expires_at
        where held.expires_at <= excluded.expires_at - ${lasting(milliseconds)}
        returning 1`.execute(database)
      return rows.length === 1
    },
    async release(key) {
      checkOpen()
      await sql`delete from ephemeral where name = ${digest('claim', key)}`.execute(database)
    },
    async spend(key, limit, windowMilliseconds) {
      checkRoom()
      checkLimit(limit)
      checkMilliseconds(windowMilliseconds)
      const isOver = sql`held.expires_at <= excluded.expires_at - ${lasting(windowMilliseconds)}`
      const { rows } = await sql<{ used: number; rest: number }>`
        insert into ephemeral as held (name, used, expires_at)
        values (${digest('spend', key)}, 1, clock_timestamp() + ${lasting(windowMilliseconds)})
        on conflict (name) do update set
          used = case when ${isOver} then 1 else least(held.used, 2000000000) + 1 end,
          expires_at = case when ${isOver} then excluded.expires_at else held.expires_at end
        returning used, ceil(extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as rest`.execute(
        database,
      )
      const [row] = rows
      if (!row) throw new Error('PostgreSQL gave no count')
      const allowed = row.used <= limit
      return { allowed, retryAfterMilliseconds: allowed ? 0 : Math.max(row.rest, 1) }
    },
    async carry(uses) {
      checkRoom()
      // In one order everywhere, so that replicas that do so at the same moment never wait for each other in a circle.
      const named = uses
        .map(({ kind, key, used, restMilliseconds }) => ({
          name: digest(kind, key).toString('hex'),
          used,
          rest: Math.ceil(restMilliseconds),
        }))
        .sort((one, other) => (one.name < other.name ? -1 : 1))
      for (let from = 0; from < named.length; from += carriedAtOnce) {
        const page = named.slice(from, from + carriedAtOnce)
        await sql`
          insert into ephemeral as held (name, used, expires_at)
          select decode(name, 'hex'), used, clock_timestamp() + rest * interval '1 millisecond'
          from unnest(${page.map(({ name }) => name)}::text[], ${page.map(({ used }) => used)}::int[],
                      ${page.map(({ rest }) => rest)}::float8[]) as carried (name, used, rest)
          on conflict (name) do update set
            used = case when held.expires_at <= clock_timestamp() then excluded.used
                        else least(held.used, 1000000000) + least(excluded.used, 1000000000) end,
            expires_at = greatest(held.expires_at, excluded.expires_at)`.execute(database)
      }
    },
    async markUse() {
      checkOpen()
      await sql`
        insert into ephemeral_use (used_at) values (clock_timestamp())
        on conflict (only_row) do update set used_at = excluded.used_at`.execute(database)
    },
    async sinceUse() {
      checkOpen()
      const { rows } = await sql<{ since: number }>`
        select greatest(extract(epoch from clock_timestamp() - used_at) * 1000, 0)::float8 as since
        from ephemeral_use`.execute(database)
      return rows[0]?.since ?? Number.POSITIVE_INFINITY
    },
    async sweep() {
      checkOpen()
      await sql`
        delete from ephemeral where name = any(array(
          select name from ephemeral where expires_at < clock_timestamp() limit ${sweptAtOnce}
          for update skip locked))`.execute(database)
      const { rows } = await sql<{ held: string }>`
        select count(*) as held from (select from ephemeral limit ${most + 1}) as counted`.execute(database)
      isFull = Number(rows[0]?.held) > most
    },
    async ping() {
      checkOpen()
      await sql`select from ephemeral limit 1`.execute(database)
    },
    async close() {
      closed = true
    },
  }
}

function digest(kind: Kind, key: string): Buffer {
  return createHash('sha256').update(storedKey(kind, key)).digest()
}

function lasting(milliseconds: number) {
  return sql`${milliseconds}::float8 * interval '1 millisecond'`
}
