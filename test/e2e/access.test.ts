import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { wellKnown, wellKnownGroups } from '../../infra/practice/company/cast.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { fromTheTop, picture } from './pictures.ts'
import { anotherThan, codeOn, eventually, type Pane, type PracticePage, practicePage } from './practice-page.ts'
import { type PracticeProcess, startPractice } from './practice-process.ts'

const { ada, maya, financeManager: hugo, salesHead, operationsManager: emre, operationsHead: freja } = wellKnown
const { carla, sam, zoe } = wellKnown
const minute = 60_000
const reports = 'Finance reports (read)'
const payments = 'Payments (release)'
const badges = 'Warehouse doors (badge)'
const until = 'Until when does Carla Mendes work here?'

describe('access that is asked for, approved, and ends, in both chats', function () {
  this.timeout(3 * minute)
  let practice: PracticeProcess
  let browser: Browser
  let on: PracticePage

  before(async function () {
    this.timeout(4 * minute)
    practice = await startPractice(3 * minute)
    browser = await openBrowser({ width: 1280, height: 1000 })
    on = practicePage(browser.page)
    await on.open(practice.url)
  })
  after(async () => {
    await browser?.close()
    await practice?.close()
  })

  const group = (pane: Pane, key: keyof typeof wellKnownGroups): Locator =>
    pane.root.getByTestId(`group-${wellKnownGroups[key]}`)
  const memberships = (what: 'added' | 'removed', words: string): Locator =>
    browser.page.locator(`[data-testid=membership-row][data-what=${what}]:visible`).filter({ hasText: words })

  /** A long card needs a tall page. */
  async function tallPicture(card: Locator, name: string): Promise<void> {
    await browser.page.setViewportSize({ width: 1280, height: 1400 })
    await fromTheTop(card)
    await picture(browser.page, name)
    await browser.page.setViewportSize({ width: 1280, height: 1000 })
  }

  async function sitsIn(pane: Pane, { name }: { readonly name: string }, side: 'teams' | 'slack'): Promise<void> {
    await pane.sits(name)
    await pane.turnsTo(side)
  }

  /** Finds what is asked for, from free words to its name. */
  async function chooses(pane: Pane, words: string, title: string): Promise<void> {
    await pane.say(words)
    await pane.sees(/Is this what you mean|Which of these do you mean/)
    await pane.press(title)
  }

  /** @returns the last card, before anybody is asked */
  async function toTheLastCard(
    pane: Pane,
    words: string,
    title: string,
    reason: string,
    time: string,
  ): Promise<Locator> {
    await chooses(pane, words, title)
    await pane.sees('Why do you need it?')
    await pane.say(reason)
    await pane.sees('How long?')
    await pane.press(time)
    return await pane.sees('Shall I ask for this?')
  }

  async function asks(pane: Pane, words: string, title: string, reason: string, time: string): Promise<void> {
    await toTheLastCard(pane, words, title, reason, time)
    await pane.press('Ask for it')
    await pane.sees(`I have asked for ${title}`)
  }

  /** Presses what the newest card offers; once more where the card says so, because it was pressed before it was all there. */
  async function approves(pane: Pane): Promise<void> {
    const messages = pane.root.getByTestId('message')
    const before = await messages.filter({ hasText: 'You approved it' }).count()
    await pane.press('Approve')
    const again = messages.filter({ hasText: 'press Approve once more' })
    await eventually(async () => {
      if ((await messages.filter({ hasText: 'You approved it' }).count()) > before) return true
      if ((await again.count()) > 0) await pane.press('Approve')
      return false
    }, 'it is approved')
  }

  /** Sets up the phone of whoever sits there. */
  async function enrols(pane: Pane, side: 'teams' | 'slack'): Promise<void> {
    await pane.say('I need to set up my authenticator app')
    await pane.sees('Set up your authenticator app')
    await pane.press('Show the key')
    if (side === 'teams') await on.window.getByTestId('phone-scan').click()
    else {
      await on.window.getByText('Add this key to your authenticator app').waitFor()
      const text = await on.window.getByTestId('dialog-card').innerText()
      const [key] = text.match(/^[A-Z2-7]{4}( [A-Z2-7]{4})+$/m) ?? []
      assert.ok(key, 'the window shows a key')
      await on.window.getByTestId('phone-key-open').click()
      await on.window.getByTestId('phone-key').fill(key)
      await on.window.getByTestId('phone-key-add').click()
    }
    await on.window.getByLabel('The code your app shows now').fill(await codeOn(on.window))
    await send('Confirm')
    await on.window.waitFor({ state: 'detached' })
    await pane.sees('Your authenticator is set up')
  }

  /** Reads it, and closes the window. */
  async function windowSays(words: string): Promise<void> {
    await on.window.getByText(words).waitFor()
    await on.window.getByTestId('dialog-close').click()
    await on.window.waitFor({ state: 'detached' })
  }

  async function send(button: string): Promise<void> {
    await on.window.getByRole('button', { name: button, exact: true }).click()
  }

  describe('one after the other, in Slack and in Teams', () => {
    it('Ada asks in Teams: the last card says what it opens, for how long, and who will be asked', async () => {
      await sitsIn(on.manager, maya, 'slack')
      await on.manager.say('help')
      await on.manager.sees('What can I do for you?')
      const words = 'I need access to the finance reports'
      const card = await toTheLastCard(on.employee, words, reports, 'I close the quarter', '7 days')
      const text = await card.innerText()
      assert.match(text, /Read the monthly and yearly reports of Finance[\s\S]*I close the quarter[\s\S]*7 days/)
      assert.match(text, /Maya Okonkwo \(manager\), then one of .*(Hugo Ferreira|Meera Iyer)/)
      await fromTheTop(card)
      await picture(browser.page, 'access-request')
      await on.employee.press('Ask for it')
      await on.employee.reads(/Request \d+: It waits for Maya Okonkwo \(manager\)/)
    })

    it('Maya sees in Slack who, what, why and for how long, and approves', async () => {
      const card = await on.manager.sees(`${ada.name} asks for access`)
      assert.match(
        await card.innerText(),
        /Account Executive, Sales[\s\S]*I close the quarter[\s\S]*7 days from approval/,
      )
      await tallPicture(card, 'access-approver-slack')
      await approves(on.manager)
      await on.employee.reads('Maya Okonkwo approved.')
    })

    it('then Hugo is asked in Teams; meanwhile Ada asks twice, and hears that it waits', async () => {
      await on.employee.reads(/Hugo Ferreira and Meera Iyer are being asked now/)
      await chooses(on.employee, 'I need access to the finance reports', reports)
      await on.employee.sees(/You have asked for it already: request \d+\. It waits for .*Hugo Ferreira/)
      await sitsIn(on.manager, hugo, 'teams')
      await on.manager.reads(`${ada.name} asks for access`)
      const card = on.manager.root.getByTestId('message').filter({ hasText: 'asks for access' }).last()
      assert.match(await card.innerText(), /owner of Finance Reports/)
      await tallPicture(card, 'access-approver-teams')
      await approves(on.manager)
    })

    it('she is in the group at once, as the directory says itself, and hears until when', async () => {
      await on.employee.reads('It was approved')
      await on.employee.reads(`${reports}: ${ada.name} has it now`)
      await on.employee.take('groups')
      await group(on.employee, 'financeReports').waitFor()
      await memberships('added', 'Finance Reports').waitFor()
      await on.auditRows('grant-access', 'outcome').getByText('done', { exact: true }).waitFor()
      await on.employee.putAway('groups')
      await on.employee.say('my access')
      assert.match(
        await (await on.employee.sees('My access')).innerText(),
        /approved by Maya Okonkwo and Hugo Ferreira/,
      )
    })

    it('three days before the end a card reminds her, with a way to keep it', async () => {
      await on.moveClock('3d')
      await on.moveClock('1d')
      await on.moveClock('4h')
      await on.employee.reads(`${reports} ends soon`)
      const card = on.employee.root.getByTestId('message').filter({ hasText: 'ends soon' }).last()
      await fromTheTop(card)
      await picture(browser.page, 'access-ends')
      await on.employee.press('Extend…')
      await windowSays('An extension is approved anew')
    })

    it('at the end she is out of the group, and she and both who said yes hear it', async () => {
      await on.moveClock('3d')
      await memberships('removed', 'Finance Reports').waitFor()
      const ended = `${reports}: ended for ${ada.name}`
      await on.employee.reads(ended)
      await on.employee.take('groups')
      await group(on.employee, 'financeReports').waitFor({ state: 'detached' })
      await on.employee.putAway('groups')
      await on.manager.reads(ended)
      await sitsIn(on.manager, maya, 'slack')
      await on.manager.reads(ended)
    })
  })

  describe('what is risky', () => {
    it('needs codes: those who may be asked set up their authenticators', async () => {
      await enrols(on.manager, 'slack')
      await sitsIn(on.manager, hugo, 'teams')
      await enrols(on.manager, 'teams')
      await sitsIn(on.manager, sam, 'teams')
      await enrols(on.manager, 'teams')
      await on.moveClock('3d')
      await on.moveClock('15m')
    })

    it('Maya approves in Slack with the code of her phone, and with no other', async () => {
      await sitsIn(on.manager, maya, 'slack')
      await asks(on.employee, 'I need access to release payments', payments, 'Hugo is on leave', '1 day')
      await on.manager.sees(/asks for access[\s\S]*High: much harm/)
      await on.manager.press('Approve…')
      await on.window.getByText(`Approve it for ${ada.name}?`).waitFor()
      const label = 'Six-digit code of your authenticator app'
      await on.window.getByLabel(label).fill(anotherThan(await codeOn(on.window)))
      await on.window.getByTestId('dialog-submit').click()
      await on.window.getByText('That is not right').waitFor()
      await on.window.getByLabel(label).fill(await codeOn(on.window))
      await on.window.getByTestId('dialog-submit').click()
      await windowSays('You approved it. Others must say yes, too.')
      await on.employee.reads('Maya Okonkwo approved.')
    })

    it('Hugo in Teams', async () => {
      await sitsIn(on.manager, hugo, 'teams')
      await on.manager.press('Approve…')
      await on.window.getByLabel('Six-digit code of your authenticator app').fill(await codeOn(on.window))
      await send('Approve')
      await on.manager.root.getByText('You approved it, and nobody else has to.').waitFor()
      await on.manager.putAway('phone')
      await memberships('added', 'Payment Release').waitFor()
      await on.employee.reads(`${payments}: ${ada.name} has it now`)
    })
  })

  describe('what is refused', () => {
    it('what does not go with what she has', async () => {
      await chooses(on.employee, 'I need access to enter invoices', 'Invoices (enter)')
      await on.employee.sees('Whoever enters an invoice must not release its payment.')
    })

    it('what she has already, what she may not see, and longer than it may last', async () => {
      await chooses(on.employee, 'I need access to the product launch', 'Product launch (team)')
      await on.employee.sees('You have it already, and not from me')
      await on.employee.say('I need access to the personnel files')
      const found = await on.employee.sees(/What do you need access to\?|Which of these do you mean/)
      assert.doesNotMatch(await found.innerText(), /Read the files of employees/)
      await on.employee.say('cancel')
      await on.employee.sees('Cancelled')
      await chooses(on.employee, 'I need access to the finance reports', reports)
      await on.employee.sees('Why do you need it?')
      await on.employee.say('Year end')
      await on.employee.sees('How long?')
      await on.employee.say('a year')
      await on.employee.sees('It can last 90 days at most')
      await on.employee.say('cancel')
      await on.employee.sees('Cancelled')
    })

    it('for somebody who is not one’s report', async () => {
      await sitsIn(on.manager, maya, 'slack')
      await chooses(on.manager, 'I need access to the travel booking', 'Travel booking')
      await on.manager.sees('for whom?')
      await on.manager.say('Hugo Ferreira')
      await on.manager.sees('for your direct reports only')
      await on.manager.say('cancel')
      await on.manager.sees('Cancelled')
    })

    it('a group that is kept elsewhere: Ada is told why, and IT has a ticket', async () => {
      await asks(on.employee, 'I need access to the warehouse doors', badges, 'Inventory', '7 days')
      await on.manager.sees(/asks for access[\s\S]*Warehouse doors/)
      await approves(on.manager)
      await on.employee.reads(`${badges}: it could not be given`)
      await on.channel.root.getByTestId('thread').filter({ hasText: 'Warehouse Badge Access' }).waitFor()
    })

    it('where nobody can say yes IT has it, with the reason', async () => {
      await sitsIn(on.employee, zoe, 'teams')
      await on.employee.say('help')
      await on.employee.sees('What can I do for you?')
      await asks(on.employee, 'I need access to the VPN', 'VPN', 'Audit from home', '7 days')
      await on.employee.reads(/IT has it now[\s\S]*the directory names no manager for Zoë van der Berg/)
      await on.channel.root.getByTestId('thread').filter({ hasText: 'Nobody can approve a request: VPN' }).waitFor()
    })
  })

  describe('what happens meanwhile', () => {
    it('who is out of office is not waited for', async () => {
      await on.manager.take('groups')
      await on.manager.root.getByTestId('out-of-office').check()
      await sitsIn(on.employee, ada, 'teams')
      const card = await toTheLastCard(on.employee, 'I need access to the VPN', 'VPN', 'Home office', '7 days')
      assert.match(await card.innerText(), /Benoît Lacroix \(for Maya Okonkwo, who is away\)/)
      await on.employee.press('Ask for it')
      await on.employee.reads('It waits for Benoît Lacroix')
      await on.manager.root.getByTestId('out-of-office').uncheck()
      await on.manager.putAway('groups')
      await sitsIn(on.manager, salesHead, 'teams')
      await on.manager.reads(`${ada.name} asks for access`)
      await approves(on.manager)
      await memberships('added', 'VPN Users').waitFor()
      await on.employee.reads(`VPN: ${ada.name} has it now`)
    })

    it('what is taken away behind its back is noticed within a day, and not given again', async () => {
      await on.employee.take('groups')
      await on.employee.root.getByTestId(`group-leave-${wellKnownGroups.vpn}`).click()
      await group(on.employee, 'vpn').waitFor({ state: 'detached' })
      await on.moveClock('1d')
      await on.moveClock('15m')
      await on.employee.reads(`VPN: ${ada.name} does not have it any more`)
      await on.employee.reads('I do not give it again')
      assert.equal(await group(on.employee, 'vpn').count(), 0)
      await on.employee.putAway('groups')
    })
  })

  describe('a contractor', () => {
    it('is asked for by whoever answers for them, until a day', async () => {
      await sitsIn(on.employee, emre, 'teams')
      await sitsIn(on.manager, freja, 'teams')
      await on.manager.say('help')
      await on.manager.sees('What can I do for you?')
      await on.employee.say('I need an account for a contractor')
      await on.employee.sees('Who is the contractor?')
      await on.employee.say(carla.name)
      await on.employee.sees('Is this the one?')
      await on.employee.press(`${carla.name} · Contractor, packaging line, Operations`)
      await on.employee.sees(`What does ${carla.name} work on?`)
      await on.employee.say('Harbour')
      await on.employee.sees(until)
      await on.employee.say('30 days')
      await on.employee.sees(`What does ${carla.name} need access to?`)
      await on.employee.say('project planning')
      await on.employee.sees('Which of these?')
      await on.employee.press('Project planning')
      await on.employee.sees('So far: Project planning')
      await on.employee.press('That is all')
      const card = await on.employee.sees('Shall I ask for this contract?')
      assert.match(await card.innerText(), /Carla Mendes[\s\S]*Harbour[\s\S]*Project planning[\s\S]*you answer for it/)
      await fromTheTop(card)
      await picture(browser.page, 'access-contractor')
      await on.employee.press('Ask for it')
      await on.employee.sees(`I have asked for the contract of ${carla.name}`)
    })

    it('has the account and the access once the sponsor’s manager says yes', async () => {
      await on.manager.sees(/asks for a contractor’s account for Carla Mendes/)
      await on.manager.reads(/asks for access for Carla Mendes[\s\S]*Project planning/)
      await approves(on.manager)
      await approves(on.manager)
      await on.employee.reads(`The contract of ${carla.name} has begun`)
      await memberships('added', 'Project Planning').waitFor()
    })

    it('IT undoes what was granted: with a code, and shown what it will do', async () => {
      await sitsIn(on.manager, sam, 'teams')
      await on.manager.say('undo a change')
      await on.manager.sees('Whose access is it about?')
      await on.manager.say(carla.name)
      await on.manager.sees('Is this the one?')
      await on.manager.press(`${carla.name} · Contractor, packaging line, Operations`)
      const card = await on.manager.sees('Enter the code')
      await on.manager.take('phone')
      await card.getByLabel('Six-digit code').fill(await codeOn(on.manager.root))
      await on.manager.press('Check the code')
      await on.manager.sees('What shall I undo?')
      await on.manager.putAway('phone')
      await on.manager.press(`Remove ${carla.name} from Project Planning`)
      await on.manager.sees('Shall I undo this?')
      await on.manager.press('Undo it')
      await on.manager.sees('Undone')
      await memberships('removed', 'Project Planning').waitFor()
      await on.employee.reads(/Project planning: ended for Carla Mendes[\s\S]*IT undid it/)
    })

    it('at the end is disabled and in no group, and the sponsor hears it', async () => {
      await on.moveClock('30d')
      await on.moveClock('1d')
      await on.employee.reads(`The contract of ${carla.name} has ended`)
      await on.auditRows('disable-account', 'outcome').getByText('done', { exact: true }).waitFor()
      await memberships('removed', 'Contractors').waitFor()
    })
  })

  describe('all along', () => {
    it('the trail is whole, and no page complained', async () => {
      await browser.page.getByTestId('audit-verify').click()
      await browser.page.getByText('Audit chain whole').waitFor()
      assert.deepEqual(browser.faults, [])
    })

    it('ends in good order, and leaves nothing running', async () => {
      await browser.close()
      assert.deepEqual(await practice.close(), { code: 0, left: [] })
    })
  })
})
