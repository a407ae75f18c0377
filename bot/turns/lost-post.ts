import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import { openIncident } from '../tickets/incident.ts'
import type { Tickets } from '../tickets/tickets.ts'
import type { Post } from './outbox.ts'

const reasons: Readonly<Record<string, string>> = {
  blocked: 'the person has blocked HelpBot',
  'not-installed': 'HelpBot is not installed for the person',
}

/** A message that cannot be brought to a person is told to IT: nobody is left to believe that it arrived. */
export function tellItOfLostPost(ground: {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly tickets: Tickets
}) {
  return async (post: Post, why: string): Promise<void> => {
    // A card for IT that cannot be shown has its ticket already.
    if (post.person === undefined) return
    const facts = [
      { title: 'Person', value: post.person },
      { title: 'Message', value: post.key },
      { title: 'Why', value: reasons[why] ?? 'the chat service refused it' },
    ]
    const person = { tenant: post.tenant, id: post.person, name: '' }
    await openIncident(ground, {
      id: `lost:${post.key}`,
      person,
      title: 'A message could not be delivered',
      urgency: 'normal',
      facts,
      correlationId: post.correlationId,
    })
  }
}
