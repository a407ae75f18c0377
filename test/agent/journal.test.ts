import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Journal, JournalFault, type Outcome, openJournal } from '../../agent/journal.ts'

const done: Outcome = { ok: true, value: { changed: true, controller: 'dc1' } }

describe('the journal', () => {
  let folder: string
  let file: string
  let now: number
  let open: Journal[]
  const journal = async (largest?: number) => {
    const one = await openJournal(folder, () => new Date(now), largest)
    open.push(one)
    return one
  }
  const lines = async () => (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'helpbot-journal-')), 'data')
    file = join(folder, 'journal.jsonl')
    now = Date.parse('2026-03-01T10:00:00Z')
    open = []
  })
  afterEach(async () => {
    for (const one of open) await one.close()
    await rm(join(folder, '..'), { recursive: true })
  })

  it('knows in another process what ended in an earlier one, and what was only begun', async () => {
    const [ended, begun] = [randomUUID(), randomUUID()]
    const first = await journal()
    await first.begin(ended, 'unlock')
    await first.begin(begun, 'unlock')
    await first.end(ended, done)
    const second = await journal()
    assert.deepEqual(second.find(ended)?.outcome, done)
    assert.equal(second.find(begun)?.do, 'unlock')
    assert.equal(second.find(begun)?.outcome, undefined)
    assert.equal(second.find(randomUUID()), undefined)
    assert.equal((await stat(file)).mode & 0o077, 0)
  })

  it('forgets a last line that was written by half, and goes on behind it', async () => {
    const [whole, half, next] = [randomUUID(), randomUUID(), randomUUID()]
    const first = await journal()
    await first.begin(whole, 'unlock')
    await first.close()
    await appendFile(file, JSON.stringify({ what: 'begun', id: half, do: 'unlock', at: now }).slice(0, -3))
    const second = await journal()
    assert.equal(second.fault, undefined)
    assert.equal(second.find(half), undefined)
    await second.begin(next, 'unlock')
    const third = await journal()
    assert.ok(third.find(whole) && third.find(next))
  })

  it('writes nothing when what stands in it cannot be understood: whatever was asked may have been run', async () => {
    await mkdir(folder)
    await writeFile(file, 'what is this?\n')
    const one = await journal()
    assert.match(one.fault ?? '', /damaged in line 1/)
    await assert.rejects(one.begin(randomUUID(), 'unlock'), (error) => error instanceof JournalFault && error.maybeDone)
    assert.equal(await readFile(file, 'utf8'), 'what is this?\n', 'it is there to be looked at')
  })

  it('lets nothing begin while it cannot be written, and goes on once it can', async () => {
    const one = await journal(1)
    const [before, during, after] = [randomUUID(), randomUUID(), randomUUID()]
    await one.begin(before, 'unlock')
    // Where the file would be written anew stands something that cannot be overwritten.
    await mkdir(`${file}.new`)
    await assert.rejects(one.begin(during, 'unlock'), (error) => error instanceof JournalFault && !error.maybeDone)
    assert.equal(one.find(during), undefined)
    assert.match(one.fault ?? '', /cannot be written, so nothing is changed/)
    await assert.rejects(one.end(before, done), JournalFault)
    assert.deepEqual(one.find(before)?.outcome, done, 'whoever asks again in this process is told')
    await rm(`${file}.new`, { recursive: true })
    await one.begin(after, 'unlock')
    assert.equal(one.fault, undefined)
    const next = await journal()
    assert.ok(next.find(after))
    assert.deepEqual(next.find(before)?.outcome, done)
  })

  it('is rewritten when it is large, without what is older than an hour', async () => {
    const one = await journal(2_000)
    const old = randomUUID()
    await one.begin(old, 'unlock')
    await one.end(old, done)
    now += 25 * 3_600_000
    const recent = randomUUID()
    await one.begin(recent, 'unlock')
    for (let count = 0; count < 20; count++) {
      const id = randomUUID()
      await one.begin(id, 'unlock')
      await one.end(id, done)
    }
    assert.equal(one.find(old), undefined)
    assert.ok(one.find(recent))
    assert.ok(!(await lines()).some((line) => line.includes(old)))
    assert.equal((await lines()).length, 41)
  })

  it('is opened as quickly when a great many commands were run today', async () => {
    const one = await journal(2_000)
    const rewritten = async () => (await stat(file)).ino
    const seen = new Set<number>()
    for (let count = 0; count < 200; count++) {
      await one.begin(randomUUID(), 'unlock')
      seen.add(await rewritten())
    }
    assert.ok(seen.size < 12, `it was rewritten ${seen.size} times: each time it should have doubled`)
  })

  it('keeps the lines of many who write at once apart', async () => {
    const one = await journal()
    const ids = Array.from({ length: 50 }, () => randomUUID())
    await Promise.all(ids.map((id) => one.begin(id, 'unlock').then(() => one.end(id, done))))
    const next = await journal()
    for (const id of ids) assert.deepEqual(next.find(id)?.outcome, done)
  })
})
