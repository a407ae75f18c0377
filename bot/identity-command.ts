import { parseArgs } from 'node:util'
import { auditTrail } from './audit/trail.ts'
import { ConfigError, loadSettings } from './config.ts'
import { parseKeyRing } from './identity/key-ring.ts'
import { userId } from './identity/person.ts'
import { resealAll } from './identity/reseal.ts'
import { unlockMethod } from './identity/throttle.ts'
import { removeFactor } from './identity/totp.ts'
import { openDatabase } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded-postgres.ts'

const usage = `npm run identity -- reseal                          seals every authenticator with the current key of HELPBOT_KEYS
npm run identity -- unlock OBJECT-ID totp           opens a method again that too many wrong codes closed (or: questions)
npm run identity -- remove-authenticator OBJECT-ID  takes an authenticator away; the person sets up a new one`

/** What IT does to the ways people prove themselves, until there is a panel for it. Every act is a row in the audit. */
async function command(args: readonly string[]): Promise<void> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const [verb, who, method] = positionals
  const settings = loadSettings(process.env)
  const postgres = settings.databaseUrl ? undefined : await startEmbeddedPostgres({ folder: settings.dataFolder })
  const database = await openDatabase(settings.databaseUrl ?? postgres?.url ?? '', 4)
  const clock = () => new Date()
  try {
    if (verb === 'reseal') {
      const { resealed, unreadable } = await resealAll(database.kysely, parseKeyRing(settings.keys))
      console.log(
        `${resealed} sealed anew, ${unreadable.length} could not be opened${unreadable.length > 0 ? `: ${unreadable.join(', ')}` : ''}`,
      )
      if (unreadable.length > 0) process.exitCode = 1
      return
    }
    const person = userId.safeParse(who)
    if (!person.success) throw new Error(`the object id of the person is missing or none\n\n${usage}`)
    const target = { tenant: settings.graph.tenantId, id: person.data }
    let done: boolean
    if (verb === 'unlock' && (method === 'totp' || method === 'questions')) {
      await unlockMethod(database.kysely, target, method)
      done = true
    } else if (verb === 'remove-authenticator') done = await removeFactor({ database: database.kysely, clock }, target)
    else throw new Error(usage)
    await auditTrail(database.kysely, clock).append({
      kind: 'event',
      action: verb === 'unlock' ? `unlock-${method}` : 'remove-totp',
      tenant: target.tenant,
      actor: 'helpbot',
      target: target.id,
      correlationId: crypto.randomUUID(),
      outcome: done ? 'done' : 'failed',
      why: `npm run identity by ${process.env.SUDO_USER ?? process.env.USER ?? 'unknown'}`,
    })
    console.log(done ? 'Done.' : 'There was nothing to take away.')
  } finally {
    await database.close()
    if (postgres?.started) await postgres.stop()
  }
}

command(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof Error ? error.message : error)
  process.exitCode = 1
})
