import type { CompanyView, SignInOutcome, Someone } from '../front-door-shapes.ts'
import { breakIt } from './break-it.ts'
import { company } from './company-api.ts'
import { element } from './elements.ts'
import { happened } from './happened.ts'
import { itPane } from './it-pane.ts'
import { type Live, openLive } from './live.ts'
import { personPane } from './person-pane.ts'
import { phoneMemory } from './phone-memory.ts'
import { dayAndTime, followClock, type PracticeClock } from './practice-clock.ts'
import { slackWindows } from './slack/slack-windows.ts'
import { openWorkspace } from './slack/workspace.ts'
import { steps } from './steps.ts'
import { tabs } from './tabs.ts'

/** What a visitor writes to see access begin and end. */
const ACCESS_WORDS = 'I need access to the finance reports'

/** Puts the page together. */
async function start(): Promise<void> {
  const [view, firstClock] = await Promise.all([company.view(), company.clock()])
  const title = `${view.name} — practice company`
  document.title = title
  const live = openLive()
  const clock = followClock(firstClock, live)
  const memory = phoneMemory(localStorage)
  const workspace = view.slack && (await openWorkspace({ bot: view.bot, view: view.slack, live, clock }))
  const windows = workspace && slackWindows(workspace)
  const progress = steps({
    live,
    slack: workspace && {
      name: view.colleague.name,
      sit() {
        navigation.choose('employee')
        void sitTogether(view.colleague)
      },
    },
    onPremises: view.onPremises && {
      name: view.onPremises.person.name,
      sit() {
        navigation.choose('employee')
        if (view.onPremises) void sitBeside(view.onPremises.person)
      },
    },
    access: {
      words: ACCESS_WORDS,
      employee: view.employee.name,
      manager: view.manager.name,
      approver: view.approver.name,
      sit(who) {
        navigation.choose(who === 'employee' ? 'employee' : 'manager')
        void (who === 'employee' ? employee : manager).show(view[who])
      },
    },
  })
  const story = happened({ bot: view.bot, realm: view.onPremises?.realm, live, clock })
  const navigation = tabs({ employee: 'Employee', manager: 'Manager', it: 'IT channel', happened: 'Audit' })
  live.onCompany((event) => {
    if (event.type === 'audit' || event.type === 'memberships') navigation.news('happened')
  })

  const drawer = breakIt({
    live,
    clock,
    canRestartBot: view.canRestartBot,
    onPremises: view.onPremises && { example: view.onPremises.person, sit: (person) => void sitBeside(person) },
  })
  const sitting = new Map<string, Someone>()
  const shared = {
    bot: view.bot,
    live,
    hasDomain: view.onPremises !== undefined,
    workspace,
    windows,
    memory,
    clock,
    onSignIn(_personId: string, outcome: SignInOutcome) {
      if (outcome === 'signed-in' || outcome === 'must-change') progress.signedIn()
    },
  }
  const sits = (slot: string) => (person: Someone) => {
    sitting.set(slot, person)
    story.about(person)
    live.watch([...sitting.values()].map(({ id }) => id))
  }
  const employee = personPane({
    ...shared,
    slot: 'employee',
    title: 'Employee',
    first: view.employee,
    invitation: `Locked out? Say it to ${view.bot} in your own words. Try:`,
    suggestions: [
      'I forgot my password',
      ...(view.onPremises ? ['I’m locked out'] : []),
      'Set up my authenticator app',
      ACCESS_WORDS,
      'help',
    ],
    onPerson(person) {
      sits('employee')(person)
      drawer.about(person)
    },
    onNews: () => navigation.news('employee'),
  })
  const manager = personPane({
    ...shared,
    slot: 'manager',
    title: 'Manager',
    first: view.manager,
    invitation: `When somebody of the team has to be vouched for or wants access, ${view.bot} asks here. Or try:`,
    suggestions: ['I forgot my password', 'help'],
    onPerson: sits('manager'),
    onNews: () => navigation.news('manager'),
  })
  /** Somebody in front of Slack, and whoever will have to confirm it is them in the next chair. */
  const sitTogether = async (person: Someone) => {
    await employee.showInSlack(person)
    await sitManagerOf(person)
  }
  const sitBeside = async (person: Someone) => {
    await employee.show(person)
    await sitManagerOf(person)
  }
  const sitManagerOf = async (person: Someone) => {
    if (person.managerId !== undefined) await manager.show((await company.person(person.managerId)).person)
    story.about(person)
  }
  const channel = itPane({ view, live, clock, workspace, windows, onNews: () => navigation.news('it') })
  for (const pane of [manager, employee]) pane.root.addEventListener('focusin', () => story.about(pane.person()))

  document.body.replaceChildren(
    element(
      'header',
      { class: 'top' },
      element('img', { src: '/practice/page/icon.svg', alt: '', width: 24, height: 24 }),
      element('h1', {}, title),
      standing(view, live, clock),
      drawer.root,
    ),
    element('p', { class: 'banner', 'data-testid': 'banner' }, bannerOf(view)),
    progress.root,
    element('main', {}, employee.root, manager.root, channel.root, story.root),
    navigation.root,
  )
  await Promise.all([manager.show(view.manager), channel.show(view.it)])
  await employee.show(view.employee)
  document.body.dataset.ready = 'true'
}

/** What is real here, in one line. */
function bannerOf({ onPremises }: CompanyView): string {
  const nothing = 'Practice company: nothing here is real'
  return onPremises ? `${nothing} but its domain controller, ${onPremises.realm}` : nothing
}

/** Whether the bot runs, and what time it is in the company. */
function standing(view: CompanyView, live: Live, clock: PracticeClock): HTMLElement {
  const bot = element('span', { class: 'bot-state', role: 'status', 'data-testid': 'bot-state' })
  const time = element('time', { class: 'company-time', 'data-testid': 'company-time' })
  live.onCompany((event) => {
    if (event.type !== 'bot') return
    bot.textContent = event.up ? `${view.bot} is running` : `${view.bot} is away`
    bot.classList.toggle('away', !event.up)
  })
  const tell = () => {
    time.textContent = dayAndTime(clock.now())
  }
  clock.onMove(tell)
  setInterval(tell, 1000)
  return element('p', { class: 'top-standing' }, bot, view.onPremises && agentState(live), time)
}

/** Whether HelpBot reaches the company's own directory. */
function agentState(live: Live): HTMLElement {
  const agent = element('span', { class: 'bot-state agent-state', role: 'status', 'data-testid': 'agent-state' })
  live.onCompany((event) => {
    if (event.type !== 'on-premises') return
    const { agent: process, controller } = event.view
    const isThere = process.isConnected && controller.isUp
    agent.textContent = isThere ? 'Active Directory is reached' : 'Active Directory is out of reach'
    agent.classList.toggle('away', !isThere)
  })
  return agent
}

start().catch((error: unknown) => {
  const words = error instanceof Error ? error.message : 'The page could not start.'
  document.body.replaceChildren(
    element('p', { class: 'banner' }, 'Practice company: nothing here is real'),
    element('p', { class: 'failed-start', role: 'alert' }, words),
  )
})
