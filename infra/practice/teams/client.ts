import type { ActionOutcome } from './bot-answer.ts'
import type { CardAction } from './card-actions.ts'
import type { ConnectorFault } from './connector-error.ts'
import type { TranscribedConversation } from './conversations.ts'
import type { Delivery } from './delivery.ts'
import type { Listener } from './events.ts'
import type { Forgery } from './forgery.ts'
import type { JsonObject } from './json.ts'
import type { Message } from './message.ts'
import type { Installation } from './people.ts'

/** A conversation as one looks at it. */
export interface Chat {
  readonly conversationId: string
  readonly messages: readonly Message[]
}

export interface PersonalChat extends Chat, Installation {}

/** A message a person has sent. It is in the chat at once; whether the bot took it shows later. */
export interface Sent {
  readonly message: Message
  /** Absent when Teams does not show the bot this message: a channel message that does not mention it. Never rejects. */
  readonly delivered?: Promise<Delivery>
}

/** Pressing a button: what the renderer hands over, with the inputs already merged into `data`. */
export interface Press {
  readonly messageId: string
  readonly action: CardAction
  readonly data?: unknown
}

export interface ChannelPost {
  readonly personId: string
  readonly text: string
  /** A message of the thread to answer in; a new thread without. */
  readonly replyTo?: string
  /** Whether the bot is mentioned. Default true. Without, the bot is shown it only where the app may read the whole channel. */
  readonly mention?: boolean
  /** Names of files that come with it; then the text may be empty. */
  readonly files?: readonly string[]
}

/**
 * What people can do in Teams. Everything throws TeamsClientError when Teams would not offer it. People are named by object id.
 */
export interface TeamsClient {
  /** Opens the chat with the bot; the first time, Teams tells the bot about the installation. */
  open(personId: string): PersonalChat
  chat(personId: string): PersonalChat
  /** With files (by name) the text may be empty. */
  say(personId: string, text: string, files?: readonly string[]): Sent
  act(personId: string, press: Press): Promise<ActionOutcome>
  /** Presses the button of that title on the card as this person sees it, with these inputs filled in. */
  press(personId: string, press: { messageId: string; title: string; inputs?: JsonObject }): Promise<ActionOutcome>
  fetchDialog(personId: string, request: { messageId: string; data?: unknown }): Promise<ActionOutcome>
  submitDialog(personId: string, request: { messageId?: string | undefined; data?: unknown }): Promise<ActionOutcome>
  /** What Teams does when a card with `refresh` comes into view of a person named in it. */
  refresh(personId: string, request: { messageId: string }): Promise<ActionOutcome>
  react(personId: string, reaction: { messageId: string; type: string; remove?: boolean }): Promise<Delivery>

  /** A channel or a group chat. */
  conversation(conversationId: string): Chat
  post(conversationId: string, post: ChannelPost): Sent
  /** Changes the words of a message the person has written. */
  edit(conversationId: string, edit: { personId: string; messageId: string; text: string }): Sent
  actIn(conversationId: string, press: Press & { readonly personId: string }): Promise<ActionOutcome>
  /** `press` in a channel or a group chat. */
  pressIn(
    conversationId: string,
    press: { personId: string; messageId: string; title: string; inputs?: JsonObject },
  ): Promise<ActionOutcome>
  openGroupChat(personIds: readonly string[], topic: string): Chat

  /** Sends an activity once more: the very same id, a fresh token. Undefined when it is not remembered (the last 2,000 are). */
  redeliver(activityId: string): Promise<Delivery> | undefined
  setState(personId: string, change: { readonly blocked?: boolean; readonly installed?: boolean }): Installation
  /** Adds the app to the team, or removes it. */
  setTeam(personId: string, change: { readonly installed: boolean }): void
  /** A message that lies, sent past everything a client would check. `status` of the answer is the bot's. */
  forge(personId: string, text: string, forgery: Forgery): Promise<Delivery>
  addFault(fault: ConnectorFault): void
  clearFaults(): void

  subscribe(listener: Listener): () => void
  /** Every message of every conversation with what it said before; never what was in a dialog. */
  transcript(): readonly TranscribedConversation[]
  /**
   * The first message of the bot in this person's chat after `after`; without it, after what the person last did.
   * @throws TeamsClientError `timed-out` after `timeoutMs` (default 10,000)
   */
  nextMessage(
    personId: string,
    options?: { after?: string; match?: (message: Message) => boolean; timeoutMs?: number },
  ): Promise<Message>
  /** Looks at a conversation again after each change until `look` finds something. */
  waitFor<Found>(
    conversationId: string,
    look: (messages: readonly Message[]) => Found | undefined,
    timeoutMs?: number,
  ): Promise<Found>
}
