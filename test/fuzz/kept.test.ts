import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { canonicalJson } from '../../bot/audit/canonical-json.ts'
import { genesisHash, verifyRows } from '../../bot/audit/chain.ts'
import { AuditEventError, cleanEvent } from '../../bot/audit/event.ts'
import { exportedRows } from '../../bot/audit/export-file.ts'
import { KeyRingError, parseKeyRing, SealError, type SeedOwner } from '../../bot/identity/key-ring.ts'
import { guid } from '../../bot/identity/person.ts'
import { otpauthUri } from '../../bot/identity/totp-code.ts'
import { keepable, keepableJson } from '../../bot/text/keepable.ts'
import { chainOf, intent } from '../bot/audit/events.ts'
import { newRing, somebody } from '../bot/identity/people.ts'
import { fuzz } from './fuzz.ts'
import { altered, broken, json, text } from './nasty.ts'

const chain = chainOf(4)
const lines = chain.map((row) => canonicalJson(row))
const ring = newRing('k1', 'k2')
const person = somebody()
const owner: SeedOwner = { tenant: person.tenant, person: person.id, factorId: 'f' }
const sealed = ring.seal(Buffer.alloc(20, 7), owner)
const mark = ring.mark('between replicas: ask', 'words')

describe('fuzzing what is kept', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-fuzz-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  fuzz(
    'audit: an export',
    broken(20_000, `${lines.join('\n')}\n`),
    async (content) => {
      const file = join(folder, 'export.jsonl')
      writeFileSync(file, content)
      const { count, head, fault } = await verifyRows(exportedRows(file))
      assert.equal(head, count === 0 ? genesisHash : chain[count - 1]?.hash)
      const given = content.replace(/\n$/, '').split('\n')
      const isWhole = given.every((line, index) => line === lines[index])
      assert.equal(fault === undefined, isWhole || content === '', JSON.stringify(fault))
      if (fault) assert.ok(fault.row === count + 1 && fault.sentence.length < 500)
    },
    { share: 0.2 },
  )

  fuzz('audit: rows of a database', fc.oneof(altered(chain), json), async (given) => {
    const rows = Array.isArray(given) ? given : [given]
    const { count, fault } = await verifyRows(
      (async function* () {
        yield* rows
      })(),
    )
    if (fault === undefined) assert.equal(count, rows.length)
  })

  fuzz('audit: an event', fc.oneof(altered(intent()), json), (given) => {
    try {
      const event = cleanEvent(given)
      const written = JSON.stringify(event)
      assert.doesNotMatch(written, /\\u00[01]|\\ud[89a-f]/i)
      assert.ok(written.length <= 20_000)
      assert.deepEqual(cleanEvent(event), event)
    } catch (error) {
      assert.ok(error instanceof AuditEventError && error.message.length < 2_000, String(error))
    }
  })

  fuzz(
    'keys: HELPBOT_KEYS',
    broken(2_000, 'k1:ZmFrZSBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXRlcyE=,k2:YW5vdGhlciBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieSE='),
    (given) => {
      try {
        assert.ok(parseKeyRing(given).ids.length > 0)
      } catch (error) {
        assert.ok(error instanceof KeyRingError && error.problems.length > 0, String(error))
        for (const entry of given.split(',')) {
          const secret = entry.slice(entry.indexOf(':') + 1).trim()
          assert.ok(secret.length < 20 || !error.message.includes(secret))
        }
      }
    },
  )

  fuzz('keys: a sealed seed', fc.oneof(broken(2_000, sealed), text(300)), (given) => {
    if (given === sealed) return void assert.equal(ring.open(given, owner).length, 20)
    assert.throws(() => ring.open(given, owner), SealError)
  })

  fuzz('keys: a mark', fc.tuple(broken(300, mark), broken(300, 'words')), ([given, words]) => {
    assert.equal(ring.isMarked('between replicas: ask', words, given), given === mark && words === 'words')
    assert.equal(ring.isMarked('between replicas: answer', words, given), false)
  })

  fuzz('keys: what an authenticator scans', fc.tuple(text(3_000), text(3_000)), ([issuer, account]) => {
    const uri = new URL(otpauthUri(Buffer.alloc(20, 7), issuer, account))
    assert.deepEqual([uri.protocol, uri.host, uri.hash], ['otpauth:', 'totp', ''])
    assert.deepEqual([...uri.searchParams.keys()], ['secret', 'issuer', 'algorithm', 'digits', 'period'])
    assert.equal(decodeURIComponent(uri.pathname).split(':').length, 2)
    assert.ok(uri.href.length < 4_000)
  })

  fuzz('a GUID', broken(100, person.id), (given) => {
    const read = guid.safeParse(given)
    assert.equal(read.success, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given))
  })

  fuzz('keepable text, and JSON of it', fc.oneof(altered({ a: ['\0', '\ud800', '💡'] }), json), (given) => {
    const written = JSON.stringify(given) ?? 'null'
    const read = JSON.stringify(keepableJson(written))
    assert.equal(keepable(read, read.length), read)
    // What can be kept stays as it is; of names only those that are known are ever read.
    if (!/\\u(0000|d[89a-f])/i.test(written)) assert.equal(read, JSON.stringify(JSON.parse(written)))
  })
})
