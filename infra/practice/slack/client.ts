import type { Delivery, RawDelivery } from './delivery.ts'
import type { SlackListener } from './events.ts'
import type { SlackFault } from './faults.ts'
import type { Chat, Command, HomeView, Message, Pressed, Profile, SlackFile, Submission, View } from './shapes.ts'

/** What stands in the inputs of a message or a view: by action id. A multiple choice is a list; a date is `YYYY-MM-DD`. */
export type Typed = Readonly<Record<string, string | readonly string[]>>

/** A message a person has sent. It is in the chat at once; whether the bot took it shows later. */
export interface Sent {
  readonly message: Message
  /** Settles when the bot has answered 200 or Slack has given up. Absent when Slack does not show the bot this message. */
  readonly delivered?: Promise<Delivery>
}

/**
 * What people can do in Slack. Everybody is named by their Slack user id (`client.people()` lists them, `client.userOf` finds one by
 * the directory's id). Everything rejects with SlackClientError when Slack would not offer it.
 */
export interface SlackClient {
  /** Everybody who has a Slack account, guests and deactivated ones included. */
  people(): readonly Profile[]
  /** The Slack user id of somebody in the directory; undefined for who has no mail there. */
  userOf(directoryId: string): string | undefined
  /** Id of the direct message with the bot (`D…`), telling nobody. @throws SlackClientError */
  directMessageOf(user: string): string

  /** Opens the Messages tab of the app: the direct message with the bot. Sends `app_home_opened` (tab `messages`). */
  open(user: string): Promise<{ readonly conversationId: string }>
  /** `chat`, at once. */
  messagesOf(user: string): readonly Message[]
  /** The direct message with the bot, oldest first, ephemeral messages to this person included. */
  chat(user: string): Promise<readonly Message[]>
  say(user: string, text: string, more?: { files?: readonly SlackFile[]; threadTs?: string }): Promise<Sent>
  /** A slash command; `command` begins with `/`. Resolves with the bot's own answer; what comes by response_url is in the chat. */
  command(user: string, conversationId: string, command: string, text: string): Promise<Command>
  /** Writes `@bot text` in a channel. */
  mention(user: string, channelId: string, text: string, more?: { threadTs?: string }): Promise<Sent>
  /** Writes in a channel, or below a message of it. Whoever writes joins. */
  post(
    user: string,
    channelId: string,
    text: string,
    more?: { threadTs?: string; files?: readonly SlackFile[] },
  ): Promise<Sent>
  /** A channel with the replies of its threads in the order of time. With `user`: and what is visible to that person only. */
  channel(id: string, user?: string): Promise<Chat>
  /** A new private channel with these people and the bot in it. @returns its id */
  openPrivateChannel(users: readonly string[], name: string): string
  /** The channels of the workspace. */
  channels(): readonly { readonly id: string; readonly name: string }[]

  /**
   * Presses a button (or chooses in another element) of a message. `button` is its action_id, or `{text}` for what stands on it.
   * `typed` fills the message's own inputs. Resolves when the bot has acknowledged (HTTP 200) or has not in 3 s; `opened` is
   * the modal it opened before that, if any: a later one comes with `view` and the event `view`.
   */
  press(
    user: string,
    conversationId: string,
    messageTs: string,
    button: string | { readonly text: string },
    typed?: Typed,
  ): Promise<Pressed>
  /**
   * Presses a button of a message as it once looked: an old screen, or somebody else's message moved into this person's chat. A
   * Slack client would not offer it; the bot has to bear it.
   */
  pressAsSeen(
    user: string,
    message: Message,
    button: string | { readonly text: string },
    typed?: Typed,
  ): Promise<Pressed>
  /** The modal this person has open now: the one on top. */
  view(user: string): Promise<View | undefined>
  /** Presses a button inside the open modal. */
  pressInView(user: string, button: string | { readonly text: string }, typed?: Typed): Promise<Pressed>
  /** Sends the open modal off. `errors` are the bot's, by block id, or Slack's own for a required input left empty. */
  submitView(user: string, typed?: Typed): Promise<Submission>
  /** Puts a modal before somebody for whom the bot never opened it, in place of what is open: to be sent off in their name. */
  holdView(user: string, view: View): void
  /** Closes the modal; the bot hears of it where the view says notify_on_close. */
  closeView(user: string): Promise<void>

  /** Opens the Home tab: sends `app_home_opened` (tab `home`) and waits for the bot's views.publish; what was there already at the latest after 3 s. */
  openHome(user: string): Promise<HomeView | undefined>
  /** The Home tab as it is, without telling anybody. */
  home(user: string): Promise<HomeView | undefined>
  pressHome(user: string, button: string | { readonly text: string }, typed?: Typed): Promise<Pressed>
  /** A shortcut from a message's menu. */
  shortcut(user: string, conversationId: string, messageTs: string, callbackId: string): Promise<Pressed>

  /** Changes what the workspace says about somebody, and sends `user_change`. `email: null` takes the address away. */
  setProfile(user: string, change: ProfileChange): Promise<Profile>

  /** Sends an event once more: same event_id, X-Slack-Retry-Num 1, a fresh signature. Undefined when it is not remembered (the last 2,000 are). */
  redeliver(eventId: string): Promise<Delivery | undefined>
  /** Event ids sent so far that are still remembered, oldest first. */
  eventIds(): readonly string[]
  /** Posts anything to one of the bot's three addresses under any headers: for signatures that lie. See `sign` in signing.ts. */
  deliverRaw(
    path: 'events' | 'interactivity' | 'commands',
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<RawDelivery>
  /** What an event of this person saying this would be: for deliverRaw. */
  eventBody(user: string, text: string): string
  addFault(fault: SlackFault): void
  clearFaults(): void

  subscribe(listener: SlackListener): () => void
  /** Every message of every conversation with what it said before; never what was in a modal. */
  transcript(): readonly { readonly conversationId: string; readonly messages: readonly unknown[] }[]
  /**
   * Looks at a conversation again after each change until `look` finds something. `user`: what that person sees of it.
   * @throws SlackClientError `timed-out` after `patienceMilliseconds` (default 10,000)
   */
  waitFor<Found>(
    conversationId: string,
    look: (messages: readonly Message[]) => Found | undefined,
    patienceMilliseconds?: number,
    user?: string,
  ): Promise<Found>
  /** The same for the modal a person has open. */
  waitForView<Found>(
    user: string,
    look: (view: View | undefined) => Found | undefined,
    patienceMilliseconds?: number,
  ): Promise<Found>
}

/** Flags of `users.info` that can be set; see there. */
export interface ProfileChange {
  readonly email?: string | null
  readonly name?: string
  readonly is_restricted?: boolean
  readonly is_ultra_restricted?: boolean
  readonly is_stranger?: boolean
  readonly is_invited_user?: boolean
  readonly is_email_confirmed?: boolean
  readonly is_bot?: boolean
  readonly deleted?: boolean
  readonly team_id?: string
}
