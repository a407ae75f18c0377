import type { Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { writePosts } from '../turns/outbox.ts'
import { failures, patience } from './attempts.ts'
import { changeContract, claimDueContracts, holdContract, type KeptContract, readContract } from './contracts.ts'
import { endContract } from './end-contract.ts'
import type { AccessGround } from './ground.ts'
import { inParallel } from './in-parallel.ts'
import { enableRequest } from './operation-ids.ts'
import { userOrGone } from './presence.ts'
import { contractReminder } from './reminders.ts'
import { runToItsEnd } from './run-to-its-end.ts'
import { contractBegins, contractFails } from './settle-contract.ts'
import { lookAtSponsor } from './sponsor.ts'
import { tellOfContractFailure } from './tell-of-failure.ts'
import { nextDue, remindersPassed } from './times.ts'

/** How long a claimed contract is ours. Whoever is slower does no harm: the same attempt is the same operation. */
const lease = 60_000
const lookAgain = 30_000

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
        : undefined
  if (user === 'gone' || sentence !== undefined)
    return await withHeld(ground, contract, async (transaction, held) =>
      contractFails(transaction, held, { sentence: sentence ?? '', at: now.toISOString() }),
    )
  if (user.accountEnabled === true)
    return await withHeld(ground, contract, async (transaction, held) => {
      const drafts = await contractBegins(ground, transaction, held)
      await ground.audit.appendWithin(transaction, {
        kind: 'event',
        action: 'begin-contract',
        tenant: held.tenant,
        actor: held.sponsor.id,
        target: held.person.id,
        correlationId: held.correlationId,
        operationId: `${held.id}:begin`,
        why: `contract for ${held.project}`,
        outcome: 'done',
        detail: { contract: held.id, request: held.requestId, 'ends-at': held.endsAt.toISOString() },
      })
      return drafts
    })
  const run = await runToItsEnd(ground, enableRequest(contract))
  if (run.ended === 'still-running')
    await changeContract(ground.database, contract.id, { dueAt: new Date(ground.clock().getTime() + lookAgain) })
  if (run.ended === 'still-running' || run.ended.state === 'done' || run.ended.state === 'refused') return run.posts
  const after = await readContract(ground.database, contract.id)
  const hopeless = after !== undefined && failures(after.attempts) >= patience
  return [...run.posts, ...(hopeless ? await tellOfContractFailure(ground, after, run.ended) : [])]
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
