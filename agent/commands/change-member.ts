import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { byGuid } from '../ldap/names.ts'
import { readByGuid, sidOf } from '../ldap/object.ts'
import { aboutToWrite } from './about-to-write.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { membership } from './is-member.ts'
import { added, deleted } from './modifications.ts'
import { demandAsWritten, readBack } from './read-back.ts'

/** Puts an account into a group; one that is in it already, be it as its primary group, is left alone. @throws AgentError */
export const addMember = (ground: CommandGround): CommandHandler<'add-member'> => changeMember(ground, 'add-member')

/** Takes an account out of a group. @throws AgentError conflict for its primary group, which no change of members ends */
export const removeMember = (ground: CommandGround): CommandHandler<'remove-member'> =>
  changeMember(ground, 'remove-member')

function changeMember(
  ground: CommandGround,
  operation: 'add-member' | 'remove-member',
): CommandHandler<'add-member' | 'remove-member'> {
  const wanted = operation === 'add-member'
  return ({ group, member }, ordered) =>
    ground.domain.writing(async (controller) => {
      await ground.policy.guard(controller, operation, { guid: group, kind: 'group' }, [{ guid: member, kind: 'user' }])
      const sid = await sidOfGroup(controller, group)
      const look = () => membership(controller, { guid: group, sid }, member)
      const before = await look()
      const unchanged = { changed: false, controller: controller.name }
      if (before.how === 'primary' && !wanted)
        throw new AgentError(
          'conflict',
          'it is the primary group of the account, which has to be given another one first',
        )
      if (before.member === wanted) return unchanged
      await aboutToWrite(ground, operation, ordered)
      // By GUID on both sides: neither is missed when it is renamed in between.
      const change = wanted ? added : deleted
      try {
        await controller.modify(byGuid(group), [change('member', byGuid(member))])
      } catch (error) {
        // 68 already a member, 53 not a member, 16 not one and the group never had any: somebody else was faster, or something
        // else is wrong. What counts is what stands there now.
        const turnedDown = error instanceof AgentError && (error.code === 'conflict' || error.code === 'refused')
        if (turnedDown && (await look()).member === wanted) return unchanged
        throw error
      }
      const after = await readBack(look)
      demandAsWritten(after.member === wanted, controller, `the account is ${after.member ? 'still' : 'not'} a member`)
      return { changed: true, controller: controller.name }
    })
}

async function sidOfGroup(controller: Controller, guid: string): Promise<string> {
  const entry = await readByGuid(controller, guid, { attributes: ['objectSid'], binary: ['objectSid'] })
  const sid = entry && sidOf(entry)
  if (sid === undefined) throw new AgentError('not-found', `the group ${guid} is not shown to the agent`)
  return sid
}
