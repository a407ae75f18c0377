import type { Entry, Filter } from 'ldapts'
import { AgentError } from '../agent-error.ts'
import type { Controller } from './domain.ts'
import { guidText, sidText } from './encodings.ts'
import { bufferOf, textOf } from './entry.ts'
import { all, anything } from './filters.ts'
import { byGuid, ownName } from './names.ts'

/** What every kind of object is asked for besides its own. */
export const commonAttributes = ['objectGUID', 'objectSid', 'isDeleted', 'lastKnownParent', 'name'] as const
export const commonBinary = ['objectGUID', 'objectSid'] as const

/** What names an object. */
export interface Named {
  readonly guid: string
  readonly dn: string
  readonly deleted: boolean
  /** Where it lies; of a deleted one where it lay, for what is deleted lies in a place of its own. */
  readonly place: string
  readonly name: string
}

/** @returns undefined where the service account may not read what names it: such an object cannot be acted upon */
export function namedOf(entry: Entry): Named | undefined {
  const guid = bufferOf(entry, 'objectGUID')
  if (guid?.length !== 16) return undefined
  const deleted = textOf(entry, 'isDeleted')?.toUpperCase() === 'TRUE'
  // A deleted object's name is followed by a line break and `DEL:` with its GUID (MS-ADTS 3.1.1.5.5).
  const name = (textOf(entry, 'name') ?? ownName(entry.dn)).split('\n')[0] ?? ''
  const place = deleted ? (textOf(entry, 'lastKnownParent') ?? entry.dn) : entry.dn
  return { guid: guidText(guid), dn: entry.dn, deleted, place, name }
}

export function sidOf(entry: Entry): string | undefined {
  const bytes = bufferOf(entry, 'objectSid')
  return bytes === undefined ? undefined : sidText(bytes)
}

/** Reads one object by its objectGUID. @returns undefined when there is none that the service account can see */
export async function readByGuid(
  controller: Controller,
  guid: string,
  want: {
    readonly filter?: Filter
    readonly attributes: readonly string[]
    readonly binary?: readonly string[]
    readonly deleted?: boolean
  },
): Promise<Entry | undefined> {
  try {
    const [entry] = await controller.search({
      base: byGuid(guid),
      scope: 'base',
      filter: all(anything, ...(want.filter === undefined ? [] : [want.filter])),
      attributes: want.attributes,
      ...(want.binary === undefined ? {} : { binary: want.binary }),
      ...(want.deleted === undefined ? {} : { deleted: want.deleted }),
    })
    return entry
  } catch (error) {
    if (error instanceof AgentError && error.code === 'not-found') return undefined
    throw error
  }
}

/**
 * What is only shown, cut to what an answer holds. No character is cut in two, and none is NUL, which the bot's database does not take:
 * in their place stands U+FFFD.
 */
export function shown(text: string, longest: number): string
export function shown(text: string | undefined, longest: number): string | null
export function shown(text: string | undefined, longest: number): string | null {
  return text?.slice(0, longest).replaceAll('\0', '\ufffd').toWellFormed() ?? null
}
