import { setTimeout as pause } from 'node:timers/promises'
import { generateSync } from 'otplib'
import { parseKeyRing } from '../../bot/identity/key-ring.ts'
import { baselineTakenAt } from '../../bot/identity/manager-history.ts'
import { tenantId, userId } from '../../bot/identity/person.ts'
import { approveByManager, beginEnrolment, confirmEnrolment } from '../../bot/identity/totp-enrolment.ts'
import type { CompanyUser } from '../practice/company/model.ts'
import { practice } from '../practice/company.ts'
import type { BenchGround } from './ground.ts'

/** Somebody with an authenticator. */
export interface Enrolled {
  readonly id: string
  /** Of the authenticator, as `otplib` takes it. */
  readonly secret: string
}

/** Gives people an authenticator that counts; set up through the same functions as in a chat. */
export async function enrolled(
  { settings, database }: Pick<BenchGround, 'settings' | 'database'>,
  users: readonly CompanyUser[],
): Promise<readonly Enrolled[]> {
  const ring = parseKeyRing(settings.HELPBOT_KEYS ?? '')
  // The code that it is confirmed with must not be the one that is asked for first.
  const past = () => new Date(Date.now() - 60_000)
  const enrolling = { database, clock: past, ring }
  const made: Enrolled[] = []
  for (const user of users) {
    const person = { tenant: tenantId.parse(practice.tenantId), id: userId.parse(user.id), name: user.displayName }
    const account = user.userPrincipalName
    const begun = await beginEnrolment(enrolling, person, 'manager', { issuer: 'bench', account })
    if (!begun.ok) throw new Error(begun.reason)
    const secret = begun.manualKey.replaceAll(' ', '')
    const code = generateSync({ secret, epoch: Math.floor(past().getTime() / 1_000) })
    const confirmed = await confirmEnrolment(enrolling, person, code, { coolingOff: 0 })
    if (!confirmed.ok) throw new Error(confirmed.reason)
    await approveByManager(enrolling, person, confirmed.factorId)
    made.push({ id: user.id, secret })
  }
  return made
}

/** Until the bot has looked once who reports to whom, it offers fewer ways to prove oneself. */
export async function managersKnown({ database }: Pick<BenchGround, 'database'>): Promise<void> {
  const id = tenantId.parse(practice.tenantId)
  for (let turn = 0; turn < 600; turn++) {
    if (await baselineTakenAt(database, id)) return
    await pause(100)
  }
  throw new Error('the bot did not look at the managers within a minute')
}
