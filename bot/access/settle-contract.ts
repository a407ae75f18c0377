import type { Transaction } from 'kysely'
import type { OperationRequest, OperationResult } from '../operations/operation.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'
import { afresh, afterFailure, backOff, untried } from './attempts.ts'
import { changeContract, contractOf, holdContract, type KeptContract } from './contracts.ts'
import { endGrantsOf, hurryGrantsOf } from './grants.ts'
import type { RowGround } from './ground.ts'
import { disableOperation, enableOperation } from './operation-ids.ts'
import type { Settle } from './settle-grant.ts'
import { tell } from './tell.ts'
import { nextDue, remindersPassed } from './times.ts'
import { moment, nameOf } from './words.ts'

/** Moves a contract on when its account was enabled or disabled. The end of an earlier attempt changes nothing. */
export function settleContract(ground: RowGround): Settle {
  return async (transaction, request, result) => {
    const warrant = request.access?.warrant
    const contract = warrant?.contract ? await holdContract(transaction, warrant.contract) : undefined
    if (!contract) return []
    if (warrant?.by === 'undo') return await undone(ground, transaction, contract, request, result)
    if (request.id === enableOperation(contract) && contract.state === 'waiting')
      return await enabled(ground, transaction, contract, result)
    if (request.id === disableOperation(contract) && contract.state === 'active' && contract.endedAt === null)
      await disabled(ground, transaction, contract, result)
    return []
  }
}

async function enabled(
  ground: RowGround,
  transaction: Transaction<Schema>,
  contract: KeptContract,
  result: OperationResult,
): Promise<readonly PostDraft[]> {
  if (result.state === 'done') return await contractBegins(ground, transaction, contract)
  if (result.state === 'refused') return await contractFails(transaction, contract, result)
  const attempts = afterFailure(contract.attempts)
  const dueAt = new Date(ground.clock().getTime() + backOff(attempts))
  await changeContract(transaction, contract.id, { attempts, dueAt })
  return []
}

/** The account works, so the contract runs. Its row is held. */
export async function contractBegins(
  ground: RowGround,
  transaction: Transaction<Schema>,
  contract: KeptContract,
): Promise<readonly PostDraft[]> {
  const change = running(ground, contract)
  await changeContract(transaction, contract.id, { ...change, attempts: untried(contract.attempts) })
  await hurryGrantsOf(transaction, contract.id, ground.clock())
  return tell(contract, [contract.sponsor, contract.person], `contract-begun:${contract.id}:${contract.attempts}`, {
    title: `The contract of ${nameOf(contract.person)} has begun`,
    text: `The account works until ${moment(contract.endsAt)}.`,
    facts: factsOf(contract),
  })
}

/** It cannot begin. Its row is held. */
export async function contractFails(
  transaction: Transaction<Schema>,
  contract: KeptContract,
  { sentence, at }: Pick<OperationResult, 'sentence' | 'at'>,
): Promise<readonly PostDraft[]> {
  await changeContract(transaction, contract.id, {
    state: 'failed',
    endedAt: new Date(at),
    ending: sentence,
    dueAt: null,
  })
  return tell(contract, [contract.sponsor], `contract-failed:${contract.id}`, {
    title: `The contract of ${nameOf(contract.person)} cannot begin`,
    text: sentence,
    facts: factsOf(contract),
  })
}

/** The account is shut: what else there is to be done, the job does next. */
async function disabled(
  ground: RowGround,
  transaction: Transaction<Schema>,
  contract: KeptContract,
  result: OperationResult,
): Promise<void> {
  const now = ground.clock()
  if (result.state === 'done') {
    await changeContract(transaction, contract.id, {
      endedAt: new Date(result.at),
      ending: result.sentence,
      dueAt: now,
    })
    return
  }
  const attempts = afterFailure(contract.attempts, result.state === 'refused')
  await changeContract(transaction, contract.id, { attempts, dueAt: new Date(now.getTime() + backOff(attempts)) })
}

/** IT has undone what was done to the account. */
async function undone(
  ground: RowGround,
  transaction: Transaction<Schema>,
  contract: KeptContract,
  request: OperationRequest,
  result: OperationResult,
): Promise<readonly PostDraft[]> {
  if (result.state !== 'done') return []
  const now = ground.clock()
  const at = new Date(result.at)
  const say = (title: string, text: string) =>
    tell(contract, [contract.sponsor], `contract-undone:${request.id}`, { title, text, facts: factsOf(contract) })
  if (request.name === 'disable-account') {
    if (contract.state !== 'active') return []
    const ending = 'IT undid it.'
    await changeContract(transaction, contract.id, { state: 'ended', endedAt: at, ending, dueAt: null, lookAt: null })
    await endGrantsOf(transaction, contract.id, now)
    return say(`The contract of ${nameOf(contract.person)} has ended`, 'IT undid that the account was enabled.')
  }
  const other = await contractOf(transaction, contract.tenant, contract.person.id)
  const wasOver = contract.endedAt !== null && contract.state !== 'failed'
  if (!wasOver || (other && other.id !== contract.id)) return []
  await changeContract(transaction, contract.id, {
    ...running(ground, contract),
    ...{ endedAt: null, ending: null, attempts: afresh(contract.attempts) },
  })
  return say(
    `The account of ${nameOf(contract.person)} works again`,
    `IT undid that it was disabled. It works until ${moment(contract.endsAt)}.`,
  )
}

function running(ground: RowGround, contract: KeptContract) {
  const { access } = ground.policy
  const now = ground.clock()
  const state = 'active' as const
  const lookAt = new Date(now.getTime() + access.lookEvery)
  const reminded = remindersPassed(contract.endsAt, access.remindBeforeEnd, now)
  const timed = { ...contract, state, lookAt, reminded, goneAt: contract.sponsorGoneAt }
  return { state, lookAt, reminded, dueAt: nextDue(timed, access.remindBeforeEnd) }
}

export function factsOf({ project, sponsor, person }: KeptContract) {
  return [
    { title: 'Who', value: nameOf(person) },
    { title: 'Project', value: project },
    { title: 'Sponsor', value: nameOf(sponsor) },
  ]
}
