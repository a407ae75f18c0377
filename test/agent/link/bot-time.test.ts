import assert from 'node:assert/strict'
import { botTime } from '../../../agent/link/bot-time.ts'

describe('the time of the bot, as the agent knows it', () => {
  const noon = Date.parse('2026-03-01T12:00:00Z')
  let wall: number
  let monotonic: number
  const measured = (stamped: number, roundTrip: number) => {
    wall = noon
    monotonic = 1_000 + roundTrip
    return botTime(
      new Date(stamped),
      () => new Date(wall),
      () => monotonic,
      1_000,
    )
  }
  const passes = (milliseconds: number) => {
    wall += milliseconds
    monotonic += milliseconds
  }

  it('is measured over the round trip', () => {
    const time = measured(noon + 60_000, 400)
    assert.equal(time.now(), noon + 60_200)
    passes(5_000)
    assert.equal(time.now(), noon + 65_200)
    assert.equal(time.onOurClock(new Date(noon + 70_200)).getTime(), wall + 5_000)
    assert.equal(time.jumped(), false)
  })

  it('goes on while the machine sleeps, when only the clock on the wall does', () => {
    const time = measured(noon, 0)
    wall += 30_000
    assert.equal(time.now(), noon + 30_000)
    assert.equal(time.jumped(), true)
  })

  it('does not go back when our clock is set back', () => {
    const time = measured(noon, 0)
    passes(10_000)
    wall -= 3_600_000
    assert.equal(time.now(), noon + 10_000)
    assert.ok(time.onOurClock(new Date(noon + 10_000)).getTime() <= wall, 'what is late is late by our clock, too')
    assert.equal(time.jumped(), true)
  })
})
