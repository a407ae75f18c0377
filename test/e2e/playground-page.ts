import type { Locator, Page } from 'playwright-core'

/** The chat of Microsoft's Agents Playground, used as a person uses it. Its page is Microsoft's: it has no marks for tests. */
export interface PlaygroundPage {
  open(url: string): Promise<void>
  say(text: string): Promise<void>
  /** Waits for a card of the bot with these words. */
  sees(words: string | RegExp): Promise<Locator>
  /** Presses the newest button of that name in the chat. */
  press(button: string): Promise<void>
  /** Opens the window of the newest message with that button: by the action command of the message, not by the button. */
  openWindow(button: string): Promise<Locator>
  closeWindow(): Promise<void>
}

export function playgroundPage(page: Page): PlaygroundPage {
  const messages = page.locator(':has(> [aria-label="Message header"])')
  const cards = messages.locator('.ac-adaptiveCard')
  const window = page.getByRole('dialog')
  /** What comes while a window is open: the page would empty the window, see infra/practice/playground-gate.ts. */
  let held: (() => void)[] | undefined
  return {
    async open(url) {
      // It fetches fonts from the Internet; the test is the same with and without.
      await page.context().route(
        ({ hostname }) => hostname !== '127.0.0.1',
        (route) => route.abort(),
      )
      await page.routeWebSocket(/_ws_conversation/, (client) => {
        client
          .connectToServer()
          .onMessage((message) => void (held ? held.push(() => client.send(message)) : client.send(message)))
      })
      await page.goto(url)
      await page.getByText('Connected.').waitFor()
    },
    async say(text) {
      const box = page.locator('[data-lexical-editor]')
      await box.fill(text)
      await page.getByRole('button', { name: 'Send Message' }).click()
      await messages.filter({ hasText: text }).last().waitFor()
    },
    async sees(words) {
      const card = cards.filter({ hasText: words }).last()
      await card.waitFor()
      return card
    },
    press: (button) => cards.getByRole('button', { name: button, exact: true }).last().click(),
    async openWindow(button) {
      const message = messages.filter({ has: page.getByRole('button', { name: button, exact: true }) }).last()
      held = []
      // What had come before has had its 0.3 s when a later and longer timer of the page runs out.
      await page.evaluate(
        'new Promise((over) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(over, 600))))',
      )
      await message.hover()
      await message.getByRole('button', { name: 'Show more information' }).click()
      await page.getByRole('menuitem', { name: 'Action Command' }).click()
      await window.getByRole('button', { name: 'Create' }).click()
      await window.locator('.ac-adaptiveCard').waitFor()
      return window
    },
    async closeWindow() {
      await window.getByRole('button', { name: 'Close', exact: true }).click()
      await window.waitFor({ state: 'detached' })
      for (const send of held ?? []) send()
      held = undefined
    },
  }
}
