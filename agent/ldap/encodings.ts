import type { groupScopes } from '../protocol/commands.ts'

/** 100-nanosecond steps from 1601-01-01 to 1970-01-01, UTC (MS-DTYP 2.3.3). */
const epochDifference = 116_444_736_000_000_000n
const ticksPerMillisecond = 10_000n
/** In accountExpires: never, as is 0 (MS-ADA1 2.3). */
export const never = '9223372036854775807'
/** In a span of time: without end, as is 0. */
const forEver = -9_223_372_036_854_775_808n
/** The last moment that a date of four digits can name: what lies beyond means never. */
const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * A FILETIME as LDAP shows it: a whole number in text.
 * @returns undefined for 0, for "never", and for what is no number
 */
export function fromFiletime(text: string | bigint | undefined): Date | undefined {
  const ticks = wholeNumber(text)
  if (ticks === undefined || ticks <= 0n) return undefined
  const milliseconds = Number((ticks - epochDifference) / ticksPerMillisecond)
  return milliseconds > lastMoment ? undefined : new Date(milliseconds)
}

/** @returns the FILETIME of a moment, as text */
export const toFiletime = (moment: Date): string =>
  String(BigInt(moment.getTime()) * ticksPerMillisecond + epochDifference)

/**
 * A span such as lockoutDuration or maxPwdAge: negative 100-nanosecond steps (MS-ADTS 3.1.1.4.5.17).
 * @returns milliseconds; undefined for one without end
 */
export function fromSpan(text: string | bigint | undefined): number | undefined {
  const ticks = wholeNumber(text)
  if (ticks === undefined || ticks >= 0n || ticks === forEver) return undefined
  return Number(-ticks / ticksPerMillisecond)
}

function wholeNumber(text: string | bigint | undefined): bigint | undefined {
  if (typeof text !== 'string') return text
  return /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined
}

/** `20261121150406.0Z` (RFC 4517 §3.3.13, as Active Directory writes it). @returns undefined when it is none */
export function fromGeneralizedTime(text: string | undefined): Date | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{1,9}))?Z$/.exec(text ?? '')
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = ''] = parts
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`)
  return Number.isNaN(moment.getTime()) ? undefined : moment
}

export function toGeneralizedTime(moment: Date): string {
  return `${moment.toISOString().replace(/[-:T]/g, '').slice(0, 14)}.0Z`
}

/** A SID's bytes as text: `S-1-5-21-…` (MS-DTYP 2.4.2). @throws RangeError when they are none */
export function sidText(bytes: Buffer): string {
  const count = bytes[1] ?? 0
  if (bytes[0] !== 1 || count > 15 || bytes.length !== 8 + 4 * count) throw new RangeError('these bytes are no SID')
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + 4 * index))
  return ['S-1', bytes.readUIntBE(2, 6), ...parts].join('-')
}

/** @throws RangeError when the text is no SID */
export function sidBytes(text: string): Buffer {
  const parts = /^S-1-(\d{1,15})((?:-\d{1,10}){0,15})$/i.exec(text)
  const authority = Number(parts?.[1])
  const rest = (parts?.[2] ?? '').split('-').slice(1).map(Number)
  if (parts === null || authority >= 2 ** 48 || rest.some((part) => part >= 2 ** 32))
    throw new RangeError('this text is no SID')
  const bytes = Buffer.alloc(8 + 4 * rest.length)
  bytes.writeUInt8(1, 0)
  bytes.writeUInt8(rest.length, 1)
  bytes.writeUIntBE(authority, 2, 6)
  for (const [index, part] of rest.entries()) bytes.writeUInt32LE(part, 8 + 4 * index)
  return bytes
}

/** The last part of a SID: which account or group of its domain it is. @returns undefined where there is none */
export const relativeId = (sid: string): number | undefined => {
  const last = /-(\d+)$/.exec(sid.replace(/^S-1-\d+/i, ''))?.[1]
  return last === undefined ? undefined : Number(last)
}

/** The SID of the domain that a SID was given out by, or undefined for one that no domain gave out (`S-1-5-32-544`). */
export const domainSidOf = (sid: string): string | undefined => /^(S-1-5-21(?:-\d+){3})-\d+$/i.exec(sid)?.[1]

/**
 * A GUID's bytes as text, in lower case. Its first three fields are little-endian in the directory, the others are not (MS-DTYP
 * 2.3.4.2). @throws RangeError when they are none
 */
export function guidText(bytes: Buffer): string {
  if (bytes.length !== 16) throw new RangeError('these bytes are no GUID')
  const hex = mixed(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** @throws RangeError when the text is no GUID */
export function guidBytes(text: string): Buffer {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new RangeError('this text is no GUID')
  return mixed(Buffer.from(text.replaceAll('-', ''), 'hex'))
}

/** Turns the first three fields around; its own inverse. */
function mixed(bytes: Buffer): Buffer {
  const turned = Buffer.from(bytes)
  turned.subarray(0, 4).reverse()
  turned.subarray(4, 6).reverse()
  turned.subarray(6, 8).reverse()
  return turned
}

/** What the directory of the cloud calls onPremisesImmutableId: base64 of the bytes. */
export const immutableId = (guid: string): string => guidBytes(guid).toString('base64')

/** @returns the bytes of an onPremisesImmutableId, or undefined when it does not stand for a GUID */
export function immutableIdBytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 16 && bytes.toString('base64') === text ? bytes : undefined
}

/** What unicodePwd takes: the password in quotation marks, UTF-16LE (MS-ADTS 3.1.1.3.1.5.1). */
export const unicodePassword = (password: string): Buffer => Buffer.from(`"${password}"`, 'utf16le')

/** Bits of userAccountControl (MS-ADTS 2.2.16), and of msDS-User-Account-Control-Computed (3.1.1.4.5.17). */
export const accountBits = {
  disabled: 0x2,
  locked: 0x10,
  passwordNotRequired: 0x20,
  normal: 0x200,
  passwordNeverExpires: 0x1_0000,
  passwordExpired: 0x80_0000,
} as const

/** Whether a bit stands in a number that LDAP gave as text. Absent or odd = no. */
export function hasBit(text: string | undefined, bit: number): boolean {
  const bits = Number(text)
  return Number.isInteger(bits) && (bits & bit) !== 0
}

export type GroupScope = (typeof groupScopes)[number]

/** Bits of groupType (MS-ADTS 2.2.12). The highest makes it a security group, and the number negative. */
const groupBits = { builtin: 0x1, global: 0x2, 'domain-local': 0x4, universal: 0x8 } as const
const securityBit = 0x8000_0000

/** @returns undefined for what no group has */
export function fromGroupType(text: string | undefined): { scope: GroupScope; security: boolean } | undefined {
  if (text === undefined || !/^-?\d{1,10}$/.test(text)) return undefined
  const bits = Number(text) >>> 0
  // A builtin group is domain-local besides; that it is builtin says more.
  const order = ['builtin', 'global', 'domain-local', 'universal'] as const
  const scope = order.find((one) => (bits & groupBits[one]) !== 0)
  return scope === undefined ? undefined : { scope, security: (bits & securityBit) !== 0 }
}

export function toGroupType(scope: GroupScope, security: boolean): string {
  const bits = groupBits[scope] | (scope === 'builtin' ? groupBits['domain-local'] : 0)
  return String((security ? bits | securityBit : bits) | 0)
}
