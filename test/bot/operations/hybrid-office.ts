import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { entryIndex } from '../../../bot/access/entry-index.ts'
import { auditTrail } from '../../../bot/audit/trail.ts'
import { deskFor } from '../../../bot/desk/for-person.ts'
import type { Ground } from '../../../bot/desk/ground.ts'
import type { AccountDoor, Authority, Directory } from '../../../bot/directory/directory.ts'
import { DirectoryError, type DirectoryErrorCode } from '../../../bot/directory/directory-error.ts'
import type { ThreadDraft } from '../../../bot/escalation/escalation.ts'
import { itMembership } from '../../../bot/identity/it-membership.ts'
import { takeBaseline } from '../../../bot/identity/manager-history.ts'
import { groupId, type Person, tenantId, type UserId, userId } from '../../../bot/identity/person.ts'
import { newProof, record } from '../../../bot/identity/proofs.ts'
import { noticesOfOperation } from '../../../bot/notices/of-operation.ts'
import { disableAccount } from '../../../bot/operations/disable-account.ts'
import { enableAccount } from '../../../bot/operations/enable-account.ts'
import { freezeAccount } from '../../../bot/operations/freeze-account.ts'
import { handover } from '../../../bot/operations/handover.ts'
import type { OperationRequest, OperationResult } from '../../../bot/operations/operation.ts'
import { protectAccount } from '../../../bot/operations/protect-account.ts'
import { resetPassword } from '../../../bot/operations/reset-password.ts'
import { resetPasswordFor } from '../../../bot/operations/reset-password-for.ts'
import { type Ended, operationSteps } from '../../../bot/operations/run-operation.ts'
import { unlockAccount } from '../../../bot/operations/unlock-account.ts'
import { emptyCatalogue } from '../../../bot/policy/catalogue/load.ts'
import type { Policy } from '../../../bot/policy/policy.ts'
import { builtInTickets } from '../../../bot/tickets/built-in.ts'
import { type CastKey, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { startTestPostgres } from '../../support/postgres.ts'
import { openTenantDirectory } from '../directory/tenant-directory.ts'
import { newRing } from '../identity/people.ts'
import { defaultPolicy } from '../policy/examples.ts'

export const company = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
export const of = (key: CastKey): UserId => userId.parse(wellKnown[key].id)
/** What the agent of the stand-in makes. */
export const agentsPassword = 'Harbor-583-Violin-Maple-Otter-Canyon'

type Write = 'unlock' | 'set-password' | 'set-enabled'

/** The company's own directory with Kwame in it, as far as the bot gets to see it through an agent. */
export interface OwnDirectory {
  authority: Authority
  locked: boolean
  lockedAgain: boolean
  lockedAt: Date
  badPasswordCount: number
  lastBadPasswordAt: Date | undefined
  enabled: boolean
  accountExpired: boolean
  passwordExpired: boolean
  mustChange: boolean
  passwordSetAt: Date | undefined
  /** No agent answers. */
  away: boolean
  /** No answer comes to this write: it was made, or it was not. */
  loses: { readonly write: Write; readonly made: boolean } | undefined
  /** The directory goes away with this write. */
  leavesAfter: Write | undefined
  refuses: DirectoryErrorCode | undefined
  /** The answer does not hold the password. */
  repeats: boolean
  readonly writes: Write[]
}

const noAnswer = (maybeDone = false) =>
  new DirectoryError('unreachable', {
    sentence: 'I cannot reach the company’s own directory at the moment, and nothing was changed.',
    detail: 'no agent of corp.nordwind.example is connected',
    maybeDone,
  })

/** A practice tenant in which Kwame is synchronised, his directory on-premises played by an object, and the real steps of operations. */
export async function openHybridOffice(clock: () => Date = () => new Date(), policy: Policy = defaultPolicy) {
  const { tenant, directory: entra, close } = await openTenantDirectory({ people: 60 })
  const postgres = await startTestPostgres()
  const { database } = postgres
  await takeBaseline(database, company, entra.managers(), new Date(0))
  const own: OwnDirectory = { ...fresh(clock()), writes: [] }
  const kwame = of('kwame')
  const receipt = { requestId: 'command-1', onPremises: { agent: 'agent-1', controller: 'dc1.corp.nordwind.example' } }

  async function reach(): Promise<void> {
    if (own.away) throw noAnswer()
  }
  async function write<T>(name: Write, act: () => T): Promise<T> {
    await reach()
    if (own.refuses) throw new DirectoryError(own.refuses, { sentence: 'That was not accepted.', detail: 'a test' })
    own.writes.push(name)
    const lost = own.loses?.write === name ? own.loses : undefined
    const done = lost?.made === false ? undefined : act()
    if (own.leavesAfter === name) own.away = true
    if (lost || done === undefined) throw noAnswer(true)
    return done
  }
  const door = (): Extract<AccountDoor, { at: 'active-directory' }> => ({
    at: 'active-directory',
    locked: own.locked,
    lockedAt: own.locked ? own.lockedAt : undefined,
    lockedUntil: undefined,
    badPasswordCount: own.badPasswordCount,
    lastBadPasswordAt: own.lastBadPasswordAt,
    enabled: own.enabled,
    accountExpired: own.accountExpired,
    passwordExpired: own.passwordExpired,
    mustChangePassword: own.mustChange,
    passwordSetAt: own.passwordSetAt,
    controller: receipt.onPremises.controller,
  })
  const there: Pick<
    Directory,
    'privilege' | 'authority' | 'accountDoor' | 'passwordState' | 'unlockAccount' | 'setPassword' | 'setAccountEnabled'
  > = {
    async privilege(id) {
      if (id === kwame) await reach()
      return await entra.privilege(id)
    },
    async authority(id) {
      if (id !== kwame) return await entra.authority(id)
      await reach()
      return own.authority
    },
    async accountDoor(id) {
      if (id !== kwame) return await entra.accountDoor(id)
      await reach()
      return door()
    },
    async passwordState(id) {
      if (id !== kwame) return await entra.passwordState(id)
      await reach()
      return { changedAt: own.mustChange ? undefined : own.passwordSetAt, mustChange: own.mustChange }
    },
    async unlockAccount(id) {
      if (id !== kwame) return await entra.unlockAccount(id)
      return await write('unlock', () => {
        const before = door()
        own.locked = false
        const after = door()
        own.locked = own.lockedAgain
        return { ...receipt, changed: before.locked, before, after }
      })
    },
    async setPassword(id, slot) {
      if (id !== kwame) return await entra.setPassword(id, slot)
      return await write('set-password', () => {
        Object.assign(own, { locked: false, mustChange: true, passwordSetAt: undefined, passwordExpired: false })
        if (own.loses?.write !== 'set-password' && !own.repeats) slot.put(agentsPassword)
        return receipt
      })
    },
    async setAccountEnabled(id, enabled) {
      if (id !== kwame) return await entra.setAccountEnabled(id, enabled)
      return await write('set-enabled', () => {
        own.enabled = enabled
        return receipt
      })
    },
  }
  const directory: Directory = { ...entra, ...there }

  const ended: Ended[] = []
  const threads: ThreadDraft[] = []
  const waiting = handover()
  const audit = auditTrail(database, clock)
  const passwords = { handover: waiting, makePassword: () => 'Lantern-274-Harbour-Kite-Maple', revokeSessions: true }
  const isIt = itMembership(directory, groupId.parse(wellKnownGroups.itHelpDesk))
  const steps = operationSteps({
    database,
    audit,
    directoryFor: () => directory,
    entraFor: () => entra,
    policy,
    catalogue: emptyCatalogue,
    clock,
    isIt,
    mayChange: async () => true,
    operations: [
      unlockAccount,
      resetPassword(passwords),
      resetPasswordFor(passwords),
      protectAccount,
      freezeAccount,
      disableAccount,
      enableAccount,
    ],
    notices: noticesOfOperation(policy, true),
    settleAccess: async () => [],
    groupWithin: async () => [],
    afterwards: async (one) => void ended.push(one),
    pause: async () => undefined,
  })

  /** All steps of an operation, one after the other as the engine takes them. */
  async function run(request: OperationRequest): Promise<OperationResult> {
    const prepared = await steps.prepare(request)
    if (prepared.verdict === 'stop') return prepared.result
    const changed = await steps.change(request, prepared.before)
    return await steps.conclude(request, prepared, changed, await steps.readBack(request, prepared.before))
  }

  const person = (key: CastKey): Person => ({ tenant: company, id: of(key), name: wellKnown[key].name })
  const engine = { run: (request: OperationRequest) => run(request), stop: async () => undefined }
  const shared = {
    database,
    clock,
    directory,
    policy,
    audit,
    ring: newRing(),
    hasItChannel: true,
    channelIsStrong: () => true,
    isIt,
    escalation: {
      open: async (draft: ThreadDraft) => {
        threads.push(draft)
        return { number: 1_900 + threads.length, posts: [] }
      },
      list: async () => undefined,
    },
    engine,
    log: pino({ level: 'silent' }),
  }
  const ground: Ground = {
    ...shared,
    tickets: builtInTickets(database, clock),
    handover: waiting,
    issuer: 'HelpBot',
    bringOut: async () => undefined,
    canMail: false,
    entries: entryIndex({ directory, catalogue: emptyCatalogue, clock }),
    access: {
      ...shared,
      catalogue: emptyCatalogue,
      ticketsIn: (connection) => builtInTickets(connection, clock),
      approved: async () => ({ posts: [], changes: [] }),
    },
  }

  return {
    tenant,
    entra,
    directory,
    database,
    audit,
    own,
    ended,
    threads,
    waiting,
    run,
    /** A desk that remembers nothing of the directory from other conversations. */
    desk: (key: CastKey, dialogId: string = randomUUID()) =>
      deskFor({ ...ground }, person(key), dialogId, `correlation-${dialogId}`, 'teams'),
    person,
    /** Somebody gives a code in a dialog. */
    prove: (key: CastKey, dialogId: string) =>
      record(
        database,
        newProof({ person: { tenant: company, id: of(key) }, method: 'totp', dialogId, at: clock(), counts: true }),
      ),
    async auditOf(id: string, kind: 'intent' | 'outcome' | 'event' = 'outcome') {
      const rows = await database.selectFrom('audit').select('event').execute()
      return rows
        .map(({ event }) => event as Readonly<Record<string, unknown>> & { readonly detail?: Record<string, string> })
        .find((event) => event.operationId === id && event.kind === kind)
    },
    /** As before the first test. */
    async clear() {
      for (const table of [
        'operations',
        'sync_follow_ups',
        'lockouts_seen',
        'change_cookies',
        'posts',
        'proofs',
      ] as const)
        await database.deleteFrom(table).execute()
      Object.assign(own, fresh(clock()))
      own.writes.length = 0
      ended.length = 0
      threads.length = 0
      tenant.control.faults.clear()
    },
    async close() {
      await postgres.close()
      await close()
    },
  }
}

function fresh(now: Date): Omit<OwnDirectory, 'writes'> {
  return {
    authority: {
      at: 'active-directory',
      domain: 'corp.nordwind.example',
      guid: '5d0c2f3e-7a41-4b7e-9f6c-2f4a1b3c5d6e',
      dn: 'CN=Kwame Mensah,OU=People,DC=corp,DC=nordwind,DC=example',
    },
    locked: false,
    lockedAgain: false,
    lockedAt: new Date(now.getTime() - 300_000),
    badPasswordCount: 0,
    lastBadPasswordAt: undefined,
    enabled: true,
    accountExpired: false,
    passwordExpired: false,
    mustChange: false,
    passwordSetAt: new Date(now.getTime() - 30 * 86_400_000),
    away: false,
    loses: undefined,
    leavesAfter: undefined,
    refuses: undefined,
    repeats: false,
  }
}

/** Kwame asks for it himself. */
export function asking(
  id: string,
  name: OperationRequest['name'],
  parts: Partial<OperationRequest> = {},
): OperationRequest {
  const who = of('kwame')
  const about = { dialogId: id, ticketId: id, correlationId: `correlation-${id}`, why: 'a test' }
  return { id, name, tenant: company, actor: who, target: who, ...about, ...parts }
}
