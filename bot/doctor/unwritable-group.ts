import type { Authority, GroupFacts } from '../directory/directory.ts'
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
    // Graph does not write them; in Active Directory they are groups as all others.
    holds: ({ mailEnabled, unified, sourceOfAuthority }) =>
      mailEnabled === true && unified !== true && sourceOfAuthority === 'entra',
    why: 'is mail-enabled, and no Microsoft 365 group',
    fix: anotherKind,
  },
  {
    holds: ({ securityEnabled, unified }) => securityEnabled === false && unified !== true,
    why: 'is neither a security group nor a Microsoft 365 group',
    fix: anotherKind,
  },
]

const another = 'or name a cloud group that opens the same, or take the entry out: without it nobody waits for nothing'

type Nowhere = Extract<Authority, { at: 'nowhere' }>

/** Why a group can be written on neither side, by what is said of its authority; `detail` is put behind. */
const nowhere: Readonly<Record<Nowhere['code'], Fault>> = {
  'no-connector': {
    why: 'is mastered on-premises, so HelpBot cannot change who is in it',
    fix: `enrol an agent of its domain (npm run agents -- code), ${another}`,
  },
  'switched-off': {
    why: 'is mastered where HELPBOT_DIRECTORY lets nothing be written',
    fix: `set HELPBOT_DIRECTORY=hybrid, ${another}`,
  },
  ambiguous: {
    why: 'cannot be matched with a group of Active Directory for certain',
    fix: `look at both in Entra Connect and put that right, ${another}`,
  },
  missing: {
    why: 'is not found in Active Directory',
    fix: `let the agent read where it is (policy.read in its file), ${another}`,
  },
  'not-allowed': {
    why: 'may not be changed by the agent',
    fix: `let it be written there (policy.write in the agent’s file), ${another}`,
  },
}

/**
 * Why nobody could be made a member of a group, going by what it is and where it can be written; undefined where nothing speaks
 * against it.
 */
export function unwritable(facts: GroupFacts, authority: Authority): Fault | undefined {
  if (authority.at === 'nowhere') {
    const { why, fix } = nowhere[authority.code]
    return { why: authority.code === 'no-connector' ? why : `${why} (${authority.detail})`, fix }
  }
  const rule = rules.find(({ holds }) => holds(facts))
  return rule && { why: rule.why, fix: rule.fix }
}
