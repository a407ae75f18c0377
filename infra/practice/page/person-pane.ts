import type { SignInOutcome, Someone } from '../front-door-shapes.ts'
import { belongings } from './belongings.ts'
import type { ChatSide } from './chat-side.ts'
import { element, newId } from './elements.ts'
import { groupsPanel } from './groups.ts'
import { inviting } from './invitation.ts'
import type { Live } from './live.ts'
import { mailBox } from './mail.ts'
import { personPicker } from './person-picker.ts'
import { phone } from './phone.ts'
import type { PhoneMemory } from './phone-memory.ts'
import type { PracticeClock } from './practice-clock.ts'
import { signInBox } from './sign-in.ts'
import { slackChat } from './slack/slack-chat.ts'
import type { SlackWindows } from './slack/slack-windows.ts'
import type { Workspace } from './slack/workspace.ts'
import { sideSwitch } from './switch.ts'
import { teamsChat } from './teams-chat.ts'

export interface PersonPane {
  readonly root: HTMLElement
  readonly person: () => Someone
  show(person: Someone): Promise<void>
  /** Sits them down in front of Slack. */
  showInSlack(person: Someone): Promise<void>
}

/** Somebody's chats with the bot, in Teams and in Slack, with the phone and the mailbox of the same person at hand. */
export function personPane(options: {
  readonly slot: 'employee' | 'manager'
  readonly title: string
  readonly first: Someone
  readonly bot: string
  /** A sentence above the suggestions while the chat is empty. */
  readonly invitation: string
  readonly suggestions: readonly string[]
  readonly live: Live
  /** Whether accounts may live in the company's own domain. */
  readonly hasDomain: boolean
  /** Undefined in a company without Slack. */
  readonly workspace: Workspace | undefined
  readonly windows: SlackWindows | undefined
  readonly memory: PhoneMemory
  readonly clock: PracticeClock
  onPerson(person: Someone): void
  onNews(): void
  onSignIn(personId: string, outcome: SignInOutcome): void
}): PersonPane {
  const { bot, live, slot, title, workspace, windows } = options
  let person = options.first

  const things = belongings({
    phone: phone({ memory: options.memory, clock: options.clock }),
    signIn: signInBox({ hasDomain: options.hasDomain, onOutcome: options.onSignIn }),
    mail: mailBox({ clock: options.clock }),
    groups: groupsPanel({ bot }),
  })
  const panel = element('div', { id: newId('chat'), class: 'side', role: 'tabpanel', 'aria-label': `${title}: chat` })
  const show = (side: ChatSide) => panel.replaceChildren(...side.above, things.root, ...side.below)
  const sides = sideSwitch({
    label: `${title}: where to chat`,
    names: { teams: 'Teams', slack: 'Slack' },
    panelId: panel.id,
    onChoose(name) {
      panel.dataset.side = name
      const side = name === 'slack' && inSlack ? inSlack : inTeams
      show(side)
      side.appear?.()
    },
  })
  sides.root.hidden = workspace === undefined
  const shared = {
    role: title,
    bot,
    belongings: things,
    invite: inviting({
      bot,
      sentence: options.invitation,
      suggestions: options.suggestions,
      firstIsBest: slot === 'employee',
    }),
  }
  const news = (side: 'teams' | 'slack') => () => {
    sides.news(side)
    options.onNews()
  }
  const inTeams = teamsChat({ ...shared, live, clock: options.clock, onNews: news('teams') })
  const inSlack = workspace && windows && slackChat({ ...shared, workspace, windows, onNews: news('slack') })
  sides.choose('teams')

  const hint = element('p', { class: 'pane-hint' })
  const picker = personPicker({
    label: `${title}: choose a person`,
    choose: (chosen) => void sit(chosen),
  })
  const headingId = newId('pane')
  const root = element(
    'section',
    { class: 'pane', 'aria-labelledby': headingId, 'data-testid': `pane-${slot}`, 'data-slot': slot },
    element(
      'header',
      { class: 'pane-head' },
      element('div', { class: 'pane-line' }, element('h2', { id: headingId }, title), things.buttons),
      picker.root,
      hint,
      sides.root,
    ),
    panel,
  )

  const sit = async (next: Someone) => {
    person = next
    picker.show(next)
    hint.textContent = next.hint
    hint.hidden = next.hint === ''
    things.show(next)
    options.onPerson(next)
    await Promise.all([inTeams.show(next), inSlack?.show(next)])
    if (sides.chosen() === 'slack') inSlack?.appear?.()
  }
  live.onCompany((event) => {
    if (event.type === 'state' && event.state.id === person.id) things.tell(event.state)
  })
  return {
    root,
    person: () => person,
    show: sit,
    async showInSlack(next) {
      await sit(next)
      if (sides.chosen() !== 'slack') sides.choose('slack')
      panel.querySelector('textarea')?.focus()
    },
  }
}
