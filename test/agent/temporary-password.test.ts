import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { AgentError } from '../../agent/agent-error.ts'
import { temporaryPassword } from '../../agent/temporary-password.ts'

const make = (names: readonly string[] = [], length = 16) =>
  temporaryPassword({ length, names, randomBytes }).toString('latin1')

describe('a temporary password made by the agent', () => {
  it('has its length, all four kinds of characters, and none that is taken for another', () => {
    for (const length of [14, 20, 64])
      for (let turn = 0; turn < 200; turn++) {
        const password = make([], length)
        assert.equal(password.length, length)
        for (const kind of [/[a-z]/, /[A-Z]/, /[2-9]/, /[-+=?!#%*@]/]) assert.match(password, kind)
        assert.doesNotMatch(password, /[^a-zA-Z2-9\-+=?!#%*@]|[0O1Il]|o/)
      }
  })

  it('uses every character equally often, whatever the bytes it is drawn from', () => {
    const counts = new Map<string, number>()
    const total = 200_000
    for (let drawn = 0; drawn < total; drawn += 64)
      for (const letter of make([], 64)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    const sum = [...counts.values()].reduce((one, other) => one + other, 0)
    assert.equal(counts.size, 24 + 24 + 8 + 9)
    // Modulo without rejection would give the first 61 of 65 letters a third more than the others.
    for (const [letter, count] of counts) assert.ok(Math.abs(count * counts.size - sum) < sum * 0.12, letter)
  })

  it('never holds the account name, nor three letters and more of the display name, in any case', () => {
    // Seen by drawing the forbidden first, from bytes that spell it.
    const letters = [...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+=?!#%*@']
    const spelled = (text: string) => Buffer.from([...text].map((letter) => letters.indexOf(letter)))
    for (const [names, bad, fine] of [
      [['ada.k', 'Zed Quinn'], 'xxZeD-3y7KpWmN', 'xxZ-eD3y7KpWmN'],
      [['ada.k', 'Zed Quinn'], 'qUiNn-3y7KpWmN', 'qUi-Nn3y7KpWmN'],
      [['bx7', ''], 'aaBX7-3y4KpWmN', 'aaB-X73y4KpWmN'],
      [['x', 'Hélène D'], 'HELENE-2y4pWmN', 'HEL-ENE2y4pWmN'],
      [['x', 'a@b cd'], 'aaA@B-3y4KpWmN', 'aaA-B@3y4KpWmN'],
      [['x', 'a@b cd'], 'CdA-B@3y4KpWmN', 'CdA-B@3y4KpWmN'],
    ] as const) {
      const offered = [spelled(bad), spelled(fine)]
      const password = temporaryPassword({
        length: fine.length,
        names,
        randomBytes: () => offered.shift() ?? assert.fail('both were thrown away'),
      })
      assert.equal(password.toString('latin1'), bad === fine ? bad : fine)
    }
    for (let turn = 0; turn < 500; turn++) assert.doesNotMatch(make(['', 'abc xyz'], 64).toLowerCase(), /abc|xyz/)
  })

  it('is not made at all where none can be', () => {
    const names = [[...'abcdefghijkmnpqrstuvwxyz'].flatMap((one) => [`${one}2-`]).join(' ')]
    const stuck = () => temporaryPassword({ length: 14, names, randomBytes: (size) => Buffer.alloc(size, 3) })
    assert.throws(stuck, (error) => error instanceof AgentError && error.code === 'internal')
  })
})
