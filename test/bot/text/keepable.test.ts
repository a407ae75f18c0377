import assert from 'node:assert/strict'
import { isKeepable, keepable, keepableJson } from '../../../bot/text/keepable.ts'

describe('text that can be kept', () => {
  it('is mended where it could not be, and cut without cutting a character in two', () => {
    assert.equal(keepable('a\0b\ud83d', 10), 'a\ufffdb\ufffd')
    assert.equal(keepable('ab💡', 3), 'ab\ufffd')
    assert.equal(keepable('Größe 💡', 10), 'Größe 💡')
    assert.deepEqual(['', 'ü💡', 'a\0', '\udc00'].map(isKeepable), [true, true, false, false])
  })

  it('comes out of JSON, in names and values, at any depth', () => {
    assert.deepEqual(keepableJson('{"a\\u0000":["\\ud83d","\\ud83d\\ude00","\\\\u0000","\\n\\ude00"]}'), {
      'a\ufffd': ['\ufffd', '😀', '\\u0000', '\n\ufffd'],
    })
    assert.deepEqual(keepableJson('{"a":"ü💡","n":1}'), { a: 'ü💡', n: 1 })
    assert.throws(() => keepableJson('{"a":'), SyntaxError)
  })
})
