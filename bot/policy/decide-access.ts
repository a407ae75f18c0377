import type {
  AccessDecision,
  AccessFacts,
  AccessGroup,
  AccessPerson,
  AccessRefusal,
  AccessRefusalCode,
} from './access-decision.ts'
import type { Policy } from './policy.ts'

type No = readonly [code: AccessRefusalCode, detail: string] | undefined

/**
 * Whether a change of access may go ahead now. Pure: the same question has the same answer, and nothing is changed or read
 * besides the arguments. Never throws for arguments of their types.
 *
 * The order is fixed: what carries it, whether there is somebody and something to change, whether all is known, the group, the
 * person. Which groups can be written is what Microsoft Graph says (learn.microsoft.com/graph/api/group-post-members); that
 * role-assignable groups, and those that pass roles on, are never touched is ours.
 */
export function decideAccess(policy: Pick<Policy, 'protected'>, facts: AccessFacts): AccessDecision {
  const no = refuse(policy, facts)
  if (!no) return { verdict: 'allow' }
  return refused(facts, ...no)
}

/** What a lockdown alone says of it, for the moment right before the change; undefined where it says nothing. */
export function closedToAccess(
  facts: Pick<AccessFacts, 'change' | 'lockdown' | 'names' | 'proved'>,
): AccessRefusal | undefined {
  const detail = `lockdown: ${facts.lockdown}`
  if (facts.lockdown === 'unknown' && gives(facts.change)) return refused(facts, 'unverifiable', detail)
  return closed(facts) ? refused(facts, 'lockdown', detail) : undefined
}

function refused(facts: Pick<AccessFacts, 'change' | 'names'>, code: AccessRefusalCode, detail: string): AccessRefusal {
  const tellIt = itMustHear(facts, code)
  return {
    verdict: 'refuse',
    code,
    sentence: `${undone(facts)}: ${reasons[code]}.${tellIt ? ' IT has been told.' : ''}`,
    detail: `${facts.change}: ${detail}`.slice(0, 500),
    tellIt,
  }
}

function refuse(policy: Pick<Policy, 'protected'>, facts: AccessFacts): No {
  const { person, group } = facts
  if (facts.unwarranted !== undefined) return ['unwarranted', facts.unwarranted]
  const ofMembership = facts.change === 'grant-access' || facts.change === 'revoke-access'
  if (ofMembership !== (group !== null)) return ['unwarranted', ofMembership ? 'it names no group' : 'it names a group']
  if (person === 'gone') return ['unknown-person', 'the directory has no such account']
  if (group === 'gone') return ['unknown-group', 'the directory has no such group']
  const unknown = [
    ...unknownOfPerson(policy, facts, person),
    ...(group ? unknownOfGroup(policy, group) : []),
    ...named([['whether there is a lockdown', facts.lockdown === 'unknown' && gives(facts.change)]]),
  ]
  if (unknown.length > 0) return ['unverifiable', `unknown: ${unknown.join(', ')}`]
  if (closed(facts)) return ['lockdown', `lockdown: ${facts.lockdown}`]
  return (group ? refuseForTheGroup(policy, group) : undefined) ?? refuseForThePerson(policy, facts, person)
}

/** What takes away goes on. What gives waits, but for what IT gives back while only the strongest proofs count. */
function closed({ change, lockdown, proved }: Pick<AccessFacts, 'change' | 'lockdown' | 'proved'>): boolean {
  if (!gives(change)) return false
  return lockdown === 'freeze' || (lockdown === 'strict' && !proved)
}

export function gives(change: AccessFacts['change']): boolean {
  return change === 'grant-access' || change === 'enable-account'
}

/** Taking back what we gave gives nobody power, whoever they have become since; all else keeps away from administrators. */
function mattersWhoItIs({ change, granted }: AccessFacts): boolean {
  return change !== 'revoke-access' || !granted
}

function unknownOfPerson(policy: Pick<Policy, 'protected'>, facts: AccessFacts, person: AccessPerson) {
  const matters = mattersWhoItIs(facts)
  return named([
    ['whether the account is enabled', person.accountEnabled === undefined && facts.change !== 'revoke-access'],
    ['whether the account is privileged', person.privileged === 'unknown' && matters],
    [
      'protected groups of the account',
      policy.protected.groups.length > 0 && person.protectedBecause === undefined && matters,
    ],
  ])
}

function unknownOfGroup(policy: Pick<Policy, 'protected'>, group: AccessGroup): readonly string[] {
  return named([
    ['whether the group is role-assignable', group.roleAssignable === undefined],
    ['whether the group is privileged', group.privileged === 'unknown'],
    ['whether the group is dynamic', group.dynamic === undefined],
    ['whether the group is mail-enabled', group.mailEnabled === undefined],
    ['whether it is a security group', group.securityEnabled === undefined],
    ['whether it is a Microsoft 365 group', group.unified === undefined],
    ['what the group is nested in', policy.protected.groups.length > 0 && group.within === undefined],
  ])
}

function named(checks: readonly (readonly [string, boolean])[]): readonly string[] {
  return checks.filter(([, unknown]) => unknown).map(([what]) => what)
}

function refuseForTheGroup(policy: Pick<Policy, 'protected'>, group: AccessGroup): No {
  // Before the rest, because there the way on is another one: a ticket, and the company's own directory.
  const onPremises = group.sourceOfAuthority !== 'entra'
  if (onPremises && group.writableOnPremises !== true)
    return ['synced-group', group.notWritableBecause ?? `the group is mastered ${group.sourceOfAuthority}`]
  if (group.roleAssignable) return ['role-assignable-group', 'the group is role-assignable']
  if (group.privileged !== false) return ['privileged-group', because('the group is privileged', group.because)]
  if (policy.protected.groups.includes(group.id)) return ['protected-group', 'the policy protects the group']
  const [parent] = group.within ?? []
  if (parent !== undefined) return ['protected-group', `the policy protects group ${parent}, which it is nested in`]
  if (group.dynamic) return ['dynamic-group', 'the group has dynamic membership']
  // Graph cannot write such a group; Active Directory does not mind that it has an address.
  if (group.mailEnabled && !group.unified && !onPremises)
    return ['mail-enabled-group', 'mail-enabled, and no Microsoft 365 group']
  if (!group.securityEnabled && !group.unified)
    return ['unsuitable-group', 'neither a security group nor a Microsoft 365 group']
  return undefined
}

function refuseForThePerson(policy: Pick<Policy, 'protected'>, facts: AccessFacts, person: AccessPerson): No {
  const { change } = facts
  if (mattersWhoItIs(facts)) {
    if (person.privileged !== false) return ['privileged', because('privileged', person.because)]
    if (policy.protected.people.includes(person.id)) return ['protected', 'named in the policy']
    const reasons = person.protectedBecause ?? []
    if (reasons.length > 0) return ['protected', because('protected', reasons)]
  }
  if (change === 'grant-access' && !person.accountEnabled) return ['disabled', 'accountEnabled is false']
  // Memberships of cloud groups are written in the cloud, whoever's they are; accounts only where they are mastered.
  const ofAccount = change === 'disable-account' || change === 'enable-account'
  const onPremises = person.sourceOfAuthority !== 'entra'
  const ofGroup = facts.group !== null && facts.group !== 'gone' && facts.group.sourceOfAuthority !== 'entra'
  if (ofGroup && !onPremises) return ['cloud-person', 'the group is mastered on-premises, and the person in Entra ID']
  if (ofAccount && onPremises && person.writableOnPremises !== true)
    return ['mastered-elsewhere', person.notWritableBecause ?? `mastered ${person.sourceOfAuthority}`]
  return undefined
}

function because(what: string, why: readonly string[]): string {
  return why.length === 0 ? what : `${what} (${why.join('; ')})`
}

/** Somebody who has left or is locked out gets nothing, and that is no trouble of IT's. */
function itMustHear({ change }: Pick<AccessFacts, 'change'>, code: AccessRefusalCode): boolean {
  // Two of them have closed it.
  if (code === 'disabled' || code === 'lockdown') return false
  return code !== 'unknown-person' || change === 'revoke-access' || change === 'disable-account'
}

function undone({ change, names }: Pick<AccessFacts, 'change' | 'names'>): string {
  if (change === 'grant-access') return `${names.person} was not added to ${names.group}`
  if (change === 'revoke-access') return `${names.person} was not removed from ${names.group}`
  return `Sign-in of ${names.person} was not ${change === 'disable-account' ? 'blocked' : 'allowed'}`
}

/** One for all that is special, so that nobody learns in which way. */
const onlyIt = 'only IT can do that, by hand'

const reasons: Readonly<Record<AccessRefusalCode, string>> = {
  unwarranted: 'what it rests on does not hold, or not any more',
  'unknown-person': 'the directory has no such account any more',
  'unknown-group': 'the directory has no such group any more',
  unverifiable: 'I could not check everything that I must check first',
  lockdown: 'IT has closed self-service at the moment',
  'synced-group': 'the group is looked after in the company’s own directory, which I cannot change from here',
  'role-assignable-group': onlyIt,
  'privileged-group': onlyIt,
  'protected-group': onlyIt,
  'dynamic-group': 'who is in the group follows from a rule, and not from lists that I can change',
  'mail-enabled-group': 'the group is a mailing list as well, whose members I cannot change',
  'unsuitable-group': 'it is no kind of group whose members I can change',
  privileged: onlyIt,
  protected: onlyIt,
  disabled: 'sign-in to the account is blocked',
  'cloud-person':
    'the account exists in Microsoft 365 only, and the group takes only accounts of the company’s own directory',
  'mastered-elsewhere': 'the account is looked after in the company’s own directory, which I cannot change from here',
}
