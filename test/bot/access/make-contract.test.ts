import assert from 'node:assert/strict'
import type { Terms } from '../../../bot/approvals/requests/request.ts'
import { days } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

describe('what the audit says of contracts, and of what came to nothing', () => {
  let office: AccessOffice
  const named = ({ id, name }: { id: Terms['person']['id']; name: string }) => ({ id, name })

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(async () => {
    await office.clear()
    office.company.addPerson(office.gil, { userType: 'Guest' })
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
  const forGil = (lasts: Terms['lasts']) =>
    office.approve({ requester: named(office.maya), person: named(office.gil), lasts }, office.benoit)
  /** Why an approved request made nothing. */
  async function nothingOf({ id }: { readonly id: string }): Promise<string | undefined> {
    const events = await office.audited('carry-out-approval')
    return events.find(({ detail }) => detail.request === id)?.detail.because
  }

  it('names each access that a contract cuts, with its new end, and no other', async () => {
    const short = await forGil(until(5 * days))
    const long = await forGil(until(60 * days))
    const endless = await forGil('permanent')
    const lasts = until(20 * days)
    const contract = await office.approve(contractFor(lasts), office.benoit)
    const cut = (await office.audited('cut-access')).filter(
      ({ detail }) => detail.contract === `contract:${contract.id}`,
    )
    assert.deepEqual(cut.map(({ detail }) => detail.grant).sort(), [`grant:${long.id}`, `grant:${endless.id}`].sort())
    assert.deepEqual([...new Set(cut.map(({ detail }) => detail['ends-at']))], [lasts.until])
    assert.equal((await office.grant(endless)).endsAt?.toISOString(), lasts.until)
    assert.notEqual((await office.grant(short)).endsAt?.toISOString(), lasts.until)
  })

  it('says that a contract has ended, and what was left', async () => {
    const contract = await office.approve(contractFor(until(20 * days)), office.benoit)
    await office.work()
    await office.forward(21 * days)
    assert.equal((await office.contract(contract)).state, 'ended')
    const ends = (await office.audited('end-contract')).filter(
      ({ detail }) => detail.contract === `contract:${contract.id}`,
    )
    assert.deepEqual(
      ends.map(({ detail }) => [detail.removed, detail.left]),
      [['0', 'none']],
    )
  })

  it('says that there was no account left to disable', async () => {
    const contract = await office.approve(contractFor(until(20 * days)), office.benoit)
    await office.work()
    office.company.users.delete(office.gil.id)
    await office.forward(21 * days)
    assert.equal((await office.contract(contract)).state, 'ended')
    for (const action of ['end-contract-without-account', 'end-contract']) {
      const events = await office.audited(action)
      assert.equal(events.filter(({ detail }) => detail.contract === `contract:${contract.id}`).length, 1, action)
    }
  })

  it('says why an approved request made nothing', async () => {
    const over = await office.approve({ lasts: until(-days) })
    assert.equal(await nothingOf(over), 'It would have ended before it began.')
    const given = await office.approve({ lasts: until(30 * days) })
    const shorter = { kind: 'extension', extends: `grant:${given.id}`, lasts: until(10 * days) } as const
    assert.match((await nothingOf(await office.approve(shorter))) ?? '', /It lasts as long as that already/)
    const first = await office.approve(contractFor(until(20 * days)), office.benoit)
    const second = await office.approve(contractFor(until(30 * days)), office.benoit)
    assert.match((await nothingOf(second)) ?? '', /has a contract already/)
    assert.equal(await nothingOf(first), undefined)
  })
})
