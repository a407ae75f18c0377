import type { Person } from '../../identity/person.ts'
import { readCounters } from '../../identity/throttle.ts'
import { factorOf, type TotpResult, totpMethod, verifyTotp } from '../../identity/totp.ts'
import { wrongCode } from '../../identity/wrong-code.ts'
import type { RequestGround } from './ground.ts'
import { momentInWords } from './lasts-words.ts'
import type { Ask } from './request.ts'

/** So many wrong codes in a row are no slip of the finger any more. */
const many = 3

/** A proof; a problem to be solved by another code; or an end of it. `posts` tell IT. */
export type ProvedAtClick =
  | { readonly proof: NonNullable<Ask['proof']> }
  | { readonly again: string; readonly posts: readonly string[] }
  | { readonly stop: string; readonly posts: readonly string[] }

interface Click {
  readonly person: Person
  readonly ask: string
  readonly correlationId: string
}

/** Why no code of this person would count now, with what to do about it; undefined when one would. */
export async function cannotProve(ground: RequestGround, person: Person): Promise<string | undefined> {
  const { database, clock } = ground
  const factor = await factorOf(database, person)
  if (factor?.state !== 'active') return howToSetUp
  const readiness = await totpMethod({ database, clock }).available(person)
  return readiness.ready ? undefined : readiness.because
}

const howToSetUp =
  'For this I need a code of your authenticator app, and you have not set one up. Write “set up my authenticator” to me; then press the button again.'

/** Checks a code of whoever decides. The try and its row in the audit are kept together or not at all. */
export async function proveAtClick(
  ground: RequestGround,
  { person, ask, correlationId }: Click,
  typed: string | undefined,
): Promise<ProvedAtClick> {
  const { database, clock, ring, audit } = ground
  if (typed === undefined || typed.trim() === '') return { again: sixDigits, posts: [] }
  const result = await database.transaction().execute(async (transaction) => {
    const tried = await verifyTotp({ database: transaction, clock, ring }, person, typed)
    if (tried.ok || tried.reason !== 'malformed')
      await audit.appendWithin(transaction, {
        kind: 'event',
        action: 'verify-totp',
        tenant: person.tenant,
        actor: person.id,
        target: person.id,
        correlationId,
        outcome: tried.ok ? 'done' : 'failed',
        detail: {
          ask,
          ...(tried.ok ? { counts: tried.proofCounts ? 'yes' : 'not yet' } : { reason: tried.reason }),
        },
      })
    return tried
  })
  if (!result.ok) return { ...saidOf(result, clock()), posts: await tellIt(ground, { person, ask, correlationId }) }
  if (!result.proofCounts) {
    const from = momentInWords(result.countsFrom.toISOString())
    return { stop: `That code is right, but your authenticator app is too new: it counts from ${from}.`, posts: [] }
  }
  return { proof: { method: 'totp', at: clock().toISOString() } }
}

const sixDigits = 'Please type the six digits that your authenticator app shows for HelpBot.'

function saidOf(
  result: Extract<TotpResult, { ok: false }>,
  now: Date,
): { readonly again: string } | { readonly stop: string } {
  if (result.reason === 'none') return { stop: howToSetUp }
  const wrong = wrongCode(result, now)
  return wrong.verdict === 'again' ? { again: wrong.problem } : { stop: wrong.sentence }
}

/** IT is told once an ask of somebody who keeps typing wrong codes: somebody else may sit at their chat. */
async function tellIt(ground: RequestGround, { person, ask, correlationId }: Click): Promise<readonly string[]> {
  try {
    const { failuresInRow } = await readCounters(ground.database, { person, method: 'totp' })
    if (failuresInRow < many) return []
    const { posts } = await ground.escalation.open({
      id: `${ask}:verification`,
      person,
      reason: 'verification-failed',
      title: 'Somebody fails to prove who they are',
      urgency: 'normal',
      facts: [{ title: 'Tried', value: 'to decide on a request for access' }],
      correlationId,
    })
    return posts
  } catch (error) {
    ground.log.error({ correlationId, error: String(error) }, 'IT was not told of failed verifications')
    return []
  }
}
