import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, randomBytes, randomUUID } from 'node:crypto'
import { AgentError } from '../../agent/agent-error.ts'
import { commands } from '../../agent/protocol/commands.ts'
import { sealPassword } from '../../agent/seal.ts'
import { newSealKey } from '../../bot/agent-link/open-seal.ts'

const password = 'Tulip-427-Harbör'

describe('a sealed password', () => {
  const commandId = randomUUID()
  const seal = (recipientKey: string, id = commandId) =>
    sealPassword(Buffer.from(password), { commandId: id, recipientKey, randomBytes })

  it('is opened by whoever asked for it, and looks as the wire wants it', () => {
    const key = newSealKey()
    const sealed = seal(key.publicKey)
    assert.equal(key.open(sealed, commandId), password)
    const answer = { sealed, readBack: null, wasLocked: false, controller: 'dc1.corp.example' }
    commands['reset-password'].output.parse(answer)
    assert.ok(!JSON.stringify(sealed).includes(Buffer.from(password).toString('base64url').slice(0, 8)))
  })

  it('is another each time, though the password is the same', () => {
    const key = newSealKey()
    const [one, other] = [seal(key.publicKey), seal(key.publicKey)]
    for (const part of ['senderKey', 'nonce', 'ciphertext'] as const) assert.notEqual(one[part], other[part])
    assert.notEqual(newSealKey().publicKey, key.publicKey)
  })

  it('is not opened with another key, for another command, or when any part of it was changed', () => {
    const key = newSealKey()
    const sealed = seal(key.publicKey)
    const refused = { message: 'the sealed password cannot be opened' }
    assert.throws(() => newSealKey().open(sealed, commandId), refused)
    assert.throws(() => key.open(sealed, randomUUID()), refused)
    for (const part of ['senderKey', 'nonce', 'ciphertext'] as const) {
      const bytes = Buffer.from(sealed[part], 'base64url')
      for (const index of [0, bytes.length - 1]) {
        const bent = Buffer.from(bytes)
        bent[index] = (bent[index] ?? 0) ^ 1
        assert.throws(() => key.open({ ...sealed, [part]: bent.toString('base64url') }, commandId), refused)
      }
      assert.throws(() => key.open({ ...sealed, [part]: '' }, commandId), refused)
    }
  })

  it('cannot be made for a key of low order, whose secret anybody knows, nor for what is no key', () => {
    for (const hex of lowOrder) {
      const recipientKey = Buffer.from(hex, 'hex').toString('base64url')
      assert.throws(
        () => seal(recipientKey),
        (error) => error instanceof AgentError && error.code === 'forbidden' && error.alarm === 'protocol',
      )
      const sealed = {
        senderKey: recipientKey,
        nonce: randomBytes(12).toString('base64url'),
        ciphertext: 'A'.repeat(60),
      }
      assert.throws(() => newSealKey().open(sealed, commandId), { message: 'the sealed password cannot be opened' })
    }
    assert.throws(() => seal('AAAA'), AgentError)
    assert.throws(() => seal(''), AgentError)
  })

  it('rests on the curve of RFC 7748: the key of its example is the one that the example says', () => {
    // §6.1, Alice.
    const seed = Buffer.from('77076d0a7318a57d3c16c17251b26645df4cdae29c7f42e5a6eec25f6f4d6a2a'.slice(0, 64), 'hex')
    const expected = createPublicKey(
      createPrivateKey({
        key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), seed]),
        format: 'der',
        type: 'pkcs8',
      }),
    ).export({ format: 'jwk' }).x
    const drawn = [Buffer.from(seed), Buffer.alloc(12, 7)]
    const sealed = sealPassword(Buffer.from(password), {
      commandId,
      recipientKey: newSealKey().publicKey,
      randomBytes: (size) => {
        const next = drawn.shift()
        assert.equal(next?.length, size)
        return next
      },
    })
    assert.equal(sealed.senderKey, expected)
  })
})

/** Points of small order on Curve25519 and their other spellings (cr.yp.to/ecdh.html, "How do I validate public keys?"). */
const lowOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]
