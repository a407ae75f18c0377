import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { handBack } from '../../../bot/access/hand-back.ts'
import { alongWith } from '../../../bot/access/make-contract.ts'
import { accessEndWindows } from '../../../bot/access/windows.ts'
import type { AccessRequest, Terms } from '../../../bot/approvals/requests/request.ts'
import { termsHash } from '../../../bot/approvals/requests/terms.ts'
import type { Conflict } from '../../../bot/policy/catalogue/catalogue.ts'
import { days, hours, somebody } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

const then = 'then'

describe('somebody who tries to get, to keep or to take away what they must not', () => {
  let office: AccessOffice
  const named = ({ id, name }: { id: Terms['person']['id']; name: string }) => ({ id, name })

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(async () => {
    await office.clear()
    office.company.addPerson(office.gil, { userType: 'Guest' })
    office.company.managers.set(office.ada.id, office.maya.id)
  })
  after(() => office.close())

  const until = (time: number) => ({ until: new Date(office.clock.now().getTime() + time).toISOString() })
  const contractFor = (lasts: Terms['lasts']): Partial<Terms> => ({
    kind: 'contract',
    requester: named(office.maya),
    person: named(office.gil),
    entry: null,
    title: 'Warehouse move',
    opens: 'An account that works until a date',
    group: null,
    lasts,
  })

  /** Approved access for Gil, asked for along with a contract of his. */
  async function along(contractRequest: string): Promise<AccessRequest> {
    const template = await office.approve({ requester: named(office.maya), person: named(office.gil) }, office.benoit)
    await office.clear()
    const id = alongWith(contractRequest, 1)
    const asks = template.asks.map((ask) => ({ ...ask, id: `${id}:1`, hash: termsHash(template.terms) }))
    const request = { ...template, id, asks }
    return request
  }
  async function contractRequest(id: string, state: AccessRequest['state']): Promise<void> {
    const template = await office.approve(contractFor(until(30 * days)), office.benoit)
    await office.clear()
    const document = JSON.stringify({ ...template, id, state, asks: [], decidedAt: null })
    await office.database
      .insertInto('access_requests')
      .values({
        id,
        tenant_id: office.tenant,
        requester_id: office.maya.id,
        person_id: office.gil.id,
        kind: 'contract',
        entry: null,
        extends: null,
        state,
        document,
        correlation_id: 'c',
        asked_at: office.clock.now(),
      })
      .execute()
  }
  const decide = (id: string, state: AccessRequest['state']) =>
    office.database
      .updateTable('access_requests')
      .set(({ fn, val }) => ({
        state,
        document: fn('jsonb_set', ['document', val('{state}'), val(JSON.stringify(state))]),
      }))
      .where('id', '=', id)
      .execute()

  it('gets nothing along with a contract that nobody approved', async () => {
    const id = randomUUID()
    const request = await along(id)
    await contractRequest(id, 'open')
    await office.settleApproved(request)
    await office.work()
    assert.deepEqual(
      [office.isMember(office.sales, office.gil), (await office.grant(request)).state],
      [false, 'waiting'],
    )
    await decide(id, 'denied')
    await office.forward(hours)
    assert.deepEqual([office.isMember(office.sales, office.gil), (await office.grant(request)).state], [false, 'ended'])
    assert.match(await office.told(office.maya), /along with a contract, and there is no such contract/)
  })

  it('gets it as soon as the contract is approved, and until its end', async () => {
    const request = await along('c-1')
    await contractRequest('c-1', 'open')
    await office.settleApproved(request)
    await office.work()
    const approved = await office.approve(contractFor(until(20 * days)), office.benoit)
    // The contract is that of the request along with which it was asked for.
    await office.database.updateTable('contracts').set({ id: 'contract:c-1' }).execute()
    await office.database
      .updateTable('access_grants')
      .set({ contract_id: 'contract:c-1' })
      .where('contract_id', '=', `contract:${approved.id}`)
      .execute()
    await office.forward(hours)
    assert.equal(office.isMember(office.sales, office.gil), true)
    const grant = await office.grant(request)
    assert.ok(grant.endsAt && grant.endsAt.getTime() <= office.clock.now().getTime() + 20 * days)
  })

  it('gets nothing weeks later that the catalogue does not give any more', async () => {
    const startsAt = new Date(office.clock.now().getTime() + 60 * days).toISOString()
    const request = await office.approve({ startsAt })
    const { entries } = office.ground.catalogue
    const changed = entries.map((entry) => ({ ...entry, group: office.reports }))
    Object.assign(office.ground.catalogue, { entries: changed })
    try {
      await office.forward(61 * days)
    } finally {
      Object.assign(office.ground.catalogue, { entries })
    }
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
    assert.match(await office.told(office.ada), /not given like this any more/)
  })

  it('opens no account by a contract that was blocked because of a thief', async () => {
    office.company.addPerson(office.gil, { userType: 'Guest', accountEnabled: false })
    await office.database
      .insertInto('operations')
      .values({
        id: randomUUID(),
        name: 'freeze-account',
        tenant_id: office.tenant,
        actor_id: office.maya.id,
        target_id: office.gil.id,
        dialog_id: null,
        correlation_id: 'c',
        state: 'done',
        outcome: null,
        started_at: office.clock.now(),
        finished_at: office.clock.now(),
        about: null,
      })
      .execute()
    const request = await office.approve(contractFor(until(20 * days)), office.benoit)
    await office.work()
    assert.equal(office.company.users.get(office.gil.id)?.accountEnabled, false)
    assert.equal((await office.contract(request)).state, 'failed')
  })

  it('puts nobody under a contract, to be disabled at its end, who was taken on meanwhile', async () => {
    const request = await office.approve(contractFor(until(20 * days)), office.benoit)
    office.company.addPerson(office.gil, { userType: 'Member' })
    await office.work()
    assert.equal((await office.contract(request)).state, 'failed')
    assert.match(await office.told(office.maya), /Gil Santos is no contractor any more/)
    await office.forward(21 * days)
    assert.equal(office.company.users.get(office.gil.id)?.accountEnabled, true)
    const events = await office.audited('begin-contract')
    assert.equal(
      events.some(({ detail }) => detail.contract === `contract:${request.id}`),
      true,
    )
  })

  it('takes nothing from somebody who does not report to them any more', async () => {
    const request = await office.approve({ requester: named(office.maya) }, office.benoit)
    await office.work()
    const { id } = await office.grant(request)
    office.company.managers.set(office.ada.id, office.benoit.id)
    assert.equal((await handBack(office.ground, id, office.maya)).ok, false)
    assert.equal((await handBack(office.ground, id, { ...somebody('Eve'), tenant: office.tenant })).ok, false)
    assert.equal(office.isMember(), true)
    office.company.managers.set(office.ada.id, office.maya.id)
    assert.equal((await handBack(office.ground, id, office.maya)).ok, true)
    assert.equal(office.isMember(), false)
  })

  it('writes no password into the reason of an extension', async () => {
    await office.approve()
    await office.work()
    await office.forward(28 * days)
    const [card] = await office.cards(office.ada, 'access-ends')
    assert.ok(card)
    const values = { reason: 'my password is Tangerine-42-Harbour', lasts: String(7 * days) }
    const post = await office.post(card.key)
    const window = accessEndWindows(office.ground)['access-ends']
    const sent = await window?.({ person: office.ada, post, values, correlationId: 'c', submitted: true })
    assert.match(JSON.stringify(sent?.reply), /looks like a password/)
    assert.doesNotMatch(JSON.stringify(sent?.reply), /Tangerine/)
    const open = await office.database.selectFrom('access_requests').select('id').where('state', '=', 'open').execute()
    assert.deepEqual(open, [])
  })

  it('learns from an extension for somebody else nothing of what they must not see', async () => {
    await office.approve({ requester: named(office.maya) }, office.benoit)
    await office.work()
    await office.forward(28 * days)
    const [card] = await office.cards(office.maya, 'access-ends')
    assert.ok(card)
    const [sales] = office.ground.catalogue.entries
    assert.ok(sales)
    const secret = { ...sales, key: 'hr', title: 'Dismissals', group: office.reports, visibleTo: [office.everybody] }
    const rule: Conflict = { between: ['hr', sales.key], why: 'it is about dismissals', [then]: 'refuse' as const }
    const { entries, conflicts } = office.ground.catalogue
    Object.assign(office.ground.catalogue, { entries: [...entries, secret], conflicts: [rule] })
    office.company.members.get(office.reports)?.add(office.ada.id)
    try {
      const values = { reason: 'The report is late', lasts: String(7 * days) }
      const post = await office.post(card.key)
      const window = accessEndWindows(office.ground)['access-ends']
      const sent = await window?.({ person: office.maya, post, values, correlationId: 'c', submitted: true })
      assert.match(JSON.stringify(sent?.reply), /does not go with it: something else/)
      assert.doesNotMatch(JSON.stringify(sent?.reply), /[Dd]ismissals/)
    } finally {
      Object.assign(office.ground.catalogue, { entries, conflicts })
    }
  })
})
