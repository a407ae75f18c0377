import type { Entry } from 'ldapts'

/**
 * Reads the values of an entry. None, one and several come from ldapts as an empty list, a scalar and a list; names are compared
 * without regard to case, for a schema may spell them otherwise.
 */
function valuesOf(entry: Entry, attribute: string): readonly (string | Buffer)[] {
  const name = Object.hasOwn(entry, attribute)
    ? attribute
    : Object.keys(entry).find((key) => key.toLowerCase() === attribute.toLowerCase())
  const value = name === undefined ? undefined : entry[name]
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** All values that are text. */
export const textsOf = (entry: Entry, attribute: string): readonly string[] =>
  valuesOf(entry, attribute).filter((value) => typeof value === 'string')

/** The first value; undefined when there is none or an empty one. */
export const textOf = (entry: Entry, attribute: string): string | undefined => textsOf(entry, attribute)[0] || undefined

/** All values that are bytes. Those that were not asked for as bytes are not among them. */
export const buffersOf = (entry: Entry, attribute: string): readonly Buffer[] =>
  valuesOf(entry, attribute).filter((value) => Buffer.isBuffer(value))

export const bufferOf = (entry: Entry, attribute: string): Buffer | undefined => buffersOf(entry, attribute)[0]
