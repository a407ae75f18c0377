import { readAction } from '../../cards/slack-wire.ts'
import { elementsOf, wordsOf } from '../../infra/practice/slack/inputs.ts'
import { isJsonObject, type JsonObject } from '../../infra/practice/slack/json.ts'
import type { Message } from '../../infra/practice/slack/shapes.ts'
import type { Seen } from './talker.ts'

/** What somebody sees of a message in Slack. */
export function look(message: Message): Seen {
  if (message.blocks.length === 0 || !message.from.isBot)
    return { id: message.ts, text: readMrkdwn(message.text), buttons: [] }
  const { text, buttons } = readBlocks(message.blocks)
  return { id: message.ts, text, buttons }
}

/** Whether a button of HelpBot's is for a window or a form; false for what is none of its own. */
export function opensSomething({ blocks }: Message, button: string): boolean {
  const found = elementsOf(blocks).find(({ type, element }) => type === 'button' && wordsOf(element.text) === button)
  const value = typeof found?.element.value === 'string' ? found.element.value : undefined
  const pressed = found && readAction({ action_id: found.actionId, type: 'button', value })
  return pressed !== undefined && pressed.kind !== 'press'
}

/** Words, buttons and picture addresses of blocks, in the order they stand, as a person reads them: no markup, no entities. */
export function readBlocks(blocks: readonly JsonObject[]): { text: string; buttons: string[]; images: string[] } {
  const texts: string[] = []
  const buttons: string[] = []
  const images: string[] = []
  const words = (text: unknown): void => {
    if (!isJsonObject(text) || typeof text.text !== 'string') return
    texts.push(text.type === 'mrkdwn' ? readMrkdwn(text.text) : text.text)
  }
  const element = (given: unknown): void => {
    if (!isJsonObject(given)) return
    if (given.type === 'button' && isJsonObject(given.text)) buttons.push(String(given.text.text))
    else if (given.type === 'image') images.push(String(given.image_url))
    else if (given.type === 'plain_text' || given.type === 'mrkdwn') words(given)
  }
  for (const block of blocks) {
    words(block.text)
    words(block.title)
    words(block.label)
    words(block.hint)
    for (const field of listOf(block.fields)) words(field)
    element(block.accessory)
    if (block.type === 'image') element(block)
    else if (block.type === 'markdown') texts.push(String(block.text))
    else if (block.type === 'rich_text') texts.push(...listOf(block.elements).flatMap(richLines))
    else for (const one of listOf(block.elements)) element(one)
  }
  return { text: texts.join('\n'), buttons, images }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A section is one text; a list is a line for each of its points. */
function richLines(element: unknown): string[] {
  if (!isJsonObject(element)) return []
  const inner = listOf(element.elements)
  if (element.type === 'rich_text_list') return inner.flatMap(richLines)
  return [inner.map(richWord).join('').trimStart()]
}

function richWord(element: unknown): string {
  if (!isJsonObject(element)) return ''
  const { type, text, url, fallback, user_id: user, name } = element
  if (type === 'user') return `@${String(user)}`
  // A picture for the eye, like the marks Teams draws beside a text; nobody reads its name.
  if (type === 'emoji') return typeof name === 'string' && name !== 'warning' ? `:${name}:` : ''
  if (type === 'date') return String(fallback)
  return String(text ?? url ?? '')
}

/** https://docs.slack.dev/messaging/formatting-message-text: dates by their fallback, links by their label, entities as themselves. */
function readMrkdwn(text: string): string {
  const plain = text
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<([^>]*)>/g, '$1')
    .replace(/```([\s\S]*?)```/g, '$1')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/(?<![\p{L}\p{N}*])\*([^*\n]+)\*(?![\p{L}\p{N}*])/gu, '$1')
    .replace(/(?<![\p{L}\p{N}_])_([^_\n]+)_(?![\p{L}\p{N}_])/gu, '$1')
  return unescaped(plain)
}

const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
