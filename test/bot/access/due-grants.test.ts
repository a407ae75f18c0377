import assert from 'node:assert/strict'
import { workOffGrants } from '../../../bot/access/due-grants.ts'
import { activeGrantsOf, grantOf } from '../../../bot/access/grants.ts'
import { handBack } from '../../../bot/access/hand-back.ts'
import { days, hours, minutes, somebody } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

describe('access with an end', () => {
  let office: AccessOffice

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(() => office.clear())
  after(() => office.close())

  it('begins when it is approved, is announced twice before its end, and is taken back at it', async () => {
    const request = await office.approve()
    assert.equal(office.isMember(), false)
    await office.work()
    assert.equal(office.isMember(), true)
    const grant = await office.grant(request)
    assert.deepEqual([grant.state, grant.hadBefore], ['active', false])
    assert.equal(grant.endsAt?.getTime(), office.clock.now().getTime() + 30 * days)
    assert.match(await office.told(office.ada), /Ada Lindqvist has it now/)

    await office.forward(27 * days - 1)
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 0)
    await office.forward(1)
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 1)
    await office.forward(3 * days - hours)
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 2)
    await office.forward(hours - 1)
    assert.equal(office.isMember(), true)
    await office.forward(1)
    assert.equal(office.isMember(), false)
    assert.equal((await office.grant(request)).state, 'ended')
    for (const who of [office.ada, office.maya])
      assert.match(await office.told(who), /The time that was agreed is over/)
    const cards = await office.cards(office.ada, 'access-ends')
    assert.ok(cards.every(({ content }) => content.closed?.includes('It has ended.')))
    assert.deepEqual(
      (await office.audited('revoke-access')).map(({ kind }) => kind),
      ['intent', 'outcome'],
    )
  })

  it('waits for its start date, and lasts from then on', async () => {
    const startsAt = new Date(office.clock.now().getTime() + 2 * days)
    const request = await office.approve({ startsAt: startsAt.toISOString(), lasts: { for: 7 * days } })
    await office.forward(2 * days - 1)
    assert.equal(office.isMember(), false)
    await office.forward(1)
    assert.equal(office.isMember(), true)
    assert.equal((await office.grant(request)).endsAt?.getTime(), startsAt.getTime() + 7 * days)
  })

  it('ends on time in another process than it began in, and only the latest reminder is given after a pause', async () => {
    await office.approve({ lasts: { for: 5 * days } })
    await office.work()
    office.clock.forward(5 * days - 30 * minutes)
    const other = office.replica()
    await office.work(other)
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 1)
    office.clock.forward(30 * minutes)
    await office.work(other)
    assert.equal(office.isMember(), false)
  })

  it('is announced by none of the reminders that had passed when it began', async () => {
    await office.approve({ lasts: { for: 2 * hours } })
    await office.work()
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 0)
    await office.forward(hours)
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 1)
  })

  it('is never given when its time was over before anybody came to it', async () => {
    const request = await office.approve({ lasts: { for: hours } })
    office.clock.forward(hours)
    await office.work()
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
    assert.match(await office.told(office.ada), /over before it could begin/)
  })

  it('leaves alone what was there before, and says so', async () => {
    office.company.members.get(office.sales)?.add(office.ada.id)
    const request = await office.approve()
    await office.work()
    assert.equal((await office.grant(request)).hadBefore, true)
    assert.match(await office.told(office.ada), /had it before already/)
    await office.forward(30 * days)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [true, 'ended'])
    assert.match(await office.told(office.maya), /had it before it was granted, so it stays/)
    const [event] = await office.audited('end-access').then((events) => events.slice(-1))
    assert.equal(event?.detail.membership, 'left as it is')
  })

  it('notices that somebody took it away, tells everybody once, and never gives it again', async () => {
    const request = await office.approve()
    await office.work()
    office.company.members.get(office.sales)?.clear()
    await office.forward(days)
    assert.ok((await office.grant(request)).goneAt)
    for (const who of [office.ada, office.maya]) assert.match(await office.told(who), /Somebody took it away/)
    assert.equal((await office.audited('notice-removed-access')).length, 1)
    await office.forward(20 * days)
    assert.equal(office.isMember(), false)
    await office.forward(9 * days)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
    assert.deepEqual(office.company.removed, [])
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 0)
  })

  it('leaves alone what was given again otherwise', async () => {
    const request = await office.approve()
    await office.work()
    office.company.members.get(office.sales)?.clear()
    await office.forward(days)
    office.company.members.get(office.sales)?.add(office.ada.id)
    await office.forward(29 * days)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [true, 'ended'])
    assert.match(await office.told(office.ada), /given again otherwise, so it stays/)
  })

  it('goes on while a second grant of the same membership does, and is taken back with the last', async () => {
    const one = await office.approve({ lasts: { for: 10 * days } })
    await office.work()
    await office.forward(5 * days)
    const two = await office.approve({ lasts: { for: 20 * days } })
    await office.work()
    await office.forward(5 * days)
    assert.deepEqual([office.isMember(), (await office.grant(one)).state], [true, 'ended'])
    assert.match(await office.told(office.ada), /granted a second time/)
    await office.forward(15 * days)
    assert.deepEqual([office.isMember(), (await office.grant(two)).state], [false, 'ended'])
    assert.equal(office.company.removed.length, 1)
  })

  it('goes over into the grant that begins at the moment it ends', async () => {
    const one = await office.approve({ lasts: { for: 10 * days } })
    await office.work()
    const startsAt = (await office.grant(one)).endsAt?.toISOString() ?? null
    const two = await office.approve({ startsAt, lasts: { for: 10 * days } })
    await office.forward(10 * days)
    await office.forward(minutes)
    assert.deepEqual([office.isMember(), (await office.grant(two)).state], [true, 'active'])
    await office.forward(10 * days)
    assert.deepEqual([office.isMember(), (await office.grant(two)).state], [false, 'ended'])
  })

  it('lasts longer when an extension was approved, and is announced anew', async () => {
    const request = await office.approve({ lasts: { for: 10 * days } })
    await office.work()
    await office.forward(8 * days)
    const { id, endsAt } = await office.grant(request)
    assert.ok(endsAt)
    const later = new Date(endsAt.getTime() + 30 * days)
    const longer = { kind: 'extension', extends: id, lasts: { until: later.toISOString() } } as const
    const extension = await office.approve(longer, office.benoit)
    await office.settleApproved(extension)
    const grant = await office.grant(request)
    assert.equal(grant.endsAt?.getTime(), later.getTime())
    assert.deepEqual(
      grant.approvers.map(({ name }) => name),
      ['Maya Okonkwo', 'Benoît Lacroix'],
    )
    assert.equal((await office.audited('extend-access')).length, 1)
    const [card] = await office.cards(office.ada, 'access-ends')
    assert.match(card?.content.closed ?? '', /Extended/)
    await office.forward(2 * days)
    assert.equal(office.isMember(), true)
    await office.forward(27 * days)
    assert.equal((await office.cards(office.ada, 'access-ends')).length, 2)
    await office.forward(3 * days)
    assert.equal(office.isMember(), false)
    await office.approve(longer, office.benoit)
    assert.match(await office.told(office.ada), /the access had ended by then/)
  })

  it('is tried again and again while the directory fails, IT hears of it once, and it ends as soon as it can', async () => {
    const request = await office.approve()
    await office.work()
    office.clock.forward(30 * days)
    office.company.trouble.down = true
    await office.work()
    for (const wait of [1, 2, 4]) await office.forward(wait * minutes)
    assert.deepEqual(office.toldIt, [])
    await office.forward(8 * minutes)
    assert.deepEqual(
      office.toldIt.map(({ title }) => title),
      ['Access could not be taken back'],
    )
    await office.forward(6 * hours)
    assert.deepEqual([office.isMember(), office.toldIt.length], [true, 1])
    office.company.trouble.down = false
    await office.forward(6 * hours)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
  })

  it('is taken back at its end, although the answer to the first attempt was lost', async () => {
    const request = await office.approve()
    office.company.trouble.loses = true
    await office.work()
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [true, 'waiting'])
    office.company.trouble.down = false
    await office.forward(minutes)
    const { state, hadBefore } = await office.grant(request)
    assert.deepEqual([state, hadBefore], ['active', false])
    await office.forward(30 * days)
    assert.equal(office.isMember(), false)
  })

  it('is taken back at once when a lost attempt made it and the next one is refused', async () => {
    const request = await office.approve({}, office.benoit)
    office.company.trouble.loses = true
    await office.work()
    office.company.trouble.down = false
    office.company.addPerson(office.benoit, { accountEnabled: false })
    await office.forward(minutes)
    office.company.addPerson(office.benoit)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
    assert.match(await office.told(office.ada), /could not be given/)
  })

  it('fails where a rule forbids it, and says why', async () => {
    const request = await office.approve({
      entry: 'all-employees',
      group: { id: office.everybody, name: 'All Employees' },
    })
    await office.work()
    assert.equal((await office.grant(request)).state, 'failed')
    assert.match(await office.told(office.ada), /could not be given/)
  })

  it('is over when the account is not in the directory any more', async () => {
    const eve = somebody('Eve Gone')
    const person = { id: eve.id, name: eve.name }
    office.company.addPerson(eve)
    const request = await office.approve(
      { person, requester: { id: office.maya.id, name: office.maya.name } },
      office.benoit,
    )
    await office.work()
    office.company.users.delete(eve.id)
    office.company.members.get(office.sales)?.delete(eve.id)
    await office.forward(days)
    assert.equal((await office.grant(request)).state, 'ended')
    assert.match(await office.told(office.maya), /not in the directory any more/)
  })

  it('is given and taken back once by two replicas at work at the same moment', async () => {
    const requests = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const who = somebody(`Person ${index}`)
        office.company.addPerson(who)
        const person = { id: who.id, name: who.name }
        return await office.approve({ person, requester: person })
      }),
    )
    const replicas = [office.ground, office.replica()]
    const options = { limit: 100, atOnce: 4 }
    await Promise.all(replicas.map((one) => workOffGrants(one, options)))
    office.clock.forward(30 * days)
    await Promise.all(replicas.map((one) => workOffGrants(one, options)))
    for (const name of ['grant-access', 'revoke-access'])
      assert.equal((await office.begun(name)).length, requests.length, name)
    assert.equal(new Set(office.company.removed).size, requests.length)
    assert.equal(office.company.members.get(office.sales)?.size, 0)
  })

  it('works off what fell due in a day without service: all of it, in order, so many at a time', async () => {
    const count = 500
    const order: string[] = []
    for (let index = 0; index < count; index++) {
      const who = somebody(`Person ${index}`)
      const person = { id: who.id, name: who.name }
      office.company.addPerson(who)
      await office.approve({ person, requester: person, lasts: { for: 12 * hours + index * minutes } })
      order.push(`${office.sales}:${who.id}`)
    }
    await office.work()
    assert.equal(office.company.members.get(office.sales)?.size, count)
    office.clock.forward(2 * days)
    office.company.most.atOnce = 0
    await office.work(office.replica())
    assert.equal(office.company.removed.length, count)
    assert.ok(office.company.most.atOnce <= 8, `${office.company.most.atOnce} at once`)
    // Nobody was overtaken by more than what is claimed in one page.
    const overtaken = office.company.removed.map((one, place) => Math.abs(order.indexOf(one) - place))
    assert.ok(Math.max(...overtaken) < 32, `overtaken by ${Math.max(...overtaken)}`)
  })

  describe('handing back', () => {
    it('ends it at once, for the person and for whoever asked, and for nobody else', async () => {
      const request = await office.approve()
      await office.work()
      const { id } = await office.grant(request)
      assert.equal((await handBack(office.ground, id, office.maya)).ok, false)
      assert.equal(office.isMember(), true)
      const { ok, sentence } = await handBack(office.ground, id, office.ada)
      assert.equal(ok, true, sentence)
      assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
      assert.match(await office.told(office.maya), /Ada Lindqvist gave it back/)
      assert.equal((await handBack(office.ground, id, office.ada)).ok, false)
    })

    it('ends what has not begun without asking the directory', async () => {
      const startsAt = new Date(office.clock.now().getTime() + days).toISOString()
      const request = await office.approve({ startsAt })
      office.company.trouble.down = true
      assert.equal((await handBack(office.ground, (await office.grant(request)).id, office.ada)).ok, true)
      office.company.trouble.down = false
      await office.forward(2 * days)
      assert.equal(office.isMember(), false)
    })

    it('says so when it does not work, and may be tried again', async () => {
      const request = await office.approve()
      await office.work()
      const { id } = await office.grant(request)
      office.company.trouble.down = true
      assert.equal((await handBack(office.ground, id, office.ada)).ok, false)
      office.company.trouble.down = false
      assert.equal((await handBack(office.ground, id, office.ada)).ok, true)
      assert.equal(office.isMember(), false)
    })
  })

  it('finds what somebody has', async () => {
    const request = await office.approve()
    await office.work()
    const { id } = await office.grant(request)
    const all = await activeGrantsOf(office.database, office.tenant, office.ada.id, 10)
    assert.deepEqual(
      all.map((grant) => grant.id),
      [id],
    )
    assert.equal((await grantOf(office.database, office.tenant, office.ada.id, office.sales))?.id, id)
    assert.equal(await grantOf(office.database, office.tenant, office.ada.id, office.reports), undefined)
  })
})
