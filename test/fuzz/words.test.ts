import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileEntries } from '../../bot/access/find-entries.ts'
import { normaliseAnswer, weakAnswers } from '../../bot/identity/answer.ts'
import { questionCatalogue } from '../../bot/identity/question-catalogue.ts'
import { readCode } from '../../bot/identity/totp-code.ts'
import { parseDuration } from '../../bot/policy/duration.ts'
import { examples } from '../../dialogs/understand/examples.ts'
import { readDate, readLasts } from '../../dialogs/understand/time-span.ts'
import { compileUnderstanding } from '../../dialogs/understand/understand.ts'
import { searchedEntries } from '../bot/access/practice-entries.ts'
import { fuzz } from './fuzz.ts'
import { broken, text } from './nasty.ts'

const understand = compileUnderstanding(examples)
const find = compileEntries(searchedEntries)
const now = fc.date({ min: new Date('2001-01-01'), max: new Date('2150-12-31'), noInvalidDate: true })
const phrases = [...examples.values()].flat()
const spans = [
  'for 2 weeks',
  'until 30 April',
  'till the end of next month',
  '3/4',
  '2027-04-30',
  'for good',
  'in 3 days',
]
const said = (longest: number, samples: readonly string[]) => fc.oneof(text(longest), broken(longest, ...samples))

describe('fuzzing what people say', () => {
  fuzz('understand: a message and what it means', said(30_000, phrases), (given) => {
    const { intent, sure, alternatives } = understand(given)
    assert.ok(intent === 'none' || examples.has(intent), intent)
    assert.ok(alternatives.length <= 3 && alternatives.every((one) => examples.has(one)))
    assert.equal(typeof sure, 'boolean')
  })

  fuzz(
    'find entries: what access is meant',
    said(30_000, ['the sales dashboard', 'CRM (read)', 'vpn & parking']),
    (given) => {
      assert.ok(find(given, () => true).length <= 5)
      assert.deepEqual(
        find(given, () => false),
        [],
      )
    },
  )

  fuzz('readLasts: how long somebody wants something', fc.tuple(said(4_000, spans), now), ([given, at]) => {
    const lasts = readLasts(given, at)
    if (lasts === undefined || lasts === 'permanent') return
    if ('for' in lasts) assert.ok(Number.isSafeInteger(lasts.for) && lasts.for > 0)
    else assert.match(lasts.until, /^\d{4}-\d\d-\d\dT23:59:59\.000Z$/)
  })

  fuzz('readDate: a day of the calendar', fc.tuple(said(4_000, spans), now), ([given, at]) => {
    const day = readDate(given, at)
    assert.ok(day === undefined || (Number.isFinite(day.getTime()) && day.getTime() % 86_400_000 === 0))
  })

  fuzz('parseDuration: a length of time', said(4_000, ['15 min', '1 h 30 min', '3 days', '1.5 h']), (given) => {
    const length = parseDuration(given)
    assert.ok(length === undefined || (Number.isSafeInteger(length) && length >= 0), `${length}`)
  })

  fuzz('readCode: a one-time code', said(4_000, ['123456', '123 456', '１２３４５６']), (given) => {
    const code = readCode(given)
    assert.ok(code === undefined || /^[0-9]{6}$/.test(code))
  })

  fuzz('answers to security questions', fc.tuple(text(3_000), text(3_000), text(30)), ([one, other, id]) => {
    const answer = normaliseAnswer(one)
    assert.equal(normaliseAnswer(answer.slice(0, 1_000)), answer.slice(0, 1_000).trim())
    const [first, second] = questionCatalogue
    const weak = weakAnswers({ [first?.id ?? '']: one, [second?.id ?? '']: other, [id]: one })
    for (const { sentence } of weak) assert.ok(one.length < 20 || !sentence.includes(one))
  })
})
