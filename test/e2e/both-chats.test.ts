import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { numberIn } from '../support/enrol.ts'
import { type Phone, phoneFrom } from '../support/phone.ts'
import { findSecrets, type UsedSecret } from '../support/secret-scan.ts'
import { fromTheTop, picture } from './pictures.ts'
import { anotherThan, codeOn, eventually, type PracticePage, practicePage } from './practice-page.ts'
import { type PracticeProcess, startPractice } from './practice-process.ts'

const { ada, maya, tomas, financeManager, sam } = wellKnown
const minute = 60_000
/** What Tomáš knew before he forgot it. */
const oldPassword = 'Copper-Ledger-Spring-58'
const temporary = /^[A-Z][a-z]+-\d{3}(-[A-Z][a-z]+){4}$/m
const authenticatorKey = /^[A-Z2-7]{4}( [A-Z2-7]{4})+$/m
const about = 'My badge opens no door since this morning'
/** A code that somebody was told to read out. */
const readOut = '918273'
/** Would be markup, and a call to everybody. */
const hostile = 'Now the door says <!channel> *open* & <b>closed</b>'

describe('the practice company in both chats, with IT in Slack', function () {
  this.timeout(3 * minute)
  let practice: PracticeProcess
  let browser: Browser
  let on: PracticePage
  /** A second opinion on what Tomáš's phone shows. */
  let authenticator: Phone
  /** How far the company's clock has been moved. */
  let ahead = 0
  /** The thread about Ada in the channel of IT. */
  let thread: Locator
  let ticket = ''
  /** Whatever must stand in no chat: keys, codes and passwords that were shown or typed on the way. */
  const secrets: UsedSecret[] = []

  before(async function () {
    this.timeout(4 * minute)
    practice = await startPractice(3 * minute, ['--it-in', 'slack'])
    browser = await openBrowser({ width: 1280, height: 800 })
    on = practicePage(browser.page)
    thread = on.channel.root.getByTestId('thread').filter({ hasText: ada.name })
    await on.open(practice.url)
  })
  after(async () => {
    await browser?.close()
    await practice?.close()
  })

  /** The code on his phone, which lies beside the modal, once it is the right one for the company's time. */
  async function codeBesideModal(): Promise<string> {
    let code = ''
    await eventually(async () => {
      code = await codeOn(on.window)
      return code === authenticator.code()
    }, 'the phone shows the right code')
    return code
  }

  async function submitsCode(label: string, code: string): Promise<void> {
    secrets.push({ kind: 'code', value: code })
    await on.window.getByLabel(label).fill(code)
    await on.window.getByTestId('dialog-submit').click()
  }

  async function closeWindow(): Promise<void> {
    await on.window.getByTestId('dialog-close').click()
    await on.window.waitFor({ state: 'detached' })
  }

  /** Waits until Tomáš sees his number in Slack and his manager the question in Teams. @returns the number */
  async function managerIsAsked(): Promise<string> {
    const card = await on.employee.sees('Ask your manager to confirm')
    const question = await on.manager.sees(`Is this really ${tomas.name}?`)
    assert.match(await question.innerText(), /From\s+their own chat in Slack/)
    await fromTheTop(card)
    await fromTheTop(question)
    return numberIn(await card.innerText())
  }

  async function managerPicks(number: string): Promise<void> {
    await on.manager.press(number)
    await on.manager.reads('You confirmed. Thank you.')
  }

  it('sits Tomáš down in Slack, next to his manager in Teams', async () => {
    await browser.page.getByTestId('try-slack').click()
    await on.employee.root.locator('[data-testid=side-slack][aria-selected=true]').waitFor()
    assert.equal(await on.employee.root.getByTestId('person-picker').inputValue(), tomas.name)
    const { href } = new URL(`/practice/api/tenant/users/${tomas.id}/password`, practice.url)
    await browser.page.request.put(href, { data: { password: oldPassword } })
    await on.manager.sits(financeManager.name)
    await on.manager.say('help')
    await on.manager.sees('What can I do for you?')
  })

  it('sets up an authenticator in Slack: the key is shown in a modal and typed into the phone', async () => {
    await on.employee.say('I need to set up my authenticator app')
    await on.employee.sees('Set up your authenticator app')
    await on.employee.press('Show the key')
    await on.window.getByText('Add this key to your authenticator app').waitFor()
    const text = await on.window.getByTestId('dialog-card').innerText()
    authenticator = phoneFrom({ title: '', text, images: [], buttons: [] }, () => new Date(Date.now() + ahead))
    const [key] = text.match(authenticatorKey) ?? []
    assert.ok(key, 'the modal shows a key')
    secrets.push({ kind: 'seed', value: key.replaceAll(' ', '') })
    await on.window.getByTestId('phone-key-open').click()
    await on.window.getByTestId('phone-key').fill(key)
    await on.window.getByTestId('phone-key-add').click()
    await submitsCode('The code your app shows now', await codeBesideModal())
    await on.window.waitFor({ state: 'detached' })
    await on.employee.sees('Your authenticator is set up')
    assert.ok(!(await browser.page.content()).includes(key), 'the key is off the page')
  })

  it('counts at once, because the manager picks the right number in Teams', async () => {
    await on.employee.press('Ask my manager')
    await managerPicks(await managerIsAsked())
    await on.employee.sees('counts from now on')
    await on.auditRows('approve-totp', 'event').first().waitFor()
  })

  it('resets the password in Slack when the manager has confirmed in Teams', async () => {
    await on.employee.say('I forgot my password')
    await on.employee.sees('make sure that it is you')
    await on.employee.press('My manager confirms that it is me')
    await on.employee.putAway('phone')
    const number = await managerIsAsked()
    await picture(browser.page, 'slack-manager-in-teams')
    await managerPicks(number)
    await on.employee.sees('Thank you, I know it is you')
  })

  it('shows the temporary password once, in a modal; it signs in, and must be changed at once', async () => {
    await on.employee.press('Show my temporary password')
    await on.window.getByText('It is shown only here and only now').waitFor()
    const [password] = (await on.window.getByTestId('dialog-card').innerText()).match(temporary) ?? []
    assert.ok(password, 'the modal shows a password')
    secrets.push({ kind: 'password', value: password })
    await browser.page.locator('[data-testid=step-2].done').waitFor()
    assert.match(await on.signIn(on.window, oldPassword), /That is not the password/)
    assert.match(await on.signIn(on.window, password), /It must be changed now/)
    await browser.page.locator('[data-testid=step-3].done').waitFor()
    await picture(browser.page, 'slack-reset')
    await closeWindow()
    await on.employee.sees('Sign in with the temporary password now')
    await on.employee.reads('Your password was reset')
    await on.fact('At next sign-in').getByText('must change it').waitFor()
    assert.ok(!(await browser.page.content()).includes(password), 'the password is off the page')
  })

  it('takes /helpbot, alone for the menu and with a word for what it names', async () => {
    await on.employee.turnsTo('channel')
    await on.employee.root.getByTestId('compose').fill('/helpbot')
    await on.employee.root.getByTestId('send').click()
    await on.employee.reads('I have written to you in our private chat.')
    await on.employee.turnsTo('messages')
    await on.employee.reads('What can I do for you?')
    await on.moveClock('15m')
    ahead = 15 * minute
    await on.employee.root.getByTestId('compose').fill('/helpbot reset')
    await on.employee.root.getByTestId('send').click()
    await on.employee.sees('make sure that it is you')
  })

  it('takes the code of his phone in a modal from now on, but no other', async () => {
    await on.employee.press('A code from my authenticator app')
    await on.employee.sees('Enter the code')
    await on.employee.press('Check the code')
    await submitsCode('Six-digit code', anotherThan(await codeBesideModal()))
    await on.window.getByText('That is not right').waitFor()
    await submitsCode('Six-digit code', await codeBesideModal())
    await on.window.waitFor({ state: 'detached' })
    await on.employee.sees('Thank you, I know it is you')
    await on.auditRows('verify-totp', 'event').getByText('done', { exact: true }).waitFor()
  })

  it('shows on the Home tab what he has access to and what he has asked for', async () => {
    await browser.page.setViewportSize({ width: 1280, height: 1040 })
    await on.employee.putAway('phone')
    await on.employee.turnsTo('home')
    const home = on.employee.root.getByTestId('slack-home')
    await home.getByRole('heading', { name: `Hello ${tomas.name}` }).waitFor()
    await home.getByText('Finance Reports').waitFor()
    await home.getByText(/Password reset, open since/).waitFor()
    await picture(browser.page, 'slack-home')
    await browser.page.setViewportSize({ width: 1280, height: 800 })
    await home.getByRole('button', { name: 'My requests' }).click()
    await on.window.getByText('it goes on under Messages').waitFor()
    await closeWindow()
    await on.employee.turnsTo('messages')
    await on.employee.reads('We are in the middle of something else')
    await on.employee.press('Switch now')
    const list = await on.employee.sees('My requests')
    assert.match(await list.innerText(), /Authenticator set-up/)
  })

  it('brings IT in: what Ada asks for in Teams stands in the channel of IT in Slack', async () => {
    await on.employee.sits(ada.name)
    await on.manager.sits(maya.name)
    await on.employee.turnsTo('teams')
    await on.employee.say('I want to talk to a person')
    await on.employee.sees('I pass it on to IT')
    await on.employee.root.getByLabel('In your own words').fill(about)
    await on.employee.press('Send to IT')
    const told = await on.employee.sees('IT has it in their channel now')
    ticket = (await told.innerText()).match(/Ticket (\d+)/)?.[1] ?? ''
    assert.notEqual(ticket, '')
    await thread.getByText(about).waitFor()
    assert.match(await thread.innerText(), new RegExp(`Ticket\\s+${ticket}[^]*${ada.name}`))
  })

  it('carries words both ways, with names: IT writes in the thread, Ada in her chat', async () => {
    await on.channel.root.getByRole('button', { name: sam.name }).click()
    await thread.getByRole('button', { name: 'Take', exact: true }).click()
    await thread.getByText(/Taken by/).waitFor()
    await thread.getByTestId('reply-open').click()
    await thread.getByTestId('reply').fill('Hello Ada, which colour does the reader blink in?')
    await thread.getByTestId('reply-send').click()
    const answer = await on.employee.sees('which colour does the reader blink in?')
    assert.match(await answer.innerText(), new RegExp(`${sam.name} of IT`))
    await on.employee.say('Red, three times, and then nothing')
    await on.employee.sees(`Passed on to IT (ticket ${ticket})`)
    await thread.getByText(`${ada.name}: Red, three times, and then nothing`).waitFor()
    await browser.page.setViewportSize({ width: 1280, height: 1240 })
    await thread.getByTestId('reply').scrollIntoViewIfNeeded()
    await picture(browser.page, 'it-thread-in-slack')
    await browser.page.setViewportSize({ width: 1280, height: 800 })
  })

  it('passes no code on to IT, and what looks like markup as text', async () => {
    await on.employee.say(readOut)
    await on.employee.sees('I did not pass that on, because it looks like a one-time code')
    await on.employee.say(hostile)
    await thread.getByText(`${ada.name}: ${hostile}`, { exact: true }).waitFor()
    assert.ok(!(await on.channel.root.innerText()).includes(readOut))
  })

  it('closes her ticket when IT resolves the thread, and tells her what was done', async () => {
    await thread.getByLabel('When it is resolved').fill('The badge was blocked; it opens doors again')
    await thread.getByRole('button', { name: 'Resolve', exact: true }).click()
    await thread.getByText(`Resolved by ${sam.name}`).waitFor()
    const told = await on.employee.sees(`Ticket ${ticket} is resolved`)
    assert.match(await told.innerText(), new RegExp(`${sam.name} of IT: The badge was blocked`))
    await on.employee.say('my tickets')
    const list = await on.employee.sees('My requests')
    assert.match(await list.innerText(), new RegExp(`${ticket} Somebody asks for a person\\s+closed`))
    await thread.getByTestId('reply').fill('One more thing')
    await thread.getByTestId('reply-send').click()
    await thread.getByText('This thread is resolved').waitFor()
  })

  it('kept every secret out of both chats and out of its output', async () => {
    const transcript = async (chat: 'teams' | 'slack') => ({
      name: chat,
      text: await (
        await browser.page.request.get(new URL(`/practice/api/${chat}/transcript`, practice.url).href)
      ).text(),
    })
    const dumps = [await transcript('teams'), await transcript('slack')]
    assert.ok(dumps.every(({ text }) => text.includes('The badge was blocked')))
    assert.deepEqual(secrets.map(({ kind }) => kind).sort(), ['code', 'code', 'code', 'password', 'seed'])
    assert.deepEqual(findSecrets(secrets, [...dumps, { name: 'output', text: practice.output() }]), [])
    // What Ada wrote herself is found: the search can find something.
    assert.notDeepEqual(findSecrets([{ kind: 'code', value: readOut }], dumps), [])
  })

  it('made no page complain: no error, no violation of a content security policy', () => {
    assert.deepEqual(browser.faults, [])
  })

  it('ends in good order, and leaves nothing running', async () => {
    await browser.close()
    assert.deepEqual(await practice.close(), { code: 0, left: [] })
  })
})
