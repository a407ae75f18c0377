import type { CardContent } from '../bot/channels/chat.ts'
import { escapeMarkdown } from '../bot/channels/text.ts'
import { bind, lengths } from './bind.ts'
import { isObject, type JsonObject, walk } from './json.ts'

export type AdaptiveCard = JsonObject

/** In UTF-16 units. Teams takes messages of about 80 KB of UTF-16; the card is not all of a message. */
const mostCharacters = 36_000

/**
 * Binds a template of cards/ to data and makes it an Adaptive Card 1.5. Every string of the data is text, never markup;
 * only what stands under `ids` is bound as it is (our own identifiers and data URIs).
 * Every button carries the key of its post, and every Action.Execute an Action.Submit for clients that know no better.
 * @throws Error for a template that does not exist or binds something the data lacks
 */
export function renderCard(content: CardContent, post: string): AdaptiveCard {
  let card: AdaptiveCard = {}
  for (const longest of lengths) {
    card = cardOf(content, post, longest)
    if (JSON.stringify(card).length <= mostCharacters) break
  }
  return card
}

function cardOf(content: CardContent, post: string, longest: number): AdaptiveCard {
  const bound = bind(content, 'teams', longest)
  const card = { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', version: '1.5', ...bound }
  return content.closed === undefined ? wire(card, post) : close(card, content.closed)
}

/** Gives every action its post's key and a fallback. */
function wire(card: AdaptiveCard, post: string): AdaptiveCard {
  const walked = walk(card, (node) => {
    const { type, data, verb } = node
    if (type !== 'Action.Execute' && type !== 'Action.Submit') return node
    const given = isObject(data) ? data : {}
    if (type === 'Action.Submit') return { ...node, data: { ...given, post } }
    const fallback = { type: 'Action.Submit', title: node.title ?? '', data: { ...given, post, verb: verb ?? '' } }
    return { ...node, data: { ...given, post }, fallback }
  })
  return isObject(walked) ? walked : card
}

/** Says how it ended below what is left of a card that is over. */
function close(card: AdaptiveCard, sentence: string): AdaptiveCard {
  const body = Array.isArray(card.body) ? card.body : []
  const line = {
    type: 'TextBlock',
    text: escapeMarkdown(sentence, 1_000),
    wrap: true,
    isSubtle: true,
    spacing: 'Medium',
  }
  return { ...card, body: [...body, line] }
}
