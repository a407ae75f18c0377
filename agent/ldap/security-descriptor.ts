import { guidText, sidText } from './encodings.ts'

/** Bits of an access mask in a directory (MS-ADTS 5.1.3.2). */
export const accessBits = {
  createChild: 0x1,
  deleteChild: 0x2,
  validatedWrite: 0x8,
  readProperty: 0x10,
  writeProperty: 0x20,
  deleteTree: 0x40,
  controlAccess: 0x100,
  delete: 0x1_0000,
  writeDacl: 0x4_0000,
  writeOwner: 0x8_0000,
} as const

/** One entry of an access control list (MS-DTYP 2.4.4). */
export interface AccessEntry {
  readonly allows: boolean
  readonly mask: number
  readonly sid: string
  /** An attribute, a property set, an extended right or a class; undefined: all of them. */
  readonly objectType: string | undefined
  /** The class of children that inherit it; undefined: all. */
  readonly inheritedBy: string | undefined
  /** Children inherit it. */
  readonly inherits: boolean
  /** It says nothing of the object itself. */
  readonly inheritOnly: boolean
  /** It came from above. */
  readonly inherited: boolean
}

export interface SecurityDescriptor {
  readonly owner: string | undefined
  /** Nothing comes from above: inheritance is switched off. */
  readonly closed: boolean
  readonly entries: readonly AccessEntry[]
}

/** SE_DACL_PRESENT and SE_DACL_PROTECTED (MS-DTYP 2.4.6). */
const present = 0x4
const closedToAbove = 0x1000
/** MS-DTYP 2.4.4.1: CONTAINER_INHERIT, INHERIT_ONLY, INHERITED. */
const flags = { container: 0x2, inheritOnly: 0x8, inherited: 0x10 } as const
/** ACCESS_ALLOWED, ACCESS_DENIED, and the same with object types; what else there is (callbacks, audits) gives and takes nothing here. */
const plain = new Map([
  [0x00, true],
  [0x01, false],
])
const typed = new Map([
  [0x05, true],
  [0x06, false],
])
/** Generic rights as a directory maps them (MS-ADTS 5.1.3.2). */
const generic: readonly (readonly [number, number])[] = [
  [0x1000_0000, 0x000f_01ff],
  [0x4000_0000, 0x0002_0028],
  [0x8000_0000, 0x0002_0094],
]

/**
 * nTSecurityDescriptor as read with its access control list: self-relative (MS-DTYP 2.4.6). Where it holds no list everybody may do
 * everything, which is given as one entry that says so.
 * @throws RangeError when it is cut short
 */
export function readSecurityDescriptor(bytes: Buffer): SecurityDescriptor {
  const control = bytes.readUInt16LE(2)
  const ownerAt = bytes.readUInt32LE(4)
  const listAt = bytes.readUInt32LE(16)
  return {
    owner: ownerAt === 0 ? undefined : sidAt(bytes, ownerAt),
    closed: (control & closedToAbove) !== 0,
    entries: (control & present) === 0 || listAt === 0 ? [everythingForEveryone] : readEntries(bytes, listAt),
  }
}

const everythingForEveryone: AccessEntry = {
  allows: true,
  mask: 0x000f_01ff,
  sid: 'S-1-1-0',
  objectType: undefined,
  inheritedBy: undefined,
  inherits: true,
  inheritOnly: false,
  inherited: false,
}

function readEntries(bytes: Buffer, listAt: number): readonly AccessEntry[] {
  const count = bytes.readUInt16LE(listAt + 4)
  const entries: AccessEntry[] = []
  let at = listAt + 8
  for (let index = 0; index < count; index += 1) {
    const size = bytes.readUInt16LE(at + 2)
    if (size < 16 || at + size > bytes.length) throw new RangeError('an access control list is cut short')
    const entry = readEntry(bytes.subarray(at, at + size))
    if (entry !== undefined) entries.push(entry)
    at += size
  }
  return entries
}

function readEntry(bytes: Buffer): AccessEntry | undefined {
  const type = bytes.readUInt8(0)
  const flag = bytes.readUInt8(1)
  const allows = plain.get(type) ?? typed.get(type)
  if (allows === undefined) return undefined
  let at = 8
  let objectType: string | undefined
  let inheritedBy: string | undefined
  if (typed.has(type)) {
    const which = bytes.readUInt32LE(8)
    at = 12
    const guid = () => {
      at += 16
      return guidText(bytes.subarray(at - 16, at))
    }
    if ((which & 0x1) !== 0) objectType = guid()
    if ((which & 0x2) !== 0) inheritedBy = guid()
  }
  return {
    allows,
    mask: withoutGeneric(bytes.readUInt32LE(4)),
    sid: sidAt(bytes, at),
    objectType,
    inheritedBy,
    inherits: (flag & flags.container) !== 0,
    inheritOnly: (flag & flags.inheritOnly) !== 0,
    inherited: (flag & flags.inherited) !== 0,
  }
}

const withoutGeneric = (mask: number): number =>
  generic.reduce((all, [bit, meaning]) => ((mask & bit) === 0 ? all : all | meaning), mask & 0x0fff_ffff)

function sidAt(bytes: Buffer, at: number): string {
  return sidText(bytes.subarray(at, at + 8 + 4 * bytes.readUInt8(at + 1)))
}
