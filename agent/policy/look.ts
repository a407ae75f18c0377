import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { domainSidOf, fromGroupType, sidText } from '../ldap/encodings.ts'
import { bufferOf, buffersOf, textOf, textsOf } from '../ldap/entry.ts'
import { anything, inChain, is } from '../ldap/filters.ts'
import { byGuid, bySid, isBelow } from '../ldap/names.ts'

/** What the policy needs to know of an object, as the controller that will write shows it now. */
export interface Seen {
  readonly guid: string
  readonly dn: string
  /** undefined for what is no security principal. */
  readonly sid: string | undefined
  /** Of whose domain: undefined for what no domain gave a SID. */
  readonly domainSid: string | undefined
  readonly samAccountName: string
  /** Lower case, from the most general on. */
  readonly classes: readonly string[]
  readonly accountControl: number | undefined
  readonly accountType: string | undefined
  readonly group: ReturnType<typeof fromGroupType>
  /** The system cannot do without it: isCriticalSystemObject. */
  readonly critical: boolean
  /** A read-only controller's own krbtgt (MS-ADA2 2.480). */
  readonly ticketGranting: boolean
}

/** Reads an object by its GUID, wherever it lies now. @throws AgentError not-found; a deleted one is not found either */
export async function look(controller: Controller, guid: string): Promise<Seen> {
  const [entry] = await controller.search({
    base: byGuid(guid),
    scope: 'base',
    filter: anything,
    attributes: [
      'objectClass',
      'objectSid',
      'sAMAccountName',
      'userAccountControl',
      'sAMAccountType',
      'groupType',
      'isCriticalSystemObject',
      'isDeleted',
      'msDS-SecondaryKrbTgtNumber',
    ],
    binary: ['objectSid'],
  })
  if (entry === undefined || textOf(entry, 'isDeleted')?.toUpperCase() === 'TRUE')
    throw new AgentError('not-found', `there is no object ${guid}, or it is deleted`)
  // Of another domain of the forest: what is seen of it here is a copy, and not ours to judge or to write.
  if (!isBelow(entry.dn, controller.domainDn))
    throw new AgentError('forbidden', `${guid} is not of the domain ${controller.domainDn}`, { alarm: 'outside' })
  const bytes = bufferOf(entry, 'objectSid')
  const sid = bytes && sidText(bytes)
  const control = textOf(entry, 'userAccountControl')
  return {
    guid,
    dn: entry.dn,
    sid,
    domainSid: sid === undefined ? undefined : domainSidOf(sid),
    samAccountName: textOf(entry, 'sAMAccountName') ?? '',
    classes: textsOf(entry, 'objectClass').map((text) => text.toLowerCase()),
    accountControl: control === undefined ? undefined : Number(control),
    accountType: textOf(entry, 'sAMAccountType'),
    group: fromGroupType(textOf(entry, 'groupType')),
    critical: textOf(entry, 'isCriticalSystemObject')?.toUpperCase() === 'TRUE',
    ticketGranting: textOf(entry, 'msDS-SecondaryKrbTgtNumber') !== undefined,
  }
}

/** Every security group that an account or group is in, nested and primary ones too, as SIDs (MS-ADTS 3.1.1.4.5.19). */
export async function tokenOf(controller: Controller, guid: string): Promise<ReadonlySet<string>> {
  return readToken(controller, byGuid(guid))
}

/** The SIDs that we ourselves are bound with: the service account's own and its groups' (MS-ADTS 3.1.1.3.2.24). */
export async function ownToken(controller: Controller): Promise<ReadonlySet<string>> {
  return readToken(controller, '')
}

async function readToken(controller: Controller, base: string): Promise<ReadonlySet<string>> {
  const attributes = ['tokenGroups']
  const [entry] = await controller.search({ base, scope: 'base', filter: anything, attributes, binary: attributes })
  return new Set(entry === undefined ? [] : buffersOf(entry, 'tokenGroups').map(sidText))
}

/** The group at a DN or a `<SID=…>`. @returns undefined when there is none */
export async function groupAt(
  controller: Controller,
  base: string,
): Promise<{ readonly dn: string; readonly sid: string } | undefined> {
  try {
    const [entry] = await controller.search({
      base,
      scope: 'base',
      filter: is('objectClass', 'group'),
      attributes: ['objectSid'],
      binary: ['objectSid'],
    })
    const bytes = entry && bufferOf(entry, 'objectSid')
    return entry && bytes && { dn: entry.dn, sid: sidText(bytes) }
  } catch (error) {
    if (error instanceof AgentError && error.code === 'not-found') return undefined
    throw error
  }
}

/** The group that a policy names by its SID or its DN. @returns undefined when there is none */
export function groupNamed(controller: Controller, named: string): ReturnType<typeof groupAt> {
  return groupAt(controller, /^S-1-/.test(named) ? bySid(named) : named)
}

/** Whether the group holds this object through `member`, however deep (LDAP_MATCHING_RULE_IN_CHAIN, MS-ADTS 3.1.1.3.4.4.3). */
export async function holdsNested(controller: Controller, groupDn: string, dn: string): Promise<boolean> {
  const found = await controller.search({
    base: groupDn,
    scope: 'base',
    filter: inChain('member', dn),
    attributes: ['distinguishedName'],
  })
  return found.length > 0
}
