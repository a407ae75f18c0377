import type { Kysely } from 'kysely'
import type { Fact, ThreadDraft } from '../../escalation/escalation.ts'
import type { Schema } from '../../store/schema.ts'
import { subjectOf } from './ask-card.ts'
import type { RequestGround } from './ground.ts'
import { howLong } from './lasts-words.ts'
import type { AccessRequest, Ask } from './request.ts'
import type { Busy } from './spare-approvers.ts'
import { nameOf } from './step/words.ts'

/** IT gets a request that nobody can decide, in the transaction that ends it. @returns the posts to be brought out */
export async function tellItThatNobodyDecides(
  ground: Pick<RequestGround, 'escalation'>,
  transaction: Kysely<Schema>,
  request: AccessRequest,
): Promise<readonly string[]> {
  const why = { title: 'Why', value: request.ending ?? 'Nobody can approve it.' }
  const title = `Nobody can approve a request: ${subjectOf(request.terms)}`
  const opened = await ground.escalation.open(draft(request, 'to-it', title, [why]), transaction)
  return opened.posts
}

/** IT hears, once, of an approver who does not answer and has nobody who stands in; the request waits on. */
export async function tellItOfSilence(
  ground: Pick<RequestGround, 'escalation'>,
  request: AccessRequest,
  ask: Ask,
): Promise<readonly string[]> {
  const name = nameOf(ask.approver)
  const facts = [
    { title: 'Waits for', value: `${name} (${ask.as})` },
    { title: 'Why', value: `${name} has not answered, and the directory names nobody to ask in their place.` },
    { title: 'Expires', value: `${request.expiresAt.slice(0, 16).replace('T', ' ')} UTC` },
  ]
  const title = `A request waits for an approver: ${subjectOf(request.terms)}`
  const number = ask.id.slice(ask.id.lastIndexOf(':') + 1)
  return (await ground.escalation.open(draft(request, `silence:${number}`, title, facts))).posts
}

/** IT hears, once a day, of an approver who is asked for so much that no more is brought to them for now. */
export async function tellItOfBusyApprovers(
  ground: Pick<RequestGround, 'escalation' | 'clock'>,
  transaction: Kysely<Schema>,
  { tenant, terms, correlationId }: AccessRequest,
  busy: readonly Busy[],
): Promise<readonly string[]> {
  const posts: string[] = []
  for (const { approver, open, lastHour } of busy) {
    const { id, name } = approver
    const opened = await ground.escalation.open(
      {
        id: `approver-busy:${id}:${ground.clock().toISOString().slice(0, 10)}`,
        person: { tenant, id, name },
        reason: 'refused',
        title: `${nameOf(approver)} is asked for very much access`,
        urgency: 'normal',
        facts: [
          { title: 'Asked of them', value: `${lastHour} in the last hour; ${open} wait for their answer` },
          { title: 'What I do', value: 'More is brought to them later. Somebody may want to wear them down.' },
          { title: 'The latest', value: `${nameOf(terms.requester)} asks for ${subjectOf(terms)}` },
        ],
        correlationId,
      },
      transaction,
    )
    posts.push(...opened.posts)
  }
  return posts
}

function draft(request: AccessRequest, about: string, title: string, facts: readonly Fact[]): ThreadDraft {
  const { id, tenant, terms, earlier, correlationId } = request
  const { requester } = terms
  return {
    id: `request:${id}:${about}`,
    person: { tenant, id: requester.id, name: requester.name },
    reason: 'refused',
    title,
    urgency: 'normal',
    facts: [
      { title: 'Asked for', value: subjectOf(terms) },
      { title: 'Their reason', value: terms.reason },
      { title: 'How long', value: howLong(terms, earlier) },
      ...facts,
    ],
    correlationId,
  }
}
