import { activeGrantsOf } from '../access/grants.ts'
import type { Named } from '../approvals/requests/request.ts'
import { openRequestOf } from '../approvals/requests/requests.ts'
import type { Conflict, Entry, Stage } from '../policy/catalogue/catalogue.ts'
import type { Ground, Sitting } from './ground.ts'

const mostGrants = 200

export interface Conflicting {
  /** Why it cannot be asked for at all: a sentence. */
  readonly refused: string | undefined
  /** Sentences for the card, where it can be asked for all the same. */
  readonly sentences: readonly string[]
  /** Who must say yes because of it, after all others. */
  readonly stages: readonly Stage[]
}

/**
 * What the person has, is about to get or has been asked for that does not go with an entry. Whoever asks and may not see the
 * other one learns that there is something, and not what.
 */
export async function conflictsWith(
  ground: Ground,
  { person: asker }: Sitting,
  person: Named,
  entry: Entry,
): Promise<Conflicting> {
  const { catalogue, database, directory } = ground.access
  const pairs = catalogue.conflicts.flatMap((conflict) => {
    const other = otherOf(conflict, entry, catalogue.entries)
    return other ? [{ conflict, other }] : []
  })
  if (pairs.length === 0) return { refused: undefined, sentences: [], stages: [] }
  const groups = [...new Set(pairs.map(({ other }) => other.group))]
  const [within, grants] = await Promise.all([
    directory.memberOf(person.id, groups),
    activeGrantsOf(database, asker.tenant, person.id, mostGrants),
  ])
  const found: { readonly sentence: string; readonly rule: Conflict['then'] }[] = []
  for (const { conflict, other } of pairs) {
    const asked = { kind: 'access', entry: other.key, extends: null } as const
    const has = within.includes(other.group) || grants.some((grant) => grant.entry === other.key)
    if (!has && !(await openRequestOf(database, asker.tenant, person.id, asked))) continue
    const mine = person.id === asker.id
    const seen = mine || (await ground.entries.entry(asker, other.key)) !== undefined
    const what = seen ? other.title : 'something else'
    const state = has
      ? `${mine ? 'You have' : `${person.name} has`} ${what}`
      : `A request for ${what} is open for ${mine ? 'you' : person.name}`
    const because = seen ? `: ${conflict.why}` : ''
    const sentence = `${state}, and that does not go with ${entry.title}${because}.`
    found.push({ sentence, rule: conflict.then })
  }
  return {
    refused: found.find(({ rule }) => rule === 'refuse')?.sentence,
    sentences: found.map(({ sentence }) => sentence),
    stages: found.flatMap(({ rule }) => (rule === 'refuse' ? [] : [rule.approval])),
  }
}

function otherOf({ between }: Conflict, { key }: Entry, entries: readonly Entry[]): Entry | undefined {
  const [one, two] = between
  const other = one === key ? two : two === key ? one : undefined
  return entries.find((entry) => entry.key === other)
}
