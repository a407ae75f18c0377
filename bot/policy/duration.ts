const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** A thousand years: what is longer is a slip of the keyboard, and no date can be counted from it. */
const longest = 365_250 * day

/** Milliseconds of each unit that may be written. */
const units: readonly (readonly [names: readonly string[], milliseconds: number])[] = [
  [['s', 'sec', 'second', 'seconds'], second],
  [['min', 'minute', 'minutes'], minute],
  [['h', 'hour', 'hours'], hour],
  [['d', 'day', 'days'], day],
  [['w', 'week', 'weeks'], 7 * day],
]

/**
 * Reads a length of time as people write it: `15 min`, `3 days`, `24 h`, `1 h 30 min`.
 * @returns milliseconds, or undefined when it is no such thing (no unit, unknown unit, negative, over a thousand years or
 *   a hundred characters)
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 100) return undefined
  const words = text.trim().toLowerCase()
  if (!/^\d+(\.\d+)?\s*[a-z]+(\s+\d+(\.\d+)?\s*[a-z]+)*$/.test(words)) return undefined
  let total = 0
  for (const [, count = '', name = ''] of words.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = units.find(([names]) => names.includes(name))
    if (!unit) return undefined
    total += Number(count) * unit[1]
  }
  return total <= longest ? Math.round(total) : undefined
}

/** Milliseconds in words: `15 min`, `3 days`, `1 day`, `90 min`. */
export function formatDuration(milliseconds: number): string {
  for (const [size, one, many] of [
    [day, 'day', 'days'],
    [hour, 'hour', 'hours'],
    [minute, 'min', 'min'],
  ] as const) {
    const count = milliseconds / size
    if (count >= 1 && Number.isInteger(count)) return `${count} ${count === 1 ? one : many}`
  }
  return `${milliseconds / second} s`
}

export const durations = { second, minute, hour, day } as const
