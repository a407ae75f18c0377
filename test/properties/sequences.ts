import { extensionOf } from '../../bot/access/extend-grant-terms.ts'
import { readGrant } from '../../bot/access/grants.ts'
import { handBack } from '../../bot/access/hand-back.ts'
import { grantIdOf } from '../../bot/access/make-grant.ts'
import { mayDelegateTo, mayStillApprove } from '../../bot/approvals/requests/approvers.ts'
import { askForAccess } from '../../bot/approvals/requests/ask-for-access.ts'
import { approveButton } from '../../bot/approvals/requests/button-approve.ts'
import type { RequestGround } from '../../bot/approvals/requests/ground.ts'
import type { Happened } from '../../bot/approvals/requests/happened.ts'
import {
  type AccessRequest,
  type Ask,
  askPost,
  type Lasts,
  type Named,
  type Terms,
} from '../../bot/approvals/requests/request.ts'
import { readRequest } from '../../bot/approvals/requests/requests.ts'
import { takeStep } from '../../bot/approvals/requests/take-step.ts'
import { termsHash } from '../../bot/approvals/requests/terms.ts'
import type { Person, UserId } from '../../bot/identity/person.ts'
import type { Entry } from '../../bot/policy/catalogue/catalogue.ts'
import { readPost } from '../../bot/turns/outbox.ts'
import { hours } from '../bot/identity/people.ts'
import type { Chance } from './chance.ts'
import type { Replica } from './replica.ts'
import type { World } from './world.ts'

/** What may follow a request, and how often. */
const weights = {
  ...{ approve: 46, deny: 3, withdraw: 3, shorten: 6, extend: 6, delegate: 4, 'hand-back': 6, question: 2 },
  ...{ 'ask-again': 6, redeliver: 8, 'approve-as-other': 4, 'approve-old-card': 2, 'approve-own': 3 },
  ...{ 'not-reached': 2, 'go-away': 1, leave: 0.4, 'administrator-removes': 2, 'administrator-adds': 2, wait: 6 },
} as const
export type EventKind = keyof typeof weights | 'ask'

/** What somebody does on a replica; true = it was let happen. */
type Deed = (replica: Replica) => Promise<boolean>

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

/** The people do what the sequence says next, perhaps twice in the same moment. @returns what it was and whether it was let happen */
export async function happenNext(
  world: World,
  chance: Chance,
  sequence: Sequence,
): Promise<{ readonly kind: EventKind; readonly taken: boolean } | undefined> {
  const replicas = world.alive()
  if (replicas.length === 0) {
    sequence.at = world.now() + 1
    return undefined
  }
  let kind = sequence.events.shift()
  if (!kind) return undefined
  // Everything happens on the hour, so that much of it happens at once.
  sequence.at = Math.floor(world.now() / hours) * hours + waits(chance)
  let deed = await deedOf(world, chance, sequence, kind)
  for (let turn = 0; !deed && turn < 4; turn++) {
    kind = chance.weighed(weights)
    deed = await deedOf(world, chance, sequence, kind)
  }
  if (!deed) return { kind, taken: false }
  sequence.last = deed
  const twice = chance.happens(0.15)
  const on = twice ? [chance.pick(replicas), chance.pick(replicas)] : [chance.pick(replicas)]
  const what = kind
  let taken = false
  await Promise.all(
    on.map((replica) =>
      world.survive(
        what,
        deed(replica).then((done) => {
          taken ||= done
        }),
      ),
    ),
  )
  world.story(sequence.person.id, `${kind}${twice ? ' twice' : ''}: ${taken ? 'taken' : 'not taken'}`)
  return { kind, taken }
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
  if (kind === 'leave')
    return async () => leave(world, chance, chance.happens(0.5) ? person.id : someone(world, chance, open))
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

/** What an approver does with a card, or somebody who is none. */
function answer(world: World, chance: Chance, request: AccessRequest, one: Ask, kind: EventKind): Deed | undefined {
  const { id, terms } = request
  const proof = (ground: RequestGround) =>
    terms.risk === 'high' ? { proof: { method: 'totp' as const, at: ground.clock().toISOString() } } : {}
  const yes = (ground: RequestGround, more: { shorter?: Lasts } = {}): Happened => ({
    ...{ kind: 'approved', ask: one.id, hash: one.hash },
    ...proof(ground),
    ...more,
  })
  const may = async ({ ground }: Replica) => (await mayStillApprove(ground, request, one)) === undefined
  const taken = async ({ ground }: Replica, happened: Happened, by: UserId) =>
    !('refused' in (await takeStep(ground, id, happened, by)))
  switch (kind) {
    case 'approve':
      if (terms.risk !== 'high') return (replica) => press(world, replica, one, one.approver)
      return async (replica) => (await may(replica)) && (await taken(replica, yes(replica.ground), one.approver.id))
    case 'approve-as-other': {
      const other = chance.pick([...world.managers, ...world.employees])
      if (other.id === one.approver.id) return undefined
      return async (replica) =>
        chance.happens(0.5)
          ? await press(world, replica, one, other)
          : await taken(replica, yes(replica.ground), other.id)
    }
    case 'approve-own': {
      const own = chance.pick([terms.requester, terms.person])
      return async (replica) => await taken(replica, yes(replica.ground), own.id)
    }
    case 'approve-old-card':
      return async (replica) => {
        const hash = termsHash({ ...terms, reason: 'Another one' })
        return await taken(replica, { ...yes(replica.ground), kind: 'approved', ask: one.id, hash }, one.approver.id)
      }
    case 'shorten': {
      const shorter: Lasts = { for: (1 + chance.below(30)) * hours }
      return async (replica) =>
        (await may(replica)) && (await taken(replica, yes(replica.ground, { shorter }), one.approver.id))
    }
    case 'deny':
      return async (replica) =>
        (await may(replica)) &&
        (await taken(replica, { kind: 'denied', ask: one.id, reason: 'Not needed' }, one.approver.id))
    case 'delegate': {
      const to = chance.pick([...world.managers, chance.pick(world.employees), terms.person])
      return async (replica) => {
        if (!(await may(replica))) return false
        const found = await mayDelegateTo(replica.ground, request, one, to.id)
        return (
          !('refused' in found) &&
          (await taken(replica, { kind: 'delegated', ask: one.id, to: found }, one.approver.id))
        )
      }
    }
    case 'question': {
      const question = `${one.id}:q${request.questions.length + 1}`
      return async (replica) =>
        (await taken(replica, { kind: 'asked', ask: one.id, id: question, text: 'What for?' }, one.approver.id)) &&
        (await taken(replica, { kind: 'answered', question, text: 'Work' }, terms.requester.id))
    }
    case 'not-reached':
      return async () => {
        const { database } = world
        const { numUpdatedRows } = await database
          .updateTable('posts')
          .set({ state: 'failed' })
          .where('key', '=', askPost(one.id))
          .executeTakeFirst()
        return numUpdatedRows > 0n
      }
    default:
      return undefined
  }
}

/** Somebody presses Approve on the card, theirs or not. */
async function press(world: World, { ground }: Replica, { id }: Ask, by: Named): Promise<boolean> {
  const post = await readPost(ground.database, askPost(id))
  if (!post) return false
  const person = { tenant: world.tenant, ...by }
  const pressed = { person, post, values: {}, correlationId: id, submitted: false }
  const { posts } = await approveButton(ground)(pressed)
  return posts.length > 0
}

function taking(id: string, happened: Happened, by: UserId): Deed {
  return async ({ ground }) => !('refused' in (await takeStep(ground, id, happened, by)))
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

/** Somebody leaves, or comes back. */
function leave(world: World, chance: Chance, fallback: UserId): boolean {
  const gone = [...world.company.users.values()].filter(({ accountEnabled }) => accountEnabled === false)
  const returns = gone.length > 0 && chance.happens(0.5)
  const who = returns ? chance.pick(gone).id : fallback
  world.company.enable(who, returns)
  world.story(who, returns ? 'is back' : 'has left')
  return true
}

function named({ id, name }: Person): Named {
  return { id, name }
}
