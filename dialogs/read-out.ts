import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, Helped, ReadingOut } from '../bot/desk.ts'
import { card, message } from './cards.ts'
import { heard, refuse } from './refuse.ts'

/** The person's manager was asked to read it out, in their own chat: whoever started it waits, and hears what became of it. */
export async function readOut(
  chat: Chat,
  desk: Desk,
  person: Helped,
  asked: ReadingOut,
  ticket: number,
): Promise<void> {
  const { manager } = asked
  const closings: Record<Exclude<ReadingOut['state'], 'asked'>, string> = {
    shown: `It was shown to ${manager}.`,
    denied: `${manager} does not know about this.`,
    expired: `${manager} did not answer in time.`,
    failed: 'Nothing was shown.',
  }
  const waiting = card('waiting', {
    title: `I have asked ${manager}, their manager, to read it out`,
    text: `What ${person.name} signs in with is shown to ${manager} alone, who calls ${person.name}.`,
  })
  const ended = await chat.waitFor<ReadingOut>('read-out', `read-out:${chat.dialogId}`, waiting, async () => {
    const now = (await desk.readOut()) ?? asked
    return now.state === 'asked' ? undefined : { keep: now, closing: closings[now.state] }
  })
  if (ended.state !== 'shown') {
    const unknown = ended.told && `${closings.denied} ${ended.sentence} ${heard(ended.told)}`
    return await refuse(chat, desk, unknown ?? ended.sentence)
  }
  chat.say(
    'done',
    message(
      `${manager} reads it to ${person.name}`,
      `${ended.sentence} I am telling ${person.name} that you started this and that it was shown to ${manager}. (Ticket ${ticket}.)`,
    ),
  )
}
