import assert from 'node:assert/strict'
import { renderCard } from '../../../cards/render.ts'
import { minutes, somebody } from '../identity/people.ts'
import { type Office, openOffice } from './office.ts'

describe('buttons on the card that heads a thread', () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office.close())

  const press = (id: string, person: Parameters<Office['press']>[0], verb: string, values = {}) =>
    office.press(person, verb, `thread:${id}`, values)

  it('are for IT only, asked of the directory at every click', async () => {
    const { id } = await office.open({ person: somebody() })
    const verbs = Object.keys(office.escalation.buttons).filter((verb) => verb.startsWith('thread-'))
    assert.equal(verbs.length, 6)
    office.staff.delete(office.sam.id)
    for (const verb of verbs)
      for (const person of [somebody('Mallory'), office.sam])
        assert.equal(await press(id, person, verb, { note: 'Done' }), 'Only IT can use these buttons.')
    office.staff.add(office.sam.id)
    assert.equal((await office.row(id)).state, 'open')
    assert.equal(office.freezes.length, 0)
  })

  it('are not for whoever the thread is about: a thief in their account would put it away', async () => {
    const { id } = await office.open({ person: office.sam, reason: 'not-me' })
    assert.match(await press(id, office.sam, 'thread-resolve', { note: 'All fine' }), /about you/)
    assert.equal((await office.row(id)).state, 'open')
  })

  it('Take: the first of many clicks has it, the others are told who', async () => {
    const { id } = await office.open({ person: somebody() })
    const people = [office.helen, office.sam, office.helen, office.sam]
    const answers = await Promise.all(people.map((person) => press(id, person, 'thread-take')))
    assert.equal(answers.filter((answer) => answer.includes('has taken it already')).length, 3)
    const { taken_by } = await office.row(id)
    const first = taken_by === office.helen.id ? 'Helen Park' : 'Sam Whitfield'
    for (const answer of answers) assert.match(answer, new RegExp(first))
    assert.match(office.card(id), new RegExp(`"Taken by","value":"${first} at 09:\\d\\d UTC"`))
    assert.deepEqual(office.buttonsOn(id), ['resolve', 'verify', 'freeze'])
    const events = (await office.audited('take-thread')).filter(({ actor }) => actor === taken_by)
    assert.equal(events.length, 1)
  })

  it('Resolve: closes the ticket, tells the person, ends the card; the note is needed', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, number } = await office.open({ person })
    assert.match(await press(id, office.helen, 'thread-resolve'), /Write what was done/)
    assert.match(await press(id, office.helen, 'thread-resolve', { note: 'x'.repeat(501) }), /at most 500/)
    await press(id, office.helen, 'thread-verify')
    const answers = await Promise.all([
      press(id, office.helen, 'thread-resolve', { note: 'The badge was renewed' }),
      press(id, office.sam, 'thread-resolve', { note: 'The badge was renewed' }),
    ])
    for (const answer of answers) assert.match(answer, /Resolved by (Helen Park|Sam Whitfield): The badge was renewed/)
    const ticket = await office.database
      .selectFrom('tickets')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    assert.equal(ticket.state, 'closed')
    assert.match(ticket.outcome ?? '', /The badge was renewed \((Helen Park|Sam Whitfield), IT\)/)
    const told = office.chatOf(person).filter(({ post }) => post === `thread:${id}:resolved`)
    assert.equal(told.length, 1)
    const words = office.textOf(told[0]?.content ?? { text: '' })
    for (const part of [`Ticket ${number} is resolved`, 'of IT: The badge was renewed']) assert.ok(words.includes(part))
    const { content, post } = office.head(id)
    assert.ok('card' in content)
    const drawn = renderCard(content, post)
    assert.equal(drawn.actions, undefined)
    assert.doesNotMatch(JSON.stringify(drawn), /Input\.Text/)
    const asked = office.chatOf(person).find(({ post: key }) => key.startsWith('confirmation:'))
    assert.match(office.textOf(asked?.content ?? { text: '' }), /Not needed any more/)
    assert.equal((await office.audited('resolve-thread')).length, 1)
    assert.match(
      (await office.itWrites(id, office.helen, 'One more thing')) ?? '',
      new RegExp(`resolved \\(ticket ${number}\\)`),
    )
    assert.equal(await office.personWrites(person, 'Thanks'), false)
  })

  it('what IT said cannot be answered once it is resolved', async () => {
    const person = somebody('Ada')
    const { id } = await office.open({ person })
    await office.itWrites(id, office.helen, 'Done?')
    const key = office.chatOf(person)[0]?.post ?? ''
    await press(id, office.helen, 'thread-resolve', { note: 'Done' })
    assert.match(await office.press(person, 'reply-it', key, { text: 'Yes' }), /is resolved/)
    assert.deepEqual(office.below(id), [])
  })

  describe('reminders', () => {
    it('come while nobody answers, later each time, four at most, sooner when it is urgent', async () => {
      const calm = await office.open({ person: somebody() })
      const urgent = await office.open({ person: somebody(), urgency: 'high' })
      const reminders = (id: string) => office.below(id).filter((text) => text.startsWith('Nobody has answered'))
      office.clock.forward(11 * minutes)
      await Promise.all([1, 2, 3].map(async () => office.bring(await office.escalation.remind(100))))
      assert.deepEqual(reminders(urgent.id), ['Nobody has answered for 11 minutes.'])
      assert.deepEqual(reminders(calm.id), [])
      for (let turn = 0; turn < 20; turn++) {
        office.clock.forward(60 * minutes)
        await office.bring(await office.escalation.remind(100))
      }
      assert.equal(reminders(urgent.id).length, 4)
      assert.equal(reminders(calm.id).length, 4)
      assert.equal(reminders(calm.id)[0], 'Nobody has answered for 71 minutes.')
    })

    it('end when IT answers, begin anew when the person does, and say who took it', async () => {
      const person = somebody()
      const { id } = await office.open({ person, urgency: 'high' })
      await press(id, office.helen, 'thread-take')
      await office.itWrites(id, office.helen, 'I am on it')
      assert.equal((await office.row(id)).remind_at, null)
      office.clock.forward(60 * minutes)
      await office.personWrites(person, 'And now?')
      office.clock.forward(10 * minutes)
      await office.bring(await office.escalation.remind(100))
      assert.match(office.below(id).at(-1) ?? '', /^Nobody has answered for 10 minutes\. Taken by Helen Park/)
    })

    it('are not for what is resolved', async () => {
      const { id } = await office.open({ person: somebody(), urgency: 'high' })
      await press(id, office.helen, 'thread-resolve', { note: 'Done' })
      office.clock.forward(600 * minutes)
      await office.bring(await office.escalation.remind(100))
      assert.deepEqual(office.below(id), [])
    })
  })

  it('open threads are listed for IT: urgent ones first, then the oldest, twenty of them', async () => {
    const list = await openOffice()
    try {
      for (let count = 0; count < 22; count++) {
        list.clock.forward(minutes)
        await list.open({ person: somebody(`Person ${count}`), urgency: count === 10 ? 'high' : 'normal' })
      }
      assert.equal(await list.escalation.list(somebody('Mallory')), undefined)
      const shown = await list.escalation.list(list.helen)
      assert.deepEqual(shown?.threads.map(({ who }) => who).slice(0, 3), ['Person 10', 'Person 0', 'Person 1'])
      assert.equal(shown?.threads.length, 20)
      assert.equal(shown?.more, 2)
    } finally {
      await list.close()
    }
  })
})
