import assert from 'node:assert/strict'
import { z } from 'zod'
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

  it('is read so that it can be kept: a name with half a character is shown all the same', async () => {
    const fetch = async () => new Response('{"displayName":"Mal\\u0000lory \\ud83d"}')
    const { graph } = practiceGraph('https://graph.example', { fetch })
    const read = await graph.read('/users/x', z.object({ displayName: z.string() }), { title: 'GET /users/x' })
    assert.equal(read.displayName, 'Mal\ufffdlory \ufffd')
  })
})
