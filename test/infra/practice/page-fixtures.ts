import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TurnContext } from 'botbuilder'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import qrcode from 'qrcode'
import { codeAt, manualKeyOf, otpauthUri, stepAt } from '../../../bot/identity/totp-code.ts'
import { renderCard } from '../../../cards/render.ts'
import { type FrontDoor, openDoor } from '../../../infra/practice/front-door.ts'
import type { AuditSource } from '../../../infra/practice/front-door-audit.ts'
import type { CompanyDirectory } from '../../../infra/practice/front-door-company.ts'
import type { DirectoryState, FaultKind, Mail, Someone } from '../../../infra/practice/front-door-shapes.ts'
import { answer, startTestBot, TENANT, type TestBot } from './teams-test-bot.ts'

const someone = (number: number, name: string, more: Partial<Someone> = {}): Someone => ({
  id: `bbbbbbbb-0000-4000-8000-0000000000${number}`,
  name,
  userPrincipalName: `${name.split(' ')[0]?.toLowerCase()}@nordwind.example`,
  jobTitle: 'Buyer',
  department: 'Purchasing',
  badges: [],
  hint: '',
  ...more,
})
/** A name that tries to be markup. */
export const markup = '<img src=x onerror=window.hurt=1>'
export const max = someone(11, 'Max Manager', { jobTitle: 'Head of Purchasing' })
export const mia = someone(10, 'Mia Ek', { managerId: max.id })
export const ivo = someone(12, 'Ivo Tech', { jobTitle: 'Support Engineer', department: 'IT' })
export const root = someone(13, 'Ada Root', {
  badges: ['administrator'],
  hint: 'an administrator: HelpBot must refuse',
})
export const trickster = someone(14, `Bobby ${markup}`, { badges: ['guest', 'synced', 'disabled'] })
const everybody = [mia, max, ivo, root, trickster]

/** A practice company whose directory is a handful of people; Teams, the bot's protocol and the page are real. */
export interface PageTest {
  readonly bot: TestBot
  readonly door: FrontDoor
  readonly seed: Buffer
  readonly states: Map<string, Omit<DirectoryState, 'mails'>>
  readonly rows: AuditSource[]
  readonly mails: Mail[]
  readonly faults: FaultKind[]
  readonly kills: string[]
  clockOffset(): number
  codeNow(): string
  openPage(options?: { width?: number; height?: number; dark?: boolean }): Promise<Page>
  close(): Promise<void>
}

export async function startPageTest(botUrl: () => string): Promise<PageTest> {
  const seed = Buffer.from('12345678901234567890')
  const states = new Map<string, Omit<DirectoryState, 'mails'>>(
    everybody.map(({ id }) => [
      id,
      {
        id,
        signInAllowed: true,
        mustChangePassword: false,
        passwordChangedAt: '2026-03-02T08:15:00.000Z',
        ...(id === mia.id ? { secondMailbox: 'mia@home.example' } : {}),
      },
    ]),
  )
  const rows: AuditSource[] = []
  const mails: Mail[] = []
  const faults: FaultKind[] = []
  const kills: string[] = []
  let offset = 0
  const bot = await startTestBot({
    person: (id) => {
      const found = everybody.find((one) => one.id === id)
      return found && { ...found, tenantId: TENANT }
    },
    teamMembers: [ivo.id],
  })
  bot.onTurn((context) => scripted(context, seed, () => new Date(Date.now() + offset)))
  const company: CompanyDirectory = {
    name: 'Nordwind Foods',
    employeeId: mia.id,
    itId: ivo.id,
    search: (words) => everybody.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase())),
    person: (id) => everybody.find((one) => one.id === id),
    state: (id) => states.get(id),
    signIn: async (_name, password) =>
      password === 'right'
        ? { outcome: 'must-change', sentence: 'The password was right, and has to be changed now.' }
        : { outcome: 'wrong', sentence: 'Wrong user name or password.' },
    setFault: (kind) => void faults.push(kind),
  }
  const door = await openDoor({
    port: 0,
    host: '127.0.0.1',
    botUrl,
    teams: bot.teams,
    company,
    audit: async (after, limit) => rows.filter(({ seq }) => seq > after).slice(0, limit),
    verifyAudit: async () => ({ whole: true, rows: rows.length, sentence: 'The chain is whole.' }),
    clock: {
      now: () => new Date(Date.now() + offset),
      offsetMilliseconds: () => offset,
      advance: (milliseconds) => {
        offset += milliseconds
      },
    },
    mailbox: (address) => (address === 'mia@home.example' ? mails : []),
    restartBot: async (how) => void kills.push(how),
  })
  const opened: { context: BrowserContext; folder: string }[] = []
  return {
    bot,
    door,
    seed,
    states,
    rows,
    mails,
    faults,
    kills,
    clockOffset: () => offset,
    codeNow: () => codeAt(seed, stepAt(new Date(Date.now() + offset))),
    async openPage({ width = 1280, height = 800, dark = false } = {}) {
      const folder = mkdtempSync(join(tmpdir(), 'practice-page-'))
      const context = await chromium.launchPersistentContext(folder, {
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
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
        data: { title: 'Set up your authenticator app', text: 'I show you a QR code.', button: 'Show the QR code' },
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
  const values = activity.value?.data ?? activity.value?.action?.data ?? {}
  const enrol = { card: 'window-enrol' }
  if (activity.name === 'task/fetch') {
    const uri = otpauthUri(seed, 'Nordwind HelpBot', mia.userPrincipalName)
    const ids = { qr: await qrcode.toDataURL(uri, { margin: 4, width: 280 }), manualKey: manualKeyOf(seed) }
    return windowWith(
      'Your authenticator app',
      renderCard({ ...enrol, data: { ids, account: mia.userPrincipalName } }, 'p1'),
    )
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
