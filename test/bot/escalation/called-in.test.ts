import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { tellItOfFailures } from '../../../bot/desk/failed-verifications.ts'
import type { Ground } from '../../../bot/desk/ground.ts'
import { groupId, type Person } from '../../../bot/identity/person.ts'
import type {
  AboutAccess,
  DirectoryOperation,
  OperationRequest,
  OperationResult,
} from '../../../bot/operations/operation.ts'
import type { Ended } from '../../../bot/operations/run-operation.ts'
import { incidentOf } from '../../../bot/tickets/settle.ts'
import { tellItOfLostPost } from '../../../bot/turns/lost-post.ts'
import { readPost, writePosts } from '../../../bot/turns/outbox.ts'
import { minutes, somebody } from '../identity/people.ts'
import { type Office, openOffice } from './office.ts'

describe('IT is called in', () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office.close())

  function ended(
    person: Person,
    name: DirectoryOperation,
    state: OperationResult['state'],
    more: { forIt?: Ended['forIt']; dialogId?: string; access?: AboutAccess } = {},
  ): Ended {
    const { tenant, id } = person
    const request: OperationRequest = {
      id: randomUUID(),
      name,
      tenant,
      actor: id,
      target: id,
      dialogId: more.dialogId ?? null,
      ticketId: randomUUID(),
      correlationId: randomUUID(),
      why: 'the person asked for it in the chat',
      ...(more.access ? { access: more.access } : {}),
    }
    const result = { state, sentence: 'Microsoft did not answer.', at: office.clock.now().toISOString() }
    return { request, result, posts: [], forIt: more.forIt }
  }
  const ground = () => ({ database: office.database, escalation: office.escalation })
  const reasonsOf = async (person: Person) => {
    const rows = await office.database.selectFrom('threads').select('reason').where('user_id', '=', person.id).execute()
    return rows.map(({ reason }) => reason)
  }

  async function kept(over: Ended): Promise<void> {
    const { request, result } = over
    await office.database
      .insertInto('operations')
      .values({
        id: request.id,
        name: request.name,
        tenant_id: request.tenant,
        actor_id: request.actor,
        target_id: request.target,
        dialog_id: request.dialogId,
        correlation_id: request.correlationId,
        state: result.state,
        outcome: JSON.stringify(result),
        started_at: office.clock.now(),
      })
      .execute()
  }

  it('for a privileged account, in plain words: no names of our own code, no ids beside a name', async () => {
    const person = somebody('Ravi Subramanian')
    const because = `reset-password of ${person.id} by ${person.id}: privileged; directory role: Global Administrator`
    const over = ended(person, 'reset-password', 'refused', {
      forIt: {
        title: 'Refused: reset-password',
        urgency: 'high',
        person: person.name,
        detail: {
          refusal: 'privileged',
          because,
          fate: 'x',
          'a-request-id': 'r1',
          'b-request-id': 'r2',
          'c-request-id': 'none',
        },
      },
    })
    await office.bring(await incidentOf(ground(), over))
    assert.deepEqual(await reasonsOf(person), ['privileged-target'])
    const { content } = office.head(`incident:${over.request.id}`)
    assert.ok('card' in content)
    assert.equal(content.data.title, 'High urgency: Refused: a password reset')
    const facts = new Map(
      (content.data.facts as { title: string; value: string }[]).map(({ title, value }) => [title, value]),
    )
    assert.equal(facts.get('Who'), 'Ravi Subramanian')
    assert.equal(facts.get('Asked for'), 'a password reset')
    assert.equal(facts.get('Refused because'), 'a password reset: privileged; directory role: Global Administrator')
    assert.equal(facts.get('Microsoft request id'), 'r1, r2')
    assert.equal(facts.has('fate'), false)
  })

  it('for access that was not given, with the names of the group and the person', async () => {
    const person = somebody('Ada Lindqvist')
    const group = { id: groupId.parse(randomUUID()), name: 'Plant Network' }
    const warrant = { by: 'approval', request: 'request-1', grant: 'grant-1', contract: null } as const
    const over = ended(person, 'grant-access', 'refused', {
      access: { group, title: 'Plant network', warrant },
      forIt: {
        title: 'Broke off: grant-access',
        urgency: 'normal',
        person: person.name,
        detail: { refusal: 'privileged-group', because: 'grant-access: the group is privileged', grant: 'grant-1' },
      },
    })
    await office.bring(await incidentOf(ground(), over))
    const { content } = office.head(`incident:${over.request.id}`)
    assert.ok('card' in content)
    assert.equal(content.data.title, 'Broke off: giving access')
    const shown = content.data.facts as { title: string; value: string }[]
    const facts = new Map(shown.map(({ title, value }) => [title, value]))
    assert.equal(facts.get('Who'), 'Ada Lindqvist')
    assert.equal(facts.get('Asked for'), 'giving access: Plant network')
    assert.equal(facts.get('Group'), 'Plant Network')
    assert.equal(facts.get('Refused because'), 'giving access: the group is privileged')
    assert.doesNotMatch(JSON.stringify(shown), new RegExp(`grant-access|grant-1|${group.id}`))
  })

  it('for "This wasn\'t me", also when the account could not be protected', async () => {
    for (const state of ['done', 'failed'] as const) {
      const person = somebody('Ada')
      const forIt = { title: 'To be looked after', urgency: 'high', person: 'Ada', detail: {} } as const
      await office.bring(await incidentOf(ground(), ended(person, 'protect-account', state, { forIt })))
      assert.deepEqual(await reasonsOf(person), ['not-me'])
    }
  })

  it('for what failed for good: the third try of a conversation, once, not the first', async () => {
    const person = somebody('Ada')
    const dialogId = randomUUID()
    for (const state of ['failed', 'unclear'] as const) {
      const over = ended(person, 'reset-password', state, { dialogId })
      await kept(over)
      assert.deepEqual(await incidentOf(ground(), over), [])
    }
    const last = ended(person, 'reset-password', 'failed', { dialogId })
    await kept(last)
    await office.bring(await incidentOf(ground(), last))
    await office.bring(await incidentOf(ground(), last))
    assert.deepEqual(await reasonsOf(person), ['operation-failed'])
    assert.match(office.card(`failed:${dialogId}:reset-password`), /Failed for good: a password reset/)
  })

  it('by no second thread for a freeze, which is told of where it was asked for', async () => {
    const person = somebody('Ada')
    const forIt = { title: 'By hand', urgency: 'high', person: 'Ada', detail: {} } as const
    assert.deepEqual(await incidentOf(ground(), ended(person, 'freeze-account', 'failed', { forIt })), [])
    assert.deepEqual(await reasonsOf(person), [])
  })

  it('for a message that cannot be brought to somebody, by their name in the directory, at once', async () => {
    const person = somebody()
    office.users.set(person.id, { displayName: 'Hugo Ferreira', jobTitle: 'Finance Manager' })
    const key = `confirmation:${randomUUID()}`
    const content = { card: 'confirm-number', data: {} }
    const to = { tenant: person.tenant, person: person.id }
    await writePosts(office.database, [{ key, to, content, correlationId: 'c1' }], office.clock.now)
    const post = await readPost(office.database, key)
    assert.ok(post)
    await office.bring(await tellItOfLostPost(office.escalation)(post, 'blocked'))
    const card = office.card(`lost:${key}`)
    for (const words of [
      'Hugo Ferreira, Finance Manager',
      'a question to them as a manager',
      'the person has blocked HelpBot',
    ])
      assert.ok(card.includes(words), card)
    assert.deepEqual(await tellItOfLostPost(office.escalation)({ ...post, person: undefined }, 'gone'), [])
  })

  it('for three wrong codes or answers, once a conversation', async () => {
    const person = somebody('Ada')
    const desk = {
      database: office.database,
      escalation: office.escalation,
      bringOut: office.bring,
      log: pino({ level: 'silent' }),
    } as unknown as Ground
    const sitting = { person, dialogId: randomUUID(), correlationId: 'c1', channel: 'teams' } as const
    const fails = async (method: string, failures_in_row: number) => {
      const row = { tenant_id: person.tenant, user_id: person.id, method, failures_in_row }
      await office.database
        .insertInto('throttles')
        .values({
          ...row,
          locked_until: new Date(office.clock.now().getTime() + 15 * minutes),
          locked_for_good: false,
          changed_at: office.clock.now(),
        })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id', 'method']).doUpdateSet({ failures_in_row }))
        .execute()
      await tellItOfFailures(desk, sitting)
    }
    await fails('totp', 2)
    assert.deepEqual(await reasonsOf(person), [])
    await fails('questions', 1)
    await fails('totp', 3)
    assert.deepEqual(await reasonsOf(person), ['verification-failed'])
    assert.match(
      office.card(`${sitting.dialogId}:verification`),
      /2 wrong codes in a row, locked until \d\d:\d\d UTC; 1 wrong answer in a row/,
    )
  })
})
