import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { newProof, record } from '../../../bot/identity/proofs.ts'
import { builtInTickets } from '../../../bot/tickets/built-in.ts'
import { minutes, somebody } from '../identity/people.ts'
import { type Office, openOffice } from './office.ts'

describe('a thread with IT', () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office.close())

  it('is opened once: one ticket, one card, however often and however many at once', async () => {
    const person = somebody('Ada Lindqvist')
    const id = randomUUID()
    const opened = await Promise.all(Array.from({ length: 8 }, () => office.open({ id, person })))
    assert.equal(new Set(opened.map(({ number }) => number)).size, 1)
    assert.equal(office.inIt().filter(({ post }) => post === `thread:${id}`).length, 1)
    const tickets = await office.database.selectFrom('tickets').select('id').where('user_id', '=', person.id).execute()
    assert.deepEqual(tickets, [{ id }])
  })

  it('says who, what was asked, how they proved themselves and what was tried; the object id comes last', async () => {
    const person = somebody('Ada Lindqvist')
    office.users.set(person.id, { displayName: 'Ada Lindqvist', jobTitle: 'Account Executive', department: 'Sales' })
    const dialogId = randomUUID()
    const { database, clock } = office
    await builtInTickets(database, clock.now).open({
      id: dialogId,
      person,
      kind: 'request',
      title: 'Password reset',
      correlationId: 'c1',
    })
    await record(database, newProof({ person, method: 'totp', dialogId, at: clock.now(), counts: true }))
    await database
      .insertInto('throttles')
      .values({
        tenant_id: person.tenant,
        user_id: person.id,
        method: 'totp',
        failures_in_row: 2,
        locked_for_good: false,
        changed_at: clock.now(),
      })
      .execute()
    await database
      .insertInto('operations')
      .values({
        id: randomUUID(),
        name: 'reset-password',
        tenant_id: person.tenant,
        actor_id: person.id,
        target_id: person.id,
        dialog_id: dialogId,
        correlation_id: 'c1',
        state: 'failed',
        outcome: null,
        started_at: clock.now(),
      })
      .execute()
    const { id, number } = await office.open({
      person,
      dialogId,
      reason: 'operation-failed',
      urgency: 'high',
      title: 'A password reset failed',
      facts: [{ title: 'Failed because', value: 'Microsoft said no' }],
    })
    const { content } = office.head(id)
    assert.ok('card' in content)
    assert.equal(content.data.title, 'High urgency: A password reset failed')
    assert.deepEqual(content.data.facts, [
      { title: 'Ticket', value: String(number) },
      { title: 'Urgency', value: 'high' },
      { title: 'Who', value: 'Ada Lindqvist, Account Executive, Sales' },
      { title: 'Asked for', value: 'Password reset' },
      { title: 'Failed because', value: 'Microsoft said no' },
      { title: 'Verified', value: 'authenticator code at 09:00 UTC' },
      { title: 'Tried', value: '2 wrong codes in a row; a password reset at 09:00 UTC: failed' },
      { title: 'Object id', value: person.id },
    ])
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'freeze'])
  })

  it('says "not verified" of whoever proved nothing, and needs no directory', async () => {
    const { id } = await office.open({ person: somebody('Tomáš Dvořák'), dialogId: randomUUID() })
    assert.match(office.card(id), /"Who","value":"Tomáš Dvořák"[\s\S]*not verified/)
  })

  it('is there with its ticket or not at all', async () => {
    const person = somebody()
    const id = randomUUID()
    const broken = office.database.transaction().execute(async (transaction) => {
      await office.escalation.open(
        { id, person, reason: 'refused', title: 'No', urgency: 'normal', facts: [], correlationId: 'c1' },
        transaction,
      )
      throw new Error('the caller breaks off')
    })
    await assert.rejects(broken, /breaks off/)
    for (const table of ['tickets', 'threads'] as const)
      assert.deepEqual(await office.database.selectFrom(table).select('id').where('id', '=', id).execute(), [])
  })

  it('takes up what comes again soon after: a card below, the same number, no second ticket', async () => {
    const person = somebody('Ravi Subramanian')
    const first = await office.open({ person, reason: 'privileged-target', title: 'Refused: a password reset' })
    const draft = {
      person,
      reason: 'privileged-target',
      id: randomUUID(),
      urgency: 'high',
      title: 'Refused: an unlock',
    } as const
    const second = await office.open(draft)
    await office.open(draft)
    assert.equal(second.number, first.number)
    assert.equal(office.below(first.id).filter((text) => text.includes('Refused: an unlock')).length, 1)
    assert.match(office.card(first.id), /High urgency: Refused: a password reset/)
    office.clock.forward(16 * minutes)
    assert.notEqual((await office.open({ ...draft, id: randomUUID() })).number, first.number)
  })

  it('is one for whoever asks for a person again, however late; another reason is another thread', async () => {
    const person = somebody()
    const first = await office.open({ person })
    office.clock.forward(300 * minutes)
    const again = await office.open({ person, facts: [{ title: 'About', value: 'The printer smells of smoke' }] })
    assert.equal(again.number, first.number)
    assert.match(office.below(first.id).join('\n'), /smells of smoke/)
    assert.notEqual((await office.open({ person, reason: 'not-me' })).number, first.number)
  })

  it('keeps what is long within bounds', async () => {
    const facts = Array.from({ length: 40 }, (_, index) => ({ title: `Fact ${index}`, value: 'x'.repeat(5_000) }))
    const { id } = await office.open({
      person: somebody(),
      id: `lost:${'y'.repeat(900)}`,
      facts,
      title: 'z'.repeat(900),
    })
    const [row] = await office.database.selectFrom('threads').selectAll().where('id', 'like', 'lost:y%').execute()
    assert.ok(row && row.id.length <= 150 && id.length > 150)
    assert.ok(row.facts.length <= 20 && row.facts.every(({ value }) => value.length <= 900))
    assert.ok(row.title.length <= 200)
  })

  it('holds no token that somebody repeated', async () => {
    const jwt = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`
    const { id } = await office.open({ person: somebody(), facts: [{ title: 'Error', value: `said ${jwt}` }] })
    assert.doesNotMatch(office.card(id), /eyJ/)
  })

  it('waits for its card: words do not come before it', async () => {
    office.trouble.itChannel = true
    const person = somebody('Early Bird')
    const { id } = await office.open({ person })
    assert.ok(await office.personWrites(person, 'Are you there?'))
    assert.equal(
      office.inIt().some(({ post }) => post.startsWith(`thread:${id}`)),
      false,
    )
    office.trouble.itChannel = false
    for (let turn = 0; turn < 4; turn++) {
      office.clock.forward(6 * minutes)
      await office.deliver.due(100)
    }
    assert.deepEqual(office.below(id), ['Early Bird: Are you there?'])
  })
})

describe('where no IT channel is configured', () => {
  let office: Office
  before(async () => {
    office = await openOffice({ hasItChannel: false })
  })
  after(() => office.close())

  it('there is the ticket and the list, and no post that could fail', async () => {
    const person = somebody('Ada Lindqvist')
    const { number } = await office.open({ person })
    assert.deepEqual(await office.database.selectFrom('posts').select('key').execute(), [])
    const list = await office.escalation.list(office.helen)
    assert.deepEqual(
      list?.threads.map((thread) => thread.number),
      [number],
    )
    assert.equal(await office.personWrites(person, 'Hello?'), false)
    office.clock.forward(24 * 60 * minutes)
    assert.deepEqual(await office.escalation.remind(100), [])
  })
})
