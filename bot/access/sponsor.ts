import type { Transaction } from 'kysely'
import type { Named } from '../approvals/requests/request.ts'
import type { DirectoryUser } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import { type UserId, userId } from '../identity/person.ts'
import { durations } from '../policy/duration.ts'
import type { Schema } from '../store/schema.ts'
import { changePosts, writePosts } from '../turns/outbox.ts'
import { changeContract, holdContract, type KeptContract } from './contracts.ts'
import type { AccessGround } from './ground.ts'
import { userOrGone } from './presence.ts'
import { closedContractReminders } from './reminders.ts'
import { factsOf } from './settle-contract.ts'
import { postTo } from './tell.ts'
import { nextDue } from './times.ts'
import { moment, nameOf } from './words.ts'

/** When the directory did not answer a look, the next one comes after this time. */
const lookAgain = 10 * durations.minute
/** Where the catalogue says nothing (any more) of contracts. */
const usuallyWithout = 3 * durations.day

/** Why a sponsor answers for nobody any more; undefined while they do. */
function whyGone(user: DirectoryUser | 'gone'): string | undefined {
  if (user === 'gone') return 'is not in the directory any more'
  if (user.accountEnabled === false) return 'cannot sign in any more'
  if (user.userType === 'Guest') return 'is a guest now'
  return undefined
}

/**
 * Looks whether the sponsor of an active contract is still there. Without one it ends soon: IT is told, and whoever the sponsor
 * reported to may take over.
 * @returns keys of the posts to be brought out
 */
export async function lookAtSponsor(ground: AccessGround, contract: KeptContract): Promise<readonly string[]> {
  try {
    const why = whyGone(await userOrGone(ground.directory, contract.sponsor.id))
    if (why === undefined) return await lookLater(ground, contract.id, ground.policy.access.lookEvery)
    const manager = await formerManager(ground, contract)
    return await ground.database
      .transaction()
      .execute(async (transaction) => await withoutSponsor(ground, transaction, contract.id, why, manager))
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return await lookLater(ground, contract.id, Math.min(lookAgain, ground.policy.access.lookEvery))
  }
}

async function lookLater(ground: AccessGround, id: string, time: number): Promise<readonly string[]> {
  const lookAt = new Date(ground.clock().getTime() + time)
  await ground.database.transaction().execute(async (transaction) => {
    const contract = await holdContract(transaction, id)
    if (!contract) return
    const timed = { ...contract, lookAt, goneAt: contract.sponsorGoneAt }
    await changeContract(transaction, id, { lookAt, dueAt: nextDue(timed, ground.policy.access.remindBeforeEnd) })
  })
  return []
}

async function withoutSponsor(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  id: string,
  why: string,
  manager: Named | undefined,
): Promise<readonly string[]> {
  const contract = await holdContract(transaction, id)
  if (contract?.state !== 'active' || contract.sponsorGoneAt !== null || contract.endedAt !== null) return []
  const now = ground.clock()
  const rest = ground.catalogue.contracts?.withoutSponsor ?? usuallyWithout
  const endsAt = new Date(Math.min(contract.endsAt.getTime(), now.getTime() + rest))
  const changes = await closedContractReminders(transaction, contract, 'Its sponsor is gone.')
  const change = { endsAt, sponsorGoneAt: now, lookAt: null, dueAt: endsAt }
  await changeContract(transaction, id, change)
  const sponsor = nameOf(contract.sponsor)
  const posts = manager
    ? [
        postTo(contract, manager.id, `contract-sponsor:${id}:${now.getTime()}`, {
          card: 'contract-sponsor',
          data: {
            title: `Who answers for ${nameOf(contract.person)}?`,
            text: `${sponsor}, who was the sponsor, ${why}. Unless somebody takes over, the account of ${nameOf(contract.person)} is disabled on ${moment(endsAt)}. Your own manager approves it.`,
            facts: [...factsOf(contract), { title: 'Agreed end', value: moment(contract.endsAt) }],
            ids: { contract: id, endsAt: contract.endsAt.toISOString() },
          },
        }),
      ]
    : []
  const written = await writePosts(transaction, posts, ground.clock)
  await changePosts(transaction, changes, ground.clock)
  const told = await ground.escalation.open(
    {
      id: `sponsor-gone:${id}:${contract.sponsor.id}`,
      person: { tenant: contract.tenant, ...contract.person },
      reason: 'operation-failed',
      title: 'A contractor has no sponsor any more',
      urgency: 'normal',
      facts: [
        ...factsOf(contract),
        { title: 'Why', value: `${sponsor} ${why}` },
        { title: 'Ends now', value: moment(endsAt) },
        { title: 'Agreed end', value: moment(contract.endsAt) },
        { title: 'Asked to take over', value: manager ? nameOf(manager) : 'nobody: the directory names no manager' },
      ],
      correlationId: contract.correlationId,
    },
    transaction,
  )
  await ground.audit.appendWithin(transaction, {
    kind: 'event',
    action: 'notice-sponsor-gone',
    tenant: contract.tenant,
    actor: 'helpbot',
    target: contract.person.id,
    correlationId: contract.correlationId,
    operationId: `${id}:sponsor-gone:${now.getTime()}`,
    why: `the sponsor ${why}`,
    outcome: 'done',
    detail: { contract: id, sponsor: contract.sponsor.id, 'ends-at': endsAt.toISOString() },
  })
  return [...written, ...changes.map(({ key }) => key), ...told.posts]
}

/** Whom the sponsor reported to, as the directory says, or said when it still knew; only who can act now. */
async function formerManager(ground: AccessGround, contract: KeptContract): Promise<Named | undefined> {
  const { sponsor, tenant, person } = contract
  const named = (await managerInDirectory(ground, sponsor.id)) ?? (await managerSeen(ground, tenant, sponsor.id))
  if (named === undefined || named === person.id || named === sponsor.id) return undefined
  const user = await userOrGone(ground.directory, named)
  if (user === 'gone' || user.accountEnabled !== true || user.userType !== 'Member') return undefined
  return { id: user.id, name: user.displayName }
}

async function managerInDirectory(ground: AccessGround, id: UserId): Promise<UserId | undefined> {
  try {
    return (await ground.directory.manager(id))?.id
  } catch (error) {
    if (error instanceof DirectoryError && error.code === 'not-found') return undefined
    throw error
  }
}

async function managerSeen(ground: AccessGround, tenant: string, id: UserId): Promise<UserId | undefined> {
  const row = await ground.database
    .selectFrom('managers_seen')
    .select('manager_id')
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', id)
    .executeTakeFirst()
  return userId.safeParse(row?.manager_id).data
}
