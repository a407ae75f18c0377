import { waitForFound } from '../wait-for-found.ts'
import { type ActivityFrom, type BuildActivity, botIdOf, typedMessage } from './activities.ts'
import { findAction, submittedData } from './card-actions.ts'
import { createCardPresses, type PressedOn } from './card-presses.ts'
import type { TeamsClient } from './client.ts'
import { TeamsClientError } from './client-error.ts'
import type { FaultSwitch } from './connector-error.ts'
import type { Conversation } from './conversations.ts'
import type { BotLine, Delivery } from './delivery.ts'
import type { Forgery } from './forgery.ts'
import { generalChannelId } from './identifiers.ts'
import type { JsonObject } from './json.ts'
import { cardShownTo, isAfter, type Message } from './message.ts'
import type { TeamsPerson } from './people.ts'
import { MOST_FILES, sentFiles } from './sent-files.ts'
import { addMessage, emit, personalChat, senderPerson, type TeamsState } from './state.ts'

/** Teams refuses to send more than about 28 KB of text. */
const LONGEST_TEXT = 28_000
const MOST_IN_GROUP_CHAT = 250

export function createTeamsClient(options: {
  readonly state: TeamsState
  readonly line: BotLine
  readonly build: BuildActivity
  readonly faults: FaultSwitch
  /** Whether the app has the RSC permission ChannelMessage.Read.Group, so that it needs no mention. */
  readonly seesAllChannelMessages: boolean
  authorize(forgery: Forgery): Promise<string | undefined>
}): TeamsClient {
  const { state, line, build, faults } = options
  const { conversations, installations, bus } = state
  const presses = createCardPresses(state, line, build)
  /** Number of the newest message when the person last did something, by object id. */
  const lastDone = new Map<string, string>()

  const personOf = (personId: string): TeamsPerson => {
    const person = state.person(personId)
    if (!person) throw new TeamsClientError('no-such-person', 'nobody in this company has that id')
    return person
  }
  const chatOf = (personId: string) => {
    const { id: conversationId } = personalChat(state, personOf(personId).id)
    return { conversationId, messages: conversations.messages(conversationId), ...installations.of(personId) }
  }
  const usable = (personId: string) => {
    const person = personOf(personId)
    const { installed, blocked } = installations.of(personId)
    if (blocked) throw new TeamsClientError('blocked', `${person.name} has blocked ${state.bot.name}`)
    if (!installed) throw new TeamsClientError('not-installed', `${person.name} does not have ${state.bot.name}`)
    return { person, conversation: personalChat(state, personId) }
  }
  const shared = (conversationId: string): Conversation => {
    const conversation = conversations.get(conversationId)
    if (!conversation || conversation.kind === 'personal') {
      throw new TeamsClientError('no-such-conversation', 'there is no channel or group chat of that id')
    }
    return conversation
  }
  const withBot = ({ kind }: Conversation) => {
    if (kind === 'channel' && !state.team.hasBot)
      throw new TeamsClientError('not-installed', `the team does not have ${state.bot.name}`)
  }
  const messageIn = (conversation: Conversation, messageId: string) => {
    const message = conversations.message(conversation.id, messageId)
    if (!message) throw new TeamsClientError('no-such-message', 'there is no message of that id in this conversation')
    return message
  }
  const on = (personId: string, messageId: string) => {
    const { person, conversation } = usable(personId)
    const message = messageIn(conversation, messageId)
    lastDone.set(personId, state.nextId())
    return { person, conversation, message }
  }
  const onShared = (conversationId: string, personId: string, messageId: string): PressedOn => {
    const conversation = shared(conversationId)
    withBot(conversation)
    return { person: personOf(personId), conversation, message: messageIn(conversation, messageId) }
  }
  const pressTitled = (pressed: PressedOn, title: string, inputs: JsonObject) => {
    const action = findAction(cardShownTo(pressed.person.id, pressed.message), title)
    if (!action) throw new TeamsClientError('no-such-action', `the card shows no button '${title}'`)
    return presses.press(pressed, action, submittedData(action, inputs))
  }
  const deliver = (type: string, from: ActivityFrom, members: Readonly<Record<string, unknown>>): Promise<Delivery> =>
    line.deliver(build(type, from, members)).then((delivery) => {
      const { activityId, status, attempts } = delivery
      emit(state, from.conversation, { type: 'delivery', activityId, status, attempts })
      return delivery
    })
  const announceInstallation = (person: TeamsPerson) => {
    if (!installations.announce(person.id)) return
    const conversation = personalChat(state, person.id)
    lastDone.set(person.id, state.nextId())
    const membersAdded = [
      { id: botIdOf(state.bot) },
      { id: state.identifiers.ofPerson(person.id), aadObjectId: person.id },
    ]
    void deliver('installationUpdate', { person, conversation }, { action: 'add' })
    void deliver('conversationUpdate', { person, conversation }, { membersAdded })
  }
  /** Without a mention. */
  const isShownToBot = ({ kind }: Conversation) =>
    kind === 'personal' || (kind === 'channel' && options.seesAllChannelMessages && state.team.hasBot)
  function found<Found>(
    conversationId: string,
    look: (messages: readonly Message[]) => Found | undefined,
    timeoutMs: number,
  ): Promise<Found> {
    const messages = () => conversations.messages(conversationId)
    return waitForFound(
      bus,
      conversationId,
      () => look(messages()),
      timeoutMs,
      () => {
        const last = messages().at(-1)
        // Who spoke last, not what was said.
        const described = last ? `the last message is from the ${last.from.role}` : 'the conversation is empty'
        return new TeamsClientError('timed-out', `nothing was found in ${timeoutMs} ms; ${described}`)
      },
    )
  }
  const tell = (
    person: TeamsPerson,
    conversation: Conversation,
    text: string,
    post: { threadId?: string; mention?: boolean; files?: readonly string[] | undefined },
  ) => {
    const { threadId, mention = false, files = [] } = post
    const words = text.trim()
    if ((words === '' && files.length === 0) || words.length > LONGEST_TEXT)
      throw new TeamsClientError('bad-input', 'the text is empty or too long')
    if (files.length > MOST_FILES) throw new TeamsClientError('bad-input', `at most ${MOST_FILES} files go at once`)
    const sent = sentFiles(files, conversation.kind, state.serviceUrl)
    const content = typedMessage(words, mention ? state.bot : undefined, sent)
    const message = addMessage(state, conversation, senderPerson(state, person), {
      text: mention ? `@${state.bot.name} ${words}` : words,
      textFormat: 'plain',
      attachments: sent.shown,
      threadId,
    })
    lastDone.set(person.id, message.id)
    if (!mention && !isShownToBot(conversation)) return { message }
    return {
      message,
      delivered: deliver('message', { person, conversation, id: message.id, threadId: message.threadId }, content),
    }
  }

  return {
    open(personId) {
      const person = personOf(personId)
      if (installations.of(personId).installed) announceInstallation(person)
      return chatOf(personId)
    },
    chat: chatOf,
    say(personId, text, files) {
      const { person, conversation } = usable(personId)
      return tell(person, conversation, text, { files })
    },
    async act(personId, { messageId, action, data }) {
      return presses.press(on(personId, messageId), action, data)
    },
    async press(personId, { messageId, title, inputs = {} }) {
      return pressTitled(on(personId, messageId), title, inputs)
    },
    async fetchDialog(personId, { messageId, data }) {
      return presses.fetchDialog(on(personId, messageId), data)
    },
    async submitDialog(personId, { messageId, data }) {
      if (messageId !== undefined) return presses.submitDialog(on(personId, messageId), data)
      const from = usable(personId)
      lastDone.set(personId, state.nextId())
      return presses.submitDialog(from, data)
    },
    async refresh(personId, { messageId }) {
      const { person, conversation } = usable(personId)
      return presses.refresh({ person, conversation, message: messageIn(conversation, messageId) })
    },
    async react(personId, { messageId, type, remove = false }) {
      const { person, conversation, message } = on(personId, messageId)
      const reactions = { [remove ? 'reactionsRemoved' : 'reactionsAdded']: [{ type }] }
      return deliver('messageReaction', { person, conversation }, { ...reactions, replyToId: message.id })
    },

    conversation(conversationId) {
      const { id } = shared(conversationId)
      return { conversationId: id, messages: conversations.messages(id) }
    },
    post(conversationId, { personId, text, replyTo, mention = true, files }) {
      const conversation = shared(conversationId)
      const person = personOf(personId)
      if (mention) withBot(conversation)
      if (conversation.kind === 'channel') conversations.ensure(conversation.id, 'channel', [personId])
      const threadId = replyTo === undefined ? undefined : messageIn(conversation, replyTo).threadId
      return tell(person, conversation, text, { mention, files, ...(threadId === undefined ? {} : { threadId }) })
    },
    edit(conversationId, { personId, messageId, text }) {
      const conversation = conversations.get(conversationId)
      if (!conversation) throw new TeamsClientError('no-such-conversation', 'there is no conversation of that id')
      const person = personOf(personId)
      const before = messageIn(conversation, messageId)
      if (before.from.personId !== person.id) throw new TeamsClientError('bad-input', 'only one’s own words are edited')
      const message = { ...before, text, updatedAt: state.clock().toISOString() }
      conversations.update(message)
      emit(state, conversation, { type: 'updated', message })
      if (!isShownToBot(conversation)) return { message }
      const from = { person, conversation, id: message.id, threadId: message.threadId }
      const content = { ...typedMessage(text, undefined), channelData: { eventType: 'editMessage' } }
      return { message, delivered: deliver('messageUpdate', from, content) }
    },
    async actIn(conversationId, { personId, messageId, action, data }) {
      return presses.press(onShared(conversationId, personId, messageId), action, data)
    },
    async pressIn(conversationId, { personId, messageId, title, inputs = {} }) {
      return pressTitled(onShared(conversationId, personId, messageId), title, inputs)
    },
    openGroupChat(personIds, topic) {
      const people = personIds.map(personOf)
      if (people.length < 2 || people.length > MOST_IN_GROUP_CHAT) {
        throw new TeamsClientError('bad-input', `a group chat has 2 to ${MOST_IN_GROUP_CHAT} people`)
      }
      const id = `19:practice-group-${state.nextId()}@thread.v2`
      conversations.ensure(id, 'groupChat', personIds, topic)
      return { conversationId: id, messages: [] }
    },

    redeliver: (activityId) => line.redeliver(activityId),
    setState(personId, change) {
      const person = personOf(personId)
      const before = installations.of(personId)
      const after = installations.set(personId, change)
      const conversation = personalChat(state, personId)
      emit(state, conversation, { type: 'state', personId, ...after })
      if (after.installed && !before.installed) announceInstallation(person)
      if (!after.installed && before.installed) {
        void deliver('installationUpdate', { person, conversation }, { action: 'remove' })
      }
      return after
    },
    setTeam(personId, { installed }) {
      if (state.team.hasBot === installed) return
      state.team.hasBot = installed
      const from = { person: personOf(personId), conversation: shared(generalChannelId) }
      const bot = [{ id: botIdOf(state.bot) }]
      void deliver('installationUpdate', from, { action: installed ? 'add' : 'remove' })
      void deliver('conversationUpdate', from, installed ? { membersAdded: bot } : { membersRemoved: bot })
    },
    async forge(personId, text, forgery) {
      const { tenantId, aadObjectId, serviceUrl, channelId } = forgery
      const person = { ...personOf(personId), ...(tenantId === undefined ? {} : { tenantId, guest: false }) }
      const genuine = build(
        'message',
        { person, conversation: personalChat(state, personId), id: state.nextId() },
        typedMessage(text, undefined),
      )
      const sender = { id: state.identifiers.ofPerson(personId), name: person.name }
      const activity = {
        ...genuine,
        ...(aadObjectId === undefined ? {} : { from: aadObjectId === null ? sender : { ...sender, aadObjectId } }),
        ...(serviceUrl === undefined ? {} : { serviceUrl }),
        ...(channelId === undefined ? {} : { channelId }),
      }
      return line.send(activity, await options.authorize(forgery))
    },
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),

    subscribe: (listener) => bus.subscribe(listener),
    transcript: () => conversations.transcript(),
    nextMessage(personId, { after, match = () => true, timeoutMs = 10_000 } = {}) {
      const { conversationId } = chatOf(personId)
      const since = after ?? lastDone.get(personId) ?? '0'
      const isNext = (message: Parameters<typeof match>[0]) =>
        message.from.role === 'bot' && isAfter(message.id, since) && match(message)
      return found(conversationId, (all) => all.find(isNext), timeoutMs)
    },
    waitFor: (conversationId, look, timeoutMs = 10_000) => found(conversationId, look, timeoutMs),
  }
}
