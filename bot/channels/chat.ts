import type { Person, TenantId, UserId } from '../identity/person.ts'

export type ChannelName = 'teams' | 'slack'

/** A card by template name and the data bound to it, or a plain sentence. Never a secret: contents are stored. */
export type Content = CardContent | TextContent
export interface CardContent {
  /** File name in cards/ without `.json`. */
  readonly card: string
  readonly data: Readonly<Record<string, unknown>>
  /** Set when the card is over: its buttons and inputs are gone and this sentence stands below. */
  readonly closed?: string
}
export interface TextContent {
  readonly text: string
}

/** Where a message stands, so that it can be changed later. Opaque to all but the channel that made it. */
export interface Place {
  readonly channel: ChannelName
  readonly conversation: string
  readonly message: string
  readonly serviceUrl: string
}

/** Where somebody can be written to. Opaque to all but the channel that made it. */
export interface Address {
  readonly channel: ChannelName
  readonly conversation: string
  readonly serviceUrl: string
  /** The message below which it is to stand, in a channel with threads. */
  readonly thread?: string
}

/** Who sent something, as far as the channel could validate it. The directory has not been asked yet. */
export interface Sender {
  readonly tenant: TenantId
  readonly id: UserId
  /** What the channel calls them: for the first greeting only. */
  readonly name: string
}

/** What a person did. Values come from a client: sizes are bounded, nothing else is promised. */
export type Inbound =
  | { readonly kind: 'text'; readonly text: string; readonly attachments?: number }
  | { readonly kind: 'hello' }
  /**
   * A dialog chosen by its name where no card of ours stands: a home page, a command. `about` is somebody else it concerns,
   * found in the directory by the channel's own ids; `topic` is what else was said.
   */
  | { readonly kind: 'start'; readonly dialog: string; readonly about?: UserId; readonly topic?: string }
  /** A button on a posted card; `post` names the card, `values` holds its inputs and data. */
  | {
      readonly kind: 'press'
      readonly verb: string
      readonly post: string
      readonly values: Readonly<Record<string, string>>
    }
  /** A button that opens a window. */
  | { readonly kind: 'open'; readonly post: string; readonly values: Readonly<Record<string, string>> }
  /** A window was sent off. */
  | { readonly kind: 'submit'; readonly post: string; readonly values: Readonly<Record<string, string>> }

/** One thing that came in, authenticated. */
export interface Arrival {
  /** The channel's own id of the event: the same when it is delivered again. */
  readonly id: string
  readonly sender: Sender
  readonly address: Address
  /** The message a button stands on, where the channel says. */
  readonly place: Place | undefined
  /** Written below this message of the IT channel. */
  readonly thread?: Place
  readonly correlationId: string
  readonly inbound: Inbound
}

/** What the channel's own request is answered with. All else is posted. */
export type Reply =
  | { readonly kind: 'nothing' }
  /** The card a button stands on, as it looks now. */
  | { readonly kind: 'card'; readonly post: string; readonly content: Content }
  /** A short note to the one who pressed. */
  | { readonly kind: 'note'; readonly text: string }
  /** A window, not kept in the chat's history: the only place where a secret may be shown. */
  | { readonly kind: 'window'; readonly title: string; readonly post: string; readonly content: CardContent }
  /** The window is done. */
  | { readonly kind: 'close-window'; readonly text?: string }

/** Thrown by a channel when a message could not be brought to somebody. */
export class DeliveryError extends Error {
  /** blocked, not-installed: the person cannot be reached there; gone: the message or chat is no more; later: try again; refused: it never will work. */
  readonly code: 'blocked' | 'not-installed' | 'gone' | 'later' | 'refused'
  readonly retryAfterMilliseconds: number | undefined
  constructor(code: DeliveryError['code'], message: string, retryAfterMilliseconds?: number) {
    super(message)
    this.name = 'DeliveryError'
    this.code = code
    this.retryAfterMilliseconds = retryAfterMilliseconds
  }
}

/** A chat product. Swapping it means writing this interface again, nothing else. */
export interface Channel {
  readonly name: ChannelName
  /** Posts in a chat, or below a message where the address names one. @throws DeliveryError */
  post(address: Address, post: string, content: Content): Promise<Place>
  /** @throws DeliveryError */
  update(place: Place, post: string, content: Content): Promise<void>
  /** Opens the personal chat with somebody who may never have written. @throws DeliveryError */
  reach(person: { tenant: TenantId; id: UserId }): Promise<Address>
  /** Shows that an answer is coming; failures do not matter. */
  typing(address: Address): Promise<void>
  /** The IT channel, where one is configured. */
  itAddress(): Address | undefined
  /** Resolves when the channel could deliver a message now. */
  probe(): Promise<void>
}

/** What a dialog can do: talk. Everything it may know or start comes through `desk` (see bot/desk.ts). */
export interface Chat {
  readonly person: Person
  readonly dialogId: string
  readonly correlationId: string
  /** Somebody else whom the dialog was started for, where it was started from their words. */
  readonly about: UserId | undefined
  /** The words it was started with, where a dialog can make something of them: what access, which group. */
  readonly topic: string | undefined
  /** Shows something once under this key, however often the dialog is rerun. */
  say(key: string, content: Content): void
  /**
   * Shows a question and suspends the dialog until `read` makes something of what came back; the answer is remembered.
   * `read` answers undefined for what it does not understand: the question stands.
   */
  ask<T>(
    key: string,
    content: Content,
    read: (given: Given) => T | undefined,
    closing: (answer: T) => string,
  ): Promise<T>
  /**
   * The same for a secret: `take` works on what was typed at once, and only what it keeps is remembered. `again` shows the
   * question anew.
   */
  askSecret<T>(
    key: string,
    content: Content,
    take: (given: Given) => Promise<{ keep: T; closing: string } | { again: CardContent } | undefined>,
  ): Promise<T>
  /** Does something repeatable (a look-up, opening a ticket under a fixed id) and remembers its result. */
  once<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Suspends until somebody else settles `signal` and `read` sees it. */
  waitFor<T>(
    key: string,
    signal: string,
    content: Content,
    read: () => Promise<{ keep: T; closing: string } | undefined>,
  ): Promise<T>
  /** Offers a button for a window that chat history does not keep. */
  window<T>(key: string, offer: CardContent, window: Window<T>): Promise<T>
}

/** What came back for a question: a button with values, or words typed into the chat. */
export type Given =
  | { readonly by: 'button'; readonly values: Readonly<Record<string, string>> }
  | { readonly by: 'text'; readonly text: string }

export interface Window<T> {
  /** Makes the window; may already settle the question (`keep`). What it shows is never stored. */
  open(): Promise<{ title: string; content: CardContent; settled?: { keep: T; closing: string } }>
  /** Takes what was typed into the window. */
  submit(
    values: Readonly<Record<string, string>>,
  ): Promise<{ keep: T; closing: string } | { again: { title: string; content: CardContent } }>
}
