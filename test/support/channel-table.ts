/** What one test file came to in one run. */
export interface Counted {
  readonly file: string
  readonly passed: number
  readonly failed: number
  /** A line for each that failed. */
  readonly failures: readonly string[]
  /** Seconds from the end of the file before it to its own end, hooks included. */
  readonly seconds: number
  readonly isDialog: boolean
}

/** Dialogs × channels: a row a test file of dialogs, a column a chat product. */
export function channelTable(runs: Readonly<Record<string, readonly Counted[]>>): string {
  const channels = Object.keys(runs)
  const files = [...new Set(Object.values(runs).flatMap((counts) => counts.filter(({ isDialog }) => isDialog)))]
  const names = [...new Set(files.map(({ file }) => file))].filter((name) => name !== 'understand').sort()
  const cell = (channel: string, name: string) => {
    const count = runs[channel]?.find(({ file, isDialog }) => isDialog && file === name)
    if (!count) return 'not run'
    return count.failed === 0 ? `${count.passed} green` : `${count.failed} of ${count.passed + count.failed} RED`
  }
  const rows = [
    ['dialog tests', ...channels],
    ...names.map((name) => [name, ...channels.map((one) => cell(one, name))]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n')
}
