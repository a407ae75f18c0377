import assert from 'node:assert/strict'
import pino from 'pino'
import type { ChangedUser } from '../../../agent/protocol/commands.ts'
import type { AgentLink, AgentSeen } from '../../../bot/agent-link/agent-link.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import type { UserId } from '../../../bot/identity/person.ts'
import type { Policy } from '../../../bot/policy/policy.ts'
import { watchLockouts } from '../../../bot/watch/lockouts.ts'
import { company, of, openHybridOffice } from '../operations/hybrid-office.ts'
import { defaultPolicy, policyWith } from '../policy/examples.ts'

const domain = 'corp.nordwind.example'
const kwame = '5d0c2f3e-7a41-4b7e-9f6c-2f4a1b3c5d6e'
const ravi = '5d0c2f3e-7a41-4b7e-9f6c-2f4a1b3c5d6f'
const offering = policyWith({ lockouts: { offer: true, perPersonPerDay: 3, perHour: 50 } })
const minute = 60_000

type Office = Awaited<ReturnType<typeof openHybridOffice>>

describe('lockouts', () => {
  let office: Office
  let changes: ChangedUser[]
  let asks: { cookie: string | null; agent: string | undefined }[]
  let live: AgentSeen['state']
  let people: Map<string, UserId>

  before(async () => {
    office = await openHybridOffice()
  })
  beforeEach(async () => {
    changes = []
    asks = []
    live = 'live'
    people = new Map([
      [kwame, of('kwame')],
      [ravi, of('ravi')],
    ])
    await chatsWith('kwame', 'ravi')
  })
  afterEach(async () => {
    await office.clear()
    await office.database.deleteFrom('conversations').execute()
  })
  after(() => office.close())

  async function chatsWith(...keys: readonly ('kwame' | 'ravi')[]) {
    for (const key of keys)
      await office.database
        .insertInto('conversations')
        .values({ tenant_id: company, user_id: of(key), channel: 'teams', reference: '{}', used_at: new Date() })
        .execute()
  }

  const link: Pick<AgentLink, 'ask' | 'agents' | 'domains'> = {
    async ask(name, input, asked) {
      assert.equal(name, 'changes')
      const { cookie } = input as { cookie: string | null }
      asks.push({ cookie, agent: asked.agent })
      const value = { users: changes, cookie: `cookie-${asks.length}`, more: false, reset: cookie === null }
      changes = []
      return { value, agent: 'agent-1', repeated: false, commandId: 'c' } as never
    },
    agents: async () => [
      {
        ...{ id: 'agent-1', name: 'one', state: live, domain, domainSid: undefined, controller: undefined },
        ...{ latency: 1, queue: 0, version: '1', fault: undefined, lastSeenAt: undefined },
      },
    ],
    domains: async () => [domain],
  }

  const watching = (policy: Policy = offering) =>
    watchLockouts({
      link,
      database: office.database,
      clock: () => new Date(),
      directoryFor: () => office.directory,
      findPerson: async (_domain, guid) => people.get(guid),
      policy,
      tenant: company,
      hasItChannel: true,
      audit: office.audit,
      log: pino({ level: 'silent' }),
    })

  const locked = (guid: string, minutesAgo: number, parts: Partial<ChangedUser> = {}): ChangedUser => ({
    guid,
    locked: true,
    lockedAt: new Date(Date.now() - minutesAgo * minute).toISOString(),
    enabled: true,
    ...parts,
  })
  const seen = () => office.database.selectFrom('lockouts_seen').selectAll().execute()

  it('are offered to be unlocked to whom it concerns, once, and the audit says so', async () => {
    const one = locked(kwame, 1)
    changes = [one, locked(kwame, 1, { lockedAt: one.lockedAt })]
    const posts = await watching()()
    assert.equal(posts.length, 1)
    const [post] = await office.database.selectFrom('posts').selectAll().execute()
    assert.equal(post?.user_id, of('kwame'))
    assert.match(
      JSON.stringify(post?.content),
      /Was that you\?.*once you have proved.*Your account was locked at \d\d:\d\d UTC/,
    )
    changes = [one]
    assert.deepEqual(await watching()(), [])
    const rows = await office.database.selectFrom('audit').select('event').execute()
    const events = rows
      .map(({ event }) => event as Record<string, unknown>)
      .filter(({ action }) => action === 'offer-unlock')
    assert.deepEqual(
      events.map(({ target }) => target),
      [of('kwame')],
    )
  })

  it('are only written down where the policy does not offer', async () => {
    changes = [locked(kwame, 1)]
    assert.deepEqual(await watching(defaultPolicy)(), [])
    assert.deepEqual(
      (await seen()).map(({ object_guid, offered_at }) => [object_guid, offered_at]),
      [[kwame, null]],
    )
  })

  for (const [who, prepare] of [
    ['of an administrator', () => [locked(ravi, 1)]],
    ['of a blocked account', () => [locked(kwame, 1, { enabled: false })]],
    ['of long ago, as after an outage', () => [locked(kwame, 16)]],
    ['that are over', () => [locked(kwame, 1, { locked: false })]],
    [
      'of an object that is nobody for certain',
      () => {
        people.clear()
        return [locked(kwame, 1)]
      },
    ],
    [
      'that could not be unlocked from here',
      () => {
        office.own.authority = { at: 'nowhere', code: 'not-allowed', detail: 'a test' }
        return [locked(kwame, 1)]
      },
    ],
    [
      'of whom nothing can be found out',
      () => {
        office.own.away = true
        return [locked(kwame, 1)]
      },
    ],
  ] as const)
    it(`${who} are offered to nobody`, async () => {
      changes = [...prepare()]
      assert.deepEqual(await watching()(), [])
      assert.deepEqual(await office.database.selectFrom('posts').selectAll().execute(), [])
    })

  it('are offered to nobody who never wrote to HelpBot', async () => {
    await office.database.deleteFrom('conversations').execute()
    changes = [locked(kwame, 1)]
    assert.deepEqual(await watching()(), [])
  })

  it('are offered no more often than the policy says', async () => {
    changes = [5, 4, 3, 2, 1].map((minutesAgo) => locked(kwame, minutesAgo))
    assert.equal((await watching()()).length, 3)
  })

  it('of many at once are offered to nobody: IT hears of it, once an hour, and those who ask are helped as ever', async () => {
    const careful = policyWith({ lockouts: { offer: true, perPersonPerDay: 10, perHour: 2 } })
    changes = [locked(kwame, 3), locked(kwame, 2), locked(kwame, 1)]
    const posts = await watching(careful)()
    assert.equal(posts.length, 1)
    const [post, ...others] = await office.database.selectFrom('posts').selectAll().execute()
    assert.deepEqual([others.length, post?.user_id], [0, null])
    assert.match(JSON.stringify(post?.content), /3 accounts of corp\.nordwind\.example were locked .*offer nobody/)
    changes = [locked(kwame, 0.1), locked(kwame, 0.2), locked(kwame, 0.3)]
    await watching(careful)()
    assert.equal((await office.database.selectFrom('posts').selectAll().execute()).length, 1)
  })

  it('of many within an hour are offered to so many only', async () => {
    const careful = policyWith({ lockouts: { offer: true, perPersonPerDay: 10, perHour: 2 } })
    for (const minutesAgo of [4, 3, 2, 1]) {
      changes = [locked(kwame, minutesAgo)]
      await watching(careful)()
    }
    const posts = await office.database.selectFrom('posts').selectAll().execute()
    assert.deepEqual(posts.map(({ user_id }) => user_id).sort(), [of('kwame'), of('kwame'), null])
  })

  it('are read by one replica at a time, from where the last one stopped, by the same agent', async () => {
    await Promise.all([watching()(), watching()(), watching()()])
    const first = asks.length
    assert.ok(first >= 1)
    assert.deepEqual(asks[0], { cookie: null, agent: undefined })
    await watching()()
    assert.deepEqual(asks.at(-1), { cookie: `cookie-${first}`, agent: 'agent-1' })
  })

  it('are asked of nobody while no agent is there, and read again when one is', async () => {
    live = 'silent'
    assert.deepEqual([await watching()(), asks], [[], []])
    live = 'live'
    await watching()()
    assert.equal(asks.length, 1)
  })

  it('that cannot be read now are read next time', async () => {
    const failing = watchLockouts({
      link: {
        ...link,
        ask: async () => {
          throw new DirectoryError('unreachable', { sentence: 'Away.', detail: 'a test' })
        },
      },
      database: office.database,
      clock: () => new Date(),
      directoryFor: () => office.directory,
      findPerson: async () => undefined,
      policy: offering,
      tenant: company,
      hasItChannel: true,
      audit: office.audit,
      log: pino({ level: 'silent' }),
    })
    assert.deepEqual(await failing(), [])
    changes = [locked(kwame, 1)]
    assert.equal((await watching()()).length, 1)
  })
})
