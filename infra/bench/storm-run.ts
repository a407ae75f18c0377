import { setTimeout as pause } from 'node:timers/promises'
import { type DatabaseCounts, databaseCounts, serverProcess } from './database-counts.ts'
import { type PasswordChanges, watchPasswordChanges } from './password-changes.ts'
import { childrenNamed, processorTime, processorTimeOfFamily, residentNow } from './processor-time.ts'
import { atOnce } from './statistics.ts'
import type { Replicas, StormPerson, StormStage } from './storm-stage.ts'
import type { Course } from './whole-reset.ts'

/** Before and after: what goes round by itself is measured, and memory is read when nobody asks for anything. */
const quiet = 10_000
/** Until nothing is left of what went before. */
const settled = 3_000

/** Whose processor time is told apart, in the order of the table. */
export const consumers = ['bot', 'PostgreSQL', 'Redis', 'agent', 'Samba', 'stand-ins + people'] as const
export type Consumer = (typeof consumers)[number]

/** What one storm came to. */
export interface StormRun {
  readonly courses: readonly (Course & Pick<StormPerson, 'channel' | 'mastered'>)[]
  /** From the first word to the last password. */
  readonly seconds: number
  /** Milliseconds in all. */
  readonly processorTime: Readonly<Record<Consumer, number>>
  /** In all, less what goes round without anybody asking. */
  readonly database: DatabaseCounts
  /** Of each replica, ten seconds after. */
  readonly memory: readonly Memory[]
  /** Passwords that were set in a directory and belong to no password that somebody saw. */
  readonly unseenChanges: number
  /** People whose password was set more often than they saw one. */
  readonly doubled: number
  /** Shown, and set nowhere. */
  readonly untrue: number
}

/** Megabytes. */
export interface Memory {
  readonly resident: number
  /** What V8 keeps for JavaScript, and how much of that is in use: it gives back little, and late. */
  readonly heap: number
  readonly heapUsed: number
}

/** What happens around the storm itself, between the quiet before and the quiet after. */
export interface Around {
  begin(): Promise<void>
  end(): Promise<void>
}

/** Everybody of the crowd at once. @param warmUp go through theirs before, a few at a time, and are not counted */
export async function runStorm(
  stage: StormStage,
  replicas: Replicas,
  { warmUp, crowd }: { readonly warmUp: readonly StormPerson[]; readonly crowd: readonly StormPerson[] },
  around: Around = { begin: async () => {}, end: async () => {} },
): Promise<StormRun> {
  const { database } = stage.ground
  await atOnce(warmUp, 8, async (person) => {
    const { fault } = await person.reset()
    if (fault !== undefined) throw new Error(`nobody can be measured where a single one fails: ${fault}`)
  })
  await pause(settled)
  const idleFrom = await databaseCounts(database)
  await pause(quiet)
  const changes = await watchPasswordChanges(stage.ground.company.tenant, stage.onPremises)
  const before = await databaseCounts(database)
  const idle = lessen(before, idleFrom, 1)
  await around.begin()
  const timesBefore = await timesNow(stage, replicas)
  const started = performance.now()
  const courses = await Promise.all(
    crowd.map(async (person) => ({
      ...(await person.reset()),
      channel: person.channel,
      mastered: person.mastered,
      id: person.id,
    })),
  )
  const seconds = (performance.now() - started) / 1_000
  const timesAfter = await timesNow(stage, replicas)
  await around.end()
  await pause(quiet)
  const after = await databaseCounts(database)
  const quietShare = (seconds * 1_000 + quiet) / quiet
  return {
    courses,
    seconds,
    processorTime: Object.fromEntries(
      consumers.map((consumer) => [consumer, timesAfter[consumer] - timesBefore[consumer]]),
    ) as Record<Consumer, number>,
    database: lessen(lessen(after, before, 1), idle, quietShare),
    memory: await memoryOf(replicas),
    ...(await compare(courses, changes)),
  }
}

function lessen(counts: DatabaseCounts, by: DatabaseCounts, times: number): DatabaseCounts {
  return {
    statements: counts.statements - by.statements * times,
    commits: counts.commits - by.commits * times,
    wal: counts.wal - by.wal * times,
  }
}

async function timesNow(stage: StormStage, replicas: Replicas): Promise<Record<Consumer, number>> {
  const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + processorTimeOfFamily(pid), 0)
  const agent = stage.onPremises.agent().pid()
  return {
    bot: sum(replicas.pids),
    PostgreSQL: processorTimeOfFamily(await serverProcess(stage.ground.database)),
    Redis: processorTime(stage.redis.pid),
    agent: agent === undefined ? 0 : processorTime(agent),
    Samba: sum(childrenNamed(process.pid, 'samba')),
    'stand-ins + people': processorTime(process.pid),
  }
}

async function memoryOf({ pids, ports }: Replicas): Promise<readonly Memory[]> {
  return await Promise.all(
    pids.map(async (pid, nth) => {
      const metrics = await fetch(`http://127.0.0.1:${ports[nth]}/metrics`).then((answer) => answer.text())
      const megabytes = (name: string) =>
        Number(new RegExp(`^helpbot_nodejs_heap_size_${name}_bytes(?:\\{.*\\})? (\\S+)$`, 'm').exec(metrics)?.[1]) /
        1_048_576
      return { resident: residentNow(pid), heap: megabytes('total'), heapUsed: megabytes('used') }
    }),
  )
}

/** What people saw beside what the directories did. */
async function compare(
  courses: readonly (Course & { readonly id: string })[],
  changes: PasswordChanges,
): Promise<Pick<StormRun, 'unseenChanges' | 'doubled' | 'untrue'>> {
  const set = await changes.since()
  changes.stop()
  const seen = new Map(courses.map(({ id, password }) => [id, password === undefined ? 0 : 1]))
  const differences = [...new Set([...set.keys(), ...seen.keys()])].map(
    (id) => (set.get(id) ?? 0) - (seen.get(id) ?? 0),
  )
  return {
    unseenChanges: differences.reduce((total, one) => total + Math.max(0, one), 0),
    doubled: [...set.values()].filter((times) => times > 1).length,
    untrue: differences.filter((one) => one < 0).length,
  }
}
