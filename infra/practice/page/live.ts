import type { ChatNews, LiveEvent, SlackNews } from '../front-door-shapes.ts'
import type { TeamsEvent } from '../teams/events.ts'

type Stop = () => void

/** What happens, as it happens. */
export interface Live {
  onTeams(listen: (event: TeamsEvent) => void): Stop
  onSlack(listen: (event: SlackNews) => void): Stop
  onCompany(listen: (event: LiveEvent) => void): Stop
  /** Called when the connection to the chats is there again: what happened meanwhile has to be read anew. */
  onReconnect(listen: () => void): Stop
  /** Names the people whose state in the directory is of interest. */
  watch(personIds: readonly string[]): void
}

export function openLive(): Live {
  const ofTeams = new Set<(event: TeamsEvent) => void>()
  const ofSlack = new Set<(event: SlackNews) => void>()
  const ofCompany = new Set<(event: LiveEvent) => void>()
  const onceMore = new Set<() => void>()
  let lastRow = 0
  let lastChange = 0
  let companyStream: EventSource | undefined
  let watched = ''

  const chatStream = new EventSource('/practice/api/chats')
  let wasOpen = false
  chatStream.addEventListener('open', () => {
    if (wasOpen) for (const listen of onceMore) listen()
    wasOpen = true
  })
  chatStream.addEventListener('message', ({ data }) => {
    const news: ChatNews = JSON.parse(data)
    if ('teams' in news) for (const listen of ofTeams) listen(news.teams)
    else for (const listen of ofSlack) listen(news.slack)
  })

  const follow = () => {
    companyStream?.close()
    const from = `after=${lastRow}&changesAfter=${lastChange}`
    const stream = new EventSource(`/practice/api/live?people=${encodeURIComponent(watched)}&${from}`)
    stream.addEventListener('message', ({ data }) => {
      const event: LiveEvent = JSON.parse(data)
      if (event.type === 'audit') {
        const news = event.lines.filter(({ seq }) => seq > lastRow)
        lastRow = Math.max(lastRow, ...news.map(({ seq }) => seq))
        if (news.length > 0) for (const listen of ofCompany) listen({ ...event, lines: news })
      } else if (event.type === 'memberships') {
        const news = event.changes.filter(({ number }) => number > lastChange)
        lastChange = Math.max(lastChange, ...news.map(({ number }) => number))
        if (news.length > 0) for (const listen of ofCompany) listen({ ...event, changes: news })
      } else for (const listen of ofCompany) listen(event)
    })
    companyStream = stream
  }

  return {
    onTeams: (listen) => added(ofTeams, listen),
    onSlack: (listen) => added(ofSlack, listen),
    onCompany: (listen) => added(ofCompany, listen),
    onReconnect: (listen) => added(onceMore, listen),
    watch(personIds) {
      const ids = [...new Set(personIds)].sort().join(',')
      if (ids === watched && companyStream) return
      watched = ids
      follow()
    },
  }
}

function added<Listener>(listeners: Set<Listener>, listen: Listener): Stop {
  listeners.add(listen)
  return () => void listeners.delete(listen)
}
