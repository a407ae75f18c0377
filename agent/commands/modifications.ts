import { Attribute, Change } from 'ldapts'

type Value = string | Buffer

function change(operation: Change['operation'], type: string, values: readonly Value[]): Change {
  const bytes = values.map((value) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : value))
  return new Change({ operation, modification: new Attribute({ type, values: bytes }) })
}

/** Whatever stood there before. No value takes the attribute away. */
export const replaced = (type: string, ...values: readonly Value[]): Change => change('replace', type, values)
export const added = (type: string, ...values: readonly Value[]): Change => change('add', type, values)
/** Fails unless exactly this stood there. */
export const deleted = (type: string, ...values: readonly Value[]): Change => change('delete', type, values)
