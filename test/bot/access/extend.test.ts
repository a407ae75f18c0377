import assert from 'node:assert/strict'
import { accessEndButtons } from '../../../bot/access/buttons.ts'
import { offersOf } from '../../../bot/access/offers.ts'
import { accessEndWindows } from '../../../bot/access/windows.ts'
import { parseRequest } from '../../../bot/approvals/requests/request-document.ts'
import { takeStep } from '../../../bot/approvals/requests/take-step.ts'
import type { Reply } from '../../../bot/channels/chat.ts'
import { takeBaseline } from '../../../bot/identity/manager-history.ts'
import type { Person } from '../../../bot/identity/person.ts'
import type { Button } from '../../../bot/turns/button.ts'
import { days } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

describe('the ends that are offered', () => {
  const now = new Date('2026-03-02T09:00:00.000Z')
  const soon = new Date(now.getTime() + 3 * days)

  it('are later than the one there is, and no further from now than may be asked for', () => {
    const offers = offersOf(soon, [7 * days, 30 * days, 90 * days], 30 * days, now)
    const ends = offers.map(({ lasts }) =>
      typeof lasts === 'object' && 'until' in lasts ? Date.parse(lasts.until) : 0,
    )
    assert.deepEqual(ends, [soon.getTime() + 7 * days, now.getTime() + 30 * days])
    assert.deepEqual(offersOf(soon, [7 * days], 3 * days, now), [])
  })

  it('include none at all only where it may be permanent', () => {
    assert.ok(offersOf(soon, [7 * days], undefined, now).some(({ lasts }) => lasts === 'permanent'))
    assert.ok(offersOf(soon, [7 * days], 90 * days, now).every(({ lasts }) => lasts !== 'permanent'))
  })
})

describe('the card that says that access ends', () => {
  let office: AccessOffice

  before(async () => {
    office = await openAccessOffice()
    const links = [
      { person: office.ada.id, manager: office.maya.id },
      { person: office.maya.id, manager: office.benoit.id },
    ]
    const pages = (async function* () {
      yield links
    })()
    await takeBaseline(office.database, office.tenant, pages, office.clock.now())
  })
  beforeEach(() => office.clear())
  after(() => office.close())

  async function reminded() {
    const request = await office.approve()
    await office.work()
    await office.forward(28 * days)
    const [card] = await office.cards(office.ada, 'access-ends')
    assert.ok(card)
    return { request, key: card.key }
  }

  async function press(button: Button | undefined, who: Person, key: string, values?: Record<string, string>) {
    assert.ok(button)
    const post = await office.post(key)
    const submitted = values !== undefined
    return await button({ person: who, post, values: values ?? {}, correlationId: 'c', submitted })
  }
  const shown = (reply: Reply) => JSON.stringify(reply)
  const extend = (key: string, values?: Record<string, string>, who = office.ada) =>
    press(accessEndWindows(office.ground)['access-ends'], who, key, values)
  const open = async () =>
    await office.database
      .selectFrom('access_requests')
      .select(['id', 'kind', 'document'])
      .where('state', '=', 'open')
      .execute()

  it('opens a window with the reason as it was given, and ends to choose from', async () => {
    const { key } = await reminded()
    const { reply } = await extend(key)
    assert.equal(reply.kind, 'window')
    assert.match(shown(reply), /For the quarterly report/)
    assert.match(shown(reply), /7 days more: until /)
  })

  it('asks for an extension once, however often the window is sent off', async () => {
    const { request, key } = await reminded()
    const values = { reason: 'The report is late', lasts: String(7 * days) }
    const [one, two] = await Promise.all([extend(key, values), extend(key, values)])
    for (const { reply } of [one, two]) assert.equal(reply.kind, 'close-window', shown(reply))
    const requests = await open()
    assert.deepEqual(
      requests.map(({ kind }) => kind),
      ['extension'],
    )
    const { id, endsAt } = await office.grant(request)
    const terms = parseRequest(requests[0]?.document).terms
    assert.deepEqual([terms.extends, terms.reason], [id, 'The report is late'])
    assert.deepEqual(terms.lasts, { until: new Date((endsAt?.getTime() ?? 0) + 7 * days).toISOString() })
    assert.equal((await office.cards(office.maya, 'access-ask')).length, 1)
  })

  it('lasts longer as soon as the manager says yes', async () => {
    const { request, key } = await reminded()
    const before = await office.grant(request)
    await extend(key, { reason: 'The report is late', lasts: String(7 * days) })
    const [asked] = await open()
    const [ask] = parseRequest(asked?.document).asks
    assert.ok(asked && ask)
    const taken = await takeStep(
      office.ground,
      asked.id,
      { kind: 'approved', ask: ask.id, hash: ask.hash },
      office.maya.id,
    )
    assert.ok('posts' in taken, JSON.stringify(taken))
    const after = await office.grant(request)
    assert.equal(after.endsAt?.getTime(), (before.endsAt?.getTime() ?? 0) + 7 * days)
    await office.forward(8 * days)
    assert.equal(office.isMember(), true)
    await office.forward(days)
    assert.equal(office.isMember(), false)
  })

  it('asks again when the last request has ended', async () => {
    const { key } = await reminded()
    const values = { reason: 'The report is late', lasts: String(7 * days) }
    await extend(key, values)
    await office.database.updateTable('access_requests').set({ state: 'denied' }).where('state', '=', 'open').execute()
    await extend(key, values)
    assert.equal((await open()).length, 1)
  })

  it('takes no end that was not offered, no empty reason, and nobody else', async () => {
    const { key } = await reminded()
    assert.match(shown((await extend(key, { reason: 'x', lasts: String(400 * days) })).reply), /Please choose/)
    assert.match(shown((await extend(key, { reason: ' ', lasts: String(7 * days) })).reply), /Please say why/)
    const other = await extend(key, { reason: 'x', lasts: String(7 * days) }, office.maya)
    assert.match(shown(other.reply), /It has ended by now/)
    assert.deepEqual(await open(), [])
  })

  it('asks for nothing when the access is over', async () => {
    const { key } = await reminded()
    await office.forward(2 * days)
    const { reply } = await extend(key, { reason: 'x', lasts: String(7 * days) })
    assert.match(shown(reply), /It has ended by now/)
    assert.deepEqual(await open(), [])
  })

  it('gives it back at a press, and says so on the card', async () => {
    const { request, key } = await reminded()
    const { reply } = await press(accessEndButtons(office.ground)['access-hand-back'], office.ada, key)
    assert.equal(reply.kind, 'card')
    assert.match(shown(reply), /The access is gone/)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
  })
})
