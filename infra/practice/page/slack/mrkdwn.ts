import { element, linked } from '../elements.ts'
import { withEmoji } from './emoji.ts'
import type { Names } from './names.ts'
import { slackDate } from './slack-date.ts'

type Piece = Node | string

/** Slack escapes these three characters and no others (docs.slack.dev/messaging/formatting-message-text#escaping). */
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }
export const unescaped = (text: string) => text.replaceAll(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity)

/**
 * Code, `<…>` and emphasis, in the order of where they begin. Emphasis begins and ends at the edge of a word, and steps over
 * whole links and code inside it.
 */
const INLINE =
  /`([^`]+)`|<([^<>]+)>|(?<![\p{L}\p{N}])([*_~])(?!\s|\3)((?:<[^<>]*>|`[^`]*`|[^<`])+?)(?<!\s)\3(?![\p{L}\p{N}])/gu
const EMPHASIS = { '*': 'strong', _: 'em', '~': 's' } as const

/**
 * Slack's own markup as nodes: `*bold*`, `_italic_`, `~struck~`, `code`, preformatted text, quotes, links, mentions, dates.
 * What is not markup comes out as text.
 */
export function mrkdwn(text: string, names: Names, now: Date): DocumentFragment {
  const drawn = document.createDocumentFragment()
  for (const [index, part] of text.split(/```([\s\S]+?)```/).entries()) {
    if (index % 2 === 1) drawn.append(element('pre', {}, unescaped(part.replace(/^\n|\n$/g, ''))))
    else drawn.append(...lines(part, names, now))
  }
  return drawn
}

function lines(text: string, names: Names, now: Date): Piece[] {
  const drawn: Piece[] = []
  let quote: HTMLElement | undefined
  let isFirst = true
  for (const line of text.split('\n')) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line)
    if (quoted) {
      if (quote) quote.append(element('br'))
      else {
        quote = element('blockquote')
        drawn.push(quote)
      }
      quote.append(...inline(quoted[1] ?? '', names, now))
      isFirst = true
    } else {
      quote = undefined
      if (!isFirst) drawn.push(element('br'))
      drawn.push(...inline(line, names, now))
      isFirst = false
    }
  }
  return drawn
}

function inline(text: string, names: Names, now: Date): Piece[] {
  const drawn: Piece[] = []
  let end = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, angle, mark, inside] = match
    drawn.push(...words(text.slice(end, match.index)))
    end = match.index + whole.length
    if (code !== undefined) drawn.push(element('code', {}, unescaped(code)))
    else if (angle !== undefined) drawn.push(reference(angle, names, now))
    else drawn.push(element(EMPHASIS[mark as keyof typeof EMPHASIS], {}, ...inline(inside ?? '', names, now)))
  }
  return [...drawn, ...words(text.slice(end))]
}

const words = (text: string) => linked(withEmoji(unescaped(text)))
export const mention = (text: string) => element('span', { class: 'slack-mention' }, text)

/** A link that leads to the web or to mail; anything else is shown as words. */
export function link(address: string, label: string): Piece {
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return label
  return element('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, label)
}

/** What stands between `<` and `>`. */
function reference(angle: string, names: Names, now: Date): Piece {
  const bar = angle.indexOf('|')
  const target = bar < 0 ? angle : angle.slice(0, bar)
  const label = bar < 0 ? undefined : unescaped(angle.slice(bar + 1))
  if (target.startsWith('@')) return mention(`@${names.user(target.slice(1))}`)
  if (target.startsWith('#')) return mention(`#${label || names.channel(target.slice(1))}`)
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target)
  if (date) {
    const shown = slackDate(Number(date[1]), unescaped(date[2] ?? ''), now)
    return date[3] === undefined ? element('time', { title: label }, shown) : link(unescaped(date[3]), shown)
  }
  if (target.startsWith('!'))
    return mention(`@${(label ?? target.slice(1).replace(/^subteam\^/, '')).replace(/^@/, '')}`)
  const address = unescaped(target)
  return link(address, label ?? address.replace(/^mailto:/, ''))
}
