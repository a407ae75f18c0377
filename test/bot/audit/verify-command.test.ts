import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { sql } from 'kysely'
import { auditTrail, head } from '../../../bot/audit/trail.ts'
import { openDatabase } from '../../../bot/store/database.ts'
import { startEmbeddedPostgres } from '../../../bot/store/embedded-postgres.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { chainOf, exportText, intent } from './events.ts'

const command = resolve(import.meta.dirname, '../../../bot/audit/verify-command.ts')

describe('npm run audit:verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-verify-'))
  after(() => rmSync(folder, { recursive: true }))

  /** Runs the command as a process of its own, without this process's settings. */
  function verify(args: readonly string[], settings: Record<string, string> = {}) {
    return new Promise<{ code: number; said: string }>((done) => {
      const env = { PATH: process.env.PATH, HELPBOT_DATA: join(folder, 'nothing'), ...settings }
      execFile(process.execPath, [command, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, said: `${stdout}${stderr}`.trim() })
      })
    })
  }

  describe('with an export', () => {
    const rows = chainOf(10)
    const file = join(folder, 'export.jsonl')
    const lastHash = rows.at(-1)?.hash ?? ''
    const write = async (changed = rows) => writeFileSync(file, await exportText(changed))

    it('says that it holds, how long it is and what its head is', async () => {
      await write()
      assert.deepEqual(await verify(['--export', file]), {
        code: 0,
        said: `The audit trail holds: 10 rows, head ${lastHash}`,
      })
    })

    it('names the first broken row in one sentence', async () => {
      await write(rows.map((row) => (row.seq >= 7 ? { ...row, event: { ...row.event, actor: 'helpbot' } } : row)))
      assert.deepEqual(await verify(['--export', file]), {
        code: 1,
        said: 'Row 7 is broken: its content does not match its hash, so it was changed. The 6 rows before it hold.',
      })
    })

    it('names a row that was deleted', async () => {
      await write(rows.filter(({ seq }) => seq !== 2))
      assert.deepEqual(await verify(['--export', file]), {
        code: 1,
        said: 'Row 2 is missing: row 3 stands in its place. The row before it holds.',
      })
    })

    it('notices a tail that was cut off, and a chain written anew, by a head noted elsewhere', async () => {
      await write(rows.slice(0, 8))
      assert.equal((await verify(['--export', file])).code, 0)
      const cut = await verify(['--export', file, '--head', lastHash])
      assert.equal(cut.code, 1)
      assert.match(cut.said, /rows after 8 were cut off, or the trail was rewritten/)
      await write(chainOf(10))
      assert.equal((await verify(['--export', file, '--head', lastHash])).code, 1)
    })

    it('accepts a head noted some rows ago', async () => {
      await write()
      const noted = await verify(['--export', file, '--head', (rows[6]?.hash ?? '').toUpperCase()])
      assert.equal(noted.code, 0)
      assert.match(noted.said, /The head noted elsewhere is row 7: 3 came after it\./)
    })

    it('could not check what is not there', async () => {
      const missing = await verify(['--export', join(folder, 'missing.jsonl')])
      assert.equal(missing.code, 2)
      assert.match(missing.said, /^The audit trail could not be checked: .*missing\.jsonl/)
    })
  })

  describe('with a database', () => {
    let postgres: TestPostgres
    before(async () => {
      postgres = await startTestPostgres()
      const trail = auditTrail(postgres.database, () => new Date())
      await Promise.all(Array.from({ length: 2_500 }, () => trail.append(intent())))
    })
    after(() => postgres.close())

    it('says that it holds', async () => {
      const { hash } = await head(postgres.database)
      assert.deepEqual(await verify([], { DATABASE_URL: postgres.url }), {
        code: 0,
        said: `The audit trail holds: 2500 rows, head ${hash}`,
      })
    })

    it('writes an export that holds by itself, readable by its owner only, and never over another', async () => {
      const file = join(folder, 'written.jsonl')
      const { hash } = await head(postgres.database)
      const written = await verify(['--write', file, '--head', hash], { DATABASE_URL: postgres.url })
      assert.equal(written.code, 0, written.said)
      assert.equal(statSync(file).mode & 0o777, 0o600)
      const alone = await verify(['--export', file, '--head', hash])
      assert.equal(alone.code, 0)
      assert.match(alone.said, /^The audit trail holds: 2500 rows/)
      const again = await verify(['--write', file], { DATABASE_URL: postgres.url })
      assert.equal(again.code, 2)
      assert.match(again.said, /exist/)
      assert.equal(readFileSync(file, 'utf8').split('\n').length, 2_501)
    })

    it('writes CSV for a spreadsheet', async () => {
      const file = join(folder, 'written.csv')
      assert.equal((await verify(['--write', file], { DATABASE_URL: postgres.url })).code, 0)
      assert.equal(readFileSync(file, 'utf8').split('\r\n').length, 2_502)
    })

    it('is enough with an account that may only read', async () => {
      const name = `auditor_${Date.now()}`
      await sql.raw(`create role ${name} login password 'only-reads'`).execute(postgres.database)
      await sql.raw(`grant select on audit to ${name}`).execute(postgres.database)
      const url = new URL(postgres.url)
      url.username = name
      url.password = 'only-reads'
      const read = await verify([], { DATABASE_URL: url.href })
      await sql.raw(`drop owned by ${name}; drop role ${name}`).execute(postgres.database)
      assert.equal(read.code, 0, read.said)
    })

    it('names the first broken row, and writes the evidence all the same', async () => {
      await sql`alter table audit disable trigger all`.execute(postgres.database)
      await sql`update audit set event = jsonb_set(event, '{why}', '"because"') where seq = 1234`.execute(
        postgres.database,
      )
      const file = join(folder, 'evidence.jsonl')
      const broken = await verify(['--write', file], { DATABASE_URL: postgres.url })
      assert.equal(broken.code, 1)
      assert.match(broken.said, /^Row 1234 is broken: .* The 1233 rows before it hold\.$/)
      assert.equal(readFileSync(file, 'utf8').split('\n').length, 2_501)
    })

    it('could not check a database that does not answer, and does not show its password', async () => {
      const away = await verify([], { DATABASE_URL: 'postgres://helpbot:Pa55word@127.0.0.1:1/helpbot' })
      assert.equal(away.code, 2)
      assert.match(away.said, /^The audit trail could not be checked: .*ECONNREFUSED/)
      assert.ok(!away.said.includes('Pa55word'))
    })
  })

  describe('with the embedded database', () => {
    it('checks it whether the bot runs or not, and leaves it as it was', async () => {
      const data = join(folder, 'data')
      const server = await startEmbeddedPostgres({ folder: data, throwAway: true })
      try {
        const database = await openDatabase(server.url)
        await auditTrail(database.kysely, () => new Date()).append(intent())
        await database.close()
        const running = await verify([], { HELPBOT_DATA: data })
        assert.match(running.said, /^The audit trail holds: 1 row, head/)
        assert.ok(existsSync(join(data, 'postgres', 'postmaster.pid')))
      } finally {
        await server.stop()
      }
      const stopped = await verify([], { HELPBOT_DATA: data })
      assert.match(stopped.said, /^The audit trail holds: 1 row, head/)
      assert.ok(!existsSync(join(data, 'postgres', 'postmaster.pid')))
    })

    it('makes none where there is none', async () => {
      const none = await verify([])
      assert.equal(none.code, 2)
      assert.match(none.said, /there is no database in/)
      assert.ok(!existsSync(join(folder, 'nothing')))
    })
  })

  for (const args of [['--head', 'abc'], ['--export', 'a', '--write', 'b'], ['--nonsense'], ['file.jsonl']]) {
    it(`does not understand: ${args.join(' ')}`, async () => {
      assert.equal((await verify(args)).code, 2)
    })
  }

  it('explains itself', async () => {
    const help = await verify(['--help'])
    assert.equal(help.code, 0)
    assert.match(help.said, /npm run audit:verify -- --export FILE/)
  })
})
