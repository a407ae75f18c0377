/** Which object of Active Directory one of Entra ID is. `object` may still be one that the agent does not let be changed. */
export type Match<T> =
  | { readonly at: 'entra' }
  | { readonly at: 'active-directory'; readonly domain: string; readonly object: T }
  | Unmatched<T>

/** It is mastered in Active Directory, and which object it is there is not known or not to be known. */
export interface Unmatched<T> {
  readonly at: 'nowhere'
  readonly code: 'no-connector' | 'switched-off' | 'ambiguous' | 'missing'
  /** For IT and the audit. */
  readonly detail: string
  /** Living objects, one of which it is, if any: what is asked about it must be asked about all of them. */
  readonly candidates: readonly { readonly domain: string; readonly object: T }[]
}

/** Text of directories is compared as they do: without regard to case. */
export function same(one: string | null | undefined, other: string | null | undefined): boolean {
  return one != null && other != null && one.toLowerCase() === other.toLowerCase()
}
