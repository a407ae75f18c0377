import type { RichTextBlock, RichTextBlockElement, RichTextElement } from '@slack/types'
import { element } from '../elements.ts'
import { withEmoji } from './emoji.ts'
import { link, mention } from './mrkdwn.ts'
import type { Names } from './names.ts'
import { slackDate } from './slack-date.ts'

type Piece = Node | string

/** A `rich_text` block: paragraphs, lists, quotes and preformatted text. */
export function drawRichText(block: RichTextBlock, names: Names, now: Date): HTMLElement {
  const parts = block.elements.map((part) => partOf(part, names, now))
  return element('div', { class: 'slack-rich' }, ...parts)
}

function partOf(part: RichTextBlockElement, names: Names, now: Date): HTMLElement {
  const drawn = (some: readonly RichTextElement[]) => some.map((one) => styled(one, leaf(one, names, now)))
  if (part.type === 'rich_text_section') return element('p', {}, ...drawn(part.elements))
  if (part.type === 'rich_text_quote') return element('blockquote', {}, ...drawn(part.elements))
  if (part.type === 'rich_text_preformatted') return element('pre', {}, ...drawn(part.elements))
  const items = part.elements.map(({ elements }) => element('li', {}, ...drawn(elements)))
  const indent = Math.min(part.indent ?? 0, 8)
  return element(part.style === 'ordered' ? 'ol' : 'ul', { class: `slack-list indent-${indent}` }, ...items)
}

function leaf(one: RichTextElement, names: Names, now: Date): Piece {
  switch (one.type) {
    case 'text':
      return one.text
    case 'link':
      return link(one.url, one.text ?? one.url)
    case 'user':
      return mention(`@${names.user(one.user_id)}`)
    case 'channel':
      return mention(`#${names.channel(one.channel_id)}`)
    case 'usergroup':
      return mention(`@${one.usergroup_id}`)
    case 'broadcast':
      return mention(`@${one.range}`)
    case 'emoji':
      return withEmoji(`:${one.name}:`)
    case 'date':
      return element('time', { title: one.fallback }, slackDate(one.timestamp, one.format, now))
    case 'color':
      return one.value
    case 'team':
      return one.team_id
  }
}

function styled(one: RichTextElement, drawn: Piece): Piece {
  const style = one.style ?? {}
  let piece = drawn
  if ('code' in style && style.code) piece = element('code', {}, piece)
  if ('strike' in style && style.strike) piece = element('s', {}, piece)
  if ('italic' in style && style.italic) piece = element('em', {}, piece)
  if ('bold' in style && style.bold) piece = element('strong', {}, piece)
  return piece
}
