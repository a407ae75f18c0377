import type { Answer, Ask } from '../exchange.ts'
import type { TenantState } from '../state.ts'
import type { GraphFault } from './graph-fault.ts'

/** Graph's error envelope (learn.microsoft.com/graph/errors), with the ids in the headers too. */
export function errorAnswer(state: TenantState, ask: Ask, requestId: string, fault: GraphFault): Answer {
  const clientRequestId = ask.headers['client-request-id'] ?? requestId
  const innerError = {
    date: state.clock().toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': clientRequestId,
  }
  return {
    status: fault.status,
    headers: {
      'request-id': requestId,
      'client-request-id': clientRequestId,
      ...(fault.status === 401 ? { 'www-authenticate': 'Bearer realm=""' } : {}),
    },
    body: { error: { code: fault.code, message: fault.message, innerError } },
  }
}
