import { resolve } from 'node:path'
import { z } from 'zod'
import { type GroupId, groupId, guid, tenantId } from './identity/person.ts'
import { durations, formatDuration, parseDuration } from './policy/duration.ts'
import { postgresInTheClear, redisInTheClear } from './store/in-the-clear.ts'
import { onlyLoopback, readTrustedProxies, type TrustedProxies } from './web/caller-address.ts'

/** Every faulty setting, named at once, each with its fix. */
export class ConfigError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(
      `HelpBot cannot start, ${faults.length === 1 ? 'one setting needs' : `${faults.length} settings need`} a change:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    )
    this.name = 'ConfigError'
    this.faults = faults
  }
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`)

const httpsUrl = z
  .url('must be a URL such as https://graph.microsoft.com')
  // What is no URL at all has been said already.
  .refine((value) => (URL.parse(value)?.protocol ?? 'https:') === 'https:', 'must start with https://')
  .transform((value) => value.replace(/\/+$/, ''))

const yes = z
  .enum(['1', 'true', 'yes', '0', 'false', 'no'], 'must be 1 or 0')
  .transform((value) => value === '1' || value === 'true' || value === 'yes')

const trustedProxies = z.string().transform((text, context): TrustedProxies => {
  const read = readTrustedProxies(text)
  if (!('faults' in read)) return read
  const wrong = read.faults.map((fault) => `"${fault.slice(0, 50)}"`).join(', ')
  context.addIssue({
    code: 'custom',
    message: `${wrong}: must be loopback, addresses or ranges such as 10.0.0.0/24, separated by commas, or none`,
  })
  return z.NEVER
})

/** What somebody may still press, object to or ask about is there for a day; a week bridges a holiday. */
const leastRetention = 7 * durations.day
const leastRetentionInPractice = 10 * durations.second
const longestRetention = 3_650 * durations.day

const retention = z.string().transform((text, context): number => {
  const read = parseDuration(text)
  if (read !== undefined && read >= leastRetentionInPractice && read <= longestRetention) return read
  context.addIssue({ code: 'custom', message: 'must be a length of time such as 30 days, at most 3650 days' })
  return z.NEVER
})

const environment = z.object({
  PORT: wholeNumber(1, 65_535).default(3978),
  HOST: z.string().min(1).optional(),
  PUBLIC_URL: z.url('must be the https address people reach HelpBot at, e.g. https://helpbot.example.com').optional(),
  HELPBOT_TRUSTED_PROXIES: trustedProxies.optional(),
  HELPBOT_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{20,200}$/, 'must be 20 to 200 visible characters: echo "$(openssl rand -hex 24)"')
    .optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent')
    .default('info'),
  HELPBOT_DATA: z.string().min(1).default('.helpbot'),
  HELPBOT_REPLICA: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .default('helpbot-1'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres://')
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  HELPBOT_INSECURE_STORES: yes.default(false),
  HELPBOT_KEYS: z
    .string('is missing: it seals authenticator seeds. Make one with: echo "k1:$(openssl rand -base64 32)"')
    .regex(
      /^[^:,]+:[A-Za-z0-9+/=]+(,[^:,]+:[A-Za-z0-9+/=]+)*$/,
      'must be id:base64 of 32 bytes, several separated by commas, the current one first',
    ),
  HELPBOT_RETENTION: retention.default(30 * durations.day),
  HELPBOT_DIRECTORY: z
    .enum(
      ['hybrid', 'entra', 'on-premises'],
      'must be hybrid, entra (nothing is written on-premises) or on-premises (nothing is written in Entra ID)',
    )
    .default('hybrid'),
  HELPBOT_POLICY: z.string().min(1).optional(),
  HELPBOT_CATALOGUE: z.string().min(1).optional(),
  GRAPH_TENANT_ID: tenantId,
  GRAPH_CLIENT_ID: guid,
  GRAPH_CERTIFICATE: z
    .string('is missing: a PEM file with certificate and private key, or a Key Vault secret URL')
    .min(1),
  GRAPH_ENDPOINT: httpsUrl.default('https://graph.microsoft.com'),
  AUTHORITY: httpsUrl.default('https://login.microsoftonline.com'),
  NOTICE_MAILBOX: z.email('must be the address notices are sent from').optional(),
  HELPBOT_IT_GROUP: groupId.optional(),
  TEAMS_APP_ID: guid.optional(),
  TEAMS_APP_TENANT_ID: tenantId.optional(),
  TEAMS_CERTIFICATE: z.string().min(1).optional(),
  TEAMS_APP_PASSWORD: z.string().min(1).optional(),
  TEAMS_CATALOG_APP_ID: guid.optional(),
  TEAMS_IT_CHANNEL: z
    .string()
    .regex(/^19:[^\s;]+@thread\.(tacv2|skype|v2)$/, 'must be a channel id such as 19:…@thread.tacv2')
    .optional(),
  TEAMS_SERVICE_URL: z.url().default('https://smba.trafficmanager.net/teams/'),
  TEAMS_TOKEN_ISSUER: z.string().min(1).optional(),
  TEAMS_OPENID_METADATA: z.url().optional(),
  SLACK_BOT_TOKEN: z
    .string()
    .regex(/^xoxb-\S+$/, 'must be the bot token of the Slack app: xoxb-…')
    .optional(),
  SLACK_SIGNING_SECRET: z.string().min(16, 'must be the signing secret of the Slack app').optional(),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-\S+$/, 'must be an app-level token of the Slack app: xapp-…')
    .optional(),
  SLACK_TEAM_ID: z
    .string()
    .regex(/^T[A-Z0-9]{2,}$/, 'must be the id of the workspace, such as T0123ABCD')
    .optional(),
  SLACK_IT_CHANNEL: z
    .string()
    .regex(/^[CG][A-Z0-9]{2,}$/, 'must be a channel id such as C0123ABCD')
    .optional(),
  SLACK_TRUST: z
    .literal('mfa-required', 'must be mfa-required (every sign-in to the workspace needs a second factor), or unset')
    .optional(),
  SLACK_API_URL: z.url().optional(),
  HELPBOT_PRACTICE: yes.default(false),
  HELPBOT_PRACTICE_CLOCK: z.string().min(1).optional(),
  HELPBOT_PRACTICE_HASTE: z.coerce.number().min(1).max(10).optional(),
  HELPBOT_PLAYGROUND: yes.default(false),
})

const slackApi = 'https://slack.com/api/'

export interface GraphSettings {
  readonly tenantId: z.infer<typeof tenantId>
  readonly clientId: string
  readonly authority: string
  readonly endpoint: string
  /** A PEM file's path, or the URL of a Key Vault secret. */
  readonly certificate: string
  readonly mailFrom: string | undefined
}

export interface TeamsSettings {
  readonly appId: string
  readonly tenantId: string
  readonly credential: { readonly certificate: string } | { readonly password: string }
  readonly catalogAppId: string | undefined
  readonly itChannel: string | undefined
  readonly serviceUrl: string
  /** Practice company only: who signs what comes from Teams. */
  readonly localIssuer: { readonly issuer: string; readonly openIdMetadata: string } | undefined
  /** Microsoft's Agents Playground may talk without tokens, from loopback. */
  readonly playground: boolean
}

export interface SlackSettings {
  readonly botToken: string
  readonly signingSecret: string | undefined
  /** Set = Socket Mode: Slack is dialled, and nothing needs to reach this machine. */
  readonly appToken: string | undefined
  /** The one workspace that is served. */
  readonly teamId: string
  readonly itChannel: string | undefined
  /** Every sign-in to the workspace needs a second factor: then the chat counts as much as Teams does. */
  readonly mfaRequired: boolean
  /** Base of the Web API with a slash at its end; another one than Slack's own only in the practice company. */
  readonly apiUrl: string
}

export interface Settings {
  readonly port: number
  readonly host: string
  readonly publicUrl: string | undefined
  /** Who ends TLS before the bot, and says where requests come from. */
  readonly trustedProxies: TrustedProxies
  /** Whoever has it may read /metrics; undefined = whoever comes from a private network. */
  readonly metricsToken: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly dataFolder: string
  readonly replica: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly keys: string
  /** Conversations, and what was shown in them, are kept this long. Milliseconds. */
  readonly retention: number
  readonly policyFile: string | undefined
  /** What people can ask access to; undefined = nothing. */
  readonly catalogueFile: string | undefined
  readonly graph: GraphSettings
  /** Which sides may be written; where an object is mastered is found, not set. */
  readonly directory: 'hybrid' | 'entra' | 'on-premises'
  readonly authority: string
  readonly teams: TeamsSettings | undefined
  readonly slack: SlackSettings | undefined
  /** The group whose members are IT; undefined = nobody is. */
  readonly itGroup: GroupId | undefined
  /** True in the practice company: nothing outside this machine is reached, and every page says so. */
  readonly practice: boolean
  readonly practiceClock: string | undefined
  /** Practice company only: agents are waited for so many times shorter. */
  readonly practiceHaste: number | undefined
}

/**
 * Reads the environment into typed settings. Empty values count as unset.
 * @throws ConfigError that names every faulty setting and its fix
 */
export function loadSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(given)
  const faults = [...(parsed.success ? [] : parsed.error.issues.map(describeIssue)), ...chatFaults(given)]
  if (!parsed.success) throw new ConfigError(faults)
  const values = parsed.data
  if (values.TEAMS_CERTIFICATE && values.TEAMS_APP_PASSWORD)
    faults.push('TEAMS_APP_PASSWORD: set either it or TEAMS_CERTIFICATE, not both')
  const onlyPractice = [
    'TEAMS_TOKEN_ISSUER',
    'TEAMS_OPENID_METADATA',
    'SLACK_API_URL',
    'HELPBOT_PRACTICE_CLOCK',
    'HELPBOT_PRACTICE_HASTE',
    'HELPBOT_PLAYGROUND',
  ] as const
  if (values.HELPBOT_PRACTICE) faults.push(...practiceFaults(values))
  else
    for (const name of onlyPractice)
      if (values[name]) faults.push(`${name}: belongs to the practice company only, remove it`)
  if (!values.HELPBOT_PRACTICE && values.HELPBOT_RETENTION < leastRetention)
    faults.push(`HELPBOT_RETENTION: must be at least ${formatDuration(leastRetention)}`)
  if (!values.HELPBOT_PRACTICE && values.PUBLIC_URL && !values.PUBLIC_URL.startsWith('https://'))
    faults.push('PUBLIC_URL: must start with https://')
  if (!values.HELPBOT_INSECURE_STORES) faults.push(...clearFaults(values, given.PGHOST))
  if (values.TEAMS_SERVICE_URL && !values.HELPBOT_PRACTICE && !values.TEAMS_SERVICE_URL.startsWith('https://'))
    faults.push('TEAMS_SERVICE_URL: must start with https://')
  if (faults.length > 0) throw new ConfigError(faults)
  return arrange(values)
}

type Values = z.infer<typeof environment>

/** At least one chat product, and all of what it needs. */
function chatFaults(values: Readonly<Record<string, string | undefined>>): string[] {
  const faults: string[] = []
  const teams = ['TEAMS_CERTIFICATE', 'TEAMS_APP_PASSWORD', 'TEAMS_CATALOG_APP_ID', 'TEAMS_IT_CHANNEL'] as const
  const slack = ['SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'SLACK_TEAM_ID', 'SLACK_IT_CHANNEL', 'SLACK_TRUST'] as const
  const teamsWanted = teams.filter((name) => values[name] !== undefined)
  const slackWanted = slack.filter((name) => values[name] !== undefined)
  if (!values.TEAMS_APP_ID && teamsWanted.length > 0)
    faults.push(`TEAMS_APP_ID: is missing, and ${teamsWanted.join(', ')} is set`)
  if (!values.SLACK_BOT_TOKEN && slackWanted.length > 0)
    faults.push(`SLACK_BOT_TOKEN: is missing, and ${slackWanted.join(', ')} is set`)
  if (!values.TEAMS_APP_ID && !values.SLACK_BOT_TOKEN && faults.length === 0)
    faults.push('TEAMS_APP_ID: is missing; set it for Microsoft Teams, or SLACK_BOT_TOKEN for Slack, or both')
  if (values.SLACK_BOT_TOKEN && !values.SLACK_TEAM_ID)
    faults.push('SLACK_TEAM_ID: is missing: the id of the one workspace that is served, such as T0123ABCD')
  if (values.SLACK_BOT_TOKEN && !values.SLACK_SIGNING_SECRET && !values.SLACK_APP_TOKEN)
    faults.push('SLACK_SIGNING_SECRET: is missing; set it, or SLACK_APP_TOKEN for Socket Mode')
  if (values.TEAMS_IT_CHANNEL && values.SLACK_IT_CHANNEL)
    faults.push('SLACK_IT_CHANNEL: there is one IT channel; set either it or TEAMS_IT_CHANNEL')
  if ((values.TEAMS_IT_CHANNEL || values.SLACK_IT_CHANNEL) && !values.HELPBOT_IT_GROUP)
    faults.push('HELPBOT_IT_GROUP: is missing: the object id of the group whose members may act in the IT channel')
  return faults
}

/** Proofs, approvals and the audit do not cross a network for everybody to read and write. */
function clearFaults({ DATABASE_URL, REDIS_URL }: Values, host: string | undefined): string[] {
  const otherwise = 'or set HELPBOT_INSECURE_STORES=yes where nobody else is on that network'
  const faults: string[] = []
  if (DATABASE_URL !== undefined && postgresInTheClear(DATABASE_URL, host))
    faults.push(
      `DATABASE_URL: goes to another machine without verified TLS; end it with ?sslmode=verify-full, ${otherwise}`,
    )
  if (REDIS_URL !== undefined && redisInTheClear(REDIS_URL))
    faults.push(`REDIS_URL: goes to another machine without TLS; start it with rediss://, ${otherwise}`)
  return faults
}

/** Practice mode and a real tenant exclude each other: all it may reach is this machine. */
function practiceFaults(values: Values): string[] {
  const places = ['GRAPH_ENDPOINT', 'AUTHORITY', 'TEAMS_SERVICE_URL'] as const
  const given = places.map((name) => [name, values[name]] as const)
  const slack: [string, string][] = values.SLACK_BOT_TOKEN ? [['SLACK_API_URL', values.SLACK_API_URL ?? slackApi]] : []
  return [...given, ...slack]
    .filter(([, url]) => !['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname))
    .map(
      ([name]) => `${name}: practice mode reaches only this machine; unset HELPBOT_PRACTICE to work with a real tenant`,
    )
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = issue.path.join('.')
  const missing = issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')
  return `${name}: ${missing ? 'is missing (see .env.example)' : issue.message}`
}

function teamsOf(values: Values): TeamsSettings | undefined {
  if (!values.TEAMS_APP_ID) return undefined
  const certificate = values.TEAMS_CERTIFICATE ?? values.GRAPH_CERTIFICATE
  return {
    appId: values.TEAMS_APP_ID,
    tenantId: values.TEAMS_APP_TENANT_ID ?? values.GRAPH_TENANT_ID,
    credential: values.TEAMS_APP_PASSWORD ? { password: values.TEAMS_APP_PASSWORD } : { certificate },
    catalogAppId: values.TEAMS_CATALOG_APP_ID,
    itChannel: values.TEAMS_IT_CHANNEL,
    serviceUrl: values.TEAMS_SERVICE_URL,
    localIssuer:
      values.TEAMS_TOKEN_ISSUER && values.TEAMS_OPENID_METADATA
        ? { issuer: values.TEAMS_TOKEN_ISSUER, openIdMetadata: values.TEAMS_OPENID_METADATA }
        : undefined,
    playground: values.HELPBOT_PLAYGROUND,
  }
}

function slackOf(values: Values): SlackSettings | undefined {
  if (!values.SLACK_BOT_TOKEN || !values.SLACK_TEAM_ID) return undefined
  return {
    botToken: values.SLACK_BOT_TOKEN,
    signingSecret: values.SLACK_SIGNING_SECRET,
    appToken: values.SLACK_APP_TOKEN,
    teamId: values.SLACK_TEAM_ID,
    itChannel: values.SLACK_IT_CHANNEL,
    mfaRequired: values.SLACK_TRUST === 'mfa-required',
    apiUrl: (values.SLACK_API_URL ?? slackApi).replace(/\/*$/, '/'),
  }
}

function arrange(values: Values): Settings {
  return {
    port: values.PORT,
    host: values.HOST ?? (values.HELPBOT_PRACTICE ? '127.0.0.1' : '0.0.0.0'),
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, ''),
    trustedProxies: values.HELPBOT_TRUSTED_PROXIES ?? onlyLoopback,
    metricsToken: values.HELPBOT_METRICS_TOKEN,
    logLevel: values.LOG_LEVEL,
    dataFolder: resolve(values.HELPBOT_DATA),
    replica: values.HELPBOT_REPLICA,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    keys: values.HELPBOT_KEYS,
    retention: values.HELPBOT_RETENTION,
    policyFile: values.HELPBOT_POLICY,
    catalogueFile: values.HELPBOT_CATALOGUE,
    graph: {
      tenantId: values.GRAPH_TENANT_ID,
      clientId: values.GRAPH_CLIENT_ID,
      authority: values.AUTHORITY,
      endpoint: values.GRAPH_ENDPOINT,
      certificate: values.GRAPH_CERTIFICATE,
      mailFrom: values.NOTICE_MAILBOX,
    },
    directory: values.HELPBOT_DIRECTORY,
    authority: values.AUTHORITY,
    teams: teamsOf(values),
    slack: slackOf(values),
    itGroup: values.HELPBOT_IT_GROUP,
    practice: values.HELPBOT_PRACTICE,
    practiceClock: values.HELPBOT_PRACTICE_CLOCK,
    practiceHaste: values.HELPBOT_PRACTICE_HASTE,
  }
}
