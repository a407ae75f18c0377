import { AgentError } from '../agent-error.ts'
import { byGuid, formatDn, parentDn, parseDn, same } from '../ldap/names.ts'
import { aboutToWrite } from './about-to-write.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { dnOf } from './dn-of.ts'
import { demandAsWritten, readBack } from './read-back.ts'

/** Moves an account to another unit under the name it has. @throws AgentError conflict where the name is taken there */
export function move(ground: CommandGround): CommandHandler<'move'> {
  return ({ guid, unit }, ordered) =>
    ground.domain.writing(async (controller) => {
      await ground.policy.guard(controller, 'move', { guid, kind: 'user' }, [{ guid: unit, kind: 'unit' }])
      const unitDn = await dnOf(controller, unit)
      const liesThere = (dn: string) => same(parentDn(dn) ?? '', unitDn)
      const before = await dnOf(controller, guid)
      if (liesThere(before)) return { changed: false, controller: controller.name }
      const [ownStep] = parseDn(before)
      if (ownStep === undefined) throw new AgentError('internal', `${before} has no name of its own`)
      await aboutToWrite(ground, 'move', ordered)
      await controller.rename(byGuid(guid), formatDn([ownStep, ...parseDn(unitDn)]))
      const after = await readBack(() => dnOf(controller, guid))
      demandAsWritten(liesThere(after), controller, `it lies at ${after}`)
      return { changed: true, controller: controller.name }
    })
}
