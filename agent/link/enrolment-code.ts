import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What an administrator of the bot hands to whoever installs an agent: good once, for a quarter of an hour. */
export interface EnrolmentCode {
  /** Names the code and is no secret. */
  readonly id: string
  /** Whether this is the bot that made the code: its public key, 32 raw bytes in base64url. */
  names(botKey: string): boolean
  /** HMAC-SHA-256 keyed by the code, base64url. The code itself never travels. */
  proof(transcript: Buffer): string
  /** Whether the other end knows the code as well. */
  proves(transcript: Buffer, proof: string): boolean
}

const shape = /^([a-z2-7]{8})-([a-z2-7]{26})-([a-z2-7]{26})$/

/** Reads a code as somebody typed or pasted it, in any case. Undefined when it is none. */
export function readEnrolmentCode(typed: string): EnrolmentCode | undefined {
  const [, id, secret, fingerprint] = shape.exec(typed.trim().toLowerCase()) ?? []
  if (!id || !secret || !fingerprint) return undefined
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'helpbot-agent/1 enrolment code', 32))
  const hmac = (transcript: Buffer) => createHmac('sha256', key).update(transcript).digest()
  return {
    id,
    names: (botKey) => fingerprintOf(botKey) === fingerprint,
    proof: (transcript) => hmac(transcript).toString('base64url'),
    proves(transcript, proof) {
      const given = Buffer.from(proof, 'base64url')
      const right = hmac(transcript)
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}

/** What a code says of the bot's key: the first 130 bits of its SHA-256, in lower-case base32 (RFC 4648, section 6). */
export const fingerprintOf = (publicKey: string): string =>
  base32(createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest()).slice(0, 26)

const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** Five bits a letter, the highest first; a rest of less than five bits is filled up with zeros. */
function base32(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const fives = bits.match(/.{1,5}/g) ?? []
  return fives.map((five) => letters.charAt(Number.parseInt(five.padEnd(5, '0'), 2))).join('')
}
