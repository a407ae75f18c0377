import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { type Browser, controlsOf, openBrowser } from '../support/browser.ts'
import { numberIn } from '../support/enrol.ts'
import { type Phone, phoneFrom } from '../support/phone.ts'
import { freshCodeForPicture, fromTheTop, picture } from './pictures.ts'
import { anotherThan, codeOn, eventually, type PracticePage, practicePage } from './practice-page.ts'
import { type PracticeProcess, startPractice } from './practice-process.ts'

const { ada, tomas, financeManager, maya, ravi, lucas } = wellKnown
const minute = 60_000
/** What Ada knew before she forgot it. */
const oldPassword = 'Amber-Window-Field-31'
const temporary = /^[A-Z][a-z]+-\d{3}(-[A-Z][a-z]+){4}$/m

describe('the practice company, as a newcomer meets it', function () {
  this.timeout(3 * minute)
  let practice: PracticeProcess
  let browser: Browser
  let on: PracticePage
  /** An authenticator that knows the key Ada's phone has scanned: a second opinion on what that phone shows. */
  let authenticator: Phone
  /** How far the company's clock has been moved. */
  let ahead = 0
  /** The code with which she set it up. */
  let firstCode = ''
  /** Every temporary password that was shown. */
  const shown: string[] = []

  before(async function () {
    this.timeout(4 * minute)
    practice = await startPractice(3 * minute)
    browser = await openBrowser({ width: 1280, height: 800 })
    on = practicePage(browser.page)
  })
  after(async () => {
    await browser?.close()
    await practice?.close()
  })

  async function moveClock(page: PracticePage, by: '1m' | '15m'): Promise<void> {
    await page.moveClock(by)
    ahead += Number.parseInt(by, 10) * minute
  }

  /** The code on the phone, once it is the right one for the company's time. */
  async function codeFrom(where: Locator): Promise<string> {
    await freshCodeForPicture(where)
    let code = ''
    await eventually(async () => {
      code = await codeOn(where)
      return code === authenticator.code()
    }, 'the phone shows the right code')
    return code
  }

  /** Opens the window with the temporary password and reads it, as its person does. */
  async function readPassword(): Promise<string> {
    await on.employee.sees('Thank you, I know it is you')
    await on.employee.press('Show my temporary password')
    await on.window.getByText('It is shown only here and only now').waitFor()
    const text = await on.window.getByTestId('dialog-card').innerText()
    const [password] = text.match(temporary) ?? []
    assert.ok(password, 'the window shows a password')
    shown.push(password)
    return password
  }

  async function closeWindow(): Promise<void> {
    await on.window.getByTestId('dialog-close').click()
    await on.window.waitFor({ state: 'detached' })
  }

  async function askForReset(): Promise<void> {
    await on.employee.say('I forgot my password')
    await on.employee.sees('make sure that it is you')
    await on.employee.press('A code from my authenticator app')
    await on.employee.sees('Enter the code')
  }

  /** Every control, this one among them, has a name that a screen reader can say. */
  async function everythingHasAName(amongThem: string, page = browser.page): Promise<void> {
    const controls = await controlsOf(page)
    assert.ok(
      controls.some(({ name }) => name === amongThem),
      `${amongThem} is not among ${JSON.stringify(controls)}`,
    )
    assert.deepEqual(
      controls.filter(({ name }) => name === ''),
      [],
    )
  }

  it('prints its address after an empty start, and opens there on an employee and her manager', async () => {
    console.log(`      address after ${practice.secondsToAddress.toFixed(1)} s`)
    await on.open(practice.url)
    assert.equal(await on.employee.root.getByTestId('person-picker').inputValue(), ada.name)
    assert.equal(await on.manager.root.getByTestId('person-picker').inputValue(), maya.name)
    await everythingHasAName('Break it')
  })

  it('can be talked to with the keyboard alone', async () => {
    const { page } = browser
    const box = on.employee.root.getByTestId('compose')
    const hasFocus = () => box.evaluate((one) => one.matches(':focus'))
    for (let press = 0; !(await hasFocus()); press++) {
      assert.ok(press < 30, 'thirty times Tab reach the message box')
      await page.keyboard.press('Tab')
    }
    await page.keyboard.type('help')
    await page.keyboard.press('Enter')
    await on.employee.sees('What can I do for you?')
  })

  it('sets up an authenticator: the phone scans, the code is typed', async () => {
    await on.employee.say('I need to set up my authenticator app')
    await on.employee.sees('Set up your authenticator app')
    await on.employee.press('Show the key')
    await on.window.getByTestId('phone-scan').click()
    const text = await on.window.getByTestId('dialog-card').innerText()
    authenticator = phoneFrom({ title: '', text, images: [], buttons: [] }, () => new Date(Date.now() + ahead))
    firstCode = await codeFrom(on.window)
    await on.window.getByLabel('The code your app shows now').fill(firstCode)
    await everythingHasAName('The code your app shows now')
    await picture(browser.page, 'enrolment')
    await on.window.getByRole('button', { name: 'Confirm' }).click()
    await on.window.waitFor({ state: 'detached' })
    await on.employee.sees('Your authenticator is set up')
    assert.doesNotMatch(await browser.page.content(), /data:image\/png/, 'the QR code is off the page')
  })

  it('lets the manager vouch: she picks the number that the employee sees', async () => {
    await on.employee.press('Ask my manager')
    const card = await on.employee.sees('Ask your manager to confirm')
    const number = numberIn(await card.innerText())
    await on.manager.sees(`Is this really ${ada.name}?`)
    await browser.page.locator('[data-testid=step-1].done').waitFor()
    await on.employee.putAway('phone')
    await picture(browser.page, 'manager-confirms')
    await on.manager.press(number)
    await on.manager.reads('You confirmed. Thank you.')
    await on.employee.sees('counts from now on')
    await on.auditRows('approve-totp', 'event').first().waitFor()
  })

  for (const { name } of [lucas, ravi])
    it(`refuses ${name}, whose account has power over others, and tells IT`, async () => {
      await on.employee.sits(name)
      await on.employee.say('I forgot my password')
      const refusal = await on.employee.sees('I cannot do that')
      assert.match(await refusal.innerText(), /IT has been told: incident \d+/)
      const incident = await on.channel.sees(name)
      assert.match(await incident.innerText(), /Refused: a password reset/)
      await on.fact('Sign-in').getByText('allowed').waitFor()
      await on
        .auditRows('reset-password', 'event')
        .filter({ hasText: name })
        .getByText('refused', { exact: true })
        .waitFor()
      await fromTheTop(incident)
      if (name === ravi.name) await picture(browser.page, 'privileged-refusal')
    })

  it('takes the code of the phone, but none that was used already', async () => {
    await on.employee.sits(ada.name)
    const { href } = new URL(`/practice/api/tenant/users/${ada.id}/password`, practice.url)
    await browser.page.request.put(href, { data: { password: oldPassword } })
    await on.employee.take('sign-in')
    assert.match(await on.signIn(on.employee.root, oldPassword), /Signed in/)
    await on.employee.take('phone')
    await askForReset()
    await on.enterCode(firstCode)
    await on.employee.reads(/That code has been used|That is not right/)
    await moveClock(on, '1m')
    await on.enterCode(await codeFrom(on.employee.root))
    await on.employee.reads('Thank you, the code is right.')
  })

  it('shows a temporary password that signs in, and must be changed at once', async () => {
    const password = await readPassword()
    await browser.page.locator('[data-testid=step-2].done').waitFor()
    assert.match(await on.signIn(on.window, password), /It must be changed now/)
    await everythingHasAName('Password')
    await picture(browser.page, 'temporary-password')
    assert.match(await on.signIn(on.window, oldPassword), /That is not the password/)
    assert.match(await on.signIn(on.window, anotherThan(password)), /That is not the password/)
    await closeWindow()
    await on.employee.sees('Sign in with the temporary password now')
    await on.employee.reads('Your password was reset')
    await on.fact('At next sign-in').getByText('must change it').waitFor()
    await browser.page.getByText('That was a whole reset.').waitFor()
    assert.ok(!(await browser.page.content()).includes(password), 'the password is off the page')
  })

  it('shows before and after in the audit trail, whose chain is whole', async () => {
    const before = await on.auditRows('reset-password', 'intent').first().innerText()
    assert.match(before, /about to\s+Ada Lindqvist, at their own request; proved by a code/)
    const after = await on.auditRows('reset-password', 'outcome').first().innerText()
    assert.match(after, /done\s+Ada Lindqvist/)
    await browser.page.getByTestId('audit-verify').click()
    await browser.page.getByText(/Audit chain whole: \d+ rows/).waitFor()
    await on.employee.take('phone')
    await codeFrom(on.employee.root)
    await picture(browser.page, 'practice-desktop')
  })

  it('fits a telephone: the same conversation, one pane at a time', async () => {
    const page = await browser.context.newPage()
    await page.setViewportSize({ width: 390, height: 844 })
    const small = practicePage(page)
    await small.open(practice.url)
    await moveClock(small, '15m')
    await small.employee.say('I forgot my password')
    await small.employee.sees('make sure that it is you')
    await small.employee.press('A code from my authenticator app')
    await small.employee.sees('Enter the code')
    await small.employee.take('phone')
    const code = await codeFrom(small.employee.root)
    await everythingHasAName('Check the code', page)
    await picture(page, 'practice-phone')
    await small.enterCode(code)
    await small.employee.sees('Thank you, I know it is you')
    await small.employee.press('Cancel')
    await small.employee.reads('Cancelled')
    await page.getByTestId('tab-happened').click()
    await page.getByText('Ada Lindqvist in the directory').waitFor()
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, 'nothing sticks out')
    await page.close()
  })

  it('locks the code after five wrong ones, and says for how long', async () => {
    await moveClock(on, '15m')
    await askForReset()
    await on.employee.take('phone')
    const wrong = anotherThan(await codeFrom(on.employee.root))
    for (let left = 4; left >= 1; left--) {
      await on.enterCode(wrong)
      await on.employee.reads(new RegExp(`${left} (tries are|try is) left`))
    }
    await on.enterCode(wrong)
    await on.employee.reads('Too many wrong codes')
    await on.employee.sees('open again in 15 minutes')
    await on.employee.sees('Ask your manager to confirm')
    await on.employee.putAway('phone')
    await picture(browser.page, 'wrong-codes')
    await on.employee.say('cancel')
    await on.employee.sees('Cancelled')
  })

  it('resets for a colleague whose manager confirms, and tells the second mailbox', async () => {
    await on.employee.sits(tomas.name)
    await on.manager.sits(financeManager.name)
    await on.employee.say('I forgot my password')
    const card = await on.employee.sees('Ask your manager to confirm')
    await on.manager.sees(`Is this really ${tomas.name}?`)
    await on.manager.press(numberIn(await card.innerText()))
    await on.manager.reads('You confirmed. Thank you.')
    const password = await readPassword()
    assert.match(await on.signIn(on.window, password), /It must be changed now/)
    await closeWindow()
    await on.employee.take('mail')
    const mail = on.employee.root.getByTestId('mail-item')
    await mail.getByText('Your password was reset').waitFor()
    assert.ok(!(await mail.innerText()).includes(password), 'no password in the mail')
  })

  it('protects the account from the link in the mail, once, and only when the button there is pressed', async () => {
    const link = on.employee.root.getByTestId('mail-item').getByRole('link')
    const opened = browser.context.waitForEvent('page')
    await link.click()
    const notMe = await opened
    await notMe.getByRole('heading', { name: 'Was this not you?' }).waitFor()
    await everythingHasAName('This wasn’t me: protect my account', notMe)
    await on.fact('Sign-in').getByText('allowed').waitFor()
    await notMe.getByRole('button').click()
    await notMe.getByText(/^Sign-in to your account is blocked\./).waitFor()
    await on.fact('Sign-in').getByText('blocked').waitFor()
    await on.employee.take('sign-in')
    assert.match(await on.signIn(on.employee.root, shown.at(-1) ?? ''), /Sign-in to this account is blocked/)
    const incident = await on.channel.sees(tomas.name)
    assert.match(await incident.innerText(), /"This was not me"/)
    await notMe.reload()
    await notMe.getByRole('button').click()
    await notMe.getByText('This was used already.').waitFor()
    await notMe.close()
  })

  it('protects the account from the button in the chat', async () => {
    await on.employee.sits(ada.name)
    await on.manager.sits(maya.name)
    const notice = on.employee.root.getByTestId('message').filter({ hasText: 'Your password was reset' })
    await notice.getByRole('button', { name: "This wasn't me" }).click()
    await notice.getByText(/^Sign-in to your account is blocked\./).waitFor()
    const incident = await on.channel.sees(ada.name)
    assert.match(await incident.innerText(), /"This was not me"/)
    await on.fact('Sign-in').getByText('blocked').waitFor()
    await on.employee.take('sign-in')
    assert.match(await on.signIn(on.employee.root, shown[0] ?? ''), /Sign-in to this account is blocked/)
    await on.employee.putAway('sign-in')
    await browser.page.getByTestId('audit-verify').click()
    await browser.page
      .getByText(`Audit chain whole: ${await browser.page.getByTestId('audit-row').count()} rows`)
      .waitFor()
    await fromTheTop(notice)
    await fromTheTop(incident)
    await picture(browser.page, 'not-me')
  })

  it('has an intent and an outcome for every change, in a chain that is whole', async () => {
    for (const action of ['reset-password', 'protect-account'])
      for (const kind of ['intent', 'outcome'] as const) {
        await on.auditRows(action, kind).nth(1).waitFor()
        assert.equal(await on.auditRows(action, kind).count(), 2, `${kind}s of ${action}`)
      }
    const rows = await browser.page.getByTestId('audit-row').count()
    await browser.page.getByTestId('audit-verify').click()
    await browser.page.getByText(`Audit chain whole: ${rows} rows`).waitFor()
  })

  it('wrote no password into its output', () => {
    assert.equal(shown.length, 2)
    for (const password of shown) assert.ok(!practice.output().includes(password))
  })

  it('made no page complain: no error, no violation of a content security policy', async () => {
    assert.deepEqual(browser.faults, [])
    // The same ears hear a script that the policy forbids.
    const forbidden = `document.body.append(Object.assign(document.createElement('script'), { textContent: 'void 0' }))`
    await browser.page.evaluate(forbidden)
    await eventually(
      async () => browser.faults.some((one) => one.includes('script-src-elem')),
      'the violation is heard',
    )
  })

  it('ends in good order, and leaves nothing running', async () => {
    await browser.close()
    assert.deepEqual(await practice.close(), { code: 0, left: [] })
    await assert.rejects(fetch(practice.url))
  })
})
