import { AgentError } from '../agent-error.ts'
import type { Address } from './bound-client.ts'
import type { Connection } from './connection.ts'

/** A connection silent for so long is asked for a sign of life before it is used: the other end may have gone without a word. */
const trustedFor = 10_000
const lifeSign = 3_000
/** After the service account was turned away: every further try would count towards locking it out. */
const holdOff = 30_000

/** One connection, opened when it is needed, to the first address that answers. */
export interface Lane {
  /** Bound and alive a moment ago. @throws AgentError */
  connection(): Promise<Connection>
  /** The address that answered last. */
  readonly address: Address | undefined
  close(): void
}

export function openLane(options: {
  readonly addresses: () => readonly Address[]
  readonly dial: (address: Address) => Promise<Connection>
  readonly clock: () => Date
  /** From 0 to 1: agents that were turned away together do not come again together. */
  readonly random: () => number
}): Lane {
  const { addresses, dial, clock, random } = options
  let current: { readonly connection: Connection; readonly address: Address } | undefined
  let last: Address | undefined
  let opening: Promise<Connection> | undefined
  let turnedAway: { readonly error: AgentError; readonly until: number } | undefined
  let closed = false

  const open = async (): Promise<Connection> => {
    if (turnedAway !== undefined && clock().getTime() < turnedAway.until) throw turnedAway.error
    const faults: string[] = []
    for (const address of inOrder(addresses(), last, current !== undefined)) {
      try {
        const connection = await dial(address)
        if (closed) {
          connection.close()
          throw shut()
        }
        turnedAway = undefined
        last = address
        current = { connection, address }
        return connection
      } catch (error) {
        if (!(error instanceof AgentError) || error.code !== 'unreachable') {
          if (error instanceof AgentError && error.code === 'refused')
            turnedAway = { error, until: clock().getTime() + holdOff * (1 + random()) }
          throw error
        }
        faults.push(error.detail)
      }
    }
    throw new AgentError('unreachable', `no domain controller answers: ${faults.join('; ')}`)
  }
  // One at a time: a second caller waits for the same connection.
  const opened = () => {
    opening ??= open().finally(() => {
      opening = undefined
    })
    return opening
  }

  return {
    async connection() {
      if (closed) throw shut()
      if (current?.connection.usable !== true) return opened()
      const { connection } = current
      if (clock().getTime() - connection.answered.getTime() > trustedFor) await connection.look(lifeSign)
      return connection.usable ? connection : opened()
    },
    get address() {
      return last
    },
    close() {
      closed = true
      current?.connection.close()
    },
  }
}

/** Beginning with the one that answered last; where its connection was lost, with the one after it. */
function inOrder(addresses: readonly Address[], last: Address | undefined, lost: boolean): readonly Address[] {
  const index = addresses.findIndex((address) => address.url === last?.url)
  const first = index < 0 ? 0 : lost ? index + 1 : index
  return addresses.map((address, at) => addresses[(first + at) % addresses.length] ?? address)
}

const shut = () => new AgentError('unreachable', 'the agent is ending')
