import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateSync } from 'otplib'
import { parseKeyRing } from '../../bot/identity/key-ring.ts'
import { baselineTakenAt } from '../../bot/identity/manager-history.ts'
import { tenantId, userId } from '../../bot/identity/person.ts'
import { approveByManager, beginEnrolment, confirmEnrolment } from '../../bot/identity/totp-enrolment.ts'
import { openDatabase } from '../../bot/store/database.ts'
import { startEmbeddedPostgres } from '../../bot/store/embedded-postgres.ts'
import { freePort, startBot } from '../practice/bot-process.ts'
import { practice, startCompany } from '../practice/company.ts'
import { atOnce, percentile, table } from './statistics.ts'

const resets = Number(process.argv[2] ?? 300)
const concurrency = 32
const echoes = 3_000

/**
 * `npm run bench [resets]`: complete resets proved by a code (message, code, password shown) beside a bare CloudAdapter echo
 * bot with the same token checks, one after the other on this machine. Practice Entra ID and Teams run in this process and
 * take their share of the processors in both measurements, so the ratios count, not the times.
 */
async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-bench-'))
  const postgres = await startEmbeddedPostgres({ folder })
  const database = await openDatabase(postgres.url)
  const botPort = await freePort()
  const company = await startCompany({
    folder: join(folder, 'company'),
    botPort,
    people: Math.max(60, resets * 2 + 100),
  })
  const settings: Record<string, string> = { ...company.botEnvironment, DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' }
  const { client } = company.teams
  try {
    const echo = await measureEcho()
    const bot = await startBot({ ...settings, HELPBOT_PRACTICE_CLOCK: '' }, (line) => console.log(line))
    const people = await enrolled()
    await managersKnown()
    const replies: number[] = []
    let failed = 0
    const started = performance.now()
    await atOnce(people, concurrency, async (person) => {
      try {
        await reset(person, replies)
      } catch (error) {
        failed++
        console.error(String(error))
      }
    })
    const seconds = (performance.now() - started) / 1_000
    await bot.stop('SIGTERM')
    const rate = (people.length - failed) / seconds
    console.log(
      `\n${cpus().length} cores, ${cpus()[0]?.model ?? ''}, Node ${process.version}; ${concurrency} people at once\n`,
    )
    const rows = [
      [
        'bare CloudAdapter echo',
        `${echo.rate.toFixed(0)} messages/s`,
        `${percentile(echo.times, 0.5).toFixed(0)} ms`,
        `${percentile(echo.times, 0.95).toFixed(0)} ms`,
        '1.00',
      ],
      [
        `complete resets (${people.length}, ${failed} failed)`,
        `${rate.toFixed(1)} resets/s = ${(rate * 4).toFixed(0)} turns/s`,
        `${percentile(replies, 0.5).toFixed(0)} ms`,
        `${percentile(replies, 0.95).toFixed(0)} ms`,
        ((rate * 4) / echo.rate).toFixed(3),
      ],
    ]
    console.log(table(['measured in one run', 'throughput', 'reply p50', 'reply p95', 'turns per echo'], rows))
    if (failed > 0) process.exitCode = 1
  } finally {
    await company.close()
    await database.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }

  /** Until the bot has looked once who reports to whom, it offers fewer ways to prove oneself. */
  async function managersKnown(): Promise<void> {
    const id = tenantId.parse(practice.tenantId)
    for (let turn = 0; turn < 600; turn++) {
      if (await baselineTakenAt(database.kysely, id)) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the bot did not look at the managers within a minute')
  }

  /** Ordinary cloud-only people who may reset their password, with a manager who could confirm them. */
  function employees(count: number) {
    const { company: directory } = company.tenant
    const canConfirm = (id: string | null) => {
      const manager = id === null ? undefined : directory.users.get(id, 'latest')
      return manager?.accountEnabled === true && manager.userType === 'Member'
    }
    const ordinary = [...directory.users.values('latest')].filter(
      (user) =>
        user.accountEnabled &&
        user.userType === 'Member' &&
        !user.onPremisesSyncEnabled &&
        !directory.isAdministrator(user.id) &&
        canConfirm(user.managerId),
    )
    return ordinary.slice(0, count)
  }

  async function measureEcho(): Promise<{ rate: number; times: number[] }> {
    const main = fileURLToPath(new URL('./echo-bot.ts', import.meta.url))
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, ...settings },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    for (let turn = 0; turn < 200; turn++) {
      const answer = await fetch(`http://127.0.0.1:${botPort}/healthz`).catch(() => undefined)
      if (answer?.ok) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const ids = employees(concurrency).map(({ id }) => id)
    const times: number[] = []
    const say = async (id: string): Promise<void> => {
      const started = performance.now()
      await client.say(id, 'echo').delivered
      times.push(performance.now() - started)
    }
    await say(ids[0] ?? '')
    times.length = 0
    const jobs = Array.from({ length: echoes }, (_, index) => ids[index % ids.length] ?? '')
    const started = performance.now()
    await atOnce(jobs, concurrency, say)
    const rate = echoes / ((performance.now() - started) / 1_000)
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    return { rate, times }
  }

  /** People with an authenticator that counts; set up through the same functions as in a chat. */
  async function enrolled(): Promise<{ id: string; secret: string }[]> {
    const ring = parseKeyRing(settings.HELPBOT_KEYS ?? '')
    const past = () => new Date(Date.now() - 60_000)
    const ground = { database: database.kysely, clock: past, ring }
    const made: { id: string; secret: string }[] = []
    for (const user of employees(resets)) {
      const person = { tenant: tenantId.parse(practice.tenantId), id: userId.parse(user.id), name: user.displayName }
      const begun = await beginEnrolment(ground, person, 'manager', {
        issuer: 'bench',
        account: user.userPrincipalName,
      })
      if (!begun.ok) throw new Error(begun.reason)
      const secret = begun.manualKey.replaceAll(' ', '')
      const confirmed = await confirmEnrolment(
        ground,
        person,
        generateSync({ secret, epoch: Math.floor(past().getTime() / 1_000) }),
        { coolingOff: 0 },
      )
      if (!confirmed.ok) throw new Error(confirmed.reason)
      await approveByManager(ground, person, confirmed.factorId)
      made.push({ id: user.id, secret })
    }
    return made
  }

  async function timed<T>(replies: number[], work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const result = await work()
    replies.push(performance.now() - started)
    return result
  }

  /** One whole reset as the person lives it; a reply is measured until what comes next stands in the chat. */
  async function reset({ id, secret }: { id: string; secret: string }, replies: number[]): Promise<void> {
    const { conversationId } = client.open(id)
    const seen = (words: string) =>
      client.waitFor(
        conversationId,
        (messages) => messages.findLast((message) => JSON.stringify(message.attachments).includes(words)),
        30_000,
      )
    const choice = await timed(replies, async () => {
      await client.say(id, 'I forgot my password').delivered
      return await seen('make sure that it is you')
    })
    const question = await timed(replies, async () => {
      await client.press(id, { messageId: choice.id, title: 'A code from my authenticator app' })
      return await seen('Enter the code')
    })
    const ready = await timed(replies, async () => {
      await client.press(id, {
        messageId: question.id,
        title: 'Check the code',
        inputs: { code: generateSync({ secret }) },
      })
      return await seen('I know it is you')
    })
    const window = await timed(replies, () =>
      client.press(id, { messageId: ready.id, title: 'Show my temporary password' }),
    )
    if (window.kind !== 'dialog' || !JSON.stringify(window.dialog.card).includes('Your temporary password'))
      throw new Error(`no password: ${JSON.stringify(window).slice(0, 300)}`)
  }
}

await bench()
