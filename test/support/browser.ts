import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { z } from 'zod'
import { chromiumPath } from './needed-programs.ts'

/** A headless Chromium of one test, with a profile of its own. */
export interface Browser {
  readonly context: BrowserContext
  readonly page: Page
  /** What went wrong in any page since the start: console errors, uncaught errors, violations of a content security policy. */
  readonly faults: readonly string[]
  close(): Promise<void>
}

/** Runs in every page before its own scripts: a violation is said aloud even where Chromium would only count it. */
const tellViolations = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('content security policy: ' + violatedDirective + ' ' + blockedURI))`

/** Opens Chromium; nothing of it is left after `close`. */
export async function openBrowser(size: { readonly width: number; readonly height: number }): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-browser-'))
  const faults: string[] = []
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: size,
    deviceScaleFactor: 1,
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  context.setDefaultTimeout(60_000)
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (error) => faults.push(String(error.error())))
  await context.addInitScript(tellViolations)
  const page = context.pages()[0] ?? (await context.newPage())
  return {
    context,
    page,
    faults,
    async close() {
      await context.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Roles of what a person can press or fill in (WAI-ARIA 1.2). */
const controls = new Set([
  'button',
  'checkbox',
  'combobox',
  'link',
  'option',
  'radio',
  'searchbox',
  'switch',
  'textbox',
  // What Chromium calls the summary of a details element.
  'DisclosureTriangle',
])

const accessibilityTree = z.object({
  nodes: z.array(
    z.object({
      ignored: z.boolean(),
      role: z.object({ value: z.unknown() }).optional(),
      name: z.object({ value: z.unknown() }).optional(),
    }),
  ),
})

/** The controls that a screen reader meets now, as the browser itself names them: "button Send". */
export async function controlsOf(page: Page): Promise<readonly { readonly role: string; readonly name: string }[]> {
  const session = await page.context().newCDPSession(page)
  try {
    const { nodes } = accessibilityTree.parse(await session.send('Accessibility.getFullAXTree'))
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: String(role?.value ?? ''), name: String(name?.value ?? '').trim() }))
      .filter(({ role }) => controls.has(role))
  } finally {
    await session.detach()
  }
}
