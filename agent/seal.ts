import { createCipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto'
import { AgentError } from './agent-error.ts'
import type { CommandOutput } from './protocol/commands.ts'
import { sealBinding, sealInfo } from './protocol/transcripts.ts'

/** A password that only the holder of one key can read, and only as the answer to one command. */
export type SealedPassword = NonNullable<CommandOutput<'reset-password'>['sealed']>

/** PKCS #8 around a raw X25519 private key (RFC 8410 §7). */
const privateKeyHead = Buffer.from('302e020100300506032b656e04220420', 'hex')

/**
 * Seals a password to a key that was made for this one command: X25519 with a key of our own that is thrown away (RFC 7748 §6.1),
 * HKDF-SHA-256 (RFC 5869), AES-256-GCM with the authentication tag at the end. See transcripts.ts for what binds it.
 * @param password its bytes, as the person will type it; left as they are, to be wiped by the caller
 * @param options.recipientKey 32 bytes in base64url
 * @throws AgentError forbidden (alarm protocol) for a key that cannot be sealed to: one of low order would make a secret anyone knows
 */
export function sealPassword(
  password: Buffer,
  options: {
    readonly commandId: string
    readonly recipientKey: string
    readonly randomBytes: (size: number) => Buffer
  },
): SealedPassword {
  const seed = options.randomBytes(32)
  const encoded = Buffer.concat([privateKeyHead, seed])
  const own = createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' })
  seed.fill(0)
  encoded.fill(0)
  const senderKey = createPublicKey(own).export({ format: 'jwk' }).x ?? ''
  // Spelled afresh, so that both ends bind the same text whatever the spare bits of base64url were.
  const recipientKey = Buffer.from(options.recipientKey, 'base64url').toString('base64url')
  const binding = sealBinding(options.commandId, recipientKey, senderKey)
  const shared = sharedSecret(own, recipientKey)
  const key = Buffer.from(hkdfSync('sha256', shared, binding, sealInfo, 32))
  shared.fill(0)
  const nonce = options.randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  key.fill(0)
  cipher.setAAD(binding)
  const ciphertext = Buffer.concat([cipher.update(password), cipher.final(), cipher.getAuthTag()])
  return { senderKey, nonce: nonce.toString('base64url'), ciphertext: ciphertext.toString('base64url') }
}

/** OpenSSL refuses a secret of nothing but zeroes (RFC 7748 §6.1) with an error; we look as well. */
function sharedSecret(own: KeyObject, recipientKey: string): Buffer {
  try {
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: recipientKey } })
    const shared = diffieHellman({ privateKey: own, publicKey })
    if (shared.some((byte) => byte !== 0)) return shared
  } catch {
    // Whatever is wrong with it: it is no key that a password may be sealed to.
  }
  throw new AgentError('forbidden', 'the key that the password should be sealed to is none', { alarm: 'protocol' })
}
