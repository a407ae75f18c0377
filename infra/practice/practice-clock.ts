import { readFileSync, writeFileSync } from 'node:fs'

/** The company's time: real time plus an offset kept in a file, which the bot reads too. */
export interface PracticeClock {
  readonly file: string
  now(): Date
  offsetMilliseconds(): number
  advance(milliseconds: number): void
}

/** Opens the clock; a new company starts at real time. */
export function openPracticeClock(file: string): PracticeClock {
  let offset = 0
  writeFileSync(file, '0\n')
  return {
    file,
    now: () => new Date(Date.now() + offset),
    offsetMilliseconds: () => offset,
    advance(milliseconds) {
      offset = Number(readFileSync(file, 'utf8')) + milliseconds
      writeFileSync(file, `${offset}\n`)
    },
  }
}
