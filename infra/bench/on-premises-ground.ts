import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'ldapts'
import { connectUndelayed } from '../../agent/ldap/bound-client.ts'
import type { AgentLink, Asked } from '../../bot/agent-link/agent-link.ts'
import { issueCode } from '../../bot/agent-link/codes.ts'
import type { AgentLinkGround } from '../../bot/agent-link/ground.ts'
import { linkKey } from '../../bot/agent-link/link-keys.ts'
import { agentLink } from '../../bot/agent-link/open.ts'
import { linkTimes } from '../../bot/agent-link/times.ts'
import { auditTrail } from '../../bot/audit/trail.ts'
import { generateKey, parseKeyRing } from '../../bot/identity/key-ring.ts'
import { tenantId } from '../../bot/identity/person.ts'
import { openLog } from '../../bot/log.ts'
import { openMetrics } from '../../bot/metrics.ts'
import { startServer } from '../../bot/server.ts'
import { openDatabase } from '../../bot/store/database.ts'
import { startEmbeddedPostgres } from '../../bot/store/embedded-postgres.ts'
import { freePort } from '../../bot/store/free-port.ts'
import { memoryEphemeral } from '../../bot/store/memory.ts'
import { memoryRelay } from '../../bot/store/memory-relay.ts'
import { enrolAgent, startAgentProcess } from '../practice/agent-process.ts'
import type { LdapEndpoint, Login } from '../practice/domain/ldap-session.ts'
import { type DomainController, startDomainController } from '../practice/domain/samba.ts'
import { bulkTemplate } from '../practice/domain/template.ts'
import { makeCertificates } from '../practice/tls.ts'
import { startTlsFront } from '../practice/tls-front.ts'
import { closedInAnyCase } from './interruption.ts'

/** A link to a real agent process in front of a real domain controller: no Teams, no tenant, nothing else of a bot. */
export interface LinkGround {
  readonly controller: DomainController
  readonly link: AgentLink
  readonly asked: Asked
  /** Of the agent. */
  readonly agentPid: number
  /** A connection to the same controller, bound as the account that the agent uses. */
  readonly direct: Client
  close(): Promise<void>
}

/**
 * Starts the domain with so many people, the bot's end of the link in this process behind a TLS front, and an agent that is enrolled
 * and live.
 */
export async function openLinkGround(people: number): Promise<LinkGround> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-bench-'))
  const ends: (() => Promise<unknown> | unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const close = closedInAnyCase(ends)
  try {
    const controller = await startDomainController({ template: await bulkTemplate(people) })
    ends.push(() => controller.close())
    const postgres = await startEmbeddedPostgres({ folder })
    ends.push(() => postgres.stop())
    const { kysely: database, close: closeDatabase } = await openDatabase(postgres.url)
    ends.push(closeDatabase)
    const ground = groundOf(database)
    const open = agentLink(ground)
    await open.start()
    const port = await freePort()
    const ready = async () => ({ ready: true, detail: {} })
    const { metrics, log } = ground
    const upgrades = [open.upgrade]
    const server = await startServer({ host: '127.0.0.1', port, routers: [], upgrades, ready, metrics, log })
    ends.push(
      () => open.drain(),
      () => server.drain(),
    )
    const certificates = await makeCertificates()
    const front = await startTlsFront({ tls: certificates.server, to: () => port })
    ends.push(() => front.close())
    const place = {
      folder: join(folder, 'agent'),
      bot: { url: `wss://localhost:${front.port}/agent`, ca: certificates.ca },
      directory: {
        url: controller.url,
        ca: controller.ca,
        servername: controller.host,
        bind: { name: controller.service.upn, password: controller.service.password },
      },
      policy: {
        read: [controller.units.people],
        write: [controller.units.people],
        operations: ['unlock'],
        neverTouch: [],
        perHour: { all: 1 },
      },
    }
    await enrolAgent(place, await codeFor(ground), 'Measured agent')
    const agent = await startAgentProcess(place, () => {})
    ends.push(() => agent.stop('SIGTERM'))
    await live(open.link)
    const direct = await boundClient(controller, controller.service)
    ends.push(() => direct.unbind().catch(() => undefined))
    const agentPid = agent.pid()
    if (agentPid === undefined) throw new Error(`the agent does not run: ${agent.log.join('\n')}`)
    const asked = { domain: controller.realm, correlationId: 'bench' }
    return { controller, link: open.link, asked, agentPid, direct, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Connected and bound before it is given to anybody, as ldapts needs it. */
export async function boundClient(endpoint: LdapEndpoint, login: Login): Promise<Client> {
  const client = new Client({
    url: endpoint.url,
    timeout: 30_000,
    connectTimeout: 5_000,
    tlsOptions: { ca: endpoint.ca, servername: endpoint.host },
    createSecureConnection: connectUndelayed,
  })
  await client.bind(login.dn, login.password)
  return client
}

function groundOf(database: AgentLinkGround['database']): AgentLinkGround {
  const realTime = () => new Date()
  return {
    database,
    ring: parseKeyRing(generateKey('bench')),
    relay: memoryRelay(new Map()),
    ephemeral: memoryEphemeral(realTime),
    audit: auditTrail(database, realTime),
    tenant: tenantId.parse(randomUUID()),
    realTime,
    metrics: openMetrics(),
    random: randomBytes,
    log: openLog('warn', {}),
    times: linkTimes,
    alarm: async (alarm) => () => console.error(`the agent raises an alarm: ${alarm.what}: ${alarm.because}`),
  }
}

async function codeFor({ database, ring, realTime, random }: AgentLinkGround): Promise<string> {
  const { publicKey: botKey } = await linkKey({ database, ring, realTime })
  const { code } = await database
    .transaction()
    .execute((within) => issueCode({ ring, realTime, random }, within, { botKey, by: 'bench' }))
  return code.text
}

async function live(link: AgentLink): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(50)) {
    const [agent] = await link.agents()
    if (agent?.state === 'live' && agent.fault === undefined && agent.domain !== undefined) return
  }
  throw new Error('the agent was not live within half a minute')
}
