import type { TextObject } from '@slack/types'
import { withEmoji } from './emoji.ts'
import { mrkdwn } from './mrkdwn.ts'
import type { Names } from './names.ts'

/** A text object as nodes. Plain text is only ever text. */
export function drawText(text: TextObject, names: Names, now: Date): Node {
  return text.type === 'mrkdwn' ? mrkdwn(text.text, names, now) : document.createTextNode(withEmoji(text.text))
}

export const plain = (text: { readonly text: string } | undefined) =>
  text === undefined ? undefined : withEmoji(text.text)
