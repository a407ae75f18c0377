import type { AccessEntry } from '../ldap/security-descriptor.ts'

/** One bit of a right, and what it is about: an attribute with its property set, an extended right, a class. */
export interface Wanted {
  readonly bit: number
  /** GUIDs, any of which an entry may name. Empty: only an entry that names nothing counts. */
  readonly about: readonly string[]
}

/**
 * Whether a list lets somebody do something: the first entry that speaks of it decides, and where none does it is a no (MS-ADTS
 * 5.1.3.3.1 to 5.1.3.3.4). What the owner of an object may do besides is left out.
 * @param token SIDs of the account and of all groups it is in
 */
export function allows(entries: readonly AccessEntry[], token: ReadonlySet<string>, wanted: Wanted): boolean {
  const decisive = entries.find(
    (entry) =>
      !entry.inheritOnly &&
      token.has(entry.sid) &&
      (entry.mask & wanted.bit) !== 0 &&
      (entry.objectType === undefined || wanted.about.includes(entry.objectType)),
  )
  return decisive?.allows ?? false
}

/** The entries that a new child of this class would inherit. */
export function inheritedBy(entries: readonly AccessEntry[], childClass: string): readonly AccessEntry[] {
  return entries
    .filter((entry) => entry.inherits && (entry.inheritedBy === undefined || entry.inheritedBy === childClass))
    .map((entry) => ({ ...entry, inheritOnly: false, inherited: true }))
}
