import type { Kysely } from 'kysely'
import type { Fact, ThreadDraft } from '../../escalation/escalation.ts'
import type { Schema } from '../../store/schema.ts'
import { subjectOf } from './ask-card.ts'
import type { RequestGround } from './ground.ts'
import { howLong } from './lasts-words.ts'
import type { AccessRequest, Ask } from './request.ts'
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
