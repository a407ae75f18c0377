import type { Context, Middleware } from '@microsoft/microsoft-graph-client'
import type { Clock } from '../clock.ts'
import { CredentialError } from './credential-error.ts'
import { callOf, type GraphCall } from './graph-call.ts'
import { wasNeverSent } from './graph-errors.ts'

/** How often and how long to try again. */
export interface RetryRules {
  /** Tries in all, the first included. */
  readonly tries: number
  /** First pause in milliseconds; doubles with each try. */
  readonly firstPause: number
  /** Longest pause in milliseconds; a Retry-After beyond it ends the trying. */
  readonly longestPause: number
}

export const usualRetries: RetryRules = { tries: 4, firstPause: 500, longestPause: 20_000 }

/** What came of one try: an answer, or the network's failure. */
export type Try = { readonly status: number; readonly retryAfter: string | null } | { readonly failure: unknown }

const passing = new Set([429, 500, 502, 503, 504])

/**
 * How many milliseconds to wait before the next try, or undefined when there must be none.
 * - A read is tried again on 429, 500, 502, 503, 504 and network failures.
 * - A write is tried again only when it certainly did not happen: on 429 (learn.microsoft.com/graph/throttling: the
 *   request is rejected) and when no connection was made. Never on 5xx, a cut connection or a time-out.
 * - Retry-After (RFC 9110 §10.2.3, seconds or a date) is obeyed in full, and a little more so that replicas do not
 *   return together.
 * @param tried tries already made, from 1
 * @param random 0 ≤ random < 1
 */
export function pauseBeforeRetry(
  kind: GraphCall['kind'],
  outcome: Try,
  tried: number,
  rules: RetryRules,
  random: number,
  now: Date,
): number | undefined {
  if (tried >= rules.tries) return undefined
  if ('failure' in outcome) {
    if (outcome.failure instanceof CredentialError && !outcome.failure.passing) return undefined
    return kind === 'read' || wasNeverSent(outcome.failure) ? backoff(tried, rules, random) : undefined
  }
  if (!passing.has(outcome.status)) return undefined
  if (kind === 'write' && outcome.status !== 429) return undefined
  const asked = readRetryAfter(outcome.retryAfter, now)
  if (asked === undefined) return backoff(tried, rules, random)
  if (asked > rules.longestPause) return undefined
  return asked + Math.floor(random * rules.firstPause)
}

function backoff(tried: number, rules: RetryRules, random: number): number {
  const full = Math.min(rules.longestPause, rules.firstPause * 2 ** (tried - 1))
  return Math.floor(full / 2 + (random * full) / 2)
}

/** Retry-After in milliseconds, or undefined when absent or not understood. */
function readRetryAfter(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}

/** The first link of the chain: sends again by the rules above. */
export function retryMiddleware(deps: {
  readonly rules: RetryRules
  readonly clock: Clock
  readonly random: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
}): Middleware {
  let next: Middleware | undefined
  return {
    setNext(middleware) {
      next = middleware
    },
    async execute(context: Context) {
      const call = callOf(context)
      for (let tried = 1; ; tried++) {
        const outcome = await attempt(context, next)
        const pause = pauseBeforeRetry(call.kind, outcome, tried, deps.rules, deps.random(), deps.clock())
        if (pause === undefined) {
          if ('failure' in outcome) {
            call.failure = outcome.failure
            throw outcome.failure
          }
          return
        }
        await deps.sleep(pause)
      }
    },
  }
}

async function attempt(context: Context, next: Middleware | undefined): Promise<Try> {
  try {
    await next?.execute(context)
  } catch (failure) {
    return { failure }
  }
  const { response } = context
  if (response === undefined) return { failure: new TypeError('the chain gave no response') }
  return { status: response.status, retryAfter: response.headers.get('retry-after') }
}
