import { plain } from '../../channels/text.ts'
import type { DirectoryUser } from '../../directory/directory.ts'
import type { UserId } from '../../identity/person.ts'
import type { Panel } from '../../policy/catalogue/catalogue.ts'
import { barredInWords } from './eligible.ts'
import type { RequestGround } from './ground.ts'
import type { Approver, FoundPanel } from './happened.ts'
import type { AccessRequest, Ask } from './request.ts'
import { peopleOf } from './sources.ts'
import { asApprover, delegateOf, forAway, forSilent, isAway, type Search, searchFor } from './stand-in.ts'
import { mostAsked } from './step/share-approvers.ts'
import { ifThere } from './transient.ts'

export { mayStillApprove } from './still-approver.ts'

/** People who are looked at in the directory at the same time. */
const atOnce = 8
/** Panels share people, so more are looked for than are asked. */
const mostFound = 2 * mostAsked

/**
 * Who may approve the stage that is being asked, as the directory has it now; one entry a panel. Enabled members only, never
 * whoever asks or gets it, nor anybody who cannot be asked again; where the risk is high, nobody who reports to either. In
 * place of one who is away their manager is found; where there is none, the one who is away.
 * @throws DirectoryError when the directory does not answer: ask again later
 */
export async function findApprovers(ground: RequestGround, request: AccessRequest): Promise<readonly FoundPanel[]> {
  const search = searchFor(ground, request)
  const panels: FoundPanel[] = []
  for (const panel of request.stages[request.stage] ?? []) panels.push(await findOf(ground, request, search, panel))
  return panels
}

async function findOf(
  ground: RequestGround,
  request: AccessRequest,
  search: Search,
  { from, need }: Panel,
): Promise<FoundPanel> {
  const { people, as, called, lacking } = await peopleOf(ground, request, from)
  if (lacking !== undefined) return { approvers: [], lacking }
  const here: Approver[] = []
  const instead: Approver[] = []
  const away: Approver[] = []
  const why = new Set<string>()
  for (let next = 0; next < people.length && here.length + instead.length < mostFound; next += atOnce) {
    const looked = people.slice(next, next + atOnce).map((user) => lookAt(ground, search, user))
    for (const { user, barred, standIn } of await Promise.all(looked)) {
      if (barred !== undefined) why.add(barredInWords[barred])
      else if (standIn === undefined) here.push(asApprover(user, as))
      else {
        instead.push(asApprover(standIn, forAway(user.displayName)))
        away.push(asApprover(user, as))
      }
    }
  }
  // Who is of the source themselves is asked as such, and one who stands in for two is asked once.
  const reachable = eachOnce([...here, ...instead])
  // Where one stands in for several, those who are away may still read it.
  const approvers = eachOnce([...reachable, ...away.slice(0, Math.max(0, need - reachable.length))])
  if (approvers.length >= need) return { approvers, lacking: undefined }
  const can = approvers.length === 0 ? 'nobody' : `only ${approvers.length}`
  const because = why.size === 0 ? '' : ` (${[...why].join('; ')})`
  return { approvers, lacking: `of ${called}, ${need} must approve it, and ${can} can be asked${because}` }
}

function eachOnce(approvers: readonly Approver[]): readonly Approver[] {
  return approvers.filter(({ id }, at, all) => all.findIndex((one) => one.id === id) === at)
}

async function lookAt(ground: RequestGround, search: Search, user: DirectoryUser) {
  const barred = await search.whyNot(user)
  const away = barred === undefined && (await isAway(ground, user))
  return { user, barred, standIn: away ? await search.standIn(user) : undefined }
}

/**
 * Who is asked in the place of an approver that does not answer or cannot be reached: their manager, or, while that one is away,
 * the manager's. Undefined: there is nobody.
 * @throws DirectoryError when the directory does not answer
 */
export async function standInFor(
  ground: RequestGround,
  request: AccessRequest,
  ask: Ask,
): Promise<Approver | undefined> {
  const user = await ifThere(ground.directory.user(ask.approver.id))
  const found = user && (await searchFor(ground, request).standIn(user))
  return found && asApprover(found, forSilent(ask.approver.name))
}

/**
 * Whether an approver may leave it to this person; `refused` is a sentence for the approver.
 * @throws DirectoryError when the directory does not answer
 */
export async function mayDelegateTo(
  ground: RequestGround,
  request: AccessRequest,
  ask: Ask,
  to: UserId,
): Promise<Approver | { readonly refused: string }> {
  const user = await ifThere(ground.directory.user(to))
  if (!user) return { refused: 'They are not in the directory any more. Choose somebody else.' }
  const name = plain(user.displayName, 100)
  const why = await searchFor(ground, request).whyNot(user)
  if (why !== undefined) return { refused: `${name} cannot decide this: ${barredInWords[why]}. Choose somebody else.` }
  if (await isAway(ground, user)) return { refused: `${name} is away at the moment. Choose somebody else.` }
  return asApprover(user, delegateOf(ask.approver.name))
}
