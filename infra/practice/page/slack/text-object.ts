import type { PlainTextElement, TextObject } from '@slack/types'
import { withEmoji } from './emoji.ts'
import { mrkdwn } from './mrkdwn.ts'
import type { Names } from './names.ts'

/** A text object as nodes. */
export function drawText(text: TextObject, names: Names, now: Date): Node {
  return text.type === 'mrkdwn' ? mrkdwn(text.text, names, now) : document.createTextNode(plain(text))
}

/** Plain text is only ever text; `:names:` of emoji count unless the bot says no. */
export function plain(text: PlainTextElement): string
export function plain(text: PlainTextElement | undefined): string | undefined
export function plain(text: PlainTextElement | undefined): string | undefined {
  return text?.emoji === false ? text.text : text && withEmoji(text.text)
}
