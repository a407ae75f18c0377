import { randomBytes, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { botAddress } from './bot-address.ts'
import { commandHandlers } from './commands/handlers.ts'
import type { AgentSettings } from './config.ts'
import { watchDomain } from './domain-watch.ts'
import { openJournal } from './journal.ts'
import { identityFile } from './keys.ts'
import { outbox } from './link/outbox.ts'
import { stayConnected, usualPatience } from './link/stay-connected.ts'
import { openConfiguredDomain } from './open-domain.ts'
import { agentPolicy } from './policy/load.ts'
import type { Health } from './protocol/frames.ts'
import { soleUser } from './sole-user.ts'
import { orders } from './take-orders.ts'
import { programVersion } from './version.ts'

/** How long what runs may take to end, milliseconds. */
const longestDrain = 10_000

export interface Serving {
  /** Ends what runs, answers it, says goodbye. */
  stop(): Promise<void>
}

/**
 * The agent at work, put together: until it is stopped.
 * @throws FolderInUse, IdentityDamaged
 * @returns undefined where this agent was not enrolled yet
 */
export async function serve(
  settings: AgentSettings,
  environment: NodeJS.ProcessEnv,
  log: Logger,
): Promise<Serving | undefined> {
  const clock = () => new Date()
  const monotonic = () => performance.now()
  const { dataFolder } = settings

  const letGo = await soleUser(dataFolder)
  const identity = identityFile(dataFolder)
  const known = await identity.read()
  if (!known) return undefined

  // What may be done, and to what
  const domain = openConfiguredDomain(settings, clock)
  const policy = agentPolicy(settings.policy, { dataFolder, clock, facts: () => domain.facts() })
  const handlers = commandHandlers({ domain, policy, clock, randomBytes })
  const probe = () => handlers.probe({}, { commandId: randomUUID(), expires: clock() })
  const watch = watchDomain(() => domain.facts(), probe, log)

  // From a frame to its answer
  const journal = await openJournal(dataFolder, clock)
  if (journal.fault) log.error({ fault: journal.fault }, 'journal')
  const answers = outbox(clock)
  const work = orders({ agentId: known.agentId, handlers, journal, outbox: answers, clock, log })
  const version = programVersion()
  const health = (): Health => {
    const { fault, ...seen } = watch.latest()
    return {
      type: 'health',
      at: clock().toISOString(),
      version,
      host: hostname().slice(0, 253),
      ...seen,
      queue: work.length,
      fault: (fault ?? journal.fault ?? null)?.slice(0, 500) ?? null,
      operations: [...policy.operations],
    }
  }

  // The bot
  const link = stayConnected({
    address: botAddress(settings, environment),
    identity,
    outbox: answers,
    clock,
    monotonic,
    randomBytes,
    random: Math.random,
    log,
    pace: usualPatience,
    receive: work.take,
    health,
    onHealth: watch.onChange,
    alarm(because) {
      const [id, at] = [randomUUID(), clock().toISOString()]
      const what = 'the connection to the bot'
      answers.put({ type: 'alarm', id, at, kind: 'protocol', commandId: null, correlationId: null, what, because })
    },
  })
  log.info({ agent: known.agentId, name: known.name, version, operations: policy.operations }, 'agent: running')

  return {
    async stop() {
      log.info('agent: stopping')
      await work.drain(longestDrain)
      await answers.emptied(2_000)
      await link.stop()
      watch.stop()
      await journal.close()
      await domain.close()
      letGo()
      log.info('agent: stopped')
    },
  }
}
