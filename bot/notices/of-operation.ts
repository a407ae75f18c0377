import type { Transaction } from 'kysely'
import type { OperationRequest, OperationResult } from '../operations/operation.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'
import { draftNotice } from './notice.ts'

/**
 * Who is told what when an operation is over. A reset is told wherever the person can be reached, also when its fate is
 * unclear: whoever did not ask for it must be able to object.
 */
export function noticesOfOperation(policy: Policy, mailConfigured: boolean) {
  return async (
    request: OperationRequest,
    result: OperationResult,
    otherMails: readonly string[],
    transaction: Transaction<Schema>,
  ): Promise<readonly PostDraft[]> => {
    const touched = result.state === 'done' || result.state === 'unclear'
    if (request.name !== 'reset-password' || !touched) return []
    const mailTo = policy.notices.secondAddress && mailConfigured ? otherMails : []
    const at = new Date(result.at)
    return await draftNotice(transaction, {
      about: `operation:${request.id}`,
      tenant: request.tenant,
      person: request.target,
      title: result.state === 'done' ? 'Your password was reset' : 'Your password may have been reset',
      text:
        result.state === 'done'
          ? 'A temporary password was set for your account, as somebody asked of HelpBot in your chat.'
          : 'Somebody asked HelpBot in your chat for a temporary password. It may have been set: I could not make sure.',
      facts: [{ title: 'When', value: `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC` }],
      mailTo,
      correlationId: request.correlationId,
      at,
    })
  }
}
