import { readFileSync } from 'node:fs'
import { Template } from 'adaptivecards-templating'
import type { CardContent, ChannelName } from '../bot/channels/chat.ts'
import { escapeMarkdown } from '../bot/channels/text.ts'
import { isObject, type Json, type JsonObject, walk } from './json.ts'
import { unescapeMarkdown, withoutMarkdown } from './markup.ts'

const templates = new Map<string, Template>()

/** So long may a text of the data be; a card that is too big as a whole is bound again with shorter ones. */
export const lengths = [1_000, 500, 250, 100, 40] as const

/**
 * Binds a template of cards/ to data. Every string of the data is text, never markup: where Markdown is read it stands
 * escaped, elsewhere as it is. What stands under `ids` is bound as it is (our own identifiers and data URIs).
 * A template sees the look it is bound for as `$host.look`.
 * @throws Error for a template that does not exist or binds something the data lacks
 */
export function bind(content: CardContent, look: ChannelName, longest: number): JsonObject {
  const { ids, ...data } = content.data
  const card: Json = templateOf(content.card).expand({
    $root: { ...asText(data, longest), ids: ids ?? {} },
    $host: { look },
  })
  const plainly = walk(card, (node) => withoutEscapes(node, look))
  if (!isObject(plainly)) throw new Error(`card ${content.card} is not an object`)
  return content.closed === undefined ? plainly : withoutQuestions(plainly)
}

function templateOf(name: string): Template {
  const known = templates.get(name)
  if (known) return known
  if (!/^[a-z-]+$/.test(name)) throw new Error(`no card is called ${name}`)
  const template = new Template(JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')))
  templates.set(name, template)
  return template
}

function asText(value: unknown, longest: number): JsonObject {
  const done = textOf(value, longest)
  return isObject(done) ? done : {}
}

function textOf(value: unknown, longest: number): Json | undefined {
  if (typeof value === 'string') return escapeMarkdown(value, longest)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item) => textOf(item, longest) ?? null)
  if (value === null || value === undefined || typeof value !== 'object') return undefined
  const entries = Object.entries(value).map(
    ([key, item]) => [key, key === 'ids' ? (item as Json) : textOf(item, longest)] as const,
  )
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

/**
 * Buttons, labels, choices and descriptions of pictures know no Markdown: backslashes would be seen. Only choices that stand one below
 * the other are Markdown for Microsoft's own renderer (adaptivecards, useMarkdownInRadioButtonAndCheckbox).
 */
function withoutEscapes(node: JsonObject, look: ChannelName): JsonObject {
  const { type, choices, style } = node
  if (type === 'Image') return unescaped(node, ['altText'])
  if (typeof type !== 'string' || !/^(Action|Input)\./.test(type)) return node
  const plainly = unescaped(node, ['title', 'label', 'placeholder', ...(type === 'Input.Text' ? ['value'] : [])])
  if (!Array.isArray(choices)) return plainly
  const isRead = look === 'teams' && style === 'expanded'
  const shown = (words: string) => (isRead ? withoutMarkdown(unescapeMarkdown(words)) : unescapeMarkdown(words))
  return {
    ...plainly,
    choices: choices.map((choice) => (isObject(choice) ? unescaped(choice, ['title'], shown) : choice)),
  }
}

function unescaped(node: JsonObject, names: readonly string[], shown = unescapeMarkdown): JsonObject {
  const entries = Object.entries(node).map(([name, value]): [string, Json] => [
    name,
    names.includes(name) && typeof value === 'string' ? shown(value) : value,
  ])
  return Object.fromEntries(entries)
}

/** What is left of a card that is over: what it said, not what it asked. */
function withoutQuestions(card: JsonObject): JsonObject {
  const { actions: _actions, refresh: _refresh, ...rest } = card
  const kept = walk(rest, (node) => {
    const lists = ['body', 'items', 'columns'].filter((name) => Array.isArray(node[name]))
    const pairs = lists.map((name): [string, Json] => [
      name,
      (node[name] as Json[]).filter((element) => !asks(element)),
    ])
    return { ...node, ...Object.fromEntries(pairs) }
  })
  return isObject(kept) ? kept : rest
}

function asks(element: Json): boolean {
  if (!isObject(element)) return false
  const { type, id } = element
  return typeof type === 'string' && (type.startsWith('Input.') || type === 'ActionSet' || id === 'open-only')
}
