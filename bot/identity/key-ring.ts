import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { z } from 'zod'
import type { TenantId, UserId } from './person.ts'

/** Whose seed it is. Bound into the seal, so that a row copied to another person or factor does not open. */
export interface SeedOwner {
  readonly tenant: TenantId
  readonly person: UserId
  readonly factorId: string
}

/** What a secret that is no seed is for, and which row it belongs to. Bound into the seal likewise. */
export interface SecretOwner {
  readonly purpose: 'agent link key' | 'agent enrolment code'
  readonly of: string
}

/** What a text can be marked for, so that a mark for one purpose is none for another. */
export type MarkPurpose = 'between replicas: ask' | 'between replicas: answer' | 'between replicas: presence'

/** Seals seeds and other secrets at rest, and marks what replicas say to each other. Keys never leave it. */
export interface KeyRing {
  /** The key that new seals are made with. */
  readonly currentId: string
  /** Every key that still opens, the current one first. */
  readonly ids: readonly string[]
  /** Gives `v1.<key id>.<nonce>.<ciphertext>.<tag>`, the last three in base64url. */
  seal(seed: Uint8Array, owner: SeedOwner | SecretOwner): string
  /** @throws SealError */
  open(sealed: string, owner: SeedOwner | SecretOwner): Buffer
  /** HMAC-SHA-256 of a text under a key derived (HKDF, RFC 5869) from the current one: `<key id>.<base64url>`. */
  mark(purpose: MarkPurpose, text: string): string
  /** Whether a holder of any key of the ring marked this text for this purpose. */
  isMarked(purpose: MarkPurpose, text: string, mark: string): boolean
}

/** HELPBOT_KEYS cannot be used. The message names every fault and its fix, never a key. */
export class KeyRingError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.name = 'KeyRingError'
    this.problems = problems
  }
}

/** A sealed seed does not open: not a seal, a key that is no longer in HELPBOT_KEYS, or changed or moved since. */
export class SealError extends Error {
  readonly code: 'malformed' | 'unknown-key' | 'tampered'

  constructor(code: SealError['code'], message: string) {
    super(message)
    this.name = 'SealError'
    this.code = code
  }
}

/** 256 bits: the key of AES-256. */
const keyBytes = 32
/** 96 bits, as NIST SP 800-38D section 8.2.2 wants for random nonces. */
const nonceBytes = 12
const tagBytes = 16

const keyId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/)
const key = z.base64().transform((text) => Buffer.from(text, 'base64'))
const howToMake = 'make one with `openssl rand -base64 32`'

/** Makes an entry for HELPBOT_KEYS: `id:base64(32 random bytes)`. */
export function generateKey(id: string, random: (size: number) => Buffer = randomBytes): string {
  return `${keyId.parse(id)}:${random(keyBytes).toString('base64')}`
}

/**
 * Reads HELPBOT_KEYS: `id:base64(32 bytes)`, comma separated, current key first, older ones after it as long as rows need them.
 * @throws KeyRingError with every fault at once
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<string, KeyObject>()
  const seen: Buffer[] = []
  const problems: string[] = []
  for (const [index, entry] of text.split(',').entries()) {
    const fault = (what: string) => problems.push(`HELPBOT_KEYS, entry ${index + 1}: ${what}`)
    const colon = entry.indexOf(':')
    if (colon < 0) {
      fault(`must be written id:key; ${howToMake}`)
      continue
    }
    const id = keyId.safeParse(entry.slice(0, colon).trim())
    const bytes = key.safeParse(entry.slice(colon + 1).trim())
    if (!id.success) fault('the id before the colon must be 1 to 32 letters, digits, - or _')
    else if (keys.has(id.data)) fault('its id is used twice; give every key an id of its own')
    if (!bytes.success) fault(`the key after the colon is not base64; ${howToMake}`)
    else if (bytes.data.length !== keyBytes) fault(`the key has ${bytes.data.length} bytes, not 32; ${howToMake}`)
    else if (bytes.data.every((byte) => byte === bytes.data[0])) fault(`the key is not random; ${howToMake}`)
    else if (seen.some((other) => timingSafeEqual(other, bytes.data))) {
      fault('the same key is listed twice; remove one')
    } else {
      seen.push(bytes.data)
      if (id.success) keys.set(id.data, createSecretKey(bytes.data))
    }
  }
  const ids = [...keys.keys()]
  const currentId = ids[0]
  if (problems.length > 0 || currentId === undefined) throw new KeyRingError(problems)
  return ringOf(keys, ids, currentId)
}

function ringOf(keys: ReadonlyMap<string, KeyObject>, ids: readonly string[], currentId: string): KeyRing {
  const secretOf = (id: string): KeyObject => {
    const secret = keys.get(id)
    if (secret) return secret
    throw new SealError('unknown-key', `sealed with key "${id}", which is not in HELPBOT_KEYS: put it back at the end`)
  }
  const markOf = (id: string, purpose: MarkPurpose, text: string): Buffer => {
    const derived = Buffer.from(hkdfSync('sha256', secretOf(id), '', `helpbot mark v1 ${purpose}`, keyBytes))
    return createHmac('sha256', derived).update(text).digest()
  }
  return {
    currentId,
    ids,
    mark: (purpose, text) => `${currentId}.${markOf(currentId, purpose, text).toString('base64url')}`,
    isMarked(purpose, text, mark) {
      const [id, code, ...more] = mark.split('.')
      const given = code === undefined ? undefined : fromBase64url(code)
      if (id === undefined || given === undefined || more.length > 0 || !keys.has(id)) return false
      const right = markOf(id, purpose, text)
      return given.length === right.length && timingSafeEqual(given, right)
    },
    seal(seed, owner) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', secretOf(currentId), nonce, { authTagLength: tagBytes })
      cipher.setAAD(associatedData(currentId, owner))
      const ciphertext = Buffer.concat([cipher.update(seed), cipher.final()])
      const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
      return ['v1', currentId, ...parts].join('.')
    },
    open(sealed, owner) {
      const { id, nonce, ciphertext, tag } = partsOf(sealed)
      const decipher = createDecipheriv('aes-256-gcm', secretOf(id), nonce, { authTagLength: tagBytes })
      decipher.setAAD(associatedData(id, owner))
      decipher.setAuthTag(tag)
      try {
        return Buffer.concat([decipher.update(ciphertext), decipher.final()])
      } catch {
        throw new SealError('tampered', 'the sealed secret was changed, or belongs to somebody or something else')
      }
    },
  }
}

function associatedData(id: string, owner: SeedOwner | SecretOwner): Buffer {
  if ('purpose' in owner) return Buffer.from(JSON.stringify(['helpbot secret v1', id, owner.purpose, owner.of]))
  return Buffer.from(JSON.stringify(['helpbot totp seed v1', id, owner.tenant, owner.person, owner.factorId]))
}

function partsOf(sealed: string): { id: string; nonce: Buffer; ciphertext: Buffer; tag: Buffer } {
  const [version, id, ...texts] = sealed.split('.')
  const [nonce, ciphertext, tag] = texts.map(fromBase64url)
  const whole = version === 'v1' && id !== undefined && keyId.safeParse(id).success && texts.length === 3
  if (!whole || nonce?.length !== nonceBytes || !ciphertext?.length || tag?.length !== tagBytes) {
    throw new SealError('malformed', 'not a sealed seed (v1.<key id>.<nonce>.<ciphertext>.<tag>)')
  }
  return { id, nonce, ciphertext, tag }
}

/** Only the one canonical spelling: Node would ignore stray characters and unused bits. */
function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
