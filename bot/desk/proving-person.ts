import type { Transaction } from 'kysely'
import { askPerson } from '../approvals/ask-person.ts'
import { confirmationPost } from '../approvals/close-cards.ts'
import { isOfPerson } from '../approvals/person-purpose.ts'
import type { CodeVerdict, Desk } from '../desk.ts'
import { matchedNumberProof } from '../identity/channel.ts'
import { confirmationById } from '../identity/manager.ts'
import type { UserId } from '../identity/person.ts'
import { newProof, record } from '../identity/proofs.ts'
import { countFailure, holdCounters, readCounters, standingOf, type ThrottleRules } from '../identity/throttle.ts'
import { factorOf, verifyTotpReadOut } from '../identity/totp.ts'
import type { Who } from '../identity/who.ts'
import { wrongCode } from '../identity/wrong-code.ts'
import { relationOf } from '../operations/relation.ts'
import { isNewLink } from '../slack-people/new-link.ts'
import type { Schema } from '../store/schema.ts'
import { readPost } from '../turns/outbox.ts'
import { tellItOfGuessing } from './failed-verifications.ts'
import type { Ground, Sitting } from './ground.ts'
import { eventOf } from './proving.ts'
import { standing } from './standing.ts'

const operation = 'reset-password-for'

/** Wrong codes one helper may type for others in a row, whoever they are: a stolen helper's chat must not go from one to the next. */
const helperRules: ThrottleRules = {
  failuresPerLock: 6,
  firstLock: 60 * 60_000,
  longestLock: 24 * 60 * 60_000,
  failuresForGood: null,
}

const closed = 'There were too many wrong tries, so this way is closed for them. IT can open it again.'
const notSetUp = 'They have no authenticator app set up.'
const notNow = 'This can no longer be done now. Please start again.'

/** Wrong codes of somebody that others typed, in a row. */
async function failuresOf(transaction: Transaction<Schema>, person: Who): Promise<number> {
  return (await readCounters(transaction, { person, method: 'totp:read-out' })).failuresInRow
}

/**
 * How the one whose account it is proves themselves when somebody else started it: by a factor of their own. Nothing is
 * looked at before whoever helps has proved themselves, and may help this person.
 */
export function provingPerson(
  ground: Ground,
  sitting: Sitting,
): Pick<Desk, 'waysOfPerson' | 'provePersonByCode' | 'askPerson' | 'personAnswer'> {
  const { database, clock, policy } = ground
  const { person, dialogId } = sitting
  const { tenant } = person
  const now = standing(ground, sitting)

  async function isTheirTurn(about: UserId): Promise<boolean> {
    return (await now.standing(operation, about)).verdict === 'need-person-proof'
  }

  return {
    async waysOfPerson(about) {
      // Wrong tries of their own do not count here: whoever sits at their chat could close this way too.
      const factor = await factorOf(database, { tenant, id: about })
      const counts = factor?.countsFrom != null && factor.countsFrom <= clock()
      return {
        totp: counts ? { ready: true } : { ready: false, because: 'They have no authenticator app that counts yet.' },
        channel: policy.channelCounts
          ? { ready: true }
          : { ready: false, because: 'A number matched in a chat does not count as a proof here.' },
      }
    },
    async provePersonByCode(about, typed): Promise<CodeVerdict> {
      if (!(await isTheirTurn(about))) return { verdict: 'locked', sentence: notNow }
      const who = { tenant, id: about }
      const helper = { person, method: 'totp:for-others' } as const
      let lockedOut = false
      // The try, the proof, both counters and the row in the audit: all or nothing.
      const result = await database.transaction().execute(async (transaction) => {
        const held = await holdCounters(transaction, helper, clock())
        const mayTry = standingOf(held, clock(), helperRules)
        if (mayTry.state === 'locked') return { ok: false, reason: 'locked', lockedUntil: mayTry.lockedUntil } as const
        const before = await failuresOf(transaction, who)
        const tried = await verifyTotpReadOut({ database: transaction, clock, ring: ground.ring }, who, typed)
        if (tried.ok)
          await record(
            transaction,
            newProof({ person: who, method: 'totp', dialogId, at: clock(), counts: tried.proofCounts }),
          )
        // The last wrong code before a lock is answered "locked", like the tries after it at which no code was looked at.
        else if ((await failuresOf(transaction, who)) > before)
          lockedOut = (await countFailure(transaction, helper, held, clock(), helperRules)).state === 'locked'
        if (tried.ok || tried.reason !== 'malformed') {
          const detail = tried.ok ? { counts: tried.proofCounts ? 'yes' : 'not yet' } : { reason: tried.reason }
          const event = eventOf(sitting, 'verify-totp-read-out', tried.ok ? 'done' : 'failed', detail)
          await ground.audit.appendWithin(transaction, { ...event, target: about })
        }
        return tried
      })
      if (lockedOut) await tellItOfGuessing(ground, sitting)
      if (result.ok) return { verdict: 'right', counts: result.proofCounts }
      if (result.reason === 'locked-for-good') return { verdict: 'locked', sentence: closed }
      return result.reason === 'none' ? { verdict: 'locked', sentence: notSetUp } : wrongCode(result, clock())
    },
    async askPerson(key, about) {
      const relation = await relationOf(ground, operation, person, about)
      if (!(await isTheirTurn(about)) || relation === 'none') return { unavailable: notNow }
      const as = relation === 'manager-of' ? 'manager' : 'it'
      return await askPerson(ground, { ...sitting, as, about }, key, operation)
    },
    async personAnswer(id) {
      const confirmation = await confirmationById({ database, clock }, id)
      const theirs = confirmation?.asker === person.id && confirmation.dialogId === dialogId
      if (!confirmation || !theirs || !isOfPerson(confirmation.purpose)) return 'expired'
      if (confirmation.state === 'confirmed') {
        const card = await readPost(database, confirmationPost(id))
        const who = { tenant, id: confirmation.confirmer }
        const at = card?.place?.channel
        const counts = ground.channelIsStrong(at) && !(await isNewLink(ground, who, at))
        await record(database, matchedNumberProof(who, dialogId, clock(), { id, counts }))
      }
      return confirmation.state
    },
  }
}
