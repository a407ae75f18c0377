import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Mocha from 'mocha'
import { type Counted, channelTable } from './support/channel-table.ts'
import { installNeededPrograms } from './support/needed-programs.ts'
import { startTestServer } from './support/postgres.ts'

/** Where one run leaves its counts for the one that started it. */
const countsFile = process.env.HELPBOT_TEST_COUNTS

/**
 * `npm test [words]`: installs what the tests need, starts one PostgreSQL for all of them and runs every test file, or those
 * whose path holds one of the words. The dialogs are then run once more with everybody in Slack instead of Teams, and a table
 * shows dialogs × channels. What failed is said once more at the end, and the last line says how many passed and failed.
 */
async function runTests(words: readonly string[]): Promise<number> {
  installNeededPrograms()
  const files = globSync('test/**/*.test.ts').sort()
  const chosen = words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)))
  const dialogs = chosen.filter((file) => file.startsWith('test/dialogs/'))
  const postgres = await startTestServer()
  process.env.HELPBOT_TEST_POSTGRES = postgres.url
  const started = Date.now()
  try {
    const inTeams = await runFiles(chosen)
    const inSlack = dialogs.length === 0 ? [] : runInSlack(words)
    console.log(`${chosen.length} files, ${Math.round((Date.now() - started) / 1_000)} s`)
    if (dialogs.length > 0) console.log(channelTable({ Teams: inTeams, Slack: inSlack }))
    const all = [...inTeams, ...inSlack]
    console.log(`slowest: ${slowest(all)}`)
    const passed = all.reduce((sum, one) => sum + one.passed, 0)
    const failed = all.reduce((sum, one) => sum + one.failed, 0)
    for (const line of all.flatMap(({ failures }) => failures)) console.log(line)
    console.log(`${passed} passed, ${failed} failed`)
    return failed > 0 || passed === 0 ? 1 : 0
  } finally {
    await postgres.stop()
  }
}

const slowest = (counts: readonly Counted[]): string =>
  [...counts]
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, 25)
    .map(({ file, seconds }) => `${file} ${Math.round(seconds)} s`)
    .join(', ')

/** Runs the files in this process; counts by file. Whatever fails outside a test, such as a hook, counts as a failure too. */
async function runFiles(files: readonly string[]): Promise<readonly Counted[]> {
  const mocha = new Mocha({ timeout: 60_000, slow: 5_000, color: process.stdout.isTTY })
  for (const file of files) mocha.addFile(file)
  await mocha.loadFilesAsync()
  const counts = new Map<
    string,
    { file: string; passed: number; failed: number; failures: string[]; seconds: number }
  >()
  const countOf = (file: string | undefined) => {
    const name = file === undefined ? 'elsewhere' : basename(file, '.test.ts')
    const count = counts.get(file ?? '') ?? { file: name, passed: 0, failed: 0, failures: [], seconds: 0 }
    counts.set(file ?? '', count)
    return count
  }
  let since = Date.now()
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve())
    runner.on('suite end', ({ file }) => {
      countOf(file).seconds += (Date.now() - since) / 1_000
      since = Date.now()
    })
    runner.on('pass', ({ file }) => void countOf(file).passed++)
    runner.on('fail', (test, error) => {
      const count = countOf(test.file ?? test.parent?.file)
      count.failed++
      count.failures.push(
        `FAILED ${count.file}: ${test.fullTitle()}: ${String(error?.message ?? error).slice(0, 2_000)}`,
      )
    })
  })
  return [...counts].map(([path, count]) => ({ ...count, isDialog: path.includes('test/dialogs/') }))
}

/** The dialogs once more, in a process of its own, because a test file is loaded once a process. */
function runInSlack(words: readonly string[]): readonly Counted[] {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-counts-'))
  const file = join(folder, 'counts.json')
  try {
    const env = { ...process.env, HELPBOT_TEST_CHANNEL: 'slack', HELPBOT_TEST_COUNTS: file }
    const run = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...words], {
      env,
      stdio: 'inherit',
      timeout: 30 * 60_000,
    })
    if (run.status !== 0 && run.status !== 1) return [unfinished(run.status)]
    return JSON.parse(readFileSync(file, 'utf8')) as Counted[]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A run that ended otherwise than by itself counts as one that failed. */
const unfinished = (status: number | null): Counted => ({
  file: 'the run in Slack',
  passed: 0,
  failed: 1,
  failures: [`FAILED the run in Slack: it ended with ${status ?? 'a signal'}`],
  seconds: 0,
  isDialog: true,
})

/** The second run: only the dialogs, only counts. */
async function runDialogs(words: readonly string[], file: string): Promise<number> {
  const files = globSync('test/dialogs/**/*.test.ts').sort()
  const talking = files.filter((name) => !name.endsWith('/understand.test.ts'))
  const chosen = words.length === 0 ? talking : talking.filter((name) => words.some((word) => name.includes(word)))
  const counts = await runFiles(chosen)
  writeFileSync(file, JSON.stringify(counts))
  return counts.some(({ failed }) => failed > 0) ? 1 : 0
}

const words = process.argv.slice(2)
process.exit(countsFile === undefined ? await runTests(words) : await runDialogs(words, countsFile))
