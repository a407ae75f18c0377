import { Attribute, type Client, DN } from 'ldapts'
import { guidText, sidText } from './identifiers.ts'
import { domain, units } from './recipe.ts'

export interface NewUser {
  /** The object's own name, such as `Nora Lind`. */
  readonly name: string
  /** DN of the unit; People where it is not said. */
  readonly unit?: string
  readonly password?: string
  /** What is not said is made of the name: sAMAccountName, userPrincipalName, displayName. */
  readonly attributes?: Readonly<Record<string, string>>
}

export interface MadeUser {
  readonly dn: string
  readonly guid: string
  readonly sid: string
  readonly samAccountName: string
  readonly upn: string
}

export interface NewGroup {
  readonly name: string
  /** DN of the unit; Groups where it is not said. */
  readonly unit?: string
  /** As Active Directory keeps it (MS-ADTS 2.2.12); a global security group where it is not said. */
  readonly groupType?: number
  /** DNs. */
  readonly members?: readonly string[]
}

export interface MadeGroup {
  readonly dn: string
  readonly guid: string
  readonly sid: string
}

/** The password of a user of whom nothing else is said. */
export const firstPassword = 'First-Autumn-4711'

const normalAccount = '512'
const globalSecurityGroup = -2147483646

/** Adds an enabled user with a password. @throws ResultCodeError as the controller answers */
export async function addUser(client: Client, user: NewUser): Promise<MadeUser> {
  const dn = childDn(user.name, user.unit ?? units.people)
  const samAccountName = user.attributes?.sAMAccountName ?? accountName(user.name)
  const upn = user.attributes?.userPrincipalName ?? `${samAccountName}@${domain.realm}`
  const attributes = {
    objectClass: 'user',
    displayName: user.name,
    userAccountControl: normalAccount,
    ...user.attributes,
    sAMAccountName: samAccountName,
    userPrincipalName: upn,
  }
  await client.add(dn, [
    ...Object.entries(attributes).map(([type, value]) => new Attribute({ type, values: [value] })),
    new Attribute({ type: 'unicodePwd', values: [unicodePassword(user.password ?? firstPassword)] }),
  ])
  return { dn, ...(await identifiers(client, dn)), samAccountName, upn }
}

/** Adds a group with its direct members. @throws ResultCodeError as the controller answers */
export async function addGroup(client: Client, group: NewGroup): Promise<MadeGroup> {
  const dn = childDn(group.name, group.unit ?? units.groups)
  const members = group.members ?? []
  await client.add(dn, {
    objectClass: 'group',
    sAMAccountName: group.name,
    groupType: String(group.groupType ?? globalSecurityGroup),
    ...(members.length > 0 && { member: [...members] }),
  })
  return { dn, ...(await identifiers(client, dn)) }
}

/** The DN of an object of that name in a unit; the name is escaped (RFC 4514). */
export function childDn(name: string, unit: string): string {
  return `${new DN().addPairRDN('CN', name).toString()},${unit}`
}

/** unicodePwd as it goes over the wire: quoted, UTF-16LE (MS-ADTS 3.1.1.3.1.5.1). */
export function unicodePassword(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le')
}

/** objectGUID and objectSid of an object. @throws Error when it has none that can be read */
export async function identifiers(
  client: Client,
  dn: string,
): Promise<{ readonly guid: string; readonly sid: string }> {
  const binary = ['objectGUID', 'objectSid']
  const { searchEntries } = await client.search(dn, {
    scope: 'base',
    attributes: binary,
    explicitBufferAttributes: binary,
  })
  const guid = searchEntries[0]?.objectGUID
  const sid = searchEntries[0]?.objectSid
  if (!Buffer.isBuffer(guid) || !Buffer.isBuffer(sid)) throw new Error(`no objectGUID or objectSid of ${dn} is shown`)
  return { guid: guidText(guid), sid: sidText(sid) }
}

/** `Zoë van Dijk` → `zoe.van.dijk`: at most 20 characters, as sAMAccountName allows a user (MS-SAMR 3.1.1.6). */
function accountName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
  return plain.slice(0, 20).replace(/^\.+|\.+$/g, '')
}
