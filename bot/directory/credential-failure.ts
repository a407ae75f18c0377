import { AuthError } from '@azure/msal-node'
import { plainText } from '../plain-text.ts'
import { CredentialError } from './credential-error.ts'

/**
 * What Entra ID's own error numbers mean for the person who set this up
 * (learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
const fixes: readonly (readonly [string, string])[] = [
  [
    'AADSTS700027',
    'the certificate is not on the app registration: upload its public part under Certificates & secrets',
  ],
  [
    'AADSTS700016',
    'no such application in this tenant: check GRAPH_CLIENT_ID and GRAPH_TENANT_ID, and that consent was given there',
  ],
  ['AADSTS700024', 'the clock of this machine is wrong: the signed assertion is not valid at the authority’s time'],
  ['AADSTS900023', 'GRAPH_TENANT_ID is not a tenant of this cloud: check it and AUTHORITY'],
  ['AADSTS90002', 'GRAPH_TENANT_ID is not a tenant of this cloud: check it and AUTHORITY'],
  ['AADSTS500011', 'GRAPH_ENDPOINT is not of the same cloud as AUTHORITY'],
  ['AADSTS7000112', 'the application is disabled: enable it under Enterprise applications'],
  ['AADSTS53003', 'a Conditional Access policy for workload identities blocks this application'],
]

/**
 * Turns whatever msal threw into one error that says what to do. Vendor text is cut to one line; msal puts no secret
 * into it.
 */
export function describeTokenFailure(
  fault: unknown,
  identity: { authority: string; tenantId: string },
): CredentialError {
  if (fault instanceof CredentialError) return fault
  const place = `${identity.authority}/${identity.tenantId}`
  if (!(fault instanceof AuthError)) {
    const reason = fault instanceof Error ? networkReason(fault) : 'unknown'
    return new CredentialError(`no token from ${place}: ${reason}`, { passing: true, cause: fault })
  }
  const text = plainText(`${fault.errorCode} ${fault.errorMessage ?? ''}`, 300)
  const fix = fixes.find(([number]) => new RegExp(`\\b${number}\\b`).test(text))?.[1]
  const passing = fault.errorCode === 'temporarily_unavailable' || isNetwork(fault)
  return new CredentialError(`no token from ${place}: ${fix === undefined ? text : `${fix} (${text})`}`, {
    passing,
    cause: fault,
  })
}

const networkCodes = new Set([
  'network_error',
  'openid_config_error',
  'endpoints_resolution_error',
  'no_network_connectivity',
])

function isNetwork(fault: AuthError): boolean {
  if (networkCodes.has(fault.errorCode)) return true
  // msal reports the authority's 5xx as a ServerError without a number of Entra ID.
  return (
    fault.name === 'ServerError' && !/AADSTS\d+/.test(fault.errorMessage ?? '') && fault.errorCode !== 'invalid_client'
  )
}

function networkReason(fault: Error): string {
  const { cause } = fault
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : fault.name
  return plainText(`${fault.message} (${code})`, 200)
}
