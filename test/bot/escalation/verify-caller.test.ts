import assert from 'node:assert/strict'
import { closeCards } from '../../../bot/approvals/close-cards.ts'
import { confirmButton } from '../../../bot/approvals/confirm-button.ts'
import { expireDue } from '../../../bot/identity/manager.ts'
import type { Person } from '../../../bot/identity/person.ts'
import { readPost } from '../../../bot/turns/outbox.ts'
import { minutes, somebody } from '../identity/people.ts'
import { type Office, openOffice } from './office.ts'

describe('Verify caller', () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office.close())

  async function asked(person: Person) {
    const { id } = await office.open({ person })
    await office.press(office.helen, 'thread-verify', `thread:${id}`)
    const card = office.chatOf(person).find(({ post }) => post.startsWith('confirmation:'))
    const number = office.chatOf(office.helen).findLast(({ post }) => post.endsWith(':number'))
    assert.ok(card && 'card' in card.content && number && 'card' in number.content)
    const choices = (card.content.data.choices as { title: string }[]).map(({ title }) => title)
    return { id, key: card.post, right: String(number.content.data.number), choices, number, card }
  }
  const outcome = async (person: Person) =>
    (await office.audited('verify-caller'))
      .filter(({ target }) => target === person.id)
      .map((event) => [event.outcome, event.actor])

  it('shows the person three numbers, and the one who asked the right one in their own chat, not in the thread', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, right, choices, card } = await asked(person)
    assert.equal(choices.length, 3)
    assert.ok(choices.includes(right))
    assert.match(office.textOf(card.content), /Helen Park/)
    assert.match(office.below(id).join(), /Helen Park asked in the chat of Ada Lindqvist/)
    assert.doesNotMatch(
      office
        .inIt()
        .map(({ content }) => office.textOf(content))
        .join(),
      new RegExp(`"number":"?${right}`),
    )
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'freeze'])
    assert.match(await office.press(office.sam, 'thread-verify', `thread:${id}`), /asked already/)
  })

  it('the right number: the thread says who the caller is', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, key, right, number } = await asked(person)
    assert.match(await office.press(person, 'caller', key, { pick: right }), /IT knows now that it is you/)
    await office.press(person, 'caller', key, { pick: right })
    const said = office.below(id).filter((text) => text.includes('matched the number'))
    assert.equal(said.length, 1)
    assert.match(
      said[0] ?? '',
      /^Ada Lindqvist matched the number in Teams at \d\d:\d\d UTC: the caller is Ada Lindqvist\.$/,
    )
    assert.match(office.card(id), /"Caller","value":"Ada Lindqvist matched/)
    assert.match(office.textOf(number.content), /the caller is Ada Lindqvist/, 'the number is closed, too')
    assert.deepEqual(await outcome(person), [['done', person.id]])
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'freeze'])
  })

  it('a wrong number: nobody is to trust the caller, and it is urgent', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, key, right, choices } = await asked(person)
    const wrong = choices.find((choice) => choice !== right) ?? ''
    assert.match(await office.press(person, 'caller', key, { pick: wrong }), /not the number/)
    await office.press(person, 'caller', key, { pick: right })
    assert.match(office.below(id).at(-1) ?? '', /picked a wrong number in Teams[\s\S]*Do not trust the caller/)
    assert.match(office.card(id), /High urgency/)
    assert.deepEqual(await outcome(person), [['refused', person.id]])
  })

  it('"I am not on the phone with IT": a warning, and it is urgent', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, key } = await asked(person)
    assert.match(await office.press(person, 'caller', key, { pick: 'none' }), /somebody else may be calling/)
    assert.match(office.below(id).at(-1) ?? '', /NOT on the phone with IT/)
    assert.equal((await office.row(id)).urgency, 'high')
  })

  it('no answer in time: said so, beside the job that expires what managers are asked', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, card, key, right } = await asked(person)
    office.clock.forward(10 * minutes)
    const ground = { database: office.database, clock: office.clock.now }
    await office.bring(await closeCards(ground, await expireDue(ground), 'Too late: this request has run out.'))
    for (let turn = 0; turn < 2; turn++) await office.bring(await office.escalation.settle(100))
    assert.deepEqual(office.below(id).slice(1), [
      'Ada Lindqvist did not answer in time. Nobody knows who the caller is.',
    ])
    assert.match(office.textOf(card.content), /Too late/)
    assert.match(await office.press(person, 'caller', key, { pick: right }), /Too late/)
    assert.deepEqual(await outcome(person), [['refused', 'helpbot']])
  })

  it('is answered by the person alone, and by nothing but its own card', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, key, right } = await asked(person)
    assert.match(await office.press(somebody('Mallory'), 'caller', key, { pick: right }), /not yours/)
    assert.equal((await office.row(id)).caller_check === null, false)
  })

  it('answered as if a manager had been asked, it still comes into the thread', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, key, right } = await asked(person)
    const post = await readPost(office.database, key)
    assert.ok(post)
    const { ground, escalation } = office
    const manager = confirmButton({ ...ground, escalation })
    await manager({ person, post, values: { pick: right }, correlationId: 'c1', submitted: false })
    await office.bring(await office.escalation.settle(100))
    assert.match(office.below(id).at(-1) ?? '', /the caller is Ada Lindqvist/)
  })

  it('is not asked without end', async () => {
    const person = somebody('Ada Lindqvist')
    const { id } = await office.open({ person })
    let answer = ''
    for (let turn = 0; turn < 8 && !answer.includes('very often'); turn++) {
      answer = await office.press(office.helen, 'thread-verify', `thread:${id}`)
      const card = office.chatOf(person).findLast(({ post }) => post.startsWith('confirmation:'))
      await office.press(person, 'caller', card?.post ?? '', { pick: 'none' })
    }
    assert.match(answer, /very often/)
  })
})
