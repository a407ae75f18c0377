import assert from 'node:assert/strict'
import { z } from 'zod'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import type { Graph } from '../../../bot/directory/graph-client.ts'
import { type Answer, graphFault, json, type LocalServer, localServer } from './local-server.ts'
import { practiceGraph } from './surroundings.ts'

const anything = z.object({ ok: z.boolean() })
const title = { title: 'GET /thing' }

describe('Graph over a real socket', () => {
  let server: LocalServer
  const ok: Answer = (_request, response) => json(response, 200, { ok: true }, { 'request-id': 'r-1' })
  before(async () => {
    server = await localServer(ok)
  })
  after(() => server.close())
  beforeEach(() => {
    server.seen.length = 0
    server.answer = ok
  })

  /** Answers from the list, one after the other, then the last for ever. */
  const inTurn = (...answers: Answer[]): Answer => {
    let turn = 0
    return (request, response) => answers[Math.min(turn++, answers.length - 1)]?.(request, response)
  }
  const status =
    (code: number, headers: Record<string, string> = {}): Answer =>
    (_request, response) => {
      response.writeHead(code, headers)
      response.end()
    }
  const cut: Answer = (_request, response) => {
    response.socket?.destroy()
  }
  const failure = async (promise: Promise<unknown>): Promise<DirectoryError> => {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof DirectoryError, `expected a DirectoryError, got ${String(error)}`)
    return error
  }
  const write = (graph: Graph) =>
    graph.write('PATCH', '/users/x', { password: 'Hush-Hush-7' }, { title: 'PATCH /users/x', secrets: ['Hush-Hush-7'] })

  it('sends the token, a client-request-id and the headers asked for', async () => {
    const { graph } = practiceGraph(server.url, { requestId: () => '11111111-2222-3333-4444-555555555555' })
    await graph.read('/users?$select=id', anything, { ...title, headers: { ConsistencyLevel: 'eventual' } })
    const [seen] = server.seen
    assert.equal(seen?.path, '/v1.0/users')
    assert.equal(seen?.query.get('$select'), 'id')
    assert.equal(seen?.headers.authorization, 'Bearer token')
    assert.equal(seen?.headers['client-request-id'], '11111111-2222-3333-4444-555555555555')
    assert.equal(seen?.headers.consistencylevel, 'eventual')
  })

  it('carries another client-request-id when the caller has one', async () => {
    const { graph } = practiceGraph(server.url)
    await graph.withRequestId(() => 'aaaaaaaa-0000-4000-8000-000000000000').read('/x', anything, title)
    assert.equal(server.seen[0]?.headers['client-request-id'], 'aaaaaaaa-0000-4000-8000-000000000000')
  })

  for (const code of [429, 500, 502, 503, 504])
    it(`asks again after ${code} and gets the answer`, async () => {
      server.answer = inTurn(status(code), status(code), ok)
      const { graph, pauses } = practiceGraph(server.url)
      assert.deepEqual(await graph.read('/x', anything, title), { ok: true })
      assert.deepEqual(pauses, [250, 500])
    })

  it('asks again after a connection cut before or in the middle of the answer', async () => {
    const half: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"ok":', () => response.socket?.destroy())
    }
    server.answer = inTurn(cut, half, ok)
    const { graph } = practiceGraph(server.url)
    assert.deepEqual(await graph.read('/x', anything, title), { ok: true })
    assert.equal(server.seen.length, 3)
  })

  it('obeys Retry-After in seconds and as a date', async () => {
    server.answer = inTurn(
      status(429, { 'retry-after': '7' }),
      status(503, { 'retry-after': 'Sun, 01 Mar 2026 12:00:11 GMT' }),
      ok,
    )
    const { graph, pauses } = practiceGraph(server.url)
    await graph.read('/x', anything, title)
    assert.deepEqual(pauses, [7000, 11_000])
  })

  it('gives up as throttled, at once, when it is to wait longer than is sensible', async () => {
    server.answer = status(429, { 'retry-after': '600' })
    const { graph, pauses } = practiceGraph(server.url)
    const error = await failure(graph.read('/x', anything, title))
    assert.equal(error.code, 'throttled')
    assert.deepEqual(pauses, [])
    assert.equal(server.seen.length, 1)
  })

  it('stops after four tries', async () => {
    server.answer = status(503)
    const { graph } = practiceGraph(server.url)
    const error = await failure(graph.read('/x', anything, title))
    assert.equal(error.code, 'unreachable')
    assert.equal(error.maybeDone, false)
    assert.equal(server.seen.length, 4)
  })

  for (const code of [500, 502, 503, 504])
    it(`never sends a write twice after ${code}, and says its fate is unknown`, async () => {
      server.answer = status(code, { 'retry-after': '1' })
      const { graph } = practiceGraph(server.url)
      const error = await failure(write(graph))
      assert.equal(error.code, 'unreachable')
      assert.equal(error.maybeDone, true)
      assert.equal(server.seen.length, 1)
    })

  it('never sends a write twice after a cut connection', async () => {
    server.answer = cut
    const { graph } = practiceGraph(server.url)
    const error = await failure(write(graph))
    assert.equal(error.code, 'unreachable')
    assert.equal(error.maybeDone, true)
    assert.equal(server.seen.length, 1)
  })

  it('sends a write again after 429, because nothing happened', async () => {
    server.answer = inTurn(status(429, { 'retry-after': '3' }), status(204, { 'request-id': 'r-9' }))
    const { graph, pauses } = practiceGraph(server.url)
    assert.deepEqual(await write(graph), { requestId: 'r-9' })
    assert.deepEqual(pauses, [3000])
    assert.deepEqual(
      server.seen.map(({ body }) => body),
      ['{"password":"Hush-Hush-7"}', '{"password":"Hush-Hush-7"}'],
    )
  })

  it('takes a write as done when the status said so and the body was lost', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '50', 'request-id': 'r-2' })
      response.write('{"val', () => response.socket?.destroy())
    }
    const { graph } = practiceGraph(server.url)
    assert.deepEqual(await write(graph), { requestId: 'r-2' })
  })

  it('knows that a write which found no server did not happen', async () => {
    const gone = await localServer(ok)
    await gone.close()
    const { graph, pauses } = practiceGraph(gone.url)
    const error = await failure(write(graph))
    assert.equal(error.code, 'unreachable')
    assert.equal(error.maybeDone, false)
    assert.equal(pauses.length, 3)
  })

  it('ends a call that takes too long, and a write of it may be done', async () => {
    server.answer = () => {}
    const { graph } = practiceGraph(server.url, { timeoutMilliseconds: 50 })
    const error = await failure(write(graph))
    assert.equal(error.code, 'unreachable')
    assert.equal(error.maybeDone, true)
    assert.match(error.detail, /TimeoutError/)
  })

  it('takes a fresh token once when the first is refused, and gives up on the second', async () => {
    server.answer = (request, response) =>
      request.headers.authorization === 'Bearer fresh-token'
        ? json(response, 200, { ok: true })
        : json(response, 401, graphFault('InvalidAuthenticationToken', 'Access token has expired.'))
    const renewed = practiceGraph(server.url)
    assert.deepEqual(await renewed.graph.read('/x', anything, title), { ok: true })
    assert.deepEqual(renewed.asked, [false, true])
    server.answer = (_request, response) => json(response, 401, graphFault('InvalidAuthenticationToken', 'No.'))
    const error = await failure(practiceGraph(server.url).graph.read('/x', anything, title))
    assert.equal(error.code, 'refused')
    assert.equal(server.seen.length, 4)
  })

  const refusals: readonly [number, string, string][] = [
    [403, 'Authorization_RequestDenied', 'refused'],
    [403, 'Directory_QuotaExceeded', 'refused'],
    [404, 'Request_ResourceNotFound', 'not-found'],
    [400, 'Request_BadRequest', 'refused'],
    [400, 'Request_ResourceNotFound', 'not-found'],
    [400, 'Request_MultipleObjectsWithSameKeyValue', 'conflict'],
    [409, 'Directory_ConcurrencyViolation', 'conflict'],
    [412, 'Whatever', 'conflict'],
    [410, 'syncStateNotFound', 'not-found'],
    [302, 'Moved', 'unreachable'],
  ]
  for (const [code, name, meaning] of refusals)
    it(`${code} ${name} means ${meaning}, in our words for the person and Graph’s for IT`, async () => {
      server.answer = (_request, response) =>
        json(response, code, graphFault(name, 'Vendor\r\nwords.'), { 'request-id': 'r-3' })
      const error = await failure(practiceGraph(server.url).graph.read('/x', anything, title))
      assert.equal(error.code, meaning)
      assert.doesNotMatch(error.sentence, /Vendor|Request|Graph/)
      assert.equal(error.detail, `GET /thing → ${code} ${name}: Vendor words. (request-id r-3)`)
      assert.equal(error.requestId, 'r-3')
    })

  it('understands a refusal without a body, with nonsense, and with PIM’s own shape', async () => {
    const { graph } = practiceGraph(server.url)
    server.answer = status(403)
    assert.equal((await failure(graph.read('/x', anything, title))).detail, 'GET /thing → 403 without an error body')
    server.answer = (_request, response) => {
      response.writeHead(404, { 'content-type': 'text/html' })
      response.end('<html>Not here</html>')
    }
    assert.equal((await failure(graph.read('/x', anything, title))).code, 'not-found')
    server.answer = (_request, response) =>
      json(response, 400, { errorCode: 'AadPremiumLicenseRequired', message: 'The tenant needs a licence.' })
    assert.match((await failure(graph.read('/x', anything, title))).detail, /AadPremiumLicenseRequired: The tenant/)
    server.answer = (_request, response) => json(response, 403, { error: { code: null, message: null, innerError: 7 } })
    assert.equal((await failure(graph.read('/x', anything, title))).code, 'refused')
  })

  it('calls a success that makes no sense unreachable, never success', async () => {
    const { graph } = practiceGraph(server.url)
    const nonsense: Answer[] = [
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to Wi-Fi</html>'),
      (_request, response) => json(response, 200, { ok: 'yes' }),
      (_request, response) => json(response, 200, null),
      status(204),
      status(200),
    ]
    for (const answer of nonsense) {
      server.answer = answer
      const error = await failure(graph.read('/x', anything, title))
      assert.equal(error.code, 'unreachable')
      assert.match(error.detail, /not understood/)
    }
  })

  it('repeats no password in an error, even when the server does', async () => {
    server.answer = (_request, response) => json(response, 400, graphFault('Request_BadRequest', 'Bad: Hush-Hush-7'))
    const error = await failure(write(practiceGraph(server.url).graph))
    assert.doesNotMatch(`${error.message} ${error.detail} ${error.sentence} ${error.stack}`, /Hush/)
  })

  it('follows pages with the same headers', async () => {
    server.answer = ({ query }, response) => {
      const at = Number(query.get('$skiptoken') ?? 0)
      const next = at < 2 ? { '@odata.nextLink': `${server.url}/v1.0/list?$top=1&$skiptoken=${at + 1}` } : {}
      json(response, 200, { value: [{ ok: at > 0 }], ...next })
    }
    const pages: unknown[] = []
    const headers = { ConsistencyLevel: 'eventual' }
    for await (const page of practiceGraph(server.url).graph.pages('/list?$top=1', anything, { ...title, headers }))
      pages.push(page)
    assert.deepEqual(pages, [[{ ok: false }], [{ ok: true }], [{ ok: true }]])
    assert.deepEqual(
      server.seen.map((one) => [one.query.get('$skiptoken'), one.headers.consistencylevel]),
      [
        [null, 'eventual'],
        ['1', 'eventual'],
        ['2', 'eventual'],
      ],
    )
  })

  it('follows no page to another host and no circle', async () => {
    const other = await localServer(ok)
    const walk = async (link: string) => {
      server.answer = (_request, response) => json(response, 200, { value: [], '@odata.nextLink': link })
      for await (const _page of practiceGraph(server.url).graph.pages('/list', anything, title));
    }
    try {
      const links = [
        `${other.url}/v1.0/list`,
        `${server.url.replace('https:', 'http:')}/v1.0/list`,
        `${server.url}/beta/list`,
        server.url.replace('https://', 'https://us%65r@'),
        'not a link',
      ]
      for (const link of links) assert.equal((await failure(walk(link))).code, 'unreachable', link)
      assert.equal(other.seen.length, 0)
      assert.equal(server.seen.length, links.length)
      assert.match((await failure(walk(`${server.url}/v1.0/list?page=2`))).detail, /never end/)
    } finally {
      await other.close()
    }
  })

  it('follows no redirect, so that the token stays here', async () => {
    const other = await localServer(ok)
    try {
      server.answer = status(307, { location: `${other.url}/v1.0/x` })
      assert.equal((await failure(practiceGraph(server.url).graph.read('/x', anything, title))).code, 'unreachable')
      assert.equal(other.seen.length, 0)
    } finally {
      await other.close()
    }
  })

  it('sends no token over plain http', async () => {
    const { graph, asked } = practiceGraph(server.url.replace('https:', 'http:'))
    const error = await failure(graph.read('/x', anything, title))
    assert.match(error.detail, /only .* over https gets our token/)
    assert.deepEqual(asked, [])
  })

  it('takes no more bytes than asked for', async () => {
    server.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(100))
    const { graph } = practiceGraph(server.url)
    assert.equal((await graph.readBytes('/x', 100, title))?.bytes.length, 100)
    assert.equal(await graph.readBytes('/x', 99, title), undefined)
  })
})
