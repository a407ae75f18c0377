import assert from 'node:assert/strict'
import { readiness } from '../../bot/readiness.ts'

describe('readiness', () => {
  const well = { name: 'database', ask: async () => {} }

  it('says what is to be seen beside the dependencies, and depends on none of it', async () => {
    const failed: string[] = []
    const ready = readiness([well], (name) => failed.push(name), [
      { name: 'agents', say: async () => 'corp.example: 0 of 2 live' },
      { name: 'nothing', say: async () => undefined },
      { name: 'broken', say: () => Promise.reject(new Error('gone')) },
    ])
    const detail = { database: 'ok', agents: 'corp.example: 0 of 2 live', broken: 'unknown' }
    assert.deepEqual(await ready(), { ready: true, detail })
    assert.deepEqual(failed, ['broken'])
  })

  it('is not there while a dependency does not answer', async () => {
    const broken = { name: 'directory', ask: () => Promise.reject(new Error('gone')) }
    const ready = readiness([well, broken], () => undefined)
    assert.deepEqual(await ready(), { ready: false, detail: { database: 'ok', directory: 'failing' } })
  })
})
