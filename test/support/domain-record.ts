import { asAccount, type LdapEndpoint, type Login } from '../../infra/practice/domain/ldap-session.ts'

/** How often each of these was written since the object was made, by the controller's own account. */
export interface AccountRecord {
  readonly unicodePwd: number
  readonly lockoutTime: number
  readonly userAccountControl: number
  /** The values themselves. */
  readonly locked: boolean
  readonly enabled: boolean
}

/** Attribute ids of MS-ADTS 3.1.1.2.6: 1.2.840.113556.1.4.x is 0x90000 + x. */
const ids = { unicodePwd: 0x9005a, lockoutTime: 0x90296, userAccountControl: 0x90008 } as const

/** Reads replPropertyMetaData (MS-ADTS 3.1.1.1.9) as the administrator: a version goes up by one with every write that changed something. */
export async function accountRecord(
  controller: LdapEndpoint & { readonly administrator: Login },
  dn: string,
): Promise<AccountRecord> {
  const { searchEntries } = await asAccount(controller, controller.administrator, (client) =>
    client.search(dn, {
      scope: 'base',
      attributes: ['replPropertyMetaData', 'userAccountControl', 'lockoutTime'],
      explicitBufferAttributes: ['replPropertyMetaData'],
    }),
  )
  const [entry] = searchEntries
  const blob = entry?.replPropertyMetaData
  if (!Buffer.isBuffer(blob)) throw new Error(`no replPropertyMetaData of ${dn} is shown`)
  const versions = versionsIn(blob)
  return {
    unicodePwd: versions.get(ids.unicodePwd) ?? 0,
    lockoutTime: versions.get(ids.lockoutTime) ?? 0,
    userAccountControl: versions.get(ids.userAccountControl) ?? 0,
    locked: Number(entry?.lockoutTime ?? 0) > 0,
    enabled: (Number(entry?.userAccountControl) & 2) === 0,
  }
}

/** drsblobs replPropertyMetaDataBlob, version 1: a head of sixteen bytes with the count in the third word, then 48 bytes an attribute. */
function versionsIn(blob: Buffer): ReadonlyMap<number, number> {
  const count = blob.readUInt32LE(8)
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const at = 16 + index * 48
      return [blob.readUInt32LE(at), blob.readUInt32LE(at + 4)] as const
    }),
  )
}

/** What a group's list of members is: a change that is undone again shows in `usn` all the same. */
export async function groupRecord(
  controller: LdapEndpoint & { readonly administrator: Login },
  group: string,
): Promise<{ readonly usn: string; readonly members: readonly string[] }> {
  const { searchEntries } = await asAccount(controller, controller.administrator, (client) =>
    client.search(group, { scope: 'base', attributes: ['uSNChanged', 'member'] }),
  )
  const members = [searchEntries[0]?.member ?? []].flat()
  return { usn: String(searchEntries[0]?.uSNChanged), members: members.map((one) => String(one).toLowerCase()) }
}
