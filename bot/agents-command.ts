import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Kysely } from 'kysely'
import { agentPath } from '../agent/protocol/frames.ts'
import { issueCode } from './agent-link/codes.ts'
import { mostAgents } from './agent-link/enrolled.ts'
import { changeLinkKey, linkKey } from './agent-link/link-keys.ts'
import { writeAgentEvent } from './agent-link/write-event.ts'
import { auditTrail } from './audit/trail.ts'
import { loadSettings } from './config.ts'
import { parseKeyRing } from './identity/key-ring.ts'
import { guid } from './identity/person.ts'
import { plainText } from './plain-text.ts'
import { openDatabase } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded-postgres.ts'
import type { Schema } from './store/schema.ts'

const usage = `npm run agents -- code [--by NAME]   makes a code with which one agent is enrolled, within a quarter of an hour
npm run agents -- list               every agent: its id, its name, the domain it serves, when it was last there
npm run agents -- revoke ID          ends what an agent may do, within 15 seconds; it can only be enrolled anew
npm run agents -- rotate ID          has an agent make a new key, as soon as it is there
npm run agents -- rotate-bot-key     gives the bot a new key; agents follow it by themselves`

/** Agents tell how they are every 15 seconds. */
const lastSeenLately = 45_000

type Ground = ReturnType<typeof groundOf>

function groundOf(database: Kysely<Schema>, settings: ReturnType<typeof loadSettings>, by: string) {
  const realTime = () => new Date()
  return {
    database,
    ring: parseKeyRing(settings.keys),
    audit: auditTrail(database, realTime),
    tenant: settings.graph.tenantId,
    realTime,
    random: randomBytes,
    /** Where agents dial; undefined where nobody has said at which address people reach the bot. */
    agentUrl: settings.publicUrl && `${settings.publicUrl.replace(/^http/, 'ws')}${agentPath}`,
    by: plainText(by, 100),
  }
}

/** What IT does about agents. Every act is a row in the audit, in the transaction that does it. */
async function command(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { by: { type: 'string' } },
  })
  const [verb, id, ...more] = positionals
  const takesId = verb === 'revoke' || verb === 'rotate'
  const agent = guid.safeParse(id)
  if (more.length > 0 || takesId !== (id !== undefined) || (takesId && !agent.success)) throw new Error(usage)
  const act = actOf(verb, agent.data ?? '')
  const settings = loadSettings(process.env)
  const postgres = settings.databaseUrl ? undefined : await startEmbeddedPostgres({ folder: settings.dataFolder })
  const database = await openDatabase(settings.databaseUrl ?? postgres?.url ?? '', 'helpbot', 4)
  try {
    const by = values.by ?? process.env.SUDO_USER ?? process.env.USER ?? 'unknown'
    console.log(await act(groundOf(database.kysely, settings, by)))
  } finally {
    await database.close()
    if (postgres?.started) await postgres.stop()
  }
}

function actOf(verb: string | undefined, agent: string): (ground: Ground) => Promise<string> {
  switch (verb) {
    case 'code':
      return makeCode
    case 'list':
      return listAgents
    case 'revoke':
      return (ground) => revoke(ground, agent)
    case 'rotate':
      return (ground) => requestRotation(ground, agent)
    case 'rotate-bot-key':
      return rotateBotKey
    default:
      throw new Error(usage)
  }
}

const why = ({ by }: Ground) => `npm run agents by ${by}`

async function makeCode(ground: Ground): Promise<string> {
  const { publicKey: botKey } = await linkKey(ground)
  const { code, expiresAt } = await ground.database.transaction().execute(async (transaction) => {
    const issued = await issueCode(ground, transaction, { botKey, by: ground.by })
    const detail = { names: issued.code.id, until: issued.expiresAt.toISOString() }
    await writeAgentEvent(ground, transaction, { action: 'issue-agent-code', why: why(ground), detail })
    return issued
  })
  return `${code.text}\ngood once, until ${expiresAt.toISOString()}\n\n${whatNext(ground.agentUrl)}`
}

/** What is typed on the other machine. The code itself is pasted there: on a command line it would stay in a history. */
function whatNext(agentUrl: string | undefined): string {
  const url = agentUrl ?? 'wss://HOST-OF-THE-BOT/agent'
  const where = agentUrl === undefined ? ' (PUBLIC_URL is not set, so that the host is not known here)' : ''
  return `Next, where the agent is to run${where}:
  Windows   .\\Install-HelpBotAgent.ps1 -BotUrl ${url} ... asks for the code; infra/README.md has the rest of that line
  Linux     in agent.yaml, under bot:   url: ${url}
            npm run agent -- enrol      asks for the code
            npm run agent -- doctor     says what is missing
            npm run agent`
}

async function listAgents({ database, realTime }: Ground): Promise<string> {
  const rows = await database
    .selectFrom('agents')
    .select(['id', 'name', 'state', 'rotate', 'domain', 'last_seen_at'])
    .orderBy('state')
    .orderBy('name')
    .orderBy('id')
    .limit(mostAgents)
    .execute()
  const now = realTime().getTime()
  const lines = rows.map(({ id, name, state, rotate, domain, last_seen_at: seen }) => {
    const isThere = seen !== null && now - seen.getTime() < lastSeenLately
    const how = state === 'revoked' ? 'revoked' : isThere ? 'live' : 'silent'
    const notes = [seen ? `seen ${seen.toISOString()}` : 'never seen', ...(rotate ? ['is to make a new key'] : [])]
    return [id, how.padEnd(7), name, domain ?? 'no domain yet', ...notes].join('  ')
  })
  return lines.length === 0 ? 'No agent is enrolled.' : lines.join('\n')
}

async function revoke(ground: Ground, id: string): Promise<string> {
  return ground.database.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('agents')
      .set({ state: 'revoked', revoked_at: ground.realTime(), rotate: false })
      .where('id', '=', id)
      .where('state', '=', 'active')
      .returning('name')
      .executeTakeFirst()
    if (!row) return 'There is no such agent, or it was revoked already.'
    await writeAgentEvent(ground, transaction, { action: 'revoke-agent', agent: id, name: row.name, why: why(ground) })
    return `${row.name} is revoked. Where it is connected, it is cut off within 15 seconds.`
  })
}

async function requestRotation(ground: Ground, id: string): Promise<string> {
  return ground.database.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('agents')
      .set({ rotate: true })
      .where('id', '=', id)
      .where('state', '=', 'active')
      .returning('name')
      .executeTakeFirst()
    if (!row) return 'There is no such agent, or it was revoked.'
    const event = { action: 'request-agent-rotation', agent: id, name: row.name, why: why(ground) } as const
    await writeAgentEvent(ground, transaction, event)
    return `${row.name} makes a new key as soon as it is there.`
  })
}

async function rotateBotKey(ground: Ground): Promise<string> {
  const canBeFollowed = await ground.database.transaction().execute(async (transaction) => {
    const changed = await changeLinkKey(ground, transaction)
    const { botKey, before } = changed
    const followed = changed.canBeFollowed ? 'yes' : 'no: the old one does not open with HELPBOT_KEYS'
    const detail = { now: botKey, ...(before === undefined ? {} : { before }), followed }
    await writeAgentEvent(ground, transaction, { action: 'rotate-bot', why: why(ground), detail })
    return changed.canBeFollowed
  })
  return canBeFollowed
    ? 'The bot has a new key. Agents follow it when they connect next; codes that were not used are void.'
    : 'The bot has a new key. The old one does not open with HELPBOT_KEYS, so that every agent must be enrolled anew.'
}

command(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
