import assert from 'node:assert/strict'
import { type CommandQueue, commandQueue, type Waiting } from '../../agent/queue.ts'

describe('the queue of commands', () => {
  let queue: CommandQueue
  let started: string[]
  let dropped: string[]
  let finish: Map<string, () => void>
  beforeEach(() => {
    queue = commandQueue()
    started = []
    dropped = []
    finish = new Map()
  })
  const work = (name: string, keys: readonly string[] | undefined): Waiting => ({
    writes: keys !== undefined,
    keys: keys ?? [],
    run: () =>
      new Promise((resolve) => {
        started.push(name)
        finish.set(name, resolve)
      }),
    dropped: () => dropped.push(name),
  })
  const end = async (name: string) => {
    finish.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }

  it('does writes on the same object one after the other, in their order, and others meanwhile', async () => {
    queue.add(work('anna 1', ['anna']))
    queue.add(work('anna into sales', ['anna', 'sales']))
    queue.add(work('sales', ['sales']))
    queue.add(work('ben', ['ben']))
    assert.deepEqual(started, ['anna 1', 'ben'], 'sales must not overtake who waits for sales before it')
    await end('anna 1')
    assert.deepEqual(started, ['anna 1', 'ben', 'anna into sales'])
    await end('anna into sales')
    assert.deepEqual(started.at(-1), 'sales')
  })

  it('does four writes at once and sixteen reads, neither in the way of the other', () => {
    for (let count = 0; count < 20; count++) queue.add(work(`write ${count}`, [String(count)]))
    for (let count = 0; count < 20; count++) queue.add(work(`read ${count}`, undefined))
    assert.equal(started.filter((name) => name.startsWith('write')).length, 4)
    assert.equal(started.filter((name) => name.startsWith('read')).length, 16)
    assert.equal(queue.length, 40)
  })

  it('takes no more than it can hold', () => {
    let taken = 0
    while (queue.add(work(`one ${taken}`, ['same'])) && taken < 1_000) taken++
    assert.equal(taken, 201, 'one that runs and 200 that wait')
  })

  it('when it is drained: what waits is dropped, what runs is waited for', async () => {
    queue.add(work('runs', ['a']))
    queue.add(work('waits', ['a']))
    let drained = false
    const draining = queue.drain(60_000).then(() => {
      drained = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual([dropped, drained], [['waits'], false])
    await end('runs')
    await draining
    assert.deepEqual(started, ['runs'])
  })

  it('does not wait for ever', async () => {
    queue.add(work('hangs', ['a']))
    await queue.drain(10)
    assert.equal(queue.length, 1)
  })
})
