import type { Kysely, Transaction } from 'kysely'
import type { CardContent } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { changePosts, type PostChange, type PostDraft } from '../turns/outbox.ts'
import type { KeptContract } from './contracts.ts'
import type { KeptGrant } from './grants.ts'
import { postTo } from './tell.ts'
import { factsOf, moment, nameOf } from './words.ts'

/** As many as the policy may name. */
const mostReminders = 5

/** The card that says that a grant ends soon, for whoever has it and whoever asked for it. `number` counts from 1. */
export function grantReminders(grant: KeptGrant & { readonly endsAt: Date }, number: number): readonly PostDraft[] {
  const data = {
    title: `${grant.title} ends soon`,
    text: `Access of ${nameOf(grant.person)} ends on ${moment(grant.endsAt)}. I take it back then, unless an extension is approved before.`,
    facts: factsOf(grant),
    ids: { grant: grant.id },
  }
  return holders(grant).map((id) =>
    postTo(grant, id, reminderKey('access-ends', grant, number, id), { card: 'access-ends', data }),
  )
}

/** The card that says that a contract ends soon, for its sponsor. */
export function contractReminder(contract: KeptContract, number: number): readonly PostDraft[] {
  const { sponsor, person, project, endsAt } = contract
  const data = {
    title: `The contract of ${nameOf(person)} ends soon`,
    text: `On ${moment(endsAt)} the account of ${nameOf(person)} is disabled and loses its access, unless an extension is approved before.`,
    facts: [
      { title: 'Who', value: nameOf(person) },
      { title: 'Project', value: project },
    ],
    ids: { contract: contract.id },
  }
  const key = reminderKey('contract-ends', contract, number, sponsor.id)
  return [postTo(contract, sponsor.id, key, { card: 'contract-ends', data })]
}

/** The cards that reminded of this end are over: they say why, and have no buttons any more. */
export function closedGrantReminders(
  database: Kysely<Schema>,
  grant: KeptGrant,
  sentence: string,
): Promise<readonly PostChange[]> {
  return closed(database, 'access-ends', grant, holders(grant), sentence)
}

export function closedContractReminders(
  database: Kysely<Schema>,
  contract: KeptContract,
  sentence: string,
): Promise<readonly PostChange[]> {
  return closed(database, 'contract-ends', contract, [contract.sponsor.id], sentence)
}

/** Closes the cards of a grant that is over, in the transaction in which it ends. */
export async function closeGrantReminders(
  transaction: Transaction<Schema>,
  clock: Clock,
  grant: KeptGrant,
  sentence: string,
): Promise<void> {
  await changePosts(transaction, await closedGrantReminders(transaction, grant, sentence), clock)
}

function holders({ person, requester }: KeptGrant): readonly UserId[] {
  return [...new Set([person.id, requester.id])]
}

type Ending = { readonly id: string; readonly endsAt: Date | null }

/** Of one end: an end that has moved is reminded of by other cards. */
function reminderKey(card: string, { id, endsAt }: Ending, number: number, person: UserId): string {
  return `${card}:${id}:${endsAt?.getTime() ?? 0}:${number}:${person}`
}

async function closed(
  database: Kysely<Schema>,
  card: string,
  of: Ending,
  people: readonly UserId[],
  sentence: string,
): Promise<readonly PostChange[]> {
  if (of.endsAt === null) return []
  const numbers = Array.from({ length: mostReminders }, (_, index) => index + 1)
  const keys = numbers.flatMap((number) => people.map((person) => reminderKey(card, of, number, person)))
  const posts = await database.selectFrom('posts').select(['key', 'content']).where('key', 'in', keys).execute()
  return posts.flatMap(({ key, content }) => {
    const shown = content as CardContent
    return shown.closed === undefined ? [{ key, content: { ...shown, closed: sentence } }] : []
  })
}
