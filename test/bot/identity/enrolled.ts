import assert from 'node:assert/strict'
import { ScureBase32Plugin } from 'otplib'
import type { Person } from '../../../bot/identity/person.ts'
import type { EnrolledBy, TotpGround } from '../../../bot/identity/totp.ts'
import { codeAt, stepAt } from '../../../bot/identity/totp-code.ts'
import { beginEnrolment, confirmEnrolment, type Enrolment } from '../../../bot/identity/totp-enrolment.ts'

export const labels = { issuer: 'HelpBot', account: 'ada@contoso.example' }

/** What a phone keeps after scanning. */
export function seedOf(enrolment: Enrolment): Buffer {
  return Buffer.from(new ScureBase32Plugin().decode(enrolment.manualKey.replaceAll(' ', '')))
}

/** Starts an enrolment that is expected to be allowed. */
export async function begun(ground: TotpGround, person: Person, enrolledBy: EnrolledBy): Promise<Enrolment> {
  const enrolment = await beginEnrolment(ground, person, enrolledBy, labels)
  assert(enrolment.ok)
  return enrolment
}

/** Enrols a person and gives the seed that the phone has now. The code of the present step is used up. */
export async function enrolled(
  ground: TotpGround,
  person: Person,
  options: { enrolledBy: EnrolledBy; coolingOff: number } = { enrolledBy: 'manager', coolingOff: 0 },
): Promise<Buffer> {
  const seed = seedOf(await begun(ground, person, options.enrolledBy))
  const confirmed = await confirmEnrolment(ground, person, codeAt(seed, stepAt(ground.clock())), options)
  assert(confirmed.ok)
  return seed
}
