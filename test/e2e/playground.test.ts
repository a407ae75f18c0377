import assert from 'node:assert/strict'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { numberIn } from '../support/enrol.ts'
import { type Phone, phoneFrom } from '../support/phone.ts'
import { picture } from './pictures.ts'
import { type PlaygroundPage, playgroundPage } from './playground-page.ts'
import { eventually, type PracticePage, practicePage } from './practice-page.ts'
import { type PracticeProcess, startPractice } from './practice-process.ts'

const { ada } = wellKnown
const minute = 60_000
const temporary = /^[A-Z][a-z]+-\d{3}(-[A-Z][a-z]+){4}$/m

describe("Microsoft's Agents Playground, where Ada sits while her manager sits at the practice page", function () {
  this.timeout(3 * minute)
  let practice: PracticeProcess
  let browser: Browser
  let playground: PlaygroundPage
  let colleagues: PracticePage
  let phone: Phone
  /** The temporary password that was shown. */
  let shown = ''
  let closed = false

  before(async function () {
    this.timeout(4 * minute)
    practice = await startPractice(3 * minute, ['--playground'])
    const address = () => practice.output().match(/^Agents Playground: (http:\S+)$/m)?.[1] ?? ''
    await eventually(async () => address() !== '', 'the address of the playground')
    browser = await openBrowser({ width: 1280, height: 800 })
    playground = playgroundPage(browser.page)
    await playground.open(address())
  })
  after(async () => {
    await browser?.close()
    if (!closed) await practice?.close()
  })

  async function signIn(password: string): Promise<string> {
    const answer = await fetch(new URL('/practice/api/sign-in', practice.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userPrincipalName: 'ada.lindqvist@nordwind.example', password }),
    })
    const { outcome } = (await answer.json()) as { outcome: string }
    return outcome
  }

  it('greets her by itself, since the playground says that it was installed', async () => {
    await playground.sees('I am HelpBot')
    // Afterwards only: on the practice page Ada has a chat of her own, and she is greeted once.
    colleagues = practicePage(await browser.context.newPage())
    await colleagues.open(practice.url)
    await browser.page.bringToFront()
  })

  it('sets up an authenticator: the window shows a QR code and a key, and takes the code', async () => {
    await playground.say('I need to set up my authenticator app')
    await playground.sees('Set up your authenticator app')
    const window = await playground.openWindow('Show the key')
    const qr = window.getByRole('img', { name: /QR code/ })
    await eventually(() => qr.evaluate((image) => Reflect.get(image, 'naturalWidth') > 100), 'the QR code is drawn')
    phone = phoneFrom({ title: '', text: await window.innerText(), images: [], buttons: [] }, () => new Date())
    await window.getByLabel('The code your app shows now').fill('000000')
    await window.getByRole('button', { name: 'Confirm' }).click()
    await window.getByText('That is not right').waitFor()
    await window.getByLabel('The code your app shows now').fill(phone.code())
    await window.getByRole('button', { name: 'Confirm' }).click()
    await window.getByText('You can close this window').waitFor()
    await playground.closeWindow()
    await playground.sees('Your authenticator is set up')
  })

  it('shows her the number that her manager, in the other client, picks', async () => {
    await playground.press('Ask my manager')
    const card = await playground.sees('Ask your manager to confirm')
    const number = numberIn(await card.innerText())
    await colleagues.manager.sees(`Is this really ${ada.name}?`)
    await colleagues.manager.press(number)
    await colleagues.manager.reads('You confirmed. Thank you.')
    await playground.sees('counts from now on')
  })

  it('shows a temporary password in the window, and it signs in', async () => {
    await playground.say('I forgot my password')
    await playground.sees('make sure that it is you')
    await playground.press('A code from my authenticator app')
    const card = await playground.sees('Enter the code')
    await card.getByLabel('Six-digit code').fill(phone.code(1))
    await playground.press('Check the code')
    await playground.sees('Thank you, I know it is you')
    const window = await playground.openWindow('Show my temporary password')
    const [password] = (await window.innerText()).match(temporary) ?? []
    assert.ok(password, 'the window shows a password')
    shown = password
    await picture(browser.page, 'playground')
    await playground.closeWindow()
    await playground.sees('Sign in with the temporary password now')
    await playground.sees('Your password was reset')
    assert.equal(await signIn(password), 'must-change')
    assert.equal(await signIn(`${password}x`), 'wrong')
    assert.ok(!(await browser.page.locator('#root').innerText()).includes(password), 'the chat keeps no password')
  })

  it('keeps no password in any chat of the practice company', async () => {
    const transcript = await fetch(new URL('/practice/api/teams/transcript', practice.url)).then((answer) =>
      answer.text(),
    )
    assert.ok(transcript.includes(`Is this really ${ada.name}?`))
    assert.ok(shown !== '' && !transcript.includes(shown))
  })

  it('ends with Ctrl+C and leaves nothing running', async () => {
    closed = true
    assert.deepEqual(await practice.close(), { code: 0, left: [] })
  })
})
