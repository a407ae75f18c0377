import { type EventStreams, eventStreams } from './event-streams.ts'
import type { ChatNews } from './front-door-shapes.ts'
import type { SlackEvent } from './slack/events.ts'
import type { TeamsEvent } from './teams/events.ts'

type Subscribe<Event> = (listener: (event: Event) => void) => () => void

/**
 * `GET …/chats`: what happens in Teams and in Slack, in one stream. A browser opens no more than six connections to a server,
 * and people look at this page in several tabs.
 */
export function chatStreams(sources: {
  readonly teams: Subscribe<TeamsEvent>
  readonly slack: Subscribe<SlackEvent> | undefined
}): EventStreams {
  return eventStreams((_request, send) => {
    const tell = (news: ChatNews) => send(news)
    const stops = [
      sources.teams((event) => tell({ teams: event })),
      sources.slack?.((event) => tell({ slack: withoutContent(event) })),
    ]
    return () => {
      for (const stop of stops) stop?.()
    }
  })
}

/** What is in a modal may be a secret: whoever has it open asks for it. */
function withoutContent(event: SlackEvent) {
  return event.type === 'view' ? { type: event.type, user: event.user, isOpen: event.view !== undefined } : event
}
