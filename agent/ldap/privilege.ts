import { AgentError } from '../agent-error.ts'
import type { Controller } from './domain.ts'
import { powerOverDomain } from './domain-power.ts'
import { domainSidOf, relativeId, sidText } from './encodings.ts'
import { buffersOf, textOf, textsOf } from './entry.ts'
import { any, inChain, is } from './filters.ts'
import { isAtOrBelow } from './names.ts'
import { readByGuid, sidOf } from './object.ts'

export interface Privileged {
  readonly privileged: boolean
  /** For IT and the audit, at most twenty. */
  readonly because: string[]
}

/**
 * Groups whose members rule the domain or the forest, or what it runs on and trusts, by the last part of their SID, in whatever domain
 * of the forest (well-known SIDs: MS-DTYP 2.4.2.4; protected groups: MS-ADTS 3.1.1.6.1.2).
 */
const powerfulGroups: ReadonlyMap<number, string> = new Map([
  [498, 'Enterprise Read-only Domain Controllers'],
  [512, 'Domain Admins'],
  [516, 'Domain Controllers'],
  [517, 'Cert Publishers'],
  [518, 'Schema Admins'],
  [519, 'Enterprise Admins'],
  [520, 'Group Policy Creator Owners'],
  [521, 'Read-only Domain Controllers'],
  // Gives no power: the domain guards its members above all others, and whoever put them there did so for their power.
  [525, 'Protected Users'],
  [526, 'Key Admins'],
  [527, 'Enterprise Key Admins'],
])
const powerfulBuiltins: ReadonlyMap<string, string> = new Map([
  ['S-1-5-32-544', 'Administrators'],
  ['S-1-5-32-548', 'Account Operators'],
  ['S-1-5-32-549', 'Server Operators'],
  ['S-1-5-32-550', 'Print Operators'],
  ['S-1-5-32-551', 'Backup Operators'],
  ['S-1-5-32-552', 'Replicator'],
  ['S-1-5-32-557', 'Incoming Forest Trust Builders'],
  ['S-1-5-32-578', 'Hyper-V Administrators'],
  ['S-1-5-32-580', 'Remote Management Users'],
])
const powerfulAccounts: ReadonlyMap<number, string> = new Map([
  [500, 'the built-in Administrator'],
  [502, 'krbtgt'],
])

/**
 * Whether a user or a group has, or gives, power over the domain: live, nested to any depth, and through the primary group. A user's
 * tokenGroups are what the controller itself would put into the token (MS-ADTS 3.1.1.4.5.19), so neither cycles nor domain-local
 * groups nor a primary group hide anything, as they would in memberOf. A group is looked at through the chain of its memberships,
 * for not every server computes tokenGroups of groups. Power that was given to none of the known groups stands on the head of the
 * domain, and is read there. adminCount=1 makes privileged too (it is set by AdminSDHolder and stays), but its absence says nothing.
 * @throws AgentError rather than say no: not-found; refused when what decides cannot be read
 */
export async function privilegeOf(controller: Controller, domainSid: string, guid: string): Promise<Privileged> {
  const entry = await readByGuid(controller, guid, {
    attributes: ['objectSid', 'objectClass', 'adminCount', 'tokenGroups', 'sIDHistory'],
    binary: ['objectSid', 'tokenGroups', 'sIDHistory'],
  })
  if (entry === undefined) throw new AgentError('not-found', `there is no object ${guid}`)
  const sid = sidOf(entry)
  if (sid === undefined) throw new AgentError('refused', `the SID of ${guid} cannot be read: it may be privileged`)
  const domain = domainSidOf(sid)
  if (domain !== undefined && domain !== domainSid)
    throw new AgentError('refused', `${guid} is not of this domain: whether it is privileged cannot be said`)

  const isGroup = textsOf(entry, 'objectClass').some((name) => name.toLowerCase() === 'group')
  const token = buffersOf(entry, 'tokenGroups').map(sidText)
  if (!isGroup && token.length === 0)
    throw new AgentError('refused', `tokenGroups of ${guid} cannot be read: it may be privileged`)
  const [around, powers] = await Promise.all([
    isGroup ? groupsAround(controller, entry.dn, sid) : [],
    powerOverDomain(controller),
  ])
  // SIDs of earlier days count in a token as its own does (MS-ADA3, sIDHistory).
  const earlier = buffersOf(entry, 'sIDHistory').map(sidText)

  const account = accountOf(sid)
  const once = earlier.flatMap((one) => accountOf(one) ?? [])
  const holders = `CN=AdminSDHolder,CN=System,${controller.domainDn}`
  const because = [
    ...(account === undefined ? [] : [`is ${account}`]),
    ...once.map((name) => `was ${name} and has its SID still (sIDHistory)`),
    ...[sid].flatMap((own) => nameOf(own) ?? []).map((name) => `is ${name}`),
    ...new Set([...token, ...around, ...earlier].filter((one) => one !== sid).flatMap((one) => nameOf(one) ?? [])),
    ...new Set([sid, ...token, ...around, ...earlier].flatMap((one) => powers.get(one) ?? [])),
    ...(textOf(entry, 'adminCount') === '1' ? ['adminCount = 1: is or was protected by AdminSDHolder'] : []),
    ...(isAtOrBelow(entry.dn, holders) ? ['is kept in AdminSDHolder'] : []),
  ]
  return { privileged: because.length > 0, because: because.slice(0, 20) }
}

const accountOf = (sid: string): string | undefined =>
  domainSidOf(sid) === undefined ? undefined : powerfulAccounts.get(relativeId(sid) ?? -1)

function nameOf(sid: string): string | undefined {
  const builtin = powerfulBuiltins.get(sid)
  if (builtin !== undefined) return `${builtin} (${sid})`
  const powerful = domainSidOf(sid) === undefined ? undefined : powerfulGroups.get(relativeId(sid) ?? -1)
  return powerful === undefined ? undefined : `${powerful} (${sid})`
}

/**
 * SIDs of the groups this group is in, however deeply, and its own. @throws AgentError refused when not even its own comes back: then
 * the search shows less than there is
 */
async function groupsAround(controller: Controller, dn: string, sid: string): Promise<readonly string[]> {
  const entries = await controller.search({
    base: controller.domainDn,
    scope: 'sub',
    filter: any(is('distinguishedName', dn), inChain('member', dn)),
    attributes: ['objectSid'],
    binary: ['objectSid'],
  })
  const sids = entries.map(sidOf)
  if (!sids.includes(sid) || sids.includes(undefined))
    throw new AgentError('refused', `the groups that ${dn} is in cannot be read: it may be privileged`)
  return sids.filter((one) => one !== undefined)
}
