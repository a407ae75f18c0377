import { randomUUID } from 'node:crypto'
import { generateKey, type KeyRing, parseKeyRing } from '../../../bot/identity/key-ring.ts'
import { type Person, tenantId, userId } from '../../../bot/identity/person.ts'

const tenant = tenantId.parse(randomUUID())

/** Somebody nobody has met before, so that no test meets another's rows. */
export function somebody(name = 'Ada Okafor'): Person {
  return { tenant, id: userId.parse(randomUUID()), name }
}

export function newRing(...ids: string[]): KeyRing {
  return parseKeyRing((ids.length > 0 ? ids : ['k1']).map((id) => generateKey(id)).join(','))
}

/** A clock that stands still until it is moved. */
export function startClock(at = '2026-03-02T09:00:10.000Z') {
  let now = new Date(at)
  return {
    now: () => now,
    forward(milliseconds: number) {
      now = new Date(now.getTime() + milliseconds)
    },
  }
}

export const seconds = 1_000
export const minutes = 60 * seconds
export const hours = 60 * minutes
export const days = 24 * hours
