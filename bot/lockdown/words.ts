import type { Fact } from '../escalation/escalation.ts'
import { clockTime, nameOf } from '../escalation/words.ts'
import type { LockdownMode } from '../policy/lockdown.ts'
import type { InForce } from './in-force.ts'
import type { Proposal, Wanted } from './proposals.ts'

/** What is to be in force, for IT. */
export const wantedInWords: Readonly<Record<Wanted, string>> = {
  freeze: 'Freeze: self-service is closed for everybody',
  strict: 'Strict: only the strongest proofs count',
  open: 'Open: the lockdown is lifted',
}

/** The button that asks for it. */
export const askFor: Readonly<Record<Wanted, string>> = {
  freeze: 'Close self-service for everybody',
  strict: 'Ask for the strongest proofs only',
  open: 'Lift the lockdown',
}

/** One word of it, where little room is. */
export const modeInShort: Readonly<Record<LockdownMode, string>> = { freeze: 'frozen', strict: 'strict' }

/** 5 March 2026, 10:02 UTC */
export function momentOf(at: Date): string {
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
  return `${day}, ${clockTime(at)}`
}

export function factsOfProposal({ wanted, reason, askedBy, askedAt, expiresAt }: Proposal): readonly Fact[] {
  return [
    { title: 'To be in force', value: wantedInWords[wanted] },
    { title: 'Why', value: reason },
    { title: 'Asked by', value: `${nameOf(askedBy)} at ${clockTime(askedAt)}` },
    { title: 'To be confirmed by', value: `a second person of IT, until ${clockTime(expiresAt)}` },
  ]
}

export function factsOfForce(inForce: InForce | undefined): readonly Fact[] {
  if (!inForce) return [{ title: 'In force', value: 'Nothing: self-service is open' }]
  const { mode, reason, askedBy, confirmedBy, since } = inForce
  return [
    { title: 'In force', value: wantedInWords[mode] },
    { title: 'Why', value: reason },
    { title: 'Since', value: momentOf(since) },
    { title: 'Asked by', value: nameOf(askedBy) },
    { title: 'Confirmed by', value: nameOf(confirmedBy) },
  ]
}
