import { AgentError } from '../agent-error.ts'
import { any, groups, has, is, people, units } from '../ldap/filters.ts'
import { isAtOrBelow } from '../ldap/names.ts'
import { privilegeOf } from '../ldap/privilege.ts'
import { type AccessEntry, accessBits } from '../ldap/security-descriptor.ts'
import type { PolicedOperation } from '../policy/policy.ts'
import type { LookedAt } from './check-rights.ts'
import { type Finding, ok, warning } from './finding.ts'
import type { Look } from './look.ts'
import { classes, neededFor, quoted, rights } from './rights.ts'

interface Law {
  readonly write: readonly string[]
  readonly operations: readonly PolicedOperation[]
}

const mostLookedAt = 500

/**
 * Everybody, and what everybody is in: what they were given is a matter of the domain, not of this account (MS-DTYP 2.4.2.4).
 * Domain Users is 513.
 */
const broad = new Set(['S-1-1-0', 'S-1-5-2', 'S-1-5-11', 'S-1-5-15', 'S-1-5-32-545', 'S-1-5-32-554'])
const isBroad = (sid: string) => broad.has(sid) || /^S-1-5-21-.*-513$/.test(sid)

/** What can be done to the domain with one extended right (MS-ADTS 5.1.3.2.1), beyond what it is called. */
const dangerous: ReadonlyMap<string, string> = new Map([
  ['1131f6ad-9c07-11d1-f79f-00c04fc2dcd2', 'read the password hashes of everybody (Replicating Directory Changes All)'],
  ['00299570-246d-11d0-a768-00aa006e0529', 'set passwords'],
])
/** Replicating Directory Changes, without All: how changes are followed; it shows nothing that is secret. */
const harmless = new Set(['1131f6aa-9c07-11d1-f79f-00c04fc2dcd2'])

/** Whether the service account can do more than the policy asks for. Nothing here keeps the agent from working. @throws AgentError */
export async function checkExcess(look: Look, lookedAt: readonly LookedAt[], law: Law): Promise<readonly Finding[]> {
  return [
    ...(await checkMemberships(look)),
    ...checkOwnPlace(look, law),
    ...lookedAt.flatMap((base) => withinBase(base, law)),
    ...(await elsewhere(look, law)),
  ]
}

/** @throws AgentError */
async function checkMemberships({ controller, account }: Look): Promise<readonly Finding[]> {
  const what = 'groups of the service account'
  const domainSid = account?.sid.replace(/-\d+$/, '')
  if (account === undefined || domainSid === undefined)
    return [warning(what, 'the account cannot see itself, so its groups could not be looked at')]
  try {
    const { privileged, because } = await privilegeOf(controller, domainSid, account.guid)
    if (!privileged) return [ok(what, 'it is in none that has power over the domain')]
    const why = `it has power over the domain: ${because.join('; ')}. Whoever gets hold of its password has that too`
    return [warning(what, why, 'take it out of these groups; what it needs is given in the units alone')]
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    return [warning(what, `could not be looked at: ${error.detail}`)]
  }
}

/** The agent must not be able to reset the password that it binds with, nor to be told to. */
function checkOwnPlace({ account }: Look, { write }: Law): readonly Finding[] {
  const base = account && write.find((unit) => isAtOrBelow(account.dn, unit))
  if (base === undefined) return []
  const why = `it lies in ${base}, which the agent may write: the agent could change its own account`
  return [warning('place of the service account', why, 'move it to a unit that policy.write does not name')]
}

/** Rights on the objects of a base that no allowed operation needs. */
function withinBase({ users, groups: inGroups }: LookedAt, law: Law): readonly Finding[] {
  const needed = neededFor(law.operations)
  return [users, inGroups].flatMap((place) => {
    const known = rights.filter((right) => right.on === place.on)
    const unasked = known.filter((right) => !needed.includes(right) && place.has(right) === true)
    const names = new Set(known.map(({ name }) => name.toLowerCase()))
    const others = [...(place.effective?.attributes ?? [])].filter((name) => !names.has(name))
    const children = place.on === 'users' ? [...place.unit.childClasses].filter((name) => name !== 'user') : []
    const more = [
      ...unasked.map(({ whatFor }) => whatFor),
      ...(others.length > 0 ? [`write ${others.length} other attributes (${others.slice(0, 5).join(', ')} …)`] : []),
      ...(children.length > 0 ? [`create objects of ${children.length} other classes`] : []),
    ]
    if (more.length === 0) return []
    const what = `${place.on} in ${place.base}`
    const why = `the service account may do more than policy.operations allows: ${more.join('; ')}`
    return [warning(what, why, `dsacls ${quoted(place.base)}   shows the entries; take away what is not needed`)]
  })
}

/** What was given to the account, or to a group of its own, anywhere else; and power over units of its own. @throws AgentError */
async function elsewhere(look: Look, { write }: Law): Promise<readonly Finding[]> {
  const { domainDn } = look.controller
  const places = any(
    units,
    is('objectClass', 'domainDNS'),
    is('objectClass', 'builtinDomain'),
    is('cn', 'AdminSDHolder'),
  )
  const found = new Map([
    ...(await look.descriptors(domainDn, places, mostLookedAt)),
    ...(await look.descriptors(domainDn, any(is('objectClass', 'container')), mostLookedAt)),
    ...(await look.descriptors(domainDn, any(has('adminCount')), mostLookedAt)),
    ...(await look.descriptors(domainDn, people, mostLookedAt)),
    ...(await look.descriptors(domainDn, groups, mostLookedAt)),
  ])
  const own = look.account?.dn
  const findings = [...found].flatMap(([dn, { entries }]) => {
    const inside = write.some((base) => isAtOrBelow(dn, base))
    const mine = entries.filter((entry) => isMine(entry, look) && (inside ? isPower(entry) : isWrite(entry)))
    if (mine.length === 0 || dn === own) return []
    const what = inside ? `power over ${dn}` : `outside policy.write: ${dn}`
    const why = `the service account ${inside ? 'may' : 'was given rights here, although the agent may not write here: it may'} ${words(mine)}`
    return [
      warning(
        what,
        why,
        `dsacls ${quoted(dn)} /R ${quoted(look.accountName)}   takes away all that it was given there`,
      ),
    ]
  })
  const seen = `${found.size} objects were looked at, ${mostLookedAt} of a kind at most`
  if (findings.length > 0) return findings
  return [
    ok(
      'outside policy.write',
      `nothing was given to the service account there, nor on AdminSDHolder or administrators (${seen})`,
    ),
  ]
}

/** Given here, not above, to the account or to a group that not everybody is in. */
const isMine = ({ allows, inherited, sid }: AccessEntry, { token }: Look) =>
  allows && !inherited && token.has(sid) && !isBroad(sid)

const { writeDacl, writeOwner, deleteTree, controlAccess, writeProperty, createChild, deleteChild } = accessBits
const writeBits =
  createChild | deleteChild | writeProperty | deleteTree | controlAccess | accessBits.delete | writeDacl | writeOwner

const isWrite = ({ mask, objectType }: AccessEntry) => (mask & writeBits) !== 0 && !harmless.has(objectType ?? '')

/** More than any operation could need: to change rights themselves, to delete what is no account, or everything of a kind. */
function isPower({ mask, objectType, inheritOnly, inheritedBy }: AccessEntry): boolean {
  if ((mask & (writeDacl | writeOwner | deleteTree | deleteChild)) !== 0) return true
  if ((mask & accessBits.delete) !== 0 && !(inheritOnly && inheritedBy === classes.user)) return true
  return objectType === undefined && (mask & (writeProperty | controlAccess | createChild)) !== 0
}

/** What entries allow, in words. */
function words(entries: readonly AccessEntry[]): string {
  const said = entries.flatMap(({ mask, objectType }) => {
    const can = (bit: number) => (mask & bit) !== 0
    const some = objectType === undefined ? 'any' : 'one'
    return [
      ...(can(writeDacl) || can(writeOwner) ? ['change who may do what (WriteDacl, WriteOwner)'] : []),
      ...(can(controlAccess) ? [dangerous.get(objectType ?? '') ?? `use ${some} extended right`] : []),
      ...(can(writeProperty) ? [objectType === undefined ? 'write any attribute' : `write ${nameOf(objectType)}`] : []),
      ...(can(createChild) ? [`create objects of ${some} class`] : []),
      ...(can(deleteChild) || can(deleteTree) || can(accessBits.delete) ? ['delete objects'] : []),
    ]
  })
  return [...new Set(said)].join('; ')
}

const nameOf = (objectType: string) => rights.find(({ guid }) => guid === objectType)?.name ?? `attribute ${objectType}`
