import type { LookupFunction } from 'node:net'
import { connect, getCACertificates, type TLSSocket } from 'node:tls'
import { Client } from 'ldapts'
import { AgentError } from '../agent-error.ts'
import { bindError } from './errors.ts'
import { within } from './within.ts'

/** Where a controller is, and how it is known for the right one. */
export interface Address {
  /** ldaps:// only. */
  readonly url: string
  /** PEM; the machine's own trust where it is not given. */
  readonly ca?: string
  /** The name its certificate must bear, where it is not the one in the URL. */
  readonly servername?: string
  /** How names become addresses; the system's way where it is not given. */
  readonly lookup?: LookupFunction
}

export interface BindAccount {
  /** UPN, DN or DOMAIN\name. */
  readonly name: string
  readonly password: () => Promise<string>
}

/** A connection that nobody answers is given up after so long. */
const connectMilliseconds = 5_000

/**
 * Every operation leaves at once. Else the second one under way would wait until the controller has confirmed the first one (RFC 896),
 * which a controller that is still searching puts off by up to half a second (RFC 1122 §4.2.3.2).
 */
export const connectUndelayed: typeof connect = (...parameters: unknown[]): TLSSocket =>
  Reflect.apply(connect, undefined, parameters).setNoDelay(true)

/**
 * Connects and binds, once and awaited, before anything else may use the client: several operations that start on a client that
 * is not connected hang for ever. It is never bound again, for a failed bind would keep the old identity: a client that failed is
 * thrown away. @throws AgentError
 */
export async function boundClient(address: Address, account: BindAccount, milliseconds: number): Promise<Client> {
  refuseInTheClear(address.url)
  const password = await account.password()
  // A simple bind with an empty password succeeds, as nobody (RFC 4513 §5.1.2).
  if (password === '') throw new AgentError('refused', `the service account ${account.name} has an empty password`)
  const client = new Client({
    url: address.url,
    timeout: milliseconds,
    connectTimeout: Math.min(connectMilliseconds, milliseconds),
    createSecureConnection: connectUndelayed,
    tlsOptions: {
      ca: address.ca ?? [...getCACertificates('default'), ...getCACertificates('system')],
      minVersion: 'TLSv1.2',
      ...(address.servername === undefined ? {} : { servername: address.servername }),
      ...(address.lookup === undefined ? {} : { lookup: address.lookup }),
    },
  })
  try {
    await within(milliseconds + connectMilliseconds, 'bind', client.bind(account.name, password))
    return client
  } catch (error) {
    discard(client)
    throw bindError(error, account.name, address.url)
  }
}

/** The service account's password would cross the wire before the controller could object. @throws AgentError refused */
export function refuseInTheClear(url: string): void {
  let scheme = ''
  try {
    scheme = new URL(url).protocol
  } catch (error) {
    throw new AgentError('refused', `${url} is not a URL`, { cause: error })
  }
  if (scheme !== 'ldaps:')
    throw new AgentError('refused', `${url}: only ldaps:// is used, else the password would cross in the clear`)
}

/** Throws a client away, in whatever state it is. */
export function discard(client: Client): void {
  client.unbind().catch(() => {
    // It is closed all the same.
  })
}
