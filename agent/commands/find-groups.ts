import { AgentError } from '../agent-error.ts'
import { all, is } from '../ldap/filters.ts'
import { anyGroup, groupAttributes, groupBinary, groupOf } from '../ldap/group.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { bytesOfSid } from './find-users.ts'
import { adGroup, mayShow } from './readable.ts'

const most = 3

/** Groups of which an attribute has this value, deleted ones too; see find-users. */
export const findGroups =
  (ground: CommandGround): CommandHandler<'find-groups'> =>
  async ({ by, value }) => {
    const having = by === 'sid' ? is('objectSid', bytesOfSid(value)) : is('sAMAccountName', value)
    const { name } = await ground.domain.facts()
    return ground.domain.reading(async (controller) => {
      const entries = await controller.search({
        base: controller.domainDn,
        scope: 'sub',
        filter: all(anyGroup, having),
        attributes: groupAttributes,
        binary: groupBinary,
        deleted: true,
        limit: 10,
      })
      const found = entries.map(groupOf)
      const groups = found.filter((one) => one !== undefined).filter((one) => mayShow(ground, one))
      if (groups.length > 0 && groups.length < found.length)
        throw new AgentError(
          'conflict',
          `another object than ${groups[0]?.dn} has the same ${by}, out of what may be read`,
        )
      return { groups: groups.slice(0, most).map((one) => adGroup(ground, one, name)) }
    })
  }
