import { carriesNot } from '../../bot/approvals/requests/carries.ts'
import { askPost } from '../../bot/approvals/requests/request.ts'
import { parseRequest } from '../../bot/approvals/requests/request-document.ts'
import { readRequest } from '../../bot/approvals/requests/requests.ts'
import type { CardContent } from '../../bot/channels/chat.ts'
import { must } from './broken.ts'
import type { World } from './world.ts'

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
      request !== undefined && (carriesNot(request) === undefined || world.tampered.has(request_id)),
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
    must(
      state !== 'approved' || carried === undefined || world.tampered.has(id),
      `${id} is approved, but ${carried}`,
      who,
    )
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
