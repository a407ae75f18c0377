import { setTimeout as pause } from 'node:timers/promises'
import type { Identity } from '../keys.ts'
import { type ConnectionGround, holdConnection, type Pace } from './connection.ts'
import { type Address, dial, type Wire } from './dial.ts'
import { LineEnded, ProtocolFault, TurnedAwayFault } from './faults.ts'
import { type GreetingGround, identify } from './greeting.ts'

export interface Patience extends Pace {
  /** Milliseconds for the whole greeting. */
  readonly greeting: number
  readonly shortestPause: number
  readonly longestPause: number
  /** A connection that lasted so long makes the pauses short again. */
  readonly steadyAfter: number
}

export const usualPatience: Patience = {
  pingEvery: 15_000,
  longestSilence: 45_000,
  healthEvery: 15_000,
  greeting: 10_000,
  shortestPause: 1_000,
  longestPause: 60_000,
  steadyAfter: 10_000,
}

export interface LinkGround extends ConnectionGround, GreetingGround {
  readonly address: Address
  readonly pace: Patience
  /** From 0 to below 1, so that agents do not all come back at once. */
  readonly random: () => number
  /** Tells IT, over the next connection, what was wrong with this one. */
  alarm(because: string): void
}

export interface Link {
  /** Says goodbye, and comes no more. */
  stop(): Promise<void>
}

/** The bot's own code for a connection that another one with the same identity has replaced. */
const replaced = 4000

/** Dials the bot, and dials again for ever: no fault of the other end, of the network or of the disk ends it. */
export function stayConnected(ground: LinkGround): Link {
  const { log, pace } = ground
  const stopping = new AbortController()
  let wire: Wire | undefined
  /** The bot did not know our key; perhaps it has pinned the next one, and we were cut off before we heard of it. */
  let comeWithNextKey = false
  /** The bot has given an order over this connection: it was a good one, however short. */
  let wasOfUse = false
  function receive(...order: Parameters<ConnectionGround['receive']>): void {
    wasOfUse = true
    ground.receive(...order)
  }

  async function connectOnce(): Promise<void> {
    const identity = await ground.identity.read()
    if (!identity) throw new LineEnded('this agent is not enrolled any more')
    const key = (comeWithNextKey && identity.nextKey) || identity.key
    wire = await dial(ground.address, ground.monotonic, stopping.signal)
    if (stopping.signal.aborted) return wire.close()
    const greeted = await greetInTime(wire, identity, key)
    await keepWhatTheGreetingShowed(identity, greeted.session.botKey, key === identity.nextKey)
    comeWithNextKey = false
    log.info({ agent: greeted.agentId }, 'link: connected to the bot')
    await holdConnection(wire, greeted, { ...ground, receive })
  }
  async function greetInTime(open: Wire, identity: Identity, key: Identity['key']) {
    const slow = new LineEnded(`no greeting within ${pace.greeting} ms`)
    const timer = setTimeout(() => open.end(slow), pace.greeting)
    try {
      return await identify(open, identity, key, ground)
    } finally {
      clearTimeout(timer)
    }
  }
  /** A disk that is full ends no connection: what is not stored now is shown again at the next one. */
  async function keepWhatTheGreetingShowed(identity: Identity, botKey: string, withNextKey: boolean): Promise<void> {
    try {
      if (botKey !== identity.botKey) {
        await ground.identity.pinBotKey(botKey)
        log.warn({ botKey }, 'link: the bot has a new key, signed by the one we knew: it is pinned from now on')
      }
      if (withNextKey) await ground.identity.promoteNextKey()
    } catch (error) {
      log.error({ error: String(error) }, 'link: what is pinned could not be stored')
    }
  }
  /** Milliseconds until the next attempt. @param failures in a row, this one included */
  function pauseAfter(error: unknown, failures: number): number {
    const jitter = 0.5 + ground.random() / 2
    const isSlow =
      (error instanceof TurnedAwayFault && error.reason !== 'busy') ||
      (error instanceof LineEnded && error.closeCode === replaced)
    if (isSlow) return pace.longestPause * (1 + ground.random() / 2)
    return Math.min(pace.longestPause, pace.shortestPause * 2 ** (failures - 1)) * jitter
  }

  async function forEver(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      const began = ground.monotonic()
      wasOfUse = false
      const error = await connectOnce().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      const ended = wire
      wire = undefined
      // What is left of a connection that was not believed, or that somebody must come again without.
      ended?.end(new LineEnded('over'))
      if (stopping.signal.aborted) return
      failures = wasOfUse || ground.monotonic() - began > pace.steadyAfter ? 1 : failures + 1
      if (error instanceof ProtocolFault) ground.alarm(error.message)
      if (await triesOtherKey(error)) continue
      const wait = Math.round(pauseAfter(error, failures))
      log.warn({ wait }, `link: ${wordsFor(error)}`)
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  /** At most once in a row: with neither key, one waits. */
  async function triesOtherKey(error: unknown): Promise<boolean> {
    const unknownKey =
      error instanceof TurnedAwayFault && (error.reason === 'unknown-agent' || error.reason === 'bad-proof')
    const hasOther = unknownKey && (await ground.identity.read().catch(() => undefined))?.nextKey !== undefined
    comeWithNextKey = hasOther && !comeWithNextKey
    return comeWithNextKey
  }

  const life = forEver()
  return {
    async stop() {
      stopping.abort()
      await wire?.close()
      await life
    },
  }
}

const turnedAway: { readonly [Reason in TurnedAwayFault['reason']]: string } = {
  version: 'the bot speaks another version of the protocol: upgrade the older one of the two',
  'unknown-agent': 'the bot does not know this agent: enrol it again, with --again',
  revoked: 'this agent was revoked at the bot: it does nothing any more. To use it again, enrol it with --again',
  'bad-proof': 'the bot knows another key of this agent: revoke it there and enrol it with --again',
  'bad-code': 'the bot does not know this code any more',
  busy: 'the bot lets nobody in at the moment',
}

/** For the log of whoever looks after this machine. */
export function wordsFor(error: unknown): string {
  if (error instanceof TurnedAwayFault) return turnedAway[error.reason]
  if (error instanceof ProtocolFault) return `the connection was ended, because ${error.message}`
  if (error instanceof LineEnded && error.closeCode === replaced)
    return 'another connection has replaced this one: does another machine use a copy of this agent’s data folder?'
  if (error instanceof LineEnded) return `no connection to the bot: ${error.message}`
  return `no connection to the bot: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`
}
