import type { HomeView, ModalView } from '@slack/types'
import type { CardContent, Content } from '../bot/channels/chat.ts'
import { plain } from '../bot/channels/text.ts'
import { bind, lengths } from './bind.ts'
import { cut, cutAtWord } from './cut.ts'
import { type Action, type Card, inputsOf, isSecret, readCard } from './elements.ts'
import { escapeMrkdwn } from './mrkdwn.ts'
import { buttonsOf, opensWindow, sendsInputs, valuesOf } from './slack-actions.ts'
import { type Block, type Drawn, drawBody, summaryOf } from './slack-blocks.ts'
import type { Surface } from './slack-inputs.ts'
import { limits } from './slack-limits.ts'
import { drawWithin, type Room } from './slack-room.ts'
import { plainText, richTextSection } from './slack-text.ts'
import { type Submitted, writeMetadata } from './slack-wire.ts'

export type { Block } from './slack-blocks.ts'

export interface SlackMessage {
  /** For notifications and screen readers; escaped for mrkdwn. */
  readonly text: string
  readonly blocks: readonly Block[]
}

/** Slack answers msg_blocks_too_long from about 13,200 characters on, `text` included. */
const messageRoom: Room = { blocks: limits.messageBlocks, characters: 12_000 }
const viewRoom: Room = { blocks: limits.viewBlocks, characters: 60_000 }
const summaryLength = 600
/** Twice as long as JSON when it is all quotation marks. */
const sentenceLength = 5_500

/**
 * A posted card or sentence as Slack draws it. A card that asks for secrets shows its words and a button that opens a form
 * instead of its inputs: chat history keeps no secret.
 * @param post the key that the card's buttons carry
 * @throws Error for a template that does not exist or that Slack has no look for
 */
export function renderMessage(content: Content, post: string): SlackMessage {
  if ('text' in content) return sentence(content.text)
  const blocks = drawWithin((longest) => {
    const card = cardOf(content, longest)
    const asksSecrets = inputsOf(card.body).some(isSecret)
    return draw(card, { surface: 'message', post, asksSecrets, actions: card.actions, closed: content.closed })
  }, messageRoom)
  const { body } = cardOf(content, lengths[0])
  const summary = content.closed === undefined ? summaryOf(body) : `${summaryOf(body)}\n${plain(content.closed)}`
  // Where nothing of the data can be seen, there is nothing to draw; a message holds something all the same.
  const shown = blocks.length > 0 ? blocks : sentence('').blocks
  return { text: escapeMrkdwn(summary, summaryLength).trim() || 'HelpBot', blocks: shown }
}

/** A window that chat history does not keep. Sent off it says that it is a `submit` of `post`. */
export function renderWindow(title: string, content: CardContent, post: string): ModalView {
  const { actions } = cardOf(content, lengths[0])
  const isSend = (action: Action) => action.type === 'Action.Submit' && !opensWindow(action)
  const send = actions.find(isSend)
  const others = actions.filter((action) => action !== send)
  if (others.some(isSend)) throw new Error(`window ${content.card} has more than one button that sends it off`)
  const blocks = drawWithin((longest) => {
    const card = cardOf(content, longest)
    const kept = card.actions.filter((action) => !isSend(action))
    return draw(card, { surface: 'modal', post, asksSecrets: false, actions: kept, closed: content.closed })
  }, viewRoom)
  const values = send?.type === 'Action.Submit' ? valuesOf(send.data) : {}
  return modal(title, send?.title, blocks, { kind: 'submit', verb: '', post, values })
}

/**
 * The secret inputs of a posted card as a modal. Sent off it says that it is a press of the button it stands for.
 * @param verb of that button; the first that sends inputs when not given
 * @returns undefined for a card that is over, asks for no secret, or has no such button
 */
export function renderForm(content: CardContent, post: string, verb?: string): ModalView | undefined {
  const { body, actions } = cardOf(content, lengths[0])
  const button = actions
    .filter((action) => action.type === 'Action.Execute')
    .find((action) => sendsInputs(action) && (verb === undefined || action.verb === verb))
  if (!button || !inputsOf(body).some(isSecret)) return undefined
  const blocks = drawWithin((longest) => {
    const card = cardOf(content, longest)
    return draw(card, { surface: 'modal', post, asksSecrets: false, actions: [], closed: undefined })
  }, viewRoom)
  const says: Submitted = { kind: 'press', verb: button.verb, post, values: valuesOf(button.data) }
  return modal(button.title, button.title, blocks, says)
}

/** The App Home tab. Its buttons carry no post: no card of ours stands there. */
export function renderHome(content: CardContent): HomeView {
  const blocks = drawWithin((longest) => {
    const card = cardOf(content, longest)
    return draw(card, { surface: 'home', post: '', asksSecrets: false, actions: card.actions, closed: content.closed })
  }, viewRoom)
  return { type: 'home', blocks }
}

/** Shown at once, while the real window is made: a trigger lives three seconds. */
export function waitingView(title: string): ModalView {
  return {
    type: 'modal',
    callback_id: 'helpbot-wait',
    title: plainText(cutAtWord(plain(title), limits.title), limits.title),
    close: plainText('Close', limits.title),
    blocks: [{ type: 'section', text: plainText('One moment, please …', limits.text) }],
  }
}

function cardOf(content: CardContent, longest: number): Card {
  return readCard(bind(content, 'slack', longest))
}

interface Look {
  readonly surface: Surface
  readonly post: string
  readonly asksSecrets: boolean
  readonly actions: readonly Action[]
  readonly closed: string | undefined
}

function draw(card: Card, look: Look): Drawn[] {
  const { surface, asksSecrets } = look
  const buttons = buttonsOf(look.post, asksSecrets)
  const body = drawBody(card.body, { surface, buttons, inputs: !asksSecrets })
  const actions: Drawn = { asks: true, blocks: buttons.draw(look.actions), things: 0 }
  if (look.closed === undefined) return [...body, actions]
  const closing = plainText(plain(look.closed, 1_000), limits.text)
  return [...body, actions, { asks: true, blocks: [{ type: 'context', elements: [closing] }], things: 0 }]
}

function modal(title: string, send: string | undefined, blocks: Block[], says: Submitted): ModalView {
  if (send === undefined && blocks.some(({ type }) => type === 'input'))
    throw new Error(`the window "${title}" has inputs and no button that sends it off`)
  const label = (text: string) => plainText(cutAtWord(plain(text), limits.title), limits.title)
  return {
    type: 'modal',
    callback_id: says.kind === 'submit' ? 'helpbot-window' : 'helpbot-form',
    private_metadata: writeMetadata(says),
    title: label(title),
    close: label(send === undefined ? 'Close' : 'Cancel'),
    ...(send === undefined ? {} : { submit: label(send) }),
    blocks,
  }
}

/** Words as they are, line by line: what somebody wrote is shown, never drawn. */
function sentence(text: string): SlackMessage {
  const lines = text.slice(0, sentenceLength * 2).split('\n')
  const words = lines.map((line) => plain(line, limits.text)).join('\n')
  const shown = cut(words.trim(), sentenceLength) || '–'
  const parts = shown.match(/[\s\S]{1,2999}(?![\udc00-\udfff])/g) ?? []
  const blocks = parts.flatMap((part): Block[] => {
    const section = richTextSection([{ text: part }], {})
    return section ? [{ type: 'rich_text', elements: [section] }] : []
  })
  return { text: escapeMrkdwn(shown, summaryLength), blocks }
}
