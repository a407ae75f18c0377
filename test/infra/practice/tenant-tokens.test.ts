import assert from 'node:assert/strict'
import { randomUUID, X509Certificate } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, importPKCS8, jwtVerify, SignJWT } from 'jose'
import { makeCertificates, thumbprints } from '../../../infra/practice/tls.ts'
import { clientId, openPractice, type Practice, tenantId } from './tenant-fixtures.ts'

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const graphScope = 'https://graph.microsoft.com/.default'

describe('the practice tenant gives tokens', () => {
  let practice: Practice
  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.close())

  const endpoint = () => `${practice.tenant.url}/${tenantId}/oauth2/v2.0/token`
  /** An assertion as msal makes it, with what a test wants wrong. */
  async function assertion(
    wrong: { aud?: string; iss?: string; sub?: string; lives?: number; jti?: string; alg?: string } = {},
  ) {
    const { key, cert } = practice.certificates.app
    const alg = wrong.alg ?? 'PS256'
    const now = Math.floor(Date.now() / 1000)
    const x5t = Buffer.from(thumbprints(cert).sha256, 'hex').toString('base64url')
    return new SignJWT({ jti: wrong.jti ?? randomUUID() })
      .setProtectedHeader({ alg, 'x5t#S256': x5t })
      .setIssuer(wrong.iss ?? clientId)
      .setSubject(wrong.sub ?? clientId)
      .setAudience(wrong.aud ?? endpoint())
      .setNotBefore(now - 600)
      .setExpirationTime(now + (wrong.lives ?? 600))
      .sign(await importPKCS8(key, alg))
  }
  const present = (client_assertion: string, scope = graphScope) =>
    practice.form({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_assertion_type: jwtBearer,
      client_assertion,
      scope,
    })
  const codes = async (given: Promise<string>) => {
    const reply = await present(await given)
    return { status: reply.status, error: reply.body.error, codes: reply.body.error_codes }
  }

  it('to msal-node with the right certificate, with the permissions of the application as roles', async () => {
    const claims = decodeJwt(await practice.token())
    assert.equal(claims.aud, 'https://graph.microsoft.com')
    assert.equal(claims.appid, clientId)
    assert.equal(claims.tid, tenantId)
    assert.ok(Array.isArray(claims.roles) && claims.roles.includes('User-PasswordProfile.ReadWrite.All'))
  })

  it('for its own address as Graph endpoint, too', async () => {
    const { url } = practice.tenant
    assert.equal(decodeJwt(await practice.token(`${url}/.default`)).aud, url)
  })

  it('for the Bot Framework, which the connector can check, and only those', async () => {
    const bearer = await practice.token('https://api.botframework.com/.default')
    assert.deepEqual(await practice.tenant.verifyBotToken(bearer), { appid: clientId })
    assert.equal(decodeJwt(bearer).roles, undefined)
    await assert.rejects(practice.token().then((graph) => practice.tenant.verifyBotToken(graph)))
    await assert.rejects(practice.tenant.verifyBotToken(`${bearer.slice(0, -8)}AAAAAAAA`))
  })

  it('that its published keys verify', async () => {
    const discovery = await practice.ask(`/${tenantId}/v2.0/.well-known/openid-configuration`)
    const keys = await practice.ask(new URL(String(discovery.body.jwks_uri)).pathname)
    assert.ok(Array.isArray(keys.body.keys))
    const { payload } = await jwtVerify(await practice.token(), createLocalJWKSet({ keys: keys.body.keys }), {
      issuer: String(discovery.body.issuer),
    })
    assert.equal(payload.appid, clientId)
  })

  it('not to a key that is not registered: AADSTS700027', async () => {
    const stranger = (await makeCertificates()).app
    const scopes = [graphScope]
    await assert.rejects(practice.msal(stranger).acquireTokenByClientCredential({ scopes }), /AADSTS700027/)
    const forger = { key: stranger.key, cert: practice.certificates.app.cert }
    const misnamed = { key: practice.certificates.app.key, cert: stranger.cert }
    await assert.rejects(practice.msal(misnamed).acquireTokenByClientCredential({ scopes }), /AADSTS700027/)
    await assert.rejects(practice.msal(forger).acquireTokenByClientCredential({ scopes }), /AADSTS700027/)
  })

  it('not for an assertion that is out of its time, from somebody else, or for somewhere else', async () => {
    assert.deepEqual((await codes(assertion({ lives: -400 }))).codes, [700024])
    assert.deepEqual((await codes(assertion({ iss: randomUUID() }))).codes, [700021])
    assert.deepEqual((await codes(assertion({ sub: randomUUID() }))).codes, [700021])
    assert.deepEqual((await codes(assertion({ aud: 'https://login.example/token' }))).codes, [700023])
    assert.deepEqual((await codes(Promise.resolve('not a token'))).codes, [50027])
    assert.equal((await codes(assertion({ alg: 'RS256' }))).status, 200)
  })

  it('not for a jti used again in another assertion, though the same assertion may come again, as msal sends it', async () => {
    const first = await assertion({ jti: 'once' })
    assert.equal((await present(first)).status, 200)
    assert.equal((await present(first, 'https://api.botframework.com/.default')).status, 200)
    assert.deepEqual((await codes(assertion({ jti: 'once' }))).codes, [50012])
  })

  it('and says what is wrong in the shape Entra ID uses', async () => {
    const reply = await practice.form({ grant_type: 'client_credentials', client_id: clientId, scope: graphScope })
    assert.equal(reply.status, 401)
    assert.equal(reply.body.error, 'invalid_client')
    assert.match(
      String(reply.body.error_description),
      /^AADSTS7000216: .* Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
    )
    assert.deepEqual(Object.keys(reply.body).sort(), [
      'correlation_id',
      'error',
      'error_codes',
      'error_description',
      'error_uri',
      'timestamp',
      'trace_id',
    ])
    const scoped = async (scope: string) => (await present(await assertion(), scope)).body.error_codes
    assert.deepEqual(await scoped('https://graph.microsoft.com/User.Read'), [1002012])
    assert.deepEqual(await scoped('https://vault.example/.default'), [500011])
    const stranger = await practice.form({ grant_type: 'client_credentials', client_id: randomUUID() })
    assert.deepEqual(stranger.body.error_codes, [700016])
    const elsewhere = await practice.ask(`/${randomUUID()}/v2.0/.well-known/openid-configuration`)
    assert.deepEqual(elsewhere.body.error_codes, [90002])
  })

  it('over certificates made here, that a strict client takes', () => {
    const { ca, server, app } = practice.certificates
    const authority = new X509Certificate(ca)
    const certificate = new X509Certificate(server.cert)
    assert.ok(authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey))
    assert.equal(certificate.checkHost('localhost'), 'localhost')
    assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1')
    assert.equal(certificate.checkHost('elsewhere.example'), undefined)
    const fingerprint = new X509Certificate(app.cert).fingerprint256.replaceAll(':', '')
    assert.equal(thumbprints(app.cert).sha256, fingerprint)
  })
})
