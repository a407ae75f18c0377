import fc from 'fast-check'
import { pieces } from './pieces.ts'

/** A piece of what is meant to break something. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...pieces) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
)

/** Text at most so long, in UTF-16 units: mostly short, sometimes one thing over and over up to the end. */
export function text(longest = 200): fc.Arbitrary<string> {
  const mixed = fc.array(piece, { maxLength: 12 }).map((found) => found.join(''))
  const long = fc
    .tuple(fc.array(piece, { minLength: 1, maxLength: 3 }), mixed, fc.integer({ min: 1, max: longest }))
    .map(([unit, end, length]) => repeated(unit.join('') || 'x', length) + end)
  return fc
    .oneof({ weight: 9, arbitrary: mixed }, { weight: 1, arbitrary: long })
    .map((found) => found.slice(0, longest))
}

function repeated(unit: string, length: number): string {
  if (unit === '') return unit
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

/** Numbers at the borders of everything. */
const numbers = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.5, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, -(2 ** 53), 1e21, 1e308, -1e308, 5e-324),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

function nested(depth: number, of: 'list' | 'object'): unknown {
  let made: unknown = 'deep'
  for (let level = 0; level < depth; level++) made = of === 'list' ? [made] : { a: made }
  return made
}

const keys = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'type', 'id', 'text', 'value', 'ids', ''), text(20))

/** Anything that JSON can say, with half characters, names that objects have by themselves, and depth. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    numbers,
    text(60),
    text(3_000),
    fc
      .tuple(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom('list' as const, 'object' as const))
      .map(([depth, of]) => nested(depth, of)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => objectOf(entries)),
  ),
})).value

/** As JSON.parse makes it: `__proto__` is a property like any other. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries)
}

const edits = fc.oneof(
  { weight: 3, arbitrary: fc.record({ how: fc.constant('replace' as const), by: fc.oneof(json, text(60), text(60)) }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant('drop' as const) }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant('add' as const), name: keys, by: json }) },
  {
    weight: 1,
    arbitrary: fc.record({ how: fc.constant('repeat' as const), times: fc.integer({ min: 2, max: 1_500 }) }),
  },
)
type Edit = typeof edits extends fc.Arbitrary<infer One> ? One : never

/** One of the samples, changed in a few places: half right is where a reader is weakest. Sometimes it is left as it is. */
export function altered(...samples: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), edits), { maxLength: 4 }),
    )
    .map(([sample, changes]) => {
      const holder = { whole: structuredClone(sample) }
      // What is repeated is a part of the sample, once: more is no request that anybody could send.
      const repeats = changes.filter(([, { how }]) => how === 'repeat').slice(0, 1)
      for (const [where, edit] of [...repeats, ...changes.filter(([, { how }]) => how !== 'repeat')]) {
        const places = placesIn(holder, 12)
        const place = places[Math.floor(where * places.length)]
        if (place) change(place, edit)
      }
      return holder.whole
    })
}

interface Place {
  readonly holder: object
  readonly name: string
}

function placesIn(value: unknown, depth: number): readonly Place[] {
  if (typeof value !== 'object' || value === null || depth === 0) return []
  return Object.keys(value)
    .slice(0, 60)
    .flatMap((name) => [{ holder: value, name }, ...placesIn(Reflect.get(value, name), depth - 1)])
}

function change({ holder, name }: Place, edit: Edit): void {
  const before: unknown = Reflect.get(holder, name)
  if (edit.how === 'drop') Reflect.deleteProperty(holder, name)
  else if (edit.how === 'replace') set(holder, name, edit.by)
  else if (edit.how === 'repeat')
    set(
      holder,
      name,
      typeof before === 'string' ? repeated(before, 30 * edit.times) : Array(Math.min(edit.times, 150)).fill(before),
    )
  else if (typeof before === 'object' && before !== null && !Array.isArray(before)) set(before, edit.name, edit.by)
}

function set(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
}

/** A text that was right, cut, doubled, mixed up and broken into. */
export function broken(longest: number, ...samples: readonly string[]): fc.Arbitrary<string> {
  const at = fc.double({ min: 0, max: 1, noNaN: true })
  const how = fc.constantFrom('cut', 'insert', 'double', 'over', 'upper', 'many')
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(fc.tuple(how, at, at, text(30)), { maxLength: 4 }))
    .map(([sample, changes]) =>
      changes
        .reduce((now, [what, one, other, words]) => {
          const [from, to] = [one, other].map((share) => Math.floor(share * now.length)).sort((a, b) => a - b)
          const [head, middle, tail] = [now.slice(0, from), now.slice(from, to), now.slice(to)]
          if (what === 'cut') return head + tail
          if (what === 'insert') return head + words + middle + tail
          if (what === 'double') return head + middle + middle + tail
          if (what === 'over') return head + words + tail
          if (what === 'upper') return head + middle.toUpperCase() + tail
          return head + repeated(middle || words || 'x', Math.min(longest, 20 * now.length)) + tail
        }, sample)
        .slice(0, longest),
    )
}

/** Bytes: any, and right ones with a few changed, cut off, or added. */
export function bytes(longest: number, ...samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const any = fc.uint8Array({ maxLength: longest }).map((found) => Buffer.from(found))
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 })
  const right = samples.map((sample) =>
    fc.tuple(flips, fc.integer({ min: 0, max: sample.length + 8 }), fc.boolean()).map(([changes, length, whole]) => {
      const made = Buffer.alloc(whole ? sample.length : length)
      sample.copy(made)
      for (const [where, value] of changes) if (made.length > 0) made[where % made.length] = value
      return made
    }),
  )
  return fc.oneof(any, ...right)
}
