import type { CompanyView, Someone } from '../front-door-shapes.ts'
import type { ChatSide } from './chat-side.ts'
import { button, element, newId } from './elements.ts'
import type { Live } from './live.ts'
import { personPicker } from './person-picker.ts'
import type { PracticeClock } from './practice-clock.ts'
import { slackChannel } from './slack/slack-channel.ts'
import type { SlackWindows } from './slack/slack-windows.ts'
import type { Workspace } from './slack/workspace.ts'
import { sideSwitch } from './switch.ts'
import { teamsChannel } from './teams-channel.ts'

type Place = 'teams' | 'slack' | 'general'

export interface ItPane {
  readonly root: HTMLElement
  show(person: Someone): Promise<void>
}

/**
 * The channel where IT answers, in Teams or in Slack, wherever the company has it, seen by somebody of IT; and Slack's channel
 * where anybody may ask.
 */
export function itPane(options: {
  readonly view: CompanyView
  readonly live: Live
  readonly clock: PracticeClock
  /** Undefined in a company without Slack. */
  readonly workspace: Workspace | undefined
  readonly windows: SlackWindows | undefined
  onNews(): void
}): ItPane {
  const { view, live, workspace, windows } = options
  const { bot, itChannelName } = view
  const emptiness = `${bot} tells IT here what needs a human: questions for a person, incidents, refusals, people it cannot reach.`
  /** Whether anything has been said in the place in view; if not, the first news decides what is in view. */
  const isQuiet = () => panel.querySelector('[data-testid=message]') === null
  const heard = (place: Place) => () => {
    if (place !== 'general' && place !== sides.chosen() && isQuiet()) sides.choose(place)
    sides.news(place)
    options.onNews()
  }

  const places: Partial<Record<Place, { readonly name: string; readonly side: ChatSide }>> = {}
  const inSlack = (place: 'slack' | 'general', channelId: string, name: string, words: string) => {
    if (!workspace || !windows) return
    const side = slackChannel({ channelId, name, workspace, windows, emptiness: words, onNews: heard(place) })
    places[place] = { name: `# ${name}`, side }
  }
  const itInSlack = workspace?.channels.find(({ id }) => id === view.slack?.itChannelId)
  const general = workspace?.channels.find(({ name }) => name === 'help' || name === 'general')
  const teams = teamsChannel({
    channelId: view.itChannelId,
    name: itChannelName,
    bot,
    emptiness,
    live,
    clock: options.clock,
    onNews: heard('teams'),
  })
  places.teams = { name: 'Teams', side: teams }
  if (itInSlack) inSlack('slack', itInSlack.id, itInSlack.name, emptiness)
  if (general)
    inSlack('general', general.id, general.name, `Anybody may ask here. Begin with @${bot}: it answers them alone.`)

  const panel = element('div', { id: newId('it'), class: 'side', role: 'tabpanel', 'aria-label': itChannelName })
  const sides = sideSwitch<Place>({
    label: 'IT: which channel',
    names: Object.fromEntries(Object.entries(places).map(([place, { name }]) => [place, name])) as Record<
      Place,
      string
    >,
    panelId: panel.id,
    onChoose(place) {
      const side = places[place]?.side
      panel.dataset.side = place === 'teams' ? 'teams' : 'slack'
      if (side) panel.replaceChildren(...side.above, ...side.below)
    },
  })
  sides.root.hidden = Object.keys(places).length < 2

  const picker = personPicker({ label: 'IT channel: choose who you are', choose: (chosen) => void show(chosen) })
  const colleagues = view.itPeople.map((person) => ({
    person,
    chip: button(person.name, () => void show(person), { class: 'small', 'data-testid': 'it-person' }),
  }))
  const headingId = newId('pane')
  const root = element(
    'section',
    { class: 'pane', 'aria-labelledby': headingId, 'data-testid': 'pane-it', 'data-slot': 'it' },
    element(
      'header',
      { class: 'pane-head' },
      element(
        'div',
        { class: 'pane-line' },
        element('h2', { id: headingId }, itChannelName),
        element('span', { class: 'tag' }, 'IT channel'),
      ),
      picker.root,
      element(
        'div',
        { class: 'colleagues', role: 'group', 'aria-label': 'Answer as' },
        ...colleagues.map(({ chip }) => chip),
      ),
      sides.root,
    ),
    panel,
  )
  const show = async (person: Someone) => {
    picker.show(person)
    for (const { person: one, chip } of colleagues) chip.setAttribute('aria-pressed', String(one.id === person.id))
    await Promise.all(Object.values(places).map(({ side }) => side.show(person)))
    const isEmpty = (place: Place) => places[place]?.side.above[0]?.querySelector('[data-testid=message]') === null
    const other = sides.chosen() === 'slack' ? 'teams' : 'slack'
    if (places[other] && sides.chosen() !== 'general' && isQuiet() && !isEmpty(other)) sides.choose(other)
  }
  sides.choose(places.slack ? 'slack' : 'teams')
  return { root, show }
}
