import type { KnownBlock, ModalView } from '@slack/types'
import type { CardContent } from '../../bot/channels/chat.ts'
import { renderForm, renderHome, renderMessage, renderWindow } from '../../cards/slack.ts'
import { markupIn, messageFaults, nodesOf, viewFaults } from './block-kit.ts'
import type { Example } from './examples.ts'

/** Everything of a template that Slack shows: the message or view, and the form behind it. */
export interface Shown {
  readonly blocks: readonly KnownBlock[]
  readonly form: ModalView | undefined
  readonly submit: string | undefined
  /** In which it is not what Slack takes. */
  readonly faults: readonly string[]
  /** By which words of data could become more than words. */
  readonly markup: readonly string[]
}

/** Shows an example as Slack does where it belongs. */
export function shownInSlack(card: string, { data, as }: Example, closed?: string): Shown {
  const content = { card, data, ...(closed === undefined ? {} : { closed }) }
  if (as === undefined) return shownMessage(content)
  const view =
    as === 'home' ? renderHome(content) : renderWindow('A window of HelpBot with a long title', content, 'post-1')
  return {
    blocks: view.blocks as KnownBlock[],
    form: undefined,
    submit: view.type === 'modal' ? view.submit?.text : undefined,
    faults: viewFaults(view),
    markup: markupIn(view),
  }
}

function shownMessage(content: CardContent): Shown {
  const message = renderMessage(content, 'post-1')
  const form = renderForm(content, 'post-1')
  return {
    blocks: message.blocks,
    form,
    submit: undefined,
    faults: [...messageFaults(message), ...(form ? viewFaults(form) : [])],
    markup: [...markupIn([message.blocks, form], message.text)],
  }
}

/** The titles of the buttons. */
export function buttonsIn(blocks: unknown): string[] {
  const buttons = nodesOf(blocks).filter(({ type }) => type === 'button')
  return buttons.map(({ text }) => String((text as { text: string }).text))
}

/** The texts that somebody reads, titles of buttons included. Moments are left out: each reader sees them differently. */
export function wordsInSlack(blocks: unknown): string[] {
  return nodesOf(blocks).flatMap(({ type, text }) => {
    if (typeof text !== 'string') return []
    if (type === 'mrkdwn') return [text.replace(/<!date[^>]*>/g, '').replace(/^\*(.*)\*$/, '$1')]
    return type === 'plain_text' || type === 'text' ? [text] : []
  })
}

/** The same of an Adaptive Card. */
export function wordsInTeams(card: unknown): string[] {
  const nodes = nodesOf(card)
  // Of a choice only the title is seen.
  const choices = new Set<unknown>(nodes.flatMap((node) => (Array.isArray(node.choices) ? node.choices : [])))
  return nodes.flatMap((node) => {
    const { type, title, value, text, label, placeholder } = node
    if (choices.has(node)) return [title]
    if (String(type).startsWith('Action.')) return 'msteams' in node ? [] : [title]
    if (String(type).startsWith('Input.')) return [label, placeholder]
    if (type === 'TextBlock' || type === 'TextRun') return [asWords(text)]
    return type === undefined && typeof title === 'string' ? [asWords(title), asWords(value)] : []
  }) as string[]
}

function asWords(text: unknown): string {
  const shown = String(text).replace(/\{\{(DATE|TIME)\([^)]*\)\}\}/g, '')
  return shown.replace(/\*\*/g, '').replace(/\\([!-/:-@[-`{-~])/g, '$1')
}

/** Single words, each once, in order of the alphabet. */
export function wordList(texts: readonly unknown[]): string[] {
  const words = texts.flatMap((text) => (typeof text === 'string' ? (text.match(/[\p{L}\p{N}'’]+/gu) ?? []) : []))
  return [...new Set(words)].sort()
}
