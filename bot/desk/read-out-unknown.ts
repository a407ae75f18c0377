import { endReadOut, type ReadOut, readOutSignal } from '../approvals/read-outs.ts'
import type { CardContent } from '../channels/chat.ts'
import type { Desk } from '../desk.ts'
import type { Button } from '../turns/button.ts'
import type { Ground } from './ground.ts'
import { note, notYours, readOutOn, whatWasMade } from './read-out-ground.ts'
import { ticketing } from './ticketing.ts'

/** "I do not know about this": nothing is made. IT hears of it, and whoever started it is told. */
export function unknownReadOutButton(ground: Ground): Button {
  return async ({ person, post }) => {
    const readOut = await readOutOn(ground, post.key, person)
    if (!readOut) return { reply: note(notYours), posts: [] }
    const { dialogId, tenant, correlationId } = readOut
    const sentence = await whatWasMade(ground, dialogId)
    const closing = 'You said that you do not know about this. It was stopped, and IT hears of it.'
    const end = { state: 'denied', sentence, closing } as const
    const ended = await ground.database.transaction().execute(async (transaction) => {
      const mine = await endReadOut({ database: transaction, clock: ground.clock }, dialogId, end)
      if (mine)
        await ground.audit.appendWithin(transaction, {
          kind: 'event',
          action: 'read-out',
          tenant,
          actor: person.id,
          target: readOut.person.id,
          correlationId,
          operationId: post.key,
          outcome: 'refused',
          detail: { decision: 'denied', 'asked-by': readOut.starter.id },
        })
      return mine
    })
    if (!ended) return { reply: note('This is over already.'), posts: [] }
    await tellItOfUnknown(ground, readOut)
    const content = { ...(post.content as CardContent), closed: closing }
    return { reply: { kind: 'card', post: post.key, content }, posts: [post.key], wake: readOutSignal(dialogId) }
  }
}

/** Somebody helps a person whose manager knows nothing of it: IT must hear of it now, and hears of it once. */
export function tellItOfUnknown(ground: Ground, readOut: ReadOut): ReturnType<Desk['tellIt']> {
  const { tenant, starter, person, reader, dialogId, correlationId } = readOut
  const theirs = { person: { tenant, ...starter }, dialogId, correlationId, channel: undefined }
  return ticketing(ground, theirs).tellIt({
    key: 'unknown-to-manager',
    reason: 'verification-failed',
    title: 'A manager does not know about a request',
    urgency: 'high',
    facts: [
      { title: 'Started by', value: starter.name },
      { title: 'For', value: person.name },
      { title: 'Manager', value: `${reader.name} said: "I do not know about this"` },
    ],
  })
}
