/** A few functions that write DER (ITU-T X.690), enough for X.509 certificates (RFC 5280). Each gives one complete element. */

/** One element: tag, length in the definite form (X.690 8.1.3), contents. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length: number[] = []
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256)
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body])
}

export const sequence = (...contents: readonly Uint8Array[]) => element(0x30, ...contents)
export const setOf = (...contents: readonly Uint8Array[]) => element(0x31, ...contents)
export const octetString = (bytes: Uint8Array) => element(0x04, bytes)
export const utf8String = (text: string) => element(0x0c, Buffer.from(text, 'utf8'))
export const boolean = (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0]))
export const nothing = () => element(0x05)

/** A constructed context-specific element, `[number] EXPLICIT` or a constructed IMPLICIT one. */
export const explicit = (number: number, ...contents: readonly Uint8Array[]) => element(0xa0 | number, ...contents)

/** A primitive context-specific element, `[number] IMPLICIT`. */
export const implicit = (number: number, bytes: Uint8Array) => element(0x80 | number, bytes)

/** A non-negative INTEGER from big-endian bytes: shortest form, with a zero in front where the sign bit would be set. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const shortest = bytes.subarray(start)
  return element(0x02, (shortest[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest)
}

/** A BIT STRING; `unused` bits at its end do not count. */
export const bitString = (bytes: Uint8Array, unused = 0) => element(0x03, Buffer.from([unused]), bytes)

/** An OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes: number[] = []
  for (const arc of [first * 40 + second, ...rest]) {
    const septets = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80)
    bytes.push(...septets)
  }
  return element(0x06, Buffer.from(bytes))
}

/** GeneralizedTime to the second, in UTC (RFC 5280 4.1.2.5.2). */
export function generalizedTime(at: Date): Buffer {
  const digits = at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')
  return element(0x18, Buffer.from(`${digits}Z`, 'ascii'))
}

/** A Time as certificates must write it: UTCTime through 2049, GeneralizedTime after (RFC 5280 4.1.2.5). */
export function certificateTime(at: Date): Buffer {
  if (at.getUTCFullYear() >= 2050) return generalizedTime(at)
  const digits = at.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')
  return element(0x17, Buffer.from(`${digits}Z`, 'ascii'))
}
