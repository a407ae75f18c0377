import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token of the Bot Framework that names the key it is to be checked with (RFC 8725 sections 2.1, 3.1 and 3.10). */
describe('a token of Teams that brings its own key', function () {
  this.timeout(180_000)
  let company: TestCompany
  let stranger: { readonly server: Server; readonly url: string; readonly seen: string[] }
  /** A genuine token, taken apart. */
  let header: { readonly kid: string }
  let claims: object
  /** Of the key that the Bot Framework publishes. */
  let published: JsonWebKey
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ownKey = own.publicKey.export({ format: 'jwk' })

  before(async () => {
    company = await startTestCompany()
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ keys: [{ ...ownKey, kid: header.kid, use: 'sig', endorsements: ['msteams'] }] }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    stranger = { server, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    const [first = '', second = ''] = (await genuineToken()).split('.')
    header = JSON.parse(Buffer.from(first, 'base64url').toString())
    claims = JSON.parse(Buffer.from(second, 'base64url').toString())
    const metadata = await company.company.fetch(company.company.teams.openIdMetadataUrl)
    const { jwks_uri: address } = (await metadata.json()) as { jwks_uri: string }
    const { keys } = (await (await company.company.fetch(address)).json()) as { keys: JsonWebKey[] }
    published = keys.find(({ kid }) => kid === header.kid) ?? assert.fail('the key of the token is not published')
  })
  after(async () => {
    stranger.server.close()
    stranger.server.closeAllConnections()
    await company.close()
  })

  async function genuineToken(): Promise<string> {
    let authorization = ''
    const listening = createServer((request, response) => {
      authorization = request.headers.authorization ?? ''
      response.end('{}')
    })
    listening.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { teams } = company.company
    teams.setBotUrl(`http://127.0.0.1:${(listening.address() as AddressInfo).port}`)
    await teams.client.forge(wellKnown.ada.id, 'help', {})
    teams.setBotUrl(`${company.bot().url}/api/messages`)
    listening.close()
    listening.closeAllConnections()
    return authorization.slice('Bearer '.length)
  }

  /** Sends a message of Ada's with this token; answers the HTTP status. */
  async function send(token: string): Promise<number> {
    company.used('token', token)
    const { teams, tenant } = company.company
    const answer = await fetch(`${company.bot().url}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        type: 'message',
        id: randomUUID(),
        channelId: 'msteams',
        serviceUrl: teams.url,
        from: { id: '29:x', name: 'Ada', aadObjectId: wellKnown.ada.id },
        conversation: {
          id: teams.client.open(wellKnown.ada.id).conversationId,
          conversationType: 'personal',
          tenantId: tenant.company.tenantId,
        },
        channelData: { tenant: { id: tenant.company.tenantId } },
        text: 'I forgot my password',
      }),
    })
    return answer.status
  }

  const signedByOwn = (more: object): string => {
    const signed = `${encoded({ alg: 'RS256', typ: 'JWT', kid: header.kid, ...more })}.${encoded(claims)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), own.privateKey).toString('base64url')}`
  }
  const signedWithSecret = (secret: string | Buffer): string => {
    const signed = `${encoded({ alg: 'HS256', typ: 'JWT', kid: header.kid })}.${encoded(claims)}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }

  const tokens: readonly (readonly [string, () => string])[] = [
    ['in its header', () => signedByOwn({ jwk: ownKey })],
    ['at an address of its own', () => signedByOwn({ jku: `${stranger.url}/keys`, x5u: `${stranger.url}/chain` })],
    ['at an address, under a name of its own', () => signedByOwn({ kid: 'another', jku: `${stranger.url}/keys` })],
    ['as an issuer with keys of its own', () => signedByIssuer()],
    [
      'by taking the published one for a shared secret',
      () =>
        signedWithSecret(createPublicKey({ key: published, format: 'jwk' }).export({ type: 'spki', format: 'pem' })),
    ],
    [
      'by taking the modulus of the published one for a shared secret',
      () => signedWithSecret(Buffer.from(published.n ?? '', 'base64url')),
    ],
    ['by sharing no secret at all', () => signedWithSecret('')],
  ]

  function signedByIssuer(): string {
    const signed = `${encoded({ alg: 'RS256', typ: 'JWT', kid: header.kid })}.${encoded({ ...claims, iss: stranger.url })}`
    return `${signed}.${sign('sha256', Buffer.from(signed), own.privateKey).toString('base64url')}`
  }

  it('has a genuine one beside it that is taken, so that the others are refused for what is wrong with them', async () => {
    const { length } = company.person('ada', 'teams').chat()
    assert.ok((await send(await genuineToken())) < 300)
    await company.person('ada', 'teams').hasSeen(/manager|make sure/)
    assert.ok(company.person('ada', 'teams').chat().length > length)
  })

  for (const [how, token] of tokens)
    it(`${how}: refused, nothing is fetched and nothing begins`, async () => {
      const dialogs = () => company.database.selectFrom('dialogs').select(['id', 'version']).orderBy('id').execute()
      const before = await dialogs()
      const status = await send(token())
      assert.ok(status === 401 || status === 403, `answered ${status}`)
      assert.deepEqual(await dialogs(), before)
      assert.deepEqual(stranger.seen, [])
    })
})
