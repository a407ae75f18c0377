import type { z } from 'zod'
import type { Domain } from '../ldap/domain.ts'
import type { AgentPolicy } from '../policy/policy.ts'
import type { CommandName, CommandOutput, commands } from '../protocol/commands.ts'

/** What every command may use. */
export interface CommandGround {
  readonly domain: Domain
  readonly policy: AgentPolicy
  readonly clock: () => Date
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (size: number) => Buffer
}

/** What is known of the order itself. */
export interface Ordered {
  readonly commandId: string
  /** After this nothing more may be begun, by the bot's clock as the agent knows it. */
  readonly expires: Date
}

/** Does one command. @throws AgentError and nothing else that is expected */
export type CommandHandler<Name extends CommandName> = (
  input: z.output<(typeof commands)[Name]['input']>,
  ordered: Ordered,
) => Promise<CommandOutput<Name>>

export type CommandHandlers = { readonly [Name in CommandName]: CommandHandler<Name> }
