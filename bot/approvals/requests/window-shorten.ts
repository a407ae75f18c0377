import { z } from 'zod'
import type { CardContent } from '../../channels/chat.ts'
import { durations } from '../../policy/duration.ts'
import type { Button } from '../../turns/button.ts'
import { subjectOf } from './ask-card.ts'
import { type AtWindow, decideInWindow, saidYes, withCode } from './decide-in-window.ts'
import type { RequestGround } from './ground.ts'
import { howLong, lastsInWords } from './lasts-words.ts'
import type { Lasts, Terms } from './request.ts'
import { isShorter } from './terms.ts'

const { day } = durations
const usual = [day, 7 * day, 14 * day, 30 * day, 90 * day]
const mostOffered = 8
/** The choice that stands for the date below. */
const byDate = 'date'
const calendarDay = z.iso.date()

/** Approves for less time than was asked for. */
export function shortenWindow(ground: RequestGround): Button {
  return decideInWindow(ground, true, async (at) => {
    const { press, on, show, take } = at
    const { terms } = on.request
    const offered = shorterOnes(ground, terms)
    const window = (problem?: string, posts?: readonly string[]) =>
      show('Shorten', content(at, offered, problem), posts)
    if (!press.submitted) return window()
    const read = readShorter(press.values, offered)
    if ('problem' in read) return window(read.problem)
    const { lasts } = read
    const now = ground.clock()
    if (typeof lasts !== 'string' && 'until' in lasts && Date.parse(lasts.until) <= startOf(terms, now))
      return window('That day is over before it begins. Please choose a later one.')
    if (!isShorter(lasts, terms.lasts, terms.startsAt, now))
      return window(`That is not shorter than what was asked for: ${lastsInWords(terms.lasts)}.`)
    const coded = await withCode(ground, at, window)
    if ('done' in coded) return coded.done
    return await take(
      { kind: 'approved', ask: on.ask.id, hash: on.hash, shorter: lasts, ...coded.go },
      (request) => `${saidYes(request)} How long: ${howLong(request.terms, request.earlier)}.`,
    )
  })
}

/** Durations that are shorter than what is asked for: those of the catalogue, and usual ones. Contracts end on a day. */
function shorterOnes({ catalogue, clock }: RequestGround, terms: Terms): readonly number[] {
  if (terms.kind === 'contract' || terms.kind === 'contract-extension') return []
  const presets = catalogue.entries.find(({ key }) => key === terms.entry)?.presets ?? []
  const all = [...new Set([...presets, ...usual])].sort((one, other) => one - other)
  return all.filter((length) => isShorter({ for: length }, terms.lasts, terms.startsAt, clock())).slice(0, mostOffered)
}

function readShorter(
  values: Readonly<Record<string, string>>,
  offered: readonly number[],
): { readonly lasts: Lasts } | { readonly problem: string } {
  const length = offered.find((one) => values.lasts === String(one))
  if (length !== undefined) return { lasts: { for: length } }
  if (values.lasts !== byDate) return { problem: 'Please choose for how long.' }
  const until = calendarDay.safeParse(values.until)
  return until.success
    ? { lasts: { until: `${until.data}T23:59:59.000Z` } }
    : { problem: 'Please choose the last day.' }
}

function startOf({ startsAt }: Terms, now: Date): number {
  return Math.max(now.getTime(), startsAt === null ? 0 : Date.parse(startsAt))
}

function content({ on, needsCode }: AtWindow, offered: readonly number[], problem?: string): CardContent {
  const { terms, earlier } = on.request
  const lengths = offered.map((length) => ({ title: lastsInWords({ for: length }), ids: { lasts: String(length) } }))
  const data = {
    text: `${subjectOf(terms)}, ${howLong(terms, earlier)}. This approves it for less.`,
    choices: [...lengths, { title: 'Until the end of a day (choose it below)', ids: { lasts: byDate } }],
    ...(problem === undefined ? {} : { problem }),
    ids: { hash: on.hash, needsCode },
  }
  return { card: 'window-access-shorten', data }
}
