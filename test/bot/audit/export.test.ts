import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { genesisHash, verifyRows } from '../../../bot/audit/chain.ts'
import { csvCell, toCsv, toJsonLines } from '../../../bot/audit/export.ts'
import { exportedRows } from '../../../bot/audit/export-file.ts'
import type { StoredRow } from '../../../bot/audit/rows.ts'
import { chainOf, each, exportText, intent } from './events.ts'

describe('an export in JSON Lines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-export-'))
  after(() => rmSync(folder, { recursive: true }))

  const verifyText = (text: string | Buffer) => {
    const file = join(folder, 'export.jsonl')
    writeFileSync(file, text)
    return verifyRows(exportedRows(file))
  }

  it('is one line a row, in canonical JSON', async () => {
    const [row] = chainOf(1)
    const text = await exportText(row ? [row] : [])
    assert.match(
      text,
      /^\{"at":"2026-01-05T08:00:01.000Z","event":\{"action":"reset-password",.*\},"hash":"[0-9a-f]{64}","previousHash":"0{64}","seq":1\}\n$/,
    )
  })

  it('holds when it is read back, with and without its last line feed', async () => {
    const rows = chainOf(500)
    const text = await exportText(rows)
    for (const same of [text, text.trimEnd()]) {
      const { count, head, fault } = await verifyText(same)
      assert.deepEqual({ count, head, fault }, { count: 500, head: rows.at(-1)?.hash, fault: undefined })
    }
  })

  it('names the line in which any one byte was changed', async () => {
    const lines = (await exportText(chainOf(3))).trimEnd().split('\n')
    const second = Buffer.from(lines[1] ?? '')
    for (let position = 0; position < second.length; position += 1) {
      const changed = Buffer.from(second)
      changed.writeUInt8(changed.readUInt8(position) ^ 1, position)
      const text = Buffer.concat([Buffer.from(`${lines[0]}\n`), changed, Buffer.from(`\n${lines[2]}\n`)])
      const { fault } = await verifyText(text)
      assert.equal(fault?.row, 2, `byte ${position}: ${changed}`)
    }
  })

  it('is not fooled by a member that hides behind another of the same name', async () => {
    const text = await exportText(chainOf(3))
    const hidden = text.replaceAll('"kind":"intent"', '"kind":"outcome","kind":"intent"')
    assert.equal((await verifyText(hidden)).fault?.row, 1)
  })

  it('names the row where a line is empty, cut, spaced out, or endless', async () => {
    const lines = (await exportText(chainOf(3))).trimEnd().split('\n')
    for (const line of [
      '',
      lines[1]?.slice(0, 80),
      lines[1]?.replace(':', ': '),
      'x'.repeat(3_000_000),
      `${lines[1]}\r`,
    ]) {
      const { fault } = await verifyText([lines[0], line, lines[2]].join('\n'))
      assert.deepEqual({ row: fault?.row, kind: fault?.kind }, { row: 2, kind: 'unreadable' })
    }
  })

  it('is empty when nothing happened', async () => {
    assert.equal(await exportText([]), '')
    assert.equal((await verifyText('')).head, genesisHash)
  })

  it('asks for no more rows than are being written', async () => {
    let asked = 0
    async function* endless(): AsyncGenerator<StoredRow> {
      const [row] = chainOf(1)
      while (row) {
        asked += 1
        yield row
      }
    }
    const lines = toJsonLines(endless())
    for (let line = 0; line < 3; line += 1) await lines.next()
    assert.equal(asked, 3)
  })
})

describe('an export as CSV', () => {
  it('has a heading and a line a row, with everything quoted', async () => {
    const [row] = chainOf(1)
    assert.ok(row)
    const event = intent({ why: 'said "now", twice', operationId: 'o1', correlationId: 'c1' })
    const [heading, line] = await Array.fromAsync(toCsv(each([{ ...row, event }])))
    assert.equal(
      heading,
      '"seq","at","kind","action","tenant","actor","target","correlationId","operationId","outcome","why","proofs","policyVersion","detail","previousHash","hash"\r\n',
    )
    assert.ok(line?.startsWith('"1","2026-01-05T08:00:01.000Z","intent","reset-password",'))
    assert.ok(line?.includes('"c1","o1","","said ""now"", twice","[{""at"":'))
  })

  it('holds no formula a spreadsheet would run', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
      assert.equal(csvCell(`${start}cmd|'/c calc'!A0`), `"'${start}cmd|'/c calc'!A0"`)
    }
    assert.equal(csvCell('a=b'), '"a=b"')
    assert.equal(csvCell('=HYPERLINK("x")'), '"\'=HYPERLINK(""x"")"')
  })
})
