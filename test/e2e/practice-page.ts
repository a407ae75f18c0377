import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

type Belonging = 'phone' | 'sign-in' | 'mail' | 'groups'
/** A step of the clock, as its button says. */
type Move = '1m' | '15m' | '4h' | '1d' | '3d' | '7d' | '30d'
/** The chat product to look at, a place within Slack, or the channel where anybody may ask. */
type Side = 'teams' | 'slack' | 'messages' | 'home' | 'channel' | 'general'

/** Somebody's pane on the practice page, used as a person uses it. */
export interface Pane {
  readonly root: Locator
  /** Chooses who sits here, by typing the name. */
  sits(name: string): Promise<void>
  /** Turns to another chat product, or to another place in it. */
  turnsTo(side: Side): Promise<void>
  say(text: string): Promise<void>
  /** Waits for a message of the bot, newer than the last thing done here, with these words. */
  sees(words: string | RegExp): Promise<Locator>
  /** Waits for a card to have changed into these words, wherever it stands. */
  reads(words: string | RegExp): Promise<void>
  /** Presses the newest button of that name in the chat. */
  press(button: string): Promise<void>
  /** Takes out the phone, the sign-in page, the mailbox or the groups. */
  take(what: Belonging): Promise<void>
  /** Puts it away again. */
  putAway(what: Belonging): Promise<void>
}

/** The practice page as a whole. */
export interface PracticePage {
  readonly employee: Pane
  readonly manager: Pane
  readonly channel: Pane
  /** The window that the bot opened. */
  readonly window: Locator
  open(url: string): Promise<void>
  /** Signs in as whoever the sign-in page in there is for. @returns what it says */
  signIn(where: Locator, password: string): Promise<string>
  /** Types into the newest card that asks for a code, and sends it off. */
  enterCode(code: string): Promise<void>
  /** Moves the company's clock from the drawer. */
  moveClock(by: Move): Promise<void>
  /** One of the facts about the person in focus, as the directory has them. */
  fact(name: 'Sign-in' | 'At next sign-in'): Locator
  auditRows(action: string, kind: 'intent' | 'outcome' | 'event'): Locator
}

export function practicePage(page: Page): PracticePage {
  const employee = pane(page, 'employee')
  return {
    employee,
    manager: pane(page, 'manager'),
    channel: pane(page, 'it'),
    window: page.getByTestId('dialog'),
    async open(url) {
      await page.goto(url)
      await page.locator('body[data-ready]').waitFor()
      await page.getByText('HelpBot is running').waitFor()
    },
    async signIn(where, password) {
      await where.getByTestId('signin-password').fill(password)
      const answered = page.waitForResponse((response) => response.url().endsWith('/practice/api/sign-in'))
      await where.getByTestId('signin-submit').click()
      await answered
      return await where.getByTestId('signin-outcome').filter({ hasText: /./ }).innerText()
    },
    async enterCode(code) {
      await employee.root.getByLabel('Six-digit code').last().fill(code)
      await employee.press('Check the code')
    },
    async moveClock(by) {
      const drawer = page.getByTestId('break-it')
      const offset = drawer.getByTestId('clock-offset')
      await drawer.getByText('Break it').click()
      const before = await offset.innerText()
      await drawer.getByTestId(`clock-forward-${by}`).click()
      // The phones follow with the next news from the company, and so does this line.
      await offset.filter({ hasNotText: before }).waitFor()
      await drawer.getByText('Break it').click()
    },
    fact: (name) => page.getByTestId('directory-state').locator(`[data-fact="${name}"] dd`),
    auditRows: (action, kind) =>
      page.locator(`[data-testid=audit-row][data-action=${action}][data-kind=${kind}]:visible`),
  }
}

function pane(page: Page, slot: 'employee' | 'manager' | 'it'): Pane {
  const root = page.getByTestId(`pane-${slot}`)
  const messages = root.getByTestId('message')
  let newest = ''
  const mark = async () => {
    newest = (await messages.count()) === 0 ? '' : ((await messages.last().getAttribute('data-message-id')) ?? '')
  }
  const toggle = async (what: Belonging, isOut: boolean) => {
    const one = root.getByTestId(`${what}-toggle`)
    if ((await one.getAttribute('aria-expanded')) !== String(isOut)) await one.click()
  }
  return {
    root,
    async sits(name) {
      await root.getByTestId('person-picker').click()
      await root.getByTestId('person-picker').fill(name)
      const opened = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith('/open'))
      await root.getByRole('option', { name }).first().click()
      await opened
      await mark()
    },
    async turnsTo(side) {
      const tab = root.getByTestId(`side-${side}`)
      await tab.click()
      await tab.and(root.locator('[aria-selected=true]')).waitFor()
      await mark()
    },
    async say(text) {
      const same = messages.and(root.locator('.own')).filter({ hasText: text })
      const before = await same.count()
      await root.getByTestId('compose').fill(text)
      await root.getByTestId('send').click()
      newest = (await same.nth(before).getAttribute('data-message-id')) ?? ''
    },
    async sees(words) {
      const newer = newest === '' ? messages : root.locator(`[data-message-id="${newest}"] ~ [data-testid=message]`)
      const found = newer.and(root.locator('[data-from=bot]')).filter({ hasText: words }).last()
      await found.waitFor()
      return found
    },
    reads: (words) => messages.filter({ hasText: words }).last().waitFor(),
    async press(button) {
      await mark()
      await messages.getByRole('button', { name: button, exact: true }).last().click()
    },
    take: (what) => toggle(what, true),
    putAway: (what) => toggle(what, false),
  }
}

/** The six digits on a phone. */
export async function codeOn(where: Locator): Promise<string> {
  return (await where.getByTestId('phone-code').innerText()).replaceAll(/\s/g, '')
}

/** A code of which every digit is another. */
export function anotherThan(code: string): string {
  return [...code].map((digit) => (Number(digit) + 5) % 10).join('')
}

/** Looks again and again until it is so. */
export async function eventually(look: () => Promise<boolean>, words: string, patience = 60_000): Promise<void> {
  const deadline = Date.now() + patience
  while (!(await look())) {
    assert.ok(Date.now() < deadline, `never: ${words}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
