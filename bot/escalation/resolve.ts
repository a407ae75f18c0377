import type { Button } from '../turns/button.ts'
import { withdrawCallerCheck } from './caller-cards.ts'
import type { EscalationGround } from './ground.ts'
import { itButton } from './it-button.ts'
import { looksLikeSecret, secretRefused } from './looks-like-secret.ts'
import { happened } from './thread-card.ts'
import { nameOf, wordsOf } from './words.ts'

const longestNote = 500

/** "Resolve", with a note that the person reads: closes the ticket, and with it all that still waited. */
export function resolveButton(ground: EscalationGround): Button {
  return itButton(ground, async ({ person, values, thread, transaction }) => {
    const note = wordsOf(values.note ?? '')
    if (note === '') return { note: 'Write what was done into the field first. The person will read it.' }
    if (note.length > longestNote) return { note: `Please say it in at most ${longestNote} characters.` }
    const secret = looksLikeSecret(note)
    if (secret) return { note: secretRefused(secret) }
    if (thread.freezeAskedBy !== undefined && thread.freezeOperation !== undefined)
      return { note: 'The account is being frozen right now. Please wait for that to end.' }
    const name = nameOf(person)
    const withdrawn = await withdrawCallerCheck(ground, transaction, thread)
    await ground.ticketsIn(transaction).close(thread.ticketId, `${note} (${name}, IT)`)
    const { tenant, id } = thread.person
    const told = { title: `Ticket ${thread.number} is resolved`, text: `${name} of IT: ${note}` }
    return {
      step: {
        set: {
          state: 'resolved',
          resolved_by: person.id,
          resolved_at: ground.clock(),
          remind_at: null,
          caller_check: null,
          freeze_asked_by: null,
          freeze_asked_at: null,
        },
        facts: [{ title: happened.resolved, value: `${name}: ${note}` }],
        posts: [
          {
            key: `${thread.headPost}:resolved`,
            to: { tenant, person: id },
            content: { card: 'message', data: told },
            correlationId: thread.correlationId,
          },
        ],
        changes: withdrawn,
        event: { action: 'resolve-thread', actor: person.id, outcome: 'done' },
      },
    }
  })
}
