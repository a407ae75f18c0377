import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { z } from 'zod'
import { type CommandInput, type CommandName, type CommandOutput, commands } from '../../agent/protocol/commands.ts'
import type { CommandFrame, ResultFrame } from '../../agent/protocol/frames.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { AgentLink, Answered, Asked } from './agent-link.ts'
import type { OtherReplicas } from './between-replicas.ts'
import type { Delivery } from './connection.ts'
import { type Asking, failureOfAgent, noAnswer, notAsked } from './failures.ts'
import type { AgentLinkGround } from './ground.ts'
import type { LiveAgent } from './live-agent.ts'
import { allRoutes, bestRoute, nameOf, type Route, servedDomains, type Wanted } from './routes.ts'

/** Where nobody is there, it is looked again after this time. */
const lookAgain = 100
/** What other replicas say may be so old, while somebody is there and while nobody is. */
const fresh = { found: 2_000, wanting: 400 }
/** The commands again, so that a name and its output stay together for the compiler. */
const answers: { readonly [Name in CommandName]: { readonly output: z.ZodType<CommandOutput<Name>> } } = commands
/** Questions under way in this replica. */
const mostAsked = 500

/** Makes `AgentLink.ask` of the agents that are connected here and elsewhere. */
export function asker(
  ground: AgentLinkGround,
  here: ReadonlyMap<string, LiveAgent>,
  others: OtherReplicas,
): AgentLink['ask'] {
  const { database, log, metrics, realTime, times } = ground
  let underWay = 0

  /** An agent that can be asked, waited for until `until`. */
  async function find(asking: Asking, wanted: Wanted, until: number, leftOut: Set<string>): Promise<Route> {
    let settled = wanted
    for (let tries = 0; ; tries++) {
      // Whoever says a domain that is served is not asked about it first; whoever waits is told soon that it is in vain.
      if (tries % 10 === 1 || (tries === 0 && wanted.domain === undefined)) settled = await settle(asking, wanted)
      const routes = await allRoutes(here, others, tries === 0 ? fresh.found : fresh.wanting)
      const best = bestRoute(routes, settled, leftOut)
      if (best) return best
      if (performance.now() >= until) throw noAnswer(asking, absent(settled, routes), { left: false })
      if (tries > 0) await pause(lookAgain)
    }
  }

  /** Which domain it is about, or why that is nobody's. @throws DirectoryError */
  async function settle(asking: Asking, wanted: Wanted): Promise<Wanted> {
    const { domains, agents, unknown } = await servedDomains(database)
    const [only, another] = domains
    if (agents.length === 0) throw notAsked(asking, 'protected', 'no-agent', 'no agent is enrolled')
    if (wanted.agent !== undefined) {
      if (agents.includes(wanted.agent)) return wanted
      throw noAnswer(asking, `there is no agent ${wanted.agent}`, { left: false })
    }
    if (wanted.domain === undefined) {
      if (another === undefined) return { ...wanted, domain: only }
      throw notAsked(
        asking,
        'conflict',
        'which-domain',
        `which domain is not said, and there are ${domains.join(', ')}`,
      )
    }
    if (domains.includes(wanted.domain) || unknown > 0) return wanted
    throw notAsked(
      asking,
      'protected',
      'no-agent',
      `no agent of ${wanted.domain} is enrolled; of ${domains.join(', ')}`,
    )
  }

  async function deliver(route: Route, command: CommandFrame, milliseconds: number): Promise<Delivery> {
    if (route.replica !== undefined) return others.order(route.replica, command, milliseconds)
    const agent = here.get(route.id)
    if (!agent) return { kind: 'never-sent', why: 'the agent has gone' }
    // Whatever fails there: it may have left.
    return agent.connection.order(command, milliseconds).catch((error) => ({ kind: 'lost', why: String(error) }))
  }

  /** Reads may be asked of anybody, again and again; what writes goes to one agent, under one id. */
  async function run(asking: Asking, command: unknown, asked: Asked): Promise<Got> {
    const wanted: Wanted = { domain: asked.domain?.toLowerCase(), agent: asked.agent }
    const patience = performance.now() + times.wait
    const leftOut = new Set<string>()
    let holder: Route | undefined
    let order: { readonly frame: Omit<CommandFrame, 'agentId'>; readonly until: number } | undefined
    let why = ''
    for (;;) {
      const route = holder
        ? await comeBack(holder, order?.until ?? 0)
        : await find({ ...asking, commandId: order?.frame.id }, wanted, order?.until ?? patience, leftOut)
      if (!route) throw noAnswer({ ...asking, commandId: order?.frame.id }, why, { left: true })
      order ??= newOrder(asking, command, asked.correlationId)
      const frame = { ...order.frame, agentId: route.id }
      const delivery = await deliver(route, frame, Math.max(1, Math.ceil(order.until - performance.now())))
      if (delivery.kind === 'result') return { route, commandId: frame.id, result: delivery.result }
      why = `agent ${route.name}: ${delivery.why}`
      log.warn({ agent: route.id, command: frame.id, do: asking.name, why: delivery.why }, `agents: ${delivery.kind}`)
      if (delivery.kind === 'silent') throw noAnswer({ ...asking, commandId: frame.id }, why, { left: true })
      leftOut.add(nameOf(route))
      if (asking.writes) {
        // Its time begins when it really leaves, unless it has left before.
        if (delivery.kind === 'lost') holder = route
        else if (!holder) order = undefined
      } else order = { ...order, frame: { ...order.frame, id: randomUUID() } }
    }
  }

  function newOrder(asking: Asking, command: unknown, correlationId: string) {
    const milliseconds = asking.writes ? times.write : times.read
    const now = realTime().getTime()
    const frame = {
      type: 'command' as const,
      id: randomUUID(),
      issued: new Date(now).toISOString(),
      expires: new Date(now + milliseconds).toISOString(),
      correlationId: correlationId.slice(0, 100),
      command,
    }
    return { frame, until: performance.now() + milliseconds + times.grace }
  }

  /** The agent that may have begun a command: only its journal knows. Whatever its fault, it can say what it did. */
  async function comeBack(holder: Route, until: number): Promise<Route | undefined> {
    while (performance.now() < until) {
      await pause(lookAgain)
      const routes = await allRoutes(here, others, fresh.wanting)
      const back = routes.find(({ id }) => id === holder.id)
      if (back) return back
    }
    return undefined
  }

  async function ask<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    asked: Asked,
  ): Promise<Answered<Name>> {
    const asking: Asking = { name, writes: commands[name].writes }
    const parsed = commands[name].input.safeParse(input)
    if (!parsed.success)
      throw notAsked(asking, 'refused', 'not-understood', `it cannot be asked: ${parsed.error.message}`)
    const { route, commandId, result } = await run(asking, { do: name, input: parsed.data }, asked)
    const known = { ...asking, commandId }
    if (!result.outcome.ok) throw failureOfAgent(known, route.name, result.outcome.error)
    const output = answers[name].output.safeParse(result.outcome.value)
    if (output.success) return { value: output.data, agent: route.id, repeated: result.repeated, commandId }
    throw noAnswer(known, `agent ${route.name}: its answer is not understood: ${output.error.message}`, { left: true })
  }

  return async (name, input, asked) => {
    const began = performance.now()
    let outcome = 'failed'
    try {
      if (underWay >= mostAsked)
        throw notAsked({ name, writes: commands[name].writes }, 'throttled', 'busy', 'too many commands are under way')
      underWay += 1
      const answered = await ask(name, input, asked).finally(() => {
        underWay -= 1
      })
      outcome = 'done'
      return answered
    } catch (error) {
      const failure =
        error instanceof DirectoryError ? error : unforeseen({ name, writes: commands[name].writes }, error)
      outcome = failure.maybeDone ? 'maybe-done' : failure.code
      throw failure
    } finally {
      metrics.command({ name, outcome, milliseconds: performance.now() - began })
    }
  }
}

interface Got {
  readonly route: Route
  readonly commandId: string
  readonly result: ResultFrame
}

function absent({ domain, agent }: Wanted, routes: readonly Route[]): string {
  const seen = routes.map(
    (route) => `${route.name} (${route.domain ?? 'no domain'}${route.fault ? `: ${route.fault}` : ''})`,
  )
  const sought = [domain, agent && `agent ${agent}`].filter(Boolean).join(', ') || 'any domain'
  return `no agent for ${sought} can be asked; connected: ${seen.join('; ') || 'none'}`
}

/** A store that is gone, say: nothing was sent by the time anything but an agent can fail. */
function unforeseen(asking: Asking, error: unknown): DirectoryError {
  return noAnswer(asking, String(error), { left: false })
}
