import { people } from '../ldap/filters.ts'
import { userAttributes, userBinary, userOf } from '../ldap/user.ts'
import type { AdUser } from '../protocol/commands.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { listing } from './listing.ts'
import type { OpenLists } from './open-lists.ts'
import { adUser, mayShow } from './readable.ts'

/** Users, page by page. One whose name or account the service account may not read is left out: nothing could be done with it. */
export const listUsers =
  (ground: CommandGround, lists: OpenLists<AdUser>): CommandHandler<'list-users'> =>
  async ({ cursor, size }) => {
    const { name } = await ground.domain.facts()
    const search = { filter: people, attributes: userAttributes, binary: userBinary }
    const { items, ...page } =
      cursor === undefined
        ? await lists.begin(
            listing(ground, search, size, (entry) => {
              const found = userOf(entry)
              return found !== undefined && mayShow(ground, found) ? adUser(ground, found, name) : undefined
            }),
            size,
          )
        : await lists.next(cursor, size)
    return { users: items, ...page }
  }
