import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts'
import type { Schema } from '../store/schema.ts'
import { type Verification, verifyRows } from './chain.ts'
import { toCsv, toJsonLines } from './export.ts'
import { exportedRows } from './export-file.ts'
import { storedRows, verifyDatabase } from './rows.ts'

const usage = `Checks the audit trail, row by row, and names the first that was changed.

  npm run audit:verify                       the trail of DATABASE_URL, or of the embedded database in HELPBOT_DATA
  npm run audit:verify -- --export FILE      an export (JSON Lines); needs no database
  npm run audit:verify -- --head HASH        also checks that the row with this hash, noted elsewhere, is still there
  npm run audit:verify -- --write FILE       also writes the export to a new file (CSV for reading when it ends in .csv)

Ends with 0 when the trail holds, 1 when it is broken, 2 when it could not be checked.`

interface Options {
  readonly export?: string | undefined
  readonly head?: string | undefined
  readonly write?: string | undefined
}

/**
 * Runs the command.
 * @returns the exit code: 0 the trail holds, 1 it is broken, 2 it could not be checked
 */
async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const options = readOptions(args)
    if (!options) {
      console.log(usage)
      return 0
    }
    return report(await check(options, env), options.head)
  } catch (error) {
    console.error(`The audit trail could not be checked: ${sentenceOf(error)}`)
    return 2
  }
}

function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      export: { type: 'string' },
      head: { type: 'string' },
      write: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return undefined
  const head = values.head?.toLowerCase()
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) throw new Error('--head takes 64 hexadecimal digits')
  if (values.export !== undefined && values.write !== undefined) {
    throw new Error('--write writes what is in the database, so it does not go with --export')
  }
  return { export: values.export, head, write: values.write }
}

async function check(options: Options, env: NodeJS.ProcessEnv): Promise<Verification> {
  if (options.export !== undefined) return verifyRows(exportedRows(options.export), options.head)
  const trail = await openTrail(env)
  try {
    const { write } = options
    return write === undefined
      ? await verifyDatabase(trail.database, options.head)
      : await writeAndVerify(trail.database, write, options.head)
  } finally {
    await trail.close()
  }
}

/** Writes every row, those after a broken one too (they are evidence), then checks what was written or, for CSV, what is stored. */
async function writeAndVerify(database: Kysely<Schema>, file: string, sought?: string): Promise<Verification> {
  const csv = file.toLowerCase().endsWith('.csv')
  const rows = storedRows(database)
  // Never over a file that is there: it may be the older export one wants to compare with.
  const target = await open(file, 'wx', 0o600)
  try {
    await pipeline(Readable.from(csv ? toCsv(rows) : toJsonLines(rows)), target.createWriteStream())
  } catch (error) {
    // Half an export would hold, and look whole.
    await rm(file, { force: true })
    throw error
  }
  return csv ? verifyDatabase(database, sought) : verifyRows(exportedRows(file), sought)
}

interface Trail {
  readonly database: Kysely<Schema>
  close(): Promise<void>
}

/** Reads only and migrates nothing, so an auditor's account that may do no more than SELECT is enough. */
async function openTrail(env: NodeJS.ProcessEnv): Promise<Trail> {
  const embedded = env.DATABASE_URL ? undefined : await startEmbedded(resolve(env.HELPBOT_DATA || '.helpbot'))
  const pool = new pg.Pool({
    connectionString: env.DATABASE_URL || embedded?.url,
    max: 1,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
    options: '-c default_transaction_read_only=on',
    application_name: 'helpbot audit:verify',
  })
  pool.on('error', () => undefined)
  const database = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  return {
    database,
    async close() {
      await database.destroy()
      // One that was already running belongs to the bot.
      if (embedded?.started) await embedded.stop()
    },
  }
}

async function startEmbedded(folder: string) {
  // Starting it where there is none would make an empty one, whose empty trail would hold.
  if (!existsSync(join(folder, 'postgres', 'PG_VERSION'))) {
    throw new Error(`there is no database in ${folder}: set DATABASE_URL or HELPBOT_DATA, or give --export FILE`)
  }
  return startEmbeddedPostgres({ folder })
}

function sentenceOf(error: unknown): string {
  // Several addresses tried in vain come as one error without words.
  if (error instanceof AggregateError && error.errors.length > 0) return sentenceOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

function report({ count, head, fault, clockWentBack, soughtRow }: Verification, sought: string | undefined): number {
  if (fault) {
    console.log(
      `${fault.sentence} The ${count === 1 ? 'row' : `${count} rows`} before it hold${count === 1 ? 's' : ''}.`,
    )
    return 1
  }
  if (sought !== undefined && soughtRow === undefined) {
    console.log(
      `The head noted elsewhere is not in the trail: rows after ${count} were cut off, or the trail was rewritten.`,
    )
    return 1
  }
  console.log(`The audit trail holds: ${count} ${count === 1 ? 'row' : 'rows'}, head ${head}`)
  if (soughtRow !== undefined)
    console.log(`The head noted elsewhere is row ${soughtRow}: ${count - soughtRow} came after it.`)
  if (clockWentBack) {
    console.log(
      `Note: the clock went back ${clockWentBack.times} ${clockWentBack.times === 1 ? 'time' : 'times'}, first at row ${clockWentBack.firstRow}.`,
    )
  }
  return 0
}

process.exitCode = await main(process.argv.slice(2), process.env)
