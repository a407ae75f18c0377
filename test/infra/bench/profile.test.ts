import assert from 'node:assert/strict'
import { type Profile, sumUp } from '../../../infra/bench/profile.ts'

/** A chain of calls, the outermost first; each is `name file:…`. */
function profileOf(
  ...stacks: readonly { readonly calls: readonly string[]; readonly microseconds: number }[]
): Profile {
  const nodes: Profile['nodes'] = []
  const samples: number[] = []
  const timeDeltas: number[] = []
  for (const { calls, microseconds } of stacks) {
    for (const [depth, call] of calls.entries()) {
      const [functionName = '', url = ''] = call.split(/ (?=file:)/)
      const id = nodes.length + 1
      const children = depth < calls.length - 1 ? [id + 1] : []
      nodes.push({ id, callFrame: { functionName, url, lineNumber: 4 }, children })
    }
    samples.push(nodes.length)
    timeDeltas.push(microseconds)
  }
  return { nodes, samples, timeDeltas }
}

describe('The sum of a profile', () => {
  it('counts a function by the file that it stands in', () => {
    const { byCategory, byFunction, total } = sumUp(
      profileOf(
        { calls: ['(root)', 'query file:///there/node_modules/pg/lib/client.js'], microseconds: 3_000 },
        { calls: ['(root)', 'render file:///there/cards/slack.ts'], microseconds: 1_000 },
        { calls: ['(root)', 'jsonParse file:///there/infra/bench/visible-json.ts'], microseconds: 500 },
      ),
    )
    assert.deepEqual(
      [...byCategory],
      [
        ['SQL client: pg, kysely', 3],
        ['cards: Adaptive Cards, Block Kit', 1],
        ['JSON', 0.5],
      ],
    )
    assert.equal(byFunction.get('render cards/slack.ts:5'), 1)
    assert.equal(total, 4.5)
  })

  it('counts a native function where it was called, and leaves out what was idle', () => {
    const { byCategory, total } = sumUp(
      profileOf(
        { calls: ['(root)', 'sign file:///there/node_modules/jose/sign.js', 'native'], microseconds: 2_000 },
        { calls: ['(root)', '(idle)'], microseconds: 9_000 },
        { calls: ['(root)', '(garbage collector)'], microseconds: 1_000 },
      ),
    )
    assert.deepEqual(
      [...byCategory],
      [
        ['JWT and crypto', 2],
        ['garbage collection', 1],
      ],
    )
    assert.equal(total, 3)
  })
})
