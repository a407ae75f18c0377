import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Alarm } from '../../../agent/protocol/frames.ts'
import type { ThreadDraft } from '../../../bot/escalation/escalation.ts'
import { tenantId } from '../../../bot/identity/person.ts'
import { tellItOfAlarm } from '../../../bot/watch/agent-alarms.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const ada = '11111111-2222-4333-8444-555555555555'

describe('an order that an agent refused', () => {
  let postgres: TestPostgres
  const threads: ThreadDraft[] = []
  const escalation = {
    async open(draft: ThreadDraft) {
      threads.push(draft)
      return { number: 7, posts: ['thread'] }
    },
  }
  const alarm = (changed: Partial<Alarm>): Alarm => ({
    type: 'alarm',
    id: randomUUID(),
    at: '2026-03-02T09:00:00.000Z',
    kind: 'privileged',
    commandId: randomUUID(),
    correlationId: randomUUID(),
    what: 'reset-password',
    because: 'Domain Admins',
    ...changed,
  })
  const tell = (one: Alarm, hasItChannel = true) =>
    tellItOfAlarm({ database: postgres.database, clock: () => new Date(), tenant, escalation, hasItChannel }, one, {
      name: 'dc <b>one</b>',
      domain: 'corp.example',
    })
  const posts = () => postgres.database.selectFrom('posts').selectAll().execute()

  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  it('is told in a thread about whose account it was, where one of our operations gave it', async () => {
    const one = alarm({})
    await postgres.database
      .insertInto('operations')
      .values({
        id: 'd1:show:1',
        name: 'reset-password',
        tenant_id: tenant,
        actor_id: ada,
        target_id: ada,
        dialog_id: null,
        correlation_id: one.correlationId ?? '',
        state: 'failed',
        outcome: null,
        started_at: new Date(),
        finished_at: null,
      })
      .execute()
    assert.deepEqual(await tell(one), ['thread'])
    const [thread] = threads
    assert.equal(thread?.person.id, ada)
    assert.deepEqual([thread?.reason, thread?.urgency], ['privileged-target', 'high'])
    assert.match(JSON.stringify(thread?.facts), /administrator rights: Domain Admins/)
    assert.deepEqual(await posts(), [], 'and not in the channel as well')
  })

  it('is told in the channel where none of ours gave it, once, and says what that may mean', async () => {
    const one = alarm({ kind: 'outside', because: 'OU=Forbidden' })
    const keys = await tell(one)
    await tell(one)
    const [post, ...more] = await posts()
    assert.deepEqual([post?.key, post?.user_id, more.length], [keys[0], null, 0])
    assert.match(JSON.stringify(post?.content), /who holds the bot’s key[\s\S]*OU=Forbidden/)
  })

  it('is not posted where IT has no channel', async () => {
    const before = (await posts()).length
    assert.deepEqual(await tell(alarm({}), false), [])
    assert.equal((await posts()).length, before)
  })
})
