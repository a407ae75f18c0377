import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { canonicalJson } from '../../../bot/audit/canonical-json.ts'
import { genesisHash, hashRow, verifyRows } from '../../../bot/audit/chain.ts'
import type { StoredRow } from '../../../bot/audit/rows.ts'
import { ada, chainOf, each, grace } from './events.ts'

const verify = (rows: Iterable<unknown>, sought?: string) => verifyRows(each(rows), sought)

/** The rows with one of them changed. */
function tamper(rows: readonly StoredRow[], seq: number, changes: object): object[] {
  return rows.map((row) => (row.seq === seq ? { ...row, ...changes } : row))
}

describe('canonical JSON', () => {
  it('is written as RFC 8785 shows', () => {
    // RFC 8785, section 3.2.3: sorting by UTF-16 code units.
    const given = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    assert.deepEqual(
      [...canonicalJson(given).matchAll(/:"([^"]*)"/g)].map((match) => match[1]),
      [
        'Carriage Return',
        'One',
        'Control',
        'Latin Small Letter O With Diaeresis',
        'Euro Sign',
        'Emoji: Grinning Face',
        'Hebrew Letter Dalet With Dagesh',
      ],
    )
    assert.equal(
      canonicalJson({ b: [1, null, true, { d: '€$\u000f\nA\'"\\/' }], a: undefined }),
      '{"b":[1,null,true,{"d":"€$\\u000f\\nA\'\\"\\\\/"}]}',
    )
  })

  it('says the same of equal values in any order, and gives them back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = canonicalJson(value)
        assert.equal(canonicalJson(reversed(JSON.parse(text))), text)
        assert.equal(canonicalJson(JSON.parse(JSON.stringify(value))), text)
      }),
    )
  })

  it('refuses what it cannot write', () => {
    for (const value of [undefined, Number.NaN, 1n, '\ud800', () => 1])
      assert.throws(() => canonicalJson(value), TypeError)
  })
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  )
}

describe('the hash of a row', () => {
  it('is made of exactly what format.md says', () => {
    const text = `${genesisHash}\n1\n2026-01-05T08:00:00.000Z\n{"action":"x","kind":"event"}`
    assert.equal(
      hashRow({
        seq: 1,
        at: '2026-01-05T08:00:00.000Z',
        event: { kind: 'event', action: 'x' },
        previousHash: genesisHash,
      }),
      createHash('sha256').update(text).digest('hex'),
    )
  })
})

describe('a chain', () => {
  const rows = chainOf(10)
  const head = rows.at(-1)?.hash ?? ''

  it('holds as it was written', async () => {
    const found = await verify(rows)
    assert.deepEqual(found, { count: 10, head, fault: undefined, clockWentBack: undefined, soughtRow: undefined })
  })

  it('holds when it is empty', async () => {
    assert.deepEqual(await verify([]), {
      count: 0,
      head: genesisHash,
      fault: undefined,
      clockWentBack: undefined,
      soughtRow: undefined,
    })
  })

  for (const [what, seq, changes, kind] of [
    ['a number that comes later', 4, { seq: 5 }, 'gap'],
    ['a number that was there', 4, { seq: 2 }, 'duplicate'],
    ['the moment', 4, { at: '2026-01-05T08:00:04.001Z' }, 'hash'],
    ['the hash before', 4, { previousHash: 'a'.repeat(64) }, 'link'],
    ['the hash', 4, { hash: 'a'.repeat(64) }, 'hash'],
    ['the first row', 1, { previousHash: 'a'.repeat(64) }, 'link'],
    ['the last row', 10, { at: '2026-01-05T09:00:00.000Z' }, 'hash'],
    ['a moment of another form', 4, { at: '2026-01-05T09:00:04.000+01:00' }, 'unreadable'],
    ['a moment with microseconds', 4, { at: '2026-01-05T08:00:04.000001Z' }, 'unreadable'],
    ['a number that is none', 4, { seq: 4.5 }, 'unreadable'],
    ['a hash in capitals', 4, { hash: 'A'.repeat(64) }, 'unreadable'],
    ['an event that is none', 4, { event: 'done' }, 'unreadable'],
    ['a member too many', 4, { comment: 'seen' }, 'unreadable'],
  ] as const) {
    it(`names the first broken row: ${what} was changed`, async () => {
      const { fault, count } = await verify(tamper(rows, seq, changes))
      assert.deepEqual({ row: fault?.row, kind: fault?.kind, count }, { row: seq, kind, count: seq - 1 })
      assert.match(fault?.sentence ?? '', new RegExp(`^Row ${seq} is `))
    })
  }

  for (const [what, changes] of Object.entries({
    actor: { actor: grace },
    target: { target: grace },
    kind: { kind: 'outcome' },
    action: { action: 'unlock-account' },
    tenant: { tenant: ada },
    correlationId: { correlationId: 'another' },
    operationId: { operationId: undefined },
    why: { why: 'asked by phone' },
    proofs: { proofs: [{ method: 'totp', at: '2026-01-05T07:59:00.000Z' }] },
    policyVersion: { policyVersion: 'sha256:4567' },
    outcome: { outcome: 'done' },
    detail: { detail: { requestId: 'a2' } },
    'a new member': { approvedBy: grace },
  })) {
    it(`names the row whose event was changed: ${what}`, async () => {
      const { fault } = await verify(tamper(rows, 7, { event: { ...rows[6]?.event, ...changes } }))
      assert.deepEqual({ row: fault?.row, kind: fault?.kind }, { row: 7, kind: 'hash' })
    })
  }

  it('names a row whose event is none that could be written: a number that PostgreSQL can hold, and JSON has no end for', async () => {
    const changed = rows.map((row) => (row.seq === 4 ? { ...row, event: { ...row.event, n: Number('1e400') } } : row))
    const { count, fault } = await verify(changed)
    assert.deepEqual([count, fault?.row, fault?.kind], [3, 4, 'hash'])
  })

  it('names the row after one that was changed and hashed anew', async () => {
    const changed = { seq: 4, at: '2026-01-05T08:00:04.000Z', event: {}, previousHash: rows[2]?.hash ?? '' }
    const { fault } = await verify(tamper(rows, 4, { ...changed, hash: hashRow(changed) }))
    assert.deepEqual({ row: fault?.row, kind: fault?.kind }, { row: 5, kind: 'link' })
  })

  it('names a row that was taken out, the first included', async () => {
    for (const seq of [1, 6]) {
      const { fault } = await verify(rows.filter((row) => row.seq !== seq))
      assert.deepEqual({ row: fault?.row, kind: fault?.kind }, { row: seq, kind: 'gap' })
      assert.equal(fault?.sentence, `Row ${seq} is missing: row ${seq + 1} stands in its place.`)
    }
  })

  it('names two rows that changed places, and one that comes twice', async () => {
    const swapped = [...rows.slice(0, 4), rows[5], rows[4], ...rows.slice(6)]
    assert.deepEqual((await verify(swapped)).fault?.row, 5)
    const twice = [...rows.slice(0, 5), rows[4], ...rows.slice(5)]
    const { fault } = await verify(twice)
    assert.deepEqual({ row: fault?.row, kind: fault?.kind }, { row: 6, kind: 'duplicate' })
  })

  it('finds a head that was noted, and misses one that was cut off', async () => {
    assert.equal((await verify(rows, head)).soughtRow, 10)
    assert.equal((await verify(rows, rows[3]?.hash)).soughtRow, 4)
    assert.equal((await verify(rows, genesisHash)).soughtRow, 0)
    const cut = await verify(rows.slice(0, 9), head)
    assert.deepEqual({ fault: cut.fault, sought: cut.soughtRow }, { fault: undefined, sought: undefined })
  })

  it('only notes that a clock went back', async () => {
    const first = { seq: 1, at: '2026-01-05T08:00:00.000Z', event: {}, previousHash: genesisHash }
    const second = { seq: 2, at: '2026-01-05T07:59:59.999Z', event: {}, previousHash: hashRow(first) }
    const found = await verify([first, second].map((row) => ({ ...row, hash: hashRow(row) })))
    assert.deepEqual(found.clockWentBack, { times: 1, firstRow: 2 })
    assert.equal(found.fault, undefined)
  })

  it('never takes anything else for a row', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (thing) => {
        const { fault } = await verify([rows[0], thing])
        assert.equal(fault?.row, 2)
      }),
    )
  })
})
