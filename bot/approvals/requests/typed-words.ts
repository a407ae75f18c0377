import { looksLikeSecret, secretRefused } from '../../escalation/looks-like-secret.ts'
import { plainText } from '../../plain-text.ts'

/** In characters: what somebody types into a card about a request. */
const longest = 1_000

/** Words that somebody typed to be passed on, or why they are not: a sentence for whoever typed them. */
export function readWords(
  typed: string | undefined,
  missing: string,
): { readonly words: string } | { readonly problem: string } {
  const given = typed ?? ''
  if (given.length > longest) return { problem: `That is too long. Please use at most ${longest} characters.` }
  const words = plainText(given, longest, { lines: true })
  if (!/[\p{L}\p{N}]/u.test(words)) return { problem: missing }
  const secret = looksLikeSecret(words)
  return secret === undefined ? { words } : { problem: secretRefused(secret) }
}
