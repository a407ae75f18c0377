import type { LookupFunction } from 'node:net'
import { AgentError } from '../agent-error.ts'
import { type Address, type BindAccount, refuseInTheClear } from './bound-client.ts'
import { type Connection, connect } from './connection.ts'
import type { Controller, Domain } from './domain.ts'
import { type DomainFacts, readDomain } from './emulator.ts'
import { type Lane, openLane } from './lane.ts'
import { within } from './within.ts'

export interface DomainSettings {
  /** Controllers of one domain, the preferred one first; ldaps:// only. */
  readonly urls: readonly string[]
  /** PEM of the authority that signed their certificates; the machine's own trust where it is not given. */
  readonly ca?: string
  /** The name on the certificate, where the URLs name another. */
  readonly servername?: string
  /** The service account. Its password is asked for at each connection, so that a new one is taken up. */
  readonly bind: BindAccount
  /** How long one LDAP operation may take. 10 seconds where it is not given. */
  readonly timeoutMilliseconds?: number
  /** How names become addresses; the system's way where it is not given. */
  readonly lookup?: LookupFunction
}

/** The role may move, once in years. */
const rolesKnownFor = 300_000
/** So long the PDC emulator is waited for before another controller is written to. */
const emulatorPatience = 4_000
/** So long after that it is not tried again. */
const emulatorAway = 60_000
/** Listings under way at once, each on a connection of its own. */
const mostListings = 12

/**
 * The domain as the service account sees it. Nothing is dialled before it is needed; what is lost is dialled anew, at the next address.
 * Reads and writes have connections of their own, so that a slow search that loses its socket leaves no write in doubt.
 * @throws AgentError refused for a URL that is not ldaps://
 */
export function openDomain(settings: DomainSettings, clock: () => Date, random: () => number): Domain {
  if (settings.urls.length === 0) throw new AgentError('refused', 'no domain controller is named')
  for (const url of settings.urls) refuseInTheClear(url)
  const milliseconds = settings.timeoutMilliseconds ?? 10_000
  const common = {
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.lookup === undefined ? {} : { lookup: settings.lookup }),
  }
  const named = settings.servername === undefined ? {} : { servername: settings.servername }
  const configured: readonly Address[] = settings.urls.map((url) => ({ url, ...common, ...named }))

  const listing = countListings()
  const dial = (address: Address): Promise<Connection> =>
    connect({ address, account: settings.bind, milliseconds, clock, listing })
  const lane = (addresses: () => readonly Address[]): Lane => openLane({ addresses, dial, clock, random })

  const reader = lane(() => configured)
  // Beside the reader, at the controller at hand.
  const atHand = lane(() => {
    const first = reader.address
    return first === undefined ? configured : [first, ...configured.filter((address) => address.url !== first.url)]
  })
  let emulator: { readonly name: string; readonly lane: Lane } | undefined
  let emulatorAwayUntil = 0
  let known: { readonly facts: DomainFacts; readonly until: number } | undefined

  const factsBy = async (controller: Controller): Promise<DomainFacts> => {
    if (known === undefined || known.until <= clock().getTime())
      known = { facts: await readDomain(controller), until: clock().getTime() + rolesKnownFor }
    return known.facts
  }

  const emulatorNamed = (name: string): Lane => {
    if (emulator?.name !== name) {
      emulator?.lane.close()
      const address: Address = { url: `ldaps://${name}`, ...common, servername: name }
      emulator = { name, lane: lane(() => [address]) }
    }
    return emulator.lane
  }

  const handAndEmulator = async () => {
    const hand = await atHand.connection()
    return { hand, pdc: (await factsBy(hand.controller)).pdc }
  }

  /** Where to write is settled before anything is written, and not again. */
  const writer = async (): Promise<Connection> => {
    const { hand, pdc } = await handAndEmulator().catch((error) => {
      // The connection was lost on the way; nothing has been written yet.
      if (error instanceof AgentError && error.code === 'unreachable') return handAndEmulator()
      throw error
    })
    if (pdc === undefined || pdc === hand.controller.name || clock().getTime() < emulatorAwayUntil) return hand
    try {
      return await within(emulatorPatience, `the PDC emulator ${pdc}`, emulatorNamed(pdc).connection())
    } catch {
      emulatorAwayUntil = clock().getTime() + emulatorAway
      return hand
    }
  }

  const readingAt = async <T>(open: () => Promise<Connection>, work: (controller: Controller) => Promise<T>) => {
    const first = await open()
    try {
      return await work(first.controller)
    } catch (error) {
      // Reading may be done again, once, where the connection was what failed.
      const again = error instanceof AgentError && error.code === 'unreachable' && !first.usable
      if (!again) throw error
      return work((await open()).controller)
    }
  }
  const reading: Domain['reading'] = (work) => readingAt(reader.connection, work)

  return {
    facts: () => reading(factsBy),
    reading,
    readingWhatIsWritten: (work) => readingAt(writer, work),
    async writing(work) {
      return work((await writer()).controller)
    },
    async close() {
      reader.close()
      atHand.close()
      emulator?.lane.close()
    },
  }
}

/** Bounds how many listings are under way. Each is counted from its first page until it ends or the caller stops. */
function countListings() {
  let open = 0
  return async function* listing<T>(work: () => AsyncIterable<T>): AsyncIterable<T> {
    if (open >= mostListings) throw new AgentError('throttled', `${mostListings} listings are under way already`)
    open += 1
    try {
      yield* work()
    } finally {
      open -= 1
    }
  }
}
