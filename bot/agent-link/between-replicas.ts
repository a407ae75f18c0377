import { z } from 'zod'
import { agentName, commandFrame, health, resultFrame } from '../../agent/protocol/frames.ts'
import type { MarkPurpose } from '../identity/key-ring.ts'
import { RelayError } from '../store/relay.ts'
import type { Delivery } from './connection.ts'
import type { AgentLinkGround } from './ground.ts'
import { type NonceMemory, nonceMemory } from './nonce-memory.ts'

/** What another replica says is good for this long, in either direction: clocks differ, and Redis may hold things back. */
const longestWay = 30_000
/** Presence is said anew every 10 seconds and forgotten after 30. */
export const presenceMilliseconds = 30_000

/** An agent that is connected somewhere. */
export const seenThere = z.strictObject({
  id: z.uuid(),
  name: agentName,
  since: z.number(),
  domain: z.string().max(253).optional(),
  fault: z.string().max(500).optional(),
  health: health.omit({ operations: true, type: true }),
})
export type SeenThere = z.infer<typeof seenThere>

const question = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('order'), command: commandFrame, milliseconds: z.int().min(1).max(60_000) }),
  z.strictObject({ do: z.literal('hang-up'), agent: z.uuid(), since: z.number() }),
])
type Question = z.infer<typeof question>
const delivery = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('result'), result: resultFrame }),
  z.strictObject({ kind: z.enum(['never-sent', 'lost', 'silent']), why: z.string().max(600) }),
])
const envelope = z.strictObject({
  at: z.number(),
  nonce: z.string().length(22),
  from: z.string(),
  to: z.string(),
  /** The nonce of the question that this answers. */
  answers: z.string().optional(),
  body: z.unknown(),
})

/** What this replica does for others. */
export interface Here {
  order(command: z.infer<typeof commandFrame>, milliseconds: number): Promise<Delivery>
  hangUp(agent: string, since: number): void
}

export interface OtherReplicas {
  /** Agents connected to other replicas, as those last said, at most so many milliseconds old. */
  seen(freshMilliseconds: number): Promise<readonly (SeenThere & { readonly replica: string })[]>
  order(replica: string, command: z.infer<typeof commandFrame>, milliseconds: number): Promise<Delivery>
  /** Tells all others that an agent is here now, so that they end an older connection of it. */
  tookOver(agent: string, since: number): Promise<void>
  announce(agents: readonly SeenThere[]): Promise<void>
  serve(here: Here): Promise<void>
  withdraw(): Promise<void>
}

/**
 * Agents are connected to one replica and served to all. Whoever can write to Redis can neither order anything nor pretend to be a
 * replica: all that travels is marked with a key derived from HELPBOT_KEYS, for one receiver, for half a minute, once.
 */
export function otherReplicas({ ring, relay, realTime, random, log }: AgentLinkGround): OtherReplicas {
  const nonces: NonceMemory = nonceMemory(2 * longestWay, realTime)
  let last: { readonly at: number; readonly seen: Promise<readonly (SeenThere & { replica: string })[]> } | undefined

  function wrap(purpose: MarkPurpose, to: string, body: unknown, answers?: string): { text: string; nonce: string } {
    const nonce = random(16).toString('base64url')
    const whole = { at: realTime().getTime(), nonce, from: relay.self, to, ...(answers ? { answers } : {}), body }
    const text = JSON.stringify(whole)
    return { text: `${ring.mark(purpose, text)}\n${text}`, nonce }
  }

  /** @throws Error when it was not marked by a replica, for us, just now */
  function unwrap(purpose: MarkPurpose, to: string, marked: string): z.infer<typeof envelope> {
    const line = marked.indexOf('\n')
    const text = marked.slice(line + 1)
    if (line < 0 || !ring.isMarked(purpose, text, marked.slice(0, line))) throw new Error('not from a replica')
    const whole = envelope.parse(JSON.parse(text))
    if (whole.to !== to) throw new Error('for another replica')
    if (Math.abs(realTime().getTime() - whole.at) > longestWay) throw new Error('too old, or the clocks differ')
    return whole
  }

  async function ask(replica: string, words: Question, milliseconds: number): Promise<unknown> {
    const { text, nonce } = wrap('between replicas: ask', replica, words)
    const answer = unwrap('between replicas: answer', relay.self, await relay.ask(replica, text, milliseconds))
    if (answer.answers !== nonce) throw new Error('the answer to another question')
    return answer.body
  }

  async function look(): Promise<readonly (SeenThere & { replica: string })[]> {
    const said = await relay.announced()
    return said.flatMap(({ from: replica, text }) => {
      try {
        const { from, body } = unwrap('between replicas: presence', 'all', text)
        if (from !== replica) throw new Error('of another replica')
        return z
          .array(seenThere)
          .max(200)
          .parse(body)
          .map((agent) => ({ ...agent, replica }))
      } catch (error) {
        log.warn({ replica, error: String(error).slice(0, 300) }, 'agents: what a replica says is not believed')
        return []
      }
    })
  }

  return {
    seen(freshMilliseconds) {
      const now = performance.now()
      if (!last || now - last.at > freshMilliseconds) {
        const seen = look().catch((error: unknown) => {
          log.warn({ error: String(error) }, 'agents: other replicas are not seen')
          return []
        })
        last = { at: now, seen }
      }
      return last.seen
    },
    async order(replica, command, milliseconds) {
      try {
        return delivery.parse(await ask(replica, { do: 'order', command, milliseconds }, milliseconds + 1_000))
      } catch (error) {
        const why = `by way of another replica: ${String(error).slice(0, 300)}`
        const reached = !(error instanceof RelayError && error.code === 'absent')
        return { kind: reached ? 'lost' : 'never-sent', why }
      }
    },
    async tookOver(agent, since) {
      const said = await this.seen(0)
      const there = said.filter(({ id }) => id === agent)
      await Promise.allSettled(there.map(({ replica }) => ask(replica, { do: 'hang-up', agent, since }, 2_000)))
    },
    async announce(agents) {
      await relay.announce(wrap('between replicas: presence', 'all', agents).text, presenceMilliseconds)
    },
    async serve(here) {
      await relay.serve(async (marked) => {
        const { nonce, from, body } = unwrap('between replicas: ask', relay.self, marked)
        if (!nonces.isNew(nonce)) throw new Error('said before')
        const words = question.parse(body)
        if (words.do === 'hang-up') here.hangUp(words.agent, words.since)
        const said = words.do === 'order' ? await here.order(words.command, words.milliseconds) : {}
        return wrap('between replicas: answer', from, said, nonce).text
      })
    },
    withdraw: () => relay.withdraw(),
  }
}
