import { bounds } from './table-bounds.ts'

/** Rows of every table, schema and name. */
export type Rows = Readonly<Record<string, number>>

/** One look at the bot. */
export interface Look {
  /** Milliseconds since the soak began. */
  readonly at: number
  /** Megabytes. */
  readonly resident: number
  readonly heap: number
}

const minute = 60_000
/**
 * What V8 lets stand goes up and down by a hundred megabytes and more. The least of each minute does so by about twenty, so that a line
 * through a quarter of an hour of them ends up to three times as much too high or too low (3 × 20 × √(12 / 15)). Megabytes.
 */
const noise = 50
/** A program that was started lately grows: code is compiled, pools are filled. Minutes. */
const shortest = 10
/** The load of one minute is never quite that of another. */
const swing = 1.25
const few = 100

/**
 * By how much something grows, by least squares: a line through all looks, so that no single one decides.
 * @returns megabytes an hour
 */
export function slope(looks: readonly Look[], of: (look: Look) => number): number {
  const hours = ({ at }: Look) => at / 3_600_000
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length
  const [x, y] = [mean(looks.map(hours)), mean(looks.map(of))]
  const over = looks.reduce((sum, look) => sum + (hours(look) - x) * (of(look) - y), 0)
  const under = looks.reduce((sum, look) => sum + (hours(look) - x) ** 2, 0)
  return under === 0 ? 0 : over / under
}

export interface MemoryVerdict {
  readonly judged: boolean
  readonly flat: boolean
  /** Megabytes an hour over the second half. */
  readonly resident: number
  readonly heap: number
  /** The most that is still flat: what may be noise over that time. */
  readonly most: number
}

/** Whether the second half goes up by more than noise does: the least of each minute, which is nearest to what is really in use. */
export function memoryVerdict(looks: readonly Look[], minutes: number): MemoryVerdict {
  const end = looks.at(-1)?.at ?? 0
  const half = leastOfEachMinute(looks.filter(({ at }) => at >= end / 2))
  const most = noise / (minutes / 2 / 60)
  const resident = slope(half, (look) => look.resident)
  const heap = slope(half, (look) => look.heap)
  const judged = minutes >= shortest
  return { judged, flat: !judged || (resident <= most && heap <= most), resident, heap, most }
}

function leastOfEachMinute(looks: readonly Look[]): readonly Look[] {
  const least = new Map<number, Look>()
  for (const look of looks) {
    const nth = Math.floor(look.at / minute)
    const before = least.get(nth) ?? look
    const [resident, heap] = [Math.min(before.resident, look.resident), Math.min(before.heap, look.heap)]
    least.set(nth, { at: nth * minute, resident, heap })
  }
  return [...least.values()]
}

export interface TableVerdict {
  readonly table: string
  readonly third: number
  readonly end: number
  readonly bound: string
  readonly grows: boolean
  /** That it grows is what it is for. */
  readonly fine: boolean
}

/** A few rows for each of so many: two chats, a proof of each kind. */
const aPerson = 3

/**
 * Every table with something in it. One that nobody has said the bound of may not grow either.
 * @param population people there are: until all of them have come once, what there is a person grows
 */
export function tableVerdicts(third: Rows, end: Rows, population: number): readonly TableVerdict[] {
  return Object.entries(end)
    .filter(([table, rows]) => rows > 0 || (third[table] ?? 0) > 0)
    .map(([table, rows]) => {
      const before = third[table] ?? 0
      const bound = bounds[table] ?? 'nobody knows'
      const grows = rows > before * swing + few
      const fine = !grows || bound === 'record' || (bound === 'people' && rows <= population * aPerson)
      return { table, third: before, end: rows, bound, grows, fine }
    })
}
