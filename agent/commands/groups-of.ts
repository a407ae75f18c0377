import type { Entry } from 'ldapts'
import type { Controller } from '../ldap/domain.ts'
import { domainSidOf, sidBytes } from '../ldap/encodings.ts'
import { textOf } from '../ldap/entry.ts'
import { all, any, inChain, is } from '../ldap/filters.ts'
import { anyGroup, groupAttributes, groupBinary, groupOf } from '../ldap/group.ts'
import { bySid } from '../ldap/names.ts'
import { readByGuid, sidOf } from '../ldap/object.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { adGroup, mayShow, mustBeReadable } from './readable.ts'

/** The groups somebody, or a group, is in, its primary group included; with `nested` those that these are in as well. */
export const groupsOf =
  (ground: CommandGround): CommandHandler<'groups-of'> =>
  async ({ guid, nested, size }) => {
    const { name } = await ground.domain.facts()
    return ground.domain.reading(async (controller) => {
      const dn = await mustBeReadable(ground, controller, guid)
      const primary = await primaryGroup(controller, guid)
      const holds = nested ? inChain : is
      const filters = [
        holds('member', dn),
        // No link leads to the primary group: neither member nor the chain of members knows it.
        ...(primary === undefined ? [] : [is('objectSid', primary.sid)]),
        ...(primary === undefined || !nested ? [] : [inChain('member', primary.dn)]),
      ]
      const entries = await controller.search({
        base: controller.domainDn,
        scope: 'sub',
        filter: all(anyGroup, any(...filters)),
        attributes: groupAttributes,
        binary: groupBinary,
        limit: size + 1,
      })
      const found = entries
        .slice(0, size)
        .map(groupOf)
        .filter((one) => one !== undefined)
      return {
        groups: found.filter((one) => mayShow(ground, one)).map((one) => adGroup(ground, one, name)),
        more: entries.length > size,
      }
    })
  }

async function primaryGroup(controller: Controller, guid: string): Promise<{ sid: Buffer; dn: string } | undefined> {
  const own = await readByGuid(controller, guid, { attributes: ['objectSid', 'primaryGroupID'], binary: ['objectSid'] })
  const domain = own && domainSidOf(sidOf(own) ?? '')
  const relative = own && textOf(own, 'primaryGroupID')
  if (domain === undefined || relative === undefined) return undefined
  const sid = `${domain}-${relative}`
  const [group]: readonly Entry[] = await controller.search({
    base: bySid(sid),
    scope: 'base',
    filter: anyGroup,
    attributes: ['objectGUID'],
  })
  return group && { sid: sidBytes(sid), dn: group.dn }
}
