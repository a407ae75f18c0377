import { fileURLToPath } from 'node:url'
import { type Executed, executedStatements } from './database-counts.ts'
import { inspectorAddress, openProfiler } from './inspector.ts'
import { type Profile, sumUp } from './profile.ts'
import { table } from './statistics.ts'
import { runStorm } from './storm-run.ts'
import { everybodyHasMetTheBot, openStage, stormPeople } from './storm-stage.ts'

const warmUp = 40
const mostFunctions = 25
const mostStatements = 25

/**
 * Where the time of one replica goes during a storm, see benchStorm: a sampling profile of the bot's process (one sample a
 * millisecond), summed by what the code belongs to, and what PostgreSQL had to do. A profiled process is slower: shares count.
 * @returns how many resets failed
 */
export async function benchFlame(size: number): Promise<number> {
  const stage = await openStage(size + warmUp)
  try {
    const { database, settings } = stage.ground
    let address = ''
    const visible = fileURLToPath(new URL('./visible-json.ts', import.meta.url))
    const replicas = await stage.startReplicas(1, {
      environment: { NODE_OPTIONS: `--inspect=127.0.0.1:0 --import=${visible}` },
      onLine(line) {
        address = inspectorAddress.exec(line)?.[1] ?? address
      },
    })
    await stage.onPremises.startAgent(settings, () => {})
    const people = await stormPeople(stage, size + warmUp)
    await everybodyHasMetTheBot(stage, people)
    const profiler = await openProfiler(address)
    let taken: Profile | undefined
    let before: Executed = new Map()
    let after: Executed = before
    const storm = { warmUp: people.slice(0, warmUp), crowd: people.slice(warmUp) }
    const run = await runStorm(stage, replicas, storm, {
      async begin() {
        before = await executedStatements(database)
        await profiler.start()
      },
      async end() {
        taken = await profiler.stop()
        after = await executedStatements(database)
      },
    })
    profiler.close()
    await replicas.stop()
    const failed = run.courses.filter(({ fault }) => fault !== undefined).length
    const done = run.courses.length - failed
    if (!taken) throw new Error('no profile was taken')
    const { byCategory, byFunction, total } = sumUp(taken)
    const share = (time: number) => [`${((time / total) * 100).toFixed(1)} %`, `${(time / done).toFixed(2)} ms`]
    const most = (map: ReadonlyMap<string, number>) => [...map].sort(([, one], [, other]) => other - one)
    const head = `${done} resets, ${failed} failed, ${(done / run.seconds).toFixed(1)}/s, ${(total / done).toFixed(0)} ms of the bot each`
    console.log(
      table(
        [head, 'share', 'per reset'],
        most(byCategory).map(([name, time]) => [name, ...share(time)]),
      ),
    )
    console.log()
    const functions = most(byFunction).slice(0, mostFunctions)
    console.log(
      table(
        ['function', 'share', 'per reset'],
        functions.map(([name, time]) => [`\`${name}\``, ...share(time)]),
      ),
    )
    console.log()
    const asked = [...after].map(([query, { calls, milliseconds }]) => ({
      query: query.replace(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 100),
      calls: calls - (before.get(query)?.calls ?? 0),
      milliseconds: milliseconds - (before.get(query)?.milliseconds ?? 0),
    }))
    const each = asked
      .sort((one, other) => other.calls - one.calls)
      .slice(0, mostStatements)
      .map(({ query, calls, milliseconds }) => [
        `\`${query}\``,
        (calls / done).toFixed(2),
        `${(milliseconds / done).toFixed(2)} ms`,
      ])
    const { statements, commits, wal } = run.database
    const inAll = [statements, commits].map((number) => (number / done).toFixed(1))
    const written = `${(wal / 1_024 / done).toFixed(1)} kB`
    console.log(table(['PostgreSQL, per reset', 'statements', 'transactions', 'WAL'], [['', ...inAll, written]]))
    console.log()
    console.log(table(['statement', 'per reset', 'in PostgreSQL per reset'], each))
    return failed
  } finally {
    await stage.close()
  }
}
