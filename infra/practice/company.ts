import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, fetch as undiciFetch } from 'undici'
import { parse } from 'yaml'
import { z } from 'zod'
import { allPermissions } from '../../bot/directory/permissions.ts'
import { generateKey } from '../../bot/identity/key-ring.ts'
import { writePracticeCatalogue } from './catalogue.ts'
import { wellKnownGroups } from './company/seed.ts'
import { type OnPremises, startOnPremises } from './domain/on-premises.ts'
import { openPracticeClock, type PracticeClock } from './practice-clock.ts'
import type { DeliveryLimits } from './slack/delivery.ts'
import { type Slack, startSlack } from './slack/slack.ts'
import { itChannelId, startTeams, type Teams } from './teams/teams.ts'
import { startTenant, type Tenant } from './tenant/tenant.ts'
import { makeCertificates } from './tls.ts'

/** Ids of the practice company: invented, and the same at every start, so that what is remembered stays true. */
export const practice = {
  tenantId: '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10',
  appId: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43',
  catalogAppId: '5e2f7a90-1c4b-4a8d-b3e6-7d9c0f1a2b34',
  slackTeamId: 'T0NORDWIND',
  slackItChannelId: 'C0ITHELP',
  noticeMailbox: 'helpbot@nordwind.example',
} as const

export interface Company {
  readonly tenant: Tenant
  readonly teams: Teams
  readonly slack: Slack
  readonly clock: PracticeClock
  /** The on-premises half, in a hybrid company; its agent is started when the bot is up. */
  readonly onPremises: OnPremises | undefined
  /** Fetch that trusts the company's own certificate. */
  readonly fetch: typeof fetch
  /** Settings that make the bot work for this company; add PORT, DATABASE_URL and the like. */
  readonly botEnvironment: Readonly<Record<string, string>>
  close(): Promise<void>
}

export interface CompanyOptions {
  /** Where certificates, keys and the clock are kept. */
  readonly folder: string
  readonly people?: number
  /** Where the bot will listen. */
  readonly botPort: number
  readonly publicUrl?: string
  /** Where the channel of IT is; Teams unless said otherwise. */
  readonly itChannelIn?: 'teams' | 'slack'
  /** How long Slack waits for the bot; as the world's does unless said otherwise. */
  readonly slackLimits?: Partial<DeliveryLimits>
  /** With a real Active Directory for those who are mastered on-premises, and how often it is carried over into the tenant. */
  readonly hybrid?: { readonly syncEveryMilliseconds: number }
}

/** Starts the stand-ins for Entra ID, Graph, Teams and Slack, and says how the bot finds them. */
export async function startCompany(options: CompanyOptions): Promise<Company> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const certificates = await makeCertificates()
  const caFile = join(options.folder, 'ca.pem')
  const credentialFile = join(options.folder, 'app.pem')
  writeFileSync(caFile, certificates.ca)
  writeFileSync(credentialFile, `${certificates.app.key}\n${certificates.app.cert}`, { mode: 0o600 })
  const clock = openPracticeClock(join(options.folder, 'clock'))
  const real = () => new Date()
  const dispatcher = new Agent({ connect: { ca: certificates.ca } })
  const trusting = ((input, init) => undiciFetch(input as never, { ...init, dispatcher } as never)) as typeof fetch
  const tenant = await startTenant({
    tls: certificates.server,
    tenantId: practice.tenantId,
    apps: [{ clientId: practice.appId, certificate: certificates.app.cert, permissions: allPermissions }],
    people: options.people ?? 60,
    clock: real,
  })
  const teams = await startTeams({
    tenantId: practice.tenantId,
    bot: { appId: practice.appId, name: 'HelpBot', messagesUrl: `http://127.0.0.1:${options.botPort}/api/messages` },
    person: (id) => tenant.company.person(id),
    verifyBotToken: (bearer) => tenant.verifyBotToken(bearer),
    clock: real,
  })
  const bot = `http://127.0.0.1:${options.botPort}/slack`
  const botToken = `xoxb-${randomBytes(24).toString('hex')}`
  const signingSecret = randomBytes(16).toString('hex')
  const slack = await startSlack({
    team: { id: practice.slackTeamId, name: tenant.company.name },
    botToken,
    signingSecret,
    bot: {
      name: 'HelpBot',
      eventsUrl: `${bot}/events`,
      interactivityUrl: `${bot}/interactivity`,
      commandsUrl: `${bot}/commands`,
    },
    people: () => tenant.company.users.values('latest'),
    person: (id) => tenant.company.user(id, 'latest'),
    clock: real,
    itChannel: { id: practice.slackItChannelId, name: 'it-help-desk' },
    ...(options.slackLimits && { limits: options.slackLimits }),
    ...slackApp(),
  })
  const onPremises =
    options.hybrid &&
    (await startOnPremises({
      ...options.hybrid,
      tenant,
      tls: certificates,
      folder: join(options.folder, 'agent'),
      botPort: () => options.botPort,
      onError: (error) =>
        console.error(
          `The sync failed, and is tried again at its next turn: ${error instanceof Error ? error.message : error}`,
        ),
    }))
  const itChannel =
    options.itChannelIn === 'slack'
      ? { SLACK_IT_CHANNEL: practice.slackItChannelId }
      : { TEAMS_IT_CHANNEL: itChannelId }
  return {
    tenant,
    teams,
    slack,
    clock,
    onPremises,
    fetch: trusting,
    botEnvironment: {
      HELPBOT_PRACTICE: '1',
      HELPBOT_PRACTICE_CLOCK: clock.file,
      HELPBOT_DATA: options.folder,
      HELPBOT_KEYS: keysIn(join(options.folder, 'keys')),
      HOST: '127.0.0.1',
      PORT: String(options.botPort),
      PUBLIC_URL: options.publicUrl ?? `http://127.0.0.1:${options.botPort}`,
      NODE_EXTRA_CA_CERTS: caFile,
      GRAPH_TENANT_ID: practice.tenantId,
      GRAPH_CLIENT_ID: practice.appId,
      GRAPH_CERTIFICATE: credentialFile,
      GRAPH_ENDPOINT: tenant.url,
      AUTHORITY: tenant.url,
      NOTICE_MAILBOX: practice.noticeMailbox,
      TEAMS_APP_ID: practice.appId,
      TEAMS_CATALOG_APP_ID: practice.catalogAppId,
      TEAMS_SERVICE_URL: teams.url,
      TEAMS_TOKEN_ISSUER: teams.issuer,
      TEAMS_OPENID_METADATA: teams.openIdMetadataUrl,
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_TEAM_ID: practice.slackTeamId,
      SLACK_API_URL: slack.apiUrl,
      SLACK_TRUST: 'mfa-required',
      HELPBOT_IT_GROUP: wellKnownGroups.itHelpDesk,
      HELPBOT_CATALOGUE: writePracticeCatalogue(options.folder),
      ...itChannel,
    },
    async close() {
      await onPremises?.close()
      await dispatcher.close()
      await teams.close()
      await slack.close()
      await tenant.close()
    },
  }
}

/** What the app may do and hear, by its own manifest: what lacks there fails here, too. */
function slackApp(): { readonly scopes: readonly string[]; readonly subscriptions: readonly string[] } {
  const manifest = z
    .object({
      oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
      settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
    })
    .parse(parse(readFileSync(new URL('../slack/manifest.yaml', import.meta.url), 'utf8')))
  return {
    scopes: manifest.oauth_config.scopes.bot,
    subscriptions: manifest.settings.event_subscriptions.bot_events,
  }
}

/** The key ring outlives restarts, as enrolled authenticators do. */
function keysIn(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${generateKey('practice-1')}\n`, { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}
