import assert from 'node:assert/strict'
import { days, minutes, somebody } from '../identity/people.ts'
import { type Office, openOffice } from './office.ts'

describe('Freeze account', () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  beforeEach(() => {
    office.freezes.length = 0
    office.freezing.answer = async () => ({ state: 'done', sentence: 'Sign-in is blocked.', at: '' })
    office.staff.add(office.sam.id)
  })
  after(() => office.close())

  const press = (id: string, person: Parameters<Office['press']>[0], verb: string) =>
    office.press(person, verb, `thread:${id}`)

  it('needs two people of IT: the second one is asked, and the first cannot be both', async () => {
    const person = somebody('Ada Lindqvist')
    const { id, number } = await office.open({ person, reason: 'not-me' })
    await press(id, office.sam, 'thread-freeze')
    assert.match(office.below(id).at(-1) ?? '', /Sam Whitfield asks to freeze the account\. A second person/)
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'confirm'])
    assert.match(await press(id, office.sam, 'thread-freeze-confirm'), /second person/)
    assert.equal(office.freezes.length, 0)
    const answers = await Promise.all([1, 2, 3].map(() => press(id, office.helen, 'thread-freeze-confirm')))
    assert.equal(office.freezes.length, 1, answers.join('\n'))
    const { id: _operation, ...request } = office.freezes[0] ?? { id: '' }
    const { correlation_id: correlationId } = await office.row(id)
    assert.deepEqual(request, {
      threadId: id,
      person: { tenant: person.tenant, id: person.id },
      askedBy: office.sam.id,
      confirmedBy: office.helen.id,
      ticketId: id,
      correlationId,
    })
    assert.equal(office.below(id).at(-1), 'Sign-in is blocked.')
    assert.match(office.card(id), /asked for by Sam Whitfield[^"]*confirmed by Helen Park/)
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify'], `ticket ${number}`)
    assert.match(await press(id, office.sam, 'thread-freeze'), /already/)
    assert.deepEqual(
      (await office.audited('ask-freeze')).map(({ actor, target }) => [actor, target]),
      [[office.sam.id, person.id]],
    )
    assert.equal((await office.audited('confirm-freeze')).length, 1)
  })

  it('does not count from a Slack account that was linked lately: neither the wish nor the yes', async () => {
    const { id } = await office.open({ person: somebody() })
    const since = office.clock.now()
    await office.linked(office.sam, since)
    const until = `before ${new Date(since.getTime() + 3 * days + 59_999).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    const refused = await press(id, office.sam, 'thread-freeze')
    assert.match(
      refused,
      /linked to you only lately.*Do it in Microsoft Teams, if you have it, or leave it to somebody/,
    )
    assert.ok(refused.includes(until), refused)
    await press(id, office.helen, 'thread-freeze')
    assert.match(await press(id, office.sam, 'thread-freeze-confirm'), /linked to you only lately/)
    assert.equal(office.freezes.length, 0)
    office.clock.forward(3 * days)
    await press(id, office.helen, 'thread-freeze-cancel')
    await press(id, office.helen, 'thread-freeze')
    await press(id, office.sam, 'thread-freeze-confirm')
    assert.equal(office.freezes.length, 1)
  })

  it('does not count whoever is IT no more', async () => {
    const { id } = await office.open({ person: somebody() })
    await press(id, office.sam, 'thread-freeze')
    office.staff.delete(office.sam.id)
    assert.match(await press(id, office.helen, 'thread-freeze-confirm'), /not IT any more/)
    assert.equal(office.freezes.length, 0)
  })

  it('is not confirmed by whoever it is about', async () => {
    const { id } = await office.open({ person: office.helen })
    await press(id, office.sam, 'thread-freeze')
    assert.match(await press(id, office.helen, 'thread-freeze-confirm'), /about you/)
    assert.equal(office.freezes.length, 0)
  })

  it('can be cancelled, and asked for again', async () => {
    const { id } = await office.open({ person: somebody() })
    await press(id, office.sam, 'thread-freeze')
    await press(id, office.sam, 'thread-freeze-cancel')
    assert.match(await press(id, office.helen, 'thread-freeze-confirm'), /no freeze to confirm/)
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'freeze'])
    await press(id, office.helen, 'thread-freeze')
    await press(id, office.sam, 'thread-freeze-confirm')
    assert.equal(office.freezes.length, 1)
  })

  it('runs out when nobody confirms', async () => {
    const { id } = await office.open({ person: somebody() })
    await press(id, office.sam, 'thread-freeze')
    office.clock.forward(10 * minutes)
    assert.match(await press(id, office.helen, 'thread-freeze-confirm'), /has run out/)
    for (let turn = 0; turn < 2; turn++) await office.bring(await office.escalation.settle(100))
    assert.deepEqual(office.below(id).slice(1), ['Nobody confirmed the freeze in time: nothing was changed.'])
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'freeze'])
  })

  it('that was refused says so and can be asked for again', async () => {
    office.freezing.answer = async () => ({ state: 'refused', sentence: 'This account is protected.', at: '' })
    const { id } = await office.open({ person: somebody() })
    await press(id, office.sam, 'thread-freeze')
    await press(id, office.helen, 'thread-freeze-confirm')
    assert.equal(office.below(id).at(-1), 'This account is protected.')
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'freeze'])
  })

  it('that takes long is told of when it ends, once, and keeps the thread open until then', async () => {
    office.freezing.answer = async () => 'still-running'
    const person = somebody()
    const { id } = await office.open({ person })
    await press(id, office.sam, 'thread-freeze')
    await press(id, office.helen, 'thread-freeze-confirm')
    assert.match(
      await office.press(office.helen, 'thread-resolve', `thread:${id}`, { note: 'Done' }),
      /being frozen right now/,
    )
    const operation = office.freezes[0]?.id ?? ''
    const row = {
      id: operation,
      name: 'freeze-account',
      tenant_id: person.tenant,
      actor_id: office.sam.id,
      target_id: person.id,
      dialog_id: null,
      correlation_id: 'c1',
      started_at: office.clock.now(),
    }
    await office.database
      .insertInto('operations')
      .values({ ...row, state: 'running', outcome: null })
      .execute()
    office.clock.forward(60 * minutes)
    await office.bring(await office.escalation.settle(100))
    assert.equal(office.below(id).length, 1)
    const outcome = JSON.stringify({ state: 'done', sentence: 'Sign-in is blocked now.', at: '' })
    await office.database
      .updateTable('operations')
      .set({ state: 'done', outcome })
      .where('id', '=', operation)
      .execute()
    for (let turn = 0; turn < 2; turn++) await office.bring(await office.escalation.settle(100))
    assert.deepEqual(office.below(id).slice(1), ['Sign-in is blocked now.'])
  })

  it('that was never begun can be asked for again after a while', async () => {
    office.freezing.answer = async () => Promise.reject(new Error('the process ends'))
    const { id } = await office.open({ person: somebody() })
    await press(id, office.sam, 'thread-freeze')
    await assert.rejects(press(id, office.helen, 'thread-freeze-confirm'), /ends/)
    office.clock.forward(10 * minutes)
    await office.bring(await office.escalation.settle(100))
    assert.match(await press(id, office.sam, 'thread-freeze'), /being frozen/)
    office.clock.forward(10 * minutes)
    await office.bring(await office.escalation.settle(100))
    assert.match(office.below(id).at(-1) ?? '', /could not be started: nothing was changed/)
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'freeze'])
  })
})
