/** What a failed connection means, in a sentence, by the code that Node gives it; undefined where it is none that is known. */
const meanings: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'its name is not known to DNS here'],
  ['EAI_AGAIN', 'DNS does not answer'],
  ['ECONNREFUSED', 'nobody listens there'],
  ['ECONNRESET', 'the connection was cut; a firewall may do that'],
  ['EHOSTUNREACH', 'there is no way to it in this network'],
  ['ENETUNREACH', 'there is no way to it in this network'],
  ['ETIMEDOUT', 'it does not answer; a firewall may keep it away'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet: look at the clocks'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted()],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted()],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted()],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted()],
  ['CERT_SIGNATURE_FAILURE', untrusted()],
])

function untrusted(): string {
  return 'its certificate is not of an authority that is trusted here'
}

/** @param error whatever a socket ended with. @returns a sentence, and the code; no address, for a proxy's may hold a password */
export function networkFault(error: unknown): string {
  if (error instanceof AggregateError) return networkFault(error.errors[0])
  if (!(error instanceof Error)) return 'it ended without a reason'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : codeIn(error.message)
  const meaning = code === undefined ? undefined : meanings.get(code)
  if (meaning !== undefined) return `${meaning} (${code})`
  return code === undefined ? error.message.slice(0, 200) : `${code}: ${error.message.slice(0, 200)}`
}

/** `CODE: words`, as the link says it. */
const codeIn = (message: string): string | undefined => /^([A-Z][A-Z0-9_]+)(?::|$)/.exec(message)?.[1]

/** Whether it was the certificate that was not trusted. */
export const isUntrusted = (fault: string): boolean => fault.includes(untrusted())
