import type { CommandInput, CommandName, CommandOutput } from '../../agent/protocol/commands.ts'

/** An agent as IT is shown it. */
export interface AgentSeen {
  readonly id: string
  readonly name: string
  readonly state: 'live' | 'silent' | 'revoked'
  readonly domain: string | undefined
  readonly domainSid: string | undefined
  readonly controller: string | undefined
  /** Of the agent's last look at its domain controller, milliseconds. */
  readonly latency: number | undefined
  readonly queue: number
  readonly version: string | undefined
  /** Why it cannot serve, in words for IT. */
  readonly fault: string | undefined
  readonly lastSeenAt: Date | undefined
}

/** What an agent answered, and who it was: for the audit. */
export interface Answered<Name extends CommandName> {
  readonly value: CommandOutput<Name>
  /** The agent's id. */
  readonly agent: string
  /** The outcome of an earlier run of the same command: what is sealed is not in it any more. */
  readonly repeated: boolean
  /** The id of the command, which a sealed answer is bound to. */
  readonly commandId: string
}

export interface Asked {
  /** DNS name of the domain that must answer, in any case. Left out: the only domain there is. */
  readonly domain?: string | undefined
  /** Only this agent: where a cursor or a cookie is one of its own. */
  readonly agent?: string | undefined
  readonly correlationId: string
}

/**
 * The wire to the agents that stand in the company's own network, whichever replica they are connected to. Throws
 * `DirectoryError` and nothing else:
 * - unreachable: no agent is connected and none came within a bounded time; or it gave no answer before the command ran out (with
 *   `maybeDone` where it writes)
 * - refused, protected: the agent's own policy, or its live check, said no
 * - others as the directory said
 * A command that writes is given to one agent, once: another one is asked only where it never left.
 */
export interface AgentLink {
  ask<Name extends CommandName>(name: Name, input: CommandInput<Name>, asked: Asked): Promise<Answered<Name>>
  /** Every agent that is enrolled, by name; at most 100. */
  agents(): Promise<readonly AgentSeen[]>
  /** Domains (DNS names, lower case) that enrolled agents have served, whether they are live now or not. */
  domains(): Promise<readonly string[]>
}
