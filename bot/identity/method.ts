import type { ProofMethod } from './proof.ts'
import type { Who } from './who.ts'

/** May this person prove themselves this way now? `because` is a sentence with a next step, present when not ready. */
export type Availability = { readonly ready: true } | { readonly ready: false; readonly because: string }

/**
 * What every way of proving oneself has in common, so that whoever offers a choice need not know which ways exist.
 * A new way is a new file that exports one of these; how it is carried out (a code, a card, answers) is its own.
 */
export interface VerificationMethod {
  readonly name: ProofMethod
  available(person: Who): Promise<Availability>
}
