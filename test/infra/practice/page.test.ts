import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { z } from 'zod'
import { itChannelId } from '../../../infra/practice/teams/identifiers.ts'
import {
  ada,
  gil,
  hardToRead,
  hostile,
  markup,
  maya,
  type PageTest,
  ravi,
  sam,
  startPageTest,
  tomas,
} from './page-fixtures.ts'

const pictures = fileURLToPath(new URL('../../../infra/screenshots/', import.meta.url))
const pane = (page: Page, slot: string) => page.getByTestId(`pane-${slot}`)
const messages = (where: Locator) => where.getByTestId('message')

/** Runs in the page: what has the focus, and whether one can see that. */
const focused = `(() => {
  const one = document.activeElement
  const label = one.getAttribute('aria-label') ?? one.getAttribute('placeholder') ?? one.textContent
  return { label: label.trim(), isSeen: one === document.body || getComputedStyle(one).outlineStyle !== 'none' }
})()`

/** Keeps a picture when asked to (HELPBOT_SCREENSHOTS=1): a test run alone changes no file of the repository. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env.HELPBOT_SCREENSHOTS) await page.screenshot({ path: `${pictures}practice-${name}.png` })
}

describe('the practice page', function () {
  this.timeout(180_000)
  let test: PageTest
  let page: Page
  let botServer: Server
  const seen: { url: string; headers: NodeJS.Dict<string | string[]> }[] = []

  before(async () => {
    botServer = createServer((request, response) => {
      seen.push({ url: request.url ?? '', headers: request.headers })
      response.setHeader('connection', 'close, x-hop').setHeader('x-hop', 'one').setHeader('x-kept', 'two')
      request.resume().on('end', () => response.end('the bot says hello'))
    }).listen(0, '127.0.0.1')
    await once(botServer, 'listening')
    const { port } = botServer.address() as AddressInfo
    test = await startPageTest(() => `http://127.0.0.1:${port}`)
    page = await test.openPage()
  })
  after(async () => {
    await test.close()
    botServer.closeAllConnections()
    await new Promise((resolve) => botServer.close(resolve))
  })

  const say = async (slot: string, text: string) => {
    await pane(page, slot).getByTestId('compose').fill(text)
    await pane(page, slot).getByTestId('compose').press('Enter')
  }

  it('has types of its own that hold', () => {
    const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))
    const project = fileURLToPath(new URL('../../../infra/practice/page', import.meta.url))
    execFileSync(process.execPath, [tsc, '--noEmit', '-p', project], { stdio: 'pipe' })
  })

  it('names the company, says that nothing is real, and puts an employee beside her manager and IT', async () => {
    assert.equal(await page.title(), 'Nordwind Foods — practice company')
    assert.equal(await page.getByTestId('banner').textContent(), 'Practice company: nothing here is real')
    assert.equal(await pane(page, 'employee').getByTestId('person-picker').inputValue(), ada.name)
    assert.equal(await pane(page, 'manager').getByTestId('person-picker').inputValue(), maya.name)
    await pane(page, 'it').getByRole('heading', { name: 'IT Help Desk' }).waitFor()
    await picture(page, 'first-look')
  })

  it('sends a suggestion and shows the card that comes back', async () => {
    const employee = pane(page, 'employee')
    await employee.getByRole('button', { name: 'I forgot my password' }).click()
    await employee.getByTestId('card').getByText('Enter the code of your authenticator app').waitFor()
    await employee.getByTestId('invitation').waitFor({ state: 'hidden' })
    assert.equal(await messages(employee).first().getByText('I forgot my password').isVisible(), true)
  })

  it('checks the inputs of a card, sends Action.Execute to the bot, and draws the card that answers', async () => {
    const card = pane(page, 'employee').getByTestId('card').last()
    await card.getByRole('button', { name: 'Check the code' }).click()
    await card.getByText('Please type the six digits.').waitFor()
    test.bot.activities.length = 0
    await card.getByLabel('Six-digit code').fill('000000')
    await card.getByRole('button', { name: 'Check the code' }).click()
    await card.getByText('That was not right.').waitFor()
    const invoke = test.bot.activities.find(({ name }) => name === 'adaptiveCard/action')
    assert.equal(invoke?.from?.aadObjectId, ada.id)
    assert.equal(invoke?.value.action.verb, 'answer')
    assert.equal(invoke?.value.action.data.code, '000000')
    assert.equal(await card.getByRole('button').count(), 0)
  })

  it('opens a dialog with a QR code beside the phone, which scans it and shows the very code of the seed', async () => {
    const employee = pane(page, 'employee')
    await say('employee', 'I have a new phone')
    await employee.getByRole('button', { name: 'Show the key' }).click()
    const window = page.getByTestId('dialog')
    await window.getByRole('heading', { name: 'Your authenticator app', exact: true }).waitFor()
    await picture(page, 'dialog-qr-code')
    await window.getByTestId('phone-scan').click()
    const code = window.getByTestId('phone-code')
    await code.waitFor()
    // Between two looks the step may end; the phone follows at once, so ask until both looked at the same one.
    await agree(async () => {
      const before = test.codeNow()
      const shown = (await code.textContent())?.replaceAll(' ', '')
      return shown === before && before === test.codeNow()
    })
    await picture(page, 'phone-code')
  })

  it('keeps the dialog open on a wrong code, and closes it on the right one', async () => {
    const window = page.getByTestId('dialog')
    await window.getByLabel('The code your app shows now').fill('000000')
    await window.getByRole('button', { name: 'Confirm' }).click()
    await window.getByText('That code is not right.').waitFor()
    await window.getByLabel('The code your app shows now').fill(test.codeNow())
    await window.getByRole('button', { name: 'Confirm' }).click()
    await window.waitFor({ state: 'detached' })
    await pane(page, 'employee').getByText('Your authenticator app is set up.').waitFor()
    const left = await page.content().then((html) => html.includes('data:image/png'))
    assert.equal(left, false, 'the QR code is off the page')
  })

  it('closes a dialog with Escape and gives the focus back', async () => {
    const show = pane(page, 'employee').getByRole('button', { name: 'Show the key' })
    await show.focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('dialog').waitFor()
    for (let press = 0; press < 12; press++) {
      await page.keyboard.press('Tab')
      const inside = await page.evaluate(
        'document.activeElement === document.body || document.activeElement.closest("dialog") !== null',
      )
      assert.equal(inside, true, 'the focus stays in the dialog')
    }
    await page.keyboard.press('Escape')
    await page.getByTestId('dialog').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Show the key')
  })

  it('follows the clock of the company, and phones are people’s own', async () => {
    await page.getByTestId('break-it').getByText('Break it').click()
    await page.getByTestId('clock-forward-15m').click()
    await page.getByText('The company lives 15 minutes ahead.').waitFor()
    assert.equal(test.clockOffset(), 15 * 60_000)
    await picture(page, 'break-it')
    await page.getByTestId('break-it').getByText('Break it').click()
    const code = pane(page, 'employee').getByTestId('phone-code')
    await agree(async () => (await code.textContent())?.replaceAll(' ', '') === test.codeNow())
    await pane(page, 'manager').getByTestId('phone-toggle').click()
    assert.equal(await pane(page, 'manager').getByTestId('phone-code').count(), 0)
    await pane(page, 'manager').getByTestId('phone-scan').click()
    await pane(page, 'manager').getByText('There is no QR code on screen.').waitFor()
    await pane(page, 'employee').getByTestId('phone-lose').click()
    await code.waitFor({ state: 'detached' })
  })

  it('shows what a person wrote and what the bot wrote as text, never as markup', async () => {
    await say('manager', `${markup} **stars** markup`)
    const manager = pane(page, 'manager')
    await manager.getByText(`${markup} **stars** markup`).waitFor()
    await manager.getByTestId('card').waitFor()
    assert.equal(await manager.locator('strong', { hasText: 'Bold' }).count(), 1)
    assert.equal(await manager.getByRole('link').count(), 1)
    assert.equal(await manager.getByRole('link', { name: 'safe' }).getAttribute('rel'), 'noopener noreferrer')
    assert.equal(await manager.locator('img').count(), 0)
    assert.equal(await page.evaluate('"hurt" in window'), false)
  })

  it('finds people by name, with what is special about them', async () => {
    const manager = pane(page, 'manager')
    await manager.getByTestId('person-picker').click()
    await page.getByRole('option').nth(20).waitFor()
    await manager.getByTestId('person-picker').fill('ravi')
    const administrator = page.getByRole('option', { name: ravi.name })
    await administrator.getByText('Admin', { exact: true }).waitFor()
    await administrator.getByText('HelpBot must refuse').waitFor()
    await manager.getByTestId('person-picker').fill('a guest')
    await page.getByRole('option', { name: gil.name }).getByText('Guest', { exact: true }).waitFor()
    await manager.getByTestId('person-picker').fill('e')
    await page.getByRole('option').nth(20).waitFor()
    await picture(page, 'person-picker')
    await manager.getByTestId('person-picker').fill('hostile')
    await page.keyboard.press('Enter')
    await manager.locator('.picker-about').getByText('Tester, IT').waitFor()
    assert.equal(await manager.getByTestId('person-picker').inputValue(), hostile.name)
    assert.equal(await messages(manager).count(), 0, 'the other person’s chat is gone')
    await manager.getByTestId('person-picker').fill(maya.name)
    await page.keyboard.press('Enter')
    await manager.getByText(`${markup} **stars** markup`).waitFor()
  })

  it('says in words what came of signing in', async () => {
    const employee = pane(page, 'employee')
    await employee.getByTestId('sign-in-toggle').click()
    const outcome = employee.getByTestId('signin-outcome')
    const signIn = async (password: string) => {
      await employee.getByTestId('signin-password').fill(password)
      await employee.getByTestId('signin-submit').click()
    }
    await test.tenant.control.setPassword(ada.id, 'Quiet-Harbour-42', { mustChange: false })
    await signIn('wrong one')
    await outcome.getByText('That is not the password.').waitFor()
    await signIn('Quiet-Harbour-42')
    await outcome.getByText('Signed in. The password works.').waitFor()
    test.tenant.control.editUser(ada.id, { accountEnabled: false })
    await signIn('Quiet-Harbour-42')
    await outcome.getByText('Sign-in to this account is blocked.').waitFor()
    test.tenant.control.editUser(ada.id, { accountEnabled: true })
    await test.tenant.control.setPassword(ada.id, 'Brisk-Lantern-77', { mustChange: true })
    await signIn('Brisk-Lantern-77')
    await outcome.getByText('The password is right. It must be changed now').waitFor()
  })

  it('tells live what happened: audit rows, the directory, mail; and ticks the steps off', async () => {
    const event = { kind: 'outcome', outcome: 'done', actor: ada.id, target: ada.id, proofs: [{ method: 'totp' }] }
    test.rows.push(
      {
        seq: 1,
        at: '2026-11-21T10:00:00.000Z',
        hash: 'abcdef0123',
        event: { ...event, action: 'enrol-totp', kind: 'event' },
      },
      {
        seq: 2,
        at: '2026-11-21T10:01:00.000Z',
        hash: '1234567890',
        event: { ...event, action: 'reset-password', kind: 'intent', outcome: undefined },
      },
      { seq: 3, at: '2026-11-21T10:01:01.000Z', hash: 'fedcba9876', event: { ...event, action: 'reset-password' } },
    )
    const story = pane(page, 'happened')
    await story.getByTestId('audit-row').nth(2).waitFor()
    const newest = story.getByTestId('audit-row').first()
    assert.match(
      (await newest.textContent()) ?? '',
      /Reset the password done.*Ada Lindqvist.*proved by a code.*#3 fedcba98/,
    )
    await pane(page, 'employee').getByTestId('compose').focus()
    await story.getByText('must change it').waitFor()
    assert.equal(await page.getByTestId('step-1').getAttribute('class'), 'done')
    assert.equal(await page.getByTestId('step-2').getAttribute('class'), 'done')
    assert.equal(await page.getByTestId('step-3').getAttribute('class'), null)
    const employee = pane(page, 'employee')
    await employee.getByTestId('signin-password').fill('Brisk-Lantern-77')
    await employee.getByTestId('signin-submit').click()
    await page.getByText('That was a whole reset.').waitFor()
    await story.getByTestId('audit-verify').click()
    await story.getByText('Audit chain whole: 3 rows').waitFor()
    assert.deepEqual(await page.evaluate(hardToRead), [])
    await picture(page, 'what-happened')
  })

  it('shows the second mailbox of a person, its links to be followed', async () => {
    const manager = pane(page, 'manager')
    await manager.getByTestId('mail-toggle').click()
    await manager.getByText('The directory knows no second mailbox of this person.').waitFor()
    await manager.getByTestId('person-picker').fill(tomas.name)
    await page.keyboard.press('Enter')
    await manager.getByText('No mail yet.').waitFor()
    const text = `Not you? ${test.door.url}/not-me#abc. ${markup}`
    test.mails.push({ at: '2026-11-21T10:01:02.000Z', subject: 'Your password was reset', text })
    const mail = manager.getByTestId('mail-item')
    await mail.getByText(markup).waitFor()
    assert.equal(await mail.getByRole('link').getAttribute('href'), `${test.door.url}/not-me#abc`)
    await picture(page, 'mail')
    await manager.getByTestId('mail-toggle').click()
    await manager.getByTestId('person-picker').fill(maya.name)
    await page.keyboard.press('Enter')
    await manager.getByText(`${markup} **stars** markup`).waitFor()
  })

  it('shows the channel with its threads', async () => {
    const it = pane(page, 'it')
    await it.getByTestId('side-teams').click()
    await say('it', 'Is anybody locked out?')
    await messages(it).filter({ hasText: 'Is anybody locked out?' }).first().waitFor()
    await it.getByText('You said:').waitFor()
    const posted = test.bot.teams.client.conversation(itChannelId).messages[0]
    assert.equal(posted?.from.personId, sam.id)
    await it.getByRole('button', { name: 'Reply' }).first().click()
    await it.getByPlaceholder(`Answer as ${sam.name}`).fill('Nobody, then.')
    await it.getByTestId('reply').press('Enter')
    await agree(async () =>
      test.bot.teams.client
        .conversation(itChannelId)
        .messages.some((one) => one.text.includes('Nobody') && one.threadId === posted?.id),
    )
  })

  it('breaks things on request', async () => {
    await page.getByTestId('break-it').getByText('Break it').click()
    await page.getByTestId('fault-503').click()
    await page.getByText('Microsoft Graph is now: unavailable (503).').waitFor()
    await page.getByTestId('bot-kill').click()
    await page.getByText('Killed in mid-sentence.').waitFor()
    const faults = test.tenant.control.faults.list()
    assert.equal(
      faults.some((one) => one.class === 'password' && one.kind === '503' && one.times === 'always'),
      true,
    )
    await page.getByTestId('fault-none').click()
    await page.getByText('Microsoft Graph works again.').waitFor()
    assert.deepEqual(test.tenant.control.faults.list(), [])
    assert.deepEqual(test.kills, ['SIGKILL'])
    await page.getByTestId('break-it').getByText('Break it').click()
  })

  it('can be used with the keyboard alone', async () => {
    const fresh = await test.openPage()
    const visited: string[] = []
    for (let press = 0; press < 40; press++) {
      await fresh.keyboard.press('Tab')
      const at = z.object({ label: z.string(), isSeen: z.boolean() }).parse(await fresh.evaluate(focused))
      assert.equal(at.isSeen, true, `the focus on "${at.label}" can be seen`)
      visited.push(at.label)
    }
    const order = ['Break it', 'Phone', 'Employee: choose a person', 'Write to HelpBot', 'Manager: choose a person']
    const found = order.map((label) => visited.indexOf(label))
    assert.equal(found.includes(-1), false, `visited: ${visited.join(' | ')}`)
    assert.deepEqual(
      found,
      found.toSorted((one, other) => one - other),
    )
  })

  it('fits a phone, one pane at a time', async () => {
    const small = await test.openPage({ width: 390, height: 844, dark: true })
    await picture(small, 'small')
    assert.equal(await pane(small, 'manager').isVisible(), false)
    await small.getByTestId('tab-manager').click()
    assert.equal(await pane(small, 'employee').isVisible(), false)
    await pane(small, 'manager').getByTestId('compose').fill('hello')
    await pane(small, 'manager').getByTestId('send').click()
    await pane(small, 'manager').getByText('You said:').last().waitFor()
    const isWider = await small.evaluate('document.documentElement.scrollWidth > window.innerWidth')
    assert.equal(isWider, false, 'nothing sticks out')
    await small.getByTestId('tab-employee').click()
    await pane(small, 'employee').getByRole('button', { name: 'Show the key' }).click()
    await small.getByTestId('dialog').getByTestId('phone-scan').click()
    await small.getByTestId('dialog').getByTestId('phone-code').waitFor()
    await picture(small, 'small-dialog')
  })

  it('looks right in the dark', async () => {
    const dark = await test.openPage({ dark: true })
    const background = await dark.evaluate('getComputedStyle(document.body).backgroundColor')
    assert.equal(background, 'rgb(15, 15, 15)')
    assert.deepEqual(await dark.evaluate(hardToRead), [])
    await picture(dark, 'dark')
  })

  it('loads nothing from elsewhere and runs no script but its own', async () => {
    const answer = await fetch(`${test.door.url}/practice`)
    const policy = answer.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
    assert.doesNotMatch(policy, /unsafe/)
    for (const path of [
      '/practice/page/..%2Ffront-door.ts',
      '/practice/page/tsconfig.json',
      '/practice/page/slack/..%2F..%2Ffront-door.ts',
      '/practice/page/other/names.ts',
      '/practice/vendor/constructor',
    ]) {
      assert.equal((await fetch(`${test.door.url}${path}`)).status, 404, path)
    }
  })

  it('answers only pages of its own', async () => {
    const foreign = await fetch(`${test.door.url}/practice/api/company`, {
      headers: { origin: 'https://evil.example' },
    })
    assert.equal(foreign.status, 403)
    const noJson = await fetch(`${test.door.url}/practice/api/clock`, { method: 'POST', body: 'advanceMilliseconds=1' })
    assert.equal(noJson.status, 400)
    assert.equal((await fetch(`${test.door.url}/practice/api/on-premises`)).status, 404, 'a company in the cloud alone')
  })

  it('hands everything else on to the bot, without what concerns one connection only', async () => {
    seen.length = 0
    const answer = await fetch(`${test.door.url}/not-me?x=1`, {
      headers: { 'x-forwarded-for': '6.6.6.6', te: 'trailers' },
    })
    assert.equal(await answer.text(), 'the bot says hello')
    assert.equal(answer.headers.get('x-hop'), null)
    assert.equal(answer.headers.get('x-kept'), 'two')
    const passed = seen.find(({ url }) => url === '/not-me?x=1')
    assert.equal(passed?.headers['x-forwarded-for'], '127.0.0.1')
    assert.equal(passed?.headers.te, undefined)
    const large = await fetch(`${test.door.url}/api/messages`, { method: 'POST', body: 'x'.repeat(1_000_001) })
    assert.equal(large.status, 413)
  })

  it('says so when the bot is away', async () => {
    await pane(page, 'employee').getByTestId('compose').focus()
    await page.getByText('HelpBot is running').waitFor()
    botServer.closeAllConnections()
    await new Promise((resolve) => botServer.close(resolve))
    const answer = await fetch(`${test.door.url}/not-me`)
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '2')
    await page.getByText('HelpBot is away').waitFor()
  })
})

/** Asks again until both sides agree; what they show changes with time. */
async function agree(look: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (await look()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('they never agreed')
}
