import assert from 'node:assert/strict'
import { generateKey, parseKeyRing } from '../../../bot/identity/key-ring.ts'
import { resealAll } from '../../../bot/identity/reseal.ts'
import { verifyTotp } from '../../../bot/identity/totp.ts'
import { codeAt, stepAt } from '../../../bot/identity/totp-code.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { begun, enrolled } from './enrolled.ts'
import { minutes, somebody, startClock } from './people.ts'

describe('changing the key that seals seeds', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  it('reseals page by page, loses nobody, and needs no new enrolment', async () => {
    const time = startClock()
    const [old, next] = [generateKey('old'), generateKey('next')]
    const ground = { database: postgres.database, clock: time.now, ring: parseKeyRing(old) }
    const people = Array.from({ length: 7 }, () => somebody())
    const seeds = await Promise.all(people.map((person) => enrolled(ground, person)))
    await begun(ground, somebody(), 'chat')
    const [broken] = people
    assert(broken)
    const cut = await postgres.database
      .updateTable('totp_factors')
      .set({ sealed_seed: 'v1.old.AAAA.AAAA.AAAA' })
      .where('user_id', '=', broken.id)
      .returning('id')
      .executeTakeFirstOrThrow()

    const both = parseKeyRing(`${next},${old}`)
    // Two replicas at once: each row is written by one of them.
    const runs = await Promise.all([resealAll(postgres.database, both, 2), resealAll(postgres.database, both, 2)])
    assert.equal(runs[0].resealed + runs[1].resealed, 7)
    for (const { unreadable } of runs) assert.deepEqual(unreadable, [cut.id])
    assert.deepEqual(await resealAll(postgres.database, both), { resealed: 0, unreadable: [cut.id] })

    time.forward(minutes)
    const withoutOld = { ...ground, ring: parseKeyRing(next) }
    for (const [index, person] of people.entries()) {
      const seed = seeds[index]
      if (person === broken || !seed) continue
      assert.equal((await verifyTotp(withoutOld, person, codeAt(seed, stepAt(time.now())))).ok, true)
    }
  })
})
