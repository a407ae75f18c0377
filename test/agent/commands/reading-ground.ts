import { randomBytes } from 'node:crypto'
import type { CommandGround } from '../../../agent/commands/command.ts'
import { readingCommands } from '../../../agent/commands/reading.ts'
import type { Domain } from '../../../agent/ldap/domain.ts'
import { isAtOrBelow, isBelow } from '../../../agent/ldap/names.ts'
import type { AgentPolicy } from '../../../agent/policy/policy.ts'

/** A policy of places, as the agent's own file would make it. */
export function placesPolicy(readable: readonly string[], writable: readonly string[]): AgentPolicy {
  return {
    operations: ['unlock'],
    readable,
    upnSuffixes: [],
    mayRead: (dn) => readable.some((base) => isAtOrBelow(dn, base)),
    writable: ({ dn }) =>
      writable.some((base) => isBelow(dn, base))
        ? { allowed: true, because: null }
        : { allowed: false, because: 'it lies elsewhere' },
    guard: async () => {},
    spend: async () => {},
  }
}

/** The commands that read, with an order that holds. */
export function readingGround(domain: Domain, policy: AgentPolicy, clock: () => Date = () => new Date()) {
  const ground: CommandGround = { domain, policy, clock, randomBytes }
  const commands = readingCommands(ground)
  const ordered = { commandId: '00000000-0000-4000-8000-000000000000', expires: new Date(Date.now() + 600_000) }
  return { commands, ordered }
}
