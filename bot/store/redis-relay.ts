import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { connectRedis, type RedisClient, redisCalls } from './redis-client.ts'
import { checkRelayed, longestRelayed, mostAnnounced, mostAsked, type Relay, RelayError } from './relay.ts'

const names = 'relay:names'
/** Those who announced something and what they say; the names of those who are gone are taken off the list. */
const announcedScript = `
local said = {}
for _, name in ipairs(redis.call('SRANDMEMBER', KEYS[1], ${mostAnnounced})) do
  local text = redis.call('GET', KEYS[1] .. ':' .. name)
  if text then
    said[#said + 1] = name
    said[#said + 1] = text
  else
    redis.call('SREM', KEYS[1], name)
  end
end
return said`
const announceScript = `
redis.call('SET', KEYS[1] .. ':' .. ARGV[1], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[1], ARGV[1])
return 1`
const withdrawScript = `
redis.call('DEL', KEYS[1] .. ':' .. ARGV[1])
redis.call('SREM', KEYS[1], ARGV[1])
return 1`

/** What goes over a channel. Anybody who can reach Redis may have written it. */
const letter = z.strictObject({
  kind: z.enum(['ask', 'answer', 'failed', 'echo']),
  id: z.uuid(),
  from: z.string().regex(/^[\w-]{1,40}$/),
  text: z.string().max(longestRelayed),
})
type Letter = z.infer<typeof letter>
/** Our own words come back from Redis within this time, or we do not hear it any more. */
const longestEcho = 1_000
const subscribeAgainAfter = 250

/**
 * `Relay` in Redis (6.2 or later) by publish and subscribe, which keeps nothing: a question that nobody hears is gone.
 * @param options `prefix` goes before every key and channel; `onError` hears of lost connections, for the log
 * @throws TypeError when the address is not one of Redis
 */
export function redisRelay(url: string, options: { prefix: string; onError?: (error: Error) => void }): Relay {
  const { prefix, onError } = options
  const self = randomBytes(9).toString('base64url')
  const calls = redisCalls(url, prefix, onError)
  const channelOf = (name: string) => `${prefix}:relay:to:${name}`
  const waiting = new Map<string, { answer(text: string): void; fail(error: RelayError): void }>()
  const echoes = new Map<string, () => void>()
  let handler: ((text: string) => Promise<string>) | undefined
  let answering = 0
  let closed = false
  let ear: RedisClient | undefined
  let hears = false

  /** Stays subscribed; the client does so again by itself after a lost connection. */
  async function listen(): Promise<void> {
    const own = connectRedis(url, prefix, onError)
    ear = own
    while (!closed && own === ear) {
      try {
        await own.subscribe(channelOf(self), (text) => void heard(text))
        hears = own === ear
        return
      } catch {
        await pause(subscribeAgainAfter)
      }
    }
  }

  /** Rebuilds what listens when our own words do not come back: a server may be gone without a word. */
  async function checkHearing(): Promise<void> {
    const id = randomUUID()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), longestEcho)
    echoes.set(id, () => resolve(true))
    try {
      await send(self, { kind: 'echo', id, from: self, text: '' })
      if ((await promise) || closed) return
      hears = false
      ear?.destroy()
      void listen()
    } finally {
      clearTimeout(timer)
      echoes.delete(id)
    }
  }

  const send = (to: string, words: Letter): Promise<number> =>
    calls.answered((redis) => redis.publish(channelOf(to), JSON.stringify(words)))

  async function heard(text: string): Promise<void> {
    const words = parsed(text)
    if (!words || closed) return
    if (words.kind === 'echo') return echoes.get(words.id)?.()
    if (words.kind === 'ask') return answer(words)
    const asker = waiting.get(words.id)
    if (words.kind === 'answer') asker?.answer(words.text)
    else asker?.fail(new RelayError('failed', words.text))
  }

  async function answer({ id, from, text }: Letter): Promise<void> {
    if (!handler || answering >= mostAsked) return
    answering += 1
    try {
      const said = await handler(text)
      checkRelayed(said)
      await send(from, { kind: 'answer', id, from: self, text: said })
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).slice(0, 500)
      // Redis may be what failed: then the asker waits in vain, and knows that it does not know.
      await send(from, { kind: 'failed', id, from: self, text: why }).catch(() => undefined)
    } finally {
      answering -= 1
    }
  }

  void listen()
  return {
    self,
    async announce(text, milliseconds) {
      checkRelayed(text)
      const parameters = { keys: [names], arguments: [self, text, String(milliseconds)] }
      await calls.answered((redis) => redis.eval(announceScript, parameters))
      await checkHearing()
    },
    async withdraw() {
      await calls.answered((redis) => redis.eval(withdrawScript, { keys: [names], arguments: [self] }))
    },
    async announced() {
      const said = await calls.answered((redis) => redis.eval(announcedScript, { keys: [names] }))
      const flat = z.array(z.string()).parse(said)
      return flat.flatMap((from, index) =>
        index % 2 === 0 && from !== self ? [{ from, text: flat[index + 1] ?? '' }] : [],
      )
    },
    async ask(to, text, milliseconds) {
      checkRelayed(text)
      if (closed || !hears) throw new RelayError('absent', 'not listening for answers: Redis is not reached')
      if (waiting.size >= mostAsked) throw new RelayError('absent', 'too many questions are under way')
      const id = randomUUID()
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      // Heard by whoever awaits it below; what rejects before is no fault of its own.
      promise.catch(() => undefined)
      const timer = setTimeout(
        () => reject(new RelayError('silent', `no answer within ${milliseconds} ms`)),
        milliseconds,
      )
      waiting.set(id, { answer: resolve, fail: reject })
      try {
        const reached = await send(to, { kind: 'ask', id, from: self, text }).catch((error: unknown) => {
          throw new RelayError('silent', error instanceof Error ? error.message : String(error))
        })
        if (reached === 0) throw new RelayError('absent', 'nobody of that name listens')
        return await promise
      } finally {
        clearTimeout(timer)
        waiting.delete(id)
      }
    },
    async serve(given) {
      handler = given
    },
    async close() {
      if (closed) return
      closed = true
      for (const { fail } of waiting.values()) fail(new RelayError('silent', 'the relay is closed'))
      ear?.destroy()
      calls.close()
    },
  }
}

function parsed(text: string): Letter | undefined {
  try {
    return letter.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
