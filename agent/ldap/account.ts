import type { Entry } from 'ldapts'
import { AgentError } from '../agent-error.ts'
import type { AccountState } from '../protocol/commands.ts'
import type { Controller } from './domain.ts'
import { accountBits, fromFiletime, fromSpan, hasBit } from './encodings.ts'
import { textOf } from './entry.ts'
import { anything } from './filters.ts'
import { readByGuid } from './object.ts'
import { anyUser } from './user.ts'

/** What says whether an account is locked; asked for wherever lockouts are looked for. */
export const doorAttributes = ['userAccountControl', 'msDS-User-Account-Control-Computed', 'lockoutTime'] as const

/** What an account's door is made out of. */
export const accountAttributes: readonly string[] = [
  ...doorAttributes,
  'msDS-ResultantPSO',
  'badPwdCount',
  'badPasswordTime',
  'accountExpires',
  'pwdLastSet',
]

/**
 * Whether it is locked at this moment. lockoutTime alone does not say: it stays when the time of the lock is over. The computed bits do
 * (MS-ADTS 3.1.1.4.5.17). @returns undefined where they cannot be read: unknown is not "no"
 */
export function lockOf(entry: Entry): { locked: boolean; lockedAt: Date | undefined; enabled: boolean } | undefined {
  const computed = textOf(entry, 'msDS-User-Account-Control-Computed')
  const control = textOf(entry, 'userAccountControl')
  if (computed === undefined || control === undefined) return undefined
  const locked = hasBit(computed, accountBits.locked)
  return {
    locked,
    lockedAt: locked ? fromFiletime(textOf(entry, 'lockoutTime')) : undefined,
    enabled: !hasBit(control, accountBits.disabled),
  }
}

/**
 * An account's door as this controller sees it. badPwdCount and badPasswordTime are this controller's own, they are not replicated.
 * @param mayRead by DN: what must not be seen is answered as what is not there
 * @throws AgentError not-found
 */
export async function accountState(
  controller: Controller,
  guid: string,
  now: Date,
  mayRead: (dn: string) => boolean = () => true,
): Promise<AccountState> {
  const entry = await readByGuid(controller, guid, { filter: anyUser, attributes: accountAttributes })
  if (entry === undefined || !mayRead(entry.dn)) throw new AgentError('not-found', `there is no user ${guid}`)
  const lock = lockOf(entry)
  if (lock === undefined) throw new AgentError('refused', `whether ${entry.dn} is locked cannot be read`)
  const { locked, lockedAt, enabled } = lock
  const control = textOf(entry, 'userAccountControl')
  const stale = hasBit(textOf(entry, 'msDS-User-Account-Control-Computed'), accountBits.passwordExpired)
  const pwdLastSet = textOf(entry, 'pwdLastSet')
  const expires = fromFiletime(textOf(entry, 'accountExpires'))
  const lasts = locked ? await lockoutDuration(controller, textOf(entry, 'msDS-ResultantPSO')) : undefined
  return {
    guid,
    enabled,
    locked,
    lockedAt: momentOf(lockedAt),
    lockedUntil: lockedAt === undefined || lasts === undefined ? null : momentOf(new Date(lockedAt.getTime() + lasts)),
    badPasswordCount: Math.max(0, Math.trunc(Number(textOf(entry, 'badPwdCount') ?? 0)) || 0),
    lastBadPasswordAt: momentOf(fromFiletime(textOf(entry, 'badPasswordTime'))),
    accountExpired: expires !== undefined && expires <= now,
    accountExpiresAt: momentOf(expires),
    // One bit for both: which of them it is pwdLastSet says.
    passwordExpired: stale && pwdLastSet !== '0',
    mustChangePassword: stale && pwdLastSet === '0',
    passwordSetAt: momentOf(fromFiletime(pwdLastSet)),
    passwordNeverExpires: hasBit(control, accountBits.passwordNeverExpires),
    controller: controller.name,
  }
}

const momentOf = (moment: Date | undefined): string | null => moment?.toISOString() ?? null

/**
 * How long a lock lasts, in milliseconds: by the password settings object that applies (MS-ADTS 3.1.1.4.5.36) where there is one, else
 * by the domain. @returns undefined for one that lasts until somebody unlocks, and where it cannot be read
 */
async function lockoutDuration(controller: Controller, settings: string | undefined): Promise<number | undefined> {
  const [base, attribute] =
    settings === undefined ? [controller.domainDn, 'lockoutDuration'] : [settings, 'msDS-LockoutDuration']
  try {
    const [entry] = await controller.search({ base, scope: 'base', filter: anything, attributes: [attribute] })
    return entry && fromSpan(textOf(entry, attribute))
  } catch (error) {
    // Only administrators may read a settings object, as a rule.
    if (error instanceof AgentError && (error.code === 'not-found' || error.code === 'refused')) return undefined
    throw error
  }
}
