import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TurnContext } from 'botbuilder'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import qrcode from 'qrcode'
import { Agent, fetch as undiciFetch } from 'undici'
import { codeAt, manualKeyOf, otpauthUri, stepAt } from '../../../bot/identity/totp-code.ts'
import { renderCard } from '../../../cards/render.ts'
import { wellKnown } from '../../../infra/practice/company/cast.ts'
import { type FrontDoor, openFrontDoor } from '../../../infra/practice/front-door.ts'
import type { AuditSource } from '../../../infra/practice/front-door-audit.ts'
import { startTenant, type Tenant } from '../../../infra/practice/tenant/tenant.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { chromiumPath } from '../../support/needed-programs.ts'
import { itInSlack, type SlackTest, startSlackTest } from './page-slack-bot.ts'
import { answer, startTestBot, TENANT, type TestBot } from './teams-test-bot.ts'

export const { ada, maya, sam, helen, itManager, tomas, ravi, gil, hostile } = wellKnown
export const addressOfTomas = 'tomas.dvorak@letterbox.example'
/** Text that tries to be markup. */
export const markup = '<img src=x onerror=window.hurt=1>'

/** Runs in the page: every visible text whose contrast with what is behind it is below 4.5 (WCAG 2.2, 1.4.3). */
export const hardToRead = `(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((part, index) => part * a + below[index] * (1 - a))
  const behind = (one) => {
    if (one === null) return [255, 255, 255]
    const own = parts(getComputedStyle(one).backgroundColor)
    return own[3] === 0 ? behind(one.parentElement) : over(own, own[3] === undefined ? own : behind(one.parentElement))
  }
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const one = text.parentElement
    if (text.data.trim() === '' || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    const background = behind(one)
    const pair = [luminance(over(parts(getComputedStyle(one).color), background)), luminance(background)].sort((x, y) => y - x)
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05)
    if (contrast < 4.5) found.push(text.data.trim().slice(0, 40) + ' ' + contrast.toFixed(2))
  }
  return found
})()`

/** The practice company with its real tenant and Teams, and a bot that knows a few sentences. */
export interface PageTest {
  readonly tenant: Tenant
  readonly bot: TestBot
  readonly inSlack: SlackTest
  readonly door: FrontDoor
  readonly rows: AuditSource[]
  readonly mails: { at: string; subject: string; text: string }[]
  readonly kills: string[]
  clockOffset(): number
  /** What the authenticator shows now. */
  codeNow(): string
  openPage(options?: { width?: number; height?: number; dark?: boolean }): Promise<Page>
  close(): Promise<void>
}

/** @param botUrl where the bot of the front door answers; the one in Slack does as well */
export async function startPageTest(botUrl: (slackBotUrl: string) => string): Promise<PageTest> {
  const seed = Buffer.from('12345678901234567890')
  const rows: AuditSource[] = []
  const mails: { at: string; subject: string; text: string }[] = []
  const kills: string[] = []
  let offset = 0
  const moves: { at: string; offsetMilliseconds: number }[] = []
  const now = () => new Date(Date.now() + offset)
  const certificates = await makeCertificates()
  const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'
  const tenant = await startTenant({
    tls: certificates.server,
    tenantId: TENANT,
    apps: [{ clientId, certificate: certificates.app.cert, permissions: ['User.Read.All'] }],
    clock: () => new Date(),
  })
  const bot = await startTestBot({ person: (id) => tenant.company.person(id), teamMembers: [sam.id] })
  bot.onTurn((context) => scripted(context, seed, now))
  const inSlack = await startSlackTest(tenant)
  const dispatcher = new Agent({ connect: { ca: certificates.ca } })
  const door = await openFrontDoor({
    port: 0,
    host: '127.0.0.1',
    botUrl: () => botUrl(inSlack.url),
    teams: bot.teams,
    slack: { ...inSlack.slack, itChannelId: itInSlack },
    tenant,
    fetch: ((input, init) => undiciFetch(input as never, { ...init, dispatcher } as never)) as typeof fetch,
    clientId,
    audit: async (after, limit) => rows.filter(({ seq }) => seq > after).slice(0, limit),
    verifyAudit: async () => ({ whole: true, rows: rows.length, sentence: 'The chain is whole.' }),
    clock: {
      now,
      offsetMilliseconds: () => offset,
      moves: () => moves,
      advance: (milliseconds) => {
        offset += milliseconds
        moves.push({ at: new Date().toISOString(), offsetMilliseconds: offset })
      },
    },
    mailbox: (address) => (address === addressOfTomas ? mails : []),
    restartBot: async (how) => void kills.push(how),
  })
  const opened: { context: BrowserContext; folder: string }[] = []
  return {
    tenant,
    bot,
    inSlack,
    door,
    rows,
    mails,
    kills,
    clockOffset: () => offset,
    codeNow: () => codeAt(seed, stepAt(now())),
    async openPage({ width = 1280, height = 800, dark = false } = {}) {
      const folder = mkdtempSync(join(tmpdir(), 'practice-page-'))
      const context = await chromium.launchPersistentContext(folder, {
        executablePath: process.env.CHROMIUM ?? chromiumPath(),
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
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
      })
      context.setDefaultTimeout(15_000)
      opened.push({ context, folder })
      const page = context.pages()[0] ?? (await context.newPage())
      await page.goto(`${door.url}/practice`)
      await page.locator('body[data-ready]').waitFor()
      return page
    },
    async close() {
      for (const { context, folder } of opened) {
        await context.close()
        rmSync(folder, { recursive: true, force: true })
      }
      await door.close()
      await bot.close()
      await inSlack.close()
      await dispatcher.close()
      await tenant.close()
    },
  }
}

const adaptive = (content: object) => ({ contentType: 'application/vnd.microsoft.card.adaptive', content })
const windowWith = (title: string, card: object) => ({
  task: { type: 'continue', value: { title, width: 400, height: 400, card: adaptive(card) } },
})

/** A bot of one page: it knows a few sentences and shows the cards of the real one. */
async function scripted(context: TurnContext, seed: Buffer, now: () => Date): Promise<void> {
  const { activity } = context
  if (activity.type === 'invoke') {
    await context.sendActivity(answer(200, await invoked(activity, seed, now)))
    return
  }
  if (activity.type !== 'message') return
  const said = String(activity.text ?? '').toLowerCase()
  await context.sendActivity({ type: 'typing' })
  if (said.includes('phone')) {
    const card = renderCard(
      {
        card: 'offer-window',
        data: { title: 'Set up your authenticator app', text: 'I show you a QR code.', button: 'Show the key' },
      },
      'p1',
    )
    await context.sendActivity({ attachments: [adaptive(card)] })
  } else if (said.includes('forgot')) {
    await context.sendActivity({ attachments: [adaptive(renderCard({ card: 'ask-code', data: {} }, 'p2'))] })
  } else if (said.includes('markup')) {
    await context.sendActivity({
      textFormat: 'markdown',
      text: `**Bold** ${markup} [safe](https://example.com/) [bad](javascript:window.hurt=2)`,
    })
    const card = renderCard(
      { card: 'message', data: { title: markup, text: `[x](javascript:window.hurt=3) ${markup}` } },
      'p3',
    )
    await context.sendActivity({ attachments: [adaptive(card)] })
  } else await context.sendActivity({ textFormat: 'markdown', text: `You said: *${said}*` })
}

async function invoked(activity: TurnContext['activity'], seed: Buffer, now: () => Date): Promise<object> {
  const account = 'ada.lindqvist@nordwind.example'
  const values = activity.value?.data ?? activity.value?.action?.data ?? {}
  const enrol = { card: 'window-enrol' }
  if (activity.name === 'task/fetch') {
    const uri = otpauthUri(seed, 'Nordwind HelpBot', account)
    const ids = { qr: await qrcode.toDataURL(uri, { margin: 4, width: 280 }), manualKey: manualKeyOf(seed) }
    return windowWith('Your authenticator app', renderCard({ ...enrol, data: { ids, account: account } }, 'p1'))
  }
  const isRight = String(values.code ?? '').replaceAll(' ', '') === codeAt(seed, stepAt(now()))
  if (activity.name === 'task/submit') {
    if (isRight) return { task: { type: 'message', value: 'Your authenticator app is set up.' } }
    return windowWith(
      'Your authenticator app',
      renderCard({ ...enrol, data: { ids: {}, problem: 'That code is not right.' } }, 'p1'),
    )
  }
  const closed = isRight ? 'That is you.' : 'That was not right.'
  return {
    statusCode: 200,
    type: 'application/vnd.microsoft.card.adaptive',
    value: renderCard({ card: 'ask-code', data: {}, closed }, 'p2'),
  }
}
