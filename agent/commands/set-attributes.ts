import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { anything } from '../ldap/filters.ts'
import { byGuid } from '../ldap/names.ts'
import { aboutToWrite } from './about-to-write.ts'
import { managerOf, type Wanted, wantedAttributes } from './attributes.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { dnOf } from './dn-of.ts'
import { replaced } from './modifications.ts'
import { demandAsWritten, readBack } from './read-back.ts'

/** Writes attributes of a user that do not stand as wanted, all in one modify. */
export function setAttributes(ground: CommandGround): CommandHandler<'set-attributes'> {
  return ({ guid, attributes }, ordered) =>
    ground.domain.writing(async (controller) => {
      const manager = managerOf(attributes)
      await ground.policy.guard(controller, 'set-attributes', { guid, kind: 'user' }, manager)
      const wanted = wantedAttributes(attributes, attributes.manager && (await dnOf(controller, attributes.manager)))
      const missing = await unlike(controller, guid, wanted)
      if (missing.length === 0) return { changed: false, controller: controller.name }
      await aboutToWrite(ground, 'set-attributes', ordered)
      await controller.modify(
        byGuid(guid),
        missing.map(({ type, value }) => (value === undefined ? replaced(type) : replaced(type, value))),
      )
      const left = await readBack(() => unlike(controller, guid, wanted))
      demandAsWritten(left.length === 0, controller, left.map(({ type }) => type).join(', '))
      return { changed: true, controller: controller.name }
    })
}

/** Those that do not stand as they should. */
async function unlike(controller: Controller, guid: string, wanted: readonly Wanted[]): Promise<readonly Wanted[]> {
  const [entry] = await controller.search({
    base: byGuid(guid),
    scope: 'base',
    filter: anything,
    attributes: wanted.map(({ type }) => type),
  })
  if (entry === undefined) throw new AgentError('not-found', `there is no object ${guid}`)
  return wanted.filter(({ stands }) => !stands(entry))
}
