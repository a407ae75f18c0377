import type { GroupFacts } from '../directory/directory.ts'
import type { Finding } from './finding.ts'

/** What is wrong with a group, and what to do. */
export type Fault = Required<Pick<Finding, 'why' | 'fix'>>

interface Rule extends Fault {
  readonly holds: (facts: GroupFacts) => boolean
}

const anotherKind =
  'name a security group or a Microsoft 365 group: Microsoft Graph does not change who is in others (they are written in Exchange)'

/** The rules by which a grant is refused (bot/policy/decide-access.ts), in their order. */
const rules: readonly Rule[] = [
  {
    holds: ({ sourceOfAuthority }) => sourceOfAuthority !== 'entra',
    why: 'is mastered on-premises, so HelpBot cannot change who is in it',
    fix: 'name a cloud group that opens the same, or take the entry out: without it nobody waits for nothing',
  },
  {
    holds: ({ roleAssignable }) => roleAssignable === true,
    why: 'is role-assignable, and HelpBot never touches such groups',
    fix: 'name another group, or take the entry out: who holds a role is for IT to decide in the directory itself',
  },
  {
    holds: ({ dynamic }) => dynamic === true,
    why: 'has dynamic membership: who is in it follows from a rule',
    fix: 'entra.microsoft.com › Groups › the group › Properties › Membership type › Assigned; or name another group',
  },
  {
    holds: ({ mailEnabled, unified }) => mailEnabled === true && unified !== true,
    why: 'is mail-enabled, and no Microsoft 365 group',
    fix: anotherKind,
  },
  {
    holds: ({ securityEnabled, unified }) => securityEnabled === false && unified !== true,
    why: 'is neither a security group nor a Microsoft 365 group',
    fix: anotherKind,
  },
]

/** Why nobody could be made a member of a group, going by what it is; undefined where nothing speaks against it. */
export function unwritable(facts: GroupFacts): Fault | undefined {
  const rule = rules.find(({ holds }) => holds(facts))
  return rule && { why: rule.why, fix: rule.fix }
}
