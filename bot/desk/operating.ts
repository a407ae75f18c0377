import type { Desk, OperationReport } from '../desk.ts'
import type { DirectoryOperation, OperationRequest, OperationResult } from '../operations/operation.ts'
import type { Ground, Sitting } from './ground.ts'

/** Teams wants an answer within 10 seconds. */
const patience = 8_500
/** A press of the button makes one password; after so many the person starts anew. */
const mostAttempts = 3

/** Starting operations. Ids come from the dialog, so that a rerun finds what it started. */
export function operating(
  ground: Ground,
  { person, dialogId, correlationId }: Sitting,
): Pick<Desk, 'resetPassword' | 'protectAccount'> {
  function request(id: string, name: DirectoryOperation, why: string): OperationRequest {
    return {
      id,
      name,
      tenant: person.tenant,
      actor: person.id,
      target: person.id,
      dialogId,
      ticketId: dialogId,
      correlationId,
      why,
    }
  }

  async function report(result: OperationResult | 'still-running'): Promise<OperationReport> {
    if (result === 'still-running')
      return {
        state: 'unclear',
        sentence: 'This takes longer than usual. Press the button again in a moment.',
        ticketNumber: undefined,
      }
    return { state: result.state, sentence: result.sentence, ticketNumber: undefined }
  }

  return {
    async resetPassword(key) {
      const ids = Array.from({ length: mostAttempts }, (_, index) => `${dialogId}:${key}:${index + 1}`)
      const begun = await ground.database
        .selectFrom('operations')
        .select(['id', 'state'])
        .where('id', 'in', ids)
        .execute()
      const running = begun.find(({ state }) => state === 'running')
      if (running) {
        // A crash or a slow directory left it half-way: it comes to its end by itself, without a password to show.
        const result = await ground.engine.run(
          request(running.id, 'reset-password', 'the person asked for it in the chat'),
          patience,
        )
        const sentence =
          result === 'still-running' ? 'I am still working on it. Press the button again in a moment.' : result.sentence
        return { state: 'unclear', sentence, ticketNumber: undefined, password: undefined }
      }
      const id = ids[begun.length]
      if (id === undefined)
        return {
          state: 'failed',
          sentence: 'That was tried several times now. Please start again, or go to IT in person.',
          ticketNumber: undefined,
          password: undefined,
        }
      ground.handover.expect(id)
      const result = await ground.engine.run(
        request(id, 'reset-password', 'the person asked for it in the chat'),
        patience,
      )
      const reported = await report(result)
      const shown = result !== 'still-running' && (result.state === 'done' || result.state === 'unclear')
      const password = ground.handover.take(id)
      return { ...reported, password: shown ? password : undefined }
    },
    async protectAccount(key, about) {
      return await report(await ground.engine.run(request(`${dialogId}:${key}`, 'protect-account', about), patience))
    },
  }
}
