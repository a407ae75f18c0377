import type { AccessDesk, AccessLine, RequestLine } from '../access/access-desk.ts'
import type { Grant } from '../access/grant.ts'
import { activeGrantsOf } from '../access/grants.ts'
import { handBack } from '../access/hand-back.ts'
import type { AccessRequest } from '../approvals/requests/request.ts'
import { readRequest, requestsOf } from '../approvals/requests/requests.ts'
import { takeStep } from '../approvals/requests/take-step.ts'
import { whoItWaitsFor } from '../approvals/requests/waiting-words.ts'
import { ticketNumbers } from '../tickets/ticket-numbers.ts'
import type { Ground, Sitting } from './ground.ts'

const mostLines = 30
const mostGroups = 200
const mostRequests = 10

/** What somebody has and has asked for, and giving it back. */
export function owningAccess(
  ground: Ground,
  { person }: Sitting,
): Pick<AccessDesk, 'myAccess' | 'myRequests' | 'withdrawRequest' | 'handBack'> {
  const { database, directory } = ground

  return {
    async myAccess() {
      const [grants, direct] = await Promise.all([
        activeGrantsOf(database, person.tenant, person.id, mostLines + 1),
        directory.directGroups(person.id, mostGroups),
      ])
      const given = new Set<string>(grants.map(({ group }) => group.id))
      const groups = new Set<string>(direct.groups.map(({ id }) => id))
      const { entries } = ground.access.catalogue
      const others = entries.filter(({ group }) => groups.has(group) && !given.has(group))
      const opens = new Map(entries.map((entry) => [entry.key, entry.opens]))
      const lines: AccessLine[] = [
        ...grants.map((grant) => lineOf(grant, opens.get(grant.entry) ?? '')),
        ...others.map((entry) => ({
          grant: undefined,
          title: entry.title,
          opens: entry.opens,
          endsAt: null,
          because: 'not given by HelpBot',
          startsAt: undefined,
        })),
      ]
      return { lines: lines.slice(0, mostLines), more: lines.length > mostLines || direct.more }
    },
    async myRequests() {
      const requests = await requestsOf(database, person.tenant, person.id, mostRequests)
      const numbers = await ticketNumbers(
        database,
        requests.map(({ id }) => id),
      )
      return requests.map((request) => requestLine(request, numbers.get(request.id) ?? 0))
    },
    async withdrawRequest(id) {
      const request = await readRequest(database, id)
      if (!request || request.tenant !== person.tenant || request.terms.requester.id !== person.id)
        return { ok: false, sentence: 'That is no request of yours.' }
      const stepped = await takeStep(ground.access, id, { kind: 'withdrawn' }, person.id)
      if ('refused' in stepped) return { ok: false, sentence: stepped.refused }
      await ground.bringOut(stepped.posts)
      return { ok: true, sentence: stepped.request.ending ?? 'It was withdrawn.' }
    },
    handBack: (grant) => handBack(ground.access, grant, person),
  }
}

function lineOf({ id, title, endsAt, startsAt, approvers, state, goneAt }: Grant, opens: string): AccessLine {
  const names = [...new Set(approvers.map(({ name }) => name))].join(' and ')
  const approved = names === '' ? 'given by HelpBot' : `approved by ${names}`
  return {
    grant: id,
    title,
    opens,
    endsAt: endsAt?.toISOString() ?? null,
    because: goneAt === null ? approved : `${approved}; taken away since, and not by HelpBot`,
    startsAt: state === 'waiting' ? startsAt.toISOString() : undefined,
  }
}

function requestLine(request: AccessRequest, number: number): RequestLine {
  const { id, terms, state, askedAt } = request
  return {
    id,
    number,
    kind: terms.kind,
    title: terms.title,
    for: terms.person.name,
    open: state === 'open',
    standing: whoItWaitsFor(request),
    askedAt,
  }
}
