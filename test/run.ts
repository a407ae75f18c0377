import { globSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import Mocha from 'mocha'
import { runBeside } from './support/beside.ts'
import { type Counted, channelTable } from './support/channel-table.ts'
import { installNeededPrograms } from './support/needed-programs.ts'
import { startTestServer } from './support/postgres.ts'

/** What runs in a process of its own beside the others, and where it leaves its counts for the one that started it. */
const { HELPBOT_TEST_PART: part, HELPBOT_TEST_COUNTS: countsFile } = process.env

const isDialog = (file: string): boolean => file.startsWith('test/dialogs/')
/** These wait most of their time. */
const isFault = (file: string): boolean => file.startsWith('test/faults/')
/** Where the chat product makes a difference. */
const isTalk = (file: string): boolean => isDialog(file) && !file.endsWith('/understand.test.ts')

/**
 * `npm test [words]`: installs what the tests need and runs every test file, or those whose path holds one of the words. The dialogs
 * are run twice, with everybody in Teams and with everybody in Slack, and a table shows dialogs × channels. What waits most of its
 * time runs beside the rest, in a process of its own, and what it says stands below. What failed is said once more at the end, and
 * the last line says how many passed and failed.
 */
async function runTests(words: readonly string[]): Promise<number> {
  installNeededPrograms()
  const chosen = filesWith(words)
  const started = Date.now()
  const beside = runBeside(
    { part: 'faults', words, has: chosen.some(isFault), environment: {} },
    { part: 'slack', words, has: chosen.some(isTalk), environment: { HELPBOT_TEST_CHANNEL: 'slack' } },
  )
  const inTeams = await runFiles(chosen.filter((file) => !isFault(file)))
  const [faults, slack] = await beside
  for (const { said } of [faults, slack]) console.log(said)
  const inSlack = slack.counts
  console.log(`${chosen.length} files, ${Math.round((Date.now() - started) / 1_000)} s`)
  if (chosen.some(isDialog)) console.log(channelTable({ Teams: inTeams, Slack: inSlack }))
  const all = [...inTeams, ...faults.counts, ...inSlack]
  console.log(`slowest: ${slowest(all)}`)
  const passed = all.reduce((sum, one) => sum + one.passed, 0)
  const failed = all.reduce((sum, one) => sum + one.failed, 0)
  for (const line of all.flatMap(({ failures }) => failures)) console.log(line)
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 || passed === 0 ? 1 : 0
}

/** One of the parts, in this process: it leaves its counts in a file. */
async function runPart(words: readonly string[], which: string, counts: string): Promise<number> {
  const counted = await runFiles(filesWith(words).filter(which === 'faults' ? isFault : isTalk))
  writeFileSync(counts, JSON.stringify(counted))
  return counted.some(({ failed }) => failed > 0) ? 1 : 0
}

function filesWith(words: readonly string[]): readonly string[] {
  const files = globSync('test/**/*.test.ts').sort()
  return words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)))
}

const slowest = (counts: readonly Counted[]): string =>
  counts
    .filter(({ seconds }) => seconds >= 1)
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, 25)
    .map(({ file, seconds }) => `${file} ${Math.round(seconds)} s`)
    .join(', ')

/** Runs the files in this process, with one PostgreSQL for all of them; counts by file. What fails outside a test, such as a hook, counts as a failure too. */
async function runFiles(files: readonly string[]): Promise<readonly Counted[]> {
  const postgres = await startTestServer()
  process.env.HELPBOT_TEST_POSTGRES = postgres.url
  const mocha = new Mocha({ timeout: 180_000, slow: 5_000, color: process.stdout.isTTY })
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
  await postgres.stop()
  return [...counts].map(([path, count]) => ({ ...count, isDialog: path.includes('test/dialogs/') }))
}

const words = process.argv.slice(2)
process.exit(
  part === undefined || countsFile === undefined ? await runTests(words) : await runPart(words, part, countsFile),
)
