import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { wellKnown } from '../../../infra/practice/company/cast.ts'
import type { Forgery } from '../../../infra/practice/teams/forgery.ts'
import { until } from '../../support/access.ts'
import { startTestCompany, type TestCompany } from '../../support/company.ts'

/** A host of the test's own. It notes whatever comes, and answers like a connector that likes everything. */
interface Stranger {
  readonly url: string
  readonly seen: readonly { readonly path: string; readonly authorization: string | undefined; readonly body: string }[]
  close(): void
}

async function startStranger(): Promise<Stranger> {
  const seen: { path: string; authorization: string | undefined; body: string }[] = []
  const server: Server = createServer((request: IncomingMessage, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.once('end', () => {
      seen.push({ path: request.url ?? '', authorization: request.headers.authorization, body })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"1"}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/teams/`,
    seen,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

describe('what comes to /api/messages', function () {
  this.timeout(180_000)
  let company: TestCompany
  let stranger: Stranger

  before(async () => {
    company = await startTestCompany()
    stranger = await startStranger()
    // An ordinary conversation first, so that nothing below is refused for lack of one.
    await company.person('ada').say('help')
    await company.person('ada').sees('What can I do for you?')
  })
  after(async () => {
    stranger.close()
    await company.close()
  })

  /** Rows of every table that holds anything of people. What the bot looks up by itself in the background is left out. */
  async function rows(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    const { rows: tables } = await sql<{ name: string }>`
      select tablename as name from pg_tables
      where schemaname = 'public' and tablename not in ('facts', 'managers_seen')`.execute(company.database)
    for (const { name } of tables) {
      const answer = await sql<{ count: string }>`select count(*) as count from ${sql.table(name)}`.execute(
        company.database,
      )
      counts[name] = Number(answer.rows[0]?.count)
    }
    return counts
  }

  const { ada, gil } = wellKnown
  const forge = (forgery: Forgery, personId = ada.id, text = 'I forgot my password') =>
    company.company.teams.client.forge(personId, text, forgery)

  /** Whatever the bot says: it has written nothing down and told Ada nothing. */
  async function leavesNothing(attempt: () => Promise<number>, allowed: readonly number[]): Promise<void> {
    const before = await rows()
    const chat = company.person('ada').chat().length
    const status = await attempt()
    assert.ok(allowed.includes(status), `answered ${status}`)
    assert.deepEqual(await rows(), before, 'nothing was written')
    assert.equal(company.person('ada').chat().length, chat, 'nothing was said')
  }

  it('is genuine: is answered (so that what follows is refused for what is wrong with it)', async () => {
    const before = await rows()
    const { status } = await forge({}, wellKnown.sam.id, 'help')
    assert.equal(status, 200)
    assert.notDeepEqual(await rows(), before)
  })

  it('is forged by the dozen: no more than a line of the log each, and none that the SDK writes', async () => {
    const before = company.log.length
    const forgeries: Forgery[] = [{ signature: 'stranger' }, { signature: 'tampered' }, { ageSeconds: 86_400 }]
    for (let turn = 0; turn < 12; turn++) await forge(forgeries[turn % 3] ?? {})
    const written = () => company.log.slice(before)
    const refused = () => written().filter((line) => line.includes('teams token refused')).length
    // A line comes out of the other process a moment after its answer.
    await until(() => refused() >= 12, 'all are logged')
    const notOurs = written().filter((line) => !line.startsWith('{'))
    assert.deepEqual(notOurs, [])
    assert.equal(refused(), 12)
  })

  const otherTenant = '11111111-2222-4333-8444-555555555555'
  for (const [name, forgery] of [
    ['has no token', { signature: 'absent' }],
    ['has a token signed with another key under the same id', { signature: 'stranger' }],
    ['has a token whose claims were changed after signing', { signature: 'tampered' }],
    ['has a token with "alg: none"', { signature: 'none' }],
    ['has a token of yesterday', { ageSeconds: 86_400 }],
    ['has a token that has run out by more than clocks may differ', { ageSeconds: 3_600 + 400 }],
    ['has a token that is not yet valid', { ageSeconds: -3_600 }],
    ['has a token for another bot', { audience: '99999999-8888-4777-8666-555555555555' }],
    ['has a token for Microsoft Graph', { audience: 'https://graph.microsoft.com' }],
    ['has a token without an audience', { audience: '' }],
    ['has a token of another issuer', { issuer: 'https://issuer.example/' }],
    [
      'has a token of the issuer of bots of old',
      { issuer: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' },
    ],
    ['has a token for another service address', { tokenServiceUrl: 'https://smba.trafficmanager.net/teams/' }],
  ] as const satisfies readonly (readonly [string, Forgery])[])
    it(`${name}: 401, and nothing happens`, () => leavesNothing(async () => (await forge(forgery)).status, [401, 403]))

  for (const [name, forgery] of [
    ['names another tenant', { tenantId: otherTenant }],
    ['names no sender', { aadObjectId: null }],
    ['names a sender by something that is no id', { aadObjectId: "' or 1=1 --" }],
    ['names a sender whom nobody knows', { aadObjectId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' }],
    ['comes from another channel', { channelId: 'emulator' }],
    ['comes from a web chat', { channelId: 'webchat' }],
  ] as const satisfies readonly (readonly [string, Forgery])[])
    it(`is signed, but ${name}: no dialog, no proof, no ticket, no conversation`, async () => {
      const before = await rows()
      const { status } = await forge(forgery)
      assert.ok(status === 200 || (status >= 400 && status < 500), `answered ${status}`)
      assert.deepEqual(await rows(), before)
    })

  it('is of a guest: refused with a next step, and nothing is written but where to find them', async () => {
    const { dialogs, tickets, proofs } = await rows()
    assert.equal((await forge({}, gil.id)).status, 200)
    const after = await rows()
    assert.deepEqual([after.dialogs, after.tickets, after.proofs], [dialogs, tickets, proofs])
    await company.person('gil').hasSeen(/not guests/)
  })

  describe('names a foreign service address', () => {
    it('in the activity alone: refused', () =>
      leavesNothing(async () => (await forge({ serviceUrl: stranger.url })).status, [401, 403]))

    it('in a token that is signed for it: refused all the same', () =>
      leavesNothing(
        async () => (await forge({ serviceUrl: stranger.url, tokenServiceUrl: stranger.url })).status,
        [401, 403],
      ))

    it('that looks like the right one', async () => {
      const right = new URL(company.company.teams.url)
      const { port } = new URL(stranger.url)
      for (const serviceUrl of [
        `http://${right.host}@127.0.0.1:${port}/teams/`,
        `http://127.0.0.1:${port}/?${right.host}`,
        `http://127.0.0.1:${port}/#${right.href}`,
        `https://${right.host}/teams/`,
        'https://smba.trafficmanager.net.evil.example/teams/',
        'file:///etc/passwd',
        'not an address',
        '',
      ])
        await leavesNothing(
          async () => (await forge({ serviceUrl, tokenServiceUrl: serviceUrl })).status,
          [400, 401, 403],
        )
    })

    it('and later messages of that person still go to Teams', async () => {
      const talker = company.person('ada')
      await talker.say('thank you')
      await talker.sees('Always glad to help')
    })

    after(() => assert.deepEqual(stranger.seen, [], 'the stranger was sent something'))
  })

  describe('is signed and is nonsense', () => {
    let authorization: string

    before(async () => {
      // A genuine token, as it comes with any message, and an activity of our own making.
      const listening = await startStranger()
      company.company.teams.setBotUrl(listening.url)
      await forge({})
      company.company.teams.setBotUrl(`${company.bot().url}/api/messages`)
      authorization = listening.seen[0]?.authorization ?? ''
      assert.match(authorization, /^Bearer /)
      company.used('token', authorization.slice('Bearer '.length))
      listening.close()
    })

    const send = async (body: unknown): Promise<number> => {
      const answer = await fetch(`${company.bot().url}/api/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(body),
      })
      assert.doesNotMatch(await answer.text(), /\.ts|node_modules|Error/)
      return answer.status
    }
    const genuine = () => ({
      type: 'message',
      id: randomUUID(),
      channelId: 'msteams',
      serviceUrl: company.company.teams.url,
      from: { id: '29:x', name: 'Ada', aadObjectId: ada.id },
      conversation: {
        id: company.company.teams.client.open(ada.id).conversationId,
        conversationType: 'personal',
        tenantId: company.company.tenant.company.tenantId,
      },
      channelData: { tenant: { id: company.company.tenant.company.tenantId } },
      text: 'help',
    })

    it('genuine ones of our own making are answered', async () => {
      assert.equal(await send(genuine()), 200)
    })

    for (const [name, change] of [
      ['no type', { type: undefined }],
      ['a type nobody knows', { type: 'teleport' }],
      ['a type that is a list', { type: ['message'] }],
      ['no sender', { from: undefined }],
      ['a sender that is a text', { from: 'ada' }],
      ['no conversation', { conversation: undefined }],
      ['a conversation that is null', { conversation: null }],
      ['no channel data', { channelData: undefined }],
      ['two tenants', { channelData: { tenant: { id: otherTenant } } }],
      ['an id that is a number', { id: 7 }],
      ['an id of a megabyte', { id: 'x'.repeat(200_000) }],
      ['a text that is an object', { text: { toString: 'x' } }],
      ['a text that is longer than Teams sends', { text: 'x'.repeat(100_000) }],
      ['an invoke without a value', { type: 'invoke', name: 'adaptiveCard/action' }],
      ['an invoke nobody knows', { type: 'invoke', name: 'handoff/action', value: {} }],
      ['an invoke with a value that is a text', { type: 'invoke', name: 'task/fetch', value: 'x' }],
      ['members that are no list', { type: 'conversationUpdate', membersAdded: 'all' }],
      ['entities that lie', { entities: [{ type: 'mention', text: 7 }] }],
    ] as const)
      it(`has ${name}: never a fault, and nothing is started`, async () => {
        const before = await rows()
        const status = await send({ ...genuine(), ...change })
        assert.ok(status === 200 || (status >= 400 && status < 500), `answered ${status}`)
        assert.deepEqual(await rows(), before)
      })

    it('is a press on a card that is not there, of somebody else, or made up: answered, and nothing happens', async () => {
      const post = await company.database.selectFrom('posts').select('key').limit(1).executeTakeFirstOrThrow()
      for (const data of [
        { post: 'nothing-of-the-kind', pick: '42' },
        { post: post.key, verb: '__proto__' },
        { post: `${post.key}`, dialog: 'constructor' },
        { post: { $ne: '' } },
        { post: ['a'] },
      ])
        for (const verb of ['confirm', 'start', 'not-me', '__proto__', 'toString']) {
          const before = await rows()
          const value = { action: { type: 'Action.Execute', verb, data } }
          const from = { id: '29:y', name: 'Maya', aadObjectId: wellKnown.zoe.id }
          const status = await send({ ...genuine(), from, type: 'invoke', name: 'adaptiveCard/action', value })
          assert.ok(status === 200 || (status >= 400 && status < 500), `answered ${status}`)
          const { conversations: _, ...after } = await rows()
          const { conversations: __, ...unchanged } = before
          assert.deepEqual(after, unchanged)
        }
    })
  })
})
