import { z } from 'zod'
import { percentile } from './statistics.ts'

/** Cells of a table: the baseline and what is measured at this percentile, what that adds, and how many times as long it takes. */
export function beside(baseline: readonly number[], measured: readonly number[], share: number): readonly string[] {
  const [before, after] = [percentile(baseline, share), percentile(measured, share)]
  return [milliseconds(before), milliseconds(after), `${(after - before).toFixed(1)} ms`, (after / before).toFixed(2)]
}

export const milliseconds = (number: number): string => `${number.toFixed(1)} ms`

/** The most resident memory that there was, in megabytes, from the text of /proc/PID/status. @throws Error where it is not said */
export function residentMegabytes(status: string): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) throw new Error('the status of the process does not say its memory')
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

const logLine = z.object({ do: z.string(), outcome: z.literal('ok'), ms: z.number() })

/** How long commands of this name took that were done, in milliseconds, by the agent's own log. */
export function agentTimes(log: readonly string[], command: string): readonly number[] {
  return log.flatMap((line) => {
    const parsed = line.startsWith('{') ? logLine.safeParse(JSON.parse(line)) : undefined
    return parsed?.success && parsed.data.do === command ? [parsed.data.ms] : []
  })
}

const audited = z.object({
  kind: z.enum(['intent', 'outcome', 'event']),
  action: z.string(),
  operationId: z.string().optional(),
})

/** From the intent to the outcome of every operation of this name that has one, in milliseconds. @param trail oldest first */
export function operationTimes(
  trail: readonly { readonly at: Date; readonly event: unknown }[],
  operation: string,
): readonly number[] {
  const begun = new Map<string, number>()
  return trail.flatMap(({ at, event }) => {
    const { kind, action, operationId } = audited.parse(event)
    if (action !== operation || operationId === undefined) return []
    if (kind === 'intent') begun.set(operationId, at.getTime())
    const since = kind === 'outcome' ? begun.get(operationId) : undefined
    return since === undefined ? [] : [at.getTime() - since]
  })
}
