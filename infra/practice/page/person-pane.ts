import type { SignInOutcome, Someone } from '../front-door-shapes.ts'
import type { TeamsEvent } from '../teams/events.ts'
import type { Message } from '../teams/message.ts'
import { avatar } from './avatar.ts'
import { belongings } from './belongings.ts'
import { compose } from './compose.ts'
import { button, element, newId } from './elements.ts'
import type { Live } from './live.ts'
import { mailBox } from './mail.ts'
import { messageList } from './message-list.ts'
import { personPicker } from './person-picker.ts'
import { phone } from './phone.ts'
import type { PhoneMemory } from './phone-memory.ts'
import type { PracticeClock } from './practice-clock.ts'
import { pressInChat } from './pressing.ts'
import { cardShownTo } from './shown-message.ts'
import { signInBox } from './sign-in.ts'
import { teams } from './teams-api.ts'
import { typingLine } from './typing-line.ts'

export interface PersonPane {
  readonly root: HTMLElement
  readonly person: () => Someone
  show(person: Someone): Promise<void>
}

/** Somebody's Teams, open at the chat with the bot, with the phone and the mailbox of the same person at hand. */
export function personPane(options: {
  readonly slot: 'employee' | 'manager'
  readonly title: string
  readonly first: Someone
  readonly bot: string
  /** A sentence above the suggestions while the chat is empty. */
  readonly invitation: string
  readonly suggestions: readonly string[]
  readonly live: Live
  readonly memory: PhoneMemory
  readonly clock: PracticeClock
  onPerson(person: Someone): void
  onNews(): void
  onSignIn(personId: string, outcome: SignInOutcome): void
}): PersonPane {
  const { live, bot, slot } = options
  let person = options.first
  let conversationId = ''

  const things = belongings({
    phone: phone({ memory: options.memory, clock: options.clock }),
    signIn: signInBox({ onOutcome: options.onSignIn }),
    mail: mailBox(),
  })
  const say = async (text: string) => teams.say(person.id, text)
  const box = compose({ label: `Message to ${bot}`, placeholder: `Write to ${bot}`, send: say })
  const sayOrComplain = (text: string) => void say(text).catch((error: Error) => box.complain(error.message))
  const invitation = element(
    'div',
    { class: 'invitation', 'data-testid': 'invitation' },
    avatar(bot, 'bot'),
    element('p', {}, options.invitation),
    element(
      'div',
      { class: 'suggested' },
      ...options.suggestions.map((text, index) =>
        button(text, () => sayOrComplain(text), {
          class: index === 0 && slot === 'employee' ? 'chip first' : 'chip',
          'data-testid': 'suggestion',
        }),
      ),
    ),
  )
  const list = messageList({
    label: `Messages between the ${options.title.toLowerCase()} and ${bot}`,
    context: {
      viewerId: () => person.id,
      press: (message, press) => pressInChat(person.id, message, press, things),
      say: sayOrComplain,
    },
    onChange(messages) {
      // A greeting leaves room for it; a chat that has begun does not.
      invitation.hidden = messages.size > 1 || [...messages.values()].some(({ from }) => from.personId === person.id)
      refreshed(messages)
    },
  })
  const typing = typingLine(bot)
  const hint = element('p', { class: 'pane-hint' })
  const picker = personPicker({
    label: `${options.title}: choose a person`,
    choose: (chosen) => void show(chosen),
  })
  const headingId = newId('pane')
  const root = element(
    'section',
    { class: 'pane', 'aria-labelledby': headingId, 'data-testid': `pane-${slot}`, 'data-slot': slot },
    element(
      'header',
      { class: 'pane-head' },
      element('div', { class: 'pane-line' }, element('h2', { id: headingId }, options.title), things.buttons),
      picker.root,
      hint,
    ),
    list.root,
    invitation,
    typing.root,
    things.root,
    box.root,
  )

  /** Cards that ask to be drawn anew for the one who looks: once for each version of a message, as Teams does. */
  const asked = new Set<string>()
  const refreshed = (messages: ReadonlyMap<string, Message>) => {
    for (const message of messages.values()) {
      const version = `${person.id} ${message.id} ${message.updatedAt ?? ''}`
      if (message.cardFor?.[person.id] || asked.has(version) || !cardShownTo(person.id, message)?.refresh) continue
      asked.add(version)
      void teams.refresh(person.id, message.id).catch(() => undefined)
    }
  }

  /** What happens while a chat is being read: the answer may be older than that. */
  let meanwhile: TeamsEvent[] | undefined
  const load = async () => {
    const whose = person.id
    const arrived: TeamsEvent[] = []
    meanwhile = arrived
    try {
      const chat = await teams.open(whose)
      if (meanwhile !== arrived) return
      conversationId = chat.conversationId
      list.load(chat.messages)
    } finally {
      if (meanwhile === arrived) meanwhile = undefined
    }
    for (const event of arrived) hear(event)
  }
  const show = async (next: Someone) => {
    person = next
    conversationId = ''
    picker.show(next)
    hint.textContent = next.hint
    hint.hidden = next.hint === ''
    list.load([])
    typing.stop()
    box.complain('')
    things.show(next)
    options.onPerson(next)
    await load().catch((error: Error) => box.complain(error.message))
  }

  const hear = (event: TeamsEvent) => {
    if (event.conversationId !== conversationId) return
    if (event.type === 'typing') return typing.start()
    if (event.type === 'message' && event.message.from.role === 'bot') {
      typing.stop()
      options.onNews()
    }
    if (event.type === 'delivery' && (event.status === 0 || event.status >= 400)) {
      box.complain(`${bot} did not get the last message. It may be restarting: try again in a moment.`)
    }
    list.apply(event)
  }
  live.onTeams((event) => {
    meanwhile?.push(event)
    hear(event)
  })
  live.onReconnect(() => void load().catch(() => undefined))
  live.onCompany((event) => {
    if (event.type === 'state' && event.state.id === person.id) things.setMails(event.state.mails)
  })
  return { root, person: () => person, show }
}
