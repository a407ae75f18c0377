import { type Activity, type BuildActivity, typedMessage } from './activities.ts'
import { type ActionOutcome, readCardAnswer, readSubmitAnswer, readTaskAnswer } from './bot-answer.ts'
import type { CardAction } from './card-actions.ts'
import { TeamsClientError } from './client-error.ts'
import type { Conversation } from './conversations.ts'
import type { BotLine } from './delivery.ts'
import { isJsonObject } from './json.ts'
import { cardShownTo, type Message } from './message.ts'
import type { TeamsPerson } from './people.ts'
import { addMessage, emit, senderPerson, type TeamsState } from './state.ts'

/** Who presses, and on which message. */
export interface PressedOn {
  readonly person: TeamsPerson
  readonly conversation: Conversation
  readonly message: Message
}

export interface CardPresses {
  press(on: PressedOn, action: CardAction, data: unknown): Promise<ActionOutcome>
  refresh(on: PressedOn): Promise<ActionOutcome>
  fetchDialog(on: PressedOn, data: unknown): Promise<ActionOutcome>
  submitDialog(on: Omit<PressedOn, 'message'> & { message?: Message }, data: unknown): Promise<ActionOutcome>
}

/** What Teams does with the buttons of a card, by type of action. */
export function createCardPresses(state: TeamsState, line: BotLine, build: BuildActivity): CardPresses {
  const from = ({ person, conversation, message }: Omit<PressedOn, 'message'> & { message?: Message }) => ({
    person,
    conversation,
    threadId: message?.threadId,
  })

  const execute = async (on: PressedOn, action: CardAction, data: unknown, trigger: 'manual' | 'automatic') => {
    const activity = build('invoke', from(on), {
      name: 'adaptiveCard/action',
      replyToId: on.message.id,
      value: { action: { type: 'Action.Execute', ...named(action), data: data ?? {} }, trigger },
      channelData: { source: { name: 'message' }, legacy: { replyToId: on.message.id } },
    })
    const outcome = readCardAnswer(await line.invoke(activity))
    if (outcome.kind === 'card') {
      const { person, conversation, message } = on
      state.conversations.replaceCard(conversation.id, message.id, person.id, outcome.card)
      emit(state, conversation, { type: 'card', personId: person.id, messageId: message.id, card: outcome.card })
    }
    return outcome
  }

  const task = async (name: 'task/fetch' | 'task/submit', on: Parameters<typeof from>[0], data: unknown) => {
    const activity = build('invoke', from(on), {
      name,
      ...(on.message ? { replyToId: on.message.id } : {}),
      value: { data, context: { theme: 'default' } },
      channelData: { source: { name: 'message' } },
    })
    const outcome = readTaskAnswer(await line.invoke(activity), name === 'task/submit')
    const wasOpen = name === 'task/submit'
    const isOpen = outcome.kind === 'dialog' || (wasOpen && outcome.kind === 'error')
    if (wasOpen || isOpen) emit(state, on.conversation, { type: 'dialog', personId: on.person.id, open: isOpen })
    return outcome
  }

  const deliver = async (activity: Activity) => {
    const delivery = await line.deliver(activity)
    return readSubmitAnswer(delivery)
  }

  const submit = async (on: PressedOn, data: unknown): Promise<ActionOutcome> => {
    const teams = isJsonObject(data) && isJsonObject(data.msteams) ? data.msteams : {}
    if (teams.type === 'task/fetch') return task('task/fetch', on, data)
    const channelData = { source: { name: 'message' }, legacy: { replyToId: on.message.id } }
    const members = { replyToId: on.message.id, value: data ?? {}, channelData }
    const said = spokenBy(teams)
    if (said === undefined) return deliver(build('message', { ...from(on), id: state.nextId() }, members))
    const { id } = addMessage(state, on.conversation, senderPerson(state, on.person), {
      text: said.shown,
      textFormat: 'plain',
      attachments: [],
      threadId: on.message.threadId,
    })
    const value = said.value === undefined ? {} : { value: said.value, replyToId: on.message.id, channelData }
    return deliver(build('message', { ...from(on), id }, { ...typedMessage(said.sent, undefined), ...value }))
  }

  return {
    press(on, action, data) {
      if (action.type === 'Action.Execute') return execute(on, action, data, 'manual')
      if (action.type === 'Action.Submit') return submit(on, data)
      throw new TeamsClientError('bad-input', `${action.type} is not sent to the bot`)
    },
    refresh(on) {
      const refresh = cardShownTo(on.person.id, on.message)?.refresh
      if (!isJsonObject(refresh) || !isJsonObject(refresh.action)) {
        throw new TeamsClientError('no-such-action', 'the card has no refresh')
      }
      const { userIds } = refresh
      if (Array.isArray(userIds) && !userIds.includes(state.identifiers.ofPerson(on.person.id))) {
        throw new TeamsClientError('no-such-action', 'the card is not refreshed for this person')
      }
      const action = refresh.action as unknown as CardAction
      return execute(on, action, action.data, 'automatic')
    },
    fetchDialog: (on, data) => task('task/fetch', on, data),
    submitDialog: (on, data) => task('task/submit', on, data),
  }
}

function named({ id, verb, title }: CardAction) {
  return {
    ...(id === undefined ? {} : { id }),
    ...(verb === undefined ? {} : { verb }),
    ...(title === undefined ? {} : { title }),
  }
}

/** `imBack` and `messageBack` put words into the person's mouth (Teams card actions). */
function spokenBy(teams: { readonly [name: string]: unknown }) {
  if (teams.type === 'imBack' && typeof teams.value === 'string')
    return { shown: teams.value, sent: teams.value, value: undefined }
  if (teams.type !== 'messageBack') return undefined
  const sent = typeof teams.text === 'string' ? teams.text : ''
  return { shown: typeof teams.displayText === 'string' ? teams.displayText : sent, sent, value: teams.value ?? {} }
}
