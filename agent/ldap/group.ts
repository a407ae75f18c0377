import type { Entry } from 'ldapts'
import type { AdGroup } from '../protocol/commands.ts'
import { fromGroupType } from './encodings.ts'
import { textOf } from './entry.ts'
import { is } from './filters.ts'
import { commonAttributes, commonBinary, type Named, namedOf, shown, sidOf } from './object.ts'

export const groupAttributes: readonly string[] = [
  ...commonAttributes,
  'sAMAccountName',
  'displayName',
  'description',
  'mail',
  'groupType',
  'managedBy',
]
export const groupBinary: readonly string[] = commonBinary

export const anyGroup = is('objectClass', 'group')

/** A group as the directory has it, before the policy has been asked. */
export interface GroupEntry extends Named {
  readonly group: Omit<AdGroup, 'writable' | 'domain'>
}

/** @returns undefined where what names it, or its kind, cannot be read */
export function groupOf(entry: Entry): GroupEntry | undefined {
  const named = namedOf(entry)
  const sid = sidOf(entry)
  const kind = fromGroupType(textOf(entry, 'groupType'))
  if (named === undefined || sid === undefined || kind === undefined) return undefined
  return {
    ...named,
    group: {
      guid: named.guid,
      sid,
      dn: named.dn,
      samAccountName: shown(textOf(entry, 'sAMAccountName') ?? named.name, 256),
      displayName: shown(textOf(entry, 'displayName') ?? named.name, 512),
      description: shown(textOf(entry, 'description'), 1_024),
      mail: shown(textOf(entry, 'mail'), 512),
      ...kind,
      managedByDn: textOf(entry, 'managedBy') ?? null,
      deleted: named.deleted,
    },
  }
}
