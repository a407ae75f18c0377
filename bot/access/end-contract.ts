import { takeStep } from '../approvals/requests/take-step.ts'
import type { DirectoryGroup } from '../directory/directory.ts'
import { durations } from '../policy/duration.ts'
import { changePosts, writePosts } from '../turns/outbox.ts'
import { failures, patience } from './attempts.ts'
import { changeContract, holdContract, type KeptContract, readContract } from './contracts.ts'
import { endGrantsOf, openGrantsOfContract, takenBackSince } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { disableRequest, removeRequest } from './operation-ids.ts'
import { userOrGone } from './presence.ts'
import { closedContractReminders } from './reminders.ts'
import { runToItsEnd } from './run-to-its-end.ts'
import { factsOf } from './settle-contract.ts'
import { tell } from './tell.ts'
import { tellOfContractFailure } from './tell-of-failure.ts'
import { moment, nameOf } from './words.ts'

/** How soon it is looked at again while grants are being taken back. */
const soon = 5_000
/** Grants that cannot be taken back do not hold up the rest for longer. */
const longestWait = durations.hour
/** What Graph gives of a person's groups in one listing. */
const mostGroups = 200
const mostRequests = 50

/**
 * Ends a contract whose time is over: the account is disabled, what was granted with it ends, open requests are void, every
 * other membership is taken away, and the sponsor hears what became of it. Each step may be repeated.
 * @returns keys of the posts to be brought out
 */
export async function endContract(ground: AccessGround, claimed: KeptContract): Promise<readonly string[]> {
  const posts: string[] = []
  if (claimed.endedAt === null) {
    await ground.database.transaction().execute(async (transaction) => {
      const contract = await holdContract(transaction, claimed.id)
      if (contract?.state === 'active') await endGrantsOf(transaction, contract.id, ground.clock())
    })
    const run = await runToItsEnd(ground, disableRequest(claimed))
    posts.push(...run.posts)
    if (run.ended === 'still-running') return await later(ground, claimed.id, posts)
    if (run.ended.state === 'refused') await endWithoutAccount(ground, claimed)
    else if (run.ended.state !== 'done') {
      const after = await readContract(ground.database, claimed.id)
      if (after && failures(after.attempts) >= patience)
        posts.push(...(await tellOfContractFailure(ground, after, run.ended)))
    }
  }
  const contract = await readContract(ground.database, claimed.id)
  const shut = contract?.endedAt !== null || failures(contract.attempts) >= patience
  if (contract?.state !== 'active' || !shut) return posts
  return [...posts, ...(await cleanUp(ground, contract))]
}

/** There is nobody left to disable. */
async function endWithoutAccount(ground: AccessGround, { id, person }: KeptContract): Promise<void> {
  if ((await userOrGone(ground.directory, person.id)) !== 'gone') return
  const now = ground.clock()
  const ending = 'The account is not in the directory any more.'
  await ground.database.transaction().execute(async (transaction) => {
    const held = await holdContract(transaction, id)
    if (held?.state !== 'active' || held.endedAt !== null) return
    await changeContract(transaction, id, { endedAt: now, ending, dueAt: now })
    await ground.audit.appendWithin(transaction, { ...ends(held, 'gone'), why: ending })
  })
}

/** What the audit says of the end of a contract, besides the operations that it takes. */
function ends({ id, tenant, person, sponsor, endsAt, attempts, correlationId }: KeptContract, step: 'gone' | 'closed') {
  return {
    kind: 'event',
    action: step === 'gone' ? 'end-contract-without-account' : 'end-contract',
    tenant,
    actor: 'helpbot',
    target: person.id,
    correlationId,
    operationId: `${id}:${step}:${attempts}`,
    outcome: 'done',
    detail: { contract: id, sponsor: sponsor.id, 'ends-at': endsAt.toISOString() },
  } as const
}

async function cleanUp(ground: AccessGround, contract: KeptContract): Promise<readonly string[]> {
  const now = ground.clock()
  const posts: string[] = [...(await voidRequests(ground, contract))]
  const open = await openGrantsOfContract(ground.database, contract.id)
  // One whose account could not be disabled comes again when that is tried again.
  const wait = async () => (contract.endedAt === null ? posts : await later(ground, contract.id, posts))
  // From when it was disabled: after an outage all of it is long overdue, and is being taken back just now all the same.
  const waited = now.getTime() - (contract.endedAt ?? contract.endsAt).getTime() >= longestWait
  if (!waited && open.some(({ attempts }) => failures(attempts) < patience)) return await wait()
  const gone = (await userOrGone(ground.directory, contract.person.id)) === 'gone'
  const rest = gone ? noGroups : await takeAway(ground, contract)
  if (rest === 'still-running') return await wait()
  if (contract.endedAt === null) return posts
  const removed = rest.removed + (await takenBackSince(ground.database, contract.id, contract.endsAt))
  const left = [...new Set([...rest.left, ...open.map(({ group }) => group.name)])]
  return [...posts, ...(await close(ground, contract, { removed, left }))]
}

interface Rest {
  readonly removed: number
  /** Names of the groups that the person is still in. */
  readonly left: readonly string[]
}

const noGroups: Rest = { removed: 0, left: [] }

/** Takes the person out of every group that they are in directly. @throws DirectoryError */
async function takeAway(ground: AccessGround, contract: KeptContract): Promise<Rest | 'still-running'> {
  const { groups, more } = await ground.directory.directGroups(contract.person.id, mostGroups)
  const facts = await ground.directory.groups(groups.map(({ id }) => id))
  // Whoever is in a group by a rule is out of it by the same rule, and by nothing else.
  const byRule = new Set(facts.filter(({ dynamic }) => dynamic === true).map(({ id }) => id))
  const left = groups.filter(({ id }) => byRule.has(id)).map(({ displayName }) => displayName)
  let removed = 0
  for (const group of groups.filter(({ id }) => !byRule.has(id))) {
    const fate = await remove(ground, contract, group)
    if (fate === 'still-running') return fate
    if (fate) removed++
    else left.push(group.displayName)
  }
  return { removed, left: more ? [...left, 'others, which I could not list'] : left }
}

async function remove(
  ground: AccessGround,
  contract: KeptContract,
  group: DirectoryGroup,
): Promise<boolean | 'still-running'> {
  const { ended } = await runToItsEnd(ground, removeRequest(contract, group))
  return ended === 'still-running' ? ended : ended.state === 'done'
}

/** What the person has asked for, or others for them, cannot be any more. */
async function voidRequests(ground: AccessGround, contract: KeptContract): Promise<readonly string[]> {
  const open = await ground.database
    .selectFrom('access_requests')
    .select('id')
    .where('tenant_id', '=', contract.tenant)
    .where('person_id', '=', contract.person.id)
    .where('state', '=', 'open')
    .where('kind', '!=', 'contract')
    .limit(mostRequests)
    .execute()
  const posts: string[] = []
  const why = `The contract of ${nameOf(contract.person)} has ended.`
  for (const { id } of open) {
    try {
      const taken = await takeStep(ground, id, { kind: 'voided', why }, 'helpbot')
      if ('posts' in taken) posts.push(...taken.posts)
    } catch (error) {
      // What remains open of it is refused when it is granted; the account must not wait for it.
      ground.log.error({ request: id, error: String(error) }, 'a request could not be voided')
    }
  }
  return posts
}

/** Tells the sponsor how it ended, and IT what is left to be done by hand. */
async function close(
  ground: AccessGround,
  contract: KeptContract,
  { removed, left }: Rest,
): Promise<readonly string[]> {
  return await ground.database.transaction().execute(async (transaction) => {
    const held = await holdContract(transaction, contract.id)
    if (held?.state !== 'active' || held.endedAt === null) return []
    await changeContract(transaction, contract.id, { state: 'ended', dueAt: null, lookAt: null })
    const memberships = removed === 1 ? '1 membership was taken away' : `${removed} memberships were taken away`
    const remain = left.length === 0 ? '' : ` ${left.length} could not be: ${left.join(', ')}. IT has been told.`
    const drafts = tell(contract, [contract.sponsor], `contract-ended:${contract.id}:${contract.attempts}`, {
      title: `The contract of ${nameOf(contract.person)} has ended`,
      text: `${contract.ending ?? ''} ${memberships}.${remain}`.trim(),
      facts: [...factsOf(contract), { title: 'Ended', value: moment(held.endedAt) }],
    })
    const written = await writePosts(transaction, drafts, ground.clock)
    const changes = await closedContractReminders(transaction, contract, 'The contract has ended.')
    await changePosts(transaction, changes, ground.clock)
    const told = left.length === 0 ? [] : (await ground.escalation.open(leftForIt(contract, left), transaction)).posts
    const event = ends(held, 'closed')
    const detail = { ...event.detail, removed: String(removed), left: left.join(', ').slice(0, 500) || 'none' }
    await ground.audit.appendWithin(transaction, { ...event, why: held.ending ?? 'the contract has ended', detail })
    return [...written, ...changes.map(({ key }) => key), ...told]
  })
}

function leftForIt(contract: KeptContract, left: readonly string[]) {
  const { tenant, person, correlationId } = contract
  return {
    id: `contract-left:${contract.id}:${contract.attempts}`,
    person: { tenant, ...person },
    reason: 'operation-failed',
    title: 'A contract has ended, and memberships are left',
    urgency: 'normal',
    facts: [...factsOf(contract), { title: 'Still a member of', value: left.join(', ') }],
    correlationId,
  } as const
}

async function later(ground: AccessGround, id: string, posts: readonly string[]): Promise<readonly string[]> {
  await changeContract(ground.database, id, { dueAt: new Date(ground.clock().getTime() + soon) })
  return posts
}
