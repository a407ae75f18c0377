import { asSentence } from '../approvals/requests/step/words.ts'
import { ifThere } from '../approvals/requests/transient.ts'
import type { Directory } from '../directory/directory.ts'
import type { Catalogue } from '../policy/catalogue/catalogue.ts'
import type { Grant } from './grant.ts'
import { nameOf } from './words.ts'

export interface HeldAgainstGround {
  readonly catalogue: Pick<Catalogue, 'entries' | 'conflicts'>
  readonly directory: Pick<Directory, 'memberOf'>
}

/**
 * What the person has by now that nobody may have together with what a grant gives, asked of the directory: a sentence; undefined when
 * there is nothing. It was looked at when it was asked for, and anybody may have added them to the other group since. What not everybody
 * may see is not named. For somebody who is gone there is nothing.
 * @throws DirectoryError: unknown is never "no"
 */
export async function heldAgainst(
  { catalogue, directory }: HeldAgainstGround,
  { person, entry, requester }: Pick<Grant, 'person' | 'entry' | 'requester'>,
): Promise<string | undefined> {
  const pairs = catalogue.conflicts.flatMap(({ between: [one, two], why, then }) => {
    const key = one === entry ? two : two === entry ? one : undefined
    const other = then === 'refuse' ? catalogue.entries.find((candidate) => candidate.key === key) : undefined
    return other ? [{ other, why }] : []
  })
  if (pairs.length === 0) return undefined
  const groups = [...new Set(pairs.map(({ other }) => other.group))]
  const within = await ifThere(directory.memberOf(person.id, groups))
  const held = pairs.find(({ other }) => within?.includes(other.group))
  if (!held) return undefined
  const { other, why } = held
  const shown = other.visibleTo === 'everybody' || requester.id === person.id
  const has = shown ? other.title : 'something else'
  return `${nameOf(person)} has ${has} by now, and that does not go with it${shown ? `: ${asSentence(why)}` : '.'}`
}
