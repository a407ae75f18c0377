import { readFileSync } from 'node:fs'
import type { Clock } from './clock.ts'

/** Real time moved by the milliseconds that stand in a file: how the practice company turns its clock forward. */
export function movedClock(file: string): Clock {
  return () => new Date(Date.now() + Number(readFileSync(file, 'utf8')))
}
