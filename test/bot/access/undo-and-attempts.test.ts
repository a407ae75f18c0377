import assert from 'node:assert/strict'
import { afresh, afterFailure, backOff, failures, patience, untried } from '../../../bot/access/attempts.ts'
import { readGrant } from '../../../bot/access/grants.ts'
import { settleAccess } from '../../../bot/access/settle.ts'
import type { OperationRequest } from '../../../bot/operations/operation.ts'
import { writePosts } from '../../../bot/turns/outbox.ts'
import { days, hours, minutes } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

describe('attempts', () => {
  it('wait twice as long each time, and never longer than six hours: what comes back soon is not kept waiting', () => {
    const waits: number[] = []
    for (let attempts = afterFailure(0); failures(attempts) <= 11; attempts = afterFailure(attempts))
      waits.push(backOff(attempts) / minutes)
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360])
    assert.equal(backOff(998), 6 * hours)
  })

  it('never use a number twice, however often they fail and begin anew', () => {
    const used = new Set<number>()
    let attempts = 0
    for (let turn = 0; turn < 5_000; turn++) {
      assert.equal(used.has(attempts), false, `${attempts} was used`)
      used.add(attempts)
      attempts = turn % 700 === 699 ? afresh(attempts) : afterFailure(attempts, turn % 100 === 99)
    }
  })

  it('begin a new round only when something failed', () => {
    assert.deepEqual([untried(0), untried(3), untried(1_000)], [0, 1_000, 1_000])
    assert.equal(failures(afterFailure(0, true)), patience)
  })
})

describe('what IT undoes', () => {
  let office: AccessOffice

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(() => office.clear())
  after(() => office.close())

  /** The end of an operation by which IT undid another one. */
  async function undone(grant: string, name: 'grant-access' | 'revoke-access') {
    const request: OperationRequest = {
      id: `undo:${grant}:${name}`,
      name,
      tenant: office.tenant,
      actor: office.maya.id,
      target: office.ada.id,
      dialogId: null,
      ticketId: 'ticket',
      correlationId: 'correlation',
      why: 'a test',
      access: {
        group: { id: office.sales, name: 'Sales Dashboard' },
        title: 'Sales dashboard (read)',
        warrant: { by: 'undo', operation: 'operation', grant, contract: null },
      },
    }
    const result = { state: 'done', sentence: '', at: office.clock.now().toISOString() } as const
    await office.database.transaction().execute(async (transaction) => {
      const drafts = await settleAccess(office.ground)(transaction, request, result, {})
      await writePosts(transaction, drafts, office.clock.now)
    })
  }

  it('ends a grant that was undone, which nobody takes back a second time', async () => {
    const { id } = await office.grant(await office.approve())
    await office.work()
    office.company.members.get(office.sales)?.clear()
    await undone(id, 'revoke-access')
    assert.equal((await readGrant(office.database, id))?.state, 'ended')
    assert.match(await office.told(office.ada), /IT undid it/)
    await office.forward(30 * days)
    assert.deepEqual(await office.begun('revoke-access'), [])
  })

  it('brings back what was taken back, and that ends at its time all the same', async () => {
    const { id } = await office.grant(await office.approve())
    await office.work()
    await office.database
      .updateTable('access_grants')
      .set({ ends_at: office.clock.now(), due_at: office.clock.now() })
      .where('id', '=', id)
      .execute()
    await office.work()
    assert.equal(office.isMember(), false)
    const later = new Date(office.clock.now().getTime() + 10 * days)
    await office.database.updateTable('access_grants').set({ ends_at: later }).where('id', '=', id).execute()
    office.company.members.get(office.sales)?.add(office.ada.id)
    await undone(id, 'grant-access')
    assert.equal((await readGrant(office.database, id))?.state, 'active')
    assert.match(await office.told(office.ada), /has it again/)
    await office.forward(10 * days)
    assert.deepEqual([office.isMember(), (await readGrant(office.database, id))?.state], [false, 'ended'])
    assert.equal((await office.begun('revoke-access')).length, 2)
  })

  it('never outlasts the end that was approved, even where giving it back took until then', async () => {
    const { id } = await office.grant(await office.approve())
    await office.work()
    await office.forward(30 * days)
    const ended = await readGrant(office.database, id)
    assert.equal(ended?.state, 'ended')
    office.company.members.get(office.sales)?.add(office.ada.id)
    await undone(id, 'grant-access')
    const again = await readGrant(office.database, id)
    assert.deepEqual([again?.endsAt, again?.dueAt], [ended.endsAt, ended.endsAt], 'not a second longer')
    await office.work()
    assert.deepEqual([office.isMember(), (await readGrant(office.database, id))?.state], [false, 'ended'])
  })
})
