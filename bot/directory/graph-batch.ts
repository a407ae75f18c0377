import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { GraphCall } from './graph-call.ts'
import type { Graph } from './graph-client.ts'
import { answerError, strangeAnswer } from './graph-errors.ts'
import { pauseBeforeRetry, type RetryRules, usualRetries } from './graph-retry.ts'

/** What waiting between tries needs; `rules` are the usual ones by default. */
export interface BatchDeps {
  readonly clock: Clock
  /** 0 ≤ random < 1 */
  readonly random: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly rules?: RetryRules | undefined
}

/** learn.microsoft.com/graph/json-batching: no more than this in one. */
const itemsPerBatch = 20

const answers = z.object({
  responses: z
    .array(
      z.object({
        id: z.string(),
        status: z.number().int(),
        headers: z.record(z.string(), z.string()).nullish(),
        body: z.unknown().optional(),
      }),
    )
    .max(itemsPerBatch),
})
type Item = z.infer<typeof answers>['responses'][number]

/**
 * GETs many things, twenty a call, in the order of the paths; undefined where there is nothing (404). The batch as a whole
 * answers 200 whatever became of its items, so each is looked at: one that was throttled or met a passing fault is asked for
 * again, as the rules allow, in a batch of those alone.
 * @throws DirectoryError when one cannot be read
 */
export async function readMany<T>(
  graph: Graph,
  paths: readonly string[],
  answer: z.ZodType<T>,
  options: { readonly title: string },
  deps: BatchDeps,
): Promise<readonly (T | undefined)[]> {
  const found: (T | undefined)[] = []
  for (let at = 0; at < paths.length; at += itemsPerBatch)
    found.push(...(await readBatch(graph, paths.slice(at, at + itemsPerBatch), answer, options, deps)))
  return found
}

async function readBatch<T>(
  graph: Graph,
  paths: readonly string[],
  answer: z.ZodType<T>,
  options: { readonly title: string },
  deps: BatchDeps,
): Promise<readonly (T | undefined)[]> {
  const call = new GraphCall({ kind: 'read', title: `${options.title} in POST /$batch` })
  const found = new Map<string, T | undefined>()
  let open = paths.map((url, index) => ({ id: String(index), method: 'GET', url }))
  for (let tried = 1; ; tried++) {
    const { responses } = await graph.ask('/$batch', { requests: open }, answers, { title: call.title })
    let longest = 0
    for (const { id } of open) {
      const item = responses.find((one) => one.id === id)
      if (item === undefined) throw strangeAnswer(call, `item ${id} is missing`, undefined)
      const pause = pauseAfter(item, tried, deps)
      if (pause === undefined) found.set(id, contentOf(call, item, answer))
      else longest = Math.max(longest, pause)
    }
    open = open.filter(({ id }) => !found.has(id))
    if (open.length === 0) return paths.map((_, index) => found.get(String(index)))
    await deps.sleep(longest)
  }
}

/** Milliseconds until this item may be asked for again; undefined when what it says is final. */
function pauseAfter(item: Item, tried: number, deps: BatchDeps): number | undefined {
  const outcome = { status: item.status, retryAfter: headersOf(item).get('retry-after') }
  return pauseBeforeRetry('read', outcome, tried, deps.rules ?? usualRetries, deps.random(), deps.clock())
}

function contentOf<T>(call: GraphCall, item: Item, answer: z.ZodType<T>): T | undefined {
  if (item.status === 404) return undefined
  const headers = headersOf(item)
  if (item.status !== 200) throw answerError(call, item.status, headers, JSON.stringify(item.body ?? null))
  const parsed = answer.safeParse(item.body)
  if (!parsed.success) throw strangeAnswer(call, z.prettifyError(parsed.error), headers.get('request-id') ?? undefined)
  return parsed.data
}

/** In a batch headers are JSON, where more can stand than in a header (RFC 9110 section 5): what cannot is left out. */
function headersOf({ headers }: Item): Headers {
  const given = Object.entries(headers ?? {})
  const isHeader = ([name, value]: readonly [string, string]) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)
  return new Headers(given.filter(isHeader))
}
