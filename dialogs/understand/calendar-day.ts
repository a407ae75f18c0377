const day = 86_400_000
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** A day as people write it, read as the first moment of it in UTC. `words` are lower case with single spaces. */
export function readDay(words: string, now: Date): Date | undefined {
  return inNumbers(words, now) ?? withMonth(words, now) ?? fromToday(words, now) ?? endOf(words, now)
}

/** `2027-04-30`, `30.4.2027`, `30.4.`, `30/4/2027`: where day and month could be either, nobody guesses. */
function inNumbers(words: string, now: Date): Date | undefined {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(words)
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const dotted = /^(\d{1,2})\. ?(\d{1,2})(?:\. ?(\d{4}|\d{2})?)?$/.exec(words)
  if (dotted) return inYear(dotted[3], Number(dotted[2]), Number(dotted[1]), now)
  const slashed = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?$/.exec(words)
  if (!slashed) return undefined
  const [first, second] = [Number(slashed[1]), Number(slashed[2])]
  if (first === second || first > 12) return inYear(slashed[3], second, first, now)
  return second > 12 ? inYear(slashed[3], first, second, now) : undefined
}

/** `30 April`, `April 30th 2027`, `the 30th of april`. */
function withMonth(words: string, now: Date): Date | undefined {
  const number = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th|\.)?`
  const year = String.raw`(?: (?<year>\d{4}))?`
  const found =
    new RegExp(`^(?:the )?${number} (?:of )?(?<month>[a-z]{3,9})\\.?${year}$`).exec(words) ??
    new RegExp(`^(?<month>[a-z]{3,9})\\.? (?:the )?${number}${year}$`).exec(words)
  const { day: date, month, year: given } = found?.groups ?? {}
  if (month === undefined) return undefined
  const index = months.findIndex((name) => name === month || name.slice(0, 3) === month || name.slice(0, 4) === month)
  return index < 0 ? undefined : inYear(given, index + 1, Number(date), now)
}

/** `tomorrow`, `in 3 days`, `friday`, `next monday`, `next week`. */
function fromToday(words: string, now: Date): Date | undefined {
  const today = midnight(now)
  const after = (days: number) => new Date(today.getTime() + days * day)
  if (words === 'today' || words === 'tonight') return today
  if (words === 'tomorrow') return after(1)
  if (words === 'the day after tomorrow' || words === 'day after tomorrow') return after(2)
  if (words === 'next week') return after((8 - today.getUTCDay()) % 7 || 7)
  if (words === 'next month') return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 1))
  const ahead = /^in (\d{1,3}|a|one|two|three) (day|week)s?$/.exec(words)
  if (ahead) return after(countOf(ahead[1] ?? '') * (ahead[2] === 'week' ? 7 : 1))
  const named = /^(?:on |this |next |coming )?([a-z]{3,9})$/.exec(words)
  const weekday = weekdays.findIndex((name) => name === named?.[1] || name.slice(0, 3) === named?.[1])
  // The one to come: said on a Friday, "Friday" is a week away.
  return weekday < 0 ? undefined : after((weekday - today.getUTCDay() + 7) % 7 || 7)
}

/** `end of next month`, `the end of the year`, `end of april`. */
function endOf(words: string, now: Date): Date | undefined {
  const found = /^(?:the )?end of (?:(the|this|next) )?([a-z]{3,9})(?: (\d{4}))?$/.exec(words)
  if (!found) return undefined
  const [, which, what = '', given] = found
  const today = midnight(now)
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()]
  const ahead = which === 'next' ? 1 : 0
  if (what === 'week') return new Date(today.getTime() + (((7 - today.getUTCDay()) % 7) + 7 * ahead) * day)
  if (what === 'month') return new Date(Date.UTC(year, month + 1 + ahead, 0))
  if (what === 'quarter') return new Date(Date.UTC(year, (Math.floor(month / 3) + 1 + ahead) * 3, 0))
  if (what === 'year') return new Date(Date.UTC(year + ahead, 11, 31))
  const index = months.findIndex((name) => name === what || name.slice(0, 3) === what)
  if (index < 0 || which === 'next') return undefined
  const ofYear = given === undefined ? (index < month ? year + 1 : year) : Number(given)
  return new Date(Date.UTC(ofYear, index + 1, 0))
}

const numbers = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]

/** `3`, `three`, `a`; NaN for what is no number. */
export function countOf(word: string): number {
  if (word === 'a' || word === 'an') return 1
  const named = numbers.indexOf(word)
  return named >= 0 ? named : Number(word.replace(',', '.'))
}

function midnight(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / day) * day)
}

/** Without a year: the next time that day comes. */
function inYear(year: string | undefined, month: number, date: number, now: Date): Date | undefined {
  if (year !== undefined) return dayOf(Number(year) + (year.length === 2 ? 2000 : 0), month, date)
  const today = midnight(now)
  // 29 February comes every four years, or eight.
  const coming = Array.from({ length: 9 }, (_, ahead) => dayOf(today.getUTCFullYear() + ahead, month, date))
  return coming.find((found) => found !== undefined && found >= today)
}

function dayOf(year: number, month: number, date: number): Date | undefined {
  const found = new Date(Date.UTC(year, month - 1, date))
  const same = found.getUTCMonth() === month - 1 && found.getUTCDate() === date
  return same && year >= 2000 && year < 2200 ? found : undefined
}
