import type { Controller } from '../ldap/domain.ts'
import { domainSidOf } from '../ldap/encodings.ts'
import { textOf } from '../ldap/entry.ts'
import { is } from '../ldap/filters.ts'
import { readByGuid, sidOf } from '../ldap/object.ts'
import type { CommandOutput } from '../protocol/commands.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { findGroup, mustBeReadable } from './readable.ts'

/** Whether somebody, or a group, is a direct member. */
export const isMember =
  (ground: CommandGround): CommandHandler<'is-member'> =>
  ({ group, member }) =>
    ground.domain.readingWhatIsWritten(async (controller) => {
      const { group: found } = await findGroup(ground, controller, group)
      await mustBeReadable(ground, controller, member)
      return membership(controller, found, member)
    })

/**
 * Asks the controller about this one member, however many there are.
 * @param group its objectGUID and objectSid
 * @param member objectGUID of a user, a group or a computer. @throws AgentError
 */
export async function membership(
  controller: Controller,
  group: { readonly guid: string; readonly sid: string },
  member: string,
): Promise<CommandOutput<'is-member'>> {
  const entry = await readByGuid(controller, member, {
    attributes: ['objectSid', 'primaryGroupID'],
    binary: ['objectSid'],
  })
  if (entry === undefined) return { member: false, how: 'none' }
  const sid = sidOf(entry)
  const primary = sid === undefined ? undefined : `${domainSidOf(sid)}-${textOf(entry, 'primaryGroupID')}`
  if (primary === group.sid) return { member: true, how: 'primary' }
  const holds = await readByGuid(controller, group.guid, { filter: is('member', entry.dn), attributes: ['objectGUID'] })
  return holds === undefined ? { member: false, how: 'none' } : { member: true, how: 'direct' }
}
