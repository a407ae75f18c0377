import { parseArgs } from 'node:util'
import type { Kysely } from 'kysely'
import { auditTrail } from './audit/trail.ts'
import type { Clock } from './clock.ts'
import { ConfigError, loadSettings } from './config.ts'
import { parseKeyRing } from './identity/key-ring.ts'
import { userId } from './identity/person.ts'
import { resealAll } from './identity/reseal.ts'
import { unlockMethod } from './identity/throttle.ts'
import { removeFactor } from './identity/totp.ts'
import { unbindAddress } from './slack-people/bindings.ts'
import { openDatabase } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded-postgres.ts'
import type { Schema } from './store/schema.ts'

const usage = `npm run identity -- reseal                          seals every authenticator with the current key of HELPBOT_KEYS
npm run identity -- unlock OBJECT-ID totp           opens a method again that too many wrong codes closed (or: questions)
npm run identity -- remove-authenticator OBJECT-ID  takes an authenticator away; the person sets up a new one
npm run identity -- forget-slack ADDRESS            ends what binds the Slack account with this e-mail address to a person, so that
                                                    whoever holds it now can be matched anew`

/** What IT does to the ways people prove themselves, until there is a panel for it. Every act is a row in the audit. */
async function command(args: readonly string[]): Promise<void> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const [verb, who, method] = positionals
  const settings = loadSettings(process.env)
  const postgres = settings.databaseUrl ? undefined : await startEmbeddedPostgres({ folder: settings.dataFolder })
  const database = await openDatabase(settings.databaseUrl ?? postgres?.url ?? '', 'helpbot', 4)
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
    if (verb === 'forget-slack') return await forgetSlack(database.kysely, who ?? '', clock)
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

/** Whoever was given an address that somebody else had is refused until IT has looked at it and says that it is right. */
async function forgetSlack(database: Kysely<Schema>, address: string, clock: Clock): Promise<void> {
  const email = address.trim().toLowerCase()
  if (!email.includes('@')) throw new Error(`the e-mail address is missing or none\n\n${usage}`)
  const audit = auditTrail(database, clock)
  const ended = await unbindAddress(database, email, async (transaction, binding) => {
    await audit.appendWithin(transaction, {
      kind: 'event',
      action: 'unbind-slack',
      tenant: binding.tenant,
      actor: 'helpbot',
      target: binding.person,
      correlationId: crypto.randomUUID(),
      outcome: 'done',
      why: `npm run identity by ${process.env.SUDO_USER ?? process.env.USER ?? 'unknown'}`,
    })
  })
  console.log(ended ? 'Done.' : 'No Slack account is bound to that address.')
}

command(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof Error ? error.message : error)
  process.exitCode = 1
})
