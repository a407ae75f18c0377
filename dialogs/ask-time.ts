import { lastsInWords, momentInWords } from '../bot/approvals/requests/lasts-words.ts'
import type { Lasts } from '../bot/approvals/requests/request.ts'
import type { CardContent, Chat, Given } from '../bot/channels/chat.ts'
import { faultOfTime } from '../bot/desk/access-wish.ts'
import type { Desk } from '../bot/desk.ts'
import { formatDuration } from '../bot/policy/duration.ts'
import { card } from './cards.ts'
import { endOfDay, readDate, readLasts } from './understand/time-span.ts'

const mostRounds = 6
const longestText = 100
const unread = 'I cannot read that, or it could mean two days. Please choose a date.'

type Read<T> = { readonly value: T } | { readonly problem: string } | undefined

export interface Bounds {
  /** Milliseconds, shortest first. */
  readonly presets: readonly number[]
  /** Milliseconds; undefined = it may be for good. */
  readonly longest?: number | undefined
  /** ISO 8601; from now, where it is left out. */
  readonly countedFrom?: string
}

/** Asks how long: a button, a date, or words such as "2 weeks". @returns undefined after too many tries */
export function askLasts(chat: Chat, desk: Desk, title: string, bounds: Bounds): Promise<Lasts | undefined> {
  const { presets, longest, countedFrom } = bounds
  const most = longest === undefined ? '' : ` ${formatDuration(longest)} at most.`
  const choices = [
    ...presets.map((preset) => ({ title: formatDuration(preset), ids: { choice: String(preset) } })),
    ...(longest === undefined ? [{ title: 'For good', ids: { choice: 'permanent' } }] : []),
  ]
  const text = `Choose, or write it: "2 weeks", "until 30 April".${most}`
  const question = (problem?: string) =>
    card('ask-day', { title, text, choices, label: 'Or until', button: 'Until this date', ...said(problem) })
  const read = (given: Given): Read<Lasts> => {
    const now = desk.now()
    const chosen = choices.find(({ ids }) => given.by === 'button' && ids.choice === given.values.choice)
    const pressed = chosen?.ids.choice
    const lasts =
      pressed === 'permanent'
        ? 'permanent'
        : pressed === undefined
          ? (wordsOf(given) ?? readLasts(given.by === 'text' ? given.text : untilDay(given), now))
          : { for: Number(pressed) }
    if (lasts === 'nothing') return undefined
    if (lasts === undefined) return { problem: unread }
    const from = countedFrom === undefined ? now : new Date(countedFrom)
    const problem = faultOfTime({ startsAt: null, lasts }, longest, from)
    return problem === undefined ? { value: lasts } : { problem }
  }
  return inRounds(chat, 'lasts', question, read, (lasts) => sentence(lastsInWords(lasts)))
}

/** Asks for a day on which something begins, or for none. The first moment of it in UTC; null = as soon as it is approved. */
export function askStart(
  chat: Chat,
  desk: Desk,
  wanted: { readonly lasts: Lasts; readonly longest?: number | undefined },
): Promise<{ readonly startsAt: string | null } | undefined> {
  const choices = [{ title: 'As soon as it is approved', ids: { choice: 'now' } }]
  const words = { title: 'When shall it start?', text: 'Choose a date, or write it: "tomorrow", "1 December".' }
  const question = (problem?: string) =>
    card('ask-day', { ...words, choices, label: 'Start on', button: 'Start on this date', ...said(problem) })
  const read = (given: Given): Read<{ readonly startsAt: string | null }> => {
    const now = desk.now()
    const atOnce =
      given.by === 'button'
        ? given.values.choice === 'now'
        : /^\W*(now|at once|immediately|today)\W*$/i.test(given.text)
    if (atOnce) return { value: { startsAt: null } }
    if (wordsOf(given) === 'nothing') return undefined
    const day = readDate(given.by === 'text' ? given.text : (given.values.day ?? ''), now)
    if (!day) return { problem: unread }
    const startsAt = day <= now && endOfDay(day) > now ? null : day.toISOString()
    const problem = faultOfTime({ startsAt, lasts: wanted.lasts }, wanted.longest, now)
    return problem === undefined ? { value: { startsAt } } : { problem }
  }
  return inRounds(chat, 'start', question, read, ({ startsAt }) =>
    startsAt === null ? 'As soon as it is approved.' : `From ${momentInWords(startsAt)}.`,
  )
}

/** Asks for a date until which something lasts. */
export async function askUntil(
  chat: Chat,
  desk: Desk,
  title: string,
  bounds: { readonly longest: number; readonly after?: string },
): Promise<string | undefined> {
  const { longest, after } = bounds
  const text = `Choose a date, or write it: "30 April". ${formatDuration(longest)} from now at most.`
  const question = (problem?: string) =>
    card('ask-day', { title, text, choices: [], label: 'Until', button: 'Until this date', ...said(problem) })
  const read = (given: Given): Read<string> => {
    const now = desk.now()
    if (wordsOf(given) === 'nothing') return undefined
    const lasts = readLasts(given.by === 'text' ? given.text : untilDay(given), now)
    if (lasts === undefined || lasts === 'permanent') return { problem: 'I need a date on which it ends.' }
    const until = 'until' in lasts ? lasts.until : new Date(now.getTime() + lasts.for).toISOString()
    if (after !== undefined && until <= after) return { problem: `It lasts until ${momentInWords(after)} as it is.` }
    const problem = faultOfTime({ startsAt: null, lasts: { until } }, longest, now)
    return problem === undefined ? { value: until } : { problem }
  }
  return await inRounds(chat, 'until', question, read, (until) => `Until ${momentInWords(until)}.`)
}

/** What could not be read is asked for once more, below, with what was wrong. */
async function inRounds<T>(
  chat: Chat,
  key: string,
  question: (problem?: string) => CardContent,
  read: (given: Given) => Read<T>,
  closing: (value: T) => string,
): Promise<T | undefined> {
  let problem: string | undefined
  for (let round = 1; round <= mostRounds; round++) {
    const answer = await chat.ask(`${key}-${round}`, question(problem), read, (taken) =>
      'problem' in taken ? taken.problem : closing(taken.value),
    )
    if ('value' in answer) return answer.value
    problem = answer.problem
  }
  chat.say(`${key}-given-up`, { text: 'We do not get on with the date. Write "talk to a human", and IT helps you.' })
  return undefined
}

/** Words that are about something else are nobody's answer here: a time is short, or has a figure in it. */
function wordsOf(given: Given): 'nothing' | undefined {
  if (given.by === 'button') return given.values.choice === 'day' ? undefined : 'nothing'
  const isTime =
    given.text.length <= longestText && (/\d/.test(given.text) || given.text.trim().split(/\s+/).length <= 5)
  return isTime ? undefined : 'nothing'
}

function untilDay(given: Extract<Given, { by: 'button' }>): string {
  return `until ${given.values.day ?? ''}`
}

function said(problem: string | undefined): { readonly problem?: string } {
  return problem === undefined ? {} : { problem }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
