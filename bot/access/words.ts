import { plain } from '../channels/text.ts'
import type { Fact } from '../escalation/escalation.ts'
import type { Grant } from './grant.ts'

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** A moment for people far apart: `30 April 2026, 16:00 UTC`. */
export function moment(at: Date): string {
  return `${day.format(at)}, ${at.toISOString().slice(11, 16)} UTC`
}

/** A name as it may stand in a sentence of ours. */
export function nameOf({ name }: { readonly name: string }): string {
  return plain(name, 100) || 'somebody without a name'
}

/** `until 30 April 2026, 16:00 UTC`, or that there is no end. */
export function until(endsAt: Date | null): string {
  return endsAt === null ? 'without an end' : `until ${moment(endsAt)}`
}

/** What it is, for whom, why, and who said yes. */
export function factsOf(
  grant: Pick<Grant, 'title' | 'person' | 'requester' | 'reason' | 'approvers'>,
): readonly Fact[] {
  // Whoever approved an extension, too, is named once.
  const approvers = [...new Set(grant.approvers.map((one) => `${nameOf(one)} (${plain(one.as, 100)})`))].join(', ')
  return [
    { title: 'What', value: grant.title },
    { title: 'For', value: nameOf(grant.person) },
    ...(grant.requester.id === grant.person.id ? [] : [{ title: 'Asked for by', value: nameOf(grant.requester) }]),
    ...(grant.reason === '' ? [] : [{ title: 'Reason', value: grant.reason }]),
    ...(approvers === '' ? [] : [{ title: 'Approved by', value: approvers }]),
  ]
}
