import type { Authority } from '../directory/directory.ts'

/** What a decision needs to know of an object that is mastered on-premises. */
export interface Writable {
  readonly writableOnPremises?: boolean
  readonly notWritableBecause?: string
}

/**
 * Whether what is mastered on-premises can be written there; of what is mastered in Entra ID nothing is asked.
 * @throws DirectoryError: unknown is never "yes"
 */
export async function writable(
  { sourceOfAuthority }: { readonly sourceOfAuthority: 'entra' | 'on-premises' },
  ask: () => Promise<Authority>,
): Promise<Writable> {
  if (sourceOfAuthority === 'entra') return {}
  const authority = await ask()
  if (authority.at === 'active-directory') return { writableOnPremises: true }
  // Entra ID's two answers differ: whichever is right, nothing is written on this one.
  const because = authority.at === 'entra' ? 'changed hands just now' : `${authority.code}: ${authority.detail}`
  return { writableOnPremises: false, notWritableBecause: because }
}
