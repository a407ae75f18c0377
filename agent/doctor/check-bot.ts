import type { Identity } from '../keys.ts'
import { within } from '../ldap/within.ts'
import { type Address, dial } from '../link/dial.ts'
import { ProtocolFault, TurnedAwayFault } from '../link/faults.ts'
import { type GreetingGround, identify } from '../link/greeting.ts'
import { challenge } from '../protocol/frames.ts'
import { type Finding, missing, ok } from './finding.ts'
import { isUntrusted, networkFault } from './network-fault.ts'

const patience = 15_000

/** Ends the greeting where we would say who we are: by then the bot's key was found to be the pinned one. */
class KeyIsPinned extends Error {}

/**
 * Dials the bot and listens to its challenge. Nothing of ours is sent, and the bot counts no connection: no agent is disturbed.
 * @param identity undefined before the enrolment: then it is only seen that a bot answers
 */
export async function checkBot(
  address: Address,
  identity: Identity | undefined,
  ground: GreetingGround,
): Promise<Finding> {
  const what = 'bot'
  const through = way(address)
  try {
    const wire = await within(patience + 1_000, 'the bot', dial(address, ground.monotonic))
    try {
      if (identity === undefined) {
        const heard = challenge.safeParse(parsed(await within(patience, 'the bot', wire.next())))
        if (!heard.success) throw new ProtocolFault('it does not greet as a bot does')
        return ok(what, `${address.url} answers${through}; its key is compared once this agent is enrolled`)
      }
      const silent = { next: () => within(patience, 'the bot', wire.next()), send: stopHere }
      await identify(silent, identity, identity.key, ground)
      return missing(what, 'it let us in without a greeting')
    } finally {
      await wire.close()
    }
  } catch (error) {
    if (error instanceof KeyIsPinned)
      return ok(what, `${address.url} answers${through} and shows the key that is pinned`)
    return unreachable(address, error)
  }
}

function stopHere(): never {
  throw new KeyIsPinned()
}

/** Whether NO_PROXY applies is decided by Node, who does not say. */
function way({ proxy, noProxy }: Address): string {
  if (proxy === undefined) return ''
  return noProxy === undefined ? ' through the proxy' : ' through the proxy, unless NO_PROXY names it'
}

function unreachable(address: Address, error: unknown): Finding {
  const { url } = address
  if (error instanceof TurnedAwayFault && error.reason === 'version')
    return missing('bot', 'it speaks another version of the protocol', 'bring agent and bot to the same release')
  if (error instanceof ProtocolFault)
    return missing(
      'bot',
      `${url}: ${error.message}`,
      'see that bot.url is the address of the bot. If it is, its key was changed without this agent, or somebody stands in between: ask whoever runs it; with a new key this agent has to be enrolled again',
    )
  const fault = networkFault(error)
  const through = way(address)
  if (isUntrusted(fault))
    return missing(
      'bot',
      `${url} cannot be trusted${through}: ${fault}`,
      'name its authority in bot.ca, as a PEM file; a proxy that opens TLS has one of its own',
    )
  return missing(
    'bot',
    `${url} cannot be reached${through}: ${fault}`,
    'let this machine reach it on its port, outbound; nothing has to come in',
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
