import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Locator } from 'playwright-core'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { numberIn } from '../support/enrol.ts'
import { type Phone, phoneFrom } from '../support/phone.ts'
import { picture } from './pictures.ts'
import { codeOn, eventually, type PracticePage, practicePage } from './practice-page.ts'
import { type PracticeProcess, startPractice } from './practice-process.ts'

const { kwame, operationsManager } = wellKnown
const minute = 60_000
/** As an agent makes one: a line of its own, without a space. */
const temporary = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/m

describe('a hybrid practice company, with a domain controller of its own', function () {
  this.timeout(4 * minute)
  let practice: PracticeProcess
  let browser: Browser
  let on: PracticePage
  /** A second opinion on what Kwame's phone shows. */
  let authenticator: Phone
  let ahead = 0
  const shown: string[] = []

  before(async () => {
    practice = await startPractice(3 * minute, ['--hybrid'])
    browser = await openBrowser({ width: 1280, height: 860 })
    on = practicePage(browser.page)
    await on.open(practice.url)
  })
  after(async () => {
    await browser?.close()
    await practice?.close()
  })

  /** What takes as long as a wait of the bot's, or a turn of the sync. */
  async function patiently(wait: () => Promise<unknown>): Promise<void> {
    browser.page.setDefaultTimeout(minute)
    await wait()
    browser.page.setDefaultTimeout(minute)
  }
  const inDomain = (name: string) => browser.page.getByTestId('domain-state').locator(`[data-fact="${name}"] dd`)

  /** Opens the drawer for as long as something is pressed there. */
  async function inDrawer(press: (panel: Locator) => Promise<void>): Promise<void> {
    const drawer = browser.page.getByTestId('break-it')
    await drawer.getByText('Break it').click()
    await press(drawer)
    await drawer.getByText('Break it').click()
  }
  const lockOut = () =>
    inDrawer(async (drawer) => {
      await drawer.getByTestId('lock-out').click()
      await drawer.getByText('Locked: ').waitFor()
    })

  /** A code counts once: a minute later the phone shows another, and what was known of the account is asked anew. */
  async function minuteLater(): Promise<void> {
    await on.moveClock('1m')
    ahead += minute
  }
  async function codeFrom(where: Locator): Promise<string> {
    let code = ''
    await eventually(async () => {
      code = await codeOn(where)
      return code === authenticator.code()
    }, 'the phone shows the right code')
    return code
  }

  async function provesInTeams(): Promise<void> {
    await on.employee.sees('make sure that it is you')
    await on.employee.press('A code from my authenticator app')
    await on.employee.sees('Enter the code')
    await minuteLater()
    await on.employee.take('phone')
    await on.enterCode(await codeFrom(on.employee.root))
    await on.employee.putAway('phone')
  }

  async function provesInSlack(): Promise<void> {
    await on.employee.sees('make sure that it is you')
    await on.employee.press('A code from my authenticator app')
    await on.employee.sees('Enter the code')
    await minuteLater()
    await on.employee.press('Check the code')
    await on.window.getByLabel('Six-digit code').fill(await codeFrom(on.window))
    await on.window.getByTestId('dialog-submit').click()
    await on.window.waitFor({ state: 'detached' })
  }

  /** Signs in with what stands in the window, at a computer of the company or at Microsoft. @returns what is answered */
  async function tries(where: Locator, place: 'computer' | 'microsoft', password: string): Promise<string> {
    await where.getByTestId(`signin-at-${place}`).click()
    await where.getByTestId('signin-password').fill(password)
    const answered = browser.page.waitForResponse((response) => response.url().endsWith('/sign-in'))
    await where.getByTestId('signin-submit').click()
    await answered
    return await where.getByTestId('signin-outcome').filter({ hasText: /./ }).innerText()
  }

  async function readPassword(): Promise<string> {
    await on.employee.sees('I know it is you')
    await on.employee.press('Show my temporary password')
    await on.window.getByText('It is shown only here and only now').waitFor()
    const [password] = (await on.window.getByTestId('dialog-card').innerText()).match(temporary) ?? []
    assert.ok(password, 'the window shows a password')
    shown.push(password)
    return password
  }
  async function closeWindow(): Promise<void> {
    await on.window.getByTestId('dialog-close').click()
    await on.window.waitFor({ state: 'detached' })
  }

  it('says that it is one, and sits down somebody whose account lives in the domain, beside his manager', async () => {
    await browser.page.getByTestId('banner').getByText('corp.nordwind.example').waitFor()
    await browser.page.getByText('Active Directory is reached').waitFor()
    assert.equal(await browser.page.getByTestId('domain-state').isVisible(), false, 'Ada is in the cloud alone')
    await browser.page.getByTestId('try-on-premises').click()
    await on.employee.root.getByText('Synced', { exact: true }).waitFor()
    await inDomain('Account').getByText('open').waitFor()
    assert.equal(await on.employee.root.getByTestId('person-picker').inputValue(), kwame.name)
    assert.equal(await on.manager.root.getByTestId('person-picker').inputValue(), operationsManager.name)
  })

  it('sets up his authenticator, and his manager vouches for it', async () => {
    await on.employee.say('I need to set up my authenticator app')
    await on.employee.sees('Set up your authenticator app')
    await on.employee.press('Show the key')
    await on.window.getByTestId('phone-scan').click()
    const text = await on.window.getByTestId('dialog-card').innerText()
    authenticator = phoneFrom({ title: '', text, images: [], buttons: [] }, () => new Date(Date.now() + ahead))
    await on.window.getByLabel('The code your app shows now').fill(await codeFrom(on.window))
    await on.window.getByRole('button', { name: 'Confirm' }).click()
    await on.window.waitFor({ state: 'detached' })
    await on.employee.sees('Your authenticator is set up')
    await on.employee.press('Ask my manager')
    const card = await on.employee.sees('Ask your manager to confirm')
    await on.manager.sees(`Is this really ${kwame.name}?`)
    await on.manager.press(numberIn(await card.innerText()))
    await on.employee.sees('counts from now on')
    await on.employee.putAway('phone')
  })

  it('locks him out in the domain, by wrong passwords', async () => {
    const drawer = browser.page.getByTestId('break-it')
    await drawer.getByText('Break it').click()
    await drawer.getByTestId('lock-out').click()
    await drawer.getByText('Locked: ').waitFor()
    await inDomain('Account').getByText('locked').waitFor()
    await on.fact('Sign-in').getByText('allowed').waitFor()
    await picture(browser.page, 'on-premises-panel')
    await drawer.getByText('Break it').click()
    await on.employee.take('sign-in')
    assert.match(await tries(on.employee.root, 'computer', 'Whatever-1234'), /The account is locked/)
    await on.employee.putAway('sign-in')
  })

  it('unlocks him there when he has proven who he is', async () => {
    await on.employee.say("I'm locked out")
    await provesInTeams()
    await on.employee.sees('You can sign in again')
    await inDomain('Account').getByText('open').waitFor()
    await inDomain('Wrong passwords').getByText('0').waitFor()
    const row = on.auditRows('unlock-account', 'outcome').first()
    await row.getByText('on dc1.corp.nordwind.example, through the agent').waitFor()
    await picture(browser.page, 'on-premises-unlocked')
    await on.employee.take('sign-in')
    assert.match(await tries(on.employee.root, 'computer', 'Whatever-1234'), /That is not the password/)
    await on.employee.putAway('sign-in')
  })

  it('does the same in Slack', async () => {
    await lockOut()
    await inDomain('Account').getByText('locked').waitFor()
    await on.employee.turnsTo('slack')
    await on.employee.say("I'm locked out")
    await provesInSlack()
    await on.employee.sees('You can sign in again')
    await inDomain('Account').getByText('open').waitFor()
    await on.employee.turnsTo('teams')
  })

  it('shows a temporary password that a company computer takes, and wants changed at once', async () => {
    await minuteLater()
    await on.employee.say('I forgot my password')
    await provesInTeams()
    const password = await readPassword()
    assert.match(await tries(on.window, 'computer', password), /It must be changed now: Windows asks/)
    await inDomain('At next sign-in').getByText('must change it').waitFor()
    await picture(browser.page, 'on-premises-password')
    await closeWindow()
    await on.employee.sees('Microsoft 365 follows within about')
    await patiently(() => on.employee.reads('Microsoft 365 has it too now'))
    await on.fact('At next sign-in').getByText('must change it').waitFor()
    await on.employee.take('sign-in')
    assert.match(await tries(on.employee.root, 'microsoft', password), /It must be changed now: Microsoft asks/)
    await on.employee.putAway('sign-in')
    assert.ok(!(await browser.page.content()).includes(password), 'the password is off the page')
  })

  it('says so when the agent is not there, and tells IT', async () => {
    await inDrawer(async (drawer) => {
      await drawer.getByTestId('agent-switch').click()
      await drawer.getByTestId('agent-how').getByText('stopped').waitFor()
    })
    await browser.page.getByText('Active Directory is out of reach').waitFor()
    await minuteLater()
    await on.employee.say("I'm locked out")
    await patiently(() => on.employee.sees('I cannot reach the company’s own directory'))
    await on.channel.sees('The on-premises directory cannot be reached')
    await picture(browser.page, 'on-premises-no-agent')
    await inDrawer(async (drawer) => {
      await drawer.getByTestId('agent-switch').click()
      await drawer.getByTestId('agent-how').getByText('connected', { exact: true }).waitFor()
    })
  })

  it('refuses an administrator of the domain, of whom Entra ID knows nothing, and tells IT', async () => {
    await inDrawer(async (drawer) => {
      await drawer.getByTestId('make-administrator').click()
      await drawer.getByText('is in a group in Domain Admins').waitFor()
    })
    await inDomain('Rights').getByText('domain administrator').waitFor()
    await minuteLater()
    await on.employee.say('I forgot my password')
    await on.employee.sees('I cannot do that')
    const incident = await on.channel.sees('Refused: a password reset')
    assert.match(await incident.innerText(), /Domain Admins/)
    await inDrawer(async (drawer) => {
      await drawer.getByTestId('make-administrator').click()
      await drawer.getByText('is an ordinary user again').waitFor()
    })
  })

  it('has its agent back when the bot was killed, and its domain when that was off', async () => {
    await inDrawer(async (drawer) => {
      await drawer.getByTestId('controller-switch').click()
      await drawer.getByTestId('controller-how').getByText('off').waitFor()
      await drawer.getByTestId('bot-kill').click()
      await browser.page.getByText('HelpBot is away').waitFor()
      await drawer.getByTestId('controller-switch').click()
      await drawer.getByTestId('controller-how').getByText('dc1').waitFor()
      await patiently(() => browser.page.getByText('HelpBot is running').waitFor())
      await patiently(() => browser.page.getByText('Active Directory is reached').waitFor())
    })
    await minuteLater()
    await on.employee.say("I'm locked out")
    await provesInTeams()
    await on.employee.sees('You are not locked out')
  })

  it('lets the domain be touched by this page alone, and by nothing that it does not understand', async () => {
    const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(new URL(`/practice/api/on-premises${path}`, practice.url), {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }).then(({ status }) => status)
    assert.equal(await ask('/controller', { run: false }, { origin: 'https://evil.example' }), 403)
    assert.equal(await ask('/controller', { run: 'no' }), 400)
    assert.equal(await ask(`/people/${wellKnown.ada.id}/lock-out`, {}), 404, 'she has no account there')
    assert.equal(await ask('/sync', { paused: false }), 200)
    await browser.page.getByText('Active Directory is reached').waitFor()
  })

  it('wrote no password into its output, and made no page complain', () => {
    assert.equal(shown.length, 1)
    for (const password of shown) assert.ok(!practice.output().includes(password))
    assert.deepEqual(browser.faults, [])
  })

  it('ends in good order, and leaves neither domain controller nor agent running', async () => {
    const [, address] = practice.output().match(/^Active Directory \(Samba\): \S+ at ldaps:\/\/([\d.]+):636$/m) ?? []
    assert.ok(address, practice.output())
    await browser.close()
    assert.deepEqual(await practice.close(), { code: 0, left: [] })
    const socket = connect(636, address)
    await assert.rejects(once(socket, 'connect'), { code: 'ECONNREFUSED' })
  })
})
