import { Attribute, type BerWriter, Change, type Client, Control } from 'ldapts'
import { guidBytes, sidBytes } from '../../../agent/ldap/encodings.ts'

/** An access control entry that allows something (MS-DTYP 2.4.4.2, 2.4.4.3). */
export interface Allowing {
  readonly sid: string
  readonly mask: number
  readonly objectType?: string
  readonly inheritedBy?: string
  /** Whether children inherit it. */
  readonly inherits?: boolean
}

/**
 * Changes the access control entries of one object as an administrator would: to take a right away, or to give one too many.
 * @param client bound as an administrator
 */
export async function changeEntries(
  client: Client,
  dn: string,
  change: (entries: readonly Buffer[]) => readonly Buffer[],
): Promise<void> {
  const type = 'nTSecurityDescriptor'
  const { searchEntries } = await client.search(
    dn,
    { scope: 'base', attributes: [type], explicitBufferAttributes: [type] },
    new AccessListOnly(),
  )
  const bytes = searchEntries[0]?.[type]
  if (!Buffer.isBuffer(bytes)) throw new Error(`no access control list of ${dn} is shown`)
  const entries = change(entriesIn(bytes))
  const list = Buffer.concat([Buffer.alloc(8), ...entries])
  // ACL_REVISION_DS
  list.writeUInt8(4, 0)
  list.writeUInt16LE(list.length, 2)
  list.writeUInt16LE(entries.length, 4)
  const head = Buffer.alloc(20)
  head.writeUInt8(1, 0)
  head.writeUInt16LE(bytes.readUInt16LE(2), 2)
  head.writeUInt32LE(head.length, 16)
  const modification = new Attribute({ type, values: [Buffer.concat([head, list])] })
  await client.modify(dn, new Change({ operation: 'replace', modification }), new AccessListOnly())
}

/** Takes away what an account was given about one attribute, class or extended right, or on objects of one class. */
export const without =
  (sid: string, objectType: string, mask: number) =>
  (entries: readonly Buffer[]): readonly Buffer[] => {
    const about = (entry: Buffer) =>
      entry.includes(sidBytes(sid)) &&
      entry.subarray(12, 28).equals(guidBytes(objectType)) &&
      (entry.readUInt32LE(4) & mask) !== 0
    if (!entries.some(about)) throw new Error('there is no such entry to take away')
    return entries.flatMap((entry) => {
      if (!about(entry)) return [entry]
      const less = Buffer.from(entry)
      less.writeUInt32LE((entry.readUInt32LE(4) & ~mask) >>> 0, 4)
      return less.readUInt32LE(4) === 0 ? [] : [less]
    })
  }

/** Gives one more. */
export const withEntry =
  (allowing: Allowing) =>
  (entries: readonly Buffer[]): readonly Buffer[] => [allowingEntry(allowing), ...entries]

function allowingEntry({ sid, mask, objectType, inheritedBy, inherits }: Allowing): Buffer {
  const typed = objectType !== undefined || inheritedBy !== undefined
  const which = Buffer.alloc(4)
  which.writeUInt32LE((objectType ? 1 : 0) | (inheritedBy ? 2 : 0))
  const about = typed
    ? [which, ...[objectType, inheritedBy].flatMap((guid) => (guid === undefined ? [] : [guidBytes(guid)]))]
    : []
  const entry = Buffer.concat([Buffer.alloc(8), ...about, sidBytes(sid)])
  entry.writeUInt8(typed ? 5 : 0, 0)
  entry.writeUInt8(inherits ? 2 : 0, 1)
  entry.writeUInt16LE(entry.length, 2)
  entry.writeUInt32LE(mask, 4)
  return entry
}

function entriesIn(descriptor: Buffer): readonly Buffer[] {
  const start = descriptor.readUInt32LE(16)
  const entries: Buffer[] = []
  let at = start + 8
  while (entries.length < descriptor.readUInt16LE(start + 4)) {
    const size = descriptor.readUInt16LE(at + 2)
    entries.push(descriptor.subarray(at, at + size))
    at += size
  }
  return entries
}

/** LDAP_SERVER_SD_FLAGS_OID with DACL_SECURITY_INFORMATION (MS-ADTS 3.1.1.3.4.1.11). */
class AccessListOnly extends Control {
  constructor() {
    super('1.2.840.113556.1.4.801', { critical: true })
  }

  protected override writeControl(writer: BerWriter): void {
    writer.writeBuffer(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x04]), 0x04)
  }
}
