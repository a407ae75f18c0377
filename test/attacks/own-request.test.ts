import assert from 'node:assert/strict'
import { wellKnown, wellKnownGroups } from '../../infra/practice/company/cast.ts'
import { approves, asksFor, cardsArePlaced } from '../support/access.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import type { Kept } from '../support/mischief.ts'
import type { Talker } from '../support/talker.ts'

const wish = { words: 'I need access to the sales dashboard', title: 'Sales dashboard (read)', duration: '7 days' }
const reports = { words: 'I need access to the finance reports', title: 'Finance reports (read)', duration: '7 days' }

describe('somebody who would approve their own request', function () {
  this.timeout(180_000)
  let company: TestCompany
  let ada: Talker
  let maya: Talker
  let benoit: Talker

  before(async () => {
    company = await startTestCompany()
    ada = company.person('ada', 'teams')
    maya = company.person('maya', 'teams')
    benoit = company.person('salesHead', 'teams')
  })
  after(() => company.close())
  afterEach(async () => {
    assert.ok(!members('salesDashboard').includes(ada.id), 'nothing was given')
    assert.ok(!members('financeReports').includes(ada.id), 'nothing was given')
    company.company.tenant.control.editUser(ada.id, { managerId: maya.id })
    await ada.say('cancel')
    if (ada.chat().some(({ buttons }) => buttons.includes('Withdraw the request')))
      await ada.press('Withdraw the request')
  })

  const members = (group: 'salesDashboard' | 'financeReports') =>
    company.company.tenant.control.group(wellKnownGroups[group]).members

  /** Ada asks; the card of her manager, as it looks on her manager's screen. */
  async function asked(): Promise<Kept> {
    const before = maya.chat().length
    await asksFor(ada, wish)
    const card = await company.company.teams.client.waitFor(
      company.company.teams.client.open(maya.id).conversationId,
      () =>
        maya
          .chat()
          .slice(before)
          .find(({ buttons }) => buttons.includes('Approve')),
      15_000,
    )
    await cardsArePlaced(company, maya)
    return maya.mischief.keep(card)
  }

  const stateOf = async () =>
    await company.database
      .selectFrom('access_requests')
      .select(['id', 'state'])
      .where('person_id', '=', ada.id)
      .orderBy('asked_at', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()

  it('with the manager’s card, from their own chat and from their account in Slack', async () => {
    const card = await asked()
    assert.match(await ada.mischief.press(card, 'Approve'), /not meant for you/)
    const inSlack = company.person('ada', 'slack')
    await inSlack.say('hello')
    await inSlack.sees(/./)
    assert.match(
      await inSlack.mischief.pressUnknown({ verb: 'access-approve', post: await keyOfAsk(), values: {} }),
      /not meant for you/,
    )
    assert.equal((await stateOf()).state, 'open')
  })

  it('by having it passed on to them, or round in a circle', async () => {
    await asked()
    await maya.open('Delegate…')
    const found = await maya.submit({ name: 'Ada Lindqvist' })
    assert.match(found?.text ?? '', /found nobody of that name who could decide/)
    // As if she had been offered all the same.
    const forged = await maya.submit({ to: ada.id })
    assert.match(forged?.text ?? '', /cannot decide this|Choose somebody else/)
    await maya.open('Delegate…')
    await maya.submit({ name: 'Benoît Lacroix' })
    await maya.submit({ to: benoit.id })
    await maya.hasSeen('You passed it on to Benoît Lacroix')
    await benoit.hasSeen(/Sales dashboard[\s\S]*delegate of Maya Okonkwo/)
    await cardsArePlaced(company, benoit)
    for (const [name, id] of [
      ['Ada Lindqvist', ada.id],
      ['Maya Okonkwo', maya.id],
    ] as const) {
      await benoit.open('Delegate…')
      await benoit.submit({ name })
      const again = await benoit.submit({ to: id })
      assert.match(again?.text ?? '', /cannot decide this|Choose somebody else|asked already/, name)
    }
    assert.equal((await stateOf()).state, 'open')
  })

  it('by owning the group whose owners are asked', async () => {
    const { control } = company.company.tenant
    control.editGroup(wellKnownGroups.financeReports, { owners: new Set([ada.id]) })
    await asksFor(ada, reports)
    await maya.hasSeen(/asks for access[\s\S]*Finance reports/)
    await approves(company, maya)
    await ada.hasSeen(/IT has it now[\s\S]*they asked for it themselves/)
    assert.ok(!ada.chat().some(({ buttons }) => buttons.includes('Approve')))
  })

  it('by another manager, of today: this friend or that, or oneself', async () => {
    await asked()
    const { control } = company.company.tenant
    for (const other of [wellKnown.zoe.id, wellKnown.lucas.id, ada.id]) {
      control.editUser(ada.id, { managerId: other })
      const said = await maya.press('Approve')
      assert.match(said, /not .*manager|cannot|any more/i)
      assert.equal((await stateOf()).state, 'open')
    }
    // Whoever asks anew is not sent to the new one either: that one has not been it for long enough.
    await ada.press('Withdraw the request')
    control.editUser(ada.id, { managerId: wellKnown.zoe.id })
    await asksFor(ada, wish)
    await ada.hasSeen(/IT has it now/)
    assert.ok(
      !company
        .person('zoe', 'teams')
        .chat()
        .some(({ buttons }) => buttons.includes('Approve')),
    )
  })

  async function keyOfAsk(): Promise<string> {
    const { id } = await stateOf()
    const row = await company.database
      .selectFrom('posts')
      .select('key')
      .where('key', 'like', `access-ask:${id}:%`)
      .executeTakeFirstOrThrow()
    return row.key
  }
})
