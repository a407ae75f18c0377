import type { Entry } from 'ldapts'
import { fromFiletime, never, toFiletime } from '../ldap/encodings.ts'
import { textOf } from '../ldap/entry.ts'
import { byGuid, same } from '../ldap/names.ts'
import type { UserAttributes } from '../protocol/commands.ts'

/** One attribute as it should stand. */
export interface Wanted {
  readonly type: string
  /** undefined: it should have none. */
  readonly value: string | undefined
  /** Whether an entry that was read with this attribute shows it so. */
  readonly stands: (entry: Entry) => boolean
}

/**
 * What a bot wants of a user, as the directory keeps it.
 * @param managerDn of the manager that is named, as it is now; a name is only compared, the GUID is written
 */
export function wantedAttributes(attributes: UserAttributes, managerDn: string | undefined): readonly Wanted[] {
  const { manager, accountExpires, ...texts } = attributes
  const wanted: Wanted[] = Object.entries(texts).map(([type, text]) => {
    const value = text || undefined
    return { type, value, stands: (entry) => textOf(entry, type) === value }
  })
  if (accountExpires !== undefined) wanted.push(expiry(accountExpires))
  if (manager !== undefined)
    wanted.push({
      type: 'manager',
      value: byGuid(manager),
      stands(entry) {
        const now = textOf(entry, 'manager')
        return now !== undefined && managerDn !== undefined && same(now, managerDn)
      },
    })
  return wanted
}

/** Never is written in two ways (MS-ADA1 2.3), which mean the same. */
function expiry(moment: string | null): Wanted {
  const type = 'accountExpires'
  const until = moment === null ? undefined : new Date(moment)
  return {
    type,
    value: until === undefined ? never : toFiletime(until),
    stands: (entry) => fromFiletime(textOf(entry, type))?.getTime() === until?.getTime(),
  }
}

/** Who else the policy must look at. */
export const managerOf = ({ manager }: { readonly manager?: string | undefined }) =>
  manager === undefined ? [] : [{ guid: manager, kind: 'user' as const }]
