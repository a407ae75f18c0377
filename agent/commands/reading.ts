import { openAnchors } from '../ldap/anchors.ts'
import type { AdGroup, AdUnit, AdUser } from '../protocol/commands.ts'
import { account } from './account.ts'
import { changes } from './changes.ts'
import type { CommandGround, CommandHandlers } from './command.ts'
import { findGroups } from './find-groups.ts'
import { findUsers } from './find-users.ts'
import { group } from './group.ts'
import { groupsOf } from './groups-of.ts'
import { isMember } from './is-member.ts'
import { listGroups } from './list-groups.ts'
import { listUnits } from './list-units.ts'
import { listUsers } from './list-users.ts'
import { members } from './members.ts'
import { type ListCounter, openLists } from './open-lists.ts'
import { privilege } from './privilege.ts'
import { probe } from './probe.ts'
import { user } from './user.ts'

export type ReadingCommand =
  | 'probe'
  | 'user'
  | 'find-users'
  | 'list-users'
  | 'group'
  | 'find-groups'
  | 'list-groups'
  | 'list-units'
  | 'members'
  | 'is-member'
  | 'groups-of'
  | 'privilege'
  | 'account'
  | 'changes'

/** Every command that changes nothing. */
export function readingCommands(ground: CommandGround): Pick<CommandHandlers, ReadingCommand> {
  const counter: ListCounter = { clock: ground.clock, randomBytes: ground.randomBytes, open: 0 }
  return {
    probe: probe(ground),
    user: user(ground),
    'find-users': findUsers(ground, openAnchors(ground.clock)),
    'list-users': listUsers(ground, openLists<AdUser>(counter)),
    group: group(ground),
    'find-groups': findGroups(ground),
    'list-groups': listGroups(ground, openLists<AdGroup>(counter)),
    'list-units': listUnits(ground, openLists<AdUnit>(counter)),
    members: members(ground),
    'is-member': isMember(ground),
    'groups-of': groupsOf(ground),
    privilege: privilege(ground),
    account: account(ground),
    changes: changes(ground),
  }
}
