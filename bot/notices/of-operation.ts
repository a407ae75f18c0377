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
    if (!touched) return []
    const mailTo = policy.notices.secondAddress && mailConfigured ? otherMails : []
    const at = new Date(result.at)
    if (request.name === 'freeze-account') return blocked(request, mailTo)
    const said = wordsFor(policy, request, result)
    if (!said) return []
    return await draftNotice(transaction, {
      about: `operation:${request.id}`,
      tenant: request.tenant,
      person: request.target,
      ...said,
      facts: [{ title: 'When', value: `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC` }],
      mailTo,
      correlationId: request.correlationId,
      at,
    })
  }
}

interface Words {
  readonly title: string
  readonly text: string
}

function wordsFor(policy: Policy, request: OperationRequest, { state, sentence }: OperationResult): Words | undefined {
  const done = state === 'done'
  if (request.name === 'unlock-account')
    return {
      title: 'An unlock of your account was asked for',
      text: `Somebody asked HelpBot in your chat to unlock it. ${sentence}`,
    }
  if (request.name === 'reset-password')
    return {
      title: done ? 'Your password was reset' : 'Your password may have been reset',
      text: done
        ? 'A temporary password was set for your account, because somebody asked HelpBot for one in your chat.'
        : 'Somebody asked HelpBot in your chat for a temporary password. It may have been set: I could not make sure.',
    }
  const { startedBy, shownTo } = request
  if (request.name !== 'reset-password-for' || !startedBy) return undefined
  const who = `${startedBy.name} (${startedBy.as === 'manager' ? 'your manager' : 'IT'})`
  const seen = shownTo ? `. It was shown to ${shownTo.name} (your manager), and to nobody else` : ', and was shown it'
  const unsure = ' I could not make sure whether that worked.'
  if (policy.operations['reset-password-for'].deliver === 'temporary-access-pass')
    return {
      title: 'Somebody got a Temporary Access Pass for you',
      text: `${who} had HelpBot make a pass with which one can sign in as you once${seen}.${done ? '' : unsure}`,
    }
  return {
    title: done ? `${startedBy.name} reset your password` : `${startedBy.name} may have reset your password`,
    text: `${who} had HelpBot set a temporary password for your account${seen}.${done ? '' : unsure}`,
  }
}

/**
 * A blocked account's chat may be in other hands, so only the second addresses are told, by mail; and IT alone can undo it, so there
 * is nothing to press.
 */
function blocked(request: OperationRequest, mailTo: readonly string[]): readonly PostDraft[] {
  if (mailTo.length === 0) return []
  const text = 'IT has blocked sign-in to your account and ended its sessions. To get back in, please call IT.'
  const mail = { to: mailTo, subject: 'Sign-in to your account is blocked', text, recourse: undefined }
  const to = { tenant: request.tenant, person: request.target }
  return [{ key: `notice:operation:${request.id}:mail`, to, content: { mail }, correlationId: request.correlationId }]
}
