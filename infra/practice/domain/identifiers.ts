/** objectGUID as text, lower case: the first three fields are little-endian (MS-DTYP 2.3.4.2). @throws when it is not 16 bytes */
export function guidText(bytes: Buffer): string {
  if (bytes.length !== 16) throw new Error(`a GUID has 16 bytes, not ${bytes.length}`)
  const fields = [
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8, 10),
    bytes.subarray(10),
  ]
  return fields.map((field) => field.toString('hex')).join('-')
}

/** objectSid as text, `S-1-5-21-…` (MS-DTYP 2.4.2). @throws when it is cut short */
export function sidText(bytes: Buffer): string {
  const count = bytes.readUInt8(1)
  const authority = bytes.readUIntBE(2, 6)
  const rest = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + 4 * index))
  return ['S', bytes.readUInt8(0), authority, ...rest].join('-')
}
