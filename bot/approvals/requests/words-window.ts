import type { CardContent } from '../../channels/chat.ts'
import type { AskOn } from './ask-on.ts'

/** A window that asks for words. */
export function wordsContent(
  window: 'deny' | 'question',
  { hash }: AskOn,
  says: {
    readonly title: string
    readonly text: string
    readonly label: string
    readonly button: string
    readonly problem: string | undefined
  },
): CardContent {
  const { problem, ...words } = says
  const data = { ...words, ...(problem === undefined ? {} : { problem }), ids: { hash, window } }
  return { card: 'window-access-words', data }
}
