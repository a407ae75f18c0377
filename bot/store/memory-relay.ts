import { randomBytes } from 'node:crypto'
import { checkRelayed, mostAsked, type Relay, RelayError } from './relay.ts'

interface Member {
  announced: { readonly text: string; readonly until: number } | undefined
  handler: ((text: string) => Promise<string>) | undefined
}

/** Those who reach each other: one, unless a test plays several replicas in one process. */
export type RelayMembers = Map<string, Member>

/** `Relay` within this process, for a bot that runs as one process. */
export function memoryRelay(members: RelayMembers = new Map()): Relay {
  const self = randomBytes(9).toString('base64url')
  const me: Member = { announced: undefined, handler: undefined }
  members.set(self, me)
  let asked = 0
  let closed = false
  const checkOpen = (): void => {
    if (closed) throw new RelayError('absent', 'the relay is closed')
  }

  return {
    self,
    async announce(text, milliseconds) {
      checkOpen()
      checkRelayed(text)
      me.announced = { text, until: performance.now() + milliseconds }
    },
    async withdraw() {
      me.announced = undefined
    },
    async announced() {
      checkOpen()
      const now = performance.now()
      return [...members].flatMap(([from, { announced }]) =>
        from !== self && announced && announced.until > now ? [{ from, text: announced.text }] : [],
      )
    },
    async ask(to, text, milliseconds) {
      checkOpen()
      checkRelayed(text)
      const handler = members.get(to)?.handler
      if (!handler) throw new RelayError('absent', 'nobody of that name listens')
      if (asked >= mostAsked) throw new RelayError('absent', 'too many questions are under way')
      asked += 1
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(
        () => late.reject(new RelayError('silent', `no answer within ${milliseconds} ms`)),
        milliseconds,
      )
      try {
        return await Promise.race([answerOf(handler, text), late.promise])
      } finally {
        clearTimeout(timer)
        asked -= 1
      }
    },
    async serve(handler) {
      checkOpen()
      me.handler = handler
    },
    async close() {
      closed = true
      members.delete(self)
    },
  }
}

async function answerOf(handler: (text: string) => Promise<string>, text: string): Promise<string> {
  try {
    const answer = await handler(text)
    checkRelayed(answer)
    return answer
  } catch (error) {
    throw new RelayError('failed', error instanceof Error ? error.message : String(error))
  }
}
