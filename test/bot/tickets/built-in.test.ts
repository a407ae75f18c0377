import assert from 'node:assert/strict'
import { type Person, tenantId, userId } from '../../../bot/identity/person.ts'
import { builtInTickets } from '../../../bot/tickets/built-in.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

const person = (digit: string): Person => ({
  tenant: tenantId.parse('11111111-1111-4111-8111-111111111111'),
  id: userId.parse(`${digit.repeat(8)}-2222-4222-8222-222222222222`),
  name: 'Ada',
})
const ada = person('a')

describe('built-in tickets', () => {
  let postgres: TestPostgres
  let now = new Date('2026-01-05T08:00:00Z')
  const tickets = () => builtInTickets(postgres.database, () => now)
  const open = (id: string, more: Partial<Parameters<ReturnType<typeof tickets>['open']>[0]> = {}) =>
    tickets().open({ id, person: ada, kind: 'request', title: 'Password reset', correlationId: 'c1', ...more })
  const notes = async (id: string) => {
    const rows = await postgres.database
      .selectFrom('ticket_notes')
      .select('text')
      .where('ticket_id', '=', id)
      .orderBy('id')
      .execute()
    return rows.map(({ text }) => text)
  }

  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  it('open with a number people can say', async () => {
    const ticket = await open('first')
    assert.deepEqual(ticket, {
      id: 'first',
      number: 1001,
      title: 'Password reset',
      kind: 'request',
      urgency: 'normal',
      state: 'open',
      outcome: undefined,
      openedAt: now,
      closedAt: undefined,
    })
  })

  it('are opened once per id, and given as they stand after that', async () => {
    const first = await open('again', { urgency: 'high', kind: 'incident' })
    assert.deepEqual(await open('again', { title: 'Something else' }), first)
    await tickets().close('again', 'Done.')
    assert.equal((await open('again')).state, 'closed')
  })

  it('are opened once when many do it at the same time', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => open('race')))
    assert.equal(new Set(opened.map(({ number }) => number)).size, 1)
    assert.equal((await tickets().ofPerson(ada, 100)).filter(({ id }) => id === 'race').length, 1)
  })

  it('keep notes in order, and the same one twice in a row only once', async () => {
    await open('noted')
    for (const text of ['asked', 'asked', 'proved', 'asked', ' asked ']) await tickets().note('noted', text)
    assert.deepEqual(await notes('noted'), ['asked', 'proved', 'asked'])
    await Promise.all(Array.from({ length: 20 }, () => tickets().note('noted', 'done')))
    assert.deepEqual(await notes('noted'), ['asked', 'proved', 'asked', 'done'])
  })

  it('close with an outcome, once', async () => {
    await open('closing')
    now = new Date('2026-01-05T08:05:00Z')
    const closed = await tickets().close('closing', 'The password was reset.')
    assert.deepEqual([closed.state, closed.outcome, closed.closedAt], ['closed', 'The password was reset.', now])
    now = new Date('2026-01-05T08:06:00Z')
    assert.deepEqual(await tickets().close('closing', 'Refused.'), closed)
    await tickets().note('closing', 'a note after the end')
    assert.deepEqual(await notes('closing'), ['a note after the end'])
  })

  it('close once when many do it at the same time', async () => {
    await open('closing-race')
    const closed = await Promise.all(
      Array.from({ length: 10 }, (_, index) => tickets().close('closing-race', `outcome ${index}`)),
    )
    assert.equal(new Set(closed.map(({ outcome }) => outcome)).size, 1)
  })

  it('are closed with what happened last, which is kept once however often it is told', async () => {
    await open('closed-with')
    await tickets().note('closed-with', 'asked')
    const closed = await Promise.all(
      Array.from({ length: 10 }, () => tickets().close('closed-with', 'Done.', ' reset: done \u0007')),
    )
    assert.deepEqual(new Set(closed.map(({ outcome }) => outcome)), new Set(['Done.']))
    assert.deepEqual(await notes('closed-with'), ['asked', 'reset: done'])
    await assert.rejects(tickets().close('nowhere', 'x', 'y'), /no ticket nowhere/)
  })

  it('keep what happened last also where somebody closed them before', async () => {
    await open('closed-before')
    await tickets().close('closed-before', 'Cancelled.')
    assert.equal((await tickets().close('closed-before', 'Done.', 'reset: done')).outcome, 'Cancelled.')
    assert.deepEqual(await notes('closed-before'), ['reset: done'])
  })

  it('are listed newest first, and only the person’s own', async () => {
    const grace = person('b')
    for (const [index, id] of ['g1', 'g2', 'g3'].entries()) {
      now = new Date(Date.UTC(2026, 0, 6, 8, index))
      await open(id, { person: grace })
    }
    const ids = async (limit: number) => (await tickets().ofPerson(grace, limit)).map(({ id }) => id)
    assert.deepEqual(await ids(10), ['g3', 'g2', 'g1'])
    assert.deepEqual(await ids(2), ['g3', 'g2'])
    assert.equal((await ids(0)).length, 1)
    assert.deepEqual(await tickets().ofPerson(person('c'), 10), [])
    const elsewhere = { ...grace, tenant: tenantId.parse('99999999-1111-4111-8111-111111111111') }
    assert.deepEqual(await tickets().ofPerson(elsewhere, 10), [])
  })

  it('have bounded texts without what cannot be seen', async () => {
    const ticket = await open('bounded', { title: `Locked\u0000 out\u202e\n${'x'.repeat(1_000)}` })
    assert.equal(ticket.title.length, 200)
    assert.ok(ticket.title.startsWith('Locked  out xxx'), ticket.title)
    await tickets().note('bounded', `line one\nline two\u0007${'y'.repeat(5_000)}`)
    const [note] = await notes('bounded')
    assert.equal(note?.length, 2_000)
    assert.ok(note?.startsWith('line one\nline two yyy'))
    assert.equal((await tickets().close('bounded', 'z'.repeat(5_000))).outcome?.length, 2_000)
  })

  it('are not made up: a note on, or the end of, a ticket that is not there is refused', async () => {
    await assert.rejects(tickets().note('nowhere', 'x'), /no ticket nowhere/)
    await assert.rejects(tickets().close('nowhere', 'x'), /no ticket nowhere/)
  })

  it('need an id', async () => {
    for (const id of ['', 'a b', 'x'.repeat(201), 'a\u0000']) await assert.rejects(open(id))
  })
})
