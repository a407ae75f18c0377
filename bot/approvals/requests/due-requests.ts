import { sql } from 'kysely'
import { inParallel } from '../../in-parallel.ts'
import { standInFor } from './approvers.ts'
import type { RequestGround } from './ground.ts'
import { overtaken } from './overtaken.ts'
import { type AccessRequest, type Ask, askPost } from './request.ts'
import { readRequest } from './requests.ts'
import { needsApprovers } from './steps.ts'
import { lookForApprovers, takeStep } from './take-step.ts'
import { tellItOfSilence } from './tell-it.ts'
import { ifThere, isTransient } from './transient.ts'

/** How long a request is ours: whoever dies with it leaves it to others after that. */
const lease = 2 * 60_000
const atOnce = 8
/** When the directory did not answer. */
const again = 30_000
/** What waits with nothing to be done is looked at again after this, for a stand-in may be there by then. */
const lookAgain = 60 * 60_000

/**
 * Works off requests of which something is due: approvers to be looked for, reminders, silence, the end of the time, and cards that
 * could not be brought to whoever was asked. Each is done once, however many replicas do this; one that fails holds up no other.
 * @param limit how many at most, and as many cards that could not be brought
 * @returns the posts to be brought out
 */
export async function workOffRequests(ground: RequestGround, limit: number): Promise<readonly string[]> {
  const posts: string[] = []
  const until = new Date(ground.clock().getTime() + lease)
  // Several at once: a directory that is slow for one must not let the lease of the others run out.
  await inParallel(
    await claimDue(ground, limit, until),
    atOnce,
    async (id) => {
      const claim = { id, until }
      posts.push(...(await tryOut(ground, claim, () => workOff(ground, claim))))
    },
    (id, error) => ground.log.error({ request: id, error: String(error) }, 'a request could not be worked off'),
  )
  for (const { request, ask } of await unreachableAsks(ground, limit))
    posts.push(...(await tryOut(ground, { id: request }, () => replaceUnreachable(ground, request, ask))))
  return posts
}

/** A request that is ours until a moment, which also says whether its row has been written since. */
interface Claim {
  readonly id: string
  readonly until: Date
}

async function claimDue(ground: RequestGround, limit: number, until: Date): Promise<readonly string[]> {
  const rows = await ground.database
    .updateTable('access_requests')
    .set({ due_at: until })
    .where('id', 'in', (query) =>
      query
        .selectFrom('access_requests')
        .select('id')
        .where('due_at', '<=', ground.clock())
        .where('state', '=', 'open')
        .orderBy('due_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Cards of those who were asked that stand in no chat, and never will. */
async function unreachableAsks(
  ground: RequestGround,
  limit: number,
): Promise<readonly { readonly request: string; readonly ask: string }[]> {
  // From the posts to the requests, and not the other way round: few posts are lost, and many requests are open.
  const { rows } = await sql<{ request: string; ask: string }>`
    select request.id as request, ask->>'id' as ask
    from posts
    join access_requests as request on request.id = regexp_replace(posts.key, '^access-ask:(.*):[^:]*$', '\\1')
    cross join lateral jsonb_array_elements(request.document->'asks') as ask
    where posts.state = 'failed' and posts.place is null and posts.key like ${`${askPost('')}%`}
      and request.state = 'open' and ask->>'state' = 'asked' and posts.key = ${askPost('')} || (ask->>'id')
    order by request.asked_at
    limit ${limit}`.execute(ground.database)
  return rows
}

async function tryOut(
  ground: RequestGround,
  claim: { readonly id: string; readonly until?: Date },
  work: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await work()
  } catch (error) {
    const { id, until } = claim
    const why = error instanceof Error ? error.message : String(error)
    ground.log.warn({ request: id, error: why }, 'a request could not be looked after; it will be tried again')
    if (isTransient(error) && until) await lookAfter(ground, { id, until }, again)
    return []
  }
}

/** Lets a request be due again after so many milliseconds, unless a step has said when. */
async function lookAfter(ground: RequestGround, { id, until }: Claim, milliseconds: number): Promise<void> {
  await ground.database
    .updateTable('access_requests')
    .set({ due_at: new Date(ground.clock().getTime() + milliseconds) })
    .where('id', '=', id)
    .where('due_at', '=', until)
    .execute()
}

async function workOff(ground: RequestGround, claim: Claim): Promise<readonly string[]> {
  const { id } = claim
  const request = await readRequest(ground.database, id)
  if (request?.state !== 'open') return []
  const now = ground.clock()
  if (now >= new Date(request.expiresAt)) return postsOf(await takeStep(ground, id, { kind: 'expired' }, 'helpbot'))
  const gone = overtaken(ground.catalogue, request) ?? (await whoIsGone(ground, request))
  if (gone !== undefined) return postsOf(await takeStep(ground, id, { kind: 'voided', why: gone }, 'helpbot'))
  if (needsApprovers(request)) return (await lookForApprovers(ground, request)).posts
  const posts: string[] = []
  for (const ask of request.asks.filter(({ state }) => state === 'asked'))
    posts.push(...(await workOffAsk(ground, request, ask, now)))
  // A step has written when the request is due next; without one it would be due now, and now again.
  await restUntilNext(ground, request, claim, now)
  return posts
}

/** Why there is nobody any more to ask for it, or to get it; undefined while there is. */
async function whoIsGone(ground: RequestGround, { terms }: AccessRequest): Promise<string | undefined> {
  const requester = await ifThere(ground.directory.user(terms.requester.id))
  if (requester?.accountEnabled !== true) return 'The account of whoever asked for it is disabled or gone.'
  if (terms.person.id === terms.requester.id) return undefined
  const person = await ifThere(ground.directory.user(terms.person.id))
  if (!person) return 'The account of whoever would get it is gone.'
  // A contractor's account is disabled until the contract begins.
  const mustWork = terms.kind === 'access' || terms.kind === 'extension'
  return mustWork && person.accountEnabled !== true ? 'The account of whoever would get it is disabled.' : undefined
}

async function workOffAsk(
  ground: RequestGround,
  request: AccessRequest,
  ask: Ask,
  now: Date,
): Promise<readonly string[]> {
  const isSilent = isUp(ask.handOverAt, now)
  const handed = isSilent ? await handOver(ground, request, ask, 'silence') : 'nobody'
  if (handed !== 'nobody') return handed
  if (isUp(ask.remindAt, now))
    return postsOf(await takeStep(ground, request.id, { kind: 'reminded', ask: ask.id }, 'helpbot'))
  return isSilent && !othersAreAsked(request, ask, now) ? await tellItOfSilence(ground, request, ask) : []
}

/**
 * Somebody else is asked in the place of an approver. Where there is nobody, one who is silent keeps the card, and one who cannot
 * be reached leaves it to the others of the panel, or to IT.
 * @returns the posts to be brought out, or that there is nobody
 */
async function handOver(
  ground: RequestGround,
  request: AccessRequest,
  ask: Ask,
  because: 'silence' | 'unreachable',
): Promise<readonly string[] | 'nobody'> {
  // Whoever was asked just now, in the place of another of this request, is not asked again.
  const standing = (await readRequest(ground.database, request.id)) ?? request
  const to = await standInFor(ground, standing, ask)
  if (!to && because === 'silence') return 'nobody'
  const taken = await takeStep(
    ground,
    request.id,
    (held) =>
      held.asks.length === standing.asks.length
        ? { kind: 'handed-over', ask: ask.id, because, to }
        : { refused: 'Others have been asked meanwhile.' },
    'helpbot',
  )
  return postsOf(taken)
}

async function replaceUnreachable(ground: RequestGround, id: string, askId: string): Promise<readonly string[]> {
  const request = await readRequest(ground.database, id)
  const ask = request?.asks.find((one) => one.id === askId)
  if (!request || ask?.state !== 'asked') return []
  const handed = await handOver(ground, request, ask, 'unreachable')
  return handed === 'nobody' ? [] : handed
}

/** Whether another of the panel was asked whose time is not up yet. */
function othersAreAsked(request: AccessRequest, { id, stage, panel }: Ask, now: Date): boolean {
  return request.asks.some(
    (ask) =>
      ask.id !== id &&
      ask.stage === stage &&
      ask.panel === panel &&
      ask.state === 'asked' &&
      !isUp(ask.handOverAt, now),
  )
}

async function restUntilNext(ground: RequestGround, request: AccessRequest, claim: Claim, now: Date): Promise<void> {
  const moments = request.asks
    .filter(({ state }) => state === 'asked')
    .flatMap(({ remindAt, handOverAt }) => [remindAt, handOverAt])
  const next = [request.expiresAt, ...moments]
    .map((at) => (at === null ? Number.NaN : Date.parse(at) - now.getTime()))
    .filter((wait) => wait > 0)
  await lookAfter(ground, claim, Math.min(lookAgain, ...next))
}

function isUp(at: string | null, now: Date): boolean {
  return at !== null && Date.parse(at) <= now.getTime()
}

function postsOf(taken: Awaited<ReturnType<typeof takeStep>>): readonly string[] {
  return 'refused' in taken ? [] : taken.posts
}
