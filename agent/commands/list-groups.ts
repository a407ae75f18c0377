import { groups } from '../ldap/filters.ts'
import { groupAttributes, groupBinary, groupOf } from '../ldap/group.ts'
import type { AdGroup } from '../protocol/commands.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { listing } from './listing.ts'
import type { OpenLists } from './open-lists.ts'
import { adGroup, mayShow } from './readable.ts'

/** Groups, page by page. */
export const listGroups =
  (ground: CommandGround, lists: OpenLists<AdGroup>): CommandHandler<'list-groups'> =>
  async ({ cursor, size }) => {
    const { name } = await ground.domain.facts()
    const search = { filter: groups, attributes: groupAttributes, binary: groupBinary }
    const { items, ...page } =
      cursor === undefined
        ? await lists.begin(
            listing(ground, search, size, (entry) => {
              const found = groupOf(entry)
              return found !== undefined && mayShow(ground, found) ? adGroup(ground, found, name) : undefined
            }),
            size,
          )
        : await lists.next(cursor, size)
    return { groups: items, ...page }
  }
