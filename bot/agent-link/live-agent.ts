import type { z } from 'zod'
import type { Alarm, FromAgent, Health, rotated } from '../../agent/protocol/frames.ts'
import { keyChange } from '../../agent/protocol/transcripts.ts'
import { raiseAlarm } from './alarms.ts'
import type { AgentConnection } from './connection.ts'
import { verifierOf } from './ed25519.ts'
import { type Enrolled, pinDomain, pinNextKey, writeHealth } from './enrolled.ts'
import type { AgentLinkGround } from './ground.ts'
import { writeAgentEvent } from './write-event.ts'

/** What an agent says of itself, held against what is known of it. */
export interface Standing {
  readonly health: Health
  /** The domain it was enrolled for; undefined until it has said one. */
  readonly domain: string | undefined
  /** Why it is not to be asked. */
  readonly fault: string | undefined
}

/** An agent that is connected to this replica. */
export interface LiveAgent {
  readonly id: string
  readonly name: string
  readonly connection: AgentConnection
  /** When it was let in, milliseconds since 1970: of two connections, the later one counts. */
  readonly since: number
  standing(): Standing | undefined
  /** Takes what it says; everything in its order. */
  hear(frame: Exclude<FromAgent, { type: 'result' }>): void
  /** Looks after it: silence, what the table says of it, what the table is told. @param row undefined = revoked */
  look(row: Enrolled | undefined): Promise<void>
}

const writeEvery = 15_000
/** What an agent said that still has to be worked on. */
const longestQueue = 100

export function liveAgent(
  ground: AgentLinkGround,
  connection: AgentConnection,
  since: number,
  changed: () => void,
): LiveAgent {
  const { agent, session } = connection.admitted
  const { database, log, realTime } = ground
  let standing: Standing | undefined
  let domain = agent.domain
  let pinnedKey = agent.publicKey
  let rotating = false
  let heardAt = performance.now()
  let writtenAt = Number.NEGATIVE_INFINITY
  let written: Health | undefined
  let work: Promise<void> = Promise.resolve()
  let queued = 0

  async function takeHealth(health: Health): Promise<void> {
    if (health.domain !== null && domain === undefined) domain = await pinDomain(database, agent.id, health.domain)
    standing = { health, domain, fault: faultOf(health, domain) }
    changed()
    if (written === undefined) await write(health)
  }

  async function write(health: Health): Promise<void> {
    writtenAt = performance.now()
    written = health
    await writeHealth(database, agent.id, health, realTime())
  }

  async function takeNextKey({ agentKey, byOld, byNew }: z.infer<typeof rotated>): Promise<void> {
    if (!rotating) return connection.close('protocol', 'a new key that was not asked for')
    rotating = false
    const change = keyChange('agent', session.agentKey, agentKey)
    const proven = verifierOf(session.agentKey)(change, byOld) && verifierOf(agentKey)(change, byNew)
    if (!proven) return connection.close('protocol', 'a new key that is not signed for')
    const pinned = await database.transaction().execute(async (transaction) => {
      const keys = { id: agent.id, before: session.agentKey, after: agentKey }
      if (!(await pinNextKey(transaction, keys))) return false
      const { id, name } = agent
      await writeAgentEvent(ground, transaction, { action: 'rotate-agent', agent: id, name, why: 'asked for by IT' })
      return true
    })
    if (!pinned) return connection.close('revoked', 'another key is pinned')
    pinnedKey = agentKey
    log.info({ agent: agent.id }, 'agents: a new key is pinned')
    connection.say({ type: 'rotation-pinned', agentKey })
  }

  function take(frame: Exclude<FromAgent, { type: 'result' }>): Promise<void> {
    switch (frame.type) {
      case 'health':
        return takeHealth(frame)
      case 'alarm':
        return takeAlarm(frame)
      case 'rotated':
        return takeNextKey(frame)
    }
  }

  const takeAlarm = (alarm: Alarm) => raiseAlarm(ground, alarm, { id: agent.id, name: agent.name, domain })

  return {
    id: agent.id,
    name: agent.name,
    connection,
    since,
    standing: () => standing,
    hear(frame) {
      heardAt = performance.now()
      if (queued >= longestQueue) return connection.close('protocol', 'it says more than can be worked on')
      queued += 1
      work = work
        .then(() => take(frame))
        .catch((error: unknown) => log.error({ agent: agent.id, frame: frame.type, error: String(error) }, 'agents'))
        .finally(() => {
          queued -= 1
        })
    },
    async look(row) {
      if (!row) return connection.close('revoked', 'it was revoked')
      if (row.publicKey !== pinnedKey) return connection.close('revoked', 'another key is pinned')
      if (performance.now() - heardAt > ground.times.silence) return connection.close('silent', 'it says nothing')
      if (row.rotate && !rotating) {
        rotating = true
        connection.say({ type: 'rotate' })
      }
      const health = standing?.health
      if (health && health !== written && performance.now() - writtenAt >= writeEvery) await write(health)
    },
  }
}

/** An agent keeps the domain it served first: it cannot answer for another one, whatever it says. */
function faultOf(health: Health, domain: string | undefined): string | undefined {
  if (health.fault !== null) return health.fault
  if (domain === undefined) return 'it has not said yet which domain it serves'
  if (health.domain !== null && health.domain !== domain)
    return `it says that it serves ${health.domain}, and was enrolled for ${domain}: revoke it and enrol it anew`
  return undefined
}
