import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { parseArgs } from 'node:util'
import { auditTrail } from './audit/trail.ts'
import { ConfigError, loadSettings } from './config.ts'
import { readInForce } from './lockdown/in-force.ts'
import { liftAtServer } from './lockdown/lift-at-server.ts'
import { factsOfForce } from './lockdown/words.ts'
import { plainText } from './plain-text.ts'
import { openDatabase } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded-postgres.ts'

const usage = `npm run lockdown                    what is in force, who wanted it, why and since when
npm run lockdown -- lift --why "…"   lifts it alone, where no two people of IT can be had: IT and the audit are told who did it, where and why`

/** The way out of a lockdown that nobody is left to lift. */
async function command(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { why: { type: 'string' } },
  })
  const [verb, ...more] = positionals
  const why = plainText(values.why ?? '', 1_000)
  const isLift = verb === 'lift' && why !== ''
  if (more.length > 0 || (verb !== undefined && !isLift)) throw new Error(usage)
  const settings = loadSettings(process.env)
  const postgres = settings.databaseUrl ? undefined : await startEmbeddedPostgres({ folder: settings.dataFolder })
  const database = await openDatabase(settings.databaseUrl ?? postgres?.url ?? '', 'helpbot', 4)
  const { kysely } = database
  const { tenantId: tenant } = settings.graph
  const clock = () => new Date()
  try {
    if (!isLift) return report(factsOfForce(await readInForce(kysely, tenant)))
    const hasItChannel = (settings.teams?.itChannel ?? settings.slack?.itChannel) !== undefined
    const who = process.env.SUDO_USER ?? process.env.USER ?? process.env.USERNAME ?? 'unknown'
    const ground = { database: kysely, clock, audit: auditTrail(kysely, clock), tenant, hasItChannel }
    const lifted = await liftAtServer(ground, { id: randomUUID(), who, host: hostname(), why })
    console.log(lifted ? 'Lifted: self-service is open for everybody.' : 'There is no lockdown.')
  } finally {
    await database.close()
    if (postgres?.started) await postgres.stop()
  }
}

function report(facts: ReturnType<typeof factsOfForce>): void {
  for (const { title, value } of facts) console.log(`${title}: ${plainText(value, 500)}`)
}

command(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof Error ? error.message : error)
  process.exitCode = 1
})
