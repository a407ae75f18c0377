import type { Clock } from '../clock.ts'
import type { Directory, GroupFacts } from '../directory/directory.ts'
import type { GroupId, Person } from '../identity/person.ts'
import type { Catalogue, Entry } from '../policy/catalogue/catalogue.ts'
import { durations } from '../policy/duration.ts'
import { compileEntries, type FindEntries } from './find-entries.ts'

export interface IndexGround {
  readonly directory: Pick<Directory, 'groups' | 'memberOf'>
  readonly catalogue: Catalogue
  readonly clock: Clock
}

/** What people can ask for, as far as they may see it. */
export interface EntryIndex {
  /** What the words could mean, best first, at most five; only what the person may see. */
  search(person: Pick<Person, 'tenant' | 'id'>, text: string): Promise<readonly Entry[]>
  /** Undefined for what there is not, and for what the person may not see. */
  entry(person: Pick<Person, 'tenant' | 'id'>, key: string): Promise<Entry | undefined>
  /**
   * Reads names, aliases and descriptions of the groups anew; to be run at the start and every `refreshEvery`. Until it has
   * succeeded once, only the words of the catalogue are searched; when it fails, the words of the last time go on counting.
   * @throws DirectoryError
   */
  refresh(): Promise<void>
}

/** Milliseconds. */
export const refreshEvery = 15 * durations.minute
const seenFor = durations.minute
const mostRemembered = 10_000

/**
 * The catalogue with its search. Who may see an entry is asked of the directory and remembered for a minute; when it does not
 * answer, only what everybody may see is there.
 */
export function entryIndex({ directory, catalogue, clock }: IndexGround): EntryIndex {
  const byKey = new Map(catalogue.entries.map((entry) => [entry.key, entry]))
  const audiences = [...new Set(catalogue.entries.flatMap(audiencesOf))]
  const memberships = new Map<string, { readonly at: number; readonly groups: Promise<ReadonlySet<GroupId>> }>()
  let find = compiled(catalogue, [])

  function groupsOf(person: Pick<Person, 'tenant' | 'id'>): Promise<ReadonlySet<GroupId>> {
    const name = `${person.tenant} ${person.id}`
    const now = clock().getTime()
    const known = memberships.get(name)
    if (known !== undefined && Math.abs(now - known.at) < seenFor) return known.groups
    const groups = directory.memberOf(person.id, audiences).then((ids) => new Set(ids))
    memberships.delete(name)
    memberships.set(name, { at: now, groups })
    groups.catch(() => {
      if (memberships.get(name)?.groups === groups) memberships.delete(name)
    })
    for (const oldest of memberships.keys()) {
      if (memberships.size <= mostRemembered) break
      memberships.delete(oldest)
    }
    return groups
  }

  async function sightOf(person: Pick<Person, 'tenant' | 'id'>): Promise<(entry: Entry) => boolean> {
    const groups = audiences.length === 0 ? new Set<GroupId>() : await groupsOf(person).catch(() => new Set<GroupId>())
    return ({ visibleTo }) => visibleTo === 'everybody' || visibleTo.some((group) => groups.has(group))
  }

  return {
    async search(person, text) {
      const sees = await sightOf(person)
      return find(text, sees)
    },
    async entry(person, key) {
      const entry = byKey.get(key)
      if (entry === undefined || entry.visibleTo === 'everybody') return entry
      const sees = await sightOf(person)
      return sees(entry) ? entry : undefined
    },
    async refresh() {
      find = compiled(catalogue, await directory.groups(catalogue.entries.map(({ group }) => group)))
    },
  }
}

function audiencesOf({ visibleTo }: Entry): readonly GroupId[] {
  return visibleTo === 'everybody' ? [] : visibleTo
}

function compiled({ entries }: Catalogue, groups: readonly GroupFacts[]): FindEntries {
  const facts = new Map(groups.map((group) => [group.id, group]))
  return compileEntries(entries.map((entry) => ({ entry, group: facts.get(entry.group) })))
}
