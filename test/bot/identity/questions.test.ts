import assert from 'node:assert/strict'
import { checkAnswer, normaliseAnswer } from '../../../bot/identity/answer.ts'
import type { Person } from '../../../bot/identity/person.ts'
import {
  answersMethod,
  askQuestions,
  type QuestionGround,
  questionCatalogue,
  setAnswers,
  verifyAnswers,
} from '../../../bot/identity/questions.ts'
import { unlockMethod } from '../../../bot/identity/throttle.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { days, minutes, somebody, startClock } from './people.ts'

const mine: Readonly<Record<string, string>> = {
  'first-teacher': 'Frau  Öztürk',
  'first-concert': 'The Weather Girls',
  'first-flight': 'Reykjavík',
  'dream-job': 'lighthouse keeper',
}

describe('security questions', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  function desk() {
    const time = startClock()
    const ground: QuestionGround = { database: postgres.database, clock: time.now, rules: { ask: 2, of: 3 } }
    return { time, ground, person: somebody() }
  }

  /** The questions asked now, each with what `answerTo` says. */
  async function answering(ground: QuestionGround, person: Person, answerTo: (id: string) => string) {
    const asked = await askQuestions(ground, person)
    return Object.fromEntries(asked.map(({ id }) => [id, answerTo(id)]))
  }
  const right = (id: string) => mine[id] ?? ''
  const wrong = () => 'no idea at all'

  it('takes the right answers, whatever their case, spaces and Unicode form', async () => {
    const { ground, person } = desk()
    assert.deepEqual(await setAnswers(ground, person, mine), { ok: true })
    const spoken = (id: string) => `  ${right(id).toUpperCase().normalize('NFD').replaceAll(' ', ' \t ')} `
    assert.deepEqual(await verifyAnswers(ground, person, await answering(ground, person, spoken)), { ok: true })
    assert.equal(normaliseAnswer(' ＦＲＡＵ \n Öztürk'), 'frau öztürk')
    assert.equal(normaliseAnswer('Ώ\u0345'), normaliseAnswer(normaliseAnswer('Ώ\u0345')))
  })

  it('asks two of the four, the same ones however often one starts over', async () => {
    const { ground, person, time } = desk()
    await setAnswers(ground, person, mine)
    const first = await askQuestions(ground, person)
    assert.equal(first.length, 2)
    assert(first.every(({ id }) => id in mine))
    for (let again = 0; again < 5; again++) assert.deepEqual(await askQuestions(ground, person), first)
    const seen = new Set<string>()
    for (let day = 0; day < 30; day++) {
      for (const { id } of await askQuestions(ground, person)) seen.add(id)
      time.forward(days)
    }
    assert.deepEqual([...seen].sort(), Object.keys(mine).sort())
  })

  it('wants the questions it asked, not easier ones, nor fewer', async () => {
    const { ground, person } = desk()
    await setAnswers(ground, person, mine)
    const asked = (await askQuestions(ground, person)).map(({ id }) => id)
    const others = Object.keys(mine).filter((id) => !asked.includes(id))
    const notAsked = { ok: false, reason: 'not-asked' }
    const pick = (ids: string[]) => Object.fromEntries(ids.map((id) => [id, right(id)]))
    assert.deepEqual(await verifyAnswers(ground, person, pick(others)), notAsked)
    assert.deepEqual(await verifyAnswers(ground, person, pick(asked.slice(1))), notAsked)
    assert.deepEqual(await verifyAnswers(ground, person, {}), notAsked)
    assert.deepEqual(await verifyAnswers(ground, person, mine), notAsked)
  })

  it('still takes at one minute past midnight what it asked before', async () => {
    const { ground, person, time } = desk()
    await setAnswers(ground, person, mine)
    time.forward(Date.parse('2026-03-02T23:58:00Z') - time.now().getTime())
    const answers = await answering(ground, person, right)
    time.forward(3 * minutes)
    assert.deepEqual(await verifyAnswers(ground, person, answers), { ok: true })
  })

  it('says that the answers are wrong, not which; locks after five', async () => {
    const { ground, person, time } = desk()
    await setAnswers(ground, person, mine)
    const answers = await answering(ground, person, right)
    const [oneOf] = Object.keys(answers)
    const halfRight = { ...answers, [oneOf ?? '']: 'no idea at all' }
    for (const triesLeft of [4, 3, 2, 1]) {
      assert.deepEqual(await verifyAnswers(ground, person, halfRight), { ok: false, reason: 'wrong', triesLeft })
    }
    const lockedUntil = new Date(time.now().getTime() + 15 * minutes)
    assert.deepEqual(await verifyAnswers(ground, person, halfRight), { ok: false, reason: 'locked', lockedUntil })
    assert.deepEqual(await verifyAnswers(ground, person, answers), { ok: false, reason: 'locked', lockedUntil })
    assert.equal((await answersMethod(ground).available(person)).ready, false)
    await unlockMethod(ground.database, person, 'questions')
    assert.deepEqual(await verifyAnswers(ground, person, await answering(ground, person, right)), { ok: true })
  })

  it('lets no more than five of 20 wrong tries at once count as tries', async () => {
    const { ground, person } = desk()
    await setAnswers(ground, person, mine)
    const answers = await answering(ground, person, wrong)
    const tries = Array.from({ length: 20 }, () => verifyAnswers(ground, person, answers, async () => false))
    const reasons = (await Promise.all(tries)).map((result) => (result.ok ? 'ok' : result.reason))
    assert.equal(reasons.filter((reason) => reason === 'wrong').length, 4)
    assert.equal(reasons.filter((reason) => reason === 'locked').length, 16)
  })

  it('does not let in a right answer that was still being checked when other tries locked the method', async () => {
    const { ground, person } = desk()
    await setAnswers(ground, person, mine)
    const answers = await answering(ground, person, right)
    const { promise: locked, resolve: letGo } = Promise.withResolvers<void>()
    const slow = verifyAnswers(ground, person, answers, async () => {
      await locked
      return true
    })
    for (let failure = 0; failure < 5; failure++) await verifyAnswers(ground, person, answers, async () => false)
    letGo()
    const result = await slow
    assert(!result.ok)
    assert.equal(result.reason, 'locked')
  })

  it('does the same work whether or not the person has answers, and whether or not they are right', async () => {
    const { ground, person } = desk()
    await setAnswers(ground, person, mine)
    for (const [who, answerTo, ok] of [
      [person, right, true],
      [person, wrong, false],
      [somebody(), right, false],
    ] as const) {
      const hashes: string[] = []
      const answers = await answering(ground, who, answerTo)
      const result = await verifyAnswers(ground, who, answers, (answerHash, answer) => {
        hashes.push(answerHash)
        return checkAnswer(answerHash, answer)
      })
      assert.equal(result.ok, ok)
      assert.equal(hashes.length, 2)
      // OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 iterations, parallelism 1.
      for (const answerHash of hashes) assert.match(answerHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    }
  })

  it('never lets somebody without answers in, even were every check to say yes', async () => {
    const { ground } = desk()
    const nobody = somebody()
    const answers = await answering(ground, nobody, right)
    assert.equal((await verifyAnswers(ground, nobody, answers, async () => true)).ok, false)
    assert.equal((await answersMethod(ground).available(nobody)).ready, false)
  })

  it('refuses answers that are easy to guess, and says which without repeating them', async () => {
    const { ground, person } = desk()
    const set = (changes: Record<string, string>) => setAnswers(ground, person, { ...mine, ...changes })
    const refused = async (changes: Record<string, string>, why: RegExp) => {
      const result = await set(changes)
      assert(!result.ok)
      assert.match(result.sentence, why)
      for (const answer of Object.values(changes)) assert(answer === '' || !result.sentence.includes(`“${answer}”`))
    }
    await refused({ 'first-flight': 'Ulm' }, /first flight take you\?” needs at least 4 letters/)
    await refused({ 'first-flight': '!!!!!!' }, /at least 4 letters/)
    await refused({ 'first-flight': 'x'.repeat(101) }, /longer than 100/)
    await refused({ 'first-flight': 'TEACHER', 'first-teacher': 'teach-er' }, /in the question itself/)
    await refused({ 'first-flight': 'The  weather girls!' }, /same as another/)
    await refused({ 'favourite-colour': 'turquoise' }, /not one of the questions/)
    const few = await setAnswers(ground, person, { 'first-flight': 'Reykjavík' })
    assert.deepEqual(few, { ok: false, sentence: 'Please answer at least 3 questions.' })
    assert.equal((await answersMethod(ground).available(person)).ready, false)
  })

  it('replaces all answers when they are set again', async () => {
    const { ground, person } = desk()
    await setAnswers(ground, person, mine)
    const [a, b, c] = questionCatalogue.slice(1, 4).map(({ id }) => id)
    assert(a && b && c)
    const others = { [a]: 'Elm Row West', [b]: 'Einstürzende', [c]: 'Wilhelmina' }
    assert.equal((await setAnswers(ground, person, others)).ok, true)
    const rows = await postgres.database
      .selectFrom('security_answers')
      .select('question')
      .where('user_id', '=', person.id)
      .execute()
    assert.deepEqual(rows.map(({ question }) => question).sort(), [a, b, c].sort())
  })
})
