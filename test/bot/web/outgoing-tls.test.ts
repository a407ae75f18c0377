import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { DEFAULT_MIN_VERSION, type SecureVersion } from 'node:tls'
import { createClient } from '@redis/client'
import { makeCertificates } from '../../../infra/practice/tls.ts'

/** Old servers speak nothing newer, and this machine's OpenSSL lets them only when told that nothing matters. */
const anyCipher = 'DEFAULT:@SECLEVEL=0'

describe('connections that go out', () => {
  let certificates: Awaited<ReturnType<typeof makeCertificates>>
  before(async () => {
    certificates = await makeCertificates()
  })

  async function speaking<T>(version: SecureVersion, use: (port: number) => Promise<T>): Promise<T> {
    const { key, cert } = certificates.server
    const old = { minVersion: version, maxVersion: version, ciphers: anyCipher }
    const server = createServer({ key, cert, ...(version === 'TLSv1.2' ? {} : old) }, (_asked, answer) =>
      answer.end('ok'),
    )
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      return await use((server.address() as AddressInfo).port)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }

  /** @returns the status, or the code of what went wrong */
  const asked = (port: number, more: RequestOptions = {}) =>
    new Promise<unknown>((resolve) => {
      const options = { host: '127.0.0.1', port, ca: certificates.ca, agent: false, ...more }
      const sent = get(options, (answer) => resolve(answer.resume().statusCode))
      sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    })

  it('are made with TLS 1.2 or newer', async () => {
    assert.equal(DEFAULT_MIN_VERSION, 'TLSv1.2')
    assert.equal(await speaking('TLSv1.2', (port) => asked(port)), 200)
    for (const old of ['TLSv1', 'TLSv1.1'] as const) {
      assert.equal(
        await speaking(old, (port) => asked(port, { minVersion: old, ciphers: anyCipher })),
        200,
        'it speaks',
      )
      assert.match(String(await speaking(old, (port) => asked(port, { ciphers: anyCipher }))), /SSL|EPROTO/)
    }
  })

  it('are made to nobody whose certificate is not vouched for', async () => {
    const said = await speaking('TLSv1.2', (port) =>
      fetch(`https://127.0.0.1:${port}`).then(
        () => 'connected',
        (error: Error & { cause?: { code?: string } }) => error.cause?.code,
      ),
    )
    assert.match(String(said), /UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/)
    const redis = await speaking('TLSv1.2', async (port) => {
      const client = createClient({ url: `rediss://127.0.0.1:${port}`, socket: { reconnectStrategy: false } })
      client.on('error', () => undefined)
      return client.connect().then(
        () => 'connected',
        (error: NodeJS.ErrnoException) => error.code,
      )
    })
    assert.match(String(redis), /UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/)
  })
})
