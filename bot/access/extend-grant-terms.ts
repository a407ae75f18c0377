import type { Named, Terms } from '../approvals/requests/request.ts'
import type { Directory } from '../directory/directory.ts'
import type { Catalogue, Entry, Stage } from '../policy/catalogue/catalogue.ts'
import type { KeptGrant } from './grants.ts'
import { nameOf } from './words.ts'

type Wanted = Pick<Terms, 'requester' | 'reason' | 'lasts'>

/** What an extension asks for, and who must say yes: as the catalogue has it now; or why it cannot be asked for. */
export async function extensionOf(
  ground: { readonly catalogue: Catalogue; readonly directory: Directory },
  grant: KeptGrant,
  entry: Entry,
  wanted: Wanted,
): Promise<{ readonly terms: Terms; readonly stages: readonly Stage[] } | { readonly refused: string }> {
  const against = await conflictsOf(ground, grant.person, entry, wanted.requester.id === grant.person.id)
  const refused = against.find(({ conflict }) => conflict.then === 'refuse')
  if (refused)
    return { refused: `${nameOf(grant.person)} has something by now that does not go with it: ${refused.words}` }
  const more = against.flatMap(({ conflict }) => (conflict.then === 'refuse' ? [] : [conflict.then.approval]))
  const terms: Terms = {
    ...wanted,
    kind: 'extension',
    person: grant.person,
    entry: entry.key,
    title: entry.title,
    opens: entry.opens,
    group: grant.group,
    risk: entry.risk,
    startsAt: null,
    conflicts: against.map(({ words }) => words),
    extends: grant.id,
  }
  return { terms, stages: [...entry.approvals, ...more] }
}

/**
 * What the person has that nobody should have together with it, asked of the directory now. Whoever asks for somebody else, and may
 * not see that, learns that there is something, and not what.
 * @throws DirectoryError
 */
async function conflictsOf(
  { catalogue, directory }: Parameters<typeof extensionOf>[0],
  person: Named,
  entry: Entry,
  mine: boolean,
) {
  const pairs = catalogue.conflicts.flatMap((conflict) => {
    const [one, two] = conflict.between
    const key = one === entry.key ? two : two === entry.key ? one : undefined
    const other = catalogue.entries.find((candidate) => candidate.key === key)
    return other ? [{ conflict, other }] : []
  })
  if (pairs.length === 0) return []
  const groups = [...new Set(pairs.map(({ other }) => other.group))]
  const within = await directory.memberOf(person.id, groups)
  return pairs
    .filter(({ other }) => within.includes(other.group))
    .map(({ conflict, other }) => ({
      conflict,
      words: mine || other.visibleTo === 'everybody' ? `${other.title}: ${conflict.why}` : 'something else.',
    }))
}
