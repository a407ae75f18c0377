import { percentile } from './statistics.ts'

/** Cells of a table: the baseline and what is measured at this percentile, what that adds, and how many times as long it takes. */
export function beside(baseline: readonly number[], measured: readonly number[], share: number): readonly string[] {
  const [before, after] = [percentile(baseline, share), percentile(measured, share)]
  return [milliseconds(before), milliseconds(after), `${(after - before).toFixed(1)} ms`, (after / before).toFixed(2)]
}

export const milliseconds = (number: number): string => `${number.toFixed(1)} ms`

/**
 * Resident memory in megabytes, from the text of /proc/PID/status.
 * @param of `VmRSS` now, `VmHWM` the most there was
 * @throws Error where it does not stand there
 */
export function residentMegabytes(status: string, of: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${of}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kilobytes === undefined) throw new Error(`${of} is not said`)
  return Number(kilobytes) / 1_024
}

/** Things done a few at a time by each of several ways in turn, which begins first by turns: noise hits all of them. */
export function inTurns<Way, Item>(
  ways: readonly Way[],
  items: readonly Item[],
  round: number,
): readonly { readonly way: Way; readonly items: readonly Item[] }[] {
  const turns: { readonly way: Way; readonly items: readonly Item[] }[] = []
  for (let at = 0; at < items.length; at += round) {
    const order = (at / round) % 2 === 0 ? ways : ways.toReversed()
    for (const way of order) turns.push({ way, items: items.slice(at, at + round) })
  }
  return turns
}
