import assert from 'node:assert/strict'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { type Binding, bind, unbind } from '../../../bot/slack-people/bindings.ts'
import { isNewLink, newLinkOf, stillNew } from '../../../bot/slack-people/new-link.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { defaultPolicy } from '../policy/examples.ts'

const day = 86_400_000
const team = 'T0PRACTICE'
const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')

describe('a Slack account that was linked lately', () => {
  let postgres: TestPostgres
  let now: Date
  before(async () => {
    postgres = await startTestPostgres()
  })
  beforeEach(async () => {
    now = new Date('2026-03-02T09:00:00Z')
    for (const table of ['slack_people', 'slack_links_ended', 'facts'] as const)
      await postgres.database.deleteFrom(table).execute()
  })
  after(() => postgres.close())

  const rollOut = defaultPolicy.chatLinkMustStandFor
  const of = (person: number, slackUser = `U${person}`): Binding => ({
    slackUser,
    tenant,
    person: userId.parse(`00000000-0000-4000-8000-00000000000${person}`),
    email: `${person}@nordwind.example`,
  })
  const link = (binding: Binding) => bind(postgres.database, team, binding, { now, rollOut })
  const isNew = ({ person }: Binding, channel: 'slack' | 'teams' = 'slack') =>
    isNewLink({ database: postgres.database, policy: defaultPolicy, clock: () => now }, { tenant, id: person }, channel)
  const pass = (days: number) => {
    now = new Date(now.getTime() + days * day)
  }

  it('counts while everybody is linked for the first time', async () => {
    await link(of(1))
    pass(2.9)
    await link(of(2))
    assert.deepEqual([await isNew(of(1)), await isNew(of(2))], [false, false])
  })

  it('does not count for three days, once most have one', async () => {
    await link(of(1))
    pass(3)
    await link(of(2))
    assert.equal(await isNew(of(2)), true)
    pass(2.9)
    assert.equal(await isNew(of(2)), true)
    pass(0.1)
    assert.equal(await isNew(of(2)), false)
  })

  it('does not count where the person, the account or the address was linked otherwise before', async () => {
    await link(of(1))
    await unbind(postgres.database, team, of(1))
    for (const changed of [of(1, 'U9'), of(2, 'U1'), { ...of(3), email: '1@nordwind.example' }]) {
      await link(changed)
      assert.equal(await isNew(changed), true, changed.slackUser)
      await postgres.database.deleteFrom('slack_people').execute()
    }
    await link(of(4))
    assert.equal(await isNew(of(4)), false)
  })

  it('says until when, never earlier than it counts', async () => {
    await link(of(1))
    pass(3)
    now = new Date(now.getTime() + 1)
    await link(of(2))
    const ground = { database: postgres.database, policy: defaultPolicy, clock: () => now }
    const found = await newLinkOf(ground, { tenant, id: of(2).person }, 'slack')
    assert.ok(found)
    assert.match(stillNew(found, 'Wait.'), /does not count before 2026-03-08 09:01 UTC\. Wait\.$/)
    const unknown = await newLinkOf(ground, { tenant, id: of(9).person }, 'slack')
    assert.deepEqual(unknown, { until: undefined })
  })

  it('is nobody’s where none is known', async () => assert.equal(await isNew(of(1)), true))

  it('is no matter in Teams, where the account is the directory’s own', async () =>
    assert.equal(await isNew(of(1), 'teams'), false))
})
