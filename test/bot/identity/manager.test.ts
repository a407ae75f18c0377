import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { drawChoices } from '../../../bot/identity/confirmation.ts'
import {
  type Confirmation,
  confirmationById,
  decide,
  expireDue,
  openConfirmation,
  withdrawOfDialog,
} from '../../../bot/identity/manager.ts'
import type { Person } from '../../../bot/identity/person.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { hours, minutes, somebody, startClock } from './people.ts'

describe('confirmation by the manager', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  function desk() {
    const time = startClock()
    const ground = { database: postgres.database, clock: time.now }
    return { time, ground, asker: somebody(), confirmer: somebody('Grace Mbeki') }
  }
  type On = ReturnType<typeof desk>

  function request(asker: Person, confirmer: Person, id: string = randomUUID()) {
    return {
      id,
      tenant: asker.tenant,
      asker: asker.id,
      confirmer: confirmer.id,
      purpose: 'reset-password',
      dialogId: `dialog of ${asker.id}`,
      correlationId: 'c-1',
      ttlMs: 10 * minutes,
    }
  }

  async function opened({ ground, asker, confirmer }: On): Promise<Confirmation> {
    const result = await openConfirmation(ground, request(asker, confirmer))
    assert(result.ok)
    return result.confirmation
  }

  function wrongPick({ choices, number }: Confirmation): number {
    return choices.find((choice) => choice !== number) ?? 0
  }

  it('shows a two-digit number among three different ones', () => {
    const places = new Map<number, number>()
    for (let draw = 0; draw < 600; draw++) {
      const { number, shown } = drawChoices(randomInt)
      assert.equal(new Set(shown).size, 3)
      for (const choice of shown) assert(choice >= 10 && choice <= 99)
      assert(shown.includes(number))
      places.set(shown.indexOf(number), (places.get(shown.indexOf(number)) ?? 0) + 1)
    }
    // Each place is expected 200 times; 120 is about seven standard deviations away.
    for (const place of [0, 1, 2]) assert((places.get(place) ?? 0) > 120, `place ${place}`)
  })

  it('is confirmed by the right pick', async () => {
    const on = desk()
    const confirmation = await opened(on)
    assert.equal(await decide(on.ground, confirmation.id, on.confirmer, confirmation.number), 'confirmed')
    assert.equal((await confirmationById(on.ground, confirmation.id))?.state, 'confirmed')
    assert.equal(await decide(on.ground, confirmation.id, on.confirmer, confirmation.number), 'already:confirmed')
    assert.equal(await decide(on.ground, confirmation.id, on.confirmer, 'deny'), 'already:confirmed')
  })

  it('is denied by anything else, once and for all', async () => {
    const picks = [wrongPick, () => 'deny' as const, () => 9, () => Number.NaN, () => 1e12, () => 10.5]
    for (const pick of picks) {
      const on = desk()
      const confirmation = await opened(on)
      assert.equal(await decide(on.ground, confirmation.id, on.confirmer, pick(confirmation)), 'denied')
      assert.equal(await decide(on.ground, confirmation.id, on.confirmer, confirmation.number), 'already:denied')
    }
  })

  it('tells anybody but the confirmer nothing, and takes nothing from them', async () => {
    const on = desk()
    const { id, number } = await opened(on)
    const elsewhere = { id: on.confirmer.id, tenant: somebody().id as string as Person['tenant'] }
    for (const who of [on.asker, somebody(), elsewhere]) {
      assert.equal(await decide(on.ground, id, who, number), 'not-yours')
    }
    assert.equal(await decide(on.ground, randomUUID(), on.confirmer, number), 'not-yours')
    assert.equal((await confirmationById(on.ground, id))?.state, 'pending')
  })

  it('is decided by one of 20 clicks at once', async () => {
    const on = desk()
    const confirmation = await opened(on)
    const picks = Array.from({ length: 20 }, (_, click) => (click % 2 ? confirmation.number : wrongPick(confirmation)))
    const decided = await Promise.all(picks.map((pick) => decide(on.ground, confirmation.id, on.confirmer, pick)))
    const winners = decided.filter((answer) => answer === 'confirmed' || answer === 'denied')
    assert.equal(winners.length, 1)
    const [winner] = winners
    assert.equal(decided.filter((answer) => answer === `already:${winner}`).length, 19)
    assert.equal((await confirmationById(on.ground, confirmation.id))?.state, winner)
  })

  it('runs out, whether or not the job has been round', async () => {
    const on = desk()
    const confirmation = await opened(on)
    on.time.forward(10 * minutes)
    assert.equal(await decide(on.ground, confirmation.id, on.confirmer, confirmation.number), 'expired')
    assert.equal((await confirmationById(on.ground, confirmation.id))?.state, 'expired')
    await expireDue(on.ground)
    assert.equal(await decide(on.ground, confirmation.id, on.confirmer, confirmation.number), 'expired')
  })

  it('hands out what ran out in pages, each row to one replica', async () => {
    const many = await Promise.all(Array.from({ length: 11 }, () => opened(desk())))
    const on = desk()
    const fresh = await openConfirmation(on.ground, { ...request(on.asker, on.confirmer), ttlMs: 2 * hours })
    assert(fresh.ok)
    on.time.forward(hours)
    const expired: string[] = []
    const empty = async () => {
      for (;;) {
        const page = await expireDue(on.ground, 3)
        assert(page.length <= 3)
        if (page.length === 0) return
        expired.push(...page.map(({ id }) => id))
      }
    }
    await Promise.all([empty(), empty(), empty()])
    for (const { id } of many) assert.equal(expired.filter((other) => other === id).length, 1)
    assert.equal((await confirmationById(on.ground, fresh.confirmation.id))?.state, 'pending')
  })

  it('cannot be given by the asker', async () => {
    const { ground, asker } = desk()
    assert.deepEqual(await openConfirmation(ground, request(asker, asker)), { ok: false, reason: 'own-confirmer' })
  })

  it('asked again under the same id is the one that stands', async () => {
    const on = desk()
    const asking = request(on.asker, on.confirmer)
    const answers = await Promise.all(Array.from({ length: 5 }, () => openConfirmation(on.ground, asking)))
    const numbers = answers.map((answer) => answer.ok && answer.confirmation.number)
    assert.equal(new Set(numbers).size, 1)
    assert.equal(typeof numbers[0], 'number')
  })

  it('bombs nobody: one open request an asker, three an hour, however fast they come', async () => {
    const on = desk()
    const burst = await Promise.all(Array.from({ length: 10 }, () => ask(on)))
    assert.equal(burst.filter(({ ok }) => ok).length, 1)
    for (let round = 0; round < 2; round++) {
      on.time.forward(10 * minutes)
      assert.equal((await ask(on)).ok, true, `round ${round}`)
    }
    on.time.forward(10 * minutes)
    const refused = await ask(on)
    assert.deepEqual(refused, {
      ok: false,
      reason: 'asker-busy',
      retryAt: new Date(on.time.now().getTime() + 30 * minutes),
    })
    on.time.forward(30 * minutes)
    assert.equal((await ask(on)).ok, true)
  })

  it('is asked of one person at a time, though the asker writes to many at once', async () => {
    const { ground, asker } = desk()
    const many = Array.from({ length: 10 }, () => openConfirmation(ground, request(asker, somebody())))
    assert.equal((await Promise.all(many)).filter(({ ok }) => ok).length, 1)
  })

  it('bombs no manager: so many open, so many an hour, from however many people', async () => {
    const on = desk()
    const everybody = Array.from({ length: 12 }, () => openConfirmation(on.ground, request(somebody(), on.confirmer)))
    const burst = await Promise.all(everybody)
    assert.equal(burst.filter(({ ok }) => ok).length, 5)
    for (const result of burst) assert(result.ok || result.reason === 'confirmer-busy')
    const limits = { openPerConfirmer: 100, perConfirmerAndHour: 6, openPerAsker: 1, perAskerAndHour: 3 }
    const sixth = await openConfirmation(on.ground, request(somebody(), on.confirmer), { limits })
    assert.equal(sixth.ok, true)
    const seventh = await openConfirmation(on.ground, request(somebody(), on.confirmer), { limits })
    assert(!seventh.ok && seventh.reason === 'confirmer-busy')
    assert.deepEqual(seventh.retryAt, new Date(on.time.now().getTime() + hours))
  })

  it('two people who are each other’s confirmers do not block each other', async () => {
    const { ground, asker, confirmer } = desk()
    const both = Array.from({ length: 10 }, () => [
      openConfirmation(ground, request(asker, confirmer)),
      openConfirmation(ground, request(confirmer, asker)),
    ])
    const results = await Promise.all(both.flat())
    assert.equal(results.filter(({ ok }) => ok).length, 2)
  })

  it('is withdrawn with its dialog', async () => {
    const on = desk()
    const confirmation = await opened(on)
    const withdrawn = await withdrawOfDialog(on.ground, confirmation.dialogId)
    assert.deepEqual(
      withdrawn.map(({ id }) => id),
      [confirmation.id],
    )
    assert.equal(await decide(on.ground, confirmation.id, on.confirmer, confirmation.number), 'expired')
    assert.deepEqual(await withdrawOfDialog(on.ground, confirmation.dialogId), [])
  })

  function ask({ ground, asker, confirmer }: On) {
    return openConfirmation(ground, request(asker, confirmer))
  }
})
