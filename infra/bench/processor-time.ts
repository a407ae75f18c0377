import { readdirSync, readFileSync } from 'node:fs'

/** Of Linux, whatever the hardware: the kernel tells user space a hundred ticks a second (proc(5), sysconf(_SC_CLK_TCK)). */
const millisecondsPerTick = 10

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly name: string
  /** Milliseconds, in user space and in the kernel. */
  readonly own: number
  /** The same of children that have ended and were waited for. */
  readonly ofEndedChildren: number
}

/** Milliseconds of processor time that a process has used so far, its threads included; 0 where it is gone. */
export const processorTime = (pid: number): number => readStat(pid)?.own ?? 0

/** The same with all its children, those that have ended included. */
export function processorTimeOfFamily(pid: number): number {
  const all = everyStat()
  const sum = (stat: Stat): number =>
    all
      .filter(({ parent }) => parent === stat.pid)
      .reduce((total, child) => total + sum(child), stat.own + stat.ofEndedChildren)
  const first = all.find((stat) => stat.pid === pid)
  return first ? sum(first) : 0
}

/** The children of a process that run a program of this name. */
export function childrenNamed(pid: number, name: string): readonly number[] {
  return everyStat()
    .filter((stat) => stat.parent === pid && stat.name.startsWith(name))
    .map((stat) => stat.pid)
}

/** Resident memory of a process now, in megabytes. @throws Error where it is gone */
export function residentNow(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error('the status of the process does not say its memory')
  return Number(kilobytes) / 1_024
}

const everyStat = (): readonly Stat[] =>
  readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []))

/** Fields by proc(5); the name stands in brackets and may hold anything, brackets included. */
function readStat(pid: number): Stat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  const ticks = (field: number) => Number(fields[field - 3]) * millisecondsPerTick
  return {
    pid,
    parent: Number(fields[1]),
    name: text.slice(text.indexOf('(') + 1, end),
    own: ticks(14) + ticks(15),
    ofEndedChildren: ticks(16) + ticks(17),
  }
}
