import { readFileSync } from 'node:fs'
import { Template } from 'adaptivecards-templating'
import type { CardContent } from '../bot/channels/chat.ts'
import { escapeMarkdown } from '../bot/channels/text.ts'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type AdaptiveCard = { [key: string]: Json }

const templates = new Map<string, Template>()

/**
 * Binds a template of cards/ to data and makes it an Adaptive Card 1.5. Every string of the data is text, never markup;
 * only what stands under `ids` is bound as it is (our own identifiers and data URIs).
 * Every button carries the key of its post, and every Action.Execute an Action.Submit for clients that know no better.
 * @throws Error for a template that does not exist or binds something the data lacks
 */
export function renderCard(content: CardContent, post: string): AdaptiveCard {
  const { ids, ...data } = content.data
  const card: Json = templateOf(content.card).expand({ $root: { ...asText(data), ids: ids ?? {} } })
  if (!isObject(card)) throw new Error(`card ${content.card} is not an object`)
  const open = { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', version: '1.5', ...card }
  return content.closed === undefined ? wire(open, post) : close(open, content.closed)
}

function templateOf(name: string): Template {
  const known = templates.get(name)
  if (known) return known
  if (!/^[a-z-]+$/.test(name)) throw new Error(`no card is called ${name}`)
  const template = new Template(JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')))
  templates.set(name, template)
  return template
}

function asText(value: unknown): Record<string, Json> {
  const done = textOf(value)
  return isObject(done) ? done : {}
}

function textOf(value: unknown): Json | undefined {
  if (typeof value === 'string') return escapeMarkdown(value, 1_000)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item) => textOf(item) ?? null)
  if (value === null || value === undefined || typeof value !== 'object') return undefined
  const entries = Object.entries(value).map(
    ([key, item]) => [key, key === 'ids' ? (item as Json) : textOf(item)] as const,
  )
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined))
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

/** What is left of a card that is over: what it said, not what it asked. */
function close(card: AdaptiveCard, sentence: string): AdaptiveCard {
  const { actions: _actions, refresh: _refresh, ...rest } = card
  const body = Array.isArray(card.body) ? card.body : []
  const kept = body.filter((element) => !asks(element))
  const line = {
    type: 'TextBlock',
    text: escapeMarkdown(sentence, 1_000),
    wrap: true,
    isSubtle: true,
    spacing: 'Medium',
  }
  return { ...rest, body: [...kept, line] }
}

function asks(element: Json): boolean {
  if (!isObject(element)) return false
  const { type, id } = element
  return typeof type === 'string' && (type.startsWith('Input.') || type === 'ActionSet' || id === 'open-only')
}

function walk(value: Json, change: (node: { [key: string]: Json }) => { [key: string]: Json }): Json {
  if (Array.isArray(value)) return value.map((item) => walk(item, change))
  if (!isObject(value)) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, change)])))
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
