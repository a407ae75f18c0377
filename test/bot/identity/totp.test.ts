import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Person } from '../../../bot/identity/person.ts'
import { unlockMethod } from '../../../bot/identity/throttle.ts'
import {
  factorOf,
  removeFactor,
  type TotpGround,
  totpMethod,
  verifyTotp,
  verifyTotpReadOut,
} from '../../../bot/identity/totp.ts'
import { codeAt, stepAt } from '../../../bot/identity/totp-code.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { enrolled } from './enrolled.ts'
import { days, hours, minutes, newRing, seconds, somebody, startClock } from './people.ts'

describe('checking an authenticator code', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  async function phone() {
    const time = startClock()
    const ground: TotpGround = { database: postgres.database, clock: time.now, ring: newRing() }
    const person = somebody()
    const seed = await enrolled(ground, person)
    time.forward(2 * minutes)
    const code = (aside = 0) => codeAt(seed, stepAt(time.now()) + aside)
    const wrong = () => {
      const right = [-1, 0, 1].map(code)
      return ['000000', '111111', '222222', '333333'].find((other) => !right.includes(other)) ?? '444444'
    }
    return { ground, person, time, code, wrong }
  }

  async function failTimes(times: number, on: Awaited<ReturnType<typeof phone>>) {
    const answers = []
    for (let failure = 0; failure < times; failure++) {
      const answer = await verifyTotp(on.ground, on.person, on.wrong())
      answers.push(answer)
      if (!answer.ok && answer.reason === 'locked') {
        on.time.forward(answer.lockedUntil.getTime() - on.time.now().getTime())
      }
    }
    return answers
  }

  it('takes the right code, and says that it counts', async () => {
    const { ground, person, code, time } = await phone()
    const result = await verifyTotp(ground, person, code())
    assert(result.ok)
    assert.equal(result.proofCounts, true)
    assert(result.countsFrom <= time.now())
  })

  it('takes the code of the step before and the step after, no further', async () => {
    for (const [aside, ok] of [
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const { ground, person, code } = await phone()
      assert.equal((await verifyTotp(ground, person, code(aside))).ok, ok, `step ${aside}`)
    }
  })

  it('takes each code once', async () => {
    const { ground, person, code, time } = await phone()
    assert.equal((await verifyTotp(ground, person, code())).ok, true)
    assert.deepEqual(await verifyTotp(ground, person, code()), { ok: false, reason: 'used' })
    assert.deepEqual(await verifyTotp(ground, person, code(-1)), { ok: false, reason: 'used' })
    time.forward(30 * seconds)
    assert.equal((await verifyTotp(ground, person, code())).ok, true)
  })

  it('lets one of 20 tries with the same right code through', async () => {
    const { ground, person, code } = await phone()
    const right = code()
    const results = await Promise.all(Array.from({ length: 20 }, () => verifyTotp(ground, person, right)))
    assert.equal(results.filter(({ ok }) => ok).length, 1)
    for (const result of results) assert(result.ok || result.reason === 'used')
  })

  it('takes no step twice, in whatever order codes come', async () => {
    const tries = fc.array(
      fc.record({ wait: fc.constantFrom(0, 10, 30, 60), aside: fc.integer({ min: -1, max: 1 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    await fc.assert(
      fc.asyncProperty(tries, async (sequence) => {
        const { ground, person, code, time } = await phone()
        let last = -1
        for (const { wait, aside } of sequence) {
          time.forward(wait * seconds)
          const step = stepAt(time.now()) + aside
          const { ok } = await verifyTotp(ground, person, code(aside))
          assert.equal(ok, step > last, `step ${step} after ${last}`)
          if (ok) last = step
        }
      }),
      { numRuns: 25 },
    )
  })

  it('counts down, locks at the fifth wrong code, and then looks at no code, not even the right one', async () => {
    const on = await phone()
    for (const triesLeft of [4, 3, 2, 1]) {
      assert.deepEqual(await verifyTotp(on.ground, on.person, on.wrong()), { ok: false, reason: 'wrong', triesLeft })
    }
    const lockedUntil = new Date(on.time.now().getTime() + 15 * minutes)
    assert.deepEqual(await verifyTotp(on.ground, on.person, on.wrong()), { ok: false, reason: 'locked', lockedUntil })
    for (const typed of [on.code(), on.wrong(), 'nonsense']) {
      assert.deepEqual(await verifyTotp(on.ground, on.person, typed), { ok: false, reason: 'locked', lockedUntil })
    }
    on.time.forward(15 * minutes)
    assert.equal((await verifyTotp(on.ground, on.person, on.code())).ok, true)
  })

  it('locks for longer each time, for good at 100, until IT unlocks it', async () => {
    const on = await phone()
    const answers = await failTimes(99, on)
    assert.equal(answers.filter((answer) => !answer.ok && answer.reason === 'locked').length, 19)
    assert.deepEqual(await verifyTotp(on.ground, on.person, on.wrong()), { ok: false, reason: 'locked-for-good' })
    on.time.forward(365 * days)
    assert.deepEqual(await verifyTotp(on.ground, on.person, on.code()), { ok: false, reason: 'locked-for-good' })
    await unlockMethod(on.ground.database, on.person, 'totp')
    assert.equal((await verifyTotp(on.ground, on.person, on.code())).ok, true)
  })

  it('forgets earlier wrong codes after a right one', async () => {
    const on = await phone()
    await failTimes(4, on)
    assert.equal((await verifyTotp(on.ground, on.person, on.code())).ok, true)
    assert.deepEqual(await verifyTotp(on.ground, on.person, on.wrong()), { ok: false, reason: 'wrong', triesLeft: 4 })
  })

  it('lets at most five of 30 wrong codes at once be tried', async () => {
    const { ground, person, wrong } = await phone()
    const results = await Promise.all(Array.from({ length: 30 }, () => verifyTotp(ground, person, wrong())))
    const reasons = results.map((result) => (result.ok ? 'ok' : result.reason))
    assert.equal(reasons.filter((reason) => reason === 'wrong').length, 4)
    assert.equal(reasons.filter((reason) => reason === 'locked').length, 26)
    const row = await postgres.database
      .selectFrom('throttles')
      .select('failures_in_row')
      .where('user_id', '=', person.id)
      .where('method', '=', 'totp')
      .executeTakeFirstOrThrow()
    assert.equal(row.failures_in_row, 5)
  })

  it('does not count what is not six digits, but does not listen to it for ever', async () => {
    const on = await phone()
    for (let entry = 1; entry < 20; entry++) {
      assert.deepEqual(await verifyTotp(on.ground, on.person, 'hello'), { ok: false, reason: 'malformed' })
    }
    const lockedUntil = new Date(on.time.now().getTime() + 15 * minutes)
    assert.deepEqual(await verifyTotp(on.ground, on.person, 'hello'), { ok: false, reason: 'locked', lockedUntil })
    assert.deepEqual(await verifyTotp(on.ground, on.person, on.code()), { ok: false, reason: 'locked', lockedUntil })
    on.time.forward(15 * minutes)
    assert.deepEqual(await verifyTotp(on.ground, on.person, on.wrong()), { ok: false, reason: 'wrong', triesLeft: 4 })
  })

  it('says none to somebody without a factor, and after it was removed', async () => {
    const on = await phone()
    assert.deepEqual(await verifyTotp(on.ground, somebody(), '123456'), { ok: false, reason: 'none' })
    assert.equal(await removeFactor(on.ground, on.person), true)
    assert.equal(await removeFactor(on.ground, on.person), false)
    assert.deepEqual(await verifyTotp(on.ground, on.person, on.code()), { ok: false, reason: 'none' })
    assert.equal(await factorOf(on.ground.database, on.person), undefined)
    const rows = await rowsOf(postgres, on.person)
    assert.deepEqual(
      rows.map(({ state, sealed_seed }) => ({ state, sealed_seed })),
      [{ state: 'removed', sealed_seed: '' }],
    )
  })

  it('does not open a seed that was copied from another person', async () => {
    const [thief, victim] = [await phone(), await phone()]
    const [own] = await rowsOf(postgres, thief.person)
    await postgres.database
      .updateTable('totp_factors')
      .set({ sealed_seed: own?.sealed_seed ?? '' })
      .where('user_id', '=', victim.person.id)
      .execute()
    const ground = { ...victim.ground, ring: thief.ground.ring }
    await assert.rejects(verifyTotp(ground, victim.person, thief.code()), /belongs to somebody/)
  })

  it('works within a transaction of the caller, and is undone with it', async () => {
    const { ground, person, code } = await phone()
    await assert.rejects(
      postgres.database.transaction().execute(async (transaction) => {
        assert.equal((await verifyTotp({ ...ground, database: transaction }, person, code())).ok, true)
        throw new Error('changed my mind')
      }),
      /changed my mind/,
    )
    assert.equal((await verifyTotp(ground, person, code())).ok, true)
  })

  it('says why it cannot be used: none yet, too new, locked', async () => {
    const on = await phone()
    const method = totpMethod(on.ground)
    const because = async (person: Person) => {
      const available = await method.available(person)
      return available.ready ? 'ready' : available.because
    }
    assert.equal(await because(on.person), 'ready')
    assert.match(await because(somebody()), /not set up an authenticator/)
    const fresh = somebody()
    await enrolled(on.ground, fresh, { enrolledBy: 'chat', coolingOff: 72 * hours })
    assert.match(await because(fresh), /too new/)
    for (let failure = 0; failure < 5; failure++) await verifyTotp(on.ground, on.person, on.wrong())
    assert.match(await because(on.person), /Try again in 15 min/)
  })

  describe('read out to somebody who types it', () => {
    it('is taken once, like any other', async () => {
      const { ground, person, code } = await phone()
      assert((await verifyTotpReadOut(ground, person, code())).ok)
      assert.deepEqual(await verifyTotp(ground, person, code()), { ok: false, reason: 'used' })
    })

    it('has tries of its own: wrong ones leave the person’s own authenticator open', async () => {
      const { ground, person, code, wrong } = await phone()
      const answers = []
      for (let turn = 1; turn <= 3; turn++) answers.push(await verifyTotpReadOut(ground, person, wrong()))
      assert.deepEqual(
        answers.map((answer) => answer.ok || answer.reason),
        ['wrong', 'wrong', 'locked'],
      )
      assert.equal((await verifyTotpReadOut(ground, person, code())).ok, false)
      assert((await verifyTotp(ground, person, code())).ok)
    })

    it('ends after fifteen wrong ones in a row, whatever the patience', async () => {
      const on = await phone()
      const reasons = []
      for (let turn = 1; turn <= 16; turn++) {
        const answer = await verifyTotpReadOut(on.ground, on.person, on.wrong())
        reasons.push(answer.ok || answer.reason)
        on.time.forward(1 * days)
      }
      assert.deepEqual(reasons.slice(14), ['locked-for-good', 'locked-for-good'])
    })

    it('is closed when the person’s own tries have locked the authenticator for good', async () => {
      const on = await phone()
      await failTimes(100, on)
      const answer = await verifyTotpReadOut(on.ground, on.person, on.code())
      assert.deepEqual(answer, { ok: false, reason: 'locked-for-good' })
    })
  })
})

function rowsOf(postgres: TestPostgres, person: Person) {
  return postgres.database.selectFrom('totp_factors').selectAll().where('user_id', '=', person.id).execute()
}
