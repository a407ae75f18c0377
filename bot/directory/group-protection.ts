import type { GroupFacts } from './directory.ts'

/** Why the members of a group are not for us to write. */
export interface GroupProtection {
  /** For the person. */
  readonly sentence: string
  /** For IT and the audit. */
  readonly reason: string
}

/**
 * Why Graph lets nobody, or not us, write the members of this group (learn.microsoft.com/graph/api/group-post-members);
 * undefined when nothing of it is known.
 */
export function groupProtection(facts: GroupFacts): GroupProtection | undefined {
  if (facts.sourceOfAuthority === 'on-premises')
    return {
      reason: 'the group is mastered on-premises',
      sentence:
        'That group is looked after in your company’s own network, so I cannot change who is in it from here. IT can do it for you.',
    }
  if (facts.roleAssignable === true)
    return {
      reason: 'the group is role-assignable',
      sentence: 'That group can give administrator rights, so I never change who is in it. IT can do it for you.',
    }
  if (facts.dynamic === true)
    return {
      reason: 'the group has dynamic membership',
      sentence:
        'Who is in that group follows from a rule, so nobody can be added or removed by hand. IT can tell you more.',
    }
  if (facts.mailEnabled === true && facts.unified === false)
    return {
      reason: 'the group is mail-enabled and no Microsoft 365 group: its members are written in Exchange',
      sentence:
        'That group is a mailing list as well, so I cannot change who is in it from here. IT can do it for you.',
    }
  return undefined
}
