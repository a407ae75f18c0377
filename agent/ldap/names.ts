import { AgentError } from '../agent-error.ts'

/** One attribute and its value in a name: `CN=Ada`. */
interface Pair {
  readonly type: string
  readonly value: string
}

/** One step of a name; almost always a single pair (RFC 4514 §2.2). */
export type RelativeName = readonly Pair[]

/** A distinguished name taken apart: its own step first, the root last. */
export type DistinguishedName = readonly RelativeName[]

const attributeType = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)$/
const hexPair = /^[0-9A-Fa-f]{2}$/
/** What must not stand bare in a value (RFC 4514 §2.4), and what has no business in a line of text. */
const mustBeEscaped = /["+,;<=>\\#\p{Cc}]/gu

/**
 * Takes a name apart (RFC 4514 §3; the quotes of RFC 2253 §4 are understood too).
 * @throws AgentError refused when it is none
 */
export function parseDn(text: string): DistinguishedName {
  if (text.trim() === '') throw notAName(text)
  const names: Pair[][] = [[]]
  let at = 0
  for (;;) {
    const equals = text.indexOf('=', at)
    if (equals < 0) throw notAName(text)
    const type = text.slice(at, equals).trim()
    if (!attributeType.test(type)) throw notAName(text)
    const { value, end } = readValue(text, equals + 1)
    names.at(-1)?.push({ type, value })
    if (end === text.length) return names
    if (text[end] !== '+') names.push([])
    at = end + 1
  }
}

/** Reads to the next bare `,`, `;` or `+`. Escaped pairs of hex digits are bytes of UTF-8. */
function readValue(text: string, from: number): { value: string; end: number } {
  let bytes: number[] = []
  let value = ''
  let quoted = false
  let wasQuoted = false
  /** Up to here the value stays, spaces included: what was escaped or quoted is meant. */
  let kept = 0
  const flush = () => {
    if (bytes.length === 0) return
    value += Buffer.from(bytes).toString('utf8')
    kept = value.length
    bytes = []
  }
  let at = from
  while (text[at] === ' ') at += 1
  for (; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\\') {
      const pair = text.slice(at + 1, at + 3)
      if (hexPair.test(pair)) {
        bytes.push(Number.parseInt(pair, 16))
        at += 2
        continue
      }
      if (at + 1 >= text.length) throw notAName(text)
      flush()
      // A whole character, also one that takes two units.
      const next = String.fromCodePoint(text.codePointAt(at + 1) ?? 0)
      value += next
      kept = value.length
      at += next.length
      continue
    }
    flush()
    if (character === '"') {
      if (!quoted && (wasQuoted || value !== '')) throw notAName(text)
      quoted = !quoted
      wasQuoted = true
      kept = value.length
      continue
    }
    if (!quoted && (character === ',' || character === ';' || character === '+')) break
    if (!quoted && wasQuoted && character !== ' ') throw notAName(text)
    value += character
    if (quoted) kept = value.length
  }
  if (quoted) throw notAName(text)
  flush()
  const trimmed = value.slice(0, kept) + value.slice(kept).replace(/ +$/, '')
  return { value: trimmed, end: at }
}

/**
 * Spells a name so that every parser reads it alike: whatever is special is written as a pair of hex digits, so that no comma or
 * quotation mark ever stands bare. (ldapts splits a new name at its first comma without reading quotes.)
 */
export function formatDn(name: DistinguishedName): string {
  return name.map((step) => step.map((pair) => `${pair.type}=${escapeValue(pair.value)}`).join('+')).join(',')
}

function escapeValue(value: string): string {
  // Its bytes in UTF-8 (RFC 4514 §2.4): a control character above U+007F has two.
  const hex = (character: string) =>
    Array.from(Buffer.from(character), (byte) => `\\${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
  return value.replace(mustBeEscaped, hex).replace(/^ | $/g, hex)
}

/** The name of a child: `CN=<value>,<parent>`. The value is taken literally. */
export function childDn(type: string, value: string, parent: string): string {
  return formatDn([[{ type, value }], ...parseDn(parent)])
}

/** The name of what this lies in; undefined for a root. */
export function parentDn(dn: string): string | undefined {
  const [, ...parent] = parseDn(dn)
  return parent.length === 0 ? undefined : formatDn(parent)
}

/** The value of the first step: `Ada` of `CN=Ada,OU=…`. */
export function ownName(dn: string): string {
  return parseDn(dn)[0]?.[0]?.value ?? ''
}

/** Whether two names name the same place. Types and values are compared without regard to case, as Active Directory does. */
export function same(one: string, other: string): boolean {
  const [left, right] = [parseDn(one), parseDn(other)]
  return left.length === right.length && endsWith(left, right)
}

/** Whether `dn` lies below `base`, at any depth. The base itself does not. Step by step, never by the ends of two texts. */
export function isBelow(dn: string, base: string): boolean {
  const [inner, outer] = [parseDn(dn), parseDn(base)]
  return inner.length > outer.length && endsWith(inner, outer)
}

/** Whether `dn` is `base` or lies below it. */
export function isAtOrBelow(dn: string, base: string): boolean {
  return endsWith(parseDn(dn), parseDn(base))
}

function endsWith(inner: DistinguishedName, outer: DistinguishedName): boolean {
  const skipped = inner.length - outer.length
  return skipped >= 0 && outer.every((step, index) => stepKey(step) === stepKey(inner[index + skipped] ?? []))
}

/** Comparable whatever the case, and whatever the order of the pairs of one step. */
function stepKey(step: RelativeName): string {
  return JSON.stringify(step.map((pair) => [pair.type.toLowerCase(), pair.value.toLowerCase()]).sort())
}

/** The domain that a name lies in, as DNS has it: `corp.example` of `CN=Ada,DC=corp,DC=example`. Empty when it names none. */
export function domainOf(dn: string): string {
  const labels: string[] = []
  for (const step of [...parseDn(dn)].reverse()) {
    const [pair, ...more] = step
    if (pair === undefined || more.length > 0 || pair.type.toLowerCase() !== 'dc') break
    labels.unshift(pair.value.toLowerCase())
  }
  return labels.join('.')
}

/** A name that finds an object wherever it has been moved to (MS-ADTS 3.1.1.3.1.2.4). */
export const byGuid = (guid: string): string => `<GUID=${guid}>`

/** Likewise by its security identifier. */
export const bySid = (sid: string): string => `<SID=${sid}>`

const notAName = (text: string) =>
  new AgentError('refused', `this is not a distinguished name: ${JSON.stringify(text.slice(0, 200))}`)
