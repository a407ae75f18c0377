import { units } from '../ldap/filters.ts'
import { commonAttributes, commonBinary, namedOf } from '../ldap/object.ts'
import type { AdUnit } from '../protocol/commands.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { listing } from './listing.ts'
import type { OpenLists } from './open-lists.ts'
import { mayShow } from './readable.ts'

/** Organizational units, page by page. */
export const listUnits =
  (ground: CommandGround, lists: OpenLists<AdUnit>): CommandHandler<'list-units'> =>
  async ({ cursor, size }) => {
    const search = { filter: units, attributes: commonAttributes, binary: commonBinary }
    const { items, ...page } =
      cursor === undefined
        ? await lists.begin(
            listing(ground, search, size, (entry) => {
              const found = namedOf(entry)
              if (found === undefined || !mayShow(ground, found)) return undefined
              const { guid, dn, name } = found
              return {
                guid,
                dn,
                name: name.slice(0, 512),
                writable: ground.policy.writable({ guid, dn, kind: 'unit' }).allowed,
              }
            }),
            size,
          )
        : await lists.next(cursor, size)
    return { units: items, ...page }
  }
