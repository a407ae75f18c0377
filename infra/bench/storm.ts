import { type Echo, echoConcurrency, measureEcho } from './echo.ts'
import { percentile, table } from './statistics.ts'
import { consumers, type Memory, runStorm, type StormRun } from './storm-run.ts'
import { everybodyHasMetTheBot, openStage, type StormPerson, stormPeople } from './storm-stage.ts'
import { turnsPerReset } from './whole-reset.ts'

/** People who go before, so that nothing is measured cold. */
const warmUp = 20
/** Replicas of the first storm and of the second. */
const replicaCounts = [1, 2] as const

const targets = { resets: 165, p95: 1_000, echo: 0.25, memory: 300 } as const

/**
 * The Monday storm: so many people at once, each a whole verified reset, half of them through Teams and half through Slack, every
 * fifth mastered on-premises; against one replica, then other people against two behind a plain balancer. The bare CloudAdapter echo
 * is measured before, in the same run. Everything, the people and the stand-ins included, shares this machine.
 * @returns how many failed, and how many effects are not what was shown
 */
export async function benchStorm(size: number): Promise<number> {
  const stage = await openStage((size + warmUp) * replicaCounts.length)
  try {
    const echo = await measureEcho(stage.ground)
    const runs: StormRun[] = []
    let people: readonly StormPerson[] = []
    for (const [nth, count] of replicaCounts.entries()) {
      const replicas = await stage.startReplicas(count)
      if (nth === 0) {
        await stage.onPremises.startAgent(stage.ground.settings, () => {})
        people = await stormPeople(stage, (size + warmUp) * replicaCounts.length)
        await everybodyHasMetTheBot(stage, people)
      } else await stage.onPremises.agentIsLive()
      const now = people.slice(nth * (size + warmUp), (nth + 1) * (size + warmUp))
      runs.push(await runStorm(stage, replicas, { warmUp: now.slice(0, warmUp), crowd: now.slice(warmUp) }))
      await replicas.stop()
      tellFaults(count, runs.at(-1), replicas.log)
    }
    const heads = replicaCounts.map((count) => (count === 1 ? 'one replica' : `${count} replicas`))
    console.log(
      `\nEcho: ${echo.rate.toFixed(0)} messages/s, p50 ${time(percentile(echo.times, 0.5))}, p95 ${time(percentile(echo.times, 0.95))}, ${echoConcurrency} people at once\n`,
    )
    console.log(table([`${size} people at once`, ...heads, 'target', 'met?'], rowsOf(runs, echo)))
    return runs.reduce((total, run) => total + badOf(run), 0)
  } finally {
    await stage.close()
  }
}

const badOf = ({ courses, unseenChanges, doubled, untrue }: StormRun): number =>
  courses.filter(({ fault }) => fault !== undefined).length + unseenChanges + doubled + untrue

const time = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`

/** A line of the table: what, a figure for each run, and where there is a target, whether all of them reach it. */
function rowsOf(runs: readonly StormRun[], echo: Echo): readonly (readonly string[])[] {
  const row = (
    what: string,
    figure: (run: StormRun) => number,
    show: (figure: number) => string,
    target?: { readonly words: string; readonly reached: (figure: number) => boolean },
  ): readonly string[] => {
    const figures = runs.map(figure)
    const met = target === undefined ? '' : figures.every(target.reached) ? 'yes' : 'no'
    return [what, ...figures.map(show), target?.words ?? '', met]
  }
  const whole = (figure: number) => figure.toFixed(0)
  const done = ({ courses }: StormRun) => courses.filter(({ password }) => password !== undefined).length
  const rate = (run: StormRun) => done(run) / run.seconds
  const replies = (channel: string, share: number) => (run: StormRun) =>
    percentile(
      run.courses.filter((course) => course.channel === channel).flatMap((course) => course.replies),
      share,
    )
  const megabytes = (figure: number) => `${figure.toFixed(0)} MB`
  const largest = (what: keyof Memory) => (run: StormRun) => Math.max(...run.memory.map((memory) => memory[what]))
  const none = { words: '0', reached: (figure: number) => figure === 0 }
  const inTime = { words: '≤ 1 s', reached: (figure: number) => figure <= targets.p95 }
  const perReset = (of: (run: StormRun) => number) => (run: StormRun) => of(run) / done(run)
  return [
    row('resets/s', rate, (figure) => figure.toFixed(1), {
      words: `≥ ${targets.resets}`,
      reached: (figure) => figure >= targets.resets,
    }),
    row('turns/s', (run) => rate(run) * turnsPerReset, whole),
    row(
      'turns per echo',
      (run) => (rate(run) * turnsPerReset) / echo.rate,
      (figure) => figure.toFixed(3),
      {
        words: `≥ ${targets.echo}`,
        reached: (figure) => figure >= targets.echo,
      },
    ),
    ...(['teams', 'slack'] as const).flatMap((channel) => [
      row(`reply p50, ${channel}`, replies(channel, 0.5), time),
      row(`reply p95, ${channel}`, replies(channel, 0.95), time, inTime),
      row(`reply max, ${channel}`, replies(channel, 1), time),
    ]),
    ...consumers.map((consumer) =>
      row(
        `CPU ms per reset: ${consumer}`,
        perReset(({ processorTime }) => processorTime[consumer]),
        (figure) => figure.toFixed(1),
      ),
    ),
    row(
      'CPU ms per reset: all',
      perReset(({ processorTime }) => consumers.reduce((sum, one) => sum + processorTime[one], 0)),
      (figure) => figure.toFixed(1),
    ),
    row(
      'SQL statements per reset, BEGIN and COMMIT included (pg_stat_statements, less the idle rate)',
      perReset(({ database }) => database.statements),
      whole,
    ),
    row(
      'transactions per reset (pg_stat_database, less the idle rate)',
      perReset(({ database }) => database.commits),
      whole,
    ),
    row(
      'WAL per reset',
      perReset(({ database }) => database.wal / 1_024),
      (figure) => `${figure.toFixed(0)} kB`,
    ),
    row(
      'pressed once more (the product said that it went wrong)',
      ({ courses }) => courses.reduce((sum, { again }) => sum + again, 0),
      whole,
    ),
    row('failed', ({ courses }) => courses.filter(({ fault }) => fault !== undefined).length, whole, none),
    row('lost: asked, and nothing came', ({ courses }) => courses.filter(({ lost }) => lost).length, whole, none),
    row('doubled: people whose password was set twice', ({ doubled }) => doubled, whole, none),
    row('set in a directory, seen by nobody', ({ unseenChanges }) => unseenChanges, whole, none),
    row('shown, set in no directory', ({ untrue }) => untrue, whole, none),
    row('resident memory 10 s after, the largest replica', largest('resident'), megabytes, {
      words: `≤ ${targets.memory} MB`,
      reached: (figure) => figure <= targets.memory,
    }),
    row('JavaScript heap then, kept by V8', largest('heap'), megabytes),
    row('JavaScript heap then, in use', largest('heapUsed'), megabytes),
  ]
}

/** The faults of people and the warnings of replicas, each kind once with how often: the table says only how many. */
function tellFaults(replicas: number, run: StormRun | undefined, log: readonly string[]): void {
  const kinds = new Map<string, number>()
  const note = (text: string) => kinds.set(text, (kinds.get(text) ?? 0) + 1)
  for (const { fault, channel, mastered } of run?.courses ?? [])
    if (fault !== undefined) note(`${channel}, ${mastered}: ${fault}`)
  for (const line of log) {
    const { msg, error } = JSON.parse(line)
    note(`log: ${msg}${error === undefined ? '' : `: ${String(error).slice(0, 120)}`}`)
  }
  for (const [text, times] of [...kinds].slice(0, 40)) console.error(`${replicas} replica(s): ${times} × ${text}`)
}
