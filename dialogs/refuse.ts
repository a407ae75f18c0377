import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, Helped, OperationName, Standing } from '../bot/desk.ts'
import { operationTitle } from '../bot/operations/titles.ts'
import { message, offer } from './cards.ts'

/** What IT must hear of a refusal. */
export interface Told {
  readonly operation: OperationName
  readonly detail: string
  /** Whose account it is, where it is somebody else's. */
  readonly about?: Pick<Helped, 'id' | 'name'> | undefined
  readonly reason?: 'privileged-target' | 'verification-failed' | 'unreachable'
}

/** What IT must hear of a no of the policy; undefined where they need not. */
export function forIt(
  no: Extract<Standing, { readonly verdict: 'no' }>,
  operation: OperationName,
  about: Told['about'],
): Told | undefined {
  if (!no.tellIt) return undefined
  const reason = no.privileged ? 'privileged-target' : no.unreachable ? 'unreachable' : undefined
  return { operation, detail: no.detail, about, ...(reason && { reason }) }
}

/** Behind "I changed nothing", where something was begun a moment ago. */
export const askedBefore = 'What you asked for just before may have been done all the same.'

/** The dialogs that people start these with: what cannot be reached now may be there in a moment. */
const startedBy: Partial<Record<OperationName, string>> = {
  'reset-password': 'reset-password',
  'unlock-account': 'unlock-account',
  'reset-password-for': 'on-behalf',
  'enrol-totp': 'enrol-totp',
  'replace-totp': 'enrol-totp',
}

/** Says no, why and what comes next; tells IT where they must hear of it; closes the ticket. */
export async function refuse(chat: Chat, desk: Desk, sentence: string, tell?: Told): Promise<void> {
  const told = tell && (await chat.once('told-it', () => desk.tellIt(incident(chat, tell))))
  const more = told ? ` ${heard(told)}` : ''
  const again = tell?.reason === 'unreachable' ? startedBy[tell.operation] : undefined
  const said = `${sentence}${more}`
  const title = 'I cannot do that'
  chat.say('refused', again === undefined ? message(title, said) : offer(title, said, again, 'Try again'))
  await chat.once('ticket-closed', async () => {
    await desk.closeTicket(`Refused: ${sentence}`)
    return true
  })
}

/** That IT has been told is said only where it stands in their channel. */
export function heard({ number, reached }: Awaited<ReturnType<Desk['tellIt']>>): string {
  return reached ? `IT has been told: incident ${number}.` : `IT finds it in their list of tickets: ${number}.`
}

type Incident = Parameters<Desk['tellIt']>[0]

/**
 * The company's own directory does not answer. Told once a conversation, and never in the place of a refusal: somebody refused later
 * in the day is news.
 */
export function directoryAway(chat: Chat, operation: OperationName, more: Incident['facts'] = []): Incident {
  return {
    key: 'unreachable',
    reason: 'operation-failed',
    title: 'The on-premises directory cannot be reached',
    urgency: 'high',
    facts: [
      { title: 'Who', value: chat.person.name },
      { title: 'Asked for', value: operationTitle(operation) },
      ...more,
    ],
  }
}

function incident(chat: Chat, tell: Told): Incident {
  if (tell.reason === 'verification-failed')
    return {
      key: 'verification',
      reason: tell.reason,
      title: 'Somebody could not prove who they are',
      urgency: 'normal',
      facts: [
        { title: 'Asked for', value: operationTitle(tell.operation) },
        ...whom(tell),
        { title: 'Failed because', value: tell.detail },
      ],
    }
  if (tell.reason === 'unreachable')
    return directoryAway(chat, tell.operation, [...whom(tell), { title: 'Failed because', value: tell.detail }])
  return {
    // Each account that somebody may not touch is news of its own.
    key: ['refusal', tell.operation, ...(tell.about === undefined ? [] : [tell.about.id])].join(':'),
    ...(tell.reason ? { reason: tell.reason } : {}),
    onceADay: true,
    title: `Refused: ${operationTitle(tell.operation)}`,
    urgency: 'high',
    facts: [
      { title: 'Who', value: chat.person.name },
      { title: 'Asked for', value: operationTitle(tell.operation) },
      ...whom(tell),
      { title: 'Refused because', value: tell.detail },
    ],
  }
}

function whom({ about }: Told): readonly { readonly title: string; readonly value: string }[] {
  return about === undefined ? [] : [{ title: 'For', value: about.name }]
}
