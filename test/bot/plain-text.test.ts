import assert from 'node:assert/strict'
import { plainText } from '../../bot/plain-text.ts'

describe('plain text', () => {
  it('keeps what can be seen', () => {
    assert.equal(plainText('Größe 漢字 👩‍💻 <b>&amp;', 100), 'Größe 漢字 👩‍💻 <b>&amp;')
  })

  it('keeps line breaks only where lines are wanted', () => {
    assert.equal(plainText('one\r\ntwo\n\nthree', 100), 'one two three')
    assert.equal(plainText('one\ntwo\tthree\u0007', 100, { lines: true }), 'one\ntwo three')
  })

  it('never gives more than asked for', () => {
    assert.equal(plainText('x'.repeat(11), 10), `${'x'.repeat(9)}…`)
    assert.equal(plainText('x'.repeat(10), 10), 'x'.repeat(10))
    assert.ok(plainText('😀'.repeat(50), 10).length <= 10)
  })
})
