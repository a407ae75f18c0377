import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JournalFault, openJournal } from '../../agent/journal.ts'
import { makeSigningKey } from '../../agent/link/signing.ts'
import { nonce, publicKey, signature } from '../../agent/protocol/frames.ts'

describe('what a bot in wrong hands could do to its agent and to itself', () => {
  it('floods it with orders: the journal takes so many, refuses the rest, and is itself again an hour later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'helpbot-flood-'))
    let now = Date.parse('2026-11-21T10:00:00Z')
    const open = () => openJournal(folder, () => new Date(now), 2_000, 20)
    let journal = await open()
    const refused = (error: unknown) =>
      error instanceof JournalFault && !error.maybeDone && /20 commands/.test(error.message)
    try {
      for (let count = 0; count < 20; count++) {
        const id = randomUUID()
        await journal.begin(id, 'unlock')
        await journal.end(id, { ok: false, error: { code: 'forbidden', detail: 'x'.repeat(500), maybeDone: false } })
      }
      await assert.rejects(journal.begin(randomUUID(), 'unlock'), refused)
      assert.equal(journal.fault, undefined, 'it can be written, and what is read goes on')
      await journal.close()
      journal = await open()
      await assert.rejects(journal.begin(randomUUID(), 'unlock'), refused)
      const { size } = await stat(join(folder, 'journal.jsonl'))
      now += 3_600_001
      await journal.begin(randomUUID(), 'unlock')
      await journal.close()
      journal = await open()
      assert.ok((await stat(join(folder, 'journal.jsonl'))).size < size / 10)
    } finally {
      await journal.close()
      await rm(folder, { recursive: true })
    }
  })

  it('spells a key in two ways: only one of them is a key, so that a revoked one is not enrolled as another', () => {
    const key = makeSigningKey().publicKey
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = letters.indexOf(key.at(-1) ?? '')
    for (const spare of [1, 2, 3]) {
      const other = key.slice(0, -1) + letters.charAt(last | spare)
      assert.deepEqual(Buffer.from(other, 'base64url'), Buffer.from(key, 'base64url'))
      assert.equal(publicKey.safeParse(other).success, false)
    }
    assert.equal(publicKey.safeParse(key).success, true)
    assert.equal(nonce.safeParse(`${key}=`).success, false)
    assert.equal(signature.safeParse(Buffer.alloc(64, 255).toString('base64url')).success, true)
  })
})
