import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  afterFailure,
  type Counters,
  countFailure,
  countSuccess,
  entryRules,
  guessRules,
  holdCounters,
  readCounters,
  standingOf,
  unlockMethod,
} from '../../../bot/identity/throttle.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { hours, minutes, somebody, startClock } from './people.ts'

const fresh: Counters = { failuresInRow: 0, lockedUntil: null, lockedForGood: false }

/** Fails so many times, each as soon as it is allowed. Gives the locks met on the way, in minutes. */
function failTimes(times: number, from = new Date('2026-03-02T09:00:00Z')) {
  const locks: number[] = []
  let counters = fresh
  let now = from
  for (let failure = 0; failure < times; failure++) {
    counters = afterFailure(counters, now, guessRules)
    const standing = standingOf(counters, now, guessRules)
    if (standing.state === 'locked') {
      locks.push((standing.lockedUntil.getTime() - now.getTime()) / minutes)
      now = standing.lockedUntil
    }
  }
  return { counters, locks, now }
}

describe('throttle', () => {
  it('locks after 5 failures for 15 minutes, then twice as long each time, at most 24 hours', () => {
    const { locks } = failTimes(99)
    assert.deepEqual(locks, [15, 30, 60, 120, 240, 480, 960, ...Array(12).fill(1440)])
  })

  it('locks for good at the 100th failure in a row (NIST SP 800-63B-4, 3.2.2)', () => {
    const before = failTimes(99)
    assert.equal(standingOf(before.counters, before.now, guessRules).state, 'open')
    const { counters, now } = failTimes(100)
    const years = new Date(now.getTime() + 24 * hours * 3650)
    assert.deepEqual(standingOf(counters, years, guessRules), { state: 'locked-for-good' })
  })

  it('counts tries down to the lock', () => {
    let counters = fresh
    const now = new Date()
    const left: unknown[] = []
    for (let failure = 0; failure < 5; failure++) {
      const standing = standingOf(counters, now, guessRules)
      left.push(standing.state === 'open' && standing.triesLeft)
      counters = afterFailure(counters, now, guessRules)
    }
    assert.deepEqual(left, [5, 4, 3, 2, 1])
    assert.equal(standingOf(counters, now, guessRules).state, 'locked')
  })

  it('never gets milder by failing: locks do not shorten, good stays good', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 48 * hours }), { maxLength: 150 })
    fc.assert(
      fc.property(pauses, fc.constantFrom(guessRules, entryRules), (waits, rules) => {
        let counters = fresh
        let now = new Date('2026-03-02T09:00:00Z')
        for (const wait of waits) {
          now = new Date(now.getTime() + wait)
          const after = afterFailure(counters, now, rules)
          assert.equal(after.failuresInRow, counters.failuresInRow + 1)
          assert((after.lockedUntil?.getTime() ?? 0) >= Math.min(counters.lockedUntil?.getTime() ?? 0, now.getTime()))
          assert(!counters.lockedForGood || after.lockedForGood)
          counters = after
        }
      }),
    )
  })

  describe('in PostgreSQL', () => {
    let postgres: TestPostgres
    before(async () => {
      postgres = await startTestPostgres()
    })
    after(() => postgres.close())

    it('loses no failure when 25 come at once', async () => {
      const person = somebody()
      const { now } = startClock()
      const key = { person, method: 'totp' } as const
      await Promise.all(
        Array.from({ length: 25 }, () =>
          postgres.database.transaction().execute(async (transaction) => {
            await countFailure(transaction, key, await holdCounters(transaction, key, now()), now(), guessRules)
          }),
        ),
      )
      assert.equal((await readCounters(postgres.database, key)).failuresInRow, 25)
    })

    it('ends the row of failures at a success, of this person and method only', async () => {
      const [person, other] = [somebody(), somebody()]
      const { now } = startClock()
      const keys = [
        { person, method: 'totp' },
        { person, method: 'questions' },
        { person: other, method: 'totp' },
      ] as const
      await postgres.database.transaction().execute(async (transaction) => {
        for (const key of keys) {
          await countFailure(transaction, key, await holdCounters(transaction, key, now()), now(), guessRules)
        }
      })
      await countSuccess(postgres.database, person, ['totp'], now())
      const counts = await Promise.all(keys.map((key) => readCounters(postgres.database, key)))
      assert.deepEqual(
        counts.map(({ failuresInRow }) => failuresInRow),
        [0, 1, 1],
      )
    })

    it('is not ended by a success once it is locked for good; IT ends it', async () => {
      const person = somebody()
      const { now } = startClock()
      const key = { person, method: 'totp' } as const
      const atTheEnd = { failuresInRow: 99, lockedUntil: null, lockedForGood: false }
      await postgres.database.transaction().execute(async (transaction) => {
        await holdCounters(transaction, key, now())
        await countFailure(transaction, key, atTheEnd, now(), guessRules)
      })
      await countSuccess(postgres.database, person, ['totp'], now())
      assert.equal((await readCounters(postgres.database, key)).lockedForGood, true)
      await unlockMethod(postgres.database, person, 'totp')
      assert.deepEqual(await readCounters(postgres.database, key), fresh)
    })
  })
})
