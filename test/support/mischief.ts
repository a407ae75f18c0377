import assert from 'node:assert/strict'
import type { ActionOutcome } from '../../infra/practice/teams/bot-answer.ts'
import { findAction, submittedData } from '../../infra/practice/teams/card-actions.ts'
import type { TeamsClient } from '../../infra/practice/teams/client.ts'
import type { JsonObject } from '../../infra/practice/teams/json.ts'
import { cardShownTo } from '../../infra/practice/teams/message.ts'
import type { Colleague } from './it-channel.ts'
import type { Inputs, Seen, WindowSeen } from './talker.ts'

/** A card or a window as it looked at one moment, with all that its buttons say of themselves. */
export interface Kept {
  /** The message it stands on. */
  readonly id: string
  /** In the form of the chat product. */
  readonly screen: unknown
}

/** What a client of the chat product would not offer, and HelpBot has to bear: old screens, cards of others, copies. */
export interface Mischief {
  /** Keeps a card of this person's chat as it looks now. */
  keep(card: Seen): Kept
  /**
   * Presses a button of a card as it was kept. Kept by somebody else, it is sent from this person's own chat, with that card's
   * key. Answers what the card or a note says then.
   */
  press(kept: Kept, button: string, inputs?: Readonly<Record<string, string>>): Promise<string>
  /** The same for a button that opens a window. */
  open(kept: Kept, button: string): Promise<WindowSeen>
  /** Keeps the window that is open. */
  keepWindow(): Promise<Kept>
  /** Sends off a window as it was kept, by whomever; answers the next one. */
  submit(kept: Kept, inputs: Readonly<Record<string, string>>): Promise<WindowSeen | undefined>
  /** Presses a button whose key HelpBot never gave out. */
  pressUnknown(press: { verb: string; post: string; values: Inputs }): Promise<string>
  /** Delivers once more what this person said last, wherever; answers the HTTP status. */
  deliverAgain(): Promise<number>
  /** Delivers a message of so many letters, past what a client allows; answers the HTTP status. */
  deliverLetters(count: number): Promise<number>
  /** Cannot be written to from now on: has blocked HelpBot in Teams, is deactivated in Slack. Answers what IT is to be told of it. */
  vanish(): Promise<RegExp>
  /** Can be written to again. */
  comeBack(): Promise<void>
}

export function teamsMischief(
  client: TeamsClient,
  person: Colleague,
  talk: {
    readonly said: () => string | undefined
    readonly window: () => { readonly messageId: string; readonly card: JsonObject } | undefined
    readonly wordsOf: (outcome: ActionOutcome) => string
    readonly show: (outcome: ActionOutcome, messageId: string) => WindowSeen | undefined
  },
): Mischief {
  const chat = () => client.chat(person.id).messages
  const actionOn = ({ screen }: Kept, button: string) =>
    findAction(screen, button) ?? assert.fail(`the card that was kept has no button "${button}"`)
  /** The message of this person's chat that a press is sent from. */
  function carrier(kept: Kept): string {
    const { id } =
      chat().find(({ id }) => id === kept.id) ??
      chat().findLast(({ from }) => from.role === 'bot') ??
      assert.fail('no chat')
    return id
  }
  return {
    keep({ id }) {
      const message = chat().find((one) => one.id === id) ?? assert.fail('the card is not in the chat')
      return { id, screen: cardShownTo(person.id, message) }
    },
    async press(kept, button, inputs = {}) {
      const action = actionOn(kept, button)
      const data = submittedData(action, inputs)
      return talk.wordsOf(await client.act(person.id, { messageId: carrier(kept), action, data }))
    },
    async open(kept, button) {
      const messageId = carrier(kept)
      const outcome = await client.fetchDialog(person.id, { messageId, data: actionOn(kept, button).data })
      return talk.show(outcome, messageId) ?? assert.fail(JSON.stringify(outcome))
    },
    async keepWindow() {
      const open = talk.window() ?? assert.fail('no window is open')
      return { id: open.messageId, screen: open.card }
    },
    async submit({ id, screen }, inputs) {
      const { actions } = screen as { actions?: readonly { type: string; data?: object }[] }
      const data = { ...actions?.find(({ type }) => type === 'Action.Submit')?.data, ...inputs }
      return talk.show(await client.submitDialog(person.id, { data }), id)
    },
    async pressUnknown({ verb, post, values }) {
      const action = { type: 'Action.Execute', verb }
      const messageId = carrier({ id: '', screen: undefined })
      return talk.wordsOf(await client.act(person.id, { messageId, action, data: { post, ...values } }))
    },
    async deliverAgain() {
      const copy = await client.redeliver(talk.said() ?? assert.fail(`${person.name} has said nothing`))
      return copy?.status ?? assert.fail('it is not remembered')
    },
    deliverLetters: async (count) => (await client.forge(person.id, 'x'.repeat(count), {})).status,
    async vanish() {
      client.setState(person.id, { blocked: true })
      return /has blocked HelpBot/
    },
    async comeBack() {
      client.setState(person.id, { blocked: false })
    },
  }
}
