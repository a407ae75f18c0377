import assert from 'node:assert/strict'
import { slackWords } from '../../bot/channels/slack-words.ts'
import type { SlackClient } from '../../infra/practice/slack/client.ts'
import { isJsonObject, type JsonObject } from '../../infra/practice/slack/json.ts'
import type { Message, View } from '../../infra/practice/slack/shapes.ts'
import type { UsedSecret } from './secret-scan.ts'
import type { Seen, Talker, WindowSeen } from './talker.ts'

/** A view that stands in for one that is being made. */
const WAITING = 'helpbot-wait'
const PATIENCE = 15_000

/** A person in practice Slack. */
export function slackTalker(
  client: SlackClient,
  person: { slackId: string; id: string; name: string },
  used: (kind: UsedSecret['kind'], value: string) => void,
): Talker {
  const user = person.slackId
  const conversationId = client.directMessageOf(user)
  let since = '0'
  void client.open(user)

  const seenNow = (): readonly Seen[] => client.messagesOf(user).map(look)

  function mark(): void {
    since = client.messagesOf(user).at(-1)?.ts ?? since
  }

  function newest(button: string): Seen {
    const found = seenNow().findLast((message) => message.buttons.includes(button))
    assert.ok(
      found,
      `${person.name} sees no button "${button}"; the last message is ${JSON.stringify(seenNow().at(-1))}`,
    )
    return found
  }

  async function find(words: string | RegExp, after: string, patience: number): Promise<Seen> {
    const matches = (text: string) => (typeof words === 'string' ? text.includes(words) : words.test(text))
    try {
      return await client.waitFor(
        conversationId,
        (messages) =>
          messages
            .filter((message) => message.from.isBot && message.ts > after)
            .map(look)
            .findLast((message) => matches(message.text)),
        patience,
        user,
      )
    } catch {
      const all = client.messagesOf(user).filter((message) => message.ts > after)
      throw new assert.AssertionError({
        message: `${person.name} does not see ${words}, but:\n${all.map((message) => `- ${look(message).text}`).join('\n')}`,
      })
    }
  }

  /** Windows show secrets and inputs take them: each is noted, to be looked for where it must not be. */
  function noteShown(text: string): void {
    for (const line of text.split('\n')) {
      if (/^[A-Z2-7]{4}( [A-Z2-7]{4})+$/.test(line)) used('seed', line.replaceAll(' ', ''))
      if (/^(?=.*\d)(?=.*[A-Z])[A-Za-z0-9-]{14,}$/.test(line)) used('password', line)
    }
  }

  function noteTyped(inputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(inputs)) {
      if (name === 'code' && /^\d{6}$/.test(value)) used('code', value)
      if (name.startsWith('answer-')) used('answer', value)
    }
  }

  function windowOf(view: View): WindowSeen {
    const { text, buttons, images } = readBlocks(view.blocks)
    noteShown(text)
    return { title: view.title, text, images, buttons: view.submit === undefined ? buttons : [...buttons, view.submit] }
  }

  /** The window that comes in place of the waiting one; undefined when it was closed instead. */
  async function ready(): Promise<View | undefined> {
    const found = await client.waitForView(
      user,
      (view) => (view?.callbackId === WAITING ? undefined : { view }),
      PATIENCE,
    )
    return found.view
  }

  async function closeLeftOver(): Promise<void> {
    if (await client.view(user)) await client.closeView(user)
  }

  /** Presses, and resolves with what comes of it first: a window, a note for this person only, or the card changed. */
  async function pressed(
    message: Seen,
    button: string,
    inputs: Readonly<Record<string, string>>,
  ): Promise<{ window: View } | { text: string }> {
    await closeLeftOver()
    let came: { text: string } | 'window' | undefined
    let wake = () => {}
    const stop = client.subscribe((event) => {
      const isMine = event.type === 'updated' && event.message.ts === message.id
      const isNote = event.type === 'message' && event.message.ephemeralTo === user
      if (event.type === 'view' && event.user === user && event.view) came = 'window'
      else if ((isMine || isNote) && came === undefined) came = { text: look(event.message).text }
      if (came) wake()
    })
    const timer = setTimeout(() => wake(), PATIENCE)
    try {
      const { acknowledged, status } = await client.press(user, conversationId, message.id, { text: button }, inputs)
      assert.ok(acknowledged, `the bot answered ${status} to "${button}"`)
      const due = Date.now() + PATIENCE
      while (!came && Date.now() < due)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    } finally {
      clearTimeout(timer)
      stop()
    }
    if (came !== 'window') return came ?? { text: textOf(message.id) }
    const window = await ready()
    return window ? { window } : { text: textOf(message.id) }
  }

  function textOf(ts: string): string {
    return seenNow().find(({ id }) => id === ts)?.text ?? ''
  }

  /** What a card says once it has changed from `before`. */
  async function changed(before: Seen): Promise<string> {
    const now = (messages: readonly Message[]) => {
      const message = messages.find(({ ts }) => ts === before.id)
      const text = message ? look(message).text : ''
      return text === before.text ? undefined : { text }
    }
    const found = await client.waitFor(conversationId, now, PATIENCE, user).catch(() => before)
    return found.text
  }

  /** Sends the open window off; answers the next one. */
  async function sendOff(inputs: Readonly<Record<string, string>>): Promise<WindowSeen | undefined> {
    noteTyped(inputs)
    const outcome = await client.submitView(user, inputs)
    assert.notEqual(outcome.kind, 'failed', JSON.stringify(outcome))
    if (outcome.kind === 'closed') return undefined
    if (outcome.kind === 'errors') {
      const window = windowOf(outcome.view)
      return { ...window, text: [window.text, ...Object.values(outcome.errors)].join('\n') }
    }
    const next = await ready()
    const window = next && windowOf(next)
    if (window?.text !== slackWords.done) return window
    await closeLeftOver()
    return undefined
  }

  return {
    id: person.id,
    name: person.name,
    async say(text) {
      mark()
      const { delivered } = await client.say(user, text)
      await delivered
    },
    sees: (words, patience = PATIENCE) => find(words, since, patience),
    hasSeen: (words, patience = PATIENCE) => find(words, '0', patience),
    async press(button, inputs = {}) {
      const message = newest(button)
      noteTyped(inputs)
      mark()
      const outcome = await pressed(message, button, inputs)
      if ('text' in outcome) return outcome.text
      if (outcome.window.submit === undefined) {
        const { text } = windowOf(outcome.window)
        await closeLeftOver()
        return text
      }
      const before = { ...message, text: textOf(message.id) }
      const next = await sendOff(inputs)
      return next ? next.text : await changed(before)
    },
    async open(button) {
      const message = newest(button)
      mark()
      const outcome = await pressed(message, button, {})
      assert.ok('window' in outcome, `"${button}" opens no window: ${JSON.stringify(outcome)}`)
      return windowOf(outcome.window)
    },
    async submit(inputs) {
      assert.ok(await client.view(user), 'no window is open')
      mark()
      return await sendOff(inputs)
    },
    chat: seenNow,
  }
}

/** What somebody sees of a message in Slack. */
export function look(message: Message): Seen {
  if (message.blocks.length === 0 || !message.from.isBot)
    return { id: message.ts, text: readMrkdwn(message.text), buttons: [] }
  const { text, buttons } = readBlocks(message.blocks)
  return { id: message.ts, text, buttons }
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
