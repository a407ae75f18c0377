import { privilegeOf } from '../ldap/privilege.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { mustBeReadable } from './readable.ts'

/** Whether a user or a group has power over the domain, live. */
export const privilege =
  (ground: CommandGround): CommandHandler<'privilege'> =>
  async ({ guid }) => {
    const { sid } = await ground.domain.facts()
    return ground.domain.reading(async (controller) => {
      await mustBeReadable(ground, controller, guid)
      const { privileged, because } = await privilegeOf(controller, sid, guid)
      return { privileged, because: because.map((reason) => reason.slice(0, 300)) }
    })
  }
