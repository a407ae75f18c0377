import WebSocket from 'ws'
import { z } from 'zod'
import { type Profile, profile } from './profile.ts'

const patience = 60_000

/** Node writes its address as it starts with --inspect. */
export const inspectorAddress = /^Debugger listening on (ws:\/\/127\.0\.0\.1:\d+\/[\w-]+)$/

/** A profile of a running process, from `start` until `stop`, as --cpu-prof makes one of its whole life. */
export interface Profiler {
  start(): Promise<void>
  stop(): Promise<Profile>
  close(): void
}

const answer = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
})

/** Chrome DevTools Protocol, domain Profiler. @param address as Node wrote it */
export async function openProfiler(address: string): Promise<Profiler> {
  const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 500_000_000 })
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.on('message', (text) => {
    const parsed = answer.safeParse(JSON.parse(String(text)))
    if (!parsed.success) return
    const { id, result, error } = parsed.data
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error) asked?.reject(new Error(error.message))
    else asked?.resolve(result)
  })
  let last = 0
  const ask = (method: string, params: object = {}): Promise<unknown> => {
    const id = ++last
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method} was not answered`)), patience)
      const done =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(late)
          settle(value)
        }
      waiting.set(id, { resolve: done(resolve), reject: done(reject) })
      socket.send(JSON.stringify({ id, method, params }))
    })
  }
  await ask('Profiler.enable')
  return {
    async start() {
      await ask('Profiler.start')
    },
    async stop() {
      return z.object({ profile }).parse(await ask('Profiler.stop')).profile
    },
    close: () => socket.terminate(),
  }
}
