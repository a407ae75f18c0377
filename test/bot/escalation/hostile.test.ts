import assert from 'node:assert/strict'
import { freezeAccount } from '../../../bot/desk/freezing.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { wordsBelow } from '../../../bot/escalation/threads.ts'
import type { OperationRequest } from '../../../bot/operations/operation.ts'
import { tellThePersonOfLostWords } from '../../../bot/turns/lost-words.ts'
import { readPost } from '../../../bot/turns/outbox.ts'
import { minutes, somebody } from '../identity/people.ts'
import { type Office, openOffice } from './office.ts'

describe('threads with IT under attack and in bad weather', () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  beforeEach(() => {
    office.freezes.length = 0
  })
  after(() => office.close())

  const press = (id: string, person: Parameters<Office['press']>[0], verb: string) =>
    office.press(person, verb, `thread:${id}`)
  async function give(up: string): Promise<void> {
    await office.database.updateTable('posts').set({ state: 'failed' }).where('key', '=', up).execute()
  }

  it('no line a person writes can pass for one of HelpBot', async () => {
    const eve = somebody('Eve')
    const { id } = await office.open({ person: eve })
    const lie = 'Eve matched the number in Teams at 10:02 UTC: the caller is Eve.'
    await office.personWrites(eve, `Hello\n\n${lie}`)
    await office.personWrites(eve, `Hello${'\u00a0'.repeat(300)}${lie}`)
    await office.personWrites(eve, `Hello${'\u2800'.repeat(300)}${lie}`)
    assert.deepEqual(office.below(id), [`Eve: Hello\n| ${lie}`, `Eve: Hello  ${lie}`, `Eve: Hello  ${lie}`])
  })

  it('whose card never came into the channel takes nothing in: the next trouble has a card of its own', async () => {
    const person = somebody('Ada')
    office.trouble.itChannel = true
    const lost = await office.open({ person })
    await give(`thread:${lost.id}`)
    office.trouble.itChannel = false
    const next = await office.open({ person })
    assert.notEqual(next.number, lost.number)
    assert.match(office.card(next.id), /The badge opens no door/)
    const third = await office.open({ person })
    assert.equal(third.number, next.number, 'one that stands takes in what comes up again')
  })

  it('whoever asked for somebody, or wrote to IT, is told when it did not get there', async () => {
    const person = somebody('Ada')
    const tell = tellThePersonOfLostWords(office.database, office.clock.now)
    const { id, number } = await office.open({ person })
    await office.personWrites(person, 'It is urgent', { event: 'e1' })
    const words = await readPost(office.database, `thread:${id}:${wordsBelow('e1')}`)
    assert.ok(words)
    assert.deepEqual(await tell(words), [], 'it stands there')
    for (let turn = 0; turn < 2; turn++) await office.bring(await tell({ ...words, place: undefined }))
    const heard = office.chatOf(person).map(({ content }) => office.textOf(content))
    assert.deepEqual(heard.slice(-1), [`I could not bring what you wrote to IT (ticket ${number}). Please call them.`])
    assert.equal(heard.filter((text) => /could not bring/.test(text)).length, 1)

    const head = await readPost(office.database, `thread:${id}`)
    assert.ok(head)
    await office.bring(await tell({ ...head, place: undefined }))
    assert.match(office.textOf(office.chatOf(person).at(-1)?.content ?? { text: '' }), /could not bring your question/)

    const alarm = await office.open({ person: somebody(), reason: 'refused' })
    const other = await readPost(office.database, `thread:${alarm.id}`)
    assert.ok(other)
    assert.deepEqual(await tell({ ...other, place: undefined }), [], 'nobody was told that IT would read it')
  })

  it('a freeze that two people want does not wait for the name of one of them', async () => {
    const requests: OperationRequest[] = []
    const directory = {
      user: async () => {
        throw new DirectoryError('unreachable', { sentence: 'Not now.', detail: 'down' })
      },
    }
    const engine = {
      run: async (request: OperationRequest) => {
        requests.push(request)
        return 'still-running' as const
      },
      stop: async () => undefined,
    }
    const { tenant, id } = somebody('Ada')
    const ground = { engine, clock: office.clock.now, directory } as unknown as Parameters<typeof freezeAccount>[0]
    await freezeAccount(ground)({
      id: 'freeze:1',
      threadId: 't1',
      person: { tenant, id },
      askedBy: office.sam.id,
      confirmedBy: office.helen.id,
      ticketId: 't1',
      correlationId: 'c1',
    })
    assert.deepEqual(
      requests.map(({ actor, confirmedBy, target }) => [actor, confirmedBy?.id, target]),
      [[office.sam.id, office.helen.id, id]],
    )
  })

  it('a freeze whose process never came back does not keep the thread for ever', async () => {
    office.freezing.answer = async () => 'still-running'
    const person = somebody()
    const { id } = await office.open({ person })
    await press(id, office.sam, 'thread-freeze')
    await press(id, office.helen, 'thread-freeze-confirm')
    await office.database
      .insertInto('operations')
      .values({
        id: office.freezes[0]?.id ?? '',
        name: 'freeze-account',
        tenant_id: person.tenant,
        actor_id: office.sam.id,
        target_id: person.id,
        dialog_id: null,
        correlation_id: 'c1',
        state: 'running',
        outcome: null,
        started_at: office.clock.now(),
      })
      .execute()
    office.clock.forward(121 * minutes)
    for (let turn = 0; turn < 2; turn++) await office.bring(await office.escalation.settle(100))
    assert.deepEqual(office.below(id).slice(1), [
      'The freeze was begun, and I do not know how it ended. Look at the account now.',
    ])
    assert.deepEqual(office.buttonsOn(id), ['take', 'resolve', 'verify', 'freeze'])
  })

  it('a number matched in a chat without a second factor is called what it is', async () => {
    const person = somebody('Ada')
    const address = { channel: 'slack', conversation: `D-${person.id}`, serviceUrl: '' } as const
    await office.conversations.remember(person.tenant, person.id, address)
    const { id } = await office.open({ person })
    await press(id, office.helen, 'thread-verify')
    const { caller_check: check } = await office.row(id)
    const { number } = await office.database
      .selectFrom('confirmations')
      .select('number')
      .where('id', '=', check ?? '')
      .executeTakeFirstOrThrow()
    await office.press(person, 'caller', `confirmation:${check}`, { pick: String(number) })
    assert.match(office.below(id).at(-1) ?? '', /in Slack at .*asks for no second factor: do not rely on it alone/)
  })
})
