import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'

/** A key pair of our own: `publicKey` as it stands in the protocol, base64url of 32 raw bytes (RFC 8032). */
export interface SigningKey {
  readonly publicKey: string
  sign(message: Uint8Array): string
}

/** A fresh pair, and its private half as it is kept (PKCS#8), to be sealed at once. */
export function makeSigningKey(): { readonly key: SigningKey; readonly pkcs8: Buffer } {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { key: signingKey(privateKey), pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }) }
}

/** @throws when it is no private key */
export function readSigningKey(pkcs8: Buffer): SigningKey {
  return signingKey(createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' }))
}

function signingKey(privateKey: KeyObject): SigningKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (x === undefined) throw new Error('no Ed25519 key')
  return { publicKey: x, sign: (message) => sign(null, message, privateKey).toString('base64url') }
}

/** Checks signatures of one key. @param publicKey base64url of 32 raw bytes; a key that is none signed nothing */
export function verifierOf(publicKey: string): (message: Uint8Array, signature: string) => boolean {
  let key: KeyObject
  try {
    key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  } catch {
    return () => false
  }
  return (message, signature) => verify(null, message, key, Buffer.from(signature, 'base64url'))
}
