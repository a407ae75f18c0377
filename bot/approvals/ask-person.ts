import type { OperationName } from '../desk.ts'
import type { ConfirmationLimits } from '../identity/confirmation-limits.ts'
import { openConfirmation, withdrawOfDialog } from '../identity/manager.ts'
import type { Person, UserId } from '../identity/person.ts'
import { operationFacts } from '../policy/operations.ts'
import { isNewLink } from '../slack-people/new-link.ts'
import { readPost, writePosts } from '../turns/outbox.ts'
import type { AskingGround } from './ask-manager.ts'
import { closeCards, confirmationPost } from './close-cards.ts'
import { personPurpose } from './person-purpose.ts'

/** Somebody of IT helps many in an hour; the one who is asked is spared as a manager is. */
const limits: ConfirmationLimits = {
  openPerConfirmer: 5,
  perConfirmerAndHour: 12,
  openPerAsker: 2,
  perAskerAndHour: 10,
}

export interface Asking {
  /** Who helps. */
  readonly person: Person
  readonly as: 'manager' | 'it'
  /** Who is helped, and proves that it is they by picking the number. */
  readonly about: UserId
  readonly dialogId: string
  readonly correlationId: string
}

/**
 * Shows whoever is helped a card with three numbers in their own chat, one of them the helper's. The same key asks once.
 */
export async function askPerson(
  ground: AskingGround,
  asking: Asking,
  key: string,
  operation: OperationName,
): Promise<{ readonly id: string; readonly number: number } | { readonly unavailable: string }> {
  const { database, clock, policy } = ground
  const { person, as, about, dialogId, correlationId } = asking
  if (await saidNo(ground, asking, personPurpose(operation))) return { unavailable: no }
  const opened = await openConfirmation(
    { database, clock },
    {
      id: `${dialogId}:${key}`,
      tenant: person.tenant,
      asker: person.id,
      confirmer: about,
      purpose: personPurpose(operation),
      dialogId,
      correlationId,
      ttlMs: policy.confirmation.expiresAfter,
    },
    { limits },
  )
  if (!opened.ok) return { unavailable: busy(opened.reason) }
  const { confirmation } = opened
  const post = confirmationPost(confirmation.id)
  const data = {
    starter: person.name,
    as: as === 'manager' ? 'Your manager' : 'IT',
    purpose: operationFacts[operation].titleForPerson ?? operationFacts[operation].title,
    ids: { askedAt: `${clock().toISOString().slice(0, 19)}Z` },
    choices: confirmation.choices.map((choice) => ({ title: String(choice), ids: { pick: String(choice) } })),
  }
  const to = { tenant: person.tenant, person: confirmation.confirmer }
  await writePosts(
    database,
    [{ key: post, to, content: { card: 'match-number', data }, dialogId, correlationId }],
    clock,
  )
  await ground.bringOut([post])
  const brought = await readPost(database, post)
  const at = brought?.place?.channel
  const tooNew = await isNewLink(ground, { tenant: person.tenant, id: about }, at)
  const tooWeak = (at !== undefined && !ground.channelIsStrong(at)) || tooNew
  if (brought?.state !== 'failed' && !tooWeak) return { id: confirmation.id, number: confirmation.number }
  const withdrawn = await withdrawOfDialog({ database, clock }, dialogId)
  await ground.bringOut(await closeCards(ground, withdrawn, 'Not needed any more.'))
  return { unavailable: tooNew ? newChat : tooWeak ? weakChat : unreachable }
}

/** Whoever said that they asked for nothing is left in peace: one of three numbers is soon hit by pressing anything. */
const peace = 3_600_000

async function saidNo({ database, clock }: AskingGround, { person, about }: Asking, purpose: string): Promise<boolean> {
  const denied = await database
    .selectFrom('confirmations')
    .select('id')
    .where('tenant_id', '=', person.tenant)
    .where('confirmer_id', '=', about)
    .where('purpose', '=', purpose)
    .where('state', '=', 'denied')
    .where('decided_at', '>', new Date(clock().getTime() - peace))
    .limit(1)
    .executeTakeFirst()
  return denied !== undefined
}

const no =
  'They said no to such a request within the last hour. Let them read you a code of their authenticator app instead.'
const unreachable = 'I cannot reach them in their chat. Let them read you a code of their authenticator app instead.'
const weakChat =
  'The chat in which they write to me asks for no second factor, so it does not count. Let them read you a code instead.'

const newChat =
  'The Slack account in which they write to me was linked to them only lately, so it does not count yet. Let them read you a code instead.'

function busy(reason: 'own-confirmer' | 'confirmer-busy' | 'asker-busy'): string {
  if (reason === 'own-confirmer') return 'Nobody vouches for themselves.'
  if (reason === 'confirmer-busy') return 'They have too many such requests open right now. Please try again later.'
  return 'You have asked too many people in the last hour. Please try again later.'
}
