import { createDecipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto'
import type { CommandOutput } from '../../agent/protocol/commands.ts'
import { sealBinding, sealInfo } from '../../agent/protocol/transcripts.ts'

type SealedPassword = NonNullable<CommandOutput<'reset-password'>['sealed']>

/** A key for one answer. Its private half is in this object alone and cannot be taken out; it goes when the object goes. */
export interface SealKey {
  /** X25519, 32 bytes in base64url: what the command names in `sealTo`. */
  readonly publicKey: string
  /**
   * @param commandId of the command that was answered
   * @throws Error, which says nothing of what was inside, when it was sealed to another key, for another command, or was tampered with
   */
  open(sealed: SealedPassword, commandId: string): string
}

const tagLength = 16
const nonceLength = 12

/** Makes a key that an agent seals a temporary password to. The counterpart of agent/seal.ts. */
export function newSealKey(): SealKey {
  const own = generateKeyPairSync('x25519')
  const publicKey = own.publicKey.export({ format: 'jwk' }).x ?? ''

  function decrypted(sealed: SealedPassword, commandId: string): string {
    const senderKey = Buffer.from(sealed.senderKey, 'base64url').toString('base64url')
    const sender = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: senderKey } })
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey: sender })
    // A key of low order: the secret would be known to anyone (RFC 7748 §6.1).
    if (shared.every((byte) => byte === 0)) throw new RangeError('no secret is shared')
    const binding = sealBinding(commandId, publicKey, senderKey)
    const key = Buffer.from(hkdfSync('sha256', shared, binding, sealInfo, 32))
    shared.fill(0)
    const nonce = Buffer.from(sealed.nonce, 'base64url')
    const bytes = Buffer.from(sealed.ciphertext, 'base64url')
    if (nonce.length !== nonceLength || bytes.length <= tagLength) throw new RangeError('this is not a seal')
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
    key.fill(0)
    decipher.setAAD(binding)
    decipher.setAuthTag(bytes.subarray(-tagLength))
    const opened = Buffer.concat([decipher.update(bytes.subarray(0, -tagLength)), decipher.final()])
    const password = opened.toString('utf8')
    opened.fill(0)
    return password
  }

  return {
    publicKey,
    open(sealed, commandId) {
      try {
        return decrypted(sealed, commandId)
      } catch {
        // Why it failed is of use only to whoever tampers.
        throw new Error('the sealed password cannot be opened')
      }
    },
  }
}
