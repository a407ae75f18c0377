import type { PolicedOperation } from '../policy/policy.ts'
import { addMember, removeMember } from './change-member.ts'
import type { CommandGround, CommandHandlers } from './command.ts'
import { createUser } from './create-user.ts'
import { move } from './move.ts'
import { resetPassword } from './reset-password.ts'
import { setAttributes } from './set-attributes.ts'
import { setEnabled } from './set-enabled.ts'
import { unlock } from './unlock.ts'

/**
 * The commands that write. Each one asks the policy on the controller that will write, looks whether there is anything to do, is
 * counted, writes only while the order holds, and reads back on that same controller.
 */
export function writingCommands(ground: CommandGround): Pick<CommandHandlers, PolicedOperation> {
  return {
    'reset-password': resetPassword(ground),
    unlock: unlock(ground),
    'set-enabled': setEnabled(ground),
    'add-member': addMember(ground),
    'remove-member': removeMember(ground),
    'set-attributes': setAttributes(ground),
    'create-user': createUser(ground),
    move: move(ground),
  }
}
