import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { type ChangedUser, largestPage } from '../../agent/protocol/commands.ts'
import type { AgentLink, Answered } from '../agent-link/agent-link.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import { inParallel } from '../in-parallel.ts'
import { claimReading, keepReadUpTo, type ReadUpTo, releaseReading } from './change-cookies.ts'
import { isWave, tellItOfWave, type WaveGround } from './lockout-wave.ts'
import { type Lockout, noteLockouts } from './lockouts-seen.ts'
import { type OfferGround, offerUnlock } from './offer-unlock.ts'

/** How long the reading of a domain is ours: longer than it takes, short enough that a lockout is noticed within 30 seconds all the same. */
const lease = 15_000
/** So many pages in one run; what is left comes in the next. */
const mostPages = 20
/** An older lockout is not spoken of: after an outage whoever waited has found another way. */
const worthOffering = 15 * 60_000
const offersAtOnce = 4

export interface LockoutGround extends OfferGround, Pick<WaveGround, 'hasItChannel'> {
  readonly link: Pick<AgentLink, 'ask' | 'agents' | 'domains'>
  readonly log: Logger
}

/**
 * Notices accounts that were just locked, by reading what has changed in each domain since last time; and offers the unlock where
 * the policy says so.
 * @returns a job, to be run every 10 seconds on every replica; answers the keys of the posts to be brought out
 */
export function watchLockouts(ground: LockoutGround): () => Promise<readonly string[]> {
  return async () => {
    const [domains, agents] = await Promise.all([ground.link.domains(), ground.link.agents()])
    const posts: string[] = []
    for (const domain of domains) {
      const live = agents.filter((agent) => agent.state === 'live' && agent.domain?.toLowerCase() === domain)
      // With nobody to ask, asking only takes time.
      if (live.length === 0) continue
      posts.push(...(await readDomain(ground, domain, new Set(live.map(({ id }) => id)))))
    }
    return posts
  }
}

async function readDomain(
  ground: LockoutGround,
  domain: string,
  live: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { database, clock, log } = ground
  const correlationId = randomUUID()
  const claimed = await claimReading(database, domain, clock(), lease)
  if (!claimed) return []
  const posts: string[] = []
  try {
    let readUpTo = claimed.readUpTo
    for (let page = 0; page < mostPages; page++) {
      const { value, agent } = await askForChanges(ground, domain, readUpTo, live, correlationId)
      posts.push(...(await noticed(ground, domain, value.users, correlationId)))
      readUpTo = { agent, cookie: value.cookie }
      await keepReadUpTo(database, domain, readUpTo)
      if (!value.more) break
    }
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    log.warn({ correlationId, domain, error: error.detail }, 'changes of a domain could not be read')
  } finally {
    await releaseReading(database, domain, clock())
  }
  return posts
}

/** Of the agent that the cookie came from, while it is there: another one's domain controller would begin anew. */
async function askForChanges(
  { link }: LockoutGround,
  domain: string,
  readUpTo: ReadUpTo | undefined,
  live: ReadonlySet<string>,
  correlationId: string,
): Promise<Answered<'changes'>> {
  const same = readUpTo && live.has(readUpTo.agent) ? { agent: readUpTo.agent } : {}
  const input = { cookie: readUpTo?.cookie ?? null, size: largestPage }
  return await link.ask('changes', input, { domain, ...same, correlationId })
}

/** Writes down who is locked, and offers what can be offered. */
async function noticed(
  ground: LockoutGround,
  domain: string,
  users: readonly ChangedUser[],
  correlationId: string,
): Promise<readonly string[]> {
  const { database, clock, policy, log } = ground
  const now = clock()
  const enabled = new Set(users.filter((user) => user.enabled).map(({ guid }) => guid))
  const locked = users.flatMap(({ guid, locked: isLocked, lockedAt }): readonly Lockout[] =>
    isLocked && lockedAt !== null ? [{ domain, guid, lockedAt: new Date(lockedAt) }] : [],
  )
  const fresh = await noteLockouts(database, once(locked), now)
  if (!policy.lockouts.offer) return []
  const oldest = now.getTime() - worthOffering
  const offers = fresh.filter(({ guid, lockedAt }) => lockedAt.getTime() >= oldest && enabled.has(guid))
  if (offers.length === 0) return []
  if (await isWave(ground, offers.length)) return await tellItOfWave(ground, domain, offers.length, correlationId)
  const posts: string[] = []
  await inParallel(
    offers,
    offersAtOnce,
    async (lockout) => void posts.push(...(await offerUnlock(ground, lockout, correlationId))),
    // Whoever is locked out asks by themselves: nothing is tried again.
    (lockout, error) => log.warn({ correlationId, ...lockout, error: String(error) }, 'an unlock was not offered'),
  )
  return posts
}

/** One line each: an insert takes no row twice. */
function once(lockouts: readonly Lockout[]): readonly Lockout[] {
  return [...new Map(lockouts.map((one) => [`${one.guid}:${one.lockedAt.getTime()}`, one])).values()]
}
