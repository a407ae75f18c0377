import assert from 'node:assert/strict'
import { type Look, memoryVerdict, slope, tableVerdicts } from '../../../infra/bench/soak-verdict.ts'

const minute = 60_000

/** A look every five seconds, at a memory that goes so by the minute, up and down by some megabytes as collectors do. */
const looksAt = (minutes: number, resident: (minute: number) => number): readonly Look[] =>
  Array.from({ length: minutes * 12 }, (_, index) => ({
    at: index * 5_000,
    resident: resident(index / 12) + (index % 7) - 3,
    heap: 80 + (index % 5) * 4,
  }))

describe('the verdict of a soak', () => {
  it('says by how much memory grows an hour', () => {
    const looks = [0, 1, 2, 3].map((at) => ({ at: at * minute, resident: 100 + at * 2, heap: 50 }))
    assert.equal(Math.round(slope(looks, ({ resident }) => resident)), 120)
    assert.equal(
      slope(looks, ({ heap }) => heap),
      0,
    )
  })

  it('takes what goes up and down for flat, and what grew at the beginning', () => {
    const warm = looksAt(30, (at) => 250 + Math.min(at, 5) * 20)
    assert.equal(memoryVerdict(warm, 30).flat, true)
  })

  it('does not take a leak for flat, and finds a smaller one the longer it looks', () => {
    assert.equal(
      memoryVerdict(
        looksAt(30, (at) => 250 + at * 4),
        30,
      ).flat,
      false,
    )
    assert.equal(
      memoryVerdict(
        looksAt(30, (at) => 250 + at),
        30,
      ).flat,
      true,
    )
    assert.equal(
      memoryVerdict(
        looksAt(120, (at) => 250 + at),
        120,
      ).flat,
      false,
    )
  })

  it('looks at what is in use, and not at what the collector has not come to', () => {
    const late = looksAt(30, () => 250).map((look, index) => ({ ...look, heap: index % 12 === 0 ? 80 : 80 + index }))
    assert.equal(memoryVerdict(late, 30).flat, true)
  })

  it('does not judge the memory of a program that was started just now', () => {
    const { judged, flat } = memoryVerdict(
      looksAt(3, (at) => 250 + at * 30),
      3,
    )
    assert.deepEqual([judged, flat], [false, true])
  })

  it('lets the audit and requests grow, and nothing else', () => {
    const third = { 'public.audit': 5_000, 'public.operations': 2_000, 'public.posts': 1_000, 'dbos.streams': 0 }
    const end = { 'public.audit': 15_000, 'public.operations': 6_000, 'public.posts': 1_050, 'dbos.streams': 0 }
    const grown = (rows: Readonly<Record<string, number>>) =>
      tableVerdicts(third, { ...end, ...rows }, 500).filter(({ fine }) => !fine)
    assert.deepEqual(grown({}), [])
    assert.deepEqual(grown({ 'public.conversations': 1_000 }), [], 'everybody has come once, in two chats')
    assert.equal(grown({ 'public.conversations': 2_000 }).length, 1)
    assert.deepEqual(
      grown({ 'public.posts': 3_000, 'dbos.streams': 400, 'public.new_one': 400 }).map(({ table }) => table),
      ['public.posts', 'dbos.streams', 'public.new_one'],
    )
  })
})
