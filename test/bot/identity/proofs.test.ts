import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { tenantId } from '../../../bot/identity/person.ts'
import { listOfDialog, newProof, record } from '../../../bot/identity/proofs.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { somebody } from './people.ts'

describe('proofs', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  const at = new Date('2026-03-02T09:00:00.123Z')

  it('are found again as they were given, newest first', async () => {
    const [person, manager] = [somebody(), somebody()]
    const dialogId = randomUUID()
    const code = newProof({ person, method: 'totp', dialogId, at, counts: false })
    const later = new Date(at.getTime() + 1)
    const word = newProof({ person, method: 'manager', dialogId, at: later, counts: true, confirmedBy: manager.id })
    for (const proof of [code, word, code]) await record(postgres.database, proof)
    assert.deepEqual(await listOfDialog(postgres.database, dialogId, person), [word, code])
  })

  it('serve only the person and the dialog they were given in', async () => {
    const person = somebody()
    const dialogId = randomUUID()
    await record(postgres.database, newProof({ person, method: 'totp', dialogId, at, counts: true }))
    assert.deepEqual(await listOfDialog(postgres.database, randomUUID(), person), [])
    assert.deepEqual(await listOfDialog(postgres.database, dialogId, somebody()), [])
    const elsewhere = { id: person.id, tenant: tenantId.parse(randomUUID()) }
    assert.deepEqual(await listOfDialog(postgres.database, dialogId, elsewhere), [])
  })

  it('once given cannot be made better by giving them again', async () => {
    const person = somebody()
    const proof = newProof({ person, method: 'totp', dialogId: randomUUID(), at, counts: false })
    await record(postgres.database, proof)
    await record(postgres.database, { ...proof, counts: true })
    assert.deepEqual(await listOfDialog(postgres.database, proof.dialogId, person), [proof])
  })
})
