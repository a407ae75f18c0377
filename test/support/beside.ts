import { spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Counted } from './channel-table.ts'

/** Files that run in a process of their own, beside the others: a test file is loaded once a process. */
export interface Part {
  readonly part: string
  /** Those that `npm test` was given. */
  readonly words: readonly string[]
  /** False where nothing of it was chosen. */
  readonly has: boolean
  readonly environment: Readonly<Record<string, string>>
}

export interface PartRun {
  readonly counts: readonly Counted[]
  /** What it printed. */
  readonly said: string
}

const longest = 60 * 60_000

/**
 * Runs two parts one after the other while this process does something else. A part that ended otherwise than by itself counts as one
 * that failed.
 */
export async function runBeside(first: Part, second: Part): Promise<readonly [PartRun, PartRun]> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-beside-'))
  try {
    return [await runPart(first, folder), await runPart(second, folder)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runPart({ part, words, has, environment }: Part, folder: string): Promise<PartRun> {
  if (!has) return { counts: [], said: '' }
  const file = join(folder, `${part}.json`)
  const env = { ...process.env, ...environment, HELPBOT_TEST_PART: part, HELPBOT_TEST_COUNTS: file }
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longest,
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const log = join(folder, `${part}.log`)
  const written = createWriteStream(log)
  child.stderr.on('data', (line: Buffer) => void written.write(line))
  await pipeline(child.stdout, written, { end: false })
  const status = await ended
  await new Promise<void>((resolve) => written.end(resolve))
  const said = `\n# ${part}\n${readFileSync(log, 'utf8')}`
  if (status === 0 || status === 1) return { counts: JSON.parse(readFileSync(file, 'utf8')) as Counted[], said }
  const failures = [`FAILED ${part}: it ended with ${status ?? 'a signal'}`]
  return { counts: [{ file: part, passed: 0, failed: 1, failures, seconds: 0, isDialog: false }], said }
}
