import { waitForFound } from '../wait-for-found.ts'
import type { SlackClient } from './client.ts'
import { SlackClientError } from './client-error.ts'
import type { Conversation } from './conversations.ts'
import type { BotLine } from './delivery.ts'
import type { FaultSwitch } from './faults.ts'
import { stableId } from './identifiers.ts'
import type { Interactions } from './interactions.ts'
import { wireUser } from './methods-people.ts'
import type { Block, Message, Profile, SlackFile } from './shapes.ts'
import { addMessage, channelType, directMessage, type SlackState, senderPerson, wireMessage } from './state.ts'
import type { Telling } from './telling.ts'
import { shownHome, shownView } from './views.ts'

/** Slack's composer takes 12,000 characters. */
const LONGEST_TEXT = 12_000
const MOST_FILES = 10
const HOME_PATIENCE = 3_000
const PATIENCE = 10_000

export function createSlackClient(options: {
  readonly state: SlackState
  readonly line: BotLine
  readonly telling: Telling
  readonly interactions: Interactions
  readonly faults: FaultSwitch
}): SlackClient {
  const { state, line, telling, interactions, faults } = options
  const { people, conversations, views, bus, bot } = state

  const personOf = (user: string): Profile => {
    const person = people.get(user)
    if (!person) throw new SlackClientError('no-such-person', 'nobody in this workspace has that id')
    if (person.deleted) throw new SlackClientError('deactivated', `the account of ${person.real_name} is deactivated`)
    return person
  }
  /** A channel, or somebody's own direct message with the bot. */
  const conversationOf = (user: string, id: string): Conversation => {
    const own = directMessage(state, personOf(user).id)
    const found = own.id === id ? own : conversations.get(id)
    if (!found || (found.kind === 'im' && found.id !== own.id))
      throw new SlackClientError('no-such-conversation', 'there is no such conversation for this person')
    return found
  }
  const channelOf = (id: string): Conversation => {
    const found = conversations.get(id)
    if (!found || found.kind === 'im')
      throw new SlackClientError('no-such-conversation', 'there is no channel of that id')
    return found
  }
  const messageIn = (user: string, id: string, ts: string): Message => {
    const found = conversations.messages(conversationOf(user, id).id, user).find((message) => message.ts === ts)
    if (!found) throw new SlackClientError('no-such-message', 'this person sees no message of that time')
    return found
  }
  const chatOf = (user: string) => conversations.messages(directMessage(state, personOf(user).id).id, user)
  const topView = (user: string) => {
    const view = views.top(personOf(user).id)
    if (!view) throw new SlackClientError('no-view', 'no modal is open')
    return view
  }
  const tell = (
    person: Profile,
    conversation: Conversation,
    text: string,
    more: { files?: readonly SlackFile[]; threadTs?: string; mention?: boolean } = {},
  ) => {
    const { files = [], threadTs, mention = false } = more
    const words = text.trim()
    if ((words === '' && files.length === 0) || words.length > LONGEST_TEXT || files.length > MOST_FILES)
      throw new SlackClientError('bad-input', 'there is nothing to send, or too much')
    conversation.members.add(person.id)
    const parent = threadTs === undefined ? undefined : messageIn(person.id, conversation.id, threadTs)
    const written = mention ? `<@${bot.userId}> ${escaped(words)}` : escaped(words)
    const message = addMessage(state, conversation, senderPerson(person), {
      text: written,
      blocks: words === '' ? [] : [typedBlock(words, mention ? bot.userId : undefined)],
      files,
      threadTs: parent && (parent.threadTs ?? parent.ts),
    })
    if (!conversation.members.has(bot.userId)) return { message }
    const wire = { ...wireMessage(state, message), channel: conversation.id, event_ts: message.ts }
    const said = telling.tell({ ...wire, channel_type: channelType(conversation) })
    const mentioned = mention ? telling.tell({ ...wire, type: 'app_mention' }) : undefined
    const delivered = mentioned ?? said
    return delivered ? { message, delivered } : { message }
  }
  const appHomeOpened = (person: Profile, tab: 'home' | 'messages') =>
    telling.tell({
      type: 'app_home_opened',
      user: person.id,
      channel: directMessage(state, person.id).id,
      tab,
      event_ts: state.nextTs(),
    })
  const described = (id: string) => {
    const last = conversations.messages(id).at(-1)
    return last ? `the last message is from ${last.from.name}` : 'the conversation is empty'
  }

  return {
    people: () => people.all(),
    userOf: (directoryId) => people.userOf(directoryId),
    directMessageOf: (user) => directMessage(state, personOf(user).id).id,

    async open(user) {
      const person = personOf(user)
      void appHomeOpened(person, 'messages')
      return { conversationId: directMessage(state, person.id).id }
    },
    messagesOf: chatOf,
    async chat(user) {
      return chatOf(user)
    },
    async say(user, text, more) {
      const person = personOf(user)
      return tell(person, directMessage(state, person.id), text, more)
    },
    async command(user, conversationId, command, text) {
      if (!/^\/[a-z0-9_-]{1,31}$/.test(command)) throw new SlackClientError('bad-input', 'that is no slash command')
      const conversation = conversationOf(user, conversationId)
      conversation.members.add(user)
      return interactions.command(personOf(user), conversation.id, command, text)
    },
    async mention(user, channelId, text, more = {}) {
      return tell(personOf(user), channelOf(channelId), text, { ...more, mention: true })
    },
    async post(user, channelId, text, more) {
      return tell(personOf(user), channelOf(channelId), text, more)
    },
    async channel(id, user) {
      const { name } = channelOf(id)
      return { id, name, messages: conversations.messages(id, user) }
    },
    openPrivateChannel(users, name) {
      const members = [...users.map((user) => personOf(user).id), bot.userId]
      const id = stableId('C', `private ${state.nextTs()}`)
      return conversations.ensure({ id, kind: 'group', name, members }).id
    },
    channels: () =>
      conversations
        .all()
        .filter(({ kind }) => kind !== 'im')
        .map(({ id, name }) => ({ id, name })),

    async press(user, conversationId, messageTs, button, typed = {}) {
      const message = messageIn(user, conversationId, messageTs)
      // In a public channel one joins to press, as one does to write.
      conversationOf(user, conversationId).members.add(user)
      return interactions.pressOnMessage(personOf(user), message, button, typed)
    },
    async pressAsSeen(user, message, button, typed = {}) {
      const here = conversationOf(user, message.conversationId)
      return interactions.pressOnMessage(personOf(user), { ...message, conversationId: here.id }, button, typed)
    },
    async view(user) {
      const top = views.top(user)
      return top && shownView(top)
    },
    async pressInView(user, button, typed = {}) {
      return interactions.pressInView(personOf(user), topView(user), button, typed)
    },
    async submitView(user, typed = {}) {
      return interactions.submit(personOf(user), topView(user), typed)
    },
    holdView(user, { callbackId, title, submit, close, blocks, privateMetadata }) {
      const kept = { externalId: '', clearOnClose: false, notifyOnClose: false }
      const view = { ...kept, type: 'modal', callbackId, title, submit, close, blocks, privateMetadata } as const
      views.open(personOf(user).id, view, '')
    },
    async closeView(user) {
      await interactions.close(personOf(user), topView(user))
    },

    async openHome(user) {
      const person = personOf(user)
      const before = views.home(user)?.hash
      void appHomeOpened(person, 'home')
      const shown = () => {
        const home = views.home(user)
        return home && home.hash !== before ? shownHome(home) : undefined
      }
      const known = () => {
        const home = views.home(user)
        return home && shownHome(home)
      }
      return waitForFound(
        bus,
        user,
        shown,
        HOME_PATIENCE,
        timedOut(HOME_PATIENCE, () => 'the bot has published no home'),
      ).catch(known)
    },
    async home(user) {
      const home = views.home(personOf(user).id)
      return home && shownHome(home)
    },
    async pressHome(user, button, typed = {}) {
      const home = views.home(user)
      if (!home) throw new SlackClientError('no-view', 'this person has no Home yet')
      return interactions.pressInView(personOf(user), home, button, typed)
    },
    async shortcut(user, conversationId, messageTs, callbackId) {
      return interactions.shortcut(personOf(user), messageIn(user, conversationId, messageTs), callbackId)
    },

    async setProfile(user, change) {
      const profile = people.change(user, change)
      if (!profile) throw new SlackClientError('no-such-person', 'nobody in this workspace has that id')
      bus.emit({ type: 'profile', user, profile })
      await telling.tell({
        type: 'user_change',
        user: wireUser(profile, true),
        cache_ts: Math.floor(state.clock().getTime() / 1_000),
        event_ts: state.nextTs(),
      })
      return profile
    },

    redeliver: (eventId) => line.redeliver(eventId),
    eventIds: () => line.remembered(),
    deliverRaw: (path, body, headers) => line.raw(path, body, headers),
    eventBody(user, text) {
      const person = personOf(user)
      const ts = state.nextTs()
      const { id: channel } = directMessage(state, user)
      const event = { type: 'message', user, text: escaped(text), ts, channel, event_ts: ts, channel_type: 'im' }
      return JSON.stringify(telling.envelope({ ...event, team: person.team_id }))
    },
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),

    subscribe: (listener) => bus.subscribe(listener),
    transcript: () => conversations.transcript(),
    waitFor: (id, look, patience = PATIENCE, user) =>
      waitForFound(
        bus,
        id,
        () => look(conversations.messages(id, user ?? conversations.get(id)?.user)),
        patience,
        timedOut(patience, () => described(id)),
      ),
    waitForView: (user, look, patience = PATIENCE) =>
      waitForFound(
        bus,
        user,
        () => {
          const top = views.top(user)
          return look(top && shownView(top))
        },
        patience,
        timedOut(patience, () => `the modal is ${views.top(user)?.title ?? 'not open'}`),
      ),
  }
}

/** https://docs.slack.dev/messaging/formatting-message-text, "Escaping text": what Slack does to what people type. */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** What the composer makes of typed words. */
function typedBlock(text: string, mentioned: string | undefined): Block {
  const words = { type: 'text', text: mentioned === undefined ? text : ` ${text}` }
  const elements = mentioned === undefined ? [words] : [{ type: 'user', user_id: mentioned }, words]
  return { type: 'rich_text', block_id: 'typed', elements: [{ type: 'rich_text_section', elements }] }
}

function timedOut(patienceMilliseconds: number, described: () => string): () => Error {
  return () => new SlackClientError('timed-out', `nothing was found in ${patienceMilliseconds} ms; ${described()}`)
}
