/**
 * How replicas reach each other: what one of them says of itself, and questions to one of them. Redis where REDIS_URL is set, this
 * process alone otherwise; test/bot/store/relay.test.ts holds both to the same contract. Whoever can write to Redis can write here:
 * what matters must be authenticated by those who use it.
 */
export interface Relay {
  /** The name by which others ask this process: another one after every start. */
  readonly self: string
  /** Says something of this process to all, for so long; what it said before is overwritten. */
  announce(text: string, milliseconds: number): Promise<void>
  withdraw(): Promise<void>
  /** What every other process that is there says of itself; at most 100. */
  announced(): Promise<readonly Announcement[]>
  /**
   * Asks one of them, once. Nothing is kept for a process that is not there, and nothing is delivered late.
   * @throws RelayError
   */
  ask(to: string, text: string, milliseconds: number): Promise<string>
  /** Answers what this process is asked; the last handler given counts. What it throws is told to the asker as `failed`. */
  serve(handler: (text: string) => Promise<string>): Promise<void>
  close(): Promise<void>
}

export interface Announcement {
  readonly from: string
  readonly text: string
}

/**
 * - absent: there is no such process, or it does not listen; the question certainly reached nobody
 * - silent: no answer in time, or the way to it broke; whether it was heard is unknown
 * - failed: it was heard, and could not be answered
 */
export class RelayError extends Error {
  readonly code: 'absent' | 'silent' | 'failed'

  constructor(code: RelayError['code'], message: string) {
    super(message)
    this.name = 'RelayError'
    this.code = code
  }
}

/** No question, answer or announcement is longer, in characters: a frame of an agent with what is put around it. */
export const longestRelayed = 4 * 1_048_576
/** Questions under way at once. */
export const mostAsked = 1_000
export const mostAnnounced = 100

/** @throws RangeError */
export function checkRelayed(text: string): void {
  if (text.length > longestRelayed) throw new RangeError(`more than ${longestRelayed} characters are not relayed`)
}
