import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, OperationName } from '../bot/desk.ts'
import { message } from './cards.ts'

/** Says no, why and what comes next; tells IT where they must hear of it; closes the ticket. */
export async function refuse(
  chat: Chat,
  desk: Desk,
  sentence: string,
  tell?: { operation: OperationName; detail: string },
): Promise<void> {
  const told = tell && (await chat.once('told-it', () => desk.tellIt(incident(chat, tell))))
  const more = told ? ` IT has been told: incident ${told.number}.` : ''
  chat.say('refused', message('I cannot do that', `${sentence}${more}`))
  await chat.once('ticket-closed', async () => {
    await desk.closeTicket(`Refused: ${sentence}`)
    return true
  })
}

function incident(chat: Chat, tell: { operation: OperationName; detail: string }): Parameters<Desk['tellIt']>[0] {
  return {
    key: `refusal:${tell.operation}`,
    onceADay: true,
    title: `Refused: ${tell.operation}`,
    urgency: 'high',
    facts: [
      { title: 'Who asked', value: chat.person.name },
      { title: 'Asked for', value: tell.operation },
      { title: 'Refused because', value: tell.detail },
    ],
  }
}
