import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import type { VaultReader } from './key-vault.ts'

/** A certificate with its private key, checked and ready to sign with. The key never leaves this object but to msal. */
export interface SigningCertificate {
  /** PKCS#8 PEM. Secret. */
  readonly privateKey: string
  /** SHA-256 of the DER, hex without colons, as msal takes it. */
  readonly thumbprintSha256: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A certificate that cannot be used. The message names the setting, the fault and the fix, and holds no secret. */
export class CertificateError extends Error {
  constructor(setting: string, fault: string, fix: string, cause?: unknown) {
    super(`${setting}: ${fault}. ${fix}`, cause === undefined ? undefined : { cause })
    this.name = 'CertificateError'
  }
}

/** A PEM of a key and a short chain is a few KB; anything this big is something else. */
const largestPem = 256 * 1024

const fromPfx =
  'Convert it with: openssl pkcs12 -in file.pfx -nodes -out helpbot.pem (in Key Vault: choose content type PEM when making the certificate)'

/**
 * Reads the certificate a setting points to: a PEM file, or a Key Vault secret by URL.
 * @throws CertificateError with the fix
 */
export async function loadCertificate(
  setting: string,
  reference: string,
  deps: { readonly clock: Clock; readonly vault: VaultReader },
): Promise<SigningCertificate> {
  const text = reference.startsWith('https://')
    ? await readVault(setting, reference, deps.vault)
    : await readPemFile(setting, reference)
  return parseCertificate(setting, text, deps.clock())
}

async function readVault(setting: string, reference: string, vault: VaultReader): Promise<string> {
  try {
    return await vault(reference)
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : 'the vault did not answer'
    throw new CertificateError(
      setting,
      `the Key Vault secret cannot be read: ${fault}`,
      'Check the URL (https://VAULT.vault.azure.net/secrets/NAME) and give this machine’s managed identity the role "Key Vault Secrets User" on it',
      cause,
    )
  }
}

async function readPemFile(setting: string, path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    throw new CertificateError(
      setting,
      `the file ${path} cannot be read (${code})`,
      'Give the path of a PEM file that holds the certificate and its private key',
      cause,
    )
  })
  if (bytes.length > largestPem) throw new CertificateError(setting, `${path} is too big for a PEM file`, fromPfx)
  return bytes.toString('latin1')
}

/**
 * Takes certificate and private key out of PEM text and checks that they fit, are RSA and are valid at `now`.
 * @throws CertificateError with the fix
 */
export function parseCertificate(setting: string, text: string, now: Date): SigningCertificate {
  const fail = (fault: string, fix: string) => new CertificateError(setting, fault, fix)
  if (!text.includes('-----BEGIN ')) throw fail('this is PKCS#12 (.pfx) or DER, not PEM', fromPfx)
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g)]
  const certificates = blocks.filter(([, label]) => label === 'CERTIFICATE').map(([pem]) => pem)
  const keyBlock = blocks.find(([, label]) => label?.endsWith('PRIVATE KEY'))
  if (keyBlock === undefined)
    throw fail(
      'the PEM has no private key',
      'Put the private key into the same file: cat key.pem cert.pem > helpbot.pem',
    )
  if (certificates.length === 0)
    throw fail(
      'the PEM has no certificate',
      'Put the certificate into the same file: cat key.pem cert.pem > helpbot.pem',
    )
  if (keyBlock[1] === 'ENCRYPTED PRIVATE KEY' || keyBlock[0].includes('Proc-Type: 4,ENCRYPTED'))
    throw fail(
      'the private key is protected by a passphrase',
      'Remove it with: openssl pkey -in key.pem -out plain.pem, and keep the file readable by HelpBot alone',
    )
  const key = readKey(setting, keyBlock[0])
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    throw fail(
      'the key is not RSA of 2048 bits or more',
      'Entra ID takes RSA only: make a new one as infra/README.md says',
    )
  const leaf = certificates.map((pem) => readCertificate(setting, pem)).find((one) => one.checkPrivateKey(key))
  if (leaf === undefined)
    throw fail(
      'certificate and private key do not belong together',
      'Put the key the certificate was made with beside it',
    )
  if (leaf.validToDate <= now)
    throw fail(
      `the certificate expired on ${day(leaf.validToDate)}`,
      'Make a new one as infra/README.md says and upload it to the app registration',
    )
  if (leaf.validFromDate > now)
    throw fail(
      `the certificate is not valid before ${leaf.validFromDate.toISOString()}`,
      'Check this machine’s clock, or wait until then',
    )
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha256: leaf.fingerprint256.replaceAll(':', ''),
    notBefore: leaf.validFromDate,
    notAfter: leaf.validToDate,
  }
}

function readKey(setting: string, pem: string) {
  try {
    return createPrivateKey(pem)
  } catch {
    // The parser's own error is dropped: it may quote what it read.
    throw new CertificateError(setting, 'the private key is damaged', 'Export it again: openssl pkey -in key.pem')
  }
}

function readCertificate(setting: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new CertificateError(
      setting,
      'a certificate in the PEM is damaged',
      'Export it again: openssl x509 -in cert.pem',
    )
  }
}

const day = (date: Date) => date.toISOString().slice(0, 10)
