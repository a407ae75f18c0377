import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { openDatabase } from '../../bot/store/database.ts'
import { startEmbeddedPostgres } from '../../bot/store/embedded-postgres.ts'
import { freePort } from '../../bot/store/free-port.ts'
import type { Schema } from '../../bot/store/schema.ts'
import { type BotProcess, startBot } from '../practice/bot-process.ts'
import type { CompanyUser } from '../practice/company/model.ts'
import { type Company, type CompanyOptions, startCompany } from '../practice/company.ts'
import { restartCounting } from './database-counts.ts'
import { closedInAnyCase } from './interruption.ts'

/** A practice company and a database for one measurement, all on this machine. */
export interface BenchGround {
  readonly company: Company
  readonly database: Kysely<Schema>
  readonly botPort: number
  /** For what belongs to this measurement; gone after `close`. */
  readonly folder: string
  readonly settings: Readonly<Record<string, string>>
  /** The bot on the machine's own clock, as a process of its own. */
  startBot(): Promise<BotProcess>
  /** Ordinary people, with a manager who could answer for them; mastered in the cloud unless said otherwise. */
  employees(count: number, mastered?: 'cloud' | 'on-premises'): readonly CompanyUser[]
  close(): Promise<void>
}

/**
 * Starts everything but the bot.
 * @param hybrid with a real Active Directory for about a fifth of the people, see Company.onPremises
 * @param counting PostgreSQL counts every statement, see databaseCounts
 */
export async function openGround(
  people: number,
  hybrid?: CompanyOptions['hybrid'],
  counting = false,
): Promise<BenchGround> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-bench-'))
  const ends: (() => Promise<unknown> | unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const close = closedInAnyCase(ends)
  try {
    let postgres = await startEmbeddedPostgres({ folder })
    ends.push(() => postgres.stop())
    if (counting) postgres = await restartCounting(folder, postgres)
    const database = await openDatabase(postgres.url)
    ends.push(database.close)
    const botPort = await freePort()
    const company = await startCompany({
      folder: join(folder, 'company'),
      botPort,
      people,
      ...(hybrid === undefined ? {} : { hybrid }),
    })
    ends.push(company.close)
    const settings = { ...company.botEnvironment, DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' }
    return {
      company,
      database: database.kysely,
      botPort,
      folder,
      settings,
      async startBot() {
        const bot = await startBot({ ...settings, HELPBOT_PRACTICE_CLOCK: '' }, (line) => console.log(line))
        ends.push(() => bot.stop('SIGTERM'))
        return bot
      },
      employees: (count, mastered = 'cloud') => ordinaryPeople(company, mastered).slice(0, count),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function ordinaryPeople({ tenant }: Company, mastered: 'cloud' | 'on-premises'): readonly CompanyUser[] {
  const directory = tenant.company
  const canConfirm = (id: string | null) => {
    const manager = id === null ? undefined : directory.users.get(id, 'latest')
    return manager?.accountEnabled === true && manager.userType === 'Member'
  }
  return [...directory.users.values('latest')].filter(
    (user) =>
      user.accountEnabled &&
      user.userType === 'Member' &&
      (user.onPremisesSyncEnabled === true) === (mastered === 'on-premises') &&
      !directory.isAdministrator(user.id) &&
      canConfirm(user.managerId),
  )
}
