import type { Logger } from 'pino'
import { ZodError } from 'zod'
import { AgentError } from './agent-error.ts'
import type { Ordered } from './commands/command.ts'
import { type Runnable, recordable } from './commands/handlers.ts'
import { type Journal, JournalFault, type Outcome } from './journal.ts'

export interface RunGround {
  readonly journal: Journal
  readonly clock: () => Date
  readonly log: Logger
  /** Tells IT of an error that says so. */
  alarm(error: AgentError): void
}

export interface Ran {
  /** As it is answered now. */
  readonly outcome: Outcome
  /** As it is answered to whoever asks again. */
  readonly recorded: Outcome
}

/** Does one command whose turn has come. Never fails: whatever goes wrong is an outcome. */
export async function runCommand(command: Runnable, ordered: Ordered, ground: RunGround): Promise<Ran> {
  const late = lateness(ordered.expires, ground.clock)
  if (late) return alike(failure(late))
  if (!command.writes) return alike(await outcomeOf(command, ordered, ground))
  try {
    await ground.journal.begin(ordered.commandId, command.name)
  } catch (error) {
    const { maybeDone, message } = asJournalFault(error)
    return alike(failure(new AgentError('internal', message, { maybeDone })))
  }
  const outcome = await outcomeOf(command, ordered, ground)
  const recorded = outcome.ok ? { ok: true as const, value: recordable(command.name, outcome.value) } : outcome
  // It is done, and that is what is answered, even where it cannot be written down any more.
  await ground.journal.end(ordered.commandId, recorded).catch((error) => {
    ground.log.error({ id: ordered.commandId, error: asJournalFault(error).message }, 'journal')
  })
  return { outcome, recorded }
}

/** Undefined while a command may be begun. */
export function lateness(expires: Date, clock: () => Date): AgentError | undefined {
  if (clock().getTime() < expires.getTime()) return undefined
  return new AgentError('expired', `it may be begun until ${expires.toISOString()} only: nothing was done`)
}

export function failure({ code, detail, maybeDone, rule }: AgentError): Outcome {
  return { ok: false, error: { code, detail, maybeDone, ...(rule === undefined ? {} : { rule }) } }
}

async function outcomeOf(command: Runnable, ordered: Ordered, ground: RunGround): Promise<Outcome> {
  try {
    return { ok: true, value: await command.run(ordered) }
  } catch (error) {
    if (!(error instanceof AgentError)) ground.log.error({ id: ordered.commandId, ...described(error) }, 'unexpected')
    // Where nobody knows what happened, nobody knows either whether it was done.
    const known =
      error instanceof AgentError
        ? error
        : new AgentError('internal', 'see the log of the agent by the id of the command', { maybeDone: command.writes })
    if (known.alarm) ground.alarm(known)
    return failure(known)
  }
}

const alike = (outcome: Outcome): Ran => ({ outcome, recorded: outcome })

const asJournalFault = (error: unknown): JournalFault =>
  error instanceof JournalFault ? error : new JournalFault(String(error), { maybeDone: false })

/** For the log. Of a value that has not the shape it should have, only where: it could hold anything. */
function described(error: unknown): Record<string, unknown> {
  if (error instanceof ZodError) return { error: 'ZodError', fields: error.issues.map(({ path }) => path.join('.')) }
  if (!(error instanceof Error)) return { error: typeof error }
  const where = error.stack?.split('\n').filter((line) => line.startsWith('    at '))
  return { error: error.name, message: error.message.slice(0, 300), where: where?.slice(0, 8) }
}
