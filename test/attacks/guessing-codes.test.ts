import assert from 'node:assert/strict'
import { decide, openConfirmation } from '../../bot/identity/manager.ts'
import { type TotpGround, type TotpResult, verifyTotp } from '../../bot/identity/totp.ts'
import { codeAt, stepAt } from '../../bot/identity/totp-code.ts'
import { type Database, openDatabase } from '../../bot/store/database.ts'
import { enrolled } from '../bot/identity/enrolled.ts'
import { minutes, newRing, somebody, startClock } from '../bot/identity/people.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

describe('guessing at many replicas, and across their restarts', () => {
  let postgres: TestPostgres
  const open: Database[] = []
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(async () => {
    for (const one of open) await one.close()
    await postgres.close()
  })

  /** A process of its own as far as the store can tell: its own connections, and nothing remembered. */
  async function replica(ground: TotpGround): Promise<TotpGround> {
    const database = await openDatabase(postgres.url, 'helpbot', 4)
    open.push(database)
    return { ...ground, database: database.kysely }
  }

  async function victim() {
    const time = startClock()
    const ground: TotpGround = { database: postgres.database, clock: time.now, ring: newRing() }
    const person = somebody()
    const seed = await enrolled(ground, person)
    time.forward(2 * minutes)
    const right = () => codeAt(seed, stepAt(time.now()))
    const near = [-1, 0, 1].map((aside) => codeAt(seed, stepAt(time.now()) + aside))
    const wrong = ['000000', '111111', '222222', '333333'].find((one) => !near.includes(one)) ?? '444444'
    return { ground, person, time, right, wrong }
  }

  const reasonOf = (result: TotpResult) => (result.ok ? 'ok' : result.reason)

  it('a code has five tries in all, wherever they are made', async () => {
    const { ground, person, right, wrong } = await victim()
    const seen = []
    for (let turn = 0; turn < 5; turn++) seen.push(reasonOf(await verifyTotp(await replica(ground), person, wrong)))
    assert.deepEqual(seen, ['wrong', 'wrong', 'wrong', 'wrong', 'locked'])
    assert.equal(reasonOf(await verifyTotp(await replica(ground), person, right())), 'locked')
  })

  it('and no more when all replicas are asked at the same moment', async () => {
    const { ground, person, right, wrong } = await victim()
    const replicas = await Promise.all([ground, ground, ground].map(replica))
    const tries = Array.from({ length: 24 }, (_, turn) => verifyTotp(replicas[turn % 3] ?? ground, person, wrong))
    const seen = (await Promise.all(tries)).map(reasonOf)
    assert.equal(seen.filter((one) => one === 'wrong').length, 4)
    assert.equal(seen.filter((one) => one === 'locked').length, 20)
    assert.equal(reasonOf(await verifyTotp(await replica(ground), person, right())), 'locked')
  })

  it('whoever waits out every lock has a hundred tries, and the right code is worth nothing then', async () => {
    const { ground, person, time, wrong, right } = await victim()
    let tries = 0
    let reason = ''
    while (reason !== 'locked-for-good' && tries < 200) {
      const result = await verifyTotp(ground, person, wrong)
      tries += 1
      reason = reasonOf(result)
      if (!result.ok && result.reason === 'locked')
        time.forward(result.lockedUntil.getTime() - time.now().getTime() + 1)
    }
    assert.equal(tries, 100)
    assert.equal(reasonOf(await verifyTotp(await replica(ground), person, right())), 'locked-for-good')
  })

  it('a number has one try, though three managers’ clicks come to three replicas at once', async () => {
    const time = startClock()
    const ground: TotpGround = { database: postgres.database, clock: time.now, ring: newRing() }
    const replicas = await Promise.all([ground, ground, ground].map(replica))
    for (let round = 0; round < 8; round++) {
      const [asker, confirmer] = [somebody(), somebody()]
      const opened = await openConfirmation(ground, {
        tenant: asker.tenant,
        asker: asker.id,
        confirmer: confirmer.id,
        purpose: 'reset-password',
        dialogId: `dialog ${round}`,
        correlationId: `c-${round}`,
        ttlMs: 10 * minutes,
      })
      assert.ok(opened.ok)
      const { id, choices } = opened.confirmation
      // All three numbers at once: were each looked at, one of them would always be right.
      const picks = choices.map((pick, at) => decide(replicas[at] ?? ground, id, confirmer, pick))
      const decided = (await Promise.all(picks)).filter((one) => one === 'confirmed' || one === 'denied')
      assert.equal(decided.length, 1)
    }
  })
})
