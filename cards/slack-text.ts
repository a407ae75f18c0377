import type { PlainTextElement, RichTextElement, RichTextSection, TextObject } from '@slack/types'
import { cut } from './cut.ts'
import { type Run, readMarkup, wordsOf } from './markup.ts'
import { mrkdwnOf } from './mrkdwn.ts'
import { limits } from './slack-limits.ts'

/** A text without any markup: nothing in it links, mentions, formats or becomes an emoji. Slack takes none that is empty. */
export function plainText(text: string, longest: number): PlainTextElement {
  const shown = cut(text, longest)
  return { type: 'plain_text', text: shown === '' ? '–' : shown, emoji: false }
}

/** A bound text in a place for text objects. Only where a moment has to be shown it is mrkdwn. */
export function textObject(bound: string, longest: number): TextObject {
  const runs = readMarkup(bound)
  if (runs.every((run) => 'text' in run)) return plainText(wordsOf(runs), longest)
  return { type: 'mrkdwn', text: mrkdwnOf(runs, longest), verbatim: true }
}

/** Short words in bold. */
export function boldText(bound: string, longest: number): TextObject {
  const runs = readMarkup(bound)
  const words = wordsOf(runs).trim()
  if (words === '') return plainText('', longest)
  return { type: 'mrkdwn', text: `*${mrkdwnOf([{ text: words }], longest - 2)}*`, verbatim: true }
}

export interface TextStyle {
  readonly bold?: boolean
  readonly code?: boolean
}

/** Runs as rich text, which knows no markup at all; undefined when there is nothing to read. */
export function richTextSection(runs: readonly Run[], style: TextStyle): RichTextSection | undefined {
  const elements: RichTextElement[] = []
  let room: number = limits.text
  for (const run of runs) {
    const words = cut('text' in run ? run.text : run.fallback, room)
    if (room <= 1 || words === '') continue
    room -= words.length
    const bold = style.bold === true || ('bold' in run && run.bold === true)
    const drawn = { ...(bold ? { bold } : {}), ...(style.code ? { code: true } : {}) }
    const styled = Object.keys(drawn).length > 0 ? { style: drawn } : {}
    if ('text' in run) elements.push({ type: 'text', text: words, ...styled })
    else elements.push({ type: 'date', timestamp: run.seconds, format: run.format, fallback: run.fallback, ...styled })
  }
  const readable = elements.some((one) => one.type !== 'text' || one.text.trim() !== '')
  return readable ? { type: 'rich_text_section', elements } : undefined
}
