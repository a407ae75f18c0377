import assert from 'node:assert/strict'
import { formatDuration, parseDuration } from '../../../bot/policy/duration.ts'

describe('a length of time in the policy file', () => {
  for (const [text, milliseconds] of [
    ['15 min', 900_000],
    ['15min', 900_000],
    ['3 days', 259_200_000],
    ['1 day', 86_400_000],
    ['24 h', 86_400_000],
    ['2 weeks', 1_209_600_000],
    ['30 seconds', 30_000],
    ['1 h 30 min', 5_400_000],
    ['1.5 hours', 5_400_000],
    [' 10 Minutes ', 600_000],
    ['0 days', 0],
  ] as const)
    it(`${JSON.stringify(text)} is ${milliseconds} ms`, () => assert.equal(parseDuration(text), milliseconds))

  for (const text of [
    '',
    '15',
    'min',
    '-3 days',
    '3 months',
    '3 m',
    '1 h, 30 min',
    '1e3 s',
    '3 days!',
    '١٥ min',
    '1 '.repeat(200),
    '99999999999999999999 days',
    '400000 d',
  ])
    it(`${JSON.stringify(text.slice(0, 20))} is refused`, () => assert.equal(parseDuration(text), undefined))

  it('is said as it was written', () => {
    for (const text of ['15 min', '3 days', '1 day', '90 min', '2 hours', '30 s'])
      assert.equal(formatDuration(parseDuration(text) ?? Number.NaN), text)
  })
})
