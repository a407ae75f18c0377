import type { CommandGround, CommandHandler } from './command.ts'
import { adGroup, findGroup } from './readable.ts'

/** Reads one group. */
export const group =
  (ground: CommandGround): CommandHandler<'group'> =>
  async ({ guid }) => {
    const { name } = await ground.domain.facts()
    return ground.domain.reading(async (controller) => adGroup(ground, await findGroup(ground, controller, guid), name))
  }
