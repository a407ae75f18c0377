import { join, resolve } from 'node:path'
import { auditRowsAfter, verifyDatabase } from '../../bot/audit/rows.ts'
import { openDatabase } from '../../bot/store/database.ts'
import { startEmbeddedPostgres } from '../../bot/store/embedded-postgres.ts'
import { freePort } from '../../bot/store/free-port.ts'
import { portMustBeFree } from './bot-process.ts'
import { wellKnown } from './company/seed.ts'
import { type Company, practice, startCompany } from './company.ts'
import { openFrontDoor } from './front-door.ts'
import { domainOf } from './front-door-domain.ts'
import { domainPrograms, installPrograms } from './install-programs.ts'
import { keepBotRunning } from './keep-bot-running.ts'
import { type PlaygroundPerson, startPlayground } from './playground.ts'

/** Half-hourly in the world. */
const syncEvery = 5_000
/** About every fifth of them is made in the domain, thirty a second. */
const mostHybrid = 2_000

/**
 * The practice company as a newcomer meets it: PostgreSQL, tenant, Teams, the bot as a process of its own, and the page; in a hybrid
 * one a domain controller and an agent as well. Runs until a signal ends it.
 */
export async function runPracticeCompany(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const { people, playground, itIn, hybrid } = readArguments(args)
  const port = Number(environment.PORT ?? '3978')
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error('PORT: must be a whole number between 1 and 65535')
  await portMustBeFree(port)
  const folder = resolve(environment.HELPBOT_DATA || '.helpbot')
  const url = `http://127.0.0.1:${port}`
  console.log('Practice mode: a whole company on this machine, nothing outside it is reached.')
  if (hybrid) installPrograms(domainPrograms, 'A hybrid company needs')
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort())
  /** What was started, to be ended the other way round. */
  const started: (() => Promise<unknown>)[] = []
  const start = async <Part>(starting: Promise<Part>, end: (part: Part) => Promise<unknown>): Promise<Part> => {
    const part = await starting
    started.push(() => end(part))
    ending.signal.throwIfAborted()
    return part
  }
  try {
    const postgres = environment.DATABASE_URL
      ? undefined
      : await start(startEmbeddedPostgres({ folder }), (one) => one.stop())
    const databaseUrl = environment.DATABASE_URL ?? postgres?.url ?? ''
    const botPort = await freePort()
    const company = await start(
      startCompany({
        folder: join(folder, 'practice'),
        people,
        botPort,
        publicUrl: url,
        itChannelIn: itIn,
        ...(hybrid ? { hybrid: { syncEveryMilliseconds: syncEvery } } : {}),
      }),
      (one) => one.close(),
    )
    const settings: Record<string, string> = {
      ...company.botEnvironment,
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: environment.LOG_LEVEL ?? 'info',
      ...(environment.REDIS_URL ? { REDIS_URL: environment.REDIS_URL } : {}),
      ...(environment.HELPBOT_POLICY ? { HELPBOT_POLICY: resolve(environment.HELPBOT_POLICY) } : {}),
      ...(playground ? { HELPBOT_PLAYGROUND: '1' } : {}),
    }
    const database = await start(openDatabase(databaseUrl, 'helpbot', 4), (one) => one.close())
    const bot = await start(keepBotRunning(settings, ending.signal), (one) => one.close())
    const { onPremises } = company
    if (onPremises) {
      await onPremises.startAgent(settings, (line) => {
        // That it looks for lockouts every ten seconds is no news.
        if (!/"do":"changes".*"outcome":"ok"/.test(line)) console.log(`agent: ${line}`)
      })
      ending.signal.throwIfAborted()
      console.log(`Active Directory (Samba): ${onPremises.controller.realm} at ${onPremises.controller.url}`)
    }
    const door = await start(
      openFrontDoor({
        port,
        host: '127.0.0.1',
        botUrl: () => bot.url(),
        teams: company.teams,
        slack: { ...company.slack, ...(itIn === 'slack' ? { itChannelId: practice.slackItChannelId } : {}) },
        tenant: company.tenant,
        domain: onPremises && domainOf(onPremises),
        fetch: company.fetch,
        clientId: practice.appId,
        audit: (after, limit) => auditRowsAfter(database.kysely, after, limit),
        verifyAudit: async () => {
          const { count, fault } = await verifyDatabase(database.kysely)
          const sentence = fault ? fault.sentence : `All ${count} rows are whole.`
          return { whole: fault === undefined, rows: count, sentence }
        },
        clock: company.clock,
        mailbox: (address) => company.tenant.control.mailbox(address),
        restartBot: (how) => bot.stop(how),
      }),
      (one) => one.close(),
    )
    console.log(`Practice company: ${door.url}/practice`)
    if (playground) {
      const client = await start(
        startPlayground({
          folder: join(folder, 'playground'),
          botUrl: bot.url(),
          tenantId: practice.tenantId,
          botId: practice.appId,
          people: playgroundPeople(company),
        }),
        (one) => one.close(),
      )
      console.log(`Agents Playground: ${client.url}`)
      console.log(
        'There, a button that opens a window does nothing: choose … > Action Command > Create on that message instead.',
      )
    }
    await aborted(ending.signal)
  } catch (error) {
    // Ctrl-C reaches what is being started as well, which then complains of having been ended.
    if (!ending.signal.aborted) throw error
  } finally {
    ending.abort()
    for (const end of started.reverse()) await end().catch((error: unknown) => console.error(error))
  }
  process.exit(0)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Who sits at the playground, and the five colleagues it wants to know. */
function playgroundPeople({ tenant }: Company): readonly PlaygroundPerson[] {
  const keys = ['ada', 'maya', 'tomas', 'financeManager', 'sam', 'zoe'] as const
  return keys.flatMap((key) => tenant.company.person(wellKnown[key].id) ?? [])
}

interface Arguments {
  readonly people: number
  readonly playground: boolean
  readonly itIn: 'teams' | 'slack'
  readonly hybrid: boolean
}

function readArguments(args: readonly string[]): Arguments {
  let people = 60
  let playground = false
  let hybrid = false
  let itIn: string | undefined = 'teams'
  for (let index = 0; index < args.length; index++) {
    if (args[index] === '--playground') playground = true
    else if (args[index] === '--hybrid') hybrid = true
    else if (args[index] === '--people') people = Number(args[++index])
    else if (args[index] === '--it-in') itIn = args[++index]
    else
      throw new Error(
        `unknown argument ${args[index]}: known are --people N, --it-in teams|slack, --hybrid and --playground`,
      )
  }
  if (!Number.isInteger(people) || people < 60 || people > 1_000_000)
    throw new Error('--people: must be a whole number between 60 and 1000000')
  if (hybrid && people > mostHybrid)
    throw new Error(
      `--hybrid: goes with at most ${mostHybrid} people; every synced one is made in a real Active Directory`,
    )
  if (itIn !== 'teams' && itIn !== 'slack') throw new Error('--it-in: must be teams or slack')
  return { people, playground, itIn, hybrid }
}
