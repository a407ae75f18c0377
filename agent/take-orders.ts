import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { AgentError } from './agent-error.ts'
import type { CommandHandlers } from './commands/command.ts'
import { commandReader, type Runnable } from './commands/handlers.ts'
import type { Journal, Outcome } from './journal.ts'
import type { BotTime } from './link/bot-time.ts'
import type { Outbox } from './link/outbox.ts'
import type { Alarm, CommandFrame } from './protocol/frames.ts'
import { commandQueue } from './queue.ts'
import { failure, lateness, type Ran, runCommand } from './run-command.ts'

export interface OrdersGround {
  readonly agentId: string
  readonly handlers: CommandHandlers
  readonly journal: Journal
  readonly outbox: Outbox
  /** Our own. */
  readonly clock: () => Date
  readonly log: Logger
}

/** Everything between a command frame and its answer in the outbox. */
export interface Orders {
  /** @param cameOver the connection it came over, see Outbox */
  take(frame: CommandFrame, cameOver: number, time: BotTime): void
  /** Commands that wait or run. */
  readonly length: number
  /** Takes nothing more; what runs may end within so many milliseconds, what waits is answered. */
  drain(longest: number): Promise<void>
}

/** A command lives for seconds. One that lives longer could come again when the journal has forgotten it. */
const longestLife = 10 * 60_000
/** Who asks for the same command more often while it runs is not answered once more. */
const mostAskers = 20

const interrupted: Outcome = {
  ok: false,
  error: {
    code: 'interrupted',
    detail: 'begun before the agent stopped: whether it was done is unknown',
    maybeDone: true,
  },
}

export function orders(ground: OrdersGround): Orders {
  const { journal, outbox, clock, log } = ground
  const read = commandReader(ground.handlers)
  const queue = commandQueue()
  /** Waiting or running: connections over which each was asked for, in that order. */
  const underWay = new Map<string, number[]>()
  let stopping = false

  function answer(id: string, outcome: Outcome, repeated: boolean, cameOver: number): void {
    outbox.put({ type: 'result', id, repeated, outcome }, cameOver)
  }
  function alarm(frame: CommandFrame, kind: Alarm['kind'], what: string, because: string): void {
    const { id: commandId, correlationId } = frame
    const at = clock().toISOString()
    // Here as well: the bot that hears of it may be the very one that must not be believed.
    log.warn({ id: commandId, correlation: correlationId, kind, what, because }, 'alarm')
    outbox.put({ type: 'alarm', id: randomUUID(), at, kind, commandId, correlationId, what, because })
  }
  /** What is wrong with the order itself, whatever it asks for. @param until as it says, by our clock */
  function refusal(frame: CommandFrame, until: Date): AgentError | undefined {
    if (frame.agentId !== ground.agentId)
      return new AgentError('forbidden', 'it is meant for another agent', { alarm: 'protocol' })
    // From now on as well: one that is dated ahead would live for as long.
    const lives = Date.parse(frame.expires) - Date.parse(frame.issued)
    if (Math.max(lives, until.getTime() - clock().getTime()) > longestLife)
      return new AgentError('forbidden', 'it lives longer than a command may', { alarm: 'protocol' })
    if (stopping) return new AgentError('unreachable', 'the agent is being stopped: nothing was done')
    return undefined
  }
  function understand(frame: CommandFrame, until: Date): Runnable {
    const wrong = refusal(frame, until) ?? lateness(until, clock)
    if (wrong) throw wrong
    return read(frame.command)
  }
  function refuse(frame: CommandFrame, cameOver: number, error: AgentError): void {
    if (error.alarm) alarm(frame, error.alarm, 'a command', error.detail)
    log.warn({ id: frame.id, correlation: frame.correlationId, outcome: error.code, detail: error.detail }, 'command')
    answer(frame.id, failure(error), false, cameOver)
  }

  async function run(frame: CommandFrame, command: Runnable, expires: Date): Promise<void> {
    const began = performance.now()
    const what = [command.name, ...command.targets].join(' ')
    const ran = await runCommand(
      command,
      { commandId: frame.id, expires },
      {
        ...ground,
        alarm: (error) => alarm(frame, error.alarm ?? 'forbidden', what, error.detail),
      },
    )
    const outcome = ran.outcome.ok ? 'ok' : ran.outcome.error.code
    const ms = Math.round(performance.now() - began)
    log.info({ id: frame.id, correlation: frame.correlationId, do: command.name, outcome, ms }, 'command')
    tellAll(frame.id, ran)
  }
  /** Whoever asked last over another connection than the first has not had it: he gets the answer whole. */
  function tellAll(id: string, { outcome, recorded }: Ran): void {
    const askers = underWay.get(id) ?? []
    underWay.delete(id)
    const latest = askers.at(-1)
    const waiting = askers.filter((cameOver) => cameOver === latest)
    for (const [index, cameOver] of waiting.entries()) answer(id, index === 0 ? outcome : recorded, index > 0, cameOver)
  }

  /** Whether this order came before: then it is not run again, and whoever asks is answered, now or when it ends. */
  function isAnsweredAlready(id: string, cameOver: number): boolean {
    const askers = underWay.get(id)
    if (askers) {
      if (askers.length < mostAskers) askers.push(cameOver)
      return true
    }
    if (outbox.giveAgain(id)) return true
    const entry = journal.find(id)
    if (entry) answer(id, entry.outcome ?? interrupted, true, cameOver)
    return entry !== undefined
  }

  function take(frame: CommandFrame, cameOver: number, time: BotTime): void {
    const { id } = frame
    if (frame.agentId === ground.agentId && isAnsweredAlready(id, cameOver)) return
    const until = time.onOurClock(new Date(frame.expires))
    const expires = earlier(until, livesOnlySoLong(frame, clock()))
    try {
      const command = understand(frame, until)
      underWay.set(id, [cameOver])
      const taken = queue.add({
        writes: command.writes,
        keys: command.writes ? command.targets : [],
        run: () => run(frame, command, expires),
        dropped: () => tellAll(id, unbegun),
      })
      if (taken) return
      underWay.delete(id)
      throw new AgentError('throttled', 'too many commands wait already: nothing was done')
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      refuse(frame, cameOver, error)
    }
  }

  return {
    take,
    get length() {
      return queue.length
    },
    async drain(longest) {
      stopping = true
      await queue.drain(longest)
    },
  }
}

/**
 * However the bot's clock was set since we last asked for its time: an order that came now holds no longer than it said of itself, and
 * whoever gave it stops waiting then.
 */
function livesOnlySoLong({ issued, expires }: CommandFrame, now: Date): Date {
  return new Date(now.getTime() + Date.parse(expires) - Date.parse(issued))
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other)

const stopped = failure(new AgentError('unreachable', 'the agent was stopped before its turn came: nothing was done'))
const unbegun: Ran = { outcome: stopped, recorded: stopped }
