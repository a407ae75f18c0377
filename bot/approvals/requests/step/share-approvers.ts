import type { UserId } from '../../../identity/person.ts'
import type { Approver } from '../happened.ts'

/** How many a panel asks at most. */
export const mostAsked = 20

/**
 * Gives each panel its approvers so that nobody is asked for two: whoever was found for several goes to the panel that could not
 * do without them (a matching, by augmenting paths: a panel that needs somebody may take them from one that finds another). So
 * every panel gets as many as it needs wherever that is possible. At most 20 a panel.
 */
export function shareApprovers(
  panels: readonly { readonly approvers: readonly Approver[]; readonly need: number }[],
): readonly (readonly Approver[])[] {
  const asks = new Map<UserId, number>()
  const find = (panel: number, seen: Set<UserId>): boolean => {
    for (const { id } of panels[panel]?.approvers ?? []) {
      if (seen.has(id)) continue
      seen.add(id)
      const other = asks.get(id)
      if (other === panel) continue
      if (other === undefined || find(other, seen)) {
        asks.set(id, panel)
        return true
      }
    }
    return false
  }
  panels.forEach(({ need }, panel) => {
    let found = 0
    while (found < Math.min(need, mostAsked) && find(panel, new Set())) found++
  })

  const counts = panels.map((_, panel) => [...asks.values()].filter((asked) => asked === panel).length)
  // The others are asked too: by the first panel that found them and has room.
  panels.forEach(({ approvers }, panel) => {
    for (const { id } of approvers) {
      const count = counts[panel] ?? 0
      if (asks.has(id) || count >= mostAsked) continue
      asks.set(id, panel)
      counts[panel] = count + 1
    }
  })
  return panels.map(({ approvers }, panel) => {
    const named = new Map(approvers.filter(({ id }) => asks.get(id) === panel).map((found) => [found.id, found]))
    return [...named.values()]
  })
}
