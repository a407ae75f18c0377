import type { Transaction } from 'kysely'
import type { DirectoryUser } from '../directory/directory.ts'
import { inParallel } from '../in-parallel.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import type { Schema } from '../store/schema.ts'
import { writePosts } from '../turns/outbox.ts'
import { failures, patience } from './attempts.ts'
import { changeContract, claimDueContracts, holdContract, type KeptContract, readContract } from './contracts.ts'
import { endContract } from './end-contract.ts'
import type { AccessGround } from './ground.ts'
import { enableRequest } from './operation-ids.ts'
import { userOrGone } from './presence.ts'
import { contractReminder } from './reminders.ts'
import { runToItsEnd } from './run-to-its-end.ts'
import { contractBegins, contractFails } from './settle-contract.ts'
import { lookAtSponsor } from './sponsor.ts'
import { tellOfContractFailure } from './tell-of-failure.ts'
import { nextDue, remindersPassed } from './times.ts'
import { nameOf } from './words.ts'

/** How long a claimed contract is ours. Whoever is slower does no harm: the same attempt is the same operation. */
const lease = 60_000
const lookAgain = 30_000
const untilLifted = 10_000

/**
 * Does what is due with contracts, the longest due first: opens accounts, reminds sponsors and looks whether they are still
 * there, ends what is over.
 * @param options limit: at most so many in this call; atOnce: worked on at the same time
 * @returns keys of the posts to be brought out
 */
export async function workOffContracts(
  ground: AccessGround,
  options: { readonly limit: number; readonly atOnce: number },
): Promise<readonly string[]> {
  const posts: string[] = []
  const page = await claimDueContracts(ground.database, ground.clock(), options.limit, lease)
  await inParallel(
    page,
    options.atOnce,
    async (contract) => void posts.push(...(await workOn(ground, contract))),
    ({ id, correlationId }, error) =>
      ground.log.error({ correlationId, contract: id, error: String(error) }, 'a contract could not be worked on'),
  )
  return posts
}

async function workOn(ground: AccessGround, contract: KeptContract): Promise<readonly string[]> {
  const now = ground.clock()
  if (contract.state === 'waiting' && contract.startsAt <= now) return await begin(ground, contract)
  if (contract.state === 'active') {
    if (contract.endedAt !== null || contract.endsAt <= now) return await endContract(ground, contract)
    const looks = contract.sponsorGoneAt === null && contract.lookAt !== null && contract.lookAt <= now
    const reminded = await remind(ground, contract.id)
    return looks ? [...reminded, ...(await lookAtSponsor(ground, contract))] : reminded
  }
  await changeContract(ground.database, contract.id, { dueAt: contract.state === 'waiting' ? contract.startsAt : null })
  return []
}

async function begin(ground: AccessGround, contract: KeptContract): Promise<readonly string[]> {
  const now = ground.clock()
  const user = await userOrGone(ground.directory, contract.person.id)
  const sentence =
    user === 'gone'
      ? 'The account is not in the directory any more.'
      : // An account that works must not go on working because nobody came to its contract in time.
        contract.endsAt <= now && user.accountEnabled !== true
        ? 'Its time was over before it could begin.'
        : // At its end the account is disabled: that must not be one of somebody who was taken on meanwhile.
          (await mayBeContractor(ground, user))
          ? undefined
          : `${nameOf(contract.person)} is no contractor any more.`
  if (user === 'gone' || sentence !== undefined)
    return await withHeld(ground, contract, async (transaction, held) => {
      const drafts = await contractFails(transaction, held, { sentence: sentence ?? '', at: now.toISOString() })
      await ground.audit.appendWithin(transaction, { ...begins(held), why: sentence ?? '', outcome: 'failed' })
      return drafts
    })
  if (user.accountEnabled === true)
    return await withHeld(ground, contract, async (transaction, held) => {
      const drafts = await contractBegins(ground, transaction, held)
      const why = `contract for ${held.project}`
      await ground.audit.appendWithin(transaction, { ...begins(held), why, outcome: 'done' })
      return drafts
    })
  // Under a lockdown nothing begins; it looks again whether it was lifted.
  if ((await lockdownNow(ground.database, contract.tenant)) !== 'open') {
    await changeContract(ground.database, contract.id, { dueAt: new Date(now.getTime() + untilLifted) })
    return []
  }
  const run = await runToItsEnd(ground, enableRequest(contract))
  if (run.ended === 'still-running')
    await changeContract(ground.database, contract.id, { dueAt: new Date(ground.clock().getTime() + lookAgain) })
  if (run.ended === 'still-running' || run.ended.state === 'done' || run.ended.state === 'refused') return run.posts
  const after = await readContract(ground.database, contract.id)
  const hopeless = after !== undefined && failures(after.attempts) >= patience
  return [...run.posts, ...(hopeless ? await tellOfContractFailure(ground, after, run.ended) : [])]
}

/** What the audit says of a contract that begins, or cannot, without a change of the account. */
function begins({ id, tenant, sponsor, person, correlationId, requestId, endsAt }: KeptContract) {
  return {
    kind: 'event',
    action: 'begin-contract',
    tenant,
    actor: sponsor.id,
    target: person.id,
    correlationId,
    operationId: `${id}:begin`,
    detail: { contract: id, request: requestId, 'ends-at': endsAt.toISOString() },
  } as const
}

/** Whether the catalogue still lets somebody work under a contract. @throws DirectoryError */
async function mayBeContractor({ catalogue, directory }: AccessGround, user: DirectoryUser): Promise<boolean> {
  const rules = catalogue.contracts
  if (!rules) return false
  if (user.userType === 'Guest' && rules.guests) return true
  return rules.groups.length > 0 && (await directory.memberOf(user.id, rules.groups)).length > 0
}

async function withHeld(
  ground: AccessGround,
  { id }: KeptContract,
  work: (transaction: Transaction<Schema>, held: KeptContract) => ReturnType<typeof contractBegins>,
): Promise<readonly string[]> {
  return await ground.database.transaction().execute(async (transaction) => {
    const held = await holdContract(transaction, id)
    if (held?.state !== 'waiting') return []
    const drafts = await work(transaction, held)
    return await writePosts(transaction, drafts, ground.clock)
  })
}

/** Reminds the sponsor where it is time, and says when the contract is due next. */
async function remind(ground: AccessGround, id: string): Promise<readonly string[]> {
  const before = ground.policy.access.remindBeforeEnd
  return await ground.database.transaction().execute(async (transaction) => {
    const contract = await holdContract(transaction, id)
    if (contract?.state !== 'active') return []
    const due = contract.sponsorGoneAt === null ? remindersPassed(contract.endsAt, before, ground.clock()) : 0
    const reminded = Math.max(due, contract.reminded)
    const dueAt = nextDue({ ...contract, reminded, goneAt: contract.sponsorGoneAt }, before)
    await changeContract(transaction, id, { reminded, dueAt })
    const drafts = due > contract.reminded ? contractReminder(contract, due) : []
    return await writePosts(transaction, drafts, ground.clock)
  })
}
