import { sql } from 'kysely'
import type { Person } from '../identity/person.ts'
import type { OpenThreads } from './escalation.ts'
import { type EscalationGround, isItNow } from './ground.ts'
import { happened } from './thread-card.ts'

const mostListed = 20

/** See Escalation.list. */
export async function listOpen(ground: EscalationGround, person: Person): Promise<OpenThreads | undefined> {
  if (!(await isItNow(ground, person))) return undefined
  const open = ground.database
    .selectFrom('threads')
    .where('threads.tenant_id', '=', person.tenant)
    .where('threads.state', '<>', 'resolved')
  const [rows, { count }] = await Promise.all([
    open
      .innerJoin('tickets', 'tickets.id', 'threads.ticket_id')
      .select(['tickets.number', 'threads.title', 'threads.urgency', 'threads.facts', 'threads.opened_at'])
      .orderBy(sql`threads.urgency = 'high'`, 'desc')
      .orderBy('threads.opened_at')
      .limit(mostListed)
      .execute(),
    open.select(sql<string>`count(*)`.as('count')).executeTakeFirstOrThrow(),
  ])
  const threads = rows.map((row) => {
    const fact = (title: string) => row.facts.find((one) => one.title === title)?.value
    const taken = fact(happened.taken)
    return {
      number: Number(row.number),
      title: row.title,
      who: fact('Who') ?? 'Name not known',
      urgency: row.urgency,
      state: taken === undefined ? 'nobody has it yet' : `taken by ${taken}`,
      openedAt: row.opened_at,
    }
  })
  return { threads, more: Math.max(0, Number(count) - threads.length) }
}
