import { accountState } from '../ldap/account.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { findUser } from './readable.ts'

/** An account's door. */
export const account =
  (ground: CommandGround): CommandHandler<'account'> =>
  ({ guid }) =>
    ground.domain.reading(async (controller) => {
      await findUser(ground, controller, guid)
      return accountState(controller, guid, ground.clock())
    })
