import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readDate, readLasts } from '../../../dialogs/understand/time-span.ts'

/** A Saturday. */
const now = new Date('2026-11-21T10:15:00Z')
const day = 86_400_000

describe('how long somebody wants something', () => {
  const lengths: Readonly<Record<string, number>> = {
    '2 weeks': 14 * day,
    'for 2 weeks': 14 * day,
    'two weeks please': 14 * day,
    'for a month': 30 * day,
    'a week': 7 * day,
    '90 days': 90 * day,
    '24h': day,
    '24 h': day,
    'for the next 3 days': 3 * day,
    'I need it for 10 days': 10 * day,
    'a fortnight': 14 * day,
    '1.5 days': 1.5 * day,
    '1 day 12 hours': 1.5 * day,
    'one year': 365 * day,
  }
  for (const [text, expected] of Object.entries(lengths))
    it(`"${text}"`, () => assert.deepEqual(readLasts(text, now), { for: expected }))

  const days: Readonly<Record<string, string>> = {
    'until 30 April': '2027-04-30',
    'until April 30th': '2027-04-30',
    'until the 30th of April 2028': '2028-04-30',
    '30 April': '2027-04-30',
    'till 24 Dec': '2026-12-24',
    'until 24 Sept.': '2027-09-24',
    '30.4.2027': '2027-04-30',
    '30.4.': '2027-04-30',
    'bis 3.4.': '2027-04-03',
    '2027-04-30': '2027-04-30',
    '4/30/2027': '2027-04-30',
    '30/4/2027': '2027-04-30',
    'until 4/4': '2027-04-04',
    'until tomorrow': '2026-11-22',
    'until the end of next month': '2026-12-31',
    'end of the month': '2026-11-30',
    'until end of the year': '2026-12-31',
    'end of january': '2027-01-31',
    'until friday': '2026-11-27',
    'until next Saturday': '2026-11-28',
    'until 29 february': '2028-02-29',
  }
  for (const [text, expected] of Object.entries(days))
    it(`"${text}", to the end of that day`, () =>
      assert.deepEqual(readLasts(text, now), { until: `${expected}T23:59:59.000Z` }))

  for (const text of ['for good', 'permanently', 'forever', 'For ever!', 'no end'])
    it(`"${text}"`, () => assert.equal(readLasts(text, now), 'permanent'))

  for (const text of [
    '3/4',
    'until 3/4/2027',
    '31.2.2027',
    'until 32 april',
    'some time',
    '',
    'soon',
    '0 days',
    'x'.repeat(500),
  ])
    it(`asks again after "${text.slice(0, 20)}"`, () => assert.equal(readLasts(text, now), undefined))

  it('never throws, and ends nothing before today', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^(until |for )?[0-9a-z./ -]{1,20}$/)), (text) => {
        const lasts = readLasts(text, now)
        if (typeof lasts === 'object' && 'for' in lasts) assert.ok(lasts.for > 0)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('when it is to start', () => {
  const days: Readonly<Record<string, string>> = {
    tomorrow: '2026-11-22',
    'on Monday': '2026-11-23',
    'from 1 December': '2026-12-01',
    'next month': '2026-12-01',
    'next week': '2026-11-23',
    'in 3 days': '2026-11-24',
    '1.12.2026': '2026-12-01',
    today: '2026-11-21',
  }
  for (const [text, expected] of Object.entries(days))
    it(`"${text}"`, () => assert.equal(readDate(text, now)?.toISOString(), `${expected}T00:00:00.000Z`))

  it('may lie in the past, where that is said', () =>
    assert.equal(readDate('1 November 2025', now)?.toISOString(), '2025-11-01T00:00:00.000Z'))

  it('is not guessed', () => assert.equal(readDate('3/4', now), undefined))
})
