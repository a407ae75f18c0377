/** A piece of a bound text: words, or a moment that each reader sees in their own time zone. */
export type Run = WordsRun | MomentRun
export interface WordsRun {
  readonly text: string
  readonly bold?: boolean
}
export interface MomentRun {
  /** Seconds since 1970. */
  readonly seconds: number
  /** Slack's tokens, such as `{date_short} {time}`. */
  readonly format: string
  /** The same in UTC, for whoever cannot draw it. */
  readonly fallback: string
}

const iso = String.raw`\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s*`
/**
 * An escaped character, `**`, `{{DATE(…)}}`, `{{TIME(…)}}` or both in a row, or any other character.
 * Source: Adaptive Cards "Text features", date and time formatting.
 */
const token = new RegExp(
  [
    String.raw`\\([!-/:-@[-${'`'}{-~])`,
    String.raw`\*\*`,
    String.raw`\{\{DATE\(${iso}(?:,\s*(COMPACT|SHORT|LONG)\s*)?\)\}\}(?: \{\{TIME\(${iso}\)\}\})?`,
    String.raw`\{\{TIME\(${iso}\)\}\}`,
    String.raw`[\s\S]`,
  ].join('|'),
  'g',
)
const dateTokens = { COMPACT: '{date_num}', SHORT: '{date_short}', LONG: '{date_long}' }

/**
 * Reads a text of a bound template: `**bold**`, dates and times are the template's markup; a character after a backslash is
 * itself (CommonMark 2.4), and as all data is bound with backslashes, data is never markup.
 */
export function readMarkup(bound: string): readonly Run[] {
  const runs: Run[] = []
  let words = ''
  let bold = false
  const flush = () => {
    if (words !== '') runs.push(bold ? { text: words, bold } : { text: words })
    words = ''
  }
  for (const match of bound.matchAll(token)) {
    const [whole, escaped] = match
    const moment = momentOf(match)
    if (moment || whole === '**') flush()
    if (moment) runs.push(moment)
    else if (whole === '**') bold = !bold
    else words += escaped ?? whole
  }
  flush()
  return runs
}

/** Text bound into a place that knows no markup (a button, a label): without the backslashes. */
export function unescapeMarkdown(bound: string): string {
  return bound.replace(/\\([!-/:-@[-`{-~])/g, '$1')
}

/**
 * Text for a place where some renderers read Markdown and others do not: what means something there stands in its full-width form,
 * which means nothing.
 */
export function withoutMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>#~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
}

/** What is read aloud of it. */
export function wordsOf(runs: readonly Run[]): string {
  return runs.map((run) => ('text' in run ? run.text : run.fallback)).join('')
}

function momentOf(match: RegExpExecArray): MomentRun | undefined {
  const [, , date, length = 'COMPACT', timeOfDate, timeAlone] = match
  const when = new Date(date ?? timeAlone ?? '')
  if (Number.isNaN(when.getTime()) || (timeOfDate !== undefined && timeOfDate !== date)) return undefined
  const day = when.toISOString().slice(0, 10)
  const time = `${when.toISOString().slice(11, 16)} UTC`
  const token = dateTokens[length as keyof typeof dateTokens]
  const seconds = when.getTime() / 1_000
  if (date === undefined) return { seconds, format: '{time}', fallback: time }
  return timeOfDate === undefined
    ? { seconds, format: token, fallback: day }
    : { seconds, format: `${token} {time}`, fallback: `${day} ${time}` }
}
