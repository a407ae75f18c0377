import assert from 'node:assert/strict'
import { writeAction } from '../../cards/slack-wire.ts'
import type { SlackClient } from '../../infra/practice/slack/client.ts'
import type { Message, Pressed, View } from '../../infra/practice/slack/shapes.ts'
import { sign } from '../../infra/practice/slack/signing.ts'
import type { Kept, Mischief } from './mischief.ts'
import type { WindowSeen } from './talker.ts'

/** What came of a press first. */
export type Came = { readonly window: View } | { readonly text: string }

export function slackMischief(
  client: SlackClient,
  user: string,
  signingSecret: string,
  talk: {
    readonly said: () => string | undefined
    /** Presses a button in some way, and resolves with what comes of it on this message or elsewhere. */
    readonly pressed: (on: Message, button: string, press: () => Promise<Pressed>) => Promise<Came>
    readonly windowOf: (view: View) => WindowSeen
    /** Sends the open window off. */
    readonly sendOff: (inputs: Readonly<Record<string, string>>) => Promise<WindowSeen | undefined>
  },
): Mischief {
  const chat = () => client.messagesOf(user)
  /** The kept card as it would stand in this person's own chat, which a press is sent from. */
  function moved({ id, screen }: Kept): Message {
    const { ts, conversationId } =
      chat().find((message) => message.ts === id) ?? chat().findLast(({ from }) => from.isBot) ?? assert.fail('no chat')
    return { ...(screen as Message), ts, conversationId }
  }
  function pressOn(kept: Kept, text: string, inputs: Readonly<Record<string, string>>): Promise<Came> {
    const message = moved(kept)
    return talk.pressed(message, text, () => client.pressAsSeen(user, message, { text }, inputs))
  }
  const wordsOf = (came: Came) => ('text' in came ? came.text : talk.windowOf(came.window).text)

  return {
    keep: ({ id }) => ({
      id,
      screen: chat().find(({ ts }) => ts === id) ?? assert.fail('the card is not in the chat'),
    }),
    press: async (kept, button, inputs = {}) => wordsOf(await pressOn(kept, button, inputs)),
    async open(kept, button) {
      const came = await pressOn(kept, button, {})
      return 'window' in came ? talk.windowOf(came.window) : assert.fail(`no window opens: ${came.text}`)
    },
    async keepWindow() {
      const view = (await client.view(user)) ?? assert.fail('no window is open')
      return { id: view.id, screen: view }
    },
    async submit({ screen }, inputs) {
      client.holdView(user, screen as View)
      return await talk.sendOff(inputs)
    },
    async pressUnknown({ verb, post, values }) {
      const value = writeAction({ kind: 'press', verb, post, values: { ...values } })
      const text = { type: 'plain_text', text: 'Unknown' }
      const elements = [{ type: 'button', action_id: 'button-1', text, value }]
      const blocks = [{ type: 'actions', block_id: 'unknown', elements }]
      return wordsOf(await pressOn({ id: '', screen: { ...chat().at(-1), blocks } }, 'Unknown', {}))
    },
    async deliverAgain() {
      const copy = await client.redeliver(talk.said() ?? assert.fail('nothing was said'))
      return copy?.status ?? assert.fail('it is not remembered')
    },
    async deliverLetters(count) {
      const body = client.eventBody(user, 'x'.repeat(count))
      const signed = sign(signingSecret, Math.floor(Date.now() / 1_000), body)
      return (await client.deliverRaw('events', body, { 'content-type': 'application/json', ...signed })).status
    },
    async vanish() {
      await client.setProfile(user, { deleted: true })
      return /deactivated|the chat service refused it/
    },
    async comeBack() {
      await client.setProfile(user, { deleted: false })
    },
  }
}
