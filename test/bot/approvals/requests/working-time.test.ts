import assert from 'node:assert/strict'
import fc from 'fast-check'
import { workingTime } from '../../../../bot/approvals/requests/working-time.ts'
import { durations } from '../../../../bot/policy/duration.ts'
import type { Weekday } from '../../../../bot/policy/schema.ts'

const { hour, day } = durations
const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const weekdays = week.slice(0, 5)
const at = (text: string) => new Date(text)
const inUtc = workingTime({ days: weekdays, timeZone: 'UTC' })
const inBerlin = workingTime({ days: weekdays, timeZone: 'Europe/Berlin' })

describe('working time', () => {
  it('passes on working days as on any clock', () => {
    assert.deepEqual(inUtc(at('2026-11-23T09:00Z'), 4 * hour), at('2026-11-23T13:00Z'))
    assert.deepEqual(inUtc(at('2026-11-23T09:00Z'), 48 * hour), at('2026-11-25T09:00Z'))
    assert.deepEqual(inUtc(at('2026-11-23T09:00Z'), 0), at('2026-11-23T09:00Z'))
  })

  it('stands still at the weekend', () => {
    assert.deepEqual(inUtc(at('2026-11-27T22:00Z'), 4 * hour), at('2026-11-30T02:00Z'))
    assert.deepEqual(inUtc(at('2026-11-28T12:00Z'), 4 * hour), at('2026-11-30T04:00Z'))
    assert.deepEqual(inUtc(at('2026-11-27T22:00Z'), 24 * hour), at('2026-11-30T22:00Z'))
    assert.deepEqual(inUtc(at('2026-11-27T12:00Z'), 12 * hour), at('2026-11-30T00:00Z'), 'not on Saturday')
  })

  it('knows where midnight is', () => {
    // Friday 23:30 in Berlin is 22:30 in UTC; Monday there begins on Sunday at 23:00 UTC.
    assert.deepEqual(inBerlin(at('2026-11-27T22:30Z'), hour), at('2026-11-29T23:30Z'))
    const inAuckland = workingTime({ days: weekdays, timeZone: 'Pacific/Auckland' })
    assert.deepEqual(inAuckland(at('2026-11-27T10:30Z'), hour), at('2026-11-29T11:30Z'))
  })

  it('counts a day of 23 or 25 hours as that many', () => {
    const sundays = workingTime({ days: ['sun'], timeZone: 'Europe/Berlin' })
    // 29 March 2026: from 00:00 +01:00 to 24:00 +02:00. 25 October 2026: from 00:00 +02:00 to 24:00 +01:00.
    assert.deepEqual(sundays(at('2026-03-28T23:00Z'), 23 * hour), at('2026-04-04T22:00Z'))
    assert.deepEqual(sundays(at('2026-03-28T23:00Z'), 22 * hour), at('2026-03-29T21:00Z'))
    assert.deepEqual(sundays(at('2026-10-24T22:00Z'), 24 * hour), at('2026-10-25T22:00Z'))
    assert.deepEqual(sundays(at('2026-10-24T22:00Z'), 25 * hour), at('2026-10-31T23:00Z'))
    assert.deepEqual(inBerlin(at('2026-03-27T11:00Z'), 24 * hour), at('2026-03-30T10:00Z'), 'noon is noon')
  })

  it('finds the day that begins at one where the clocks skip midnight', () => {
    // Cairo, 24 April 2026: Friday 00:00 +02:00 is 01:00 +03:00.
    const fridays = workingTime({ days: ['fri'], timeZone: 'Africa/Cairo' })
    assert.deepEqual(fridays(at('2026-04-23T12:00Z'), hour), at('2026-04-23T23:00Z'))
    assert.deepEqual(fridays(at('2026-04-23T22:00Z'), 23 * hour), at('2026-04-30T21:00Z'))
  })

  it('just passes where all days are working days, or none', () => {
    for (const days of [week, []]) {
      const always = workingTime({ days, timeZone: 'Europe/Berlin' })
      assert.deepEqual(always(at('2026-03-28T23:00Z'), 100 * hour), at('2026-04-02T03:00Z'))
    }
  })

  it('has an end for whatever number it is given', () => {
    const mondays = workingTime({ days: ['mon'], timeZone: 'UTC' })
    assert.deepEqual(mondays(at('2026-11-23T00:00Z'), Number.MAX_VALUE), mondays(at('2026-11-23T00:00Z'), 366 * day))
    assert.deepEqual(mondays(at('2026-11-23T00:00Z'), 366 * day), at('2033-11-28T00:00Z'))
    assert.deepEqual(inUtc(at('2026-11-23T00:00Z'), -hour), at('2026-11-23T00:00Z'))
    assert.ok(Number.isNaN(inUtc(at('2026-11-23T00:00Z'), Number.NaN).getTime()))
    assert.ok(Number.isNaN(inUtc(new Date(Number.NaN), hour).getTime()))
    assert.throws(() => workingTime({ days: weekdays, timeZone: 'Europe/Nowhere' }), RangeError)
  })

  it('is the same in two steps as in one, and ends on a working day', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Africa/Cairo', 'Asia/Kathmandu', 'Pacific/Chatham']
    fc.assert(
      fc.property(
        fc.subarray([...week], { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...zones),
        fc.integer({ min: at('2026-01-01T00:00Z').getTime(), max: at('2027-12-31T00:00Z').getTime() }),
        fc.nat(6 * day),
        fc.nat(6 * day),
        (days, timeZone, from, one, other) => {
          const working = workingTime({ days, timeZone })
          const end = working(new Date(from), one + other)
          assert.deepEqual(working(working(new Date(from), one), other), end)
          const name = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone }).format(end).toLowerCase()
          assert.ok(days.some((listed) => listed === name))
          assert.ok(end.getTime() >= from + one + other)
        },
      ),
      { numRuns: 300, seed: 20_261_121 },
    )
  })
})
