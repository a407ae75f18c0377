import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Arrival, Place, Reply } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Person } from '../identity/person.ts'
import type { Ephemeral } from '../store/ephemeral.ts'
import type { Schema } from '../store/schema.ts'
import { isStoreFault } from '../store/store-fault.ts'
import type { Button } from './button.ts'
import { type Conduct, LostTrack } from './conduct.ts'
import type { Conversations } from './conversations.ts'
import {
  type DialogRow,
  latestDialog,
  quietDialogs,
  StaleDialog,
  settledSignals,
  strandedDialogs,
  waitingDialogs,
} from './dialog-rows.ts'
import { oneAtATime, TooManyAtOnce } from './one-at-a-time.ts'
import { pressButton } from './press-button.ts'
import { type Meaning, type PassOn, readWords } from './read-words.ts'
import { words } from './words.ts'

/** Another replica may write the same dialog at the same moment; so often a turn is run anew. */
const mostTries = 4
/** A dialog whose process died in the middle of a turn is gone on with after this time. */
const strandedAfter = 5_000

/** Whoever waits longer than this sees that an answer is coming. */
const typingAfter = 700
/** Teams takes the sign away by itself a few seconds after it came. */
const typingAgain = 5_000
/** Signs on their way at once: where all wait, showing it to each of them would make all wait longer. */
const mostTyping = 4

export interface TurnsDependencies {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly ephemeral: Ephemeral
  readonly conversations: Conversations
  readonly conduct: Conduct
  /** Finds out in the directory who a sender is. */
  readonly recognise: (sender: Arrival['sender']) => Promise<{ readonly person: Person } | { readonly refusal: string }>
  readonly understand: (text: string) => Meaning
  readonly buttons: Readonly<Record<string, Button>>
  readonly windows: Readonly<Record<string, Button>>
  readonly passOn: PassOn
  /** Somebody wrote below a message of the IT channel; answers what to tell them, if anything. */
  readonly fromIt: (arrival: Arrival, thread: Place, person: Person) => Promise<Reply>
  readonly turnsPerMinute: number
  /** Shows that an answer is coming; failures do not matter. */
  readonly typing: (address: Arrival['address']) => Promise<void>
  readonly observe: (turn: { readonly kind: string; readonly outcome: string; readonly milliseconds: number }) => void
  readonly log: Logger
}

export interface Turns {
  receive(arrival: Arrival, isPublic: boolean): Promise<Reply>
  /** Goes on with the dialogs that wait for this signal. */
  wake(signal: string): Promise<void>
  /** Signals that dialogs wait for although they are settled: whoever settled them died before waking anybody. */
  settledSignals(limit: number): Promise<readonly string[]>
  /** Ends dialogs that have been quiet too long; answers how many. */
  endQuiet(limit: number): Promise<number>
  /** Goes on with dialogs whose process died in the middle of a turn; answers how many. */
  resumeStranded(limit: number): Promise<number>
  /** Resolves when nothing is in flight. */
  drained(): Promise<void>
}

/** Takes what comes in, one thing a person at a time, each once however often it is delivered. */
export function takeTurns(dependencies: TurnsDependencies): Turns {
  const { database, clock, conduct, log } = dependencies
  const inLine = oneAtATime(20)
  const inFlight = new Set<Promise<unknown>>()
  let typing = 0
  /** Answers of the last minute by event, for what is delivered again: the only place besides the window where its content is. */
  const answered = new Map<string, Reply>()

  function track<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.catch(() => undefined).finally(() => inFlight.delete(settled))
    inFlight.add(settled)
    return work
  }

  function turnOf<T>(person: { tenant: string; id: string }, work: () => Promise<T>): Promise<T> {
    return track(inLine(`${person.tenant}/${person.id}`, () => untilFresh(work)))
  }

  async function receive(arrival: Arrival, isPublic: boolean): Promise<Reply> {
    const started = performance.now()
    const { sender, inbound } = arrival
    const turnLog = log.child({ correlationId: arrival.correlationId, channel: arrival.address.channel })
    const finish = (outcome: string, reply: Reply): Reply => {
      const milliseconds = performance.now() - started
      dependencies.observe({ kind: inbound.kind, outcome, milliseconds })
      turnLog.info({ kind: inbound.kind, outcome, milliseconds: Math.round(milliseconds) }, 'turn')
      return reply
    }
    const showTyping = () => {
      if (typing >= mostTyping) return
      typing++
      void dependencies.typing(arrival.address).finally(() => typing--)
    }
    let goingOn: ReturnType<typeof setInterval> | undefined
    const slow = setTimeout(() => {
      showTyping()
      goingOn = setInterval(showTyping, typingAgain)
    }, typingAfter)
    try {
      const { allowed } = await dependencies.ephemeral.spend(
        `turns:${sender.tenant}:${sender.id}`,
        dependencies.turnsPerMinute,
        60_000,
      )
      if (!allowed) return finish('too-many', { kind: 'note', text: words.slowDown })
      // The same press at two replicas in one moment spends one try: the other replica is working on it.
      const once = (inbound.kind === 'press' || inbound.kind === 'submit') && !answered.has(arrival.id)
      if (once && !(await dependencies.ephemeral.claim(`event:${arrival.id}`, 10_000)))
        return finish('elsewhere', { kind: 'nothing' })
      return await turnOf(sender, async () => {
        const again = answered.get(arrival.id)
        // Words have been answered in the chat; a button's own request is answered once more.
        const spoken = inbound.kind === 'text' || inbound.kind === 'hello' || inbound.kind === 'start'
        if (again) return finish('redelivered', spoken ? { kind: 'nothing' } : again)
        const reply = await turn(arrival, isPublic)
        answered.set(arrival.id, reply)
        setTimeout(() => answered.delete(arrival.id), 60_000).unref()
        return finish('answered', reply)
      })
    } catch (error) {
      if (error instanceof TooManyAtOnce) return finish('too-many', { kind: 'note', text: words.slowDown })
      if (error instanceof DirectoryError) {
        turnLog.warn({ fault: error.code, detail: error.detail }, 'directory trouble')
        return finish('directory', { kind: 'note', text: error.sentence })
      }
      turnLog.error({ error: error instanceof Error ? error.stack : String(error) }, 'turn failed')
      if (error instanceof LostTrack) return finish('failed', { kind: 'note', text: words.lostTrack })
      return finish('failed', { kind: 'note', text: isStoreFault(error) ? words.noMemory : words.broken })
    } finally {
      clearTimeout(slow)
      clearInterval(goingOn)
    }
  }

  async function turn(arrival: Arrival, isPublic: boolean): Promise<Reply> {
    const recognised = await dependencies.recognise(arrival.sender)
    // What is wrong with somebody's account is nobody else's business.
    if ('refusal' in recognised) return { kind: 'note', text: isPublic ? words.notHere : recognised.refusal }
    const { person } = recognised
    const { inbound } = arrival
    if (isPublic && inbound.kind === 'hello') return { kind: 'nothing' }
    if (arrival.thread && inbound.kind === 'text') return await dependencies.fromIt(arrival, arrival.thread, person)
    if (!isPublic) await dependencies.conversations.remember(person.tenant, person.id, arrival.address)
    if (inbound.kind === 'press' || inbound.kind === 'open' || inbound.kind === 'submit') {
      const wakeLater = (signal: string) =>
        void wake(signal).catch((error: unknown) => log.error({ error: String(error) }, 'wake failed; a sweep will'))
      return await pressButton(
        { database, conduct, buttons: dependencies.buttons, windows: dependencies.windows, wake: wakeLater },
        arrival,
        person,
        inbound,
      )
    }
    const { understand, passOn } = dependencies
    const reply = await readWords({ database, conduct, understand, passOn }, arrival, person, clock())
    return isPublic ? { kind: 'note', text: words.private(person.name) } : reply
  }

  async function wake(signal: string): Promise<void> {
    for (const waiting of await waitingDialogs(database, signal)) {
      await turnOf({ tenant: waiting.tenant, id: waiting.person }, () =>
        goOn(waiting, (row) => row.waitsFor === signal),
      )
    }
  }

  async function goOn(seen: DialogRow, still: (row: DialogRow) => boolean): Promise<void> {
    const row = await latestDialog(database, { tenant: seen.tenant, id: seen.person })
    if (row?.id !== seen.id || row.state !== 'open' || !still(row)) return
    const recognised = await dependencies.recognise({ tenant: row.tenant, id: row.person, name: '' })
    if ('refusal' in recognised) await conduct.end(row, { state: 'cancelled', sentence: recognised.refusal }, undefined)
    else await conduct.go(row, recognised.person, undefined)
  }

  return {
    receive,
    wake,
    settledSignals: (limit) => settledSignals(database, limit),
    async endQuiet(limit) {
      const rows = await quietDialogs(database, clock(), limit)
      for (const row of rows) {
        await turnOf({ tenant: row.tenant, id: row.person }, async () => {
          const now = await latestDialog(database, { tenant: row.tenant, id: row.person })
          if (now?.id === row.id && now.state === 'open' && now.version === row.version)
            await conduct.end(now, { state: 'expired', sentence: words.quiet }, undefined)
        })
      }
      return rows.length
    },
    async resumeStranded(limit) {
      const rows = await strandedDialogs(database, new Date(clock().getTime() - strandedAfter), limit)
      for (const row of rows)
        await turnOf({ tenant: row.tenant, id: row.person }, () => goOn(row, (now) => now.version === row.version))
      return rows.length
    },
    async drained() {
      while (inFlight.size > 0) await Promise.all(inFlight)
      await conduct.drained()
    },
  }
}

/** Runs a turn anew when another replica wrote the same dialog first. */
async function untilFresh<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StaleDialog) || attempt >= mostTries) throw error
    }
  }
}
