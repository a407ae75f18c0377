import { createHash, generateKeyPair, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { promisify } from 'node:util'
import * as der from './der.ts'

/** A private key (PKCS#8) and its certificate, both PEM. */
export interface Credential {
  readonly key: string
  readonly cert: string
}

/** All the certificates of a practice company. `ca` is what a client must trust; no private key of it is kept. */
export interface Certificates {
  readonly ca: string
  readonly server: Credential
  readonly app: Credential
}

/** What an app registration shows of a certificate, as msal-node's `clientCertificate` wants them. */
export interface Thumbprints {
  /** SHA-1, upper-case hex (the older `thumbprint`). */
  readonly sha1: string
  /** SHA-256, upper-case hex (`thumbprintSha256`). */
  readonly sha256: string
}

const day = 24 * 60 * 60_000
const ecdsaWithSha256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'))
const rsaWithSha256 = der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), der.nothing())
const makeKeys = promisify(generateKeyPair)

interface Subject {
  readonly name: string
  readonly publicKey: KeyObject
  readonly extensions: readonly Buffer[]
}

/**
 * Makes a certificate authority (EC P-256), a server certificate of it for `hosts`, and a self-signed certificate
 * (RSA-2048, as Entra ID takes them) with which an application signs its assertions. Valid from a day ago for `days` days.
 * Everything is made here and now with node:crypto: nothing rests on openssl or on a file (RFC 5280).
 */
export async function makeCertificates(
  options: { readonly hosts?: readonly string[]; readonly days?: number; readonly now?: Date } = {},
): Promise<Certificates> {
  const hosts = options.hosts ?? ['localhost', '127.0.0.1']
  const now = options.now ?? new Date()
  const until = new Date(now.getTime() + (options.days ?? 30) * day)
  const [authority, server, app] = await Promise.all([
    makeKeys('ec', { namedCurve: 'P-256' }),
    makeKeys('ec', { namedCurve: 'P-256' }),
    makeKeys('rsa', { modulusLength: 2048 }),
  ])
  const issuer = { name: 'Practice company CA', key: authority.privateKey }
  const validity = { from: new Date(now.getTime() - day), until }
  const ca = certificate(
    { name: issuer.name, publicKey: authority.publicKey, extensions: authorityExtensions(authority.publicKey) },
    issuer,
    validity,
  )
  const serverCertificate = certificate(
    {
      name: hosts[0] ?? 'localhost',
      publicKey: server.publicKey,
      extensions: serverExtensions(hosts, server.publicKey, authority.publicKey),
    },
    issuer,
    validity,
  )
  const appName = 'HelpBot practice application'
  const appCertificate = certificate(
    { name: appName, publicKey: app.publicKey, extensions: [subjectKeyIdentifier(app.publicKey)] },
    { name: appName, key: app.privateKey },
    validity,
  )
  return {
    ca,
    server: { key: pem(server.privateKey), cert: serverCertificate },
    app: { key: pem(app.privateKey), cert: appCertificate },
  }
}

/** The thumbprints of a PEM certificate. @throws when it is not one */
export function thumbprints(cert: string): Thumbprints {
  const { raw } = new X509Certificate(cert)
  const digest = (algorithm: string) => createHash(algorithm).update(raw).digest('hex').toUpperCase()
  return { sha1: digest('sha1'), sha256: digest('sha256') }
}

function certificate(
  subject: Subject,
  issuer: { readonly name: string; readonly key: KeyObject },
  validity: { readonly from: Date; readonly until: Date },
): string {
  const algorithm = issuer.key.asymmetricKeyType === 'rsa' ? rsaWithSha256 : ecdsaWithSha256
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serialNumber()),
    algorithm,
    commonName(issuer.name),
    der.sequence(der.certificateTime(validity.from), der.certificateTime(validity.until)),
    commonName(subject.name),
    subjectPublicKeyInfo(subject.publicKey),
    der.explicit(3, der.sequence(...subject.extensions)),
  )
  const whole = der.sequence(toBeSigned, algorithm, der.bitString(sign('sha256', toBeSigned, issuer.key)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** Positive and at most 20 octets, with 64 bits or more from a CSPRNG (RFC 5280 4.1.2.2). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}

function authorityExtensions(publicKey: KeyObject): Buffer[] {
  return [
    extension('2.5.29.19', der.sequence(der.boolean(true)), true),
    // keyCertSign and cRLSign, bits 5 and 6
    extension('2.5.29.15', der.bitString(Buffer.from([0x06]), 1), true),
    subjectKeyIdentifier(publicKey),
  ]
}

function serverExtensions(hosts: readonly string[], publicKey: KeyObject, issuerKey: KeyObject): Buffer[] {
  const names = hosts.map((host) =>
    isIPv4(host)
      ? der.implicit(7, Buffer.from(host.split('.').map(Number)))
      : der.implicit(2, Buffer.from(host, 'ascii')),
  )
  return [
    extension('2.5.29.17', der.sequence(...names)),
    // digitalSignature, bit 0
    extension('2.5.29.15', der.bitString(Buffer.from([0x80]), 7), true),
    extension('2.5.29.37', der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    subjectKeyIdentifier(publicKey),
    extension('2.5.29.35', der.sequence(der.implicit(0, keyIdentifier(issuerKey)))),
  ]
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der.boolean(true)] : []
  return der.sequence(der.objectIdentifier(oid), ...flag, der.octetString(value))
}

function subjectKeyIdentifier(publicKey: KeyObject): Buffer {
  return extension('2.5.29.14', der.octetString(keyIdentifier(publicKey)))
}

/** Any unique value will do (RFC 5280 4.2.1.2 names SHA-1 of the key as one common way). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha256').update(subjectPublicKeyInfo(publicKey)).digest().subarray(0, 20)
}

function subjectPublicKeyInfo(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}

function commonName(text: string): Buffer {
  return der.sequence(der.setOf(der.sequence(der.objectIdentifier('2.5.4.3'), der.utf8String(text))))
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
