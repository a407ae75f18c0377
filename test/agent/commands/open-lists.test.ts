import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { AgentError } from '../../../agent/agent-error.ts'
import { type ListCounter, openLists } from '../../../agent/commands/open-lists.ts'
import { longestFrame } from '../../../agent/protocol/frames.ts'

describe('a listing that is kept open', () => {
  const counter = (): ListCounter => ({ clock: () => new Date(0), randomBytes, open: 0 })

  it('answers with no more than a frame holds, and leaves nothing out', async () => {
    const person = (number: number) => ({ number, name: `"${'ü"'.repeat(1_000)}` })
    async function* pages() {
      yield Array.from({ length: 1_000 }, (_, number) => person(number))
      yield []
      yield [person(1_000)]
    }
    const lists = openLists<ReturnType<typeof person>>(counter())
    const seen: number[] = []
    let page = await lists.begin(pages(), 1_000)
    for (;;) {
      // As it travels: JSON inside of JSON.
      assert.ok(Buffer.byteLength(JSON.stringify(JSON.stringify(page.items))) < longestFrame)
      seen.push(...page.items.map(({ number }) => number))
      if (page.cursor === null) break
      page = await lists.next(page.cursor, 1_000)
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 1_001 }, (_, number) => number),
    )
  })

  it('reads no further than it was asked, and tells the source when it is left', async () => {
    let read = 0
    let left = false
    async function* pages() {
      try {
        for (;;) {
          read += 1
          yield [read]
        }
      } finally {
        left = true
      }
    }
    let now = 0
    const lists = openLists<number>({ ...counter(), clock: () => new Date(now) })
    const page = await lists.begin(pages(), 3)
    assert.deepEqual(page.items, [1, 2, 3])
    assert.equal(read, 3)
    now = 60_000
    await assert.rejects(
      lists.next(page.cursor ?? '', 3),
      (error) => error instanceof AgentError && error.code === 'not-found' && /begin it anew/.test(error.detail),
    )
    assert.equal(left, true)
  })

  it('gives its place back when the source fails', async () => {
    const places = counter()
    const lists = openLists<number>(places)
    async function* failing() {
      yield [1]
      throw new AgentError('unreachable', 'gone')
    }
    for (let time = 0; time < 10; time++) {
      const { cursor } = await lists.begin(failing(), 1)
      await assert.rejects(
        lists.next(cursor ?? '', 1),
        (error) => error instanceof AgentError && error.code === 'unreachable',
      )
    }
    assert.equal(places.open, 0)
  })
})
