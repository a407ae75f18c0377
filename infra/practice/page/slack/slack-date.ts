const ordinal = (day: number) => {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')
  return `${day}${ending}`
}
const two = (number: number) => String(number).padStart(2, '0')
const inWords = (date: Date, options: Intl.DateTimeFormatOptions) => date.toLocaleDateString('en-US', options)

/** The day as `{date}` says it: February 18th, 2014, without the year while it is this one. */
function day(date: Date, now: Date): string {
  const year = date.getFullYear() === now.getFullYear() ? '' : `, ${date.getFullYear()}`
  return `${inWords(date, { month: 'long' })} ${ordinal(date.getDate())}${year}`
}

function pretty(date: Date, now: Date, otherwise: string): string {
  const midnight = (one: Date) => Date.UTC(one.getFullYear(), one.getMonth(), one.getDate())
  const days = Math.round((midnight(date) - midnight(now)) / (24 * 60 * 60_000))
  return { '-1': 'Yesterday', '0': 'Today', '1': 'Tomorrow' }[String(days)] ?? otherwise
}

function ago(date: Date, now: Date): string {
  const minutes = Math.round((date.getTime() - now.getTime()) / 60_000)
  const relative = new Intl.RelativeTimeFormat('en-US')
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return Math.abs(hours) < 24 ? relative.format(hours, 'hour') : relative.format(Math.round(hours / 24), 'day')
}

/**
 * A moment in the reader's own time zone (docs.slack.dev/messaging/formatting-message-text#date-formatting).
 * @param seconds since 1970
 * @param format words with tokens such as `{date_short}` and `{time}`; tokens Slack does not know stay as they are
 */
export function slackDate(seconds: number, format: string, now: Date): string {
  const date = new Date(seconds * 1000)
  const short = () => inWords(date, { month: 'short', day: 'numeric', year: 'numeric' })
  const long = () => `${inWords(date, { weekday: 'long' })}, ${day(date, now)}`
  const tokens: Readonly<Record<string, () => string>> = {
    date_num: () => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    date: () => day(date, now),
    date_short: short,
    date_long: long,
    date_pretty: () => pretty(date, now, day(date, now)),
    date_short_pretty: () => pretty(date, now, short()),
    date_long_pretty: () => pretty(date, now, long()),
    time: () => date.toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit' }),
    time_secs: () => date.toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    ago: () => ago(date, now),
  }
  return format.replaceAll(/\{([a-z_]+)\}/g, (token, name: string) =>
    Object.hasOwn(tokens, name) ? (tokens[name]?.() ?? token) : token,
  )
}
