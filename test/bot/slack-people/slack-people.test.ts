import assert from 'node:assert/strict'
import { auditTrail } from '../../../bot/audit/trail.ts'
import type { DirectoryUser } from '../../../bot/directory/directory.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import type { SlackProfile } from '../../../bot/slack-people/profile.ts'
import { type SlackPeople, slackPeople } from '../../../bot/slack-people/slack-people.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

const team = 'T0PRACTICE'
const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const ids = { ada: '00000000-0000-4000-8000-00000000000a', bo: '00000000-0000-4000-8000-00000000000b' } as const

function person(key: keyof typeof ids, more: Partial<DirectoryUser> = {}): DirectoryUser {
  return {
    id: userId.parse(ids[key]),
    displayName: key,
    givenName: undefined,
    userPrincipalName: `${key}@nordwind.example`,
    mail: `${key}@nordwind.example`,
    otherMails: [],
    department: undefined,
    jobTitle: undefined,
    accountEnabled: true,
    userType: 'Member',
    sourceOfAuthority: 'entra',
    passwordChangedAt: undefined,
    createdAt: undefined,
    ...more,
  }
}

function account(id: string, email: string, more: Partial<SlackProfile> = {}): SlackProfile {
  return {
    id,
    teamId: team,
    realName: id,
    enterpriseId: undefined,
    enterpriseUserId: undefined,
    email,
    isEmailConfirmed: true,
    isBot: false,
    isRestricted: false,
    isUltraRestricted: false,
    isStranger: undefined,
    isInvitedUser: undefined,
    deleted: false,
    ...more,
  }
}

describe('matching Slack accounts to people', () => {
  let postgres: TestPostgres
  let directory: DirectoryUser[]
  let slack: SlackProfile[]
  let people: SlackPeople
  let now = new Date('2026-11-21T09:00:00Z')

  const later = () => {
    now = new Date(now.getTime() + 120_000)
  }
  const idOf = async (slackUser: string) => {
    const found = await people.whoIs(slackUser)
    return 'sender' in found ? found.sender.id : found.refusal
  }
  const audited = async () => {
    const rows = await postgres.database.selectFrom('audit').select('event').orderBy('seq').execute()
    return rows.map(({ event }) => (event as { action: string }).action)
  }

  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())
  beforeEach(async () => {
    await postgres.database.deleteFrom('slack_people').execute()
    directory = [person('ada'), person('bo')]
    slack = [account('U1', 'ada@nordwind.example')]
    people = slackPeople({
      database: postgres.database,
      clock: () => now,
      audit: auditTrail(postgres.database, () => now),
      tenant,
      team,
      rollOut: 3 * 86_400_000,
      directory: {
        async user(id) {
          const found = directory.find((one) => one.id === id)
          if (!found) throw new DirectoryError('not-found', { sentence: 'gone', detail: 'gone' })
          return found
        },
        async findByAddress(address) {
          return directory.filter((one) => [one.mail, one.userPrincipalName].includes(address))
        },
      },
      profile: async (id) => slack.find((one) => one.id === id),
      findByEmail: async (email) => slack.find((one) => one.email === email)?.id,
    })
  })

  it('knows somebody by their confirmed address, binds the ids and says so in the audit', async () => {
    assert.equal(await idOf('U1'), ids.ada)
    const rows = await postgres.database.selectFrom('slack_people').selectAll().execute()
    assert.deepEqual(
      rows.map(({ slack_user_id, user_id, email }) => ({ slack_user_id, user_id, email })),
      [{ slack_user_id: 'U1', user_id: ids.ada, email: 'ada@nordwind.example' }],
    )
    assert.equal((await audited()).at(-1), 'bind-slack')
  })

  it('binds once, however many ask at the same moment', async () => {
    assert.deepEqual(await Promise.all([idOf('U1'), idOf('U1'), idOf('U1')]), [ids.ada, ids.ada, ids.ada])
  })

  it('ends the binding when the Slack account has another address, and matches that one anew', async () => {
    assert.equal(await idOf('U1'), ids.ada)
    await postgres.database
      .insertInto('conversations')
      .values({ tenant_id: tenant, user_id: ids.ada, channel: 'slack', reference: '{}', used_at: now })
      .execute()
    slack = [account('U1', 'bo@nordwind.example')]
    people.forget('U1')
    assert.equal(await idOf('U1'), ids.bo)
    const left = await postgres.database.selectFrom('conversations').select('user_id').execute()
    assert.deepEqual(left, [], 'what is meant for Ada is not written into that chat any more')
    assert.deepEqual((await audited()).slice(-2), ['unbind-slack', 'bind-slack'])
  })

  it('forgets the chat of whoever had the account, so that the next one reads nothing that is meant for them', async () => {
    assert.equal(await idOf('U1'), ids.ada)
    const used = { tenant_id: tenant, user_id: ids.ada, used_at: now }
    await postgres.database
      .insertInto('conversations')
      .values(
        (['slack', 'teams'] as const).map((channel) => ({
          ...used,
          channel,
          reference: JSON.stringify({ channel, conversation: 'D1', serviceUrl: 'x' }),
        })),
      )
      .execute()
    slack = [account('U1', 'bo@nordwind.example')]
    people.forget('U1')
    assert.equal(await idOf('U1'), ids.bo)
    const left = await postgres.database.selectFrom('conversations').select('channel').execute()
    assert.deepEqual(left, [{ channel: 'teams' }])
  })

  it('lets nobody in when the directory person has another address, nor when a newcomer is given the old one', async () => {
    await idOf('U1')
    directory = [
      person('ada', { mail: 'ada.married@nordwind.example', userPrincipalName: 'ada.married@nordwind.example' }),
    ]
    later()
    assert.match(await idOf('U1'), /cannot find your Slack e-mail/)
    directory.push(person('bo', { mail: 'ada@nordwind.example' }))
    later()
    assert.match(await idOf('U1'), /was used by another account before/, 'a newcomer with the address is not the owner')
  })

  it('refuses an address that now belongs to somebody else in the directory', async () => {
    await idOf('U1')
    directory = [person('bo', { mail: 'ada@nordwind.example' })]
    later()
    assert.match(await idOf('U1'), /was used by another account before/)
  })

  it('refuses a second Slack account with an address that another one holds', async () => {
    await idOf('U1')
    slack.push(account('U2', 'ada@nordwind.example'))
    assert.match(await idOf('U2'), /was used by another account before/)
    assert.equal(await idOf('U1'), ids.ada)
  })

  it('takes the new account of somebody whose old one was deactivated', async () => {
    await idOf('U1')
    slack = [account('U1', 'ada@nordwind.example', { deleted: true }), account('U2', 'ada@nordwind.example')]
    assert.equal(await idOf('U2'), ids.ada)
    people.forget('U1')
    assert.match(await idOf('U1'), /deactivated/)
  })

  it('does not let a new account of the address take over from a deactivated one of somebody else', async () => {
    await idOf('U1')
    slack = [account('U1', 'ada@nordwind.example', { deleted: true }), account('U2', 'ada@nordwind.example')]
    directory = [person('bo', { mail: 'ada@nordwind.example' })]
    later()
    assert.match(await idOf('U2'), /was used by another account before/)
  })

  it('refuses an address that two people have, guests, and addresses nobody has', async () => {
    directory = [person('ada'), person('bo', { mail: 'ada@nordwind.example' })]
    assert.match(await idOf('U1'), /more than one account/)
    directory = [person('ada', { userType: 'Guest' })]
    assert.match(await idOf('U1'), /not guests/)
    directory = []
    assert.match(await idOf('U1'), /cannot find/)
  })

  it('loses a member who becomes a guest in Slack, and says why', async () => {
    await idOf('U1')
    slack = [account('U1', 'ada@nordwind.example', { isRestricted: true })]
    people.forget('U1')
    assert.match(await idOf('U1'), /not guests/)
    assert.equal((await audited()).at(-1), 'unbind-slack')
  })

  it('keeps the binding when Slack does not answer, and lets nobody in meanwhile', async () => {
    await idOf('U1')
    slack = []
    people.forget('U1')
    assert.match(await idOf('U1'), /cannot tell for certain/)
    slack = [account('U1', 'ada@nordwind.example')]
    assert.equal(await idOf('U1'), ids.ada)
  })

  it('finds the Slack account of somebody who never wrote, and only theirs', async () => {
    assert.equal(await people.slackUserOf({ tenant, id: userId.parse(ids.ada) }), 'U1')
    assert.equal(await people.slackUserOf({ tenant, id: userId.parse(ids.bo) }), undefined)
    slack = [account('U1', 'ada@nordwind.example', { isStranger: true })]
    people.forget('U1')
    assert.equal(await people.slackUserOf({ tenant, id: userId.parse(ids.ada) }), undefined)
  })
})
