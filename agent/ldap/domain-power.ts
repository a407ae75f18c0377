import { AgentError } from '../agent-error.ts'
import type { Controller } from './domain.ts'
import { bufferOf, textOf } from './entry.ts'
import { all, any, anything, groups, is } from './filters.ts'
import { sidOf } from './object.ts'
import { type AccessEntry, accessBits, readSecurityDescriptor, type SecurityDescriptor } from './security-descriptor.ts'

/**
 * Groups that rule the domain though no well-known SID says so: who is in one of them makes a controller run what they like
 * (DnsAdmins), sets what is synchronised (ADSyncAdmins), or has what Exchange was given. They are called so in every language.
 */
const ruling = [
  'DnsAdmins',
  'ADSyncAdmins',
  'Organization Management',
  'Exchange Trusted Subsystem',
  'Exchange Windows Permissions',
]

/** DS-Replication-Get-Changes-All (MS-ADTS 5.1.3.2.1): shows every password hash. What synchronises to Entra ID has it, as MSOL_… */
const everyHash = '1131f6ad-9c07-11d1-f79f-00c04fc2dcd2'
/** gPLink (MS-ADA1 2.290): which group policies are applied to all machines and accounts of the domain. */
const policyLinks = 'f30e3bbe-9ff0-11d1-b603-0000f80367c1'

/**
 * Who was given power over the domain itself, by SID and in words for IT: by an entry on its head, whatever the group or account is
 * called and wherever it lies; and the groups that rule it by what they are. Entries that deny are left out of account.
 * @throws AgentError refused, where the head of the domain does not show who has power over it
 */
export async function powerOverDomain(controller: Controller): Promise<ReadonlyMap<string, string>> {
  const [head, named] = await Promise.all([headOf(controller), namedGroups(controller)])
  const given = head.entries.flatMap((entry): [string, string][] => {
    const power = powerOf(entry)
    return power === undefined ? [] : [[entry.sid, `${power}, by an entry on ${controller.domainDn} (${entry.sid})`]]
  })
  const owner: [string, string][] = head.owner === undefined ? [] : [[head.owner, `owns ${controller.domainDn}`]]
  return new Map([...owner, ...given, ...named])
}

async function headOf(controller: Controller): Promise<SecurityDescriptor> {
  const [entry] = await controller.search({
    base: controller.domainDn,
    scope: 'base',
    filter: anything,
    attributes: ['nTSecurityDescriptor'],
    binary: ['nTSecurityDescriptor'],
    descriptor: true,
  })
  const bytes = entry && bufferOf(entry, 'nTSecurityDescriptor')
  if (bytes === undefined)
    throw new AgentError(
      'refused',
      `who has power over ${controller.domainDn} cannot be read (nTSecurityDescriptor): anybody may have it`,
    )
  return readSecurityDescriptor(bytes)
}

/** What an entry on the head of the domain lets somebody do to all of it; undefined where that is nothing of the kind. */
function powerOf({ allows, inheritOnly, mask, objectType }: AccessEntry): string | undefined {
  if (!allows || inheritOnly) return undefined
  const can = (bit: number, about?: string) => (mask & bit) !== 0 && (objectType === undefined || objectType === about)
  if (can(accessBits.controlAccess, everyHash)) return 'may read the password hashes of the whole domain'
  if (can(accessBits.writeDacl) || can(accessBits.writeOwner)) return 'may change who has which rights in the domain'
  if (can(accessBits.writeProperty, policyLinks)) return 'may change which policies rule the whole domain'
  return undefined
}

async function namedGroups(controller: Controller): Promise<readonly [string, string][]> {
  const found = await controller.search({
    base: controller.domainDn,
    scope: 'sub',
    filter: all(groups, any(...ruling.map((name) => is('sAMAccountName', name)))),
    attributes: ['sAMAccountName', 'objectSid'],
    binary: ['objectSid'],
  })
  return found.flatMap((entry): [string, string][] => {
    const sid = sidOf(entry)
    return sid === undefined ? [] : [[sid, `${textOf(entry, 'sAMAccountName') ?? ''} (${sid})`]]
  })
}
