import { randomUUID } from 'node:crypto'
import type { Answer } from './exchange.ts'

/** The sign-in errors this tenant knows (learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const errors = {
  50012: ['invalid_client', 401, 'Authentication failed.'],
  50027: ['invalid_request', 400, 'JWT token is invalid or malformed.'],
  50034: [
    'invalid_grant',
    400,
    'The user account does not exist in the directory. To sign into this application, the account must be added to the directory.',
  ],
  50053: [
    'invalid_grant',
    400,
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  ],
  50055: ['invalid_grant', 400, 'The password is expired.'],
  50057: ['invalid_grant', 400, 'The user account is disabled.'],
  50126: ['invalid_grant', 400, 'Error validating credentials due to invalid username or password.'],
  50173: [
    'invalid_grant',
    400,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
  ],
  70000: ['invalid_grant', 400, 'Provided grant is invalid or malformed.'],
  70003: ['unsupported_grant_type', 400, 'The app requested an unsupported grant type.'],
  70011: ['invalid_scope', 400, "The provided value for the input parameter 'scope' is not valid."],
  90000: ['server_error', 500, 'An internal error has occurred.'],
  90002: [
    'invalid_request',
    400,
    'Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.',
  ],
  90033: ['temporarily_unavailable', 503, 'A transient error has occurred. Please try again.'],
  90055: ['temporarily_unavailable', 429, 'There are too many incoming requests. Please try again later.'],
  500011: ['invalid_resource', 400, 'The resource principal was not found in the tenant.'],
  700016: ['unauthorized_client', 400, 'Application was not found in the directory.'],
  700021: ['invalid_client', 401, "Client assertion application identifier doesn't match 'client_id' parameter."],
  700023: ['invalid_client', 401, 'Client assertion audience claim does not match Realm issuer.'],
  700024: ['invalid_client', 401, 'Client assertion is not within its valid time range.'],
  700027: ['invalid_client', 401, 'Client assertion failed signature validation.'],
  900144: ['invalid_request', 400, 'The request body must contain all required parameters.'],
  1002012: [
    'invalid_scope',
    400,
    'The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  ],
  7000216: [
    'invalid_client',
    401,
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ],
} as const satisfies Record<number, readonly [error: string, status: number, sentence: string]>

export type AadstsCode = keyof typeof errors

/** A refused sign-in. `detail` follows the sentence; it never holds a secret. */
export class AadstsError extends Error {
  readonly code: AadstsCode
  readonly detail: string

  constructor(code: AadstsCode, detail = '') {
    super(`AADSTS${code}`)
    this.name = 'AadstsError'
    this.code = code
    this.detail = detail
  }
}

/** The error as the token endpoint writes it. */
export function aadstsAnswer(error: AadstsError, at: Date, correlationId: string, url: string): Answer {
  const [name, status, sentence] = errors[error.code]
  const timestamp = at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
  const traceId = randomUUID()
  const said = `AADSTS${error.code}: ${sentence}${error.detail === '' ? '' : ` ${error.detail}`}`
  return {
    status,
    headers: { 'cache-control': 'no-store' },
    body: {
      error: name,
      error_description: `${said} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [error.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${url}/error?code=${error.code}`,
    },
  }
}
