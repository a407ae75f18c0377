import type { Request, Response } from 'express'
import type { SlackEvent, SlackListener } from './events.ts'

const MOST_STREAMS = 50
/** Bytes a stream may be behind before it is cut; the page connects again and reads the chats anew. */
const FURTHEST_BEHIND = 4_000_000
const HEARTBEAT_MS = 15_000

export interface EventStreams {
  /**
   * Answers `GET …/events?user=&conversationId=` with what happens from now on, one JSON object an event. With `user`: what that
   * person may see; without: everything.
   */
  open(request: Request, response: Response): void
  close(): void
}

/** Server-Sent Events for everyone who looks (WHATWG HTML, "Server-sent events"). */
export function createEventStreams(
  subscribe: (listener: SlackListener) => () => void,
  /** Id of somebody's direct message with the bot. */
  directMessageOf: (user: string) => string,
): EventStreams {
  const streams = new Set<Response>()
  return {
    open(request, response) {
      if (streams.size >= MOST_STREAMS) {
        response.status(503).json({ error: { code: 'too-many', message: 'Too many pages are open.' } })
        return
      }
      const { user, conversationId } = request.query
      const own = typeof user === 'string' ? directMessageOf(user) : undefined
      const isTheirs = (event: SlackEvent) => {
        if ('user' in event && event.user !== undefined) return event.user === user
        return !('conversationId' in event) || !event.conversationId.startsWith('D') || event.conversationId === own
      }
      const concerns = (event: SlackEvent) =>
        (own === undefined || isTheirs(event)) &&
        (conversationId === undefined || !('conversationId' in event) || event.conversationId === conversationId)
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write('retry: 1000\n\n')
      streams.add(response)
      const stop = subscribe((event) => {
        if (!concerns(event)) return
        if (response.writableLength > FURTHEST_BEHIND) response.destroy()
        else response.write(`data: ${JSON.stringify(event)}\n\n`)
      })
      const heartbeat = setInterval(() => response.write(': here\n\n'), HEARTBEAT_MS).unref()
      response.on('close', () => {
        stop()
        clearInterval(heartbeat)
        streams.delete(response)
      })
    },
    close() {
      for (const stream of streams) stream.destroy()
    },
  }
}
