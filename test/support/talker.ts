import assert from 'node:assert/strict'
import type { ActionOutcome } from '../../infra/practice/teams/bot-answer.ts'
import type { TeamsClient } from '../../infra/practice/teams/client.ts'
import type { JsonObject } from '../../infra/practice/teams/json.ts'
import { cardShownTo, type Message } from '../../infra/practice/teams/message.ts'
import { type InPublic, teamsInPublic } from './in-public.ts'
import { type Mischief, teamsMischief } from './mischief.ts'
import { patience as usual } from './patience.ts'
import type { UsedSecret } from './secret-scan.ts'

/** What somebody sees of one message: its words, and the buttons that can still be pressed. */
export interface Seen {
  readonly id: string
  readonly text: string
  readonly buttons: readonly string[]
}

/** A window as somebody sees it. */
export interface WindowSeen {
  readonly title: string
  readonly text: string
  /** Image addresses (a QR code is one). */
  readonly images: readonly string[]
  readonly buttons: readonly string[]
}

/** What is filled in: values by the id of the input. */
export type Inputs = Readonly<Record<string, string>>

/** Somebody in a chat with HelpBot. Tests of dialogs are written against this, so that they run in every chat product. */
export interface Talker {
  readonly id: string
  readonly name: string
  /** So many letters go into one message. */
  readonly longestText: number
  /** Whether windows show pictures that are nowhere on the web, such as a QR code with a secret. */
  readonly showsQrCodes: boolean
  readonly inPublic: InPublic
  readonly mischief: Mischief
  /** Writes, with so many files attached; answers the HTTP status with which HelpBot has taken it in the end. */
  say(text: string, more?: { readonly files?: number }): Promise<number>
  /** Writes; the HTTP status with which HelpBot has taken it in the end. */
  send(text: string): Promise<number>
  /** Waits for a message of the bot, since this person last did something, that holds the words. */
  sees(words: string | RegExp, patienceMilliseconds?: number): Promise<Seen>
  /** The same, over the whole chat. */
  hasSeen(words: string | RegExp, patienceMilliseconds?: number): Promise<Seen>
  /**
   * Presses a button on the newest card that has it; answers what the card or a note says then. What is filled in may depend on
   * the words that stand beside the inputs: on the card, or in the form that the product opens for it.
   * @param on only a card that says this
   */
  press(button: string, inputs?: Inputs | ((shown: string) => Inputs), on?: RegExp): Promise<string>
  /** Presses a button that opens a window. */
  open(button: string): Promise<WindowSeen>
  /** Sends the open window off; answers the next window, or undefined when it closed. */
  submit(inputs: Readonly<Record<string, string>>): Promise<WindowSeen | undefined>
  /** Everything in the chat, oldest first. */
  chat(): readonly Seen[]
}

/** A person in practice Teams. */
export function teamsTalker(
  client: TeamsClient,
  person: { id: string; name: string },
  used: (kind: UsedSecret['kind'], value: string) => void,
): Talker {
  let since = '0'
  let window: { messageId: string; card: JsonObject } | undefined
  let lastSaid: string | undefined
  const { conversationId } = client.open(person.id)
  const look = (message: Message): Seen => seen(person.id, message)

  function newest(button: string, words = /(?:)/): Seen {
    const found = client
      .chat(person.id)
      .messages.map(look)
      .findLast((message) => message.buttons.includes(button) && words.test(message.text))
    assert.ok(
      found,
      `${person.name} sees no button "${button}"; the last message is ${JSON.stringify(client.chat(person.id).messages.map(look).at(-1))}`,
    )
    return found
  }

  function mark(): void {
    since = client.chat(person.id).messages.at(-1)?.id ?? since
  }

  async function find(words: string | RegExp, after: string, patience: number): Promise<Seen> {
    const matches = (text: string) => (typeof words === 'string' ? text.includes(words) : words.test(text))
    try {
      return await client.waitFor(
        conversationId,
        (messages) =>
          messages
            .filter((message) => message.from.role === 'bot' && Number(message.id) > Number(after))
            .map(look)
            .findLast((message) => matches(message.text)),
        patience,
      )
    } catch {
      const all = client.chat(person.id).messages.filter((message) => Number(message.id) > Number(after))
      throw new assert.AssertionError({
        message: `${person.name} does not see ${words}, but:\n${all.map((message) => `- ${look(message).text}`).join('\n')}`,
      })
    }
  }

  /** Windows show secrets and inputs take them: each is noted, to be looked for where it must not be. */
  function noteShown(text: string): void {
    for (const line of text.split('\n')) {
      if (/^[A-Z2-7]{4}( [A-Z2-7]{4})+$/.test(line)) used('seed', line.replaceAll(' ', ''))
      if (/^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/.test(line)) used('password', line)
    }
  }

  function noteTyped(inputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(inputs)) {
      if (name === 'code' && /^\d{6}$/.test(value)) used('code', value)
      if (name.startsWith('answer-')) used('answer', value)
    }
  }

  function openWindow(outcome: ActionOutcome, messageId: string): WindowSeen | undefined {
    if (outcome.kind === 'dialog') {
      window = { messageId, card: outcome.dialog.card }
      const { text, buttons } = readCard(outcome.dialog.card)
      noteShown(text)
      return { title: outcome.dialog.title, text, buttons, images: imagesIn(outcome.dialog.card) }
    }
    window = undefined
    if (outcome.kind === 'message') return { title: '', text: outcome.text, buttons: [], images: [] }
    assert.notEqual(outcome.kind, 'error', JSON.stringify(outcome))
    return undefined
  }

  function wordsOf(outcome: ActionOutcome): string {
    if (outcome.kind === 'card') return readCard(outcome.card).text
    if (outcome.kind === 'message') return outcome.text
    assert.notEqual(outcome.kind, 'error', JSON.stringify(outcome))
    return ''
  }

  async function write(text: string, files: number): Promise<number> {
    const delivery = await client.say(person.id, text, fileNames(files)).delivered
    lastSaid = delivery?.activityId
    return delivery?.status ?? 0
  }

  return {
    id: person.id,
    name: person.name,
    longestText: 28_000,
    showsQrCodes: true,
    inPublic: teamsInPublic(client, person, look, (id) => {
      lastSaid = id
    }),
    mischief: teamsMischief(client, person, {
      said: () => lastSaid,
      window: () => window,
      wordsOf,
      show: openWindow,
    }),
    async say(text, { files = 0 } = {}) {
      mark()
      return await write(text, files)
    },
    send: (text) => write(text, 0),
    sees: (words, patience = usual) => find(words, since, patience),
    hasSeen: (words, patience = usual) => find(words, '0', patience),
    async press(button, inputs = {}, on) {
      const message = newest(button, on)
      const typed = typeof inputs === 'function' ? inputs(message.text) : inputs
      noteTyped(typed)
      mark()
      return wordsOf(await client.press(person.id, { messageId: message.id, title: button, inputs: typed }))
    },
    async open(button) {
      const message = newest(button)
      mark()
      const outcome = await client.press(person.id, { messageId: message.id, title: button })
      const opened = openWindow(outcome, message.id)
      assert.ok(opened, `"${button}" opens no window: ${JSON.stringify(outcome)}`)
      return opened
    },
    async submit(inputs) {
      assert.ok(window, 'no window is open')
      const { messageId, card } = window
      noteTyped(inputs)
      mark()
      const action = (card.actions as JsonObject[] | undefined)?.find((one) => one.type === 'Action.Submit')
      const data = { ...(action?.data as JsonObject | undefined), ...inputs }
      return openWindow(await client.submitDialog(person.id, { messageId, data }), messageId)
    },
    chat: () => client.chat(person.id).messages.map(look),
  }
}

/** Names of so many files, for whoever attaches some. */
export function fileNames(count: number): string[] {
  return Array.from({ length: count }, (_, nth) => `file-${nth + 1}.pdf`)
}

/** What this person sees of a message in Teams; without a person, what everybody sees. */
export function seen(personId: string, message: Message): Seen {
  const card = cardShownTo(personId, message)
  if (!card) return { id: message.id, text: message.text, buttons: [] }
  return { id: message.id, ...readCard(card) }
}

/** Words and buttons of a card, in the order they stand, Markdown escapes undone as a renderer does. */
export function readCard(card: JsonObject): { text: string; buttons: string[] } {
  const texts: string[] = []
  const buttons: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const child of node) visit(child)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const element = node as JsonObject
    const { type, text, title, value, label } = element
    if (typeof type === 'string' && type.startsWith('Action.')) return void buttons.push(String(title))
    if (type === undefined && typeof title === 'string') texts.push(title, String(value))
    if (typeof text === 'string') texts.push(text)
    if (typeof label === 'string') texts.push(label)
    for (const [key, child] of Object.entries(element))
      if (key !== 'fallback' && typeof child === 'object') visit(child)
  }
  visit(card)
  return { text: texts.map((text) => text.replace(/\\([\\`*_{}[\]()#|<>~!])/g, '$1')).join('\n'), buttons }
}

function imagesIn(card: JsonObject): string[] {
  return JSON.stringify(card).match(/data:image\/[a-z+]+;base64,[A-Za-z0-9+/=]+/g) ?? []
}
