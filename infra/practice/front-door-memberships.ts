import type { MembershipChange } from './front-door-shapes.ts'
import type { Tenant } from './tenant/tenant.ts'

const MOST_KEPT = 300
const WORDS: Readonly<Record<string, MembershipChange['what']>> = {
  'member added': 'added',
  'member removed': 'removed',
}

/**
 * Keeps the last changes of memberships that the tenant announces, with the names of that moment.
 * @returns those after a number, oldest first
 */
export function followMemberships({
  company,
  control,
}: Pick<Tenant, 'company' | 'control'>): (after: number) => readonly MembershipChange[] {
  const kept: MembershipChange[] = []
  const nameOf = (id: string) =>
    company.users.get(id, 'latest')?.displayName ?? company.group(id, 'latest')?.displayName
  control.onChange(({ at, kind, id, what: [words = '', memberId = ''], by }) => {
    const what = kind === 'group' ? WORDS[words] : undefined
    if (what === undefined) return
    kept.push({
      // A page that is open while the company starts anew has seen higher numbers than one.
      number: Math.max((kept.at(-1)?.number ?? 0) + 1, Date.now()),
      at,
      what,
      member: nameOf(memberId.toLowerCase()) ?? 'somebody who is gone',
      group: nameOf(id) ?? 'a group that is gone',
      by: by === 'graph' ? 'bot' : 'administrator',
    })
    if (kept.length > MOST_KEPT) kept.shift()
  })
  return (after) => kept.filter(({ number }) => number > after)
}
