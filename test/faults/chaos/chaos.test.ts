import assert from 'node:assert/strict'
import { runChaos } from './run.ts'

describe('the whole service while things break', () => {
  it('breaks no promise: three quarters of a minute of a seed; `npm run test:faults` takes longer', async function () {
    this.timeout(360_000)
    const lines: string[] = []
    const { faults, deeds, counts } = await runChaos({
      seed: 20_261_121,
      minutes: 0.75,
      people: 24,
      atOnce: 5,
      say: (line) => lines.push(line),
    })
    assert.deepEqual(faults, [], lines.join('\n'))
    assert.ok(deeds.length >= 3, `${deeds.length} faults were injected`)
    assert.ok((counts['operations done'] ?? 0) > 0, JSON.stringify(counts))
  })
})
