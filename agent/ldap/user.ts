import type { Entry } from 'ldapts'
import type { AdUser } from '../protocol/commands.ts'
import { accountBits, guidText, hasBit } from './encodings.ts'
import { bufferOf, textOf } from './entry.ts'
import { all, is, not } from './filters.ts'
import { commonAttributes, commonBinary, type Named, namedOf, shown, sidOf } from './object.ts'

export const userAttributes: readonly string[] = [
  ...commonAttributes,
  'mS-DS-ConsistencyGuid',
  'sAMAccountName',
  'userPrincipalName',
  'displayName',
  'givenName',
  'sn',
  'mail',
  'department',
  'title',
  'manager',
  'userAccountControl',
  'uSNChanged',
]
export const userBinary: readonly string[] = [...commonBinary, 'mS-DS-ConsistencyGuid']

/** Accounts of people, deleted ones too: what is deleted has lost its objectCategory, and computers are users as well. */
export const anyUser = all(is('objectClass', 'user'), not(is('objectClass', 'computer')))

/** A user as the directory has it, before the policy has been asked. */
export interface UserEntry extends Named {
  readonly user: Omit<AdUser, 'writable' | 'domain'>
}

/** @returns undefined where what names it, or its account, cannot be read */
export function userOf(entry: Entry): UserEntry | undefined {
  const named = namedOf(entry)
  const sid = sidOf(entry)
  const samAccountName = textOf(entry, 'sAMAccountName')
  const control = textOf(entry, 'userAccountControl')
  if (named === undefined || sid === undefined || samAccountName === undefined || control === undefined)
    return undefined
  const anchor = bufferOf(entry, 'mS-DS-ConsistencyGuid')
  return {
    ...named,
    user: {
      guid: named.guid,
      sid,
      consistencyGuid: anchor?.length === 16 ? guidText(anchor) : null,
      dn: named.dn,
      samAccountName,
      userPrincipalName: shown(textOf(entry, 'userPrincipalName'), 1_024),
      displayName: shown(textOf(entry, 'displayName') ?? named.name, 512),
      givenName: shown(textOf(entry, 'givenName'), 256),
      surname: shown(textOf(entry, 'sn'), 256),
      mail: shown(textOf(entry, 'mail'), 512),
      department: shown(textOf(entry, 'department'), 256),
      title: shown(textOf(entry, 'title'), 256),
      managerDn: textOf(entry, 'manager') ?? null,
      enabled: !named.deleted && !hasBit(control, accountBits.disabled),
      deleted: named.deleted,
      usn: textOf(entry, 'uSNChanged') ?? '0',
    },
  }
}
