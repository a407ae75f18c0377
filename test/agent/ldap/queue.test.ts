import assert from 'node:assert/strict'
import { AgentError } from '../../../agent/agent-error.ts'
import { openQueue } from '../../../agent/ldap/queue.ts'

describe('LDAP operations that come at once', () => {
  it('are done so many at a time, in their order, and too many are turned away', async () => {
    const queue = openQueue({ atOnce: 2, waiting: 3 })
    const begun: number[] = []
    const ends: (() => void)[] = []
    const work = (number: number) => () => {
      begun.push(number)
      return new Promise<number>((resolve) => ends.push(() => resolve(number)))
    }
    const all = [0, 1, 2, 3, 4].map((number) => queue(work(number)))
    await assert.rejects(queue(work(5)), (error) => error instanceof AgentError && error.code === 'throttled')
    assert.deepEqual(begun, [0, 1])
    for (let number = 0; number < 5; number++) {
      while (ends.length <= number) await new Promise(setImmediate)
      ends[number]?.()
      await all[number]
    }
    assert.deepEqual(begun, [0, 1, 2, 3, 4])
    // The places are free again, after a failure too.
    await assert.rejects(
      queue(async () => assert.fail('no')),
      /no/,
    )
    assert.deepEqual(await Promise.all([queue(async () => 6), queue(async () => 7), queue(async () => 8)]), [6, 7, 8])
  })
})
