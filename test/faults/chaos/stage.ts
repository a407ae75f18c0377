import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { openDatabase } from '../../../bot/store/database.ts'
import { freePort } from '../../../bot/store/free-port.ts'
import type { Schema } from '../../../bot/store/schema.ts'
import { managersKnown } from '../../../infra/bench/enrolled.ts'
import { type Company, startCompany } from '../../../infra/practice/company.ts'
import type { OnPremises } from '../../../infra/practice/domain/on-premises.ts'
import { type FallibleServer, startFallibleServer } from '../../support/fallible-postgres.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'
import { type Balancer, startBalancer } from './balancer.ts'
import { type DataDisk, mountDataDisk } from './data-disk.ts'
import { type Replica, startReplica } from './replica.ts'

/** The whole service as it stands in a company: two replicas, their stores, both directories, both chat products, the agent. */
export interface Stage {
  readonly company: Company
  readonly onPremises: OnPremises
  readonly postgres: FallibleServer
  readonly redis: TestRedis
  readonly balancer: Balancer
  readonly replicas: readonly Replica[]
  readonly settings: Readonly<Record<string, string>>
  readonly agentLog: readonly string[]
  /** Where the agent keeps its journal. */
  readonly disk: DataDisk
  /** A connection of the judge's own, made anew after PostgreSQL was away. */
  withDatabase<T>(work: (database: Kysely<Schema>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const syncEveryMilliseconds = 2_000

/** @param chance for the balancer: between 0 and 1 */
export async function startStage(people: number, chance: () => number): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-chaos-'))
  const ends: (() => Promise<unknown> | unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const postgres = await startFallibleServer()
    ends.push(postgres.close)
    const redis = await startTestRedis()
    ends.push(redis.close)
    const ports = [await freePort(), await freePort()]
    const balancer = await startBalancer(() => ports, chance)
    ends.push(balancer.close)
    const company = await startCompany({
      folder: join(folder, 'company'),
      botPort: balancer.port,
      people,
      hybrid: { syncEveryMilliseconds },
    })
    ends.push(company.close)
    const { onPremises } = company
    if (!onPremises) throw new Error('the company has no domain')
    const settings = {
      ...company.botEnvironment,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      HELPBOT_POLICY: roomyPolicy(folder),
      LOG_LEVEL: 'info',
    }
    const replicas: Replica[] = []
    for (const [index, port] of ports.entries()) {
      const replica = await startReplica(`replica-${index + 1}`, port, settings, folder)
      replicas.push(replica)
      ends.push(replica.close)
    }
    const disk = mountDataDisk(join(onPremises.place.folder, 'data'))
    ends.push(disk.close)
    const agentLog: string[] = []
    await onPremises.startAgent(settings, (line) => agentLog.push(line))
    const withDatabase = async <T>(work: (database: Kysely<Schema>) => Promise<T>): Promise<T> => {
      const { kysely, close: end } = await openDatabase(postgres.url, 'judge', 2)
      try {
        return await work(kysely)
      } finally {
        await end()
      }
    }
    await withDatabase((database) => managersKnown({ database }))
    return {
      company,
      onPremises,
      postgres,
      redis,
      balancer,
      replicas,
      settings,
      agentLog,
      disk,
      withDatabase,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The policy as it comes, but for how often a day: here a day has minutes. */
function roomyPolicy(folder: string): string {
  const text = readFileSync(new URL('../../../bot/policy/default.yaml', import.meta.url), 'utf8')
  const file = join(folder, 'policy.yaml')
  writeFileSync(file, text.replaceAll(/perPersonPerDay: \d+/g, 'perPersonPerDay: 10'))
  return file
}
