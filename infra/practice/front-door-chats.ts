import type { Request, Response } from 'express'
import type { ChatNews } from './front-door-shapes.ts'
import type { SlackEvent } from './slack/events.ts'
import type { TeamsEvent } from './teams/events.ts'

const MOST_STREAMS = 50
/** Bytes a page may be behind before it is cut; it connects again and reads the chats anew. */
const FURTHEST_BEHIND = 4_000_000
const HEARTBEAT_MS = 15_000

type Subscribe<Event> = (listener: (event: Event) => void) => () => void

export interface ChatStreams {
  /** Answers `GET …/chats`: what happens in Teams and in Slack from now on. */
  open(request: Request, response: Response): void
  close(): void
}

/**
 * Server-Sent Events of both chat products in one stream: a browser opens no more than six connections to a server, and
 * people look at this page in several tabs (WHATWG HTML, "Server-sent events").
 */
export function chatStreams(sources: {
  readonly teams: Subscribe<TeamsEvent>
  readonly slack: Subscribe<SlackEvent> | undefined
}): ChatStreams {
  const streams = new Set<Response>()
  return {
    open(_request, response) {
      if (streams.size >= MOST_STREAMS) {
        response.status(503).json({ error: { code: 'too-many', message: 'Too many pages are open.' } })
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write('retry: 1000\n\n')
      streams.add(response)
      const tell = (news: ChatNews) => {
        if (response.writableLength > FURTHEST_BEHIND) response.destroy()
        else response.write(`data: ${JSON.stringify(news)}\n\n`)
      }
      const stops = [
        sources.teams((event) => tell({ teams: event })),
        sources.slack?.((event) => tell({ slack: withoutContent(event) })),
      ]
      const heartbeat = setInterval(() => response.write(': here\n\n'), HEARTBEAT_MS).unref()
      response.once('close', () => {
        for (const stop of stops) stop?.()
        clearInterval(heartbeat)
        streams.delete(response)
      })
    },
    close() {
      for (const stream of streams) stream.destroy()
    },
  }
}

/** What is in a modal may be a secret: whoever has it open asks for it. */
function withoutContent(event: SlackEvent) {
  return event.type === 'view' ? { type: event.type, user: event.user, isOpen: event.view !== undefined } : event
}
