import type { Client, Filter } from 'ldapts'
import type { Address, BindAccount } from '../ldap/bound-client.ts'
import { boundClient, discard } from '../ldap/bound-client.ts'
import { type Connection, connect } from '../ldap/connection.ts'
import { DescriptorParts } from '../ldap/descriptor-parts.ts'
import type { Controller } from '../ldap/domain.ts'
import { guidText, sidText } from '../ldap/encodings.ts'
import { bufferOf, buffersOf, textOf, textsOf } from '../ldap/entry.ts'
import { any, anything, is } from '../ldap/filters.ts'
import { bySid, domainOf } from '../ldap/names.ts'
import { readSecurityDescriptor, type SecurityDescriptor } from '../ldap/security-descriptor.ts'
import { within } from '../ldap/within.ts'

const milliseconds = 10_000

/** What the controller itself says that the account may do with an object (MS-ADTS 3.1.1.4.5.1 to 3.1.1.4.5.5). */
export interface Effective {
  /** Attributes that it may write, in lower case. Those that only the system writes are not among them. */
  readonly attributes: ReadonlySet<string>
  /** Classes of children that it may create, in lower case. */
  readonly childClasses: ReadonlySet<string>
}

/** The directory through the eyes of the service account. */
export interface Look {
  readonly controller: Controller
  /** Its own SID, and those of all groups that it is in, as the controller put them together at the bind. */
  readonly token: ReadonlySet<string>
  /** The service account; undefined where it cannot see itself. */
  readonly account: { readonly dn: string; readonly guid: string; readonly sid: string } | undefined
  /** As dsacls takes it: `name@domain`. */
  readonly accountName: string
  effective(dn: string): Promise<Effective>
  /** Undefined where it may not be read. */
  descriptor(dn: string): Promise<SecurityDescriptor | undefined>
  /** Of every object that the filter finds, at most so many; those that may not be read are left out. */
  descriptors(base: string, filter: Filter, limit: number): Promise<ReadonlyMap<string, SecurityDescriptor>>
  /** attributeSecurityGUID of attributes: the property set that an entry may name in their place. By attribute in lower case. */
  propertySets(attributes: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** The controller's clock; undefined where it does not say. */
  readonly time: string | undefined
  close(): void
}

/** Connects and binds. @throws AgentError */
export async function openLook(address: Address, account: BindAccount, clock: () => Date): Promise<Look> {
  const connection = await connect({ address, account, milliseconds, clock, listing: (work) => work() })
  try {
    // A second connection: the control below is not among what commands may use.
    const client = await boundClient(address, account, milliseconds)
    return await lookThrough(connection, client, account.name)
  } catch (error) {
    connection.close()
    throw error
  }
}

async function lookThrough({ controller, close }: Connection, client: Client, bindName: string): Promise<Look> {
  const [root] = await controller.search({
    base: '',
    scope: 'base',
    filter: anything,
    attributes: ['tokenGroups', 'currentTime'],
    binary: ['tokenGroups'],
  })
  const token = new Set(root === undefined ? [] : buffersOf(root, 'tokenGroups').map(sidText))
  const own = await ownAccount(controller, token)
  const read = (base: string, scope: 'base' | 'sub', filter: Filter, limit: number) =>
    within(
      milliseconds,
      `access control lists below ${base}`,
      client.search(
        base,
        {
          scope,
          filter,
          attributes: ['nTSecurityDescriptor'],
          explicitBufferAttributes: ['nTSecurityDescriptor'],
          ...(scope === 'base' ? {} : { sizeLimit: limit }),
        },
        new DescriptorParts(),
      ),
    )
  const descriptors: Look['descriptors'] = async (base, filter, limit) => {
    const { searchEntries } = await read(base, 'sub', filter, limit)
    return new Map(
      searchEntries.slice(0, limit).flatMap((entry) => {
        const bytes = bufferOf(entry, 'nTSecurityDescriptor')
        return bytes === undefined ? [] : [[entry.dn, readSecurityDescriptor(bytes)] as const]
      }),
    )
  }
  return {
    controller,
    token,
    account: own,
    accountName: own === undefined ? bindName : `${own.name}@${domainOf(controller.domainDn)}`,
    time: root && textOf(root, 'currentTime'),
    descriptors,
    async descriptor(dn) {
      const { searchEntries } = await read(dn, 'base', anything, 1)
      const bytes = searchEntries[0] && bufferOf(searchEntries[0], 'nTSecurityDescriptor')
      return bytes === undefined ? undefined : readSecurityDescriptor(bytes)
    },
    async effective(dn) {
      const attributes = ['allowedAttributesEffective', 'allowedChildClassesEffective']
      const [entry] = await controller.search({ base: dn, scope: 'base', filter: anything, attributes })
      const named = (name: string) =>
        new Set(entry === undefined ? [] : textsOf(entry, name).map((text) => text.toLowerCase()))
      return { attributes: named('allowedAttributesEffective'), childClasses: named('allowedChildClassesEffective') }
    },
    async propertySets(attributes) {
      const found = await controller.search({
        base: `CN=Schema,${controller.configurationDn}`,
        scope: 'one',
        filter: any(...attributes.map((attribute) => is('lDAPDisplayName', attribute))),
        attributes: ['lDAPDisplayName', 'attributeSecurityGUID'],
        binary: ['attributeSecurityGUID'],
      })
      return new Map(
        found.flatMap((entry) => {
          const name = textOf(entry, 'lDAPDisplayName')
          const set = bufferOf(entry, 'attributeSecurityGUID')
          return name === undefined || set === undefined ? [] : [[name.toLowerCase(), guidText(set)] as const]
        }),
      )
    },
    close() {
      close()
      discard(client)
    },
  }
}

/** The one SID of the token that belongs to a person, not to a group. */
async function ownAccount(controller: Controller, token: ReadonlySet<string>) {
  const ofDomains = [...token].filter((sid) => sid.startsWith('S-1-5-21-')).slice(0, 100)
  for (const sid of ofDomains) {
    const [entry] = await controller
      .search({
        base: bySid(sid),
        scope: 'base',
        filter: is('objectClass', 'user'),
        attributes: ['objectGUID', 'sAMAccountName'],
        binary: ['objectGUID'],
      })
      // A group of another domain, or one that is hidden: not us.
      .catch(() => [])
    const guid = entry && bufferOf(entry, 'objectGUID')
    const name = entry && textOf(entry, 'sAMAccountName')
    if (entry && guid && name) return { dn: entry.dn, guid: guidText(guid), sid, name }
  }
  return undefined
}
