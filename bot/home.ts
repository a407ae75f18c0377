import type { Kysely } from 'kysely'
import type { Dialog } from '../dialogs/dialog.ts'
import { contractOf, contractsOfSponsor } from './access/contracts.ts'
import { activeGrantsOf, type KeptGrant } from './access/grants.ts'
import { openRequestsFor, requestsOf } from './approvals/requests/requests.ts'
import { whoItWaitsFor } from './approvals/requests/waiting-words.ts'
import type { CardContent } from './channels/chat.ts'
import { plain } from './channels/text.ts'
import type { Directory } from './directory/directory.ts'
import { DirectoryError } from './directory/directory-error.ts'
import type { Person } from './identity/person.ts'
import { lockdownNow } from './lockdown/in-force.ts'
import { closedSentence, strictSentence } from './policy/lockdown.ts'
import type { Policy } from './policy/policy.ts'
import type { Schema } from './store/schema.ts'
import { ticketNumbers } from './tickets/ticket-numbers.ts'
import type { Tickets } from './tickets/tickets.ts'

/** So many of each list; the rest is counted. */
const most = 20
const quickActions = 7
const mostApprovers = 3
const longestDetail = 600
/** What is read to say more of what is listed: grants of groups, and where the requests behind open tickets stand. */
const mostRead = 50
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

interface HomeGround {
  readonly database: Kysely<Schema>
  readonly directory: Pick<Directory, 'groupsOf'>
  readonly tickets: Tickets
  readonly dialogs: readonly Dialog[]
  readonly policy: Pick<Policy, 'lockdown'>
}

/** What somebody finds on their home page: what they have access to, what they asked for, and what they can start. */
export function homePage(ground: HomeGround): (person: Person) => Promise<CardContent> {
  return async (person) => {
    const [lockdown, access, contracts, own, byOthers] = await Promise.all([
      lockdownNow(ground.database, person.tenant),
      accessOf(ground, person),
      contractsOf(ground, person),
      openRequests(ground, person),
      requestsByOthers(ground, person),
    ])
    const requests = [...own, ...byOthers].slice(0, most)
    const actions = ground.dialogs
      .filter(({ inMenu }) => inMenu !== false)
      .slice(0, quickActions)
      .map((dialog) => ({ title: dialog.title, ids: { dialog: dialog.name } }))
    const { contact } = ground.policy.lockdown
    const closed = lockdown === 'strict' ? strictSentence(contact) : closedSentence(contact)
    const note = lockdown === 'open' ? {} : { lockdown: closed }
    return { card: 'home', data: { name: person.name, contracts, requests, actions, ...access, ...note } }
  }
}

interface Line {
  readonly name: string
  readonly detail: string
}

/**
 * What HelpBot granted comes first, the next to end on top, then the other groups. A directory that does not answer must not
 * keep somebody from their own page.
 */
async function accessOf(
  { database, directory }: Pick<HomeGround, 'database' | 'directory'>,
  person: Person,
): Promise<Record<string, unknown>> {
  const kept = await activeGrantsOf(database, person.tenant, person.id, mostRead)
  const granted = kept.map((grant) => ({ name: grant.title, detail: grantInWords(grant) }))
  try {
    const { groups, more } = await directory.groupsOf(person.id, most)
    const carried = new Set(kept.filter(isThere).map(({ group }) => group.id))
    const others = groups
      .filter(({ id }) => !carried.has(id))
      .map(({ displayName, description }) => ({ name: displayName, detail: description ?? '' }))
    return listed([...granted, ...others], more)
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    const note = 'I cannot read the directory right now, so your access may be missing here.'
    return { ...listed(granted, false), note }
  }
}

function listed(lines: readonly Line[], more: boolean): Record<string, unknown> {
  return { access: lines.slice(0, most), ...(more || lines.length > most ? { moreAccess: 'and more' } : {}) }
}

/** Whether the directory has the group because of it. */
function isThere({ state, goneAt }: KeptGrant): boolean {
  return state === 'active' && goneAt === null
}

/** `until 30 April 2027, approved by Maya Okonkwo and Hugo Ferreira` */
function grantInWords(grant: KeptGrant): string {
  const { state, startsAt, endsAt, approvers, goneAt } = grant
  const end = endsAt === null ? 'without an end' : `until ${day.format(endsAt)}`
  const begins = state === 'waiting' ? `from ${day.format(startsAt)}, ` : ''
  const names = [...new Set(approvers.map(({ name }) => plain(name, 100)))]
  const others = names.length - mostApprovers
  const said = others > 0 ? [...names.slice(0, mostApprovers), others === 1 ? 'one other' : `${others} others`] : names
  const last = said.length > 1 ? `${said.slice(0, -1).join(', ')} and ${said.at(-1)}` : said.join('')
  const parts = [
    `${begins}${end}`,
    last === '' ? '' : `approved by ${last}`,
    goneAt === null ? '' : 'somebody took it away',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** Whose accounts they answer for, the next to end on top; and the contract that they themselves work under. */
async function contractsOf({ database }: Pick<HomeGround, 'database'>, person: Person): Promise<readonly Line[]> {
  const [own, sponsored] = await Promise.all([
    contractOf(database, person.tenant, person.id),
    contractsOfSponsor(database, person.tenant, person.id, most),
  ])
  const lines = [
    ...(own ? [{ contract: own, who: 'your account', answers: `${plain(own.sponsor.name, 100)} answers for it` }] : []),
    ...sponsored.map((contract) => ({ contract, who: plain(contract.person.name, 100), answers: 'you answer for it' })),
  ]
  return lines.slice(0, most).map(({ contract: { project, state, startsAt, endsAt }, who, answers }) => {
    const begins = state === 'waiting' ? `from ${day.format(startsAt)} ` : ''
    return { name: project, detail: `${who}, ${begins}until ${day.format(endsAt)}, ${answers}` }
  })
}

/** Open tickets; one of a request for access says whom it waits for. */
async function openRequests(
  { database, tickets }: Pick<HomeGround, 'database' | 'tickets'>,
  person: Person,
): Promise<readonly Record<string, string>[]> {
  const [all, asked] = await Promise.all([
    tickets.ofPerson(person, most),
    requestsOf(database, person.tenant, person.id, mostRead),
  ])
  const open = new Map(asked.filter(({ state }) => state === 'open').map((request) => [request.id, request]))
  return all
    .filter(({ state }) => state === 'open')
    .map(({ id, number, title, openedAt }) => {
      const request = open.get(id)
      const since = openSince(openedAt)
      return {
        number: String(number),
        title,
        detail: request ? plain(`${since}. ${whoItWaitsFor(request)}`, longestDetail) : since,
      }
    })
}

/** What somebody else has asked for them: the ticket is not theirs, and they may want to know all the same. */
async function requestsByOthers(
  { database }: Pick<HomeGround, 'database'>,
  person: Person,
): Promise<readonly Record<string, string>[]> {
  const requests = await openRequestsFor(database, person.tenant, person.id, most)
  const numbers = await ticketNumbers(
    database,
    requests.map(({ id }) => id),
  )
  return requests.map((request) => {
    const { id, terms, askedAt } = request
    const by = `asked for by ${plain(terms.requester.name, 100)}, ${openSince(new Date(askedAt))}`
    return {
      number: String(numbers.get(id) ?? ''),
      title: terms.title,
      detail: plain(`${by}. ${whoItWaitsFor(request)}`, longestDetail),
    }
  })
}

function openSince(at: Date): string {
  return `open since ${at.toISOString().slice(0, 10)}`
}
