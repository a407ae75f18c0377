import type { Transaction } from 'kysely'
import type { UserId } from '../../identity/person.ts'
import type { Schema } from '../../store/schema.ts'
import { changePosts, writePosts } from '../../turns/outbox.ts'
import { findApprovers } from './approvers.ts'
import { auditOfStep } from './audit-step.ts'
import { carriesNot } from './carries.ts'
import type { RequestGround, Shown } from './ground.ts'
import type { Happened, News } from './happened.ts'
import { showNews, showWait } from './news.ts'
import { overtaken } from './overtaken.ts'
import { type PersonFacts, personFacts } from './person-facts.ts'
import type { AccessRequest } from './request.ts'
import { holdRequest, readRequest, restRequest, writeRequest } from './requests.ts'
import { isSpared, spareApprovers, sparedFor, waitsInWords } from './spare-approvers.ts'
import { nameOf } from './step/words.ts'
import { needsApprovers, step } from './steps.ts'
import { tellItOfBusyApprovers, tellItThatNobodyDecides } from './tell-it.ts'
import { timeRules } from './time-rules.ts'
import { approversOf, whoCannotSpeak } from './who-cannot-speak.ts'

/** A request after a step, and the posts to be brought out. */
export interface Taken {
  readonly request: AccessRequest
  readonly posts: readonly string[]
}

type Refused = { readonly refused: string }

/** What happens, or how to tell what happens from the request as it stands when its row is held; that is asked twice. */
type Happening = Happened | ((request: AccessRequest) => Happened | Refused)

const unknown: Refused = { refused: 'That request is not there any more.' }

/** What draws new cards, so that the person must be looked up. All others are drawn with what they showed before. */
const drawsCards: ReadonlySet<Happened['kind']> = new Set(['found', 'delegated', 'handed-over'])

/**
 * Lets something happen to a request: its row, what is shown, its ticket, what an approval makes and a line in the audit, all or
 * nothing. When the next stage begins its approvers are looked for and asked; where that fails, the request is due, and a job
 * goes on.
 * @param by who does it, checked against the directory before; `helpbot` for what falls due
 * @returns a sentence for whoever did it where it cannot be; nothing has changed then
 * @throws the database's errors; nothing has changed then
 */
export async function takeStep(
  ground: RequestGround,
  id: string,
  happened: Happening,
  by: UserId | 'helpbot',
): Promise<Taken | Refused> {
  const taken = await takeOne(ground, id, happened, by)
  if ('refused' in taken || !needsApprovers(taken.request)) return taken
  try {
    const found = await lookForApprovers(ground, taken.request)
    return { request: found.request, posts: [...taken.posts, ...found.posts] }
  } catch (error) {
    // The step is taken, whatever becomes of the next: the row is due.
    const why = error instanceof Error ? error.message : String(error)
    ground.log.warn({ request: id, error: why }, 'the approvers of a request could not be looked for; a job goes on')
    return taken
  }
}

/**
 * Looks for the approvers of the stage that is being asked, and asks them; more than once only where a stage is over at once.
 * @throws DirectoryError when the directory does not answer: the request stays due
 */
export async function lookForApprovers(ground: RequestGround, request: AccessRequest): Promise<Taken> {
  const posts: string[] = []
  let at = request
  for (let round = 0; round < request.stages.length && needsApprovers(at); round++) {
    const { stage } = at
    const panels = await findApprovers(ground, at)
    // Somebody else may have been quicker, and the stage may be another one: these approvers are not of that.
    const happened = (held: AccessRequest): Happened | Refused =>
      held.stage === stage && needsApprovers(held) ? { kind: 'found', panels } : { refused: 'They have been asked.' }
    const taken = await takeOne(ground, at.id, happened, 'helpbot')
    if ('refused' in taken) return { request: (await readRequest(ground.database, at.id)) ?? at, posts }
    posts.push(...taken.posts)
    at = taken.request
    if (at.stage === stage) break
  }
  return { request: at, posts }
}

async function takeOne(
  ground: RequestGround,
  id: string,
  happened: Happening,
  by: UserId | 'helpbot',
): Promise<Taken | Refused> {
  const before = await readRequest(ground.database, id)
  if (!before) return unknown
  const expected = resolve(happened, before)
  if ('refused' in expected) return expected
  // The directory is asked before the row is held: nobody waits for it with a lock in hand.
  const facts = drawsCards.has(expected.kind) ? await personFacts(ground, before) : undefined
  const stood = expected.kind === 'approved' ? await whoStands(ground, before, by) : undefined
  if (stood && 'refused' in stood) return stood
  return await ground.database
    .transaction()
    .execute((transaction) => takeWithin(ground, transaction, { id, happened, by, facts, stood }))
}

async function takeWithin(
  ground: RequestGround,
  transaction: Transaction<Schema>,
  given: {
    readonly id: string
    readonly happened: Happening
    readonly by: UserId | 'helpbot'
    readonly facts: PersonFacts | undefined
    /** Whose yes counts, as the directory has it; undefined where nobody was looked up. */
    readonly stood: ReadonlySet<UserId> | undefined
  },
): Promise<Taken | Refused> {
  const { id, by, facts, stood } = given
  const before = await holdRequest(transaction, id)
  if (!before) return unknown
  const expected = resolve(given.happened, before)
  if ('refused' in expected) return expected
  const happened = await sparing(ground, transaction, before, expected)
  if ('refused' in happened) return happened
  if ('posts' in happened) return { request: before, posts: happened.posts }
  // Nobody says yes to what the catalogue has changed since: a job ends the request.
  const why = happened.kind === 'approved' ? overtaken(ground.catalogue, before) : undefined
  if (why !== undefined) return { refused: why }
  const stepped = step(before, happened, by, ground.clock(), timeRules(ground.policy))
  if ('refused' in stepped) return stepped
  const { request, news } = stepped
  const takesEffect = request.state === 'approved' && extendsSomething(request)
  if (takesEffect && !approversOf(request).every((approver) => stood?.has(approver.id)))
    return { refused: 'Somebody else answered in the same moment. Please try it once more.' }
  await writeRequest(transaction, request)
  const shown = await showNews(transaction, ground, request, news, { facts })
  await tellTicket(ground, transaction, id, news)
  const toIt = request.state === 'to-it' ? await tellItThatNobodyDecides(ground, transaction, request) : []
  const posts = [
    ...(await show(ground, transaction, shown)),
    ...(await show(ground, transaction, await whatItMade(ground, transaction, request))),
    ...toIt,
  ]
  // Last: whoever appends holds up all others who do, until the transaction ends.
  const event = auditOfStep({ before, after: request, happened, by }, ground)
  if (event) await ground.audit.appendWithin(transaction, event)
  return { request, posts }
}

/** Approvers who have been asked for very much are asked nothing more for now. Where it waits for them it is said once a stage. */
async function sparing(
  ground: RequestGround,
  transaction: Transaction<Schema>,
  request: AccessRequest,
  happened: Happened,
): Promise<Happened | Refused | { readonly posts: readonly string[] }> {
  if (happened.kind === 'delegated' && (await isSpared(transaction, request, happened.to.id, ground.clock())))
    return { refused: `${nameOf(happened.to)} has been asked for very much lately. Choose somebody else.` }
  if (happened.kind !== 'found' || !needsApprovers(request)) return happened
  const spared = await spareApprovers(transaction, request, happened.panels, ground.clock())
  if ('panels' in spared) return { kind: 'found', panels: spared.panels }
  await restRequest(transaction, request.id, new Date(ground.clock().getTime() + sparedFor))
  const told = await showWait(transaction, request, waitsInWords(spared.waitsFor))
  const written = await writePosts(transaction, told, ground.clock)
  return { posts: [...written, ...(await tellItOfBusyApprovers(ground, transaction, request, spared.waitsFor))] }
}

/** A later end takes effect with the last yes: no operation looks at those who said yes before. */
function extendsSomething({ terms: { kind } }: AccessRequest): boolean {
  return kind === 'extension' || kind === 'contract-extension'
}

/**
 * Asks the directory whether those who have said yes to an extension are still people who may. When one is not, the request ends.
 * Whoever is saying it now has been looked up by the caller.
 * @returns the ids of all of them; undefined where that is not to be asked; a sentence when one is not
 * @throws DirectoryError: unknown is never "yes"
 */
async function whoStands(
  ground: RequestGround,
  before: AccessRequest,
  by: UserId | 'helpbot',
): Promise<ReadonlySet<UserId> | Refused | undefined> {
  if (before.state !== 'open' || !extendsSomething(before)) return undefined
  const said = approversOf(before)
  const saying = before.asks.find(({ approver }) => approver.id === by)?.approver
  const gone = await whoCannotSpeak(ground.directory, said)
  if (gone === undefined) return new Set([...said, ...(saying ? [saying] : [])].map(({ id }) => id))
  const why = `${nameOf(gone)} approved it, and cannot approve anything any more. It has to be asked for anew.`
  await takeOne(ground, before.id, { kind: 'voided', why }, 'helpbot')
  return { refused: why }
}

function resolve(happened: Happening, request: AccessRequest): Happened | Refused {
  return typeof happened === 'function' ? happened(request) : happened
}

/** Nothing is made of a request that its approvals do not carry, whatever came before. */
async function whatItMade(
  ground: RequestGround,
  transaction: Transaction<Schema>,
  request: AccessRequest,
): Promise<Shown> {
  if (request.state !== 'approved') return { posts: [], changes: [] }
  const why = carriesNot(request)
  if (why !== undefined) throw new Error(`request ${request.id} is not carried by its approvals: ${why}`)
  return await ground.approved(transaction, request)
}

async function show(
  ground: RequestGround,
  transaction: Transaction<Schema>,
  { posts, changes }: Shown,
): Promise<readonly string[]> {
  await changePosts(transaction, changes, ground.clock)
  // A post that stood already is somebody else's to bring out: two who do would show it twice.
  const written = await writePosts(transaction, posts, ground.clock)
  return [...changes.map(({ key }) => key), ...written]
}

async function tellTicket(
  ground: RequestGround,
  transaction: Transaction<Schema>,
  id: string,
  news: readonly News[],
): Promise<void> {
  const tickets = ground.ticketsIn(transaction)
  for (const one of news) {
    if (one.kind === 'progress') await tickets.note(id, one.sentence)
    if (one.kind === 'ended') await tickets.close(id, one.sentence)
  }
}
