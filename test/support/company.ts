import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { ChannelName } from '../../bot/channels/chat.ts'
import { freePort } from '../../bot/store/free-port.ts'
import type { Schema } from '../../bot/store/schema.ts'
import { type BotProcess, startBot } from '../../infra/practice/bot-process.ts'
import { type CastKey, wellKnown } from '../../infra/practice/company/cast.ts'
import { initialPassword } from '../../infra/practice/company/company.ts'
import { type Company, practice, startCompany } from '../../infra/practice/company.ts'
import { itChannelId } from '../../infra/practice/teams/teams.ts'
import { drawnMarkup } from './drawn-markup.ts'
import { type ItChannel, teamsItChannel } from './it-channel.ts'
import { patience } from './patience.ts'
import { startTestPostgres } from './postgres.ts'
import { type Dump, dumpDatabase, dumpRedis, findSecrets, type UsedSecret } from './secret-scan.ts'
import { slackItChannel } from './slack-it-channel.ts'
import { slackTalker } from './slack-talker.ts'
import { type Talker, teamsTalker } from './talker.ts'

/** Where everybody is who is not sat down elsewhere: the tests of dialogs run in every chat product, see test/run.ts. */
export const testChannel: ChannelName = process.env.HELPBOT_TEST_CHANNEL === 'slack' ? 'slack' : 'teams'

export interface TestCompany {
  readonly company: Company
  readonly database: Kysely<Schema>
  readonly databaseUrl: string
  /** Every line the bot has written. */
  readonly log: readonly string[]
  bot(): BotProcess
  /** A person of the cast in a chat with HelpBot; in the chat product under test, or the one that is named. */
  person(key: CastKey, channel?: ChannelName): Talker
  /** The channel of IT, in the chat product it is in. */
  readonly itChannel: ItChannel
  now(): Date
  /** What Entra ID answers to somebody signing in with this password. */
  signIn(key: CastKey, password: string): Promise<SignIn>
  /** The password somebody has had since the company was made. */
  initialPassword(key: CastKey): string
  mailbox(address: string): readonly { readonly subject: string; readonly text: string }[]
  /** Everything that ever stood in a chat, whatever the product, as JSON. Never what was in a window. */
  chatHistory(): string
  /** What in the messages of the bot the products would draw as markup although somebody typed it. Fails where there is none at all to look at. */
  drawnMarkup(): readonly string[]
  /** Waits for a message in the IT channel that holds the words; answers its text. */
  itChannelSees(words: string | RegExp): Promise<string>
  /** A secret that was used: none of the company's stores may hold it. */
  used(kind: UsedSecret['kind'], value: string): void
  /** Ends the bot, without mercy or with, and starts it again on the same memory; another release of it where `program` is given. */
  restart(how: 'SIGKILL' | 'SIGTERM', environment?: Readonly<Record<string, string>>, program?: string): Promise<void>
  /** Ends everything, after looking for every used secret in every store. */
  close(): Promise<void>
}

export type SignIn = 'signed-in' | 'must-change' | 'wrong-password' | 'disabled' | 'locked'

/** AADSTS codes by what they mean. Source: Entra ID "Authentication and authorization error codes". */
const outcomes: Readonly<Record<number, SignIn>> = {
  50055: 'must-change',
  50126: 'wrong-password',
  50057: 'disabled',
  50053: 'locked',
}

/**
 * A whole company for one test file: real PostgreSQL, the stand-ins for Entra ID, Teams and Slack, and the bot as a process.
 * @param environment settings of the bot besides those of the company
 * @param itChannelIn where the channel of IT is; by default in the chat product under test
 * @param hybrid with a real Active Directory, an agent, and a sync every second
 */
export async function startTestCompany(
  environment: Readonly<Record<string, string>> = {},
  itChannelIn: ChannelName = testChannel,
  hybrid = false,
): Promise<TestCompany> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-company-'))
  const postgres = await startTestPostgres()
  const botPort = await freePort()
  const company = await startCompany({
    folder,
    botPort,
    itChannelIn,
    slackLimits: { acknowledgeWithin: patience, triggerLife: patience },
    ...(hybrid ? { hybrid: { syncEveryMilliseconds: 1_000 } } : {}),
  })
  const log: string[] = []
  const settings = { ...company.botEnvironment, DATABASE_URL: postgres.url, LOG_LEVEL: 'info', ...environment }
  let bot = await startBot(settings, (line) => log.push(line))
  await managersKnown(postgres.database)
  const agentLog: string[] = []
  await company.onPremises?.startAgent(settings, (line) => agentLog.push(line))
  if (testChannel === 'slack') await everybodyOpensSlack(company)
  const talkers = new Map<string, Talker>()
  const { client: slackClient } = company.slack
  const itChannel =
    itChannelIn === 'slack'
      ? slackItChannel(slackClient, practice.slackItChannelId)
      : teamsItChannel(company.teams.client, itChannelId)
  const secrets: UsedSecret[] = []
  const used = (kind: UsedSecret['kind'], value: string) => void secrets.push({ kind, value })
  /** Everything written anywhere, searched for everything that may be written nowhere. */
  async function scan(): Promise<void> {
    const metrics = await fetch(`${bot.url}/metrics`).then(
      (answer) => answer.text(),
      (error: unknown) => {
        throw new Error(`the bot does not answer any more; its last words:\n${log.slice(-25).join('\n')}`, {
          cause: error,
        })
      },
    )
    const dumps: Dump[] = [
      ...(await dumpDatabase(postgres.url)),
      ...(environment.REDIS_URL ? await dumpRedis(environment.REDIS_URL) : []),
      { name: 'log', text: log.join('\n') },
      { name: 'log of the agent', text: agentLog.join('\n') },
      { name: 'metrics', text: metrics },
      { name: 'chats', text: JSON.stringify(company.teams.client.transcript()) },
      { name: 'slack', text: JSON.stringify(slackClient.transcript()) },
    ]
    assert.deepEqual(findSecrets(secrets, dumps), [], 'a secret was found where none may be')
  }
  function sitDown(key: CastKey, channel: ChannelName): Talker {
    const person = wellKnown[key]
    if (channel === 'teams') return teamsTalker(company.teams.client, person, used)
    const slackId = slackClient.userOf(person.id)
    assert.ok(slackId, `${person.name} has no Slack account`)
    return slackTalker(slackClient, { ...person, slackId }, used, company.botEnvironment.SLACK_SIGNING_SECRET)
  }
  return {
    company,
    database: postgres.database,
    databaseUrl: postgres.url,
    log,
    bot: () => bot,
    itChannel,
    person(key, channel = testChannel) {
      const known = talkers.get(`${channel}/${key}`) ?? sitDown(key, channel)
      talkers.set(`${channel}/${key}`, known)
      return known
    },
    now: () => company.clock.now(),
    used,
    async signIn(key, password) {
      const user = company.tenant.company.person(wellKnown[key].id)
      const form = {
        grant_type: 'password',
        client_id: practice.appId,
        scope: 'openid',
        username: user?.userPrincipalName ?? '',
        password,
      }
      const answer = await company.fetch(`${company.tenant.url}/${practice.tenantId}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams(form),
      })
      if (answer.ok) return 'signed-in'
      const { error_codes: [code = 0] = [] } = (await answer.json()) as { error_codes?: number[] }
      const outcome = outcomes[code]
      assert.ok(outcome, `sign-in answered AADSTS${code}`)
      return outcome
    },
    initialPassword: (key) => initialPassword(company.tenant.company, wellKnown[key].id),
    mailbox: (address) => company.tenant.control.mailbox(address),
    chatHistory: () => JSON.stringify([company.teams.client.transcript(), slackClient.transcript()]),
    drawnMarkup: () => drawnMarkup(company),
    itChannelSees: async (words) => (await itChannel.headSeen(words)).text,
    async restart(how, more = {}, program) {
      await bot.stop(how)
      bot = await startBot({ ...settings, ...more }, (line) => log.push(line), undefined, program)
    },
    async close() {
      await scan()
      await bot.stop('SIGTERM')
      await company.close()
      await postgres.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Everybody whom HelpBot serves is in Slack, and is told things there, before anything else happens. */
async function everybodyOpensSlack({ tenant, slack: { client } }: Company): Promise<void> {
  const served = Object.values(wellKnown)
    .map(({ id }) => tenant.control.user(id))
    .filter(({ accountEnabled, userType }) => accountEnabled && userType === 'Member')
    .flatMap(({ id }) => client.userOf(id) ?? [])
  await Promise.all(
    served.map(async (user) => {
      const { conversationId } = await client.open(user)
      await client.waitFor(conversationId, (messages) => messages.find(({ from }) => from.isBot), 30_000)
    }),
  )
}

/** The first look at who reports to whom runs in the background; a manager cannot confirm before it. */
async function managersKnown(database: Kysely<Schema>): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    const facts = await database.selectFrom('facts').select('name').where('name', 'like', 'manager%').execute()
    if (facts.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the bot did not look at the managers within 10 seconds')
}
