import type { Transaction } from 'kysely'
import { askManager } from '../approvals/ask-manager.ts'
import { managerOf } from '../approvals/manager-of.ts'
import { isOfPerson } from '../approvals/person-purpose.ts'
import type { AuditEvent } from '../audit/audit.ts'
import type { CodeVerdict, Desk, Readiness } from '../desk.ts'
import { channelProof } from '../identity/channel.ts'
import { confirmationById } from '../identity/manager.ts'
import type { ProofMethod } from '../identity/proof.ts'
import { newProof, record } from '../identity/proofs.ts'
import { answersMethod, askQuestions, questionCatalogue, setAnswers, verifyAnswers } from '../identity/questions.ts'
import { totpMethod, verifyTotp } from '../identity/totp.ts'
import { wrongCode } from '../identity/wrong-code.ts'
import { isNewLink, newlyLinked } from '../slack-people/new-link.ts'
import type { Schema } from '../store/schema.ts'
import { tellItOfFailures } from './failed-verifications.ts'
import type { Ground, Sitting } from './ground.ts'
import { closedNow } from './lockdown-now.ts'

type Proving = Pick<
  Desk,
  | 'methods'
  | 'proveByChannel'
  | 'proveByCode'
  | 'askManager'
  | 'managerAnswer'
  | 'questions'
  | 'proveByAnswers'
  | 'questionCatalogue'
  | 'setAnswers'
>

/** The ways to prove oneself. What is kept of each is a proof of this dialog, and a line in the audit. */
export function proving(ground: Ground, sitting: Sitting): Proving {
  const { database, clock, policy } = ground
  const { person, dialogId, channel } = sitting
  const totp = { database, clock, ring: ground.ring }
  const answers = { database, clock, rules: policy.securityQuestions }

  async function note(
    transaction: Transaction<Schema>,
    action: string,
    outcome: 'done' | 'failed',
    detail: Record<string, string>,
  ): Promise<void> {
    await ground.audit.appendWithin(transaction, eventOf(sitting, action, outcome, detail))
  }

  async function readinessOf(method: ProofMethod): Promise<Readiness> {
    if (method === 'channel') {
      if (!policy.channelCounts) return { ready: false, because: 'This chat alone does not count as a proof here.' }
      if (!ground.channelIsStrong(channel)) return { ready: false, because: tooWeak }
      return (await isNewLink(ground, person, channel)) ? { ready: false, because: newlyLinked } : { ready: true }
    }
    if (method === 'totp') return await totpMethod({ database, clock }).available(person)
    if (method === 'manager') {
      const manager = await managerOf(ground, person)
      return 'unavailable' in manager ? { ready: false, because: manager.unavailable } : { ready: true }
    }
    if (!policy.securityQuestions.enabled) return { ready: false, because: 'Security questions are not used here.' }
    return await answersMethod(answers).available(person)
  }

  return {
    async methods() {
      const [totpReady, manager, questions, channel] = await Promise.all([
        readinessOf('totp'),
        readinessOf('manager'),
        readinessOf('questions'),
        readinessOf('channel'),
      ])
      return { totp: totpReady, manager, questions, channel }
    },
    async proveByChannel() {
      const counts = ground.channelIsStrong(channel) && !(await isNewLink(ground, person, channel))
      await record(database, channelProof(person, dialogId, clock(), counts))
    },
    async proveByCode(typed): Promise<CodeVerdict> {
      // The try, the proof and the row in the audit: all or nothing.
      const result = await database.transaction().execute(async (transaction) => {
        const tried = await verifyTotp({ ...totp, database: transaction }, person, typed)
        if (tried.ok) {
          const proof = newProof({ person, method: 'totp', dialogId, at: clock(), counts: tried.proofCounts })
          await record(transaction, proof)
          await note(transaction, 'verify-totp', 'done', { counts: tried.proofCounts ? 'yes' : 'not yet' })
        } else if (tried.reason !== 'malformed')
          await note(transaction, 'verify-totp', 'failed', { reason: tried.reason })
        return tried
      })
      if (result.ok) return { verdict: 'right', counts: result.proofCounts }
      await tellItOfFailures(ground, sitting)
      return wrongCode(result, clock())
    },
    async askManager(key, purpose) {
      // Whatever else the manager confirms needs the chat as a proof beside; this makes a factor count on their word and the chat's.
      if (purpose === 'enrol-totp' && !ground.channelIsStrong(channel)) return { unavailable: tooWeak }
      if (purpose === 'enrol-totp' && (await isNewLink(ground, person, channel))) return { unavailable: newlyLinked }
      return await askManager(ground, sitting, key, purpose)
    },
    async managerAnswer(id) {
      const confirmation = await confirmationById({ database, clock }, id)
      const theirs = confirmation?.asker === person.id && confirmation.dialogId === dialogId
      // Whom somebody helps is not their manager: what those confirm proves nothing of the asker.
      if (!confirmation || !theirs || isOfPerson(confirmation.purpose)) return 'expired'
      if (confirmation.state === 'confirmed') {
        const { confirmer } = confirmation
        const proof = newProof({
          id: `manager:${id}`,
          person,
          method: 'manager',
          dialogId,
          at: clock(),
          counts: true,
          confirmedBy: confirmer,
        })
        await record(database, proof)
      }
      return confirmation.state
    },
    questions: () => askQuestions(answers, person),
    async proveByAnswers(given): Promise<CodeVerdict> {
      const result = await database.transaction().execute(async (transaction) => {
        const tried = await verifyAnswers({ ...answers, database: transaction }, person, given)
        if (tried.ok)
          await record(transaction, newProof({ person, method: 'questions', dialogId, at: clock(), counts: true }))
        await note(
          transaction,
          'verify-questions',
          tried.ok ? 'done' : 'failed',
          tried.ok ? {} : { reason: tried.reason },
        )
        return tried
      })
      if (result.ok) return { verdict: 'right', counts: true }
      await tellItOfFailures(ground, sitting)
      return wrongCode(result, clock())
    },
    questionCatalogue: () => ({ questions: questionCatalogue, of: policy.securityQuestions.of }),
    async setAnswers(given) {
      const closed = await closedNow(ground, sitting, 'set-security-questions')
      if (closed !== undefined) return { ok: false, problem: closed }
      return await database.transaction().execute(async (transaction) => {
        const result = await setAnswers({ ...answers, database: transaction }, person, given)
        if (!result.ok) return { ok: false, problem: result.sentence }
        await note(transaction, 'set-security-questions', 'done', {})
        return { ok: true }
      })
    },
  }
}

/** What is said where the chat does not make sure who sits there. */
export const tooWeak =
  'This chat does not count as a proof here, because it does not ask for a second factor at sign-in. Write to me in Microsoft Teams, if you have it, or ask IT.'

/** A line of the audit for what changes no directory. */
export function eventOf(
  sitting: Sitting,
  action: string,
  outcome: 'done' | 'failed',
  detail: Record<string, string>,
): AuditEvent {
  const { person, correlationId } = sitting
  return {
    kind: 'event',
    action,
    tenant: person.tenant,
    actor: person.id,
    target: person.id,
    correlationId,
    outcome,
    detail,
  }
}
