import type { Message } from '../teams/message.ts'
import type { Belongings } from './belongings.ts'
import { showWindow } from './bot-window.ts'
import { opensDialog, type Press } from './card-view.ts'
import type { Note } from './shown-message.ts'
import { type Outcome, teams } from './teams-api.ts'

/** Presses a card's button in a personal chat, as Teams would, and says what the person reads below the card. */
export async function pressInChat(
  personId: string,
  message: Message,
  press: Press,
  belongings: Belongings,
): Promise<Note | undefined> {
  return told(async () => {
    const outcome = opensDialog(press)
      ? await teams.fetchDialog(personId, message.id, press.data)
      : await teams.act(personId, message.id, press.action, press.data)
    if (outcome.kind !== 'dialog') return noteOf(outcome)
    return showWindow({ personId, messageId: message.id, dialog: outcome.dialog, belongings })
  })
}

/** The same in a channel, where nobody opens windows. */
export async function pressInChannel(
  channelId: string,
  personId: string,
  message: Message,
  press: Press,
): Promise<Note | undefined> {
  return told(async () => noteOf(await teams.actIn(channelId, personId, message.id, press.action, press.data)))
}

async function told(act: () => Promise<Note | undefined>): Promise<Note | undefined> {
  try {
    return await act()
  } catch (error) {
    return { text: error instanceof Error ? error.message : 'Something went wrong.', isError: true }
  }
}

function noteOf(outcome: Outcome): Note | undefined {
  if (outcome.kind === 'message') return { text: outcome.text, isError: false }
  if (outcome.kind === 'error') return { text: outcome.text, isError: true }
  return undefined
}
