import type { Entry, Filter } from 'ldapts'
import { AgentError } from '../agent-error.ts'
import { type Anchors, anchorAttribute } from '../ldap/anchors.ts'
import type { Controller } from '../ldap/domain.ts'
import { guidBytes, immutableIdBytes, sidBytes } from '../ldap/encodings.ts'
import { bufferOf } from '../ldap/entry.ts'
import { all, any, is } from '../ldap/filters.ts'
import { anyUser, userAttributes, userBinary, userOf } from '../ldap/user.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { adUser, mayShow } from './readable.ts'

/** Two are one too many already; a fourth is not told. */
const most = 3
/** Of those that fit, whether they may be shown or not. */
const mostLookedAt = 10

/**
 * Users of whom an attribute has this value, deleted ones too where the service account may see them. Whoever asks decides what two
 * of them mean. @throws AgentError conflict where one may be shown and another with the same value may not: to show the one alone
 * would make it look certain
 */
export const findUsers =
  (ground: CommandGround, anchors: Anchors): CommandHandler<'find-users'> =>
  async ({ by, value }) => {
    const find = by === 'anchor' ? anchored(anchors, value) : having(by, value)
    const { name } = await ground.domain.facts()
    return ground.domain.reading(async (controller) => {
      const found = (await find(controller)).map(userOf)
      const users = found.filter((one) => one !== undefined).filter((one) => mayShow(ground, one))
      if (users.length > 0 && users.length < found.length)
        throw new AgentError(
          'conflict',
          `another object than ${users[0]?.dn} has the same ${by}, out of what may be read`,
        )
      return { users: users.slice(0, most).map((one) => adUser(ground, one, name)) }
    })
  }

type Find = (controller: Controller) => Promise<readonly Entry[]>

/** @throws AgentError refused for a value that cannot be one of these */
function having(by: 'userPrincipalName' | 'mail' | 'samAccountName' | 'sid', value: string): Find {
  const attribute = by === 'samAccountName' ? 'sAMAccountName' : by
  const filter = by === 'sid' ? is('objectSid', bytesOfSid(value)) : is(attribute, value)
  return (controller) => usersWith(controller, filter)
}

/**
 * By objectGUID or by what serves in its place. Where it is known who bears the anchor they are looked at by their objectGUIDs, which
 * have an index; where nobody seems to, and where it is not known, all are looked at.
 * @throws AgentError refused
 */
function anchored(anchors: Anchors, value: string): Find {
  const bytes = immutableIdBytes(value)
  if (bytes === undefined) throw new AgentError('refused', 'an anchor is base64 of 16 bytes')
  const bears = (entry: Entry) =>
    ['objectGUID', anchorAttribute].some((attribute) => bufferOf(entry, attribute)?.equals(bytes))
  const byGuid = is('objectGUID', bytes)
  return async (controller) => {
    const holders = await anchors.holders(controller, bytes)
    if (holders) {
      const those = holders.slice(0, mostLookedAt).map((guid) => is('objectGUID', guidBytes(guid)))
      const found = (await usersWith(controller, any(byGuid, ...those))).filter(bears)
      if (found.length > 0) return found
    }
    return usersWith(controller, any(byGuid, is(anchorAttribute, bytes)))
  }
}

function usersWith(controller: Controller, filter: Filter): Promise<readonly Entry[]> {
  return controller.search({
    base: controller.domainDn,
    scope: 'sub',
    filter: all(anyUser, filter),
    attributes: userAttributes,
    binary: userBinary,
    deleted: true,
    limit: mostLookedAt,
  })
}

/** @throws AgentError refused for what is no SID */
export function bytesOfSid(text: string): Buffer {
  try {
    return sidBytes(text)
  } catch (error) {
    throw new AgentError('refused', 'this is not a SID', { cause: error })
  }
}
