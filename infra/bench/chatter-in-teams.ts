import { setTimeout as pause } from 'node:timers/promises'
import type { ActionOutcome } from '../practice/teams/bot-answer.ts'
import type { TeamsClient } from '../practice/teams/client.ts'
import { TeamsClientError } from '../practice/teams/client-error.ts'
import type { JsonObject } from '../practice/teams/json.ts'
import { type Chatter, mostTries, patience, reading, textsIn } from './whole-reset.ts'

/** @param again hears of every press that had to be done once more */
export function chatterInTeams(client: TeamsClient, id: string, again: () => void): Chatter {
  const { conversationId } = client.open(id)
  // What stood there before belongs to an earlier conversation.
  const before = client.waitFor(conversationId, (messages) => new Set(messages.map((message) => message.id)), patience)
  const find = async (card: string) => {
    const old = await before
    return await client.waitFor(
      conversationId,
      (messages) =>
        messages.findLast(
          ({ id, from, attachments }) =>
            !old.has(id) && from.role === 'bot' && JSON.stringify(attachments).includes(card),
        ),
      patience,
    )
  }
  /** Where Teams says that it went wrong, the bot may have heard it all the same: then the button is gone, and what comes next comes. */
  async function press(card: string, title: string, inputs: JsonObject = {}): Promise<ActionOutcome | undefined> {
    const { id: messageId } = await find(card)
    for (let tries = 1; ; tries++) {
      const outcome = await client.press(id, { messageId, title, inputs }).catch((error: unknown) => {
        if (tries > 1 && error instanceof TeamsClientError) return undefined
        throw error
      })
      if (outcome?.kind !== 'error') return outcome
      if (tries === mostTries) throw new Error(`${title}: ${outcome.text}`)
      again()
      await pause(reading)
    }
  }
  return {
    async say(words) {
      client.say(id, words)
    },
    async press(card, button) {
      await press(card, button)
    },
    async answer(card, button, code) {
      await press(card, button, { code })
    },
    async sees(card) {
      await find(card)
    },
    async open(card, button) {
      const outcome = await press(card, button)
      return textsIn(outcome?.kind === 'dialog' ? outcome.dialog.card : outcome)
    },
  }
}
