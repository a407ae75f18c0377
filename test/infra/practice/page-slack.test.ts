import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { z } from 'zod'
import { ada, hardToRead, helen, hostile, maya, type PageTest, startPageTest, tomas } from './page-fixtures.ts'
import { incident, number } from './page-slack-blocks.ts'
import { itInSlack } from './page-slack-bot.ts'

const pictures = fileURLToPath(new URL('../../../infra/screenshots/', import.meta.url))
const pane = (page: Page, slot: string) => page.getByTestId(`pane-${slot}`)

/** Keeps a picture when asked to (HELPBOT_SCREENSHOTS=1): a test run alone changes no file of the repository. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env.HELPBOT_SCREENSHOTS) await page.screenshot({ path: `${pictures}${name}.png`, animations: 'disabled' })
}

describe('the practice page in Slack', function () {
  this.timeout(180_000)
  let test: PageTest
  let page: Page
  let employee: Locator

  before(async () => {
    test = await startPageTest((slackUrl) => slackUrl)
    page = await test.openPage()
    employee = pane(page, 'employee')
  })
  after(() => test.close())

  const say = async (where: Locator, text: string) => {
    await where.getByTestId('compose').fill(text)
    await where.getByTestId('compose').press('Enter')
  }
  const newest = (where: Locator, words: string) => where.getByTestId('message').filter({ hasText: words }).last()

  it('sits Tomáš down in Slack from the steps, where the same words start the same thing', async () => {
    await page.getByTestId('try-slack').click()
    await employee.locator('[data-testid=side-slack][aria-selected=true]').waitFor()
    await employee.locator('textarea:focus').waitFor()
    assert.equal(await employee.getByTestId('person-picker').inputValue(), tomas.name)
    await page.keyboard.type('I forgot my number')
    await page.keyboard.press('Enter')
    const own = newest(employee, 'I forgot my number').first()
    assert.match((await own.getAttribute('class')) ?? '', /\bown\b/)
    await newest(employee, 'Enter the code').getByRole('heading', { name: 'Enter the code' }).waitFor()
    await newest(employee, 'Enter the code').getByText('APP', { exact: true }).waitFor()
  })

  it('draws every block as Slack does', async () => {
    await say(employee, 'Show me every block')
    const card = newest(employee, 'Every block').getByTestId('card')
    await card.getByRole('heading', { name: 'Every block 👋' }).waitFor()
    const drawn = await card.evaluate((root) => ({
      strong: [...root.querySelectorAll('strong')].map((one) => one.textContent),
      em: root.querySelector('em')?.textContent,
      struck: root.querySelector('s')?.textContent,
      code: root.querySelector('code')?.textContent,
      pre: [...root.querySelectorAll('pre')].map((one) => one.textContent),
      quote: root.querySelector('blockquote')?.textContent,
      link: root.querySelector('a')?.getAttribute('href'),
      time: root.querySelector('time')?.textContent,
      item: root.querySelector('ol li')?.textContent,
    }))
    assert.deepEqual(drawn, {
      strong: ['bold', 'Who', 'Where', 'print', 'rich '],
      em: 'slanted',
      struck: 'struck',
      code: 'code',
      pre: ['let a = b && c', 'as  it  stands'],
      quote: 'quoted',
      link: 'https://nordwind.example/a?b=1&c=2',
      time: '2025-11-21',
      item: 'first of all',
    })
    await card.getByText('<b>').waitFor()
    await card.getByText('Ada 👋').waitFor()
    await card.getByText(':wave:', { exact: true }).waitFor()
    assert.equal(await card.getByRole('separator').count(), 1)
    assert.equal(await card.getByText('Picture: A plan of the office').count(), 2, 'nothing is fetched from elsewhere')
    assert.match((await card.getByRole('button', { name: 'Go' }).getAttribute('class')) ?? '', /primary/)
    assert.match((await card.getByRole('button', { name: 'Stop' }).getAttribute('class')) ?? '', /danger/)
    await card.getByLabel('Your words').fill('some')
    assert.equal(await card.getByLabel('Day').inputValue(), '2026-11-21')
  })

  it('sends a press with everything that stands in the inputs', async () => {
    const card = newest(employee, 'Every block').getByTestId('card')
    await card.getByLabel('Your words').fill('some words')
    await card.getByRole('combobox', { name: 'Colour' }).selectOption({ label: 'Blue' })
    await card.getByRole('radio', { name: 'Round' }).check()
    await card.getByRole('checkbox', { name: 'Pepper' }).check()
    await card.getByRole('button', { name: 'Go' }).click()
    const pressed = await happened('go')
    assert.deepEqual(typedIn(pressed), {
      words: 'some words',
      colour: 'blue',
      shape: 'round',
      extras: ['pepper'],
      day: '2026-11-21',
    })
    await card.getByRole('combobox', { name: 'Pick one' }).selectOption({ label: 'Red' })
    await happened('pick')
    await card.locator('summary', { hasText: 'More choices' }).click()
    await card.getByRole('button', { name: 'Leave' }).click()
    await happened('dots')
  })

  it('asks before it presses what wants to be confirmed', async () => {
    const stop = newest(employee, 'Every block').getByRole('button', { name: 'Stop' })
    await stop.click()
    const sure = page.getByTestId('slack-confirm')
    await sure.getByText('It cannot be undone.').waitFor()
    await sure.getByRole('button', { name: 'No' }).click()
    await stop.click()
    await sure.getByRole('button', { name: 'Do it' }).click()
    await happened('stop')
    assert.equal(presses('stop').length, 1)
  })

  it('changes a message where it stands, and says that it was edited', async () => {
    await say(employee, 'think again')
    const message = newest(employee, 'Second thoughts')
    await message.getByText('(edited)').waitFor()
    assert.equal(await employee.getByText('First thoughts').count(), 0)
  })

  it('opens a modal that waits, asks, complains below the input, and closes', async () => {
    await say(employee, 'number please')
    await newest(employee, 'Enter the code').getByRole('button', { name: 'Show me how' }).click()
    const window = page.getByTestId('dialog')
    await window.getByRole('heading', { name: 'Your authenticator', exact: true }).waitFor()
    const code = window.getByLabel('The code your app shows')
    await code.waitFor()
    await window.getByTestId('phone-key-open').click()
    await window.getByTestId('phone-key').fill('JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP')
    await window.getByTestId('phone-key-add').click()
    await window.getByTestId('phone-code').waitFor()
    await window.getByTestId('dialog-submit').click()
    await window.getByText('Please complete this required field.').waitFor()
    await code.fill('000000')
    await code.press('Enter')
    await window.getByText('That code is not right.').waitFor()
    assert.equal(await code.getAttribute('aria-invalid'), 'true')
    assert.equal(await code.inputValue(), '000000', 'what was typed stays')
    await code.fill('424242')
    await window.getByTestId('dialog-submit').click()
    await window.waitFor({ state: 'detached' })
    assert.equal(await employee.getByTestId('phone').isVisible(), true, 'the phone is back')
    await employee.getByTestId('phone-toggle').click()
  })

  it('tells the bot when a modal is closed, with the keyboard as well', async () => {
    await newest(employee, 'Enter the code').getByRole('button', { name: 'Show me how' }).click()
    const window = page.getByTestId('dialog')
    await window.getByLabel('The code your app shows').waitFor()
    await page.keyboard.press('Escape')
    await window.waitFor({ state: 'detached' })
    await employee.getByTestId('phone-toggle').click()
  })

  it('takes a slash command, whose answer only its sender sees', async () => {
    await say(employee, '/other')
    await employee.getByText('/other is not a valid command. /helpbot is one.').waitFor()
    await say(employee, '/helpbot reset my password')
    const answer = newest(employee, 'Ordered: /helpbot reset my password')
    await answer.getByText('Only visible to you').waitFor()
  })

  it('has a Home tab whose buttons open modals', async () => {
    await employee.getByTestId('side-home').click()
    const home = employee.getByTestId('slack-home')
    await home.getByRole('heading', { name: 'My access' }).waitFor()
    await home.getByRole('button', { name: 'Reset my password' }).click()
    await page.getByTestId('dialog').getByLabel('The code your app shows').waitFor()
    await page.getByTestId('dialog-close').click()
    await page.getByTestId('dialog').waitFor({ state: 'detached' })
    await employee.getByTestId('phone-toggle').click()
    await employee.getByTestId('side-messages').click()
    await newest(employee, 'Ordered').waitFor()
  })

  it('shows a channel where the bot answers a mention privately, and sends it a message from its menu', async () => {
    await employee.getByTestId('side-channel').click()
    await say(employee, '@HelpBot I cannot get in')
    const answer = newest(employee, 'I have written to you.')
    await answer.getByText('Only visible to you').waitFor()
    await newest(employee, 'I cannot get in').getByText('@HelpBot').waitFor()
    const it = pane(page, 'it')
    await it.getByTestId('side-general').click()
    await newest(it, 'I cannot get in').waitFor()
    assert.equal(await it.getByText('I have written to you.').count(), 0, 'nobody else sees it')
    const own = newest(employee, 'I cannot get in')
    await own.getByTestId('slack-more').click()
    await own.getByRole('button', { name: 'Send to HelpBot' }).click()
    await newest(employee, 'I look after it.').waitFor()
    const sent = test.inSlack.seen.find((one) => 'callback_id' in one && one.callback_id === 'send-to-helpbot')
    assert.ok(sent)
    await employee.getByTestId('side-messages').click()
  })

  it('goes to where IT is called, and answers there below the card', async () => {
    const it = pane(page, 'it')
    await it.getByTestId('side-teams').click()
    await test.inSlack.post(itInSlack, { text: 'Ada Lindqvist asks for a person', blocks: incident() })
    const thread = it.getByTestId('thread').filter({ hasText: 'Ada Lindqvist asks for a person' })
    await thread.waitFor()
    assert.equal(await it.getByTestId('side-slack').getAttribute('aria-selected'), 'true', 'the pane follows')
    await it.getByTestId('it-person').getByText(helen.name).waitFor()
    await it.getByRole('button', { name: helen.name }).click()
    await thread.getByRole('button', { name: 'Resolve' }).click()
    const window = page.getByTestId('dialog')
    await window.getByLabel('The code your app shows').waitFor()
    assert.equal(await window.getByTestId('phone').count(), 0, 'nobody lends IT a phone')
    await window.getByRole('button', { name: 'Later' }).click()
    await window.waitFor({ state: 'detached' })
    await thread.getByRole('button', { name: 'Take' }).click()
    await thread.getByText(`Taken by @${helen.name}`).waitFor()
    await thread.getByRole('button', { name: 'Reply' }).click()
    await thread.getByPlaceholder(`Answer as ${helen.name}`).fill('Hello Ada, I am looking into it.')
    await thread.getByTestId('reply').press('Enter')
    await thread.getByText('Passed on.').waitFor()
    const own = thread.getByTestId('message').filter({ hasText: 'I am looking into it.' })
    assert.match((await own.getAttribute('class')) ?? '', /\breply\b/)
  })

  it('marks the side that has something new', async () => {
    await employee.getByTestId('side-teams').click()
    const { user, conversationId } = await accountOf(tomas.id)
    await test.inSlack.post(conversationId, { text: 'Are you there?' })
    await employee.getByTestId('side-slack').getByText('something new').waitFor({ state: 'attached' })
    await employee.getByTestId('side-slack').press('ArrowRight')
    await employee.getByTestId('side-slack').focus()
    await employee.getByTestId('side-slack').click()
    await newest(employee, 'Are you there?').waitFor()
    assert.equal(await employee.getByTestId('side-slack').locator('.news-mark').count(), 0)
    assert.match(user, /^U/)
  })

  it('shows hostile text as text', async () => {
    await say(employee, 'markup')
    const message = newest(employee, '<img src=x onerror=window.hurt=7>')
    await message.getByRole('link', { name: 'safe' }).waitFor()
    await message.getByText('press me').waitFor()
    assert.equal(await message.getByRole('link').count(), 1)
    await employee.getByText('onerror=window.hurt=9').first().waitFor()
    const markup = await employee.getByTestId('message').locator('img, script').count()
    assert.equal(markup, 0)
    assert.equal(await page.evaluate('"hurt" in window'), false)
  })

  it('draws a hostile name as text', async () => {
    const manager = pane(page, 'manager')
    await manager.getByTestId('person-picker').fill('hostile')
    await page.keyboard.press('Enter')
    await manager.locator('.picker-about').getByText('Tester, IT').waitFor()
    await manager.getByTestId('side-slack').click()
    await manager.getByTestId('side-channel').click()
    await say(manager, 'It is only me')
    const message = newest(manager, 'It is only me')
    await message.getByText(hostile.name, { exact: true }).waitFor()
    assert.equal(await message.locator('b, a').count(), 0)
    assert.equal(await page.evaluate('"hurt" in window'), false)
  })

  it('answers this machine and pages of its own only, and streams nothing of what is in a modal', async () => {
    for (const path of ['slack/channels', 'slack/people', 'chats', `people/${ada.id}/slack`]) {
      const foreign = await fetch(`${test.door.url}/practice/api/${path}`, {
        headers: { origin: 'https://evil.example' },
      })
      assert.equal(foreign.status, 403, path)
    }
    const { user, conversationId } = await accountOf(ada.id)
    const heard = await fetch(`${test.door.url}/practice/api/chats`)
    assert.ok(heard.body)
    const { client } = test.inSlack.slack
    const { ts } = z.object({ ts: z.string() }).parse(await test.inSlack.post(conversationId, { blocks: number() }))
    await client.press(user, conversationId, ts, 'open')
    await client.waitForView(user, (view) => (view?.submit === undefined ? undefined : view))
    await client.closeView(user)
    let text = ''
    for await (const chunk of heard.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (text.includes('"isOpen":false')) break
    }
    assert.match(text, /"isOpen":true/)
    assert.doesNotMatch(text, /JBSWY3DP/)
  })

  it('looks like Slack, in the light and in the dark, on a desk and on a phone', async () => {
    await employee.getByTestId('person-picker').fill(ada.name)
    await page.keyboard.press('Enter')
    await employee.locator('.picker-about').getByText('Account Executive').waitFor()
    await say(employee, 'I forgot my number')
    await newest(employee, 'Enter the code').waitFor()
    const manager = pane(page, 'manager')
    await manager.getByTestId('person-picker').fill(maya.name)
    await page.keyboard.press('Enter')
    await manager.locator('.picker-about').getByText('Sales Manager').waitFor()
    await manager.getByTestId('side-home').click()
    await manager.getByRole('heading', { name: 'My access' }).waitFor()
    await page.getByText('HelpBot is running').waitFor()
    assert.deepEqual(await page.evaluate(hardToRead), [])
    const dark = await test.openPage({ width: 390, height: 844, dark: true })
    await dark.getByTestId('try-slack').click()
    await newest(pane(dark, 'employee'), 'Enter the code').waitFor()
    assert.equal(await dark.evaluate('document.documentElement.scrollWidth > window.innerWidth'), false)
    assert.deepEqual(await dark.evaluate(hardToRead), [])
    await picture(dark, 'practice-slack-small')
  })

  const presses = (actionId: string) =>
    test.inSlack.seen
      .flatMap((one) => pressed.safeParse(one).data ?? [])
      .filter(({ actions }) => actions[0]?.action_id === actionId)

  /** What the bot was told when something of this action id was pressed. */
  async function happened(actionId: string): Promise<Pressed> {
    for (let turn = 0; turn < 100; turn++) {
      const found = presses(actionId).at(-1)
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return assert.fail(`${actionId} was never pressed`)
  }

  async function accountOf(personId: string): Promise<{ user: string; conversationId: string }> {
    const answer = await fetch(`${test.door.url}/practice/api/people/${personId}/slack`)
    return z.object({ user: z.string(), conversationId: z.string() }).parse(await answer.json())
  }
})

const option = z.object({ value: z.string() })
const held = z.union([
  z.object({ value: z.string() }).transform(({ value }) => value),
  z.object({ selected_option: option }).transform((one) => one.selected_option.value),
  z.object({ selected_options: z.array(option) }).transform((one) => one.selected_options.map(({ value }) => value)),
  z.object({ selected_date: z.string() }).transform((one) => one.selected_date),
  z.unknown().transform(() => undefined),
])
const pressed = z.object({
  actions: z.array(z.object({ action_id: z.string() })),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), held)) }).default({ values: {} }),
})
type Pressed = z.infer<typeof pressed>

/** What stood in the input blocks of a message, by action id. */
const typedIn = ({ state }: Pressed) =>
  Object.fromEntries(
    Object.values(state.values)
      .flatMap((block) => Object.entries(block))
      .filter(([, value]) => value !== undefined),
  )
