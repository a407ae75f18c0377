import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { installNeededPrograms } from '../../support/needed-programs.ts'
import { type ChaosReport, runChaos } from './run.ts'

/** `npm run test:faults -- [--minutes 20] [--seed 1]`: the whole service under fire; exits 1 when a promise was broken. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    people: { type: 'string', default: '120' },
    'at-once': { type: 'string', default: '8' },
    diary: { type: 'string' },
  },
})
installNeededPrograms()
const [minutes, seed, people, atOnce] = [values.minutes, values.seed, values.people, values['at-once']].map(Number)
if (![minutes, seed, people, atOnce].every((value) => value !== undefined && Number.isFinite(value) && value > 0)) {
  console.error('--minutes, --seed, --people and --at-once are numbers above 0')
  process.exit(2)
}
console.log(
  `seed ${seed}, ${minutes} minutes: the same again with \`npm run test:faults -- --minutes ${minutes} --seed ${seed}\``,
)
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
const report = await runChaos({
  seed: seed ?? 1,
  minutes: minutes ?? 5,
  people: people ?? 120,
  atOnce: atOnce ?? 8,
  say,
  ending: ending.signal,
})
if (values.diary !== undefined) writeFileSync(values.diary, diaryOf(report))
const tricks = Map.groupBy(report.deeds, ({ trick }) => trick)
console.log(`\n${report.deeds.length} faults injected:`)
for (const [trick, deeds] of [...tricks].sort()) console.log(`  ${String(deeds.length).padStart(4)}  ${trick}`)
console.log(`\nreplicas ended ${report.replicaEnds} times`)
for (const [what, count] of Object.entries(report.counts)) console.log(`${String(count).padStart(7)}  ${what}`)
console.log(report.faults.length === 0 ? '\nno promise was broken' : `\n${report.faults.length} promises were broken:`)
for (const fault of report.faults) console.log(`- ${fault}`)
process.exit(report.faults.length === 0 ? 0 : 1)

/** Every conversation as it was lived, and every log, for whoever looks for the reason of a broken promise. */
function diaryOf({ stories, logs }: ChaosReport): string {
  const told = stories.map(({ name, actor, outcome, lines }) =>
    [
      `${actor.user.displayName} (${actor.talker.longestText === 28_000 ? 'Teams' : 'Slack'}) ${name}: ${outcome}`,
      ...lines,
    ].join('\n  '),
  )
  const said = [...logs].map(([name, lines]) => [`# log of ${name}`, ...lines].join('\n'))
  return `${[...told, ...said].join('\n')}\n`
}
