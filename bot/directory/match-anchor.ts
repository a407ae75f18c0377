/** What stands for a GUID in onPremisesImmutableId: base64 of exactly sixteen bytes. */
const sixteenBytes = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/**
 * The GUID that an immutable id stands for, in lower case: sixteen bytes as Active Directory lays them out, the first three parts
 * little-endian (MS-DTYP 2.3.4.2).
 * @returns undefined where the anchor is something else than objectGUID or mS-DS-ConsistencyGuid
 */
export function anchorGuid(immutableId: string): string | undefined {
  if (!sixteenBytes.test(immutableId)) return undefined
  const bytes = Buffer.from(immutableId, 'base64')
  const inOrder = Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]).toString('hex')
  return inOrder.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The immutable id that stands for a GUID: the way back of `anchorGuid`. @param guid in its usual spelling */
export function immutableIdOf(guid: string): string {
  const parts = guid.split('-').map((part) => Buffer.from(part, 'hex'))
  return Buffer.concat(parts.map((part, index) => (index < 3 ? part.reverse() : part))).toString('base64')
}
