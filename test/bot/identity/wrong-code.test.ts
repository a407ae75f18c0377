import assert from 'node:assert/strict'
import { wrongCode } from '../../../bot/identity/wrong-code.ts'

const now = new Date('2026-11-23T09:00:00.000Z')
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1_000)

describe('a wrong code', () => {
  it('says how many tries are left', () => {
    assert.deepEqual(wrongCode({ reason: 'wrong', triesLeft: 1 }, now), {
      verdict: 'again',
      problem: 'That is not right. 1 try is left.',
    })
    assert.deepEqual(wrongCode({ reason: 'wrong' }, now), { verdict: 'again', problem: 'That is not right.' })
  })

  it('says when the way is open again, never sooner than that', () => {
    for (const [seconds, words] of [
      [-5, '1 minute'],
      [61, '2 minutes'],
      [900, '15 minutes'],
    ] as const)
      assert.deepEqual(wrongCode({ reason: 'locked', lockedUntil: inSeconds(seconds) }, now), {
        verdict: 'locked',
        sentence: `There were too many wrong tries. This way is open again in ${words}.`,
      })
  })

  it('may be tried again where it was used or is no code, and not where the way is closed', () => {
    for (const reason of ['used', 'malformed']) assert.equal(wrongCode({ reason }, now).verdict, 'again')
    for (const reason of ['none', 'expired', 'locked-for-good'])
      assert.equal(wrongCode({ reason }, now).verdict, 'locked')
  })
})
