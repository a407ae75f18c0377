import { readFileSync, writeFileSync } from 'node:fs'
import type { ClockMove } from './front-door-shapes.ts'

const MOST_MOVES = 200

/** The company's time: real time plus an offset kept in a file, which the bot reads too. */
export interface PracticeClock {
  readonly file: string
  now(): Date
  offsetMilliseconds(): number
  /** The latest moves, oldest first. */
  moves(): readonly ClockMove[]
  advance(milliseconds: number): void
}

/** Opens the clock; a new company starts at real time. */
export function openPracticeClock(file: string): PracticeClock {
  let offset = 0
  const moves: ClockMove[] = []
  writeFileSync(file, '0\n')
  return {
    file,
    now: () => new Date(Date.now() + offset),
    offsetMilliseconds: () => offset,
    moves: () => moves,
    advance(milliseconds) {
      offset = Number(readFileSync(file, 'utf8')) + milliseconds
      writeFileSync(file, `${offset}\n`)
      moves.push({ at: new Date().toISOString(), offsetMilliseconds: offset })
      if (moves.length > MOST_MOVES) moves.shift()
    },
  }
}
