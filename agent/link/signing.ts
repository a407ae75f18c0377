import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'

/** An Ed25519 key of our own (RFC 8032). The private half leaves only as PEM, for the file it lives in. */
export interface SigningKey {
  /** 32 raw bytes in base64url. */
  readonly publicKey: string
  /** PKCS #8. A secret. */
  readonly pem: string
  /** base64url of 64 bytes. */
  sign(data: Buffer): string
}

export const makeSigningKey = (): SigningKey => keyOf(generateKeyPairSync('ed25519').privateKey)

/** @throws Error when this is no private Ed25519 key */
export const signingKeyFromPem = (pem: string): SigningKey => keyOf(createPrivateKey(pem))

/** Whether the holder of this public key signed exactly this. False for whatever is no key or no signature. */
export function isSignedBy(publicKey: string, data: Buffer, signature: string): boolean {
  return verifierOf(publicKey)(data, signature)
}

/** The same for many signatures of one key, which is read once. */
export function verifierOf(publicKey: string): (data: Buffer, signature: string) => boolean {
  let key: KeyObject
  try {
    key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  } catch {
    return () => false
  }
  return (data, signature) => {
    try {
      return verify(null, data, key, Buffer.from(signature, 'base64url'))
    } catch {
      return false
    }
  }
}

function keyOf(key: KeyObject): SigningKey {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key')
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  if (!x) throw new Error('not an Ed25519 key')
  return {
    publicKey: x,
    pem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    sign: (data) => sign(null, data, key).toString('base64url'),
  }
}
