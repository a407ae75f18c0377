import { backOff } from '../../bot/access/attempts.ts'
import { carriesNot } from '../../bot/approvals/requests/carries.ts'
import { askPost } from '../../bot/approvals/requests/request.ts'
import { parseRequest } from '../../bot/approvals/requests/request-document.ts'
import { readRequest } from '../../bot/approvals/requests/requests.ts'
import type { CardContent } from '../../bot/channels/chat.ts'
import type { GroupId, UserId } from '../../bot/identity/person.ts'
import { minutes, seconds } from '../bot/identity/people.ts'
import type { World } from './world.ts'

/** Longer than this nobody keeps what is over, while the service works. */
const grace = 60 * seconds
/** After so long another replica goes on with what one had begun (bot/access/run-to-its-end.ts), and looks as often as that. */
const givenUpAfter = 15 * minutes + 40 * seconds

export interface AuditedEvent {
  readonly kind: string
  readonly action: string
  readonly tenant: string
  readonly actor: string
  readonly target: string
  readonly operationId?: string
  readonly outcome?: string
  readonly detail?: Readonly<Record<string, string>>
}

/** Something that must never be. */
export class Broken extends Error {
  readonly person: string | undefined

  constructor(sentence: string, person?: string) {
    super(sentence)
    this.person = person
  }
}

function must(holds: boolean, sentence: string, person?: string): asserts holds {
  if (!holds) throw new Broken(sentence, person)
}

/** A grant that may carry a membership now. */
export interface Carrier {
  readonly id: string
  readonly state: string
  readonly group_id: string
  readonly person_id: string
  readonly request_id: string
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly attempts: number
}

/** Grants whose request is approved as it must be, and whose start has come; of one membership or of all. */
async function carriersIn(world: World, of?: { readonly group: GroupId; readonly person: UserId }) {
  let query = world.database
    .selectFrom('access_grants')
    .select(['id', 'state', 'group_id', 'person_id', 'request_id', 'starts_at', 'ends_at', 'attempts'])
    .where('tenant_id', '=', world.tenant)
    .where('state', 'in', ['waiting', 'active'])
    .where('starts_at', '<=', world.clock())
  if (of) query = query.where('person_id', '=', of.person).where('group_id', '=', of.group)
  const carriers: Carrier[] = []
  for (const grant of await query.execute()) if (await carries(world, grant)) carriers.push(grant)
  return carriers
}

/** What is approved once stays as it is; at the end of a world it is looked at again. */
async function carries(world: World, grant: Carrier): Promise<boolean> {
  const of = `${grant.person_id} ${grant.group_id}`
  const known = world.carried.get(grant.request_id)
  if (known) return known.of === of
  const request = await readRequest(world.database, grant.request_id)
  if (!request || carriesNot(request) !== undefined) return false
  const approvers = request.asks.filter(({ state }) => state === 'approved').map(({ approver }) => approver.id)
  const carried = { of: `${request.terms.person.id} ${request.terms.group?.id}`, approvers }
  world.carried.set(grant.request_id, carried)
  return carried.of === of
}

/**
 * A membership is made only where an approval carries it, by people who may still speak, and never a second time by the same
 * grant; and what is over is taken back in time. Leave to make it lasts for a minute: what comes to an end in between is taken back.
 */
export function watchChanges(world: World, broken: (error: Broken) => void): void {
  const { watch, left } = world.company
  const hasLeft = (id: UserId) => (left.get(id) ?? Number.POSITIVE_INFINITY) <= world.now() - grace
  watch.adding = async (group, person) => {
    const of = await carriersIn(world, { group, person })
    const now = of.filter(
      ({ state, ends_at }) => state === 'waiting' && (ends_at === null || ends_at.getTime() > world.now() - grace),
    )
    if (now.length === 0)
      broken(new Broken(`a membership is made that no approval carries: ${JSON.stringify(of)}`, person))
    const gone = now.map((carrier) =>
      (world.carried.get(carrier.request_id)?.approvers ?? []).find((id) => hasLeft(id)),
    )
    if (now.length > 0 && gone.every((id) => id !== undefined))
      broken(new Broken('a membership is made for which somebody said yes who has left', person))
  }
  watch.removing = async (group, person) => {
    const of = (await carriersIn(world, { group, person })).filter(({ state }) => state === 'active')
    const last = Math.max(...of.map((carrier) => lastMoment(world, carrier)))
    if (of.length > 0 && last < world.now())
      broken(new Broken(`a membership is taken back ${late(world, last)} s too late: ${JSON.stringify(of)}`, person))
  }
}

function late(world: World, last: number): number {
  return Math.round((world.now() - last) / seconds)
}

/** Each membership that we made is carried by an approval now, and by none that has been over for longer than a minute of service. */
export async function memberships(world: World): Promise<void> {
  const all = Map.groupBy(await carriersIn(world), ({ group_id, person_id }) => `${group_id} ${person_id}`)
  for (const [group, set] of world.company.members)
    for (const [person, made] of set) {
      if (made !== 'us') continue
      const of = all.get(`${group} ${person}`) ?? []
      must(of.length > 0, 'a membership stands that no approval carries', person)
      const last = Math.max(...of.map((carrier) => lastMoment(world, carrier)))
      must(
        last >= world.now(),
        `a membership stands ${late(world, last)} s longer than it may: ${JSON.stringify(of)}`,
        person,
      )
    }
}

/** Until when somebody may keep what is over: a minute after its end, or after what kept the service from working. */
function lastMoment(world: World, { group_id: group, person_id: person, ends_at, attempts }: Carrier): number {
  if (ends_at === null) return Number.POSITIVE_INFINITY
  const end = ends_at.getTime()
  const { company, engines } = world
  const after = (moment: Date | undefined, more = 0) =>
    moment !== undefined && moment.getTime() >= end ? moment.getTime() + more : end
  const stuck = engines.interruptedOf(person, group).map(({ stuckSince, resumedAt }) => {
    const since = Math.max(stuckSince?.getTime() ?? 0, end)
    const until = Math.min(resumedAt?.getTime() ?? world.now(), since + givenUpAfter)
    return new Date(until)
  })
  const moments = [
    after(world.disturbedAt()),
    after(company.lastTrouble(person), backOff(attempts)),
    after(company.outage(), backOff(attempts)),
    ...stuck.map((moment) => after(moment, backOff(attempts))),
  ]
  return Math.max(...moments) + grace
}

/** What the tables say at the end of a world, when nothing is due any more. */
export async function requestsAndCards(world: World) {
  const { database, tenant } = world
  const requests = await database.selectFrom('access_requests').selectAll().where('tenant_id', '=', tenant).execute()
  const grants = await database.selectFrom('access_grants').selectAll().where('tenant_id', '=', tenant).execute()
  const posts = await database.selectFrom('posts').select(['key', 'content']).where('tenant_id', '=', tenant).execute()
  const of = new Map<string, number>()
  for (const { id, request_id } of grants) {
    const first = id.slice('grant:'.length)
    of.set(first, (of.get(first) ?? 0) + 1)
    const request = await readRequest(database, request_id)
    must(
      request !== undefined && carriesNot(request) === undefined,
      `grant ${id} rests on nothing`,
      request?.terms.person.id,
    )
  }
  const ended = new Set<string>()
  for (const { document } of requests) {
    const request = parseRequest(document)
    const { id, terms, state, asks, decidedAt, ending } = request
    const who = terms.person.id
    must(state !== 'open', `${id} never ended`, who)
    must(decidedAt !== null && ending !== null, `${id} does not say how it ended`, who)
    must(!asks.some((ask) => ask.state === 'asked'), `${id} has ended and still asks somebody`, who)
    const said = asks.filter((ask) => ask.state === 'approved' || ask.state === 'denied')
    must(
      !said.some(({ approver }) => approver.id === who || approver.id === terms.requester.id),
      `${id}: they decided it themselves`,
      who,
    )
    const carried = carriesNot(request)
    must(state !== 'approved' || carried === undefined, `${id} is approved, but ${carried}`, who)
    if (terms.kind === 'access')
      must(
        (of.get(id) ?? 0) === (state === 'approved' ? 1 : 0),
        `${id} is ${state} and has ${of.get(id) ?? 0} grants`,
        who,
      )
    for (const ask of asks) ended.add(askPost(ask.id))
    ended.add(id)
  }
  for (const { key, content } of posts) {
    const { card, closed, data } = content as CardContent & {
      readonly data: { readonly ids?: Readonly<Record<string, unknown>> }
    }
    const stillOpen =
      closed === undefined &&
      (card === 'access-ask' || card === 'access-question' || (card === 'access-news' && data.ids?.open === true))
    must(!stillOpen, `the card ${key} can still be pressed, and its request is over`)
    const ends = card === 'access-ends' && closed === undefined
    const grant = ends ? grants.find(({ id }) => id === data.ids?.grant) : undefined
    must(
      grant === undefined || grant.state === 'active' || grant.state === 'waiting',
      `the card ${key} offers to extend what is over`,
      grant?.person_id,
    )
  }
  return { requests, grants }
}

/** What the trail alone says of a world: who decided what, once; and who is in which group by our doing. */
export function trail(world: World, events: readonly AuditedEvent[]): void {
  const once = new Set<string>()
  const ends = new Map<string, string>()
  const approvals = new Map<string, string[]>()
  const standing = new Map<string, { member: boolean | undefined; person: string }>()
  for (const { kind, action, actor, target, operationId, outcome, detail = {} } of events) {
    if (operationId !== undefined) {
      const key = `${kind} ${operationId}`
      must(!once.has(key), `the trail has ${key} twice`, target)
      once.add(key)
    }
    const { request, state } = detail
    if (kind === 'event' && request !== undefined && state !== undefined && state !== 'open') {
      must(!ends.has(request), `${request} ended twice: ${ends.get(request)} and ${state}`, target)
      ends.set(request, state)
    }
    if (request !== undefined && (action === 'approve-access' || action === 'shorten-access')) {
      must(actor !== target && actor !== detail.requester, `${request} was approved by whoever is concerned`, target)
      must(actor === detail.approver, `${request} was approved by another than was asked`, target)
      approvals.set(request, [...(approvals.get(request) ?? []), actor])
    }
    if (action !== 'grant-access' && action !== 'revoke-access') continue
    if (kind === 'intent') {
      if (action === 'grant-access')
        must(
          ends.get(request ?? '') === 'approved' && (approvals.get(request ?? '')?.length ?? 0) > 0,
          `the trail has ${operationId} before anybody approved it`,
          target,
        )
      continue
    }
    const membership = `${detail.group} ${target}`
    if (outcome === 'done') standing.set(membership, { member: action === 'grant-access', person: target })
    else if (outcome === 'unclear') standing.set(membership, { member: undefined, person: target })
  }
  for (const [group, set] of world.company.members)
    for (const [person, made] of set)
      if (made === 'us') must(standing.has(`${group} ${person}`), 'the trail does not explain a membership', person)
  for (const [membership, { member, person }] of standing) {
    const [group, who] = membership.split(' ')
    const found = [...world.company.members].find(([id]) => id === group)
    const is = [...(found?.[1].keys() ?? [])].some((id) => id === who)
    if (member === undefined || world.company.touched.has(membership)) continue
    must(
      is === member,
      `the trail says that they are ${member ? '' : 'not '}in the group, and the directory says otherwise`,
      person,
    )
  }
}

/** Everything that was told of a person, to play it again. */
export function tale(world: World, broken: Broken): string {
  const lines = broken.person === undefined ? [] : (world.stories.get(broken.person) ?? [])
  return [...lines.slice(-80), ...world.worldwide.slice(-30)].join('\n')
}
