import assert from 'node:assert/strict'
import { slackWords } from '../../bot/channels/slack-words.ts'
import type { SlackClient } from '../../infra/practice/slack/client.ts'
import type { Message, Pressed, View } from '../../infra/practice/slack/shapes.ts'
import { slackInPublic } from './in-public.ts'
import { patience as usual } from './patience.ts'
import type { UsedSecret } from './secret-scan.ts'
import { look, opensSomething, readBlocks } from './slack-look.ts'
import { type Came, slackMischief } from './slack-mischief.ts'
import { fileNames, type Inputs, type Seen, type Talker, type WindowSeen } from './talker.ts'

export { look, readBlocks } from './slack-look.ts'

/** A view that stands in for one that is being made. */
const WAITING = 'helpbot-wait'

/** A person in practice Slack. The signing secret is for what is sent past a client, see Mischief. */
export function slackTalker(
  client: SlackClient,
  person: { slackId: string; id: string; name: string },
  used: (kind: UsedSecret['kind'], value: string) => void,
  signingSecret = '',
): Talker {
  const user = person.slackId
  const conversationId = client.directMessageOf(user)
  let since = '0'
  let lastSaid: string | undefined
  void client.open(user)

  const seenNow = (): readonly Seen[] => client.messagesOf(user).map(look)

  function mark(): void {
    since = client.messagesOf(user).at(-1)?.ts ?? since
  }

  function newest(button: string, words = /(?:)/): Seen {
    const found = seenNow().findLast((message) => message.buttons.includes(button) && words.test(message.text))
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
      if (/^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/.test(line)) used('password', line)
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
    const found = await client.waitForView(user, (view) => (view?.callbackId === WAITING ? undefined : { view }), usual)
    return found.view
  }

  async function closeLeftOver(): Promise<void> {
    if (await client.view(user)) await client.closeView(user)
  }

  /**
   * Presses, and resolves with what comes of it: a window, a note for this person only, or the card changed. A button that opens
   * something does not change its card: that is an earlier deed which shows only now.
   */
  async function pressed(on: Message, button: string, press: () => Promise<Pressed>): Promise<Came> {
    const { ts: messageTs } = on
    const changesCard = !opensSomething(on, button)
    await closeLeftOver()
    let came: { text: string } | 'window' | undefined
    let wake = () => {}
    const stop = client.subscribe((event) => {
      const isMine = changesCard && event.type === 'updated' && event.message.ts === messageTs
      const isNote = event.type === 'message' && event.message.ephemeralTo === user
      if (event.type === 'view' && event.user === user && event.view) came = 'window'
      else if ((isMine || isNote) && came !== 'window') came = { text: look(event.message).text }
      if (came) wake()
    })
    const timer = setInterval(() => wake(), 250)
    try {
      const { acknowledged, status } = await press()
      assert.ok(acknowledged, `the bot answered ${status} to a button`)
      const due = Date.now() + usual
      while (!came && Date.now() < due)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    } finally {
      clearInterval(timer)
      stop()
    }
    if (came !== 'window') return came ?? { text: textOf(messageTs) }
    const window = await ready()
    return window ? { window } : { text: textOf(messageTs) }
  }

  function pressButton({ id }: Seen, button: string, inputs: Inputs): Promise<Came> {
    const message = client.messagesOf(user).find(({ ts }) => ts === id)
    assert.ok(message, 'the card is gone')
    return pressed(message, button, () => client.press(user, conversationId, id, { text: button }, inputs))
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
    const found = await client.waitFor(conversationId, now, usual, user).catch(() => before)
    return found.text
  }

  /** Sends the open window off; answers the next one. */
  async function sendOff(inputs: Readonly<Record<string, string>>): Promise<WindowSeen | undefined> {
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

  async function write(text: string, files: number): Promise<number> {
    const { delivered } = await client.say(user, text, { files: fileNames(files).map((name) => ({ name })) })
    const delivery = await delivered
    lastSaid = delivery?.eventId
    return delivery?.status ?? 0
  }

  return {
    id: person.id,
    name: person.name,
    longestText: 12_000,
    showsQrCodes: false,
    inPublic: slackInPublic(client, user, (id) => {
      lastSaid = id
    }),
    mischief: slackMischief(client, user, signingSecret, { said: () => lastSaid, pressed, windowOf, sendOff }),
    async say(text, { files = 0 } = {}) {
      mark()
      return await write(text, files)
    },
    send: (text) => write(text, 0),
    sees: (words, patience = usual) => find(words, since, patience),
    hasSeen: (words, patience = usual) => find(words, '0', patience),
    async press(button, inputs = {}, on) {
      const message = newest(button, on)
      const inForm = typeof inputs === 'function'
      const typed = inForm ? {} : inputs
      noteTyped(typed)
      mark()
      const outcome = await pressButton(message, button, typed)
      assert.ok('window' in outcome || !inForm, `"${button}" opens no form`)
      if ('text' in outcome) return outcome.text
      if (outcome.window.submit === undefined) {
        const { text } = windowOf(outcome.window)
        await closeLeftOver()
        return text
      }
      const before = { ...message, text: textOf(message.id) }
      const filledIn = inForm ? inputs(windowOf(outcome.window).text) : inputs
      noteTyped(filledIn)
      const next = await sendOff(filledIn)
      return next ? next.text : await changed(before)
    },
    async open(button) {
      const message = newest(button)
      mark()
      const outcome = await pressButton(message, button, {})
      assert.ok('window' in outcome, `"${button}" opens no window: ${JSON.stringify(outcome)}`)
      return windowOf(outcome.window)
    },
    async submit(inputs) {
      assert.ok(await client.view(user), 'no window is open')
      noteTyped(inputs)
      mark()
      return await sendOff(inputs)
    },
    chat: seenNow,
  }
}
