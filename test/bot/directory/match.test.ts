import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { anchorGuid } from '../../../bot/directory/match-anchor.ts'
import { immutableIdOf } from './scripted-link.ts'

describe('The anchor between Entra ID and Active Directory', () => {
  it('is a GUID whose first three parts are little-endian', () => {
    const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    assert.equal(anchorGuid(bytes.toString('base64')), '33221100-5544-7766-8899-aabbccddeeff')
  })

  it('comes back as it went, whatever it is', () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const guid = randomUUID()
      assert.equal(anchorGuid(immutableIdOf(guid)), guid)
    }
  })

  it('is nothing else: no other length, no other spelling of base64, no employee number', () => {
    const good = immutableIdOf(randomUUID())
    for (const text of [
      '',
      'E004711',
      good.slice(0, -1),
      `${good}=`,
      ` ${good}`,
      `${good.slice(0, -3)}B==`,
      `${good}\n`,
    ])
      assert.equal(anchorGuid(text), undefined, JSON.stringify(text))
    assert.equal(anchorGuid(Buffer.alloc(15).toString('base64')), undefined)
    assert.equal(anchorGuid(Buffer.alloc(17).toString('base64')), undefined)
  })
})
