import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import { loadCertificate } from '../../../bot/directory/certificate.ts'
import type { Fetch } from '../../../bot/directory/graph-transport.ts'
import { keyVault, managedIdentity, vaultResource } from '../../../bot/directory/key-vault.ts'
import { json, type LocalServer, localServer, testCertificates } from './local-server.ts'

describe('A certificate in Key Vault', () => {
  const url = 'https://practice.vault.azure.net/secrets/helpbot'
  let server: LocalServer
  let agent: Agent
  before(async () => {
    const { ca, app } = await testCertificates()
    server = await localServer((_request, response) =>
      json(response, 200, { value: `${app.key}${app.cert}`, contentType: 'application/x-pem-file' }),
    )
    // The vault's own name, TLS and all; only its address is that of the local server.
    agent = new Agent({
      connect: {
        ca,
        lookup: (_name, options, give) =>
          options.all ? give(null, [{ address: '127.0.0.1', family: 4 }]) : give(null, '127.0.0.1', 4),
      },
    })
  })
  after(async () => {
    await agent.close()
    await server.close()
  })

  const throughAgent: Fetch = async (input, init) => {
    const target = new URL(String(input))
    const answer = await undiciFetch(`https://${target.hostname}:${server.port}${target.pathname}${target.search}`, {
      headers: Object.fromEntries(new Headers(init?.headers)),
      dispatcher: agent,
    })
    return new Response(await answer.bytes(), { status: answer.status })
  }
  const vault = keyVault({ fetch: throughAgent, token: async (resource) => `token for ${resource}` })
  const load = () => loadCertificate('GRAPH_CERTIFICATE', url, { clock: () => new Date(), vault })

  it('is read with a token for the vault’s own cloud, api-version 7.4', async () => {
    assert.match((await load()).privateKey, /BEGIN PRIVATE KEY/)
    const [seen] = server.seen
    assert.equal(seen?.path, '/secrets/helpbot')
    assert.equal(seen?.query.get('api-version'), '7.4')
    assert.equal(seen?.headers.authorization, 'Bearer token for https://vault.azure.net')
  })

  it('that is PKCS#12, forbidden or nonsense: says what to do', async () => {
    const kept = server.answer
    try {
      server.answer = (_request, response) =>
        json(response, 200, { value: 'MIIKkgIBAzCCClgGCSqGSIb3DQEHAaCC', contentType: 'application/x-pkcs12' })
      await assert.rejects(load(), /GRAPH_CERTIFICATE: this is PKCS#12.*content type PEM/)
      server.answer = (_request, response) => json(response, 403, { error: { code: 'Forbidden' } })
      await assert.rejects(load(), /cannot be read: the vault answered 403\. .*Key Vault Secrets User/)
      server.answer = (_request, response) => response.end('<html>')
      await assert.rejects(load(), /not understood/)
    } finally {
      server.answer = kept
    }
  })

  it('gets a token for vaults only', () => {
    assert.equal(
      vaultResource('https://a.vault.usgovcloudapi.net/secrets/b/0123456789abcdef0123456789abcdef'),
      'https://vault.usgovcloudapi.net',
    )
    for (const wrong of [
      'https://vault.azure.net.evil.example/secrets/a',
      'https://evilvault.azure.net/secrets/a',
      'http://a.vault.azure.net/secrets/a',
      'https://a.vault.azure.net:8443/secrets/a',
      'https://a.vault.azure.net/keys/a',
      'https://a.vault.azure.net/secrets/a/../../b',
      'https://a.vault.azure.net/secrets/a?x=y',
    ])
      assert.throws(() => vaultResource(wrong), wrong)
  })

  it('asks the machine’s identity endpoint through msal', async () => {
    const asked: (string | undefined)[] = []
    const endpoint = createServer((request, response) => {
      asked.push(request.url, String(request.headers['x-identity-header']))
      const expires = String(Math.floor(Date.now() / 1000) + 3600)
      json(response, 200, {
        access_token: 'machine-token',
        expires_on: expires,
        resource: 'https://vault.azure.net',
        token_type: 'Bearer',
      })
    }).listen(0, '127.0.0.1')
    await once(endpoint, 'listening')
    const { port } = endpoint.address() as AddressInfo
    const kept = { ...process.env }
    try {
      process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${port}/msi/token`
      process.env.IDENTITY_HEADER = 'practice'
      assert.equal(await managedIdentity(undefined)('https://vault.azure.net'), 'machine-token')
      assert.match(String(asked[0]), /resource=https(:|%3A)/)
      assert.equal(asked[1], 'practice')
    } finally {
      process.env = kept
      endpoint.closeAllConnections()
      endpoint.close()
    }
  })
})
