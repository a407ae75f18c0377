import type { EntryShown } from '../access/access-desk.ts'
import { contractOf } from '../access/contracts.ts'
import type { Grant } from '../access/grant.ts'
import { activeGrantsOf } from '../access/grants.ts'
import { momentInWords } from '../approvals/requests/lasts-words.ts'
import type { AccessRequest, Named, Terms } from '../approvals/requests/request.ts'
import { openRequestOf } from '../approvals/requests/requests.ts'
import { whoItWaitsFor } from '../approvals/requests/waiting-words.ts'
import type { Entry, Stage } from '../policy/catalogue/catalogue.ts'
import { ticketNumbers } from '../tickets/ticket-numbers.ts'
import { conflictsWith } from './access-conflicts.ts'
import { isGone } from './access-gone.ts'
import type { Ground, Sitting } from './ground.ts'

const mostGrants = 200

/** What must be known before something can be asked for; all of it read just now. */
export interface Looked {
  readonly entry: Entry
  readonly person: Named
  readonly group: NonNullable<Terms['group']>
  /** Why there is nothing to ask: a sentence with what to do instead. */
  readonly instead: string | undefined
  readonly conflicts: readonly string[]
  /** Those of the entry, and what conflicts add. */
  readonly stages: readonly Stage[]
  /** A contractor's access ends with the contract at the latest. */
  readonly contractEnds: Date | undefined
}

export function shown({ key, title, opens, risk }: Entry): EntryShown {
  return { key, title, opens, risk }
}

/** Looks at what somebody would get: whether they have it, whether it was asked for, what does not go with it. */
export async function lookAt(ground: Ground, sitting: Sitting, entry: Entry, person: Named): Promise<Looked> {
  const { database, directory } = ground.access
  const { tenant, id } = sitting.person
  const mine = person.id === id
  const asked = { kind: 'access', entry: entry.key, extends: null } as const
  const [group, open, grants, direct, within, conflicts, contract] = await Promise.all([
    directory.group(entry.group).catch(isGone),
    openRequestOf(database, tenant, person.id, asked),
    activeGrantsOf(database, tenant, person.id, mostGrants),
    directory.isMember(entry.group, person.id).catch(isGone),
    directory.memberOf(person.id, [entry.group]),
    conflictsWith(ground, sitting, person, entry),
    contractOf(database, tenant, person.id),
  ])
  const had = grants.find((grant) => grant.entry === entry.key && grant.goneAt === null)
  const gone = 'It cannot be given now: its group is not in the directory any more. Please tell IT.'
  const instead =
    (open && (await askedAlready(ground, open, sitting, person))) ??
    (had && hasAlready(had, mine)) ??
    (direct === true || within.length > 0
      ? `${mine ? 'You have' : `${person.name} has`} it already, and not from me: there is nothing to ask for.`
      : undefined) ??
    (group ? undefined : gone) ??
    conflicts.refused
  return {
    entry,
    person,
    group: { id: entry.group, name: group?.displayName ?? entry.title },
    instead,
    conflicts: conflicts.sentences,
    stages: [...entry.approvals, ...conflicts.stages],
    contractEnds: contract?.endsAt,
  }
}

async function askedAlready(
  ground: Ground,
  request: AccessRequest,
  { person: asker }: Sitting,
  person: Named,
): Promise<string> {
  const { requester } = request.terms
  const own = requester.id === asker.id
  const [number] = (await ticketNumbers(ground.database, [request.id])).values()
  const who = own ? 'You have' : `${requester.name} has`
  const whom = person.id === asker.id ? '' : ` for ${person.name}`
  const back = own ? ' To take it back, write "withdraw".' : ''
  return `${who} asked for it already${whom}: request ${number ?? ''}. ${whoItWaitsFor(request)}${back}`
}

function hasAlready({ state, startsAt, endsAt, person }: Grant, mine: boolean): string {
  const who = mine ? 'You have' : `${person.name} has`
  if (state === 'waiting') return `It is approved already, and begins on ${momentInWords(startsAt.toISOString())}.`
  if (endsAt === null) return `${who} it already, for good.`
  return `${who} it already, until ${momentInWords(endsAt.toISOString())}. To keep it longer, write "extend".`
}
