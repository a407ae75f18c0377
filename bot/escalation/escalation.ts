import type { Kysely } from 'kysely'
import type { Place } from '../channels/chat.ts'
import type { Person } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import type { Button } from '../turns/button.ts'

/** Why IT is called in. */
export const threadReasons = [
  'asks-for-a-person',
  'verification-failed',
  'operation-failed',
  'privileged-target',
  'not-me',
  'undelivered',
  'refused',
] as const
export type ThreadReason = (typeof threadReasons)[number]

export interface Fact {
  readonly title: string
  readonly value: string
}

/** What a thread is opened with. Facts are words for IT: who, what was asked, what was tried, what failed. Never a secret. */
export interface ThreadDraft {
  /** Also the ticket's id; the same id is the same thread. */
  readonly id: string
  readonly person: Person
  readonly reason: ThreadReason
  readonly title: string
  readonly urgency: 'normal' | 'high'
  readonly facts: readonly Fact[]
  /** The conversation it comes from: what it proved and tried is added to the facts. */
  readonly dialogId?: string
  readonly correlationId: string
}

/** Words somebody wrote. `event` is the channel's own id of them: however often it comes, they are passed on once. */
export interface Words {
  readonly person: Person
  readonly text: string
  readonly attachments: number
  readonly event: string
  readonly correlationId: string
}

/** Threads that wait for IT: the urgent ones first, then the oldest; `more` others are not shown. */
export interface OpenThreads {
  readonly threads: readonly {
    readonly number: number
    readonly title: string
    readonly who: string
    readonly urgency: 'normal' | 'high'
    /** `nobody has it yet`, or who took it. */
    readonly state: string
    readonly openedAt: Date
  }[]
  readonly more: number
}

/** IT in the loop: threads in the IT channel, and what is said in them. */
export interface Escalation {
  /**
   * Opens a ticket and its thread; `posts` are to be brought out. Without an IT channel there is a ticket and no post. What comes
   * up again while the person's thread about it is fresh is added there: the number is then that thread's.
   */
  open(draft: ThreadDraft, within?: Kysely<Schema>): Promise<{ number: number; posts: readonly string[] }>
  /**
   * Somebody wrote below a message of the IT channel. Answers a note for them (why it was not passed on), or nothing.
   * Whether they are IT is asked of the directory now. Below a message that heads no thread nothing happens.
   */
  fromIt(thread: Place, words: Words): Promise<{ note: string | undefined; posts: readonly string[] }>
  /** Words of a person that no dialog takes: passed on to IT if a thread is open with them; undefined when there is none. */
  fromPerson(words: Words): Promise<{ posts: readonly string[] } | undefined>
  /** Buttons on cards in the IT channel and on what IT sends to people, by verb. */
  readonly buttons: Readonly<Record<string, Button>>
  /** The open threads, for IT; undefined for anybody else. */
  list(person: Person): Promise<OpenThreads | undefined>
  /** Reminds IT of threads nobody has answered; answers the posts to be brought out. */
  remind(limit: number): Promise<readonly string[]>
  /** Ends what was asked and ran out or was settled elsewhere: caller checks and freezes; answers the posts to be brought out. */
  settle(limit: number): Promise<readonly string[]>
}
