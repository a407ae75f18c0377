import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { startBot } from '../practice/bot-process.ts'
import { type BenchGround, openGround } from './ground.ts'
import { closedInAnyCase } from './interruption.ts'
import { residentNow } from './processor-time.ts'
import { kinds, type SoakPeople, soakPeople, type Talked } from './soak-people.ts'
import { type Look, memoryVerdict, type Rows, tableVerdicts } from './soak-verdict.ts'
import { atOnce, percentile, table } from './statistics.ts'

const people = 500
/** Besides those who talk: who could answer for them, and others. */
const managers = 160
const minute = 60_000
/** So long the peak is measured, after a while in which code is compiled. */
const burst = 20_000
const burstAtOnce = 32
const lookEvery = 5_000
/** More at once, and the pace is not held any more. */
const mostAtOnce = 150
/** Kept so long here, instead of 30 days: what grows is gone within the minute, or it is never gone. */
const retention = '1 min'
/**
 * Between two minutes, when nobody is in a conversation, the company's clock is turned on by a day and an hour: rights to object end, limits
 * of a day are fresh, and what is forgotten a day and a retention later is due.
 */
const turnedOn = 25 * 60 * minute
const syncEveryMilliseconds = 5_000

/**
 * Half of what the bot can do, for so many minutes: resets, unlocks and talk, in Teams and in Slack, cloud and on-premises, by the same
 * people again and again. Every minute a row; at the end whether memory stayed flat and which tables grew.
 * @returns 0 when it did and only those grew that shall; conversations that failed and what else went wrong otherwise
 */
export async function benchSoak(minutes: number): Promise<number> {
  const ground = await openGround(people * 2 + managers, { syncEveryMilliseconds })
  try {
    const { onPremises, clock } = ground.company
    if (!onPremises) throw new Error('the practice company has no Active Directory')
    const settings = { ...ground.settings, HELPBOT_POLICY: roomyPolicy(ground.folder), HELPBOT_RETENTION: retention }
    const bot = await startBot(settings, (line) => line.includes('"level":50') && console.log(line))
    const stop = closedInAnyCase([() => bot.stop('SIGTERM')])
    try {
      await onPremises.startAgent(settings, () => {})
      const crowd = await soakPeople(ground, onPremises, people)
      const peak = await peakOf(crowd)
      console.log(`Peak: ${peak.toFixed(1)} conversations/s, ${burstAtOnce} at once; half of it from now on.\n`)
      const soak = { ground, crowd, pid: bot.pid ?? 0, metrics: `${bot.url}/metrics`, pace: peak / 2 }
      clock.advance(turnedOn)
      const looks: Look[] = []
      const begun = performance.now()
      const rows: Rows[] = []
      let failed = 0
      console.log(table(head, []))
      for (let nth = 1; nth <= minutes; nth++) {
        const talked = await oneMinute(soak, begun, looks)
        const counted = await rowsOf(ground)
        rows.push(counted)
        failed += talked.filter(({ fault }) => fault !== undefined).length
        console.log(lineOf(nth, talked, looks, counted))
        // A sync takes minutes and not a day: what was changed is in Entra ID before the clock goes on.
        await onPremises.sync.now()
        clock.advance(turnedOn)
      }
      return failed + verdict(looks, minutes, rows)
    } finally {
      await stop()
    }
  } finally {
    await ground.close()
  }
}

interface Soak {
  readonly ground: BenchGround
  readonly crowd: SoakPeople
  readonly pid: number
  readonly metrics: string
  /** Conversations a second. */
  readonly pace: number
}

/** Conversations a second when so many people never stop, in the mix of the soak. */
async function peakOf(crowd: SoakPeople): Promise<number> {
  const end = performance.now() + burst * 2
  let done = 0
  const mix = (function* () {
    for (let nth = 0; performance.now() < end; nth++) yield kinds[nth % kinds.length] ?? 'reset'
  })()
  await atOnce([...Array(burstAtOnce).keys()], burstAtOnce, async () => {
    for (const kind of mix) {
      const { fault } = await crowd.talk(kind)
      if (fault !== undefined) console.error(fault)
      else if (performance.now() > end - burst) done += 1
    }
  })
  return done / (burst / 1_000)
}

/** Begins conversations at the pace, and waits for the last of them. */
async function oneMinute(soak: Soak, begun: number, looks: Look[]): Promise<readonly Talked[]> {
  const started = performance.now()
  const talked: Talked[] = []
  const open = new Set<Promise<void>>()
  const watching = new AbortController()
  const watched = watch(soak, begun, looks, watching.signal)
  for (let nth = 0; performance.now() < started + minute; nth++) {
    const wait = started + (nth * 1_000) / soak.pace - performance.now()
    if (wait > 0) await pause(wait)
    if (open.size >= mostAtOnce) await Promise.race(open)
    const one = soak.crowd.talk(kinds[nth % kinds.length] ?? 'reset').then((ended) => {
      talked.push(ended)
      if (ended.fault !== undefined) console.error(ended.fault)
      open.delete(one)
    })
    open.add(one)
  }
  await Promise.all(open)
  watching.abort()
  await watched
  return talked
}

async function watch({ pid, metrics }: Soak, begun: number, looks: Look[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const text = await fetch(metrics).then((answer) => answer.text())
    const heap = Number(/^helpbot_nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1])
    looks.push({ at: performance.now() - begun, resident: residentNow(pid), heap: heap / 1_048_576 })
    await pause(lookEvery, undefined, { signal }).catch(() => undefined)
  }
}

async function rowsOf({ database }: BenchGround): Promise<Rows> {
  const { rows } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_schema in ('public', 'dbos') order by 1 desc, 2`.execute(database)
  const counts: Record<string, number> = {}
  for (const { schema, name } of rows) {
    const counted = await sql<{ count: string }>`select count(*) as count from ${sql.id(schema, name)}`.execute(
      database,
    )
    counts[`${schema}.${name}`] = Number(counted.rows[0]?.count)
  }
  return counts
}

const head = ['minute', 'conversations/s', 'failed', 'reply p95', 'resident', 'heap at least', 'rows']

function lineOf(nth: number, talked: readonly Talked[], looks: readonly Look[], rows: Rows): string {
  const ofThis = looks.filter(({ at }) => at >= (looks.at(-1)?.at ?? 0) - minute)
  const least = Math.min(...ofThis.map(({ heap }) => heap))
  const replies = talked.flatMap((one) => one.replies)
  const filled = Object.entries(rows).filter(([, count]) => count > 0)
  const cells = [
    nth,
    (talked.length / (minute / 1_000)).toFixed(1),
    talked.filter(({ fault }) => fault !== undefined).length,
    `${percentile(replies, 0.95).toFixed(0)} ms`,
    `${(looks.at(-1)?.resident ?? 0).toFixed(0)} MB`,
    `${least.toFixed(0)} MB`,
    filled.map(([name, count]) => `${name.replace('public.', '')} ${count}`).join(', '),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Says how it went. @returns how many things are not as they shall be */
function verdict(looks: readonly Look[], minutes: number, rows: readonly Rows[]): number {
  const memory = memoryVerdict(looks, minutes)
  const hourly = (megabytes: number) => `${megabytes.toFixed(1)} MB/h`
  console.log(
    `\nMemory over the second half: resident ${hourly(memory.resident)}, heap ${hourly(memory.heap)}; flat is up to ${hourly(memory.most)}: ` +
      `${memory.judged ? (memory.flat ? 'flat' : 'NOT FLAT') : 'too short to be judged, ten minutes at least'}.\n`,
  )
  const third = rows[Math.max(0, Math.ceil(minutes / 3) - 1)] ?? {}
  const tables = tableVerdicts(third, rows.at(-1) ?? {}, people * 2 + managers)
  const words = (grows: boolean, fine: boolean) => (grows ? (fine ? 'grows, as it shall' : 'GROWS') : 'bounded')
  console.log(
    table(
      ['table', 'bound', `rows at ⅓`, 'rows at the end', 'verdict'],
      tables.map((one) => [one.table, one.bound, one.third, one.end, words(one.grows, one.fine)]),
    ),
  )
  return (memory.flat ? 0 : 1) + tables.filter(({ fine }) => !fine).length
}

/** The policy as it comes, but for how often a day: here a day has a minute. */
function roomyPolicy(folder: string): string {
  const text = readFileSync(new URL('../../bot/policy/default.yaml', import.meta.url), 'utf8')
  const file = join(folder, 'policy.yaml')
  writeFileSync(file, text.replaceAll(/perPersonPerDay: \d+/g, 'perPersonPerDay: 10'))
  return file
}
