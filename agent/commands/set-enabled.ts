import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { accountBits } from '../ldap/encodings.ts'
import { textOf } from '../ldap/entry.ts'
import { anything } from '../ldap/filters.ts'
import { byGuid } from '../ldap/names.ts'
import { aboutToWrite } from './about-to-write.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { added, deleted } from './modifications.ts'
import { demandAsWritten, readBack } from './read-back.ts'

/**
 * Enables or disables an account: one bit of userAccountControl, all others as they are. The old value is taken away by name, so that
 * whoever changed it meanwhile is not overwritten. (Samba unlocks at any change of userAccountControl, Windows does not.)
 * @throws AgentError conflict where somebody else changed it at the same time, or where it did not stay as written
 */
export function setEnabled(ground: CommandGround): CommandHandler<'set-enabled'> {
  return ({ guid, enabled }, ordered) =>
    ground.domain.writing(async (controller) => {
      await ground.policy.guard(controller, 'set-enabled', { guid, kind: 'user' })
      const before = await accountControl(controller, guid)
      const wanted = enabled ? before & ~accountBits.disabled : before | accountBits.disabled
      if (wanted === before) return { changed: false, controller: controller.name }
      await aboutToWrite(ground, 'set-enabled', ordered)
      await controller.modify(byGuid(guid), [
        deleted('userAccountControl', String(before)),
        added('userAccountControl', String(wanted)),
      ])
      const after = await readBack(() => accountControl(controller, guid))
      demandAsWritten(((after & accountBits.disabled) === 0) === enabled, controller, `userAccountControl is ${after}`)
      return { changed: true, controller: controller.name }
    })
}

async function accountControl(controller: Controller, guid: string): Promise<number> {
  const [entry] = await controller.search({
    base: byGuid(guid),
    scope: 'base',
    filter: anything,
    attributes: ['userAccountControl'],
  })
  const value = entry && textOf(entry, 'userAccountControl')
  if (value === undefined || !/^\d{1,10}$/.test(value))
    throw new AgentError('refused', `userAccountControl of ${guid} is not shown to the agent`)
  return Number(value)
}
