import { randomBytes, randomUUID } from 'node:crypto'
import type { Alarm } from '../../../agent/protocol/frames.ts'
import { issueCode } from '../../../bot/agent-link/codes.ts'
import type { AgentLinkGround, AlarmingAgent } from '../../../bot/agent-link/ground.ts'
import { linkKey } from '../../../bot/agent-link/link-keys.ts'
import { agentLink, type OpenAgentLink } from '../../../bot/agent-link/open.ts'
import { type LinkTimes, linkTimes } from '../../../bot/agent-link/times.ts'
import { auditTrail } from '../../../bot/audit/trail.ts'
import { generateKey, parseKeyRing } from '../../../bot/identity/key-ring.ts'
import { tenantId } from '../../../bot/identity/person.ts'
import { openLog } from '../../../bot/log.ts'
import { type Metrics, openMetrics } from '../../../bot/metrics.ts'
import { type RunningServer, startServer } from '../../../bot/server.ts'
import { freePort } from '../../../bot/store/free-port.ts'
import { memoryEphemeral } from '../../../bot/store/memory.ts'
import { memoryRelay, type RelayMembers } from '../../../bot/store/memory-relay.ts'
import type { Relay } from '../../../bot/store/relay.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { type ScriptedAgent, scriptedAgent } from './scripted-agent.ts'

/** A bot that is nothing but its link to agents, behind the real server. */
export interface LinkReplica extends OpenAgentLink {
  readonly url: string
  readonly port: number
  readonly relay: Relay
  readonly ground: AgentLinkGround
  readonly metrics: Metrics
  readonly server: RunningServer
  readonly alarms: { readonly alarm: Alarm; readonly agent: AlarmingAgent }[]
  close(): Promise<void>
}

export interface Stand {
  readonly postgres: TestPostgres
  readonly members: RelayMembers
  readonly keys: string
  replica(options?: {
    readonly times?: Partial<LinkTimes>
    readonly relay?: Relay
    readonly keys?: string
  }): Promise<LinkReplica>
  /** A code as `npm run agents -- code` makes one. */
  code(): Promise<string>
  /** An agent that is enrolled and has gone again. */
  agent(at: LinkReplica, name?: string): Promise<ScriptedAgent>
  /** Actions in the audit, in their order. */
  audited(): Promise<readonly { readonly action: string; readonly target: string; readonly why?: string }[]>
  /** Ends every replica and forgets every agent, code and key. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** Times short enough for tests to wait for, long enough for a busy machine. */
export const shortTimes: Partial<LinkTimes> = { wait: 1_500, read: 2_500, write: 2_500, grace: 500, look: 200 }

export async function startStand(): Promise<Stand> {
  const postgres = await startTestPostgres()
  const members: RelayMembers = new Map()
  const keys = generateKey('k1')
  const tenant = tenantId.parse(randomUUID())
  const opened: LinkReplica[] = []
  const realTime = () => new Date()
  const { database } = postgres

  const stand: Stand = {
    postgres,
    members,
    keys,
    async replica(options = {}) {
      const relay = options.relay ?? memoryRelay(members)
      const metrics = openMetrics()
      const alarms: LinkReplica['alarms'] = []
      const log = openLog('silent', {})
      const ground: AgentLinkGround = {
        database,
        ring: parseKeyRing(options.keys ?? keys),
        relay,
        ephemeral: memoryEphemeral(realTime),
        audit: auditTrail(database, realTime),
        tenant,
        realTime,
        metrics,
        random: randomBytes,
        log,
        times: { ...linkTimes, ...shortTimes, ...options.times },
        alarm: async (alarm, agent) => () => void alarms.push({ alarm, agent }),
      }
      const open = agentLink(ground)
      await open.start()
      const port = await freePort()
      const ready = async () => ({ ready: true, detail: {} })
      const upgrades = [open.upgrade]
      const server = await startServer({ host: '127.0.0.1', port, routers: [], upgrades, ready, metrics, log })
      let closed = false
      const replica: LinkReplica = {
        ...open,
        url: `ws://127.0.0.1:${port}/agent`,
        port,
        relay,
        ground,
        metrics,
        server,
        alarms,
        async close() {
          if (closed) return
          closed = true
          await server.drain()
          await open.drain()
          await relay.close()
        },
      }
      opened.push(replica)
      return replica
    },
    async code() {
      const ring = parseKeyRing(keys)
      const { publicKey: botKey } = await linkKey({ database, ring, realTime })
      const issue = { ring, realTime, random: randomBytes }
      const { code } = await database
        .transaction()
        .execute((transaction) => issueCode(issue, transaction, { botKey, by: 'helen' }))
      return code.text
    },
    async agent(at, name) {
      const agent = scriptedAgent(at.url, name)
      const { welcomed, reason } = await agent.enrol(await stand.code())
      if (!welcomed) throw new Error(`not enrolled: ${reason}`)
      await agent.leave()
      return agent
    },
    async audited() {
      const rows = await database.selectFrom('audit').select('event').orderBy('seq').execute()
      return rows.map(({ event }) => event as { action: string; target: string; why?: string })
    },
    async clear() {
      await Promise.all(opened.splice(0).map((replica) => replica.close()))
      members.clear()
      for (const table of ['agents', 'agent_codes', 'agent_link_keys'] as const)
        await database.deleteFrom(table).execute()
    },
    async close() {
      await Promise.all(opened.map((replica) => replica.close()))
      await postgres.close()
    },
  }
  return stand
}

/** Waits for something that must happen sooner or later; mocha's time-out is the judge. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}
