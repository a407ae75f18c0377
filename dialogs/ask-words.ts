import type { Chat } from '../bot/channels/chat.ts'
import { looksLikeSecret, secretRefused } from '../bot/escalation/looks-like-secret.ts'
import { plainText } from '../bot/plain-text.ts'
import { card } from './cards.ts'

const longestWords = 200
const longestReason = 1_000

export interface WordsWanted {
  readonly title: string
  readonly text: string
  readonly label: string
  readonly button: string
  /** What went wrong the last time. */
  readonly problem?: string | undefined
  /** Buttons besides; what is pressed comes back instead of words. */
  readonly choices?: readonly { readonly title: string; readonly ids: { readonly choice: string } }[]
}

type Answered = { readonly words: string } | { readonly choice: string }

/** Asks for a few words; whatever looks like a secret is not taken, and not kept. */
export function askWords(
  chat: Chat,
  key: string,
  { choices = [], problem, ...wanted }: WordsWanted,
): Promise<Answered> {
  const question = (said?: string) =>
    card('ask-words', { ...wanted, choices, ...(said === undefined ? {} : { problem: said }) })
  return chat.askSecret<Answered>(key, question(problem), async (given) => {
    const pressed = given.by === 'button' && choices.find(({ ids }) => ids.choice === given.values.choice)
    if (pressed) return { keep: { choice: pressed.ids.choice }, closing: pressed.title }
    const words = plainText(given.by === 'text' ? given.text : (given.values.text ?? ''), longestWords)
    if (words === '') return undefined
    const secret = looksLikeSecret(words)
    return secret ? { again: question(secretRefused(secret)) } : { keep: { words }, closing: words }
  })
}

/** Asks why; `reason` is what stands there already. */
export function askReason(chat: Chat, title: string, text: string, reason = ''): Promise<string> {
  const question = (problem?: string) =>
    card('ask-reason', { title, text, reason, ...(problem === undefined ? {} : { problem }) })
  return chat.askSecret('reason', question(), async (given) => {
    const words = plainText(given.by === 'text' ? given.text : (given.values.text ?? ''), longestReason)
    if (words === '') return undefined
    const secret = looksLikeSecret(words)
    return secret ? { again: question(secretRefused(secret)) } : { keep: words, closing: `Reason: ${words}` }
  })
}
