import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { practice } from '../practice/company.ts'
import { type BenchGround, openGround } from './ground.ts'
import { atOnce, percentile, table } from './statistics.ts'

const approvers = 10
const concurrency = 4
const patience = 60_000

/**
 * From one approver's click until the cards of all the others show who decided, beside the click's own answer.
 * @returns how many requests did not get that far
 */
export async function benchDecisions(requests: number): Promise<number> {
  const ground = await openGround(requests + approvers + 200)
  try {
    const panel = panelOf(ground)
    const bot = await ground.startBot()
    const ids = await openRequests(ground, requests, panel.group)
    const clicks: number[] = []
    const everywhere: number[] = []
    let failed = 0
    await atOnce(ids, concurrency, async (id) => {
      try {
        const { click, all } = await decide(ground, id, panel.members)
        clicks.push(click)
        everywhere.push(all)
      } catch (error) {
        failed++
        console.error(String(error))
      }
    })
    await bot.stop('SIGTERM')
    const milliseconds = (times: readonly number[], share: number) => `${percentile(times, share).toFixed(0)} ms`
    const row = (what: string, times: readonly number[]) => [
      what,
      milliseconds(times, 0.5),
      milliseconds(times, 0.95),
      (percentile(times, 0.95) / percentile(clicks, 0.95)).toFixed(2),
    ]
    const what = `one approver's click until all ${approvers} cards show it (${ids.length - failed} requests, ${concurrency} at once)`
    const rows = [row('the click is answered', clicks), row(what, everywhere)]
    console.log(table(['measured in one run', 'p50', 'p95', 'p95 ratio'], rows))
    return failed
  } finally {
    await ground.close()
  }
}

/** A group of approvers, any one of whom is enough. */
function panelOf({ company, employees }: BenchGround): { readonly group: string; readonly members: readonly string[] } {
  const directory = company.tenant.company
  const model = [...directory.groups.values('latest')].find(({ displayName }) => displayName === 'Sales Dashboard')
  if (!model) throw new Error('the practice company lacks what is measured with')
  const members = employees(approvers).map(({ id }) => id)
  const group = randomUUID()
  directory.putGroup({ ...model, id: group, displayName: 'Approvers', members: new Set(members) })
  return { group, members }
}

/** Requests that nobody has been asked about yet: the bot finds the approvers and asks them. */
async function openRequests(
  { database, employees, company }: BenchGround,
  count: number,
  group: string,
): Promise<string[]> {
  const people = employees(count + approvers).slice(approvers)
  const target = [...company.tenant.company.groups.values('latest')].find(
    ({ displayName }) => displayName === 'Sales Dashboard',
  )
  const ids: string[] = []
  for (const person of people) {
    const id = randomUUID()
    const named = { id: person.id, name: person.displayName }
    const now = new Date()
    const terms = {
      kind: 'access',
      requester: named,
      person: named,
      entry: 'sales-dashboard',
      title: 'Sales dashboard',
      opens: 'See the figures of the sales team',
      group: { id: target?.id, name: target?.displayName },
      risk: 'low',
      reason: 'For the measurement',
      startsAt: null,
      lasts: { for: 86_400_000 },
      conflicts: [],
      extends: null,
    }
    const document = {
      id,
      tenant: practice.tenantId,
      state: 'open',
      terms,
      earlier: [],
      stages: [[{ from: `group:${group}`, need: 1 }]],
      stage: 0,
      asks: [],
      questions: [],
      askedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + 7 * 86_400_000).toISOString(),
      decidedAt: null,
      ending: null,
      correlationId: id,
    }
    await database
      .insertInto('tickets')
      .values({
        id,
        tenant_id: practice.tenantId,
        user_id: person.id,
        kind: 'request',
        title: terms.title,
        urgency: 'normal',
        state: 'open',
        outcome: null,
        dialog_id: null,
        correlation_id: id,
        opened_at: now,
      })
      .execute()
    await database
      .insertInto('access_requests')
      .values({
        id,
        tenant_id: practice.tenantId,
        requester_id: person.id,
        person_id: person.id,
        kind: 'access',
        entry: terms.entry,
        extends: null,
        state: 'open',
        document: JSON.stringify(document),
        correlation_id: id,
        asked_at: now,
        due_at: now,
      })
      .execute()
    ids.push(id)
  }
  return ids
}

/** Presses Approve on the first card and waits until every card of the request has lost its buttons. */
async function decide(
  { company, database }: BenchGround,
  request: string,
  members: readonly string[],
): Promise<{ readonly click: number; readonly all: number }> {
  const { client } = company.teams
  const cards = await cardsOf(database, request, members.length)
  const [first] = cards
  if (!first) throw new Error(`nobody was asked about ${request}`)
  const started = performance.now()
  const outcome = await client.press(first.person, { messageId: first.message, title: 'Approve' })
  const click = performance.now() - started
  if (outcome.kind !== 'card') throw new Error(`the click was answered with ${JSON.stringify(outcome).slice(0, 300)}`)
  await Promise.all(
    cards.map(({ person, message }) =>
      client.waitFor(
        client.open(person).conversationId,
        (messages) =>
          messages.find(({ id, attachments }) => id === message && !JSON.stringify(attachments).includes('"Approve"')),
        patience,
      ),
    ),
  )
  return { click, all: performance.now() - started }
}

/** Where the cards of a request stand, once all of them do. */
async function cardsOf(database: BenchGround['database'], request: string, count: number) {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(100)) {
    const posts = await database
      .selectFrom('posts')
      .select(['user_id', 'place', 'state'])
      .where('key', 'like', `access-ask:${request}:%`)
      .execute()
    if (posts.length === count && posts.every(({ state }) => state === 'sent'))
      return posts.map(({ user_id, place }) => ({
        person: user_id ?? '',
        message: place && 'message' in place ? String(place.message) : '',
      }))
  }
  throw new Error(`not everybody was asked about ${request}`)
}
