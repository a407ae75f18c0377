import type { Entry } from 'ldapts'
import type { Controller } from './domain.ts'
import { textsOf } from './entry.ts'
import { anything } from './filters.ts'

/** Some of an attribute's values, from a place on. */
export interface Slice {
  readonly values: readonly string[]
  /** There are no more after these. */
  readonly last: boolean
}

/**
 * Reads `size` values of an attribute from the place `from` on. A server gives at most 1,500 at once (MaxValRange, MS-ADTS
 * 3.1.1.3.1.3.3) and says in the attribute's name which: `member;range=0-1499`, and `member;range=1500-*` for the last ones. What it
 * was asked for is asked for until it is there.
 * @throws AgentError
 */
export async function readRange(
  controller: Controller,
  base: string,
  attribute: string,
  from: number,
  size: number,
): Promise<Slice> {
  const values: string[] = []
  for (;;) {
    const start = from + values.length
    const asked = `${attribute};range=${start}-${from + size - 1}`
    const [entry] = await controller.search({ base, scope: 'base', filter: anything, attributes: [asked] })
    const slice = entry === undefined ? nothing : sliceOf(entry, attribute, start)
    values.push(...slice.values)
    // A server that says that there is more and gives nothing would be asked for ever.
    const last = slice.last || slice.values.length === 0
    if (last || values.length >= size) return { values: values.slice(0, size), last: last && values.length <= size }
  }
}

const nothing: Slice = { values: [], last: true }

/** Finds the slice in an entry. A server that knows no ranges gives all values under the plain name. */
export function sliceOf(entry: Entry, attribute: string, start: number): Slice {
  for (const key of Object.keys(entry)) {
    const found = /^([^;]+);range=(\d+)-(\d+|\*)$/i.exec(key)
    const values = textsOf(entry, key)
    if (found?.[1]?.toLowerCase() !== attribute.toLowerCase() || Number(found[2]) !== start) continue
    // What was asked for stands there as well, empty, under the name it was asked by.
    if (values.length === 0 && found[3] !== '*') continue
    return { values, last: found[3] === '*' }
  }
  const whole = textsOf(entry, attribute)
  return { values: whole.slice(start), last: true }
}
