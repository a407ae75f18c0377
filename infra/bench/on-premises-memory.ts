import type { ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { residentMegabytes } from './on-premises-figures.ts'

/** Between two looks at a program that is gone when it is done. */
const lookEvery = 5

/** Resident memory, in megabytes: before something was done, and the most while it was. */
export interface Memory {
  readonly before: number
  readonly most: number
}

/**
 * Does the work, and says the memory of each of these processes before and meanwhile.
 * @param processes by name; our own user's (5 in clear_refs forgets what was the most before, proc(5))
 */
export async function withMemory<T>(
  processes: Readonly<Record<string, number>>,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly memory: Readonly<Record<string, Memory>> }> {
  const begun = Object.entries(processes).map(([name, pid]) => {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    return { name, pid, before: residentMegabytes(statusOf(pid)) }
  })
  const result = await work()
  const memory = begun.map(({ name, pid, before }): [string, Memory] => [
    name,
    { before, most: residentMegabytes(statusOf(pid)) },
  ])
  return { result, memory: Object.fromEntries(memory) }
}

/**
 * Waits for the end of a program. @returns the most memory that it was seen with, megabytes
 * @throws Error when it cannot be started or does not end well
 */
export async function peakUntilItEnds(child: ChildProcess): Promise<number> {
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code ?? signal}`)),
    )
  })
  const watching = new AbortController()
  const stop = () => watching.abort()
  ended.then(stop, stop)
  let most = 0
  while (!watching.signal.aborted) {
    // One that has ended and was not yet taken note of has no memory any more.
    const status = child.pid === undefined ? '' : statusOf(child.pid)
    if (status.includes('VmHWM')) most = Math.max(most, residentMegabytes(status))
    await pause(lookEvery, undefined, { signal: watching.signal }).catch(() => undefined)
  }
  await ended
  return most
}

const statusOf = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'utf8')
