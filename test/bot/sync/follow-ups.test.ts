import assert from 'node:assert/strict'
import pino from 'pino'
import { auditTrail } from '../../../bot/audit/trail.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import type { ThreadDraft } from '../../../bot/escalation/escalation.ts'
import { groupId, tenantId, userId } from '../../../bot/identity/person.ts'
import { forgetOldRows } from '../../../bot/store/forget-old-rows.ts'
import type { Follows } from '../../../bot/sync/follow-up.ts'
import { followUps } from '../../../bot/sync/follow-ups.ts'
import { writeFollowUp } from '../../../bot/sync/write-follow-up.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { startClock } from '../identity/people.ts'
import { defaultPolicy } from '../policy/examples.ts'

const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const person = userId.parse('0b0b0b0b-0000-4000-8000-000000000001')
const group = groupId.parse('0c0c0c0c-0000-4000-8000-000000000001')
const second = 1_000
const minute = 60 * second
const earlier = new Date('2026-02-01T08:00:00Z')

describe('what was written on-premises', () => {
  let postgres: TestPostgres
  let time: ReturnType<typeof startClock>
  let threads: ThreadDraft[]
  /** What Entra ID says; undefined: it does not answer. */
  let entra: { changedAt: Date; enabled: boolean; member: boolean } | undefined
  let asked: number

  before(async () => {
    postgres = await startTestPostgres()
  })
  beforeEach(async () => {
    time = startClock()
    threads = []
    asked = 0
    entra = { changedAt: earlier, enabled: true, member: false }
    for (const table of ['sync_follow_ups', 'posts'] as const) await postgres.database.deleteFrom(table).execute()
  })
  after(() => postgres.close())

  function answer() {
    asked++
    if (!entra) throw new DirectoryError('unreachable', { sentence: 'Away.', detail: 'a test' })
    return entra
  }

  const job = () =>
    followUps({
      database: postgres.database,
      clock: time.now,
      entra: {
        correlated: () => ({
          user: async (id) => {
            const { changedAt, enabled } = answer()
            return {
              id,
              displayName: 'Kwame Mensah',
              givenName: undefined,
              userPrincipalName: 'kwame@nordwind.example',
              mail: undefined,
              otherMails: [],
              department: undefined,
              jobTitle: undefined,
              accountEnabled: enabled,
              userType: 'Member',
              sourceOfAuthority: 'on-premises',
              passwordChangedAt: changedAt,
              createdAt: undefined,
            }
          },
          isMember: async () => answer().member,
        }),
      },
      policy: defaultPolicy,
      escalation: {
        open: async (draft) => {
          threads.push(draft)
          return { number: 1, posts: [] }
        },
      },
      audit: auditTrail(postgres.database, time.now),
      log: pino({ level: 'silent' }),
    })
  const run = () => job()(100)

  const write = (operation: string, kind: Follows, given: { group?: typeof group } = {}) =>
    postgres.database.transaction().execute((transaction) =>
      writeFollowUp(transaction, defaultPolicy.hybrid, {
        operation,
        tenant,
        person,
        kind,
        group: given.group ?? null,
        words: given.group ? 'Warehouse' : '',
        since: earlier,
        now: time.now(),
        correlationId: `correlation-${operation}`,
      }),
    )
  const states = async () =>
    Object.fromEntries(
      (await postgres.database.selectFrom('sync_follow_ups').selectAll().execute()).map((row) => [
        row.operation_id,
        row.state,
      ]),
    )
  const posts = async () =>
    (await postgres.database.selectFrom('posts').select(['key', 'content']).execute()) as {
      key: string
      content: { data: { title: string; text: string } }
    }[]

  it('is told to the person once, when Entra ID has it, and is in the audit', async () => {
    await write('o-1', 'password')
    assert.deepEqual(await run(), [], 'not before it can be there')
    time.forward(15 * second)
    assert.deepEqual(await run(), [])
    entra = { changedAt: time.now(), enabled: true, member: false }
    time.forward(15 * second)
    const written = [...(await run()), ...(await run())]
    assert.deepEqual(written, ['sync-seen:o-1'])
    const [post] = await posts()
    assert.equal(post?.content.data.title, 'Microsoft 365 has it too now')
    assert.deepEqual(await states(), { 'o-1': 'seen' })
    const rows = await postgres.database.selectFrom('audit').select('event').execute()
    const event = rows.map((row) => row.event as Record<string, unknown>).find((one) => one.operationId === 'o-1')
    assert.deepEqual([event?.action, event?.outcome], ['confirm-sync', 'done'])
  })

  it('is looked for further and further apart, never more than two minutes', async () => {
    await write('o-2', 'password')
    const looks: number[] = []
    for (let passed = 0; passed < 12 * 60; passed += 5) {
      const until = asked
      await run()
      if (asked > until) looks.push(passed)
      time.forward(5 * second)
    }
    assert.deepEqual(looks.slice(0, 6), [15, 30, 60, 120, 240, 360])
  })

  it('is looked after once by several replicas', async () => {
    await write('o-3', 'member', { group })
    entra = { changedAt: earlier, enabled: true, member: true }
    time.forward(15 * second)
    const written = await Promise.all([run(), run(), run()])
    assert.deepEqual(written.flat(), ['sync-seen:o-3'])
    assert.match((await posts())[0]?.content.data.text ?? '', /You are in Warehouse there as well/)
  })

  it('and is not there after all that time: the person is told the truth, and IT has it', async () => {
    await write('o-4', 'password')
    time.forward(defaultPolicy.hybrid.giveUpAfter)
    assert.deepEqual(await run(), ['sync-given-up:o-4'])
    assert.match((await posts())[0]?.content.data.text ?? '', /After 4 hours I still cannot see it.* IT has been told/)
    assert.deepEqual([threads.length, threads[0]?.urgency], [1, 'normal'])
    assert.deepEqual(await states(), { 'o-4': 'given-up' })
    assert.deepEqual(await run(), [])
  })

  it('is not taken for there while Entra ID does not answer', async () => {
    await write('o-5', 'not-member', { group })
    entra = undefined
    time.forward(minute)
    assert.deepEqual(await run(), [])
    assert.deepEqual(await states(), { 'o-5': 'waiting' })
  })

  it('and blocked an account is told to nobody but IT, and to them only where it does not arrive', async () => {
    await write('o-6', 'disabled')
    time.forward(minute)
    entra = { changedAt: earlier, enabled: false, member: false }
    assert.deepEqual(await run(), [])
    assert.deepEqual([await states(), threads], [{ 'o-6': 'seen' }, []])
    entra.enabled = true
    await write('o-7', 'disabled')
    time.forward(defaultPolicy.hybrid.giveUpAfter)
    assert.deepEqual(await run(), [])
    assert.deepEqual([threads[0]?.urgency, await posts()], ['high', []])
  })

  it('is overtaken by a later change of the same thing, and by no other', async () => {
    const other = groupId.parse('0c0c0c0c-0000-4000-8000-000000000002')
    await write('o-8', 'member', { group })
    await write('o-9', 'member', { group: other })
    await write('o-10', 'enabled')
    await write('o-11', 'not-member', { group })
    await write('o-11', 'not-member', { group })
    assert.deepEqual(await states(), { 'o-8': 'overtaken', 'o-9': 'waiting', 'o-10': 'waiting', 'o-11': 'waiting' })
  })

  it('a second time in a row is not mixed up with the first: the earlier password arrives first', async () => {
    await write('o-12', 'password')
    await write('o-13', 'password')
    entra = { changedAt: time.now(), enabled: true, member: false }
    time.forward(minute)
    assert.deepEqual(await run(), [])
    time.forward(defaultPolicy.hybrid.passwordSync)
    assert.deepEqual(await run(), ['sync-seen:o-13'])
  })

  it('is forgotten a month after it ended, and never while it is waited for', async () => {
    await write('o-14', 'password')
    await write('o-15', 'password')
    await postgres.database
      .insertInto('lockouts_seen')
      .values({
        ...{ domain: 'corp.example', object_guid: 'a', locked_at: time.now(), seen_at: time.now() },
        ...{ tenant_id: null, person_id: null, offered_at: null },
      })
      .execute()
    time.forward(31 * 24 * 60 * minute)
    await forgetOldRows(postgres.database, time.now())
    assert.deepEqual(await states(), { 'o-15': 'waiting' })
    assert.deepEqual(await postgres.database.selectFrom('lockouts_seen').selectAll().execute(), [])
  })
})
