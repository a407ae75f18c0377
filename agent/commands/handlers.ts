import type { z } from 'zod'
import { AgentError } from '../agent-error.ts'
import { anyCommand, type CommandName, commands } from '../protocol/commands.ts'
import type { CommandGround, CommandHandlers, Ordered } from './command.ts'
import { readingCommands } from './reading.ts'
import { writingCommands } from './writing.ts'

/** Every command there is. */
export const commandHandlers = (ground: CommandGround): CommandHandlers => ({
  ...readingCommands(ground),
  ...writingCommands(ground),
})

/** A command that was understood, and only has to be done. */
export interface Runnable {
  readonly name: CommandName
  /** Run once, and journaled. */
  readonly writes: boolean
  /** objectGUIDs that it names. */
  readonly targets: readonly string[]
  /** @throws AgentError and whatever nobody expected */
  run(ordered: Ordered): Promise<unknown>
}

/**
 * Understands what stands in a command frame.
 * @returns a function @throws AgentError unknown-command, without a word of what was sent
 */
export function commandReader(handlers: CommandHandlers): (command: unknown) => Runnable {
  const readers: { readonly [Name in CommandName]: (input: unknown) => Runnable } = {
    probe: reader('probe', commands.probe, handlers.probe),
    user: reader('user', commands.user, handlers.user),
    'find-users': reader('find-users', commands['find-users'], handlers['find-users']),
    'list-users': reader('list-users', commands['list-users'], handlers['list-users']),
    group: reader('group', commands.group, handlers.group),
    'find-groups': reader('find-groups', commands['find-groups'], handlers['find-groups']),
    'list-groups': reader('list-groups', commands['list-groups'], handlers['list-groups']),
    'list-units': reader('list-units', commands['list-units'], handlers['list-units']),
    members: reader('members', commands.members, handlers.members),
    'is-member': reader('is-member', commands['is-member'], handlers['is-member']),
    'groups-of': reader('groups-of', commands['groups-of'], handlers['groups-of']),
    privilege: reader('privilege', commands.privilege, handlers.privilege),
    account: reader('account', commands.account, handlers.account),
    changes: reader('changes', commands.changes, handlers.changes),
    'reset-password': reader('reset-password', commands['reset-password'], handlers['reset-password']),
    unlock: reader('unlock', commands.unlock, handlers.unlock),
    'set-enabled': reader('set-enabled', commands['set-enabled'], handlers['set-enabled']),
    'add-member': reader('add-member', commands['add-member'], handlers['add-member']),
    'remove-member': reader('remove-member', commands['remove-member'], handlers['remove-member']),
    'set-attributes': reader('set-attributes', commands['set-attributes'], handlers['set-attributes']),
    'create-user': reader('create-user', commands['create-user'], handlers['create-user']),
    move: reader('move', commands.move, handlers.move),
  }
  return (command) => {
    const parsed = anyCommand.safeParse(command)
    if (!parsed.success) throw notUnderstood('there is no such command', parsed.error)
    return readers[parsed.data.do](parsed.data.input)
  }
}

interface Shape<Input, Output> {
  readonly writes: boolean
  readonly input: z.ZodType<Input>
  readonly output: z.ZodType<Output>
}

function reader<Input, Output>(
  name: CommandName,
  { writes, input: inputShape, output: outputShape }: Shape<Input, Output>,
  handler: (input: Input, ordered: Ordered) => Promise<Output>,
): (input: unknown) => Runnable {
  return (given) => {
    const input = inputShape.safeParse(given)
    if (!input.success) throw notUnderstood(`${name} cannot be asked like this`, input.error)
    return {
      name,
      writes,
      targets: targetsOf(input.data),
      // What leaves is exactly what the protocol has: an attribute too much does not.
      run: async (ordered) => outputShape.parse(await handler(input.data, ordered)),
    }
  }
}

/** Names of fields are told, values are not: they could be anything. */
function notUnderstood(what: string, { issues }: z.ZodError): AgentError {
  const fields = [...new Set(issues.map(({ path }) => path.join('.')))].filter((field) => field !== '')
  return new AgentError('unknown-command', fields.length > 0 ? `${what}: ${fields.join(', ')}` : what)
}

const namesTargets = ['guid', 'group', 'member', 'unit']

function targetsOf(input: unknown): string[] {
  if (typeof input !== 'object' || input === null) return []
  const named = Object.entries(input).filter(([field]) => namesTargets.includes(field))
  return named.flatMap(([, value]) => (typeof value === 'string' ? [value] : []))
}

/** What the journal may keep of an answer: everything but a sealed password. */
export function recordable(name: CommandName, value: unknown): unknown {
  if (name !== 'reset-password') return value
  return { ...commands[name].output.parse(value), sealed: null }
}
