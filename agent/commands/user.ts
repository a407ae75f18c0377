import type { CommandGround, CommandHandler } from './command.ts'
import { adUser, findUser } from './readable.ts'

/** Reads one user. */
export const user =
  (ground: CommandGround): CommandHandler<'user'> =>
  async ({ guid }) => {
    const { name } = await ground.domain.facts()
    return ground.domain.reading(async (controller) => adUser(ground, await findUser(ground, controller, guid), name))
  }
