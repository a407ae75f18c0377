import type { AuthenticatorAccount } from './totp.ts'

const MOST_ACCOUNTS = 5

/** What a person's phone remembers. It is in this browser and nowhere else, as a phone's memory is in the phone. */
export interface PhoneMemory {
  /** Newest first. */
  accounts(personId: string): readonly AuthenticatorAccount[]
  add(personId: string, account: AuthenticatorAccount): void
  remove(personId: string, secret: string): void
  lose(personId: string): void
}

export function phoneMemory(storage: Storage): PhoneMemory {
  const keyOf = (personId: string) => `practice-phone:${personId}`
  const accounts = (personId: string): readonly AuthenticatorAccount[] => {
    try {
      const stored: unknown = JSON.parse(storage.getItem(keyOf(personId)) ?? '[]')
      return Array.isArray(stored) ? stored : []
    } catch {
      return []
    }
  }
  const keep = (personId: string, kept: readonly AuthenticatorAccount[]) =>
    storage.setItem(keyOf(personId), JSON.stringify(kept.slice(0, MOST_ACCOUNTS)))
  return {
    accounts,
    add: (personId, account) =>
      keep(personId, [account, ...accounts(personId).filter(({ secret }) => secret !== account.secret)]),
    remove: (personId, gone) =>
      keep(
        personId,
        accounts(personId).filter(({ secret }) => secret !== gone),
      ),
    lose: (personId) => storage.removeItem(keyOf(personId)),
  }
}
