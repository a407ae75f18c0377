import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type GenuineToken, genuineToken } from '../../../bot/channels/teams-genuine.ts'
import { createSigningKey, type SigningKey } from '../../../infra/practice/teams/signing-key.ts'

const appId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'

describe('a token from Teams, before the SDK sees it', () => {
  let server: Server
  let key: SigningKey
  let url: string
  let asked: string[]
  let broken: boolean
  let genuine: GenuineToken

  before(async () => {
    key = await createSigningKey('key-1')
    server = createServer(({ url: path = '' }, response) => {
      asked.push(path)
      response.setHeader('content-type', 'application/json')
      if (broken) return void response.writeHead(503).end()
      response.end(JSON.stringify(path === '/openid' ? { jwks_uri: `${url}/keys` } : key.jwks))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  beforeEach(() => {
    asked = []
    broken = false
    genuine = genuineToken(
      { appId, localIssuer: { issuer: url, openIdMetadata: `${url}/openid` } },
      'https://login.example',
    )
  })

  const claims = (more: { issuer?: string; audience?: string } = {}) => ({
    ...{ issuer: url, audience: appId, serviceUrl: 'https://smba.example/' },
    ...more,
  })
  const signed = async (by = key, more = {}, ageSeconds = 0) =>
    `Bearer ${await by.sign(claims(more), new Date(Date.now() - ageSeconds * 1_000))}`

  it('passes when the channel signed it for us, and its keys are read once', async () => {
    for (let turn = 0; turn < 5; turn++) await genuine(await signed(key, {}, turn))
    assert.deepEqual(asked, ['/openid', '/keys'])
  })

  it('does not pass otherwise', async () => {
    const stranger = await createSigningKey('key-1')
    for (const [what, token] of [
      ['another key of the same name', await signed(stranger)],
      ['another bot', await signed(key, { audience: '99999999-8888-4777-8666-555555555555' })],
      ['another issuer', await signed(key, { issuer: 'https://issuer.example' })],
      ['yesterday', await signed(key, {}, 86_400)],
      ['tomorrow', await signed(key, {}, -86_400)],
      ['no token', 'Bearer '],
      ['two', `${await signed()} x`],
      ['no bearer', (await signed()).replace('Bearer', 'Basic')],
    ] as const)
      await assert.rejects(genuine(token), `${what} passed`)
  })

  it('is never asked about again and again: names of keys that nobody knows have the keys read no more often', async () => {
    await genuine(await signed())
    for (let turn = 0; turn < 20; turn++) {
      const stranger = await createSigningKey(`key-of-nobody-${turn}`)
      await assert.rejects(genuine(await signed(stranger)))
    }
    assert.deepEqual(asked, ['/openid', '/keys'])
  })

  it('passes again once the channel answers again', async () => {
    broken = true
    await assert.rejects(genuine(await signed()))
    broken = false
    await genuine(await signed())
  })
})
