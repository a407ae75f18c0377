import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Schema } from '../../bot/store/schema.ts'
import { type BotProcess, freePort, startBot } from '../../infra/practice/bot-process.ts'
import { type CastKey, wellKnown } from '../../infra/practice/company/cast.ts'
import { type Company, startCompany } from '../../infra/practice/company.ts'
import { startTestPostgres } from './postgres.ts'
import { type Talker, teamsTalker } from './talker.ts'

export interface TestCompany {
  readonly company: Company
  readonly database: Kysely<Schema>
  readonly databaseUrl: string
  /** Every line the bot has written. */
  readonly log: readonly string[]
  bot(): BotProcess
  /** A person of the cast in a chat with HelpBot. */
  person(key: CastKey): Talker
  now(): Date
  /** Ends the bot, without mercy or with, and starts it again on the same memory. */
  restart(how: 'SIGKILL' | 'SIGTERM', environment?: Readonly<Record<string, string>>): Promise<void>
  /** Waits until the bot knows who reports to whom. */
  close(): Promise<void>
}

/** A whole company for one test file: real PostgreSQL, the stand-ins for Entra ID and Teams, and the bot as a process. */
export async function startTestCompany(environment: Readonly<Record<string, string>> = {}): Promise<TestCompany> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-company-'))
  const postgres = await startTestPostgres()
  const botPort = await freePort()
  const company = await startCompany({ folder, botPort })
  const log: string[] = []
  const settings = { ...company.botEnvironment, DATABASE_URL: postgres.url, LOG_LEVEL: 'info', ...environment }
  let bot = await startBot(settings, (line) => log.push(line))
  await managersKnown(postgres.database)
  const talkers = new Map<CastKey, Talker>()
  return {
    company,
    database: postgres.database,
    databaseUrl: postgres.url,
    log,
    bot: () => bot,
    person(key) {
      const known = talkers.get(key) ?? teamsTalker(company.teams.client, wellKnown[key])
      talkers.set(key, known)
      return known
    },
    now: () => company.clock.now(),
    async restart(how, more = {}) {
      await bot.stop(how)
      bot = await startBot({ ...settings, ...more }, (line) => log.push(line))
    },
    async close() {
      await bot.stop('SIGTERM')
      await company.close()
      await postgres.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The first look at who reports to whom runs in the background; a manager cannot confirm before it. */
async function managersKnown(database: Kysely<Schema>): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    const facts = await database.selectFrom('facts').select('name').where('name', 'like', 'manager%').execute()
    if (facts.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the bot did not look at the managers within 10 seconds')
}
