/** One thing the doctor looked at. */
export interface Finding {
  /**
   * ok: as it should be · missing: something that HelpBot needs is not there · unneeded: it may do more than it needs ·
   * warning: works today, and will not or may not later
   */
  readonly status: 'ok' | 'missing' | 'unneeded' | 'warning'
  /** The thing: a permission, a role, a setting. */
  readonly what: string
  /** What it is for, what happens without it, or what was seen. */
  readonly why: string
  /** What to click or to type. Absent when nothing is to be done. */
  readonly fix?: string
}

/** One finding as it is printed: a line, and the fix below it. */
export function line({ status, what, why, fix }: Finding): string {
  return `${status.padEnd(8)}  ${what}: ${why}${fix === undefined ? '' : `\n          fix: ${fix.replaceAll('\n', '\n               ')}`}`
}
