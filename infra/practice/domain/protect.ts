import { Attribute, type BerWriter, Change, type Client, Control } from 'ldapts'

/**
 * Takes from an object's permissions all that it inherits, and lets it inherit nothing more. Windows does as much to everybody in an
 * administrative group, once an hour, with the permissions of AdminSDHolder (MS-ADTS 3.1.1.6.1.1); Samba does not, so that here it is
 * done by hand. The client is bound as an administrator.
 */
export async function endInheritance(client: Client, dn: string): Promise<void> {
  const attribute = 'nTSecurityDescriptor'
  const { searchEntries } = await client.search(
    dn,
    { scope: 'base', attributes: [attribute], explicitBufferAttributes: [attribute] },
    new PermissionsOnly(),
  )
  const descriptor = searchEntries[0]?.[attribute]
  if (!Buffer.isBuffer(descriptor)) throw new Error(`the permissions of ${dn} are not shown`)
  const modification = new Attribute({ type: attribute, values: [withoutInherited(descriptor)] })
  await client.modify(dn, new Change({ operation: 'replace', modification }), new PermissionsOnly())
}

const selfRelative = 0x8000
const discretionaryPresent = 0x0004
const discretionaryProtected = 0x1000
const inheritedEntry = 0x10

/** A descriptor of the discretionary list alone, without its inherited entries, and protected (MS-DTYP 2.4.6, 2.4.5, 2.4.4.1). */
export function withoutInherited(descriptor: Buffer): Buffer {
  const start = descriptor.readUInt32LE(16)
  const count = descriptor.readUInt16LE(start + 4)
  const own: Buffer[] = []
  let offset = start + 8
  for (let index = 0; index < count; index++) {
    const size = descriptor.readUInt16LE(offset + 2)
    const entry = descriptor.subarray(offset, offset + size)
    if ((entry.readUInt8(1) & inheritedEntry) === 0) own.push(entry)
    offset += size
  }
  const list = Buffer.concat([descriptor.subarray(start, start + 8), ...own])
  list.writeUInt16LE(list.length, 2)
  list.writeUInt16LE(own.length, 4)
  const head = Buffer.alloc(20)
  head.writeUInt8(1, 0)
  head.writeUInt16LE(selfRelative | discretionaryPresent | discretionaryProtected, 2)
  head.writeUInt32LE(head.length, 16)
  return Buffer.concat([head, list])
}

/** LDAP_SERVER_SD_FLAGS_OID with DACL_SECURITY_INFORMATION (MS-ADTS 3.1.1.3.4.1.11). */
class PermissionsOnly extends Control {
  constructor() {
    super('1.2.840.113556.1.4.801', { critical: true })
  }

  protected override writeControl(writer: BerWriter): void {
    // SEQUENCE { INTEGER 4 } in an OCTET STRING
    writer.writeBuffer(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x04]), 0x04)
  }
}
