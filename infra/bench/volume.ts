import { setTimeout as pause } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { openDatabase } from '../../bot/store/database.ts'
import { forgetOldRows } from '../../bot/store/forget-old-rows.ts'
import type { Schema } from '../../bot/store/schema.ts'
import { startBot } from '../practice/bot-process.ts'
import type { CompanyUser } from '../practice/company/model.ts'
import { chatterInTeams } from './chatter-in-teams.ts'
import { databaseCounts, serverProcess } from './database-counts.ts'
import { type Enrolled, enrolled, managersKnown } from './enrolled.ts'
import { type BenchGround, openGround } from './ground.ts'
import { closedInAnyCase } from './interruption.ts'
import { processorTimeOfFamily } from './processor-time.ts'
import { atOnce, percentile, table } from './statistics.ts'
import { bigTables, fill } from './volume-fill.ts'
import { forgetStatements, readInBetween, slowestOn, wholeReads } from './whole-reads.ts'
import { wholeReset } from './whole-reset.ts'

/** The target: a reset costs at most so many times what it costs on an empty database. */
const mostRatio = 1.2
const rounds = 2
/** Go first, after each start of the bot, and are not counted. */
const warmUp = 40
/** What is small is looked at, not measured. */
const small = 1_000_000
const concurrency = 8
const auditRowsAPerson = 10

interface Side {
  readonly name: string
  readonly url: string
  readonly database: Kysely<Schema>
}

/** What the resets of one round, or of several, came to. Milliseconds. */
interface Measured {
  readonly resets: number
  readonly failed: number
  readonly bot: number
  readonly postgres: number
  readonly statements: number
  readonly wholes: readonly number[]
  readonly replies: readonly number[]
}

/**
 * What a whole reset costs on an empty database and on one with so many audit rows and a tenth as many people, by turns in one run:
 * processor time of the bot and of PostgreSQL, and how long the person waits.
 * @returns failed resets, big tables that were read from end to end, and 1 where the target is missed
 */
export async function benchVolume(auditRows: number): Promise<number> {
  const people = Math.max(1, Math.round(auditRows / auditRowsAPerson))
  const resetsARound = auditRows < small ? 40 : 200
  const crowd = (resetsARound + warmUp) * rounds * 2
  const ground = await openGround(crowd * 2 + 100, undefined, true)
  const sides: Side[] = []
  const closing: (() => Promise<void>)[] = []
  try {
    for (const name of ['empty', 'full']) {
      await sql`create database ${sql.id(name)}`.execute(ground.database)
      const url = new URL(ground.settings.DATABASE_URL ?? '')
      url.pathname = `/${name}`
      const { kysely, close } = await openDatabase(url.href)
      closing.push(close)
      // Seen from each database, counted for all of them.
      await sql`create extension pg_stat_statements`.execute(kysely)
      sides.push({ name, url: url.href, database: kysely })
    }
    const [empty, full] = sides
    if (!empty || !full) throw new Error('two databases are compared')
    // The tables of the engine are there when the bot has run once, and who reports to whom is known.
    for (const side of sides) await withBot(ground, side, () => managersKnown(side))
    const started = performance.now()
    await fill(full.url, { audit: auditRows, people }, (line) => console.log(`- ${line}`))
    await forgetStatements(full.database)
    const filledIn = (performance.now() - started) / 1_000
    const users = [...ground.employees(crowd)]
    const before = await wholeReads(full.database, bigTables)
    const measured = new Map<Side, Measured[]>(sides.map((side) => [side, []]))
    for (let round = 0; round < rounds; round++)
      for (const side of [empty, full])
        measured.get(side)?.push(await measure(ground, side, users.splice(0, resetsARound + warmUp)))
    // What tidies up by the hour belongs to the cost as well.
    await forgetOldRows(full.database, new Date())
    await pause(1_500)
    const read = readInBetween(before, await wholeReads(full.database, bigTables))
    const [none, many] = [empty, full].map((side) => sum(measured.get(side) ?? []))
    if (!none || !many) throw new Error('nothing was measured')
    console.log(
      `\nThe full one: ${auditRows.toLocaleString('en')} audit rows, ${people.toLocaleString('en')} people, ${await sizeOf(full)}, filled in ${filledIn.toFixed(0)} s. ` +
        `Resets in Teams, mastered in the cloud, ${concurrency} people at once; ${rounds} rounds of each, by turns.\n`,
    )
    console.log(table(['a whole reset', 'empty', 'full', 'ratio'], rowsOf(none, many)))
    for (const [name, times] of read)
      console.log(`\n${name} was read from end to end ${times} times:\n${await slowestOn(full.database, name)}`)
    const ratio = costOf(many) / costOf(none)
    if (ratio > mostRatio) console.log(`\nMissed: ${ratio.toFixed(2)} is more than ${mostRatio}`)
    return none.failed + many.failed + read.length + (ratio > mostRatio ? 1 : 0)
  } finally {
    for (const close of closing) await close()
    await ground.close()
  }
}

/** Runs the bot on one of the databases meanwhile. */
async function withBot<T>({ settings }: BenchGround, { url }: Side, work: (pid: number) => Promise<T>): Promise<T> {
  const environment = { ...settings, DATABASE_URL: url, LOG_LEVEL: 'error', HELPBOT_PRACTICE_CLOCK: '' }
  const bot = await startBot(environment, (line) => console.log(line))
  const stop = closedInAnyCase([() => bot.stop('SIGTERM')])
  try {
    return await work(bot.pid ?? 0)
  } finally {
    await stop()
  }
}

async function measure(ground: BenchGround, side: Side, users: readonly CompanyUser[]): Promise<Measured> {
  const people = await enrolled({ settings: ground.settings, database: side.database }, users)
  const server = await serverProcess(ground.database)
  return await withBot(ground, side, async (pid) => {
    await resets(ground, people.slice(0, warmUp))
    const [bot, postgres, { statements }] = [
      processorTimeOfFamily(pid),
      processorTimeOfFamily(server),
      await databaseCounts(ground.database),
    ]
    const went = await resets(ground, people.slice(warmUp))
    return {
      ...went,
      resets: people.length - warmUp,
      bot: processorTimeOfFamily(pid) - bot,
      postgres: processorTimeOfFamily(server) - postgres,
      statements: (await databaseCounts(ground.database)).statements - statements,
    }
  })
}

async function resets(
  { company }: BenchGround,
  people: readonly Enrolled[],
): Promise<Pick<Measured, 'failed' | 'wholes' | 'replies'>> {
  const wholes: number[] = []
  const replies: number[] = []
  let failed = 0
  await atOnce(people, concurrency, async (person) => {
    const chatter = chatterInTeams(company.teams.client, person.id, () => {})
    const course = await wholeReset(chatter, person, () => 0)
    if (course.fault !== undefined) {
      failed += 1
      console.error(course.fault)
      return
    }
    wholes.push(course.replies.reduce((total, one) => total + one, 0))
    replies.push(...course.replies)
  })
  return { failed, wholes, replies }
}

function sum(all: readonly Measured[]): Measured {
  const total = (of: (one: Measured) => number) => all.reduce((sum, one) => sum + of(one), 0)
  return {
    resets: total(({ resets }) => resets),
    failed: total(({ failed }) => failed),
    bot: total(({ bot }) => bot),
    postgres: total(({ postgres }) => postgres),
    statements: total(({ statements }) => statements),
    wholes: all.flatMap(({ wholes }) => wholes),
    replies: all.flatMap(({ replies }) => replies),
  }
}

/** Milliseconds of processor time a reset. */
const costOf = ({ bot, postgres, resets }: Measured): number => (bot + postgres) / resets

function rowsOf(none: Measured, many: Measured): readonly (readonly string[])[] {
  const row = (what: string, of: (one: Measured) => number, unit: string, digits = 1) => [
    what,
    `${of(none).toFixed(digits)}${unit}`,
    `${of(many).toFixed(digits)}${unit}`,
    (of(many) / of(none)).toFixed(2),
  ]
  return [
    row('processor time, bot and PostgreSQL', costOf, ' ms'),
    row('– of the bot', ({ bot, resets }) => bot / resets, ' ms'),
    row('– of PostgreSQL', ({ postgres, resets }) => postgres / resets, ' ms'),
    row('statements', ({ statements, resets }) => statements / resets, ''),
    row('whole reset p50', ({ wholes }) => percentile(wholes, 0.5), ' ms', 0),
    row('one reply p50', ({ replies }) => percentile(replies, 0.5), ' ms', 0),
    row('one reply p95', ({ replies }) => percentile(replies, 0.95), ' ms', 0),
    row('resets measured', ({ resets, failed }) => resets - failed, '', 0),
  ]
}

async function sizeOf({ database }: Side): Promise<string> {
  const { rows } = await sql<{
    size: string
  }>`select pg_size_pretty(pg_database_size(current_database())) as size`.execute(database)
  return rows[0]?.size ?? ''
}
