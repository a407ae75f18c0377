import assert from 'node:assert/strict'
import { z } from 'zod'
import { readMany } from '../../../bot/directory/graph-batch.ts'
import { GraphCall } from '../../../bot/directory/graph-call.ts'
import { answerError } from '../../../bot/directory/graph-errors.ts'
import { practiceGraph } from './surroundings.ts'

describe('what Graph answers that no Graph would', () => {
  it('is no error of a name that every object has', () => {
    const call = new GraphCall({ kind: 'read', title: 'GET /users' })
    for (const code of ['constructor', 'toString', '__proto__']) {
      const error = answerError(call, 400, new Headers(), JSON.stringify({ error: { code, message: 'no' } }))
      assert.equal(error.code, 'refused')
      assert.equal(typeof error.sentence, 'string')
    }
  })

  it('is no header, where an answer in a batch says so', async () => {
    const item = { id: '0', status: 503, headers: { 'x\n': 'y', 'request-id': 'Ā', 'retry-after': '1' }, body: {} }
    const fetch = async () => Response.json({ responses: [item] })
    const { graph } = practiceGraph('https://graph.example', { fetch })
    const once = { tries: 1, firstPause: 0, longestPause: 0 }
    const deps = { clock: () => new Date(), random: () => 0, sleep: async () => {}, rules: once }
    const read = readMany(graph, ['/groups/x'], z.object({}), { title: 'GET /groups/x' }, deps)
    await assert.rejects(read, { name: 'DirectoryError', code: 'unreachable' })
  })

  it('is read so that it can be kept: a name with half a character is shown all the same', async () => {
    const fetch = async () => new Response('{"displayName":"Mal\\u0000lory \\ud83d"}')
    const { graph } = practiceGraph('https://graph.example', { fetch })
    const read = await graph.read('/users/x', z.object({ displayName: z.string() }), { title: 'GET /users/x' })
    assert.equal(read.displayName, 'Mal\ufffdlory \ufffd')
  })
})
