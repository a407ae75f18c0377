import type { Request, Response } from 'express'

const MOST_STREAMS = 50
/** Bytes a stream may be behind before it is cut; the page connects again and reads the chats anew. */
const FURTHEST_BEHIND = 4_000_000
const HEARTBEAT_MS = 15_000

export interface EventStreams {
  /** Answers with what happens from now on, one JSON object an event. */
  open(request: Request, response: Response): void
  close(): void
}

/**
 * Server-Sent Events for everyone who looks (WHATWG HTML, "Server-sent events").
 * @param listen begins to send what concerns whoever asks; returns how to stop
 */
export function eventStreams(listen: (request: Request, send: (event: object) => void) => () => void): EventStreams {
  const streams = new Set<Response>()
  return {
    open(request, response) {
      if (streams.size >= MOST_STREAMS) {
        response.status(503).json({ error: { code: 'too-many', message: 'Too many pages are open.' } })
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write('retry: 1000\n\n')
      streams.add(response)
      const stop = listen(request, (event) => {
        if (response.writableLength > FURTHEST_BEHIND) response.destroy()
        else response.write(`data: ${JSON.stringify(event)}\n\n`)
      })
      const heartbeat = setInterval(() => response.write(': here\n\n'), HEARTBEAT_MS).unref()
      response.once('close', () => {
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
