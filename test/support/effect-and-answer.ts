import { bindAnswer } from '../../infra/practice/domain/ldap-session.ts'
import type { BreakableCompany } from './breakable-company.ts'
import { type AccountRecord, accountRecord, groupRecord } from './domain-record.ts'
import type { Staged, Work } from './staged-work.ts'

/** As the operations are called in the audit. */
const operations: Readonly<Record<Work, string>> = {
  reset: 'reset-password',
  unlock: 'unlock-account',
  grant: 'grant-access',
  revoke: 'revoke-access',
  block: 'protect-account',
}

/** What a change may write of an account; everything else there is nobody's to touch. */
const own: Readonly<Record<Work, readonly (keyof AccountRecord)[]>> = {
  reset: ['unicodePwd', 'lockoutTime'],
  unlock: ['lockoutTime'],
  grant: [],
  revoke: [],
  block: ['userAccountControl'],
}

/** Sentences that claim that it is so now. */
const claimsDone: Readonly<Record<Work, RegExp>> = {
  reset: /temporary password|password (is|was) changed/i,
  unlock: /is unlocked|can sign in again|not locked/,
  grant: /has it now/,
  revoke: /ended for/,
  block: /^Sign-in to your account is blocked/,
}
/** Sentences that claim that nothing was changed. */
const claimsNothing = /changed nothing|nothing was changed|still locked|does not look changed/i
/** … unless they go on to say that it may have been changed before. */
const exceptBefore = /But what you pressed before may have|What you asked for just before may have/
/** Sentences that leave open whether the password is another one. */
const leavesOpen = /temporary password|may have (been )?changed|was changed|do not know|cannot (see|say)/i

/** How the controller itself counts what was written. */
export type Standing = AccountRecord & { readonly member: boolean }

/** What one attempt comes to. none: never written. one: written once. either: as it happens, if only what is said of it is true. */
export type Effect = 'none' | 'one' | 'either'

export async function standing({ onPremises }: BreakableCompany, group: string, dn: string): Promise<Standing> {
  const { members } = await groupRecord(onPremises.controller, group)
  return { ...(await accountRecord(onPremises.controller, dn)), member: members.includes(dn.toLowerCase()) }
}

/** What one change came to in the directory, held against what was audited and said. Knows nothing of how it was done. */
export async function judge(
  { company, onPremises }: BreakableCompany,
  work: Work,
  staged: Staged,
  at: { readonly before: Standing; readonly now: Standing; readonly told: string; readonly effect: Effect },
): Promise<{ readonly summary: string; readonly faults: readonly string[] }> {
  const { before, now, told, effect } = at
  const faults: string[] = []
  const demand = (isSo: boolean, why: string) => void (isSo || faults.push(`${work}: ${why}`))
  const written = timesWritten(work, before, now)
  const asWanted = isAsWanted(work, written, now)
  const rows = await company.database
    .selectFrom('operations')
    .select('state')
    .where('target_id', '=', staged.people[work].talker.id)
    .where('name', '=', operations[work])
    .where('started_at', '>=', staged.since)
    .orderBy('started_at')
    .execute()
  const states = rows.map(({ state }) => state)

  // One effect: each press of the button makes a password of its own, everything else is made once whatever is pressed.
  const mayHave = states.filter((state) => state === 'done' || state === 'unclear').length
  const most = work === 'reset' ? mayHave : Math.min(1, mayHave)
  demand(written <= most, `written ${written} times by ${states.join(', ') || 'nobody'}`)
  // Whoever was kept waiting may have asked again, and come further.
  if (effect === 'none' && states.length <= 1) demand(written === 0, 'it was written, and cannot have been in time')
  if (effect === 'one') demand(written >= 1 && asWanted, 'it was to be written, and was not')
  for (const attribute of ['unicodePwd', 'lockoutTime', 'userAccountControl'] as const)
    if (!own[work].includes(attribute))
      demand(now[attribute] === before[attribute], `${attribute} was written, which nobody asked for`)

  // One truthful answer
  if (states.includes('done')) demand(asWanted, `the audit says done, and it is not: ${states.join(', ')}`)
  demand(told !== '', 'nobody is told')
  if (claimsDone[work].test(told)) demand(asWanted, `said to be done, and it is not: ${told}`)
  if (claimsNothing.test(told) && !exceptBefore.test(told))
    demand(written === 0, `said not to be done, and it is: ${told}`)
  const shown = work === 'reset' ? staged.shown() : undefined
  if (work === 'reset') {
    const { upn } = staged.people.reset.account
    const tried = await bindAnswer(onPremises.controller, upn, shown ?? staged.password)
    if (shown !== undefined) demand(tried === '773', `the password that was shown binds with ${tried}`)
    else if (tried !== 'ok')
      demand(leavesOpen.test(told), `the old one does not bind any more (${tried}), told: ${told}`)
  }
  const seen = shown === undefined ? '' : ', shown'
  const summary = `${work}: ${written} written, ${asWanted ? 'as wanted' : 'as before'}${seen}; ${states.join(' → ') || 'nothing begun'}; “${told.replaceAll(/\s+/g, ' ')}”`
  return { summary, faults }
}

function timesWritten(work: Work, before: Standing, now: Standing): number {
  switch (work) {
    case 'reset':
      return now.unicodePwd - before.unicodePwd
    case 'unlock':
      return now.lockoutTime - before.lockoutTime
    case 'block':
      // Samba counts three for one modify that takes the old value away and puts the new one in.
      return (now.userAccountControl - before.userAccountControl) / 3
    case 'grant':
    case 'revoke':
      return before.member === now.member ? 0 : 1
  }
}

function isAsWanted(work: Work, written: number, now: Standing): boolean {
  switch (work) {
    case 'reset':
      return written > 0
    case 'unlock':
      return !now.locked
    case 'block':
      return !now.enabled
    case 'grant':
      return now.member
    case 'revoke':
      return !now.member
  }
}
