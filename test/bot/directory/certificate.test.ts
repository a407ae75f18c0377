import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CertificateError, loadCertificate, parseCertificate } from '../../../bot/directory/certificate.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'

describe('The certificate a setting points to', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  let made: Awaited<ReturnType<typeof makeCertificates>>
  before(async () => {
    made = await makeCertificates({ now, days: 30 })
  })
  const parse = (text: string, at = now) => parseCertificate('GRAPH_CERTIFICATE', text, at)
  const complaint = (text: string, at = now): string => {
    try {
      parse(text, at)
    } catch (error) {
      assert.ok(error instanceof CertificateError)
      return error.message
    }
    return assert.fail('it was accepted')
  }

  it('is read whatever the order of key and certificate, with a chain and with text around them', () => {
    const bag = 'Bag Attributes\n    friendlyName: helpbot\n'
    const expected = new X509Certificate(made.app.cert).fingerprint256.replaceAll(':', '')
    for (const text of [
      `${made.app.key}${made.app.cert}`,
      `${made.app.cert}${made.app.key}`,
      `${bag}${made.ca}${bag}${made.app.cert}${bag}${made.app.key}`.replaceAll('\n', '\r\n'),
    ]) {
      const read = parse(text)
      assert.equal(read.thumbprintSha256, expected)
      assert.match(read.thumbprintSha256, /^[0-9A-F]{64}$/)
      assert.equal(read.notAfter.toISOString(), '2026-03-31T12:00:00.000Z')
      assert.match(read.privateKey, /^-----BEGIN PRIVATE KEY-----/)
    }
  })

  it('is read with a PKCS#1 key', () => {
    const pkcs1 = createPrivateKey(made.app.key).export({ type: 'pkcs1', format: 'pem' })
    assert.match(parse(`${pkcs1}${made.app.cert}`).privateKey, /^-----BEGIN PRIVATE KEY-----/)
  })

  it('without a key, without a certificate, or of two that do not fit: says which, and how to mend it', async () => {
    const other = await makeCertificates({ now })
    assert.match(complaint(made.app.cert), /^GRAPH_CERTIFICATE: the PEM has no private key\. .*cat key\.pem cert\.pem/)
    assert.match(complaint(made.app.key), /^GRAPH_CERTIFICATE: the PEM has no certificate\./)
    assert.match(complaint(`${other.app.key}${made.app.cert}`), /do not belong together/)
  })

  it('that is PKCS#12 or DER: says how to convert it', () => {
    assert.match(complaint(new X509Certificate(made.app.cert).raw.toString('latin1')), /PKCS#12.*openssl pkcs12 -in/)
    assert.match(complaint('MIIKkgIBAzCCClgGCSqGSIb3DQEHAaCCCkk='), /PKCS#12.*choose content type PEM/)
  })

  it('that expired or is not valid yet: says when', () => {
    const pem = `${made.app.key}${made.app.cert}`
    assert.match(complaint(pem, new Date('2026-03-31T12:00:00Z')), /expired on 2026-03-31.*upload it to the app/)
    assert.match(complaint(pem, new Date('2026-02-01T00:00:00Z')), /not valid before 2026-02-28T12.*clock/)
  })

  it('under a passphrase, damaged, or not RSA: says so and shows nothing of the key', () => {
    const key = createPrivateKey(made.app.key)
    const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    const old = key.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    assert.match(complaint(`${encrypted}${made.app.cert}`), /passphrase.*openssl pkey/)
    assert.match(complaint(`${old}${made.app.cert}`), /passphrase/)
    const damaged = made.app.key.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA')
    assert.match(complaint(`${damaged}${made.app.cert}`), /the private key is damaged/)
    assert.ok(!complaint(`${damaged}${made.app.cert}`).includes('AAAAAAAA'))
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    assert.match(complaint(`${ec}${made.app.cert}`), /not RSA of 2048/)
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    assert.match(complaint(`${made.app.key}${broken}`), /a certificate in the PEM is damaged/)
  })

  it('is read from a file; a missing file is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
    const deps = { clock: () => now, vault: () => assert.fail('no vault is asked') }
    try {
      writeFileSync(join(folder, 'app.pem'), `${made.app.key}${made.app.cert}`)
      writeFileSync(join(folder, 'big.pem'), Buffer.alloc(300_000))
      assert.ok((await loadCertificate('GRAPH_CERTIFICATE', join(folder, 'app.pem'), deps)).thumbprintSha256)
      await assert.rejects(loadCertificate('TEAMS_CERTIFICATE', join(folder, 'no.pem'), deps), {
        name: 'CertificateError',
        message: /^TEAMS_CERTIFICATE: the file .*no\.pem cannot be read \(ENOENT\)\./,
      })
      await assert.rejects(loadCertificate('GRAPH_CERTIFICATE', join(folder, 'big.pem'), deps), /too big/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
