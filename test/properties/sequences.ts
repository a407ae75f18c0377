import { sql } from 'kysely'
import { extensionOf } from '../../bot/access/extend-grant-terms.ts'
import { readGrant } from '../../bot/access/grants.ts'
import { handBack } from '../../bot/access/hand-back.ts'
import { grantIdOf } from '../../bot/access/make-grant.ts'
import { askForAccess } from '../../bot/approvals/requests/ask-for-access.ts'
import type { AccessRequest, Lasts, Named, Terms } from '../../bot/approvals/requests/request.ts'
import { readRequest } from '../../bot/approvals/requests/requests.ts'
import type { Person, UserId } from '../../bot/identity/person.ts'
import type { Entry } from '../../bot/policy/catalogue/catalogue.ts'
import { hours } from '../bot/identity/people.ts'
import type { Chance } from './chance.ts'
import { answer, taking } from './decisions.ts'
import { type Deed, type EventKind, weights } from './events.ts'
import type { Replica } from './replica.ts'
import type { World } from './world.ts'

/** One request with what follows. */
export interface Sequence {
  readonly person: Person
  readonly requester: Person
  readonly entry: Entry
  readonly requests: string[]
  readonly events: EventKind[]
  /** When the next of them happens. */
  at: number
  last: Deed | undefined
}

/** Draws a sequence of 5 to 15 events. */
export function drawSequence(world: World, chance: Chance, person: Person, from: number): Sequence {
  const manager = world.managers.find(({ id }) => id === world.company.managers.get(person.id))
  const entry = chance.pick(world.entries.filter(({ key }) => key !== 'nobodys' || chance.happens(0.2)))
  return {
    ...{ person, entry, requests: [], last: undefined },
    requester: manager && chance.happens(0.15) ? manager : person,
    events: ['ask', ...Array.from({ length: 4 + chance.below(11) }, () => chance.weighed(weights))],
    at: from + chance.below(48) * hours,
  }
}

/** What somebody did, and whether it was let happen. */
export interface Happening {
  readonly kind: EventKind
  readonly taken: boolean
}

const clashing = ['approve', 'deny', 'withdraw', 'shorten', 'delegate', 'hand-back', 'ask-again'] as const

/** The people do what the sequence says next, perhaps twice, perhaps two things in the same moment. */
export async function happenNext(world: World, chance: Chance, sequence: Sequence): Promise<readonly Happening[]> {
  const replicas = world.alive()
  if (replicas.length === 0) {
    sequence.at = world.now() + 1
    return []
  }
  let kind = sequence.events.shift()
  if (!kind) return []
  // Everything happens on the hour, so that much of it happens at once.
  sequence.at = Math.floor(world.now() / hours) * hours + waits(chance)
  let deed = await deedOf(world, chance, sequence, kind)
  for (let turn = 0; !deed && turn < 4; turn++) {
    kind = chance.weighed(weights)
    deed = await deedOf(world, chance, sequence, kind)
  }
  if (!deed) return [{ kind, taken: false }]
  sequence.last = deed
  const twice = chance.happens(0.15)
  // Somebody else does something else in the same moment.
  const clash = chance.happens(0.15) ? chance.pick(clashing) : undefined
  const other = clash && (await deedOf(world, chance, sequence, clash))
  const [first, second] = [chance.pick(replicas), chance.pick(replicas)]
  const told = (what: EventKind, done: Deed, on: Replica) =>
    world.survive(
      what,
      done(on).then((taken) => {
        outcomes.push({ kind: what, taken })
        world.story(sequence.person.id, `${what}${twice ? ', twice' : ''}: ${taken ? 'taken' : 'not taken'}`)
      }),
    )
  const outcomes: Happening[] = []
  await Promise.all([
    told(kind, deed, first),
    ...(twice ? [told(kind, deed, second)] : []),
    ...(other ? [told(clash, other, second)] : []),
  ])
  if (other) world.counts.clashes++
  return outcomes
}

function waits(chance: Chance): number {
  return chance.pick([0, 0, 1, 1, 1, 2, 2, 5, 5, 12, 24, 40]) * hours
}

async function deedOf(world: World, chance: Chance, sequence: Sequence, kind: EventKind): Promise<Deed | undefined> {
  const { person, requester, requests } = sequence
  if (kind === 'ask' || kind === 'ask-again') return await ask(world, chance, sequence, kind === 'ask-again')
  if (kind === 'redeliver') return sequence.last
  if (kind === 'wait') return undefined
  const open = await openOf(world, requests)
  if (kind === 'extend') return await extend(world, chance, sequence)
  if (kind === 'hand-back') {
    const [request] = requests.length === 0 ? [] : [chance.pick(requests)]
    const by = chance.happens(0.9) ? person : chance.pick(world.employees)
    if (request === undefined) return undefined
    return async ({ ground }) => (await handBack(ground, grantIdOf(request), by)).ok
  }
  if (kind === 'administrator-adds' || kind === 'administrator-removes') {
    const { group } = sequence.entry
    return async () => world.company.administrate(group, person.id, kind === 'administrator-adds')
  }
  if (kind === 'leave') {
    const to = await toBegin(world, requests)
    const who = to && chance.happens(0.7) ? chance.pick(to.approvers).id : someone(world, chance, open)
    return async () => leave(world, chance, who)
  }
  if (kind === 'tamper') return await tamper(world, requests)
  if (kind === 'go-away') {
    const who = someone(world, chance, open)
    return async () =>
      world.company.away.has(who) ? world.company.away.delete(who) : Boolean(world.company.away.add(who))
  }
  if (!open) return undefined
  if (kind === 'withdraw') {
    const by = chance.pick([requester, person, chance.pick(world.employees)])
    return taking(open.id, { kind: 'withdrawn' }, by.id)
  }
  const asks = open.asks.filter(({ state }) => state === 'asked')
  const one = asks.length === 0 ? open.asks.at(-1) : chance.pick(asks)
  return one && answer(world, chance, open, one, kind)
}

async function ask(world: World, chance: Chance, sequence: Sequence, again: boolean): Promise<Deed> {
  const { person, requester } = sequence
  const alike = world.entries.filter(({ group }) => group === sequence.entry.group)
  const entry = again ? chance.pick(alike) : sequence.entry
  const id = `request-${person.id}-${world.now()}-${sequence.requests.length}`
  sequence.requests.push(id)
  const terms: Terms = {
    ...{ kind: 'access', requester: named(requester), person: named(person), entry: entry.key, title: entry.title },
    ...{ opens: entry.opens, group: { id: entry.group, name: entry.title }, risk: entry.risk, reason: 'For work' },
    ...{ startsAt: startOf(world, chance), lasts: lastsOf(world, chance, 0), conflicts: [], extends: null },
  }
  world.story(person.id, `asks for ${entry.key}, ${JSON.stringify(terms.lasts)} from ${terms.startsAt}: ${id}`)
  const wish = { id, requester, terms, stages: entry.approvals, correlationId: id }
  return async ({ ground }) => (await askForAccess(ground, wish)).ok
}

async function extend(world: World, chance: Chance, sequence: Sequence): Promise<Deed | undefined> {
  const { person, requester } = sequence
  const [first] = sequence.requests.length === 0 ? [] : [chance.pick(sequence.requests)]
  const grant = await readGrant(world.database, grantIdOf(first ?? ''))
  if (!grant || grant.state === 'ended' || grant.state === 'failed') return undefined
  const entry = world.entries.find(({ key }) => key === grant.entry) ?? sequence.entry
  const id = `request-${person.id}-${world.now()}-${sequence.requests.length}`
  const by = grant.requester.id === requester.id ? requester : person
  sequence.requests.push(id)
  const past = grant.endsAt === null ? 0 : Math.max(0, grant.endsAt.getTime() - world.now())
  const wanted = { requester: named(by), reason: 'Longer', lasts: lastsOf(world, chance, past) }
  world.story(person.id, `extends ${grant.id}, ${JSON.stringify(wanted.lasts)}: ${id}`)
  return async ({ ground }) => {
    const made = await extensionOf(ground, grant, entry, wanted)
    if ('refused' in made) return false
    return (await askForAccess(ground, { id, requester: by, correlationId: id, ...made })).ok
  }
}

function startOf(world: World, chance: Chance): string | null {
  return chance.happens(0.75) ? null : new Date(world.now() + (1 + chance.below(48)) * hours).toISOString()
}

function lastsOf(world: World, chance: Chance, past: number): Lasts {
  const length = (1 + chance.below(chance.pick([4, 48, 120]))) * hours
  const kind = chance.weighed({ for: 55, until: 38, permanent: 7 })
  if (kind === 'permanent') return 'permanent'
  return kind === 'for' ? { for: past + length } : { until: new Date(world.now() + past + length).toISOString() }
}

/** The request of the sequence that is open, the last one first. */
async function openOf(world: World, requests: readonly string[]): Promise<AccessRequest | undefined> {
  for (const id of requests.toReversed()) {
    const request = await readRequest(world.database, id)
    if (request?.state === 'open') return request
  }
  return undefined
}

function someone(world: World, chance: Chance, open: AccessRequest | undefined): UserId {
  const asked = open?.asks ?? []
  return asked.length > 0 && chance.happens(0.7) ? chance.pick(asked).approver.id : chance.pick(world.managers).id
}

/** A grant of the sequence that waits for its start. */
async function toBegin(world: World, requests: readonly string[]) {
  for (const id of requests) {
    const grant = await readGrant(world.database, grantIdOf(id))
    if (grant?.state === 'waiting' && grant.startsAt.getTime() > world.now()) return grant
  }
  return undefined
}

/** Somebody changes the words of an approved request in the table: nobody said yes to these. */
async function tamper(world: World, requests: readonly string[]): Promise<Deed | undefined> {
  const grant = await toBegin(world, requests)
  if (!grant) return undefined
  return async () => {
    world.tampered.add(grant.requestId)
    await sql`update access_requests set document = jsonb_set(document, '{terms,reason}', '"Another one"')
      where id = ${grant.requestId}`.execute(world.database)
    return true
  }
}

/** Somebody leaves, or comes back. */
function leave(world: World, chance: Chance, fallback: UserId): boolean {
  const gone = [...world.company.users.values()].filter(({ accountEnabled }) => accountEnabled === false)
  const returns = gone.length > 0 && chance.happens(0.6)
  const who = returns ? chance.pick(gone).id : fallback
  world.company.enable(who, returns)
  world.story(who, returns ? 'is back' : 'has left')
  return true
}

function named({ id, name }: Person): Named {
  return { id, name }
}
