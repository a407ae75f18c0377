import { accountState } from '../ldap/account.ts'
import { byGuid } from '../ldap/names.ts'
import { aboutToWrite } from './about-to-write.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { replaced } from './modifications.ts'
import { readBackOrNull } from './read-back.ts'

/** Unlocks an account that is locked; one that is not is left alone and described, for then something else keeps the person out. */
export function unlock(ground: CommandGround): CommandHandler<'unlock'> {
  return ({ guid }, ordered) =>
    ground.domain.writing(async (controller) => {
      await ground.policy.guard(controller, 'unlock', { guid, kind: 'user' })
      const before = await accountState(controller, guid, ground.clock())
      if (!before.locked) return { before, after: before, changed: false, controller: controller.name }
      await aboutToWrite(ground, 'unlock', ordered)
      await controller.modify(byGuid(guid), [replaced('lockoutTime', '0')])
      const after = await readBackOrNull(() => accountState(controller, guid, ground.clock()))
      return { before, after, changed: true, controller: controller.name }
    })
}
