import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Ephemeral } from './ephemeral.ts'
import { checkLimit, checkMilliseconds } from './ephemeral-limits.ts'
import type { PostgresEphemeral } from './postgres-ephemeral.ts'
import { recentUses } from './recent-uses.ts'

/** Milliseconds. */
export interface FallbackTimes {
  /** Each replica looks so often whether Redis answers, and whether another replica counts in PostgreSQL. */
  readonly look: number
  /** A replica that goes over to PostgreSQL waits so long until all others have looked and brought their counts. */
  readonly settle: number
  readonly sweep: number
}

export const fallbackTimes: FallbackTimes = { look: 500, settle: 900, sweep: 5_000 }

/** Whoever counts in PostgreSQL says so at every look; so many looks later nobody does. */
const longestUnnoticed = 10
/** So long after somebody counted in PostgreSQL a claim may still stand there. */
const longestReleased = 3_600_000

export interface FallbackDependencies {
  readonly redis: Ephemeral
  readonly postgres: PostgresEphemeral
  readonly log: Logger
  readonly times?: FallbackTimes
  /** A clock that never goes back. */
  readonly milliseconds?: () => number
}

export interface EphemeralWithFallback extends Ephemeral {
  /** For readiness: that limits are held elsewhere; undefined while all is well. */
  remark(): Promise<string | undefined>
}

/**
 * Redis, and PostgreSQL for as long as Redis does not answer. The first call that fails goes over; nobody waits for Redis after
 * that until it answers again. Limits stay closed on the way there and back:
 * - What this replica counted in Redis lately is added to the counts in PostgreSQL, and so is what the others did: they see that one
 *   has gone over, and it waits for them.
 * - While any replica counts in PostgreSQL, and for as long as such a count lasts, both stores must allow.
 * - When PostgreSQL does not answer either, every call rejects, and its caller says no.
 */
export function ephemeralWithFallback(dependencies: FallbackDependencies): EphemeralWithFallback {
  const { redis, postgres, log, times = fallbackTimes, milliseconds = () => performance.now() } = dependencies
  const uses = recentUses(milliseconds)
  let isAway = false
  let closed = false
  /** When any replica last counted in PostgreSQL, by our clock. */
  let lastUse = Number.NEGATIVE_INFINITY
  let changing: Promise<void> | undefined
  let nextSweep = 0
  let looking: Promise<void> = Promise.resolve()
  let timer = setTimeout(look, times.look).unref()

  function checkOpen(): void {
    if (closed) throw new Error('the ephemeral store is closed')
  }

  /** May something that lasts so long be counted in PostgreSQL already? */
  const isShared = (lasts: number) => isAway || milliseconds() - lastUse < lasts + 2 * times.look

  /** Redis' answer, or undefined when there is none. */
  async function answerOf<T>(call: () => Promise<T>): Promise<{ readonly said: T } | undefined> {
    checkOpen()
    if (isAway) return undefined
    try {
      return { said: await call() }
    } catch (error) {
      checkOpen()
      if (!isAway) log.warn({ error: String(error) }, 'redis does not answer: limits are held in PostgreSQL')
      isAway = true
      return undefined
    }
  }

  /** Resolves when the counts in PostgreSQL are whole. */
  async function changedOver(): Promise<void> {
    if (!isAway) return
    changing ??= changeOver()
    const mine = changing
    try {
      await mine
    } catch (error) {
      if (changing === mine) changing = undefined
      throw error
    }
  }

  async function changeOver(): Promise<void> {
    await postgres.markUse()
    lastUse = milliseconds()
    await carryOver()
    await pause(times.settle, undefined, { ref: false })
  }

  async function carryOver(): Promise<void> {
    const now = milliseconds()
    const taken = uses.takeAll()
    try {
      await postgres.carry(taken.map((use) => ({ ...use, restMilliseconds: use.until - now })))
    } catch (error) {
      // For the next try: what was counted may not be forgotten.
      uses.putBack(taken)
      throw error
    }
  }

  function look(): void {
    looking = lookAround()
      .catch((error: unknown) => log.debug({ error: String(error) }, 'limits: PostgreSQL was not asked'))
      .finally(() => {
        if (!closed) timer = setTimeout(look, times.look).unref()
      })
  }

  async function lookAround(): Promise<void> {
    if (isAway) await comeBack()
    else {
      // A connection that broke tells nobody who does not use it.
      if (uses.size > 0) await answerOf(() => redis.ping())
      await noticeOthers()
    }
    if (isAway) {
      await changedOver()
      await postgres.markUse()
    }
    if (isShared(longestReleased) && milliseconds() >= nextSweep) {
      nextSweep = milliseconds() + times.sweep
      await postgres.sweep()
    }
  }

  async function comeBack(): Promise<void> {
    const answers = await redis.ping().then(
      () => true,
      () => false,
    )
    if (!answers || closed) return
    lastUse = milliseconds()
    changing = undefined
    isAway = false
    log.info('redis answers again')
  }

  async function noticeOthers(): Promise<void> {
    try {
      const since = await postgres.sinceUse()
      lastUse = Math.max(lastUse, milliseconds() - since)
      if (since < longestUnnoticed * times.look && uses.size > 0) await carryOver()
    } catch (error) {
      // Unknown is not "nobody": until it is known, both must allow.
      lastUse = milliseconds()
      throw error
    }
  }

  return {
    async claim(key, lasts) {
      checkMilliseconds(lasts)
      const answer = await answerOf(() => redis.claim(key, lasts))
      if (answer?.said === false) return false
      if (answer && !isShared(lasts)) {
        uses.add('claim', key, lasts)
        return true
      }
      await changedOver()
      return postgres.claim(key, lasts)
    },
    async release(key) {
      await answerOf(() => redis.release(key))
      uses.forget('claim', key)
      if (!isShared(longestReleased)) return
      await changedOver()
      await postgres.release(key)
    },
    async spend(key, limit, windowMilliseconds) {
      checkLimit(limit)
      checkMilliseconds(windowMilliseconds)
      const answer = await answerOf(() => redis.spend(key, limit, windowMilliseconds))
      if (answer && !isShared(windowMilliseconds)) {
        uses.add('spend', key, windowMilliseconds)
        return answer.said
      }
      await changedOver()
      const held = await postgres.spend(key, limit, windowMilliseconds)
      if (!answer) return held
      return {
        allowed: held.allowed && answer.said.allowed,
        retryAfterMilliseconds: Math.max(held.retryAfterMilliseconds, answer.said.retryAfterMilliseconds),
      }
    },
    async ping() {
      if (await answerOf(() => redis.ping())) return
      await changedOver()
      await postgres.ping()
    },
    async remark() {
      return isAway ? 'failing; limits are held in PostgreSQL' : undefined
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await looking
      await Promise.all([redis.close(), postgres.close()])
    },
  }
}
