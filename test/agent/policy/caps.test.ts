import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentError } from '../../../agent/agent-error.ts'
import { capsFile, countingCaps } from '../../../agent/policy/caps.ts'

const minute = 60_000

describe('caps of the hour', () => {
  let folder: string
  let file: string
  let now: Date
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-caps-'))
    file = capsFile(folder)
    now = new Date('2026-11-21T10:00:30Z')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const begin = (perHour: Parameters<typeof countingCaps>[1]) => countingCaps(file, perHour, () => now)
  const later = (minutes: number) => {
    now = new Date(now.getTime() + minutes * minute)
  }
  const capped = (work: Promise<unknown>, words: RegExp) =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof AgentError)
      assert.deepEqual([error.code, error.alarm], ['forbidden', 'cap'])
      assert.match(error.detail, words)
      return true
    })

  it('an operation has its own, and all together have one', async () => {
    const spend = begin({ unlock: 2, all: 3 })
    await spend('unlock')
    await spend('unlock')
    await capped(spend('unlock'), /perHour\.unlock of 2/)
    await spend('move')
    await capped(spend('move'), /perHour\.all of 3/)
  })

  it('what is left out allows nothing', async () => {
    await capped(begin({})('unlock'), /perHour\.all of 0/)
    await capped(begin({ unlock: 5 })('unlock'), /perHour\.all of 0/)
    await capped(begin({ unlock: 0, all: 5 })('unlock'), /perHour\.unlock of 0/)
  })

  it('many at once are counted one by one', async () => {
    const spend = begin({ all: 7 })
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => spend('unlock')))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 7)
  })

  it('a restart gives nothing back', async () => {
    await begin({ all: 2 })('unlock')
    await begin({ all: 2 })('move')
    await capped(begin({ all: 2 })('unlock'), /all of 2/)
  })

  it('the hour slides: each one is given back an hour after it, not all of them at once', async () => {
    const spend = begin({ all: 2 })
    await spend('unlock')
    later(30)
    await spend('unlock')
    later(29)
    await capped(spend('unlock'), /all of 2/)
    later(2)
    await spend('unlock')
    await capped(spend('unlock'), /all of 2/)
    later(30)
    await spend('unlock')
  })

  it('a clock that is put back opens nothing', async () => {
    const spend = begin({ all: 2 })
    await spend('unlock')
    await spend('unlock')
    for (const minutes of [-1, -59, -24 * 60, -365 * 24 * 60]) {
      later(minutes)
      await capped(spend('unlock'), /all of 2/)
    }
  })

  it('a damaged file allows nothing, and the error says which file it is', async () => {
    for (const damaged of [
      '',
      '{"version":1,"spent":[{"minute":1',
      '[]',
      '{"version":2,"spent":[]}',
      '{"version":1,"spent":[{"minute":1,"operation":"unlock","count":-1000}]}',
    ]) {
      writeFileSync(file, damaged)
      await capped(begin({ all: 100 })('unlock'), /writes-this-hour\.json, which counts writes, is damaged/)
      assert.equal(readFileSync(file, 'utf8'), damaged)
    }
  })

  it('a file that cannot be written allows nothing', async () => {
    writeFileSync(join(folder, 'in-the-way'), '')
    const spend = countingCaps(capsFile(join(folder, 'in-the-way')), { all: 5 }, () => now)
    await assert.rejects(spend('unlock'), (error) => error instanceof AgentError && error.code === 'internal')
  })

  it('what a crash left half written is not read, and the file is its owner’s alone', async () => {
    const spend = begin({ all: 2 })
    await spend('unlock')
    writeFileSync(`${file}.new`, '{"version":1,"sp')
    await spend('unlock')
    await capped(spend('unlock'), /all of 2/)
    assert.deepEqual(readdirSync(folder), ['writes-this-hour.json'])
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('the file stays small, however much is done', async () => {
    const spend = begin({ all: 100_000 })
    for (let turn = 0; turn < 130; turn++) {
      await spend('unlock')
      await spend('move')
      later(1)
    }
    assert.ok(statSync(file).size < 10_000)
  })
})
