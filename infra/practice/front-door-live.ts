import type { Request, Response } from 'express'
import type { CompanyDomain } from './front-door-domain.ts'
import type { AuditLine, ClockView, DirectoryState, LiveEvent, MembershipChange } from './front-door-shapes.ts'

const MOST_STREAMS = 50
const MOST_PEOPLE = 10
const LOOK_EVERY_MS = 500
const HEARTBEAT_EVERY_LOOKS = 30
/** Bytes a page may be behind before it is cut; it connects again by itself. */
const FURTHEST_BEHIND = 1_000_000

export interface LiveSources {
  /** Audit rows after this number, oldest first, a page of them. */
  audit(after: number): Promise<readonly AuditLine[]>
  state(personId: string): DirectoryState | undefined
  /** Changes of memberships after this number, oldest first. */
  memberships(after: number): readonly MembershipChange[]
  clock(): ClockView
  botUp(): Promise<boolean>
  /** Undefined in a company that is in the cloud alone. */
  readonly domain: Pick<CompanyDomain, 'view' | 'account'> | undefined
}

export interface LiveStreams {
  /** Answers `GET …/live?people=id,id&after=seq&changesAfter=number`: what changes from now on, beginning with how things are. */
  open(request: Request, response: Response): void
  close(): void
}

/** Server-Sent Events about the company. Looks twice a second, only while a page is open, and says only what changed. */
export function liveStreams(sources: LiveSources): LiveStreams {
  const streams = new Set<Response>()
  return {
    open(request, response) {
      if (streams.size >= MOST_STREAMS) {
        response.status(503).json({ error: { code: 'too-many', message: 'Too many pages are open.' } })
        return
      }
      const { people = '', after = '0', changesAfter = '0' } = request.query
      const personIds = String(people).split(',').filter(Boolean).slice(0, MOST_PEOPLE)
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write('retry: 1000\n\n')
      streams.add(response)
      const closed = new AbortController()
      response.once('close', () => {
        streams.delete(response)
        closed.abort()
      })
      const from = { audit: Number(after) || 0, memberships: Number(changesAfter) || 0 }
      void follow(sources, personIds, from, response, closed.signal)
    },
    close() {
      for (const stream of streams) stream.destroy()
    },
  }
}

async function follow(
  sources: LiveSources,
  personIds: readonly string[],
  after: { readonly audit: number; readonly memberships: number },
  response: Response,
  closed: AbortSignal,
): Promise<void> {
  const said = new Map<string, string>()
  const tell = (key: string, event: LiveEvent) => {
    const text = JSON.stringify(event)
    if (said.get(key) === text) return
    said.set(key, text)
    response.write(`data: ${text}\n\n`)
  }
  let seen = after.audit
  let changed = after.memberships
  for (let look = 1; !closed.aborted; look += 1) {
    if (response.writableLength > FURTHEST_BEHIND) return void response.destroy()
    const [lines, up] = await Promise.all([sources.audit(seen).catch(() => []), sources.botUp()])
    if (closed.aborted) return
    const last = lines.at(-1)
    if (last) {
      seen = last.seq
      tell('audit', { type: 'audit', lines })
    }
    const changes = sources.memberships(changed)
    const newest = changes.at(-1)
    if (newest) {
      changed = newest.number
      tell('memberships', { type: 'memberships', changes })
    }
    for (const id of personIds) {
      const state = sources.state(id)
      if (state) tell(id, { type: 'state', state })
      const account = sources.domain?.account(id)
      if (account) tell(`domain ${id}`, { type: 'domain-account', id, account })
    }
    if (sources.domain) tell('on-premises', { type: 'on-premises', view: sources.domain.view() })
    const clock = sources.clock()
    // The time itself always changes; only a moved clock is news.
    if (said.get('offset') !== String(clock.offsetMilliseconds)) tell('clock', { type: 'clock', clock })
    said.set('offset', String(clock.offsetMilliseconds))
    tell('bot', { type: 'bot', up })
    if (look % HEARTBEAT_EVERY_LOOKS === 0) response.write(': here\n\n')
    await pause(LOOK_EVERY_MS, closed)
  }
}

function pause(milliseconds: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      closed.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    closed.addEventListener('abort', done)
  })
}
