import { z } from 'zod'
import type { Answer, Ask, Task } from '../exchange.ts'
import type { TenantState } from '../state.ts'
import { badRequest, GraphFault } from './graph-fault.ts'

const mostItems = 20
const batch = z.object({
  requests: z
    .array(
      z.object({
        id: z.string().min(1).max(100),
        method: z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']),
        url: z.string().min(1).max(8000),
        headers: z.record(z.string(), z.string()).default({}),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).optional(),
      }),
    )
    .min(1),
})
type Item = z.infer<typeof batch>['requests'][number]

/**
 * JSON batching (learn.microsoft.com/graph/json-batching): up to 20 requests, 200 for the whole, a status for each. One that
 * depends on a failed one is 424. Faults of an item's own class hit it alone.
 * @throws GraphFault when the batch itself is not in order
 */
export async function runBatch(state: TenantState, ask: Ask, taskOf: (item: Ask) => Task): Promise<Answer> {
  const items = itemsOf(ask)
  const statuses = new Map<string, number>()
  const responses: object[] = []
  for (const item of items) {
    const waited = (item.dependsOn ?? []).map((id) => statuses.get(id))
    if (waited.some((status) => status === undefined))
      throw badRequest('A dependsOn names a request that does not come before.')
    const answer = waited.every((status) => status !== undefined && status < 400)
      ? await answerOf(state, taskOf(askOf(item, ask)))
      : failedDependency
    statuses.set(item.id, answer.status)
    responses.push(responseOf(item, answer))
  }
  return { status: 200, body: { responses } }
}

const failedDependency: Answer = {
  status: 424,
  body: { error: { code: 'FailedDependency', message: 'A request that this one depends on has failed.' } },
}

function itemsOf(ask: Ask): Item[] {
  let json: unknown
  try {
    json = JSON.parse(ask.body)
  } catch {
    throw new GraphFault(400, 'BadRequest', 'Unable to read JSON request payload.')
  }
  const parsed = batch.safeParse(json)
  if (!parsed.success) throw new GraphFault(400, 'BadRequest', 'Invalid batch payload format.')
  const { requests } = parsed.data
  if (requests.length > mostItems) {
    throw new GraphFault(400, 'BadRequest', `Number of batch request steps exceeds the maximum value of ${mostItems}.`)
  }
  if (new Set(requests.map((item) => item.id)).size < requests.length) {
    throw new GraphFault(400, 'BadRequest', 'The ids of the requests in a batch must be unique.')
  }
  return requests
}

function askOf(item: Item, outer: Ask): Ask {
  const [, version = 'v1.0'] = outer.url.pathname.split('/')
  const relative = item.url.replace(/^\/?/, '/')
  if (relative.startsWith('/$batch')) throw new GraphFault(400, 'BadRequest', 'A batch may not hold a batch.')
  const headers = Object.fromEntries(Object.entries(item.headers).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    method: item.method,
    url: new URL(`/${version}${relative}`, outer.url),
    headers: { 'client-request-id': outer.headers['client-request-id'] ?? '', ...headers },
    body: item.body === undefined ? '' : JSON.stringify(item.body),
  }
}

async function answerOf(state: TenantState, task: Task): Promise<Answer> {
  const fault = state.faults.take(task.class, ['429', '500', '503'])
  switch (fault?.kind) {
    case '429':
      return task.fail(429, fault.retryAfterSeconds)
    case '500':
      return task.fail(500, fault.retryAfterSeconds)
    case '503':
      return task.fail(503, fault.retryAfterSeconds)
    default:
      return task.run()
  }
}

function responseOf(item: Item, answer: Answer): object {
  const bytes = answer.body instanceof Uint8Array ? Buffer.from(answer.body).toString('base64') : undefined
  const type = bytes === undefined && answer.body !== undefined ? { 'Content-Type': 'application/json' } : {}
  const body = bytes ?? answer.body
  return {
    id: item.id,
    status: answer.status,
    headers: { ...type, ...answer.headers },
    ...(body === undefined ? {} : { body }),
  }
}
