import { cpus } from 'node:os'
import { benchDecisions } from './decisions.ts'
import { benchFlame } from './flame.ts'
import { closeWhenInterrupted } from './interruption.ts'
import { benchMemory } from './memory.ts'
import { benchLink } from './on-premises-link.ts'
import { benchRead } from './on-premises-read.ts'
import { benchUnlock } from './on-premises-unlock.ts'
import { benchRemovals } from './removals.ts'
import { benchResets } from './resets.ts'
import { benchSoak } from './soak.ts'
import { benchStart } from './start.ts'
import { benchStorm } from './storm.ts'
import { benchVolume } from './volume.ts'

const sizes = {
  storm: 300,
  start: 5,
  flame: 300,
  resets: 300,
  removals: 10_000,
  memory: 1_000_000,
  decisions: 60,
  link: 5_000,
  unlock: 50,
  read: 20_000,
  volume: 10_000_000,
  soak: 30,
} as const
type Bench = keyof typeof sizes
const benches: Readonly<Record<Bench, (size: number) => Promise<number>>> = {
  storm: benchStorm,
  start: benchStart,
  flame: benchFlame,
  resets: benchResets,
  removals: benchRemovals,
  memory: benchMemory,
  decisions: benchDecisions,
  link: benchLink,
  unlock: benchUnlock,
  read: benchRead,
  volume: benchVolume,
  soak: benchSoak,
}

/** `npm run bench [-- NAME [SIZE]]`: one measurement, or all of them one after the other. */
const [wanted, size] = process.argv.slice(2)
const names = (Object.keys(sizes) as Bench[]).filter((name) => wanted === undefined || name === wanted)
if (names.length === 0) {
  console.error(`There is no measurement ${wanted}: ${Object.keys(sizes).join(', ')}`)
  process.exit(1)
}
closeWhenInterrupted()
console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? ''}, Node ${process.version}\n`)
for (const name of names) {
  console.log(`## ${name}\n`)
  if ((await benches[name](Number(size ?? sizes[name]))) > 0) process.exitCode = 1
  console.log()
}
