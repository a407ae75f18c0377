import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { eventually } from './practice-page.ts'

const folder = fileURLToPath(new URL('../../infra/screenshots/', import.meta.url))
const wanted = Boolean(process.env.HELPBOT_SCREENSHOTS)

/** Takes a picture for the README when asked to (HELPBOT_SCREENSHOTS=1): a test run alone changes no file of the repository. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!wanted) return
  await eventually(async () => (await page.locator('[data-testid=typing]:visible').count()) === 0, 'nobody is typing')
  await page.screenshot({ path: `${folder}${name}.png`, animations: 'disabled' })
}

/** A code that is about to change would be red in the picture. */
export async function freshCodeForPicture(where: Locator): Promise<void> {
  if (!wanted) return
  const secondsLeft = async () =>
    Number.parseInt((await where.locator('.phone-left').innerText()).replace(/\D+/, ''), 10)
  await eventually(async () => (await secondsLeft()) > 10, 'a fresh code')
}

/** Scrolls a long card so that it is seen from its heading on. */
export async function fromTheTop(card: Locator): Promise<void> {
  if (!wanted) return
  await card.evaluate((one) => {
    const list = one.closest('[role=log]')
    if (list) list.scrollTop += one.getBoundingClientRect().top - list.getBoundingClientRect().top
  })
}
