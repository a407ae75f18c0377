/** One thing that the doctor looked at. */
export interface Finding {
  /** ok: as it should be · missing: the agent cannot do what it is set up for · warning: it can, and may not always, or it can do more */
  readonly status: 'ok' | 'missing' | 'warning'
  /** The thing: a file, the bot, a right in a unit. */
  readonly what: string
  /** What was seen, and what it means. Holds no secret. */
  readonly why: string
  /** What to type or to change. */
  readonly fix?: string
}

export const ok = (what: string, why: string): Finding => ({ status: 'ok', what, why })
export const missing = (what: string, why: string, fix?: string): Finding => finding('missing', what, why, fix)
export const warning = (what: string, why: string, fix?: string): Finding => finding('warning', what, why, fix)

const finding = (status: Finding['status'], what: string, why: string, fix: string | undefined): Finding =>
  fix === undefined ? { status, what, why } : { status, what, why, fix }

/** One finding as it is printed: a line, and below it what mends it. What comes from a directory cannot break out of its line. */
export function line({ status, what, why, fix }: Finding): string {
  const head = `${status.padEnd(7)}  ${onOneLine(what)}: ${onOneLine(why)}`
  if (fix === undefined) return head
  const steps = fix.split('\n').map(onOneLine)
  return `${head}\n         fix: ${steps.join('\n              ')}`
}

const onOneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ')
