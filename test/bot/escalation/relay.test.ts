import assert from 'node:assert/strict'
import { renderCard } from '../../../cards/render.ts'
import { somebody } from '../identity/people.ts'
import { type Office, openOffice } from './office.ts'

describe('words between IT and a person', () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office.close())

  it('go from the thread to the chat with the bot, with the name, once under redelivery', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, number } = await office.open({ person })
    assert.equal(await office.itWrites(id, office.helen, 'Which door is it?', { event: 'e1' }), undefined)
    assert.equal(await office.itWrites(id, office.helen, 'Which door is it?', { event: 'e1' }), undefined)
    const [card, ...others] = office.chatOf(person)
    assert.deepEqual(others, [])
    assert.ok(card && 'card' in card.content)
    const drawn = JSON.stringify(renderCard(card.content, card.post))
    for (const words of ['Helen Park of IT', 'Which door is it?', `Ticket ${number}`, 'Reply'])
      assert.ok(drawn.includes(words))
  })

  it('come to where the person last wrote: from Teams to Slack', async () => {
    const person = somebody('Zoë')
    await office.conversations.remember(person.tenant, person.id, {
      channel: 'slack',
      conversation: `D-${person.id}`,
      serviceUrl: '',
    })
    const { id } = await office.open({ person })
    await office.itWrites(id, office.helen, 'Hello')
    assert.equal(office.chatOf(person)[0]?.place.channel, 'slack')
  })

  it('go back into the thread by a button, once, and by writing, with the name', async () => {
    const person = somebody('Ada Lindqvist')
    const { id } = await office.open({ person, reason: 'not-me' })
    assert.equal(await office.personWrites(person, 'Anybody?'), false, 'IT has not written yet')
    await office.itWrites(id, office.helen, 'Which door is it?')
    const key = office.chatOf(person)[0]?.post ?? ''
    assert.match(await office.press(person, 'reply-it', key, { text: '  ' }), /a few words/)
    assert.match(await office.press(person, 'reply-it', key, { text: 'The back door' }), /Passed on to IT/)
    await office.press(person, 'reply-it', key, { text: 'The back door' })
    assert.ok(await office.personWrites(person, 'And the *front* door\n<!channel>', { event: 'e2' }))
    assert.ok(await office.personWrites(person, 'And the *front* door\n<!channel>', { event: 'e2' }))
    assert.deepEqual(office.below(id), [
      'Ada Lindqvist: The back door',
      'Ada Lindqvist: And the *front* door\n| <!channel>',
    ])
    assert.equal(office.chatOf(person).filter(({ content }) => office.textOf(content) === 'Passed on to IT.').length, 1)
  })

  it('are passed on for whoever asked for a person before IT wrote, with the number the first time', async () => {
    const person = somebody('Ada')
    const { id, number } = await office.open({ person })
    assert.ok(await office.personWrites(person, 'It is urgent'))
    assert.deepEqual(office.below(id), ['Ada: It is urgent'])
    assert.match(office.textOf(office.chatOf(person)[0]?.content ?? { text: '' }), new RegExp(`ticket ${number}`))
  })

  it('belong to nobody where no thread is open', async () => {
    assert.equal(await office.personWrites(somebody(), 'Good morning'), false)
  })

  it('of somebody who is not IT stay where they are, and they are told', async () => {
    const person = somebody()
    const { id } = await office.open({ person })
    assert.equal(await office.itWrites(id, somebody('Mallory'), 'I am IT'), 'Only IT can answer here.')
    office.staff.delete(office.sam.id)
    assert.equal(await office.itWrites(id, office.sam, 'I was IT yesterday'), 'Only IT can answer here.')
    office.staff.add(office.sam.id)
    assert.deepEqual(office.chatOf(person), [])
  })

  it('of IT are not passed on when the directory does not answer', async () => {
    const person = somebody()
    const { id } = await office.open({ person })
    const { isIt } = office.ground
    Object.assign(office.ground, { isIt: async () => Promise.reject(new Error('unreachable')) })
    assert.equal(await office.itWrites(id, office.helen, 'Hello'), 'Only IT can answer here.')
    Object.assign(office.ground, { isIt })
    assert.deepEqual(office.chatOf(person), [])
  })

  it('of IT about themselves are left to others', async () => {
    const { id } = await office.open({ person: office.sam, reason: 'not-me' })
    assert.match((await office.itWrites(id, office.sam, 'All fine')) ?? '', /about you/)
  })

  it('come without their attachments, in both directions, and whoever sent them is told', async () => {
    const person = somebody('Ada')
    const { id } = await office.open({ person })
    assert.match((await office.itWrites(id, office.helen, 'See this', { attachments: 1 })) ?? '', /not passed on/)
    assert.match((await office.itWrites(id, office.helen, '', { attachments: 2 })) ?? '', /not passed on/)
    assert.equal(office.chatOf(person).length, 1)
    assert.ok(await office.personWrites(person, 'Look', { attachments: 1 }))
    assert.deepEqual(office.below(id), ['Ada: Look'])
    assert.ok(await office.personWrites(person, '', { attachments: 1 }))
    assert.equal(office.chatOf(person).filter(({ content }) => /not passed on/.test(office.textOf(content))).length, 2)
  })

  it('that look like a secret are passed on in neither direction and are kept nowhere', async () => {
    const person = somebody('Ada')
    const { id } = await office.open({ person })
    const secrets = ['918273', 'my password is Zebulon77', 'Quillet-427-Harbor-Kite', 'JBSW Y3DP EHPK 3PXP QRST']
    for (const secret of secrets) {
      assert.match(
        (await office.itWrites(id, office.helen, secret)) ?? '',
        /did not pass that on, because it looks like/,
      )
      assert.ok(await office.personWrites(person, secret))
    }
    await office.itWrites(id, office.helen, 'Call me')
    const key = office.chatOf(person).find(({ content }) => 'card' in content)?.post ?? ''
    assert.match(await office.press(person, 'reply-it', key, { text: '918 273' }), /looks like a one-time code/)
    assert.match(
      await office.press(office.helen, 'thread-resolve', `thread:${id}`, { note: 'Code 918273' }),
      /one-time code/,
    )
    assert.equal(
      office.chatOf(person).filter(({ content }) => /did not pass that on/.test(office.textOf(content))).length,
      4,
    )
    assert.deepEqual(office.below(id), [])
    for (const table of ['posts', 'threads', 'tickets', 'ticket_notes', 'audit'] as const) {
      const kept = JSON.stringify(await office.database.selectFrom(table).selectAll().execute())
      for (const secret of ['918273', '918 273', 'Zebulon77', 'Quillet', 'JBSW'])
        assert.ok(!kept.includes(secret), table)
    }
  })

  it('are not in the ticket, which says only who wrote', async () => {
    const person = somebody('Ada')
    const { id } = await office.open({ person })
    await office.itWrites(id, office.helen, 'A confidential matter')
    await office.personWrites(person, 'A private reason')
    const notes = await office.database.selectFrom('ticket_notes').select('text').where('ticket_id', '=', id).execute()
    assert.deepEqual(
      notes.map(({ text }) => text),
      ['Helen Park of IT wrote to the person.', 'The person wrote to IT.'],
    )
  })

  it('of any length are shown whole up to 4,000 characters', async () => {
    const person = somebody('Ada')
    const { id } = await office.open({ person })
    await office.itWrites(id, office.helen, `${'Long. '.repeat(600)}\nEnd of it`)
    const [card] = office.chatOf(person)
    assert.ok(card && 'card' in card.content)
    assert.match(JSON.stringify(renderCard(card.content, card.post)), /End of it/)
  })

  it('below another message of the channel are none of ours', async () => {
    const words = { person: office.helen, text: 'Lunch?', attachments: 0, event: 'e9', correlationId: 'c1' }
    const place = { channel: 'slack', conversation: 'C-IT', message: 'somebody else', serviceUrl: '' } as const
    assert.deepEqual(await office.escalation.fromIt(place, words), { note: undefined, posts: [] })
  })
})
