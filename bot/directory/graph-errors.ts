import { z } from 'zod'
import { plainText } from '../plain-text.ts'
import { CredentialError } from './credential-error.ts'
import { DirectoryError, type DirectoryErrorCode } from './directory-error.ts'
import type { GraphCall } from './graph-call.ts'
import { sentences } from './sentences.ts'

/** A DirectoryError that came of an answer, for the code beside it that must know which one. */
export class GraphAnswerError extends DirectoryError {
  readonly status: number
  /** Graph's `error.code`, or undefined when the answer had none. */
  readonly vendorCode: string | undefined
  /** Graph's `error.message` for comparisons only; never shown to a person. */
  readonly vendorMessage: string

  constructor(
    code: DirectoryErrorCode,
    options: ConstructorParameters<typeof DirectoryError>[1],
    vendor: { status: number; code: string | undefined; message: string },
  ) {
    super(code, options)
    this.status = vendor.status
    this.vendorCode = vendor.code
    this.vendorMessage = vendor.message
  }
}

/** What Graph answers to a refused request (learn.microsoft.com/graph/errors). Every part may be missing. */
const errorBody = z.object({
  error: z.object({
    code: z.string().nullish(),
    message: z.string().nullish(),
    innerError: z.object({ 'request-id': z.string().nullish() }).nullish().catch(undefined),
  }),
})
/** PIM's endpoints answer in a shape of their own. */
const governanceErrorBody = z.object({ errorCode: z.string(), message: z.string().nullish() })

/** Error codes whose meaning differs from what their HTTP status says. */
const codesByName = new Map<string, DirectoryErrorCode>(
  Object.entries({
    InvalidAuthenticationToken: 'refused',
    Authentication_Unauthorized: 'refused',
    Authorization_RequestDenied: 'refused',
    Authorization_IdentityNotFound: 'refused',
    Authorization_IdentityDisabled: 'refused',
    Directory_QuotaExceeded: 'refused',
    ErrorAccessDenied: 'refused',
    AadPremiumLicenseRequired: 'refused',
    Request_ResourceNotFound: 'not-found',
    ResourceNotFound: 'not-found',
    ErrorItemNotFound: 'not-found',
    Directory_ObjectNotFound: 'not-found',
    Directory_ConcurrencyViolation: 'conflict',
    Request_MultipleObjectsWithSameKeyValue: 'conflict',
    TooManyRequests: 'throttled',
    ApplicationThrottled: 'throttled',
    activityLimitReached: 'throttled',
  } as const),
)

function codeByStatus(status: number): DirectoryErrorCode {
  if (status === 404 || status === 410) return 'not-found'
  if (status === 409 || status === 412 || status === 423) return 'conflict'
  if (status === 429 || status === 509) return 'throttled'
  if (status === 408 || status >= 500 || status < 400) return 'unreachable'
  return 'refused'
}

/**
 * The error a refused request stands for. 5xx means the fate of a write is unknown, whatever code the body names.
 * @param body text of the answer, possibly empty or not JSON at all
 */
export function answerError(call: GraphCall, status: number, headers: Headers, body: string): GraphAnswerError {
  const vendor = readErrorBody(body)
  const byStatus = codeByStatus(status)
  const byName = vendor.code === undefined ? undefined : codesByName.get(vendor.code)
  const code = byStatus === 'unreachable' ? byStatus : (byName ?? byStatus)
  const maybeDone = code === 'unreachable' && call.kind === 'write'
  const requestId = headers.get('request-id') ?? vendor.requestId
  const said = [vendor.code, vendor.message].filter((part) => part !== undefined && part !== '').join(': ')
  const detail = plainText(
    concealed(
      `${call.title} → ${status}${said === '' ? ' without an error body' : ` ${said}`}${requestId === undefined ? '' : ` (request-id ${requestId})`}`,
      call.secrets,
    ),
    450,
  )
  return new GraphAnswerError(
    code,
    { sentence: sentences[maybeDone ? 'maybe-done' : code], detail, requestId, maybeDone },
    { status, code: vendor.code, message: vendor.message ?? '' },
  )
}

function readErrorBody(body: string): { code?: string; message?: string; requestId?: string } {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return {}
  }
  const graph = errorBody.safeParse(json)
  if (graph.success) {
    const { code, message, innerError } = graph.data.error
    const requestId = innerError?.['request-id']
    return { ...(code ? { code } : {}), ...(message ? { message } : {}), ...(requestId ? { requestId } : {}) }
  }
  const governance = governanceErrorBody.safeParse(json)
  if (!governance.success) return {}
  const { errorCode, message } = governance.data
  return { code: errorCode, ...(message ? { message } : {}) }
}

/** The error for a try that got no answer at all: no token, no connection, a cut one, a time-out. */
export function networkError(call: GraphCall, failure: unknown): DirectoryError {
  if (failure instanceof DirectoryError) return failure
  if (failure instanceof CredentialError) {
    const code = failure.passing ? 'unreachable' : 'refused'
    return new DirectoryError(code, {
      sentence: sentences[code],
      detail: plainText(`${call.title}: ${failure.message}`, 450),
      cause: failure,
    })
  }
  const maybeDone = call.kind === 'write' && !wasNeverSent(failure)
  const reason = failure instanceof Error ? `${failure.name}: ${failure.message}` : 'unknown failure'
  const code = networkCode(failure)
  return new DirectoryError('unreachable', {
    sentence: sentences[maybeDone ? 'maybe-done' : 'unreachable'],
    detail: plainText(
      concealed(`${call.title}: no answer (${reason}${code === undefined ? '' : `, ${code}`})`, call.secrets),
      450,
    ),
    maybeDone,
    cause: failure,
  })
}

/** The error for an answer that says success and cannot be understood. */
export function strangeAnswer(call: GraphCall, why: string, requestId: string | undefined): DirectoryError {
  return new DirectoryError('unreachable', {
    sentence: sentences.unreachable,
    detail: plainText(`${call.title}: the answer was not understood: ${why}`, 450),
    requestId,
  })
}

/** The error for something that was made and whose description got lost: what it held may be secret, so none of it is told. */
export function lostAnswer(call: GraphCall, requestId: string | undefined): DirectoryError {
  return new DirectoryError('unreachable', {
    sentence: sentences['maybe-done'],
    detail: `${call.title}: it was done, and the answer was lost or not understood`,
    requestId,
    maybeDone: true,
  })
}

/** Failures that come before the first byte of the request leaves: name look-up, connecting, TLS. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** True when the request certainly never left this machine. */
export function wasNeverSent(failure: unknown): boolean {
  if (failure instanceof CredentialError) return true
  const code = networkCode(failure)
  return code !== undefined && beforeSending.has(code)
}

function networkCode(failure: unknown): string | undefined {
  for (let error = failure, depth = 0; error instanceof Error && depth < 4; error = error.cause, depth++) {
    if ('code' in error && typeof error.code === 'string') return error.code
  }
  return undefined
}

function concealed(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((kept, secret) => kept.replaceAll(secret, '•••'), text)
}
