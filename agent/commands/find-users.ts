import type { Filter } from 'ldapts'
import { AgentError } from '../agent-error.ts'
import { immutableIdBytes, sidBytes } from '../ldap/encodings.ts'
import { all, any, is } from '../ldap/filters.ts'
import { anyUser, userAttributes, userBinary, userOf } from '../ldap/user.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { adUser, mayShow } from './readable.ts'

/** Two are one too many already; a fourth is not told. */
const most = 3

/**
 * Users of whom an attribute has this value, deleted ones too where the service account may see them. Whoever asks decides what two
 * of them mean. @throws AgentError conflict where one may be shown and another with the same value may not: to show the one alone
 * would make it look certain
 */
export const findUsers =
  (ground: CommandGround): CommandHandler<'find-users'> =>
  async ({ by, value }) => {
    const filter = all(anyUser, having(by, value))
    const { name } = await ground.domain.facts()
    return ground.domain.reading(async (controller) => {
      const entries = await controller.search({
        base: controller.domainDn,
        scope: 'sub',
        filter,
        attributes: userAttributes,
        binary: userBinary,
        deleted: true,
        limit: 10,
      })
      const found = entries.map(userOf)
      const users = found.filter((one) => one !== undefined).filter((one) => mayShow(ground, one))
      if (users.length > 0 && users.length < found.length)
        throw new AgentError(
          'conflict',
          `another object than ${users[0]?.dn} has the same ${by}, out of what may be read`,
        )
      return { users: users.slice(0, most).map((one) => adUser(ground, one, name)) }
    })
  }

/** @throws AgentError refused for a value that cannot be one of these */
function having(by: Parameters<CommandHandler<'find-users'>>[0]['by'], value: string): Filter {
  switch (by) {
    case 'anchor': {
      const bytes = immutableIdBytes(value)
      if (bytes === undefined) throw new AgentError('refused', 'an anchor is base64 of 16 bytes')
      return any(is('objectGUID', bytes), is('mS-DS-ConsistencyGuid', bytes))
    }
    case 'sid':
      return is('objectSid', bytesOfSid(value))
    default:
      return is(by === 'samAccountName' ? 'sAMAccountName' : by, value)
  }
}

/** @throws AgentError refused for what is no SID */
export function bytesOfSid(text: string): Buffer {
  try {
    return sidBytes(text)
  } catch (error) {
    throw new AgentError('refused', 'this is not a SID', { cause: error })
  }
}
