import { setTimeout as pause } from 'node:timers/promises'
import type { Alarm, FromAgent, ResultFrame } from '../protocol/frames.ts'

/** What must reach the bot even where a connection breaks: answers for a minute, alarms until they arrive. Memory only. */
export interface Outbox {
  /** @param cameOver of an answer: the connection over which it was asked for */
  put(frame: ResultFrame | Alarm, cameOver?: number): void
  /** A connection is there: everything that waits is given to it, and what comes from now on at once. */
  attach(send: (frame: FromAgent) => void): void
  /** How many connections there have been: the number of this one. */
  readonly connection: number
  /** Everything that was given to the connection up to now is asked about by the ping with this count. */
  asked(count: number): void
  /** The pong of that ping came: the other end has it. */
  confirmed(count: number): void
  /** The connection is gone: what was not confirmed waits again. */
  detach(): void
  /** Gives an answer again that was under way when a connection was lost. False when there is none. */
  giveAgain(commandId: string): boolean
  /** Waits until the bot has everything that was answered, at most so many milliseconds. */
  emptied(longest: number): Promise<void>
}

interface Waiting {
  readonly frame: ResultFrame | Alarm
  readonly since: number
  sent: boolean
  askedBy: number | undefined
  /** The connection that it was meant for is gone: perhaps the bot does not wait for it on this one, and asks again. */
  doubtful: boolean
  /** The other end has it, over whichever connection. */
  delivered: boolean
}

const answerLives = 60_000
const mostAnswers = 400
/** Fewer of those that the bot may not wait for any more: too many of them look like mischief to it. */
const mostDoubtful = 64
const mostAlarms = 100

/** @param clock our own */
export function outbox(clock: () => Date): Outbox {
  let waiting: Waiting[] = []
  let send: ((frame: FromAgent) => void) | undefined
  let connection = 0

  function handOver(item: Waiting): void {
    if (!send) return
    item.sent = true
    send(item.frame)
  }
  /** The oldest make room. */
  function keepWithin(): void {
    const now = clock().getTime()
    const answers = waiting.filter(({ frame, since }) => frame.type === 'result' && now - since < answerLives)
    const alarms = waiting.filter(({ frame }) => frame.type === 'alarm')
    const kept = new Set([...answers.slice(-mostAnswers), ...alarms.slice(-mostAlarms)])
    waiting = waiting.filter((item) => kept.has(item))
  }

  return {
    put(frame, cameOver = connection) {
      if (frame.type === 'alarm' && waiting.some((item) => item.frame.type === 'alarm' && isSame(item.frame, frame)))
        return
      const item: Waiting = {
        frame,
        since: clock().getTime(),
        sent: false,
        askedBy: undefined,
        doubtful: !send || cameOver !== connection,
        delivered: false,
      }
      waiting.push(item)
      keepWithin()
      handOver(item)
    },
    attach(give) {
      send = give
      connection += 1
      keepWithin()
      for (const item of waiting) if (!item.delivered) handOver(item)
    },
    asked(count) {
      for (const item of waiting) if (item.sent) item.askedBy ??= count
    },
    confirmed(count) {
      for (const item of waiting) item.delivered ||= item.askedBy !== undefined && item.askedBy <= count
      // What was in doubt once stays for its minute: the bot may ask for it again, and must find it whole.
      waiting = waiting.filter(({ delivered, doubtful, frame }) => !delivered || (doubtful && frame.type === 'result'))
    },
    detach() {
      send = undefined
      for (const item of waiting) {
        item.doubtful ||= item.sent && !item.delivered
        item.sent = false
        item.askedBy = undefined
      }
      const answers = waiting.filter(({ frame }) => frame.type === 'result')
      const tooMany = new Set(answers.slice(0, -mostDoubtful))
      waiting = waiting.filter((item) => !tooMany.has(item))
    },
    giveAgain(commandId) {
      keepWithin()
      const found = waiting.find(({ frame, doubtful }) => doubtful && frame.type === 'result' && frame.id === commandId)
      if (!found) return false
      found.delivered = false
      found.askedBy = undefined
      handOver(found)
      return true
    },
    get connection() {
      return connection
    },
    async emptied(longest) {
      const until = clock().getTime() + longest
      while (send && waiting.some(({ delivered }) => !delivered) && clock().getTime() < until) await pause(20)
    },
  }
}

/** Of a fault that comes again with every connection, one alarm waits and not a hundred. */
const isSame = (one: Alarm, other: Alarm): boolean =>
  one.commandId === other.commandId &&
  one.kind === other.kind &&
  one.what === other.what &&
  one.because === other.because
