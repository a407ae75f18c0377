import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { askQuestions, setAnswers, verifyAnswers } from '../../../bot/identity/questions.ts'
import { verifyTotp } from '../../../bot/identity/totp.ts'
import { codeAt, manualKeyOf, stepAt } from '../../../bot/identity/totp-code.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { begun, enrolled, seedOf } from './enrolled.ts'
import { minutes, newRing, somebody, startClock } from './people.ts'

const answers = {
  'first-teacher': 'Zwetschgenbaum',
  'first-concert': 'Flederwisch und Söhne',
  'first-flight': 'Ouagadougou',
}

describe('what the database knows after all that', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  /** Every row of every table, as text. */
  async function dump(): Promise<string> {
    const { rows: tables } = await sql<{ name: string }>`
      select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(
      postgres.database,
    )
    assert(tables.length > 10)
    const texts = await Promise.all(
      tables.map(async ({ name }) => {
        const { rows } = await sql<{ row: string }>`
          select to_jsonb(t)::text as row from ${sql.raw(name)} t`.execute(postgres.database)
        return rows.map(({ row }) => row).join('\n')
      }),
    )
    return texts.join('\n')
  }

  it('is no seed, no code and no answer', async () => {
    const time = startClock()
    const ground = { database: postgres.database, clock: time.now, ring: newRing(), rules: { ask: 2, of: 3 } }
    const person = somebody()
    const seed = await enrolled(ground, person)
    const codes = [codeAt(seed, stepAt(time.now()))]
    const use = async (typed: string) => {
      codes.push(typed)
      return (await verifyTotp(ground, person, typed)).ok
    }
    time.forward(minutes)
    assert.equal(await use(codeAt(seed, stepAt(time.now()))), true)
    for (const wrong of ['918273', '645546', 'hunter2 is my password']) assert.equal(await use(wrong), false)
    const pending = seedOf(await begun(ground, person, 'old-factor'))
    assert.deepEqual(await setAnswers(ground, person, answers), { ok: true })
    const asked = await askQuestions(ground, person)
    const given = Object.fromEntries(asked.map(({ id }) => [id, answers[id as keyof typeof answers]]))
    assert.deepEqual(await verifyAnswers(ground, person, given), { ok: true })
    await verifyAnswers(ground, person, Object.fromEntries(asked.map(({ id }) => [id, 'Kuckucksuhr'])))

    const text = (await dump()).toLowerCase()
    assert(text.includes(person.id), 'the dump sees the rows')
    const seeds = [seed, pending].flatMap((one) => [
      one.toString('hex'),
      one.toString('base64').slice(0, 26),
      one.toString('base64url').slice(0, 26),
      manualKeyOf(one),
      manualKeyOf(one).replaceAll(' ', ''),
    ])
    for (const secret of [...seeds, ...Object.values(answers), 'Kuckucksuhr', 'hunter2']) {
      assert(!text.includes(secret.toLowerCase()), 'a secret is in the database')
    }
    for (const code of codes) {
      assert(!new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(text), 'a code is in the database')
    }
  })
})
