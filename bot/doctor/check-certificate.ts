import type { Clock } from '../clock.ts'
import { CertificateError, loadCertificate } from '../directory/certificate.ts'
import type { VaultReader } from '../directory/key-vault.ts'
import type { Finding } from './finding.ts'

const day = 24 * 60 * 60 * 1000
const noticeDays = 30

/** Whether the certificate a setting points to can be used, and for how long. */
export async function checkCertificate(
  setting: string,
  reference: string,
  deps: { readonly clock: Clock; readonly vault: VaultReader },
): Promise<Finding> {
  try {
    const { notAfter } = await loadCertificate(setting, reference, deps)
    const days = Math.floor((notAfter.getTime() - deps.clock().getTime()) / day)
    const why = `valid until ${notAfter.toISOString().slice(0, 10)} (${days} days)`
    if (days >= noticeDays) return { status: 'ok', what: setting, why }
    const fix =
      'make a new one as infra/README.md says, upload its public part beside the old one (App registrations › Certificates & secrets), then replace the file or the Key Vault secret: HelpBot notices within the hour'
    return { status: 'warning', what: setting, why, fix }
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    return { status: 'missing', what: setting, why: error.message }
  }
}
