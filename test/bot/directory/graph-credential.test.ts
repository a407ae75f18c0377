import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { type ClientIdentity, certificateTokens } from '../../../bot/directory/graph-credential.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { type Answer, json, type LocalServer, localServer, testCertificates } from './local-server.ts'

const tenant = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'

describe('Tokens by certificate, from an authority over HTTPS', () => {
  let server: LocalServer
  let folder: string
  let identity: ClientIdentity
  let given = 0
  let now: Date

  const give: Answer = (_request, response) =>
    json(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: `token-${++given}` })
  /** Discovery as Entra ID answers it; tokens as told. */
  const authority =
    (token: Answer): Answer =>
    (request, response) => {
      if (!request.path.endsWith('/openid-configuration')) return token(request, response)
      json(response, 200, {
        token_endpoint: `${server.url}/${tenant}/oauth2/v2.0/token`,
        issuer: `${server.url}/${tenant}/v2.0`,
        authorization_endpoint: `${server.url}/${tenant}/oauth2/v2.0/authorize`,
        jwks_uri: `${server.url}/${tenant}/discovery/v2.0/keys`,
        end_session_endpoint: `${server.url}/${tenant}/oauth2/v2.0/logout`,
      })
    }
  const tokenRequests = () => server.seen.filter(({ path }) => path.endsWith('/token'))
  const source = () => certificateTokens(identity, { clock: () => now, fetch: globalThis.fetch })

  before(async () => {
    const { app } = await testCertificates()
    folder = mkdtempSync(join(tmpdir(), 'credential-'))
    writeFileSync(join(folder, 'app.pem'), `${app.key}${app.cert}`)
    server = await localServer(authority(give))
    identity = {
      tenantId: tenant,
      clientId,
      authority: server.url,
      setting: 'GRAPH_CERTIFICATE',
      certificate: join(folder, 'app.pem'),
      scope: 'https://graph.example/.default',
    }
  })
  beforeEach(() => {
    now = new Date()
    server.seen.length = 0
    server.answer = authority(give)
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  it('proves who it is with an assertion signed by the certificate, for this token endpoint and no secret', async () => {
    await source().token()
    const form = new URLSearchParams(tokenRequests()[0]?.body)
    assert.equal(form.get('grant_type'), 'client_credentials')
    assert.equal(form.get('client_id'), clientId)
    assert.match(form.get('scope') ?? '', /^https:\/\/graph\.example\/\.default/)
    assert.equal(form.get('client_secret'), null)
    const assertion = form.get('client_assertion') ?? ''
    const { app } = await testCertificates()
    const certificate = new X509Certificate(app.cert)
    const { payload } = await jwtVerify(assertion, certificate.publicKey, {
      issuer: clientId,
      subject: clientId,
      audience: `${server.url}/${tenant}/oauth2/v2.0/token`,
      // msal rounds its nbf to the nearest second: up to half a second ahead.
      clockTolerance: 5,
    })
    assert.ok(payload.jti)
    const header: Record<string, unknown> = decodeProtectedHeader(assertion)
    assert.equal(header.alg, 'PS256')
    const digest = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
    assert.equal(header['x5t#S256'], digest)
  })

  it('asks once, however many ask at the same time, and keeps the token', async () => {
    const tokens = source()
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token()))
    assert.equal(new Set(all).size, 1)
    assert.equal(await tokens.token(), all[0])
    assert.equal(tokenRequests().length, 1)
  })

  it('goes past the cache for a fresh one', async () => {
    const tokens = source()
    const first = await tokens.token()
    assert.notEqual(await tokens.token({ fresh: true }), first)
    assert.equal(tokenRequests().length, 2)
  })

  it('asks nobody but the configured authority', async () => {
    await source().token()
    assert.ok(server.seen.length >= 2)
    assert.ok(server.seen.every(({ path }) => path.startsWith(`/${tenant}/`)))
  })

  it('says what is wrong with the registration, and how to mend it', async () => {
    const refused = (code: string, description: string): Answer =>
      authority((_request, response) => json(response, 401, { error: code, error_description: description }))
    server.answer = refused(
      'invalid_client',
      'AADSTS700027: Client assertion contains an invalid signature. Trace ID: 1',
    )
    await assert.rejects(source().token(), {
      name: 'CredentialError',
      passing: false,
      message: /certificate is not on the app registration: upload/,
    })
    server.answer = refused('unauthorized_client', "AADSTS700016: Application with identifier 'x' was not found")
    await assert.rejects(source().token(), { passing: false, message: /no such application in this tenant/ })
    server.answer = refused('invalid_client', 'AADSTS9999999: Something new')
    await assert.rejects(source().token(), { passing: false, message: /Something new/ })
  })

  it('tells trouble that passes from trouble that stays', async () => {
    server.answer = authority((_request, response) => response.socket?.destroy())
    await assert.rejects(source().token(), { name: 'CredentialError', passing: true })
    server.answer = authority((_request, response) => json(response, 503, { error: 'temporarily_unavailable' }))
    await assert.rejects(source().token(), { name: 'CredentialError', passing: true })
    server.answer = authority((_request, response) => response.writeHead(502).end('<html>Bad gateway</html>'))
    await assert.rejects(source().token(), { name: 'CredentialError', passing: true })
    identity = { ...identity, certificate: join(folder, 'missing.pem') }
    try {
      await assert.rejects(source().token(), { passing: false, message: /GRAPH_CERTIFICATE: the file/ })
    } finally {
      identity = { ...identity, certificate: join(folder, 'app.pem') }
    }
  })

  it('signs with a renewed certificate within the hour, without a restart', async () => {
    const file = join(folder, 'renewed.pem')
    const { app } = await testCertificates()
    writeFileSync(file, `${app.key}${app.cert}`)
    const tokens = certificateTokens({ ...identity, certificate: file }, { clock: () => now, fetch: globalThis.fetch })
    await tokens.token()
    const renewed = await makeCertificates({ now })
    writeFileSync(file, `${renewed.app.key}${renewed.app.cert}`)
    now = new Date(now.getTime() + 61 * 60 * 1000)
    await tokens.token()
    const assertion = new URLSearchParams(tokenRequests().at(-1)?.body).get('client_assertion') ?? ''
    await jwtVerify(assertion, new X509Certificate(renewed.app.cert).publicKey, { clockTolerance: 5 })
    rmSync(file)
    now = new Date(now.getTime() + 61 * 60 * 1000)
    assert.ok(await tokens.token(), 'a file that is gone does not stop a certificate that still works')
  })
})
