import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { anyGroup, type GroupEntry, groupAttributes, groupBinary, groupOf } from '../ldap/group.ts'
import { readByGuid } from '../ldap/object.ts'
import { anyUser, type UserEntry, userAttributes, userBinary, userOf } from '../ldap/user.ts'
import type { Policed } from '../policy/policy.ts'
import type { AdGroup, AdUser } from '../protocol/commands.ts'
import type { CommandGround } from './command.ts'

/** What must not be seen is answered as what is not there. */
export const notFound = (what: string) => new AgentError('not-found', `there is no ${what} that may be read`)

/** Whether what was found may be shown: a deleted object by where it lay. */
export const mayShow = ({ policy }: CommandGround, found: { readonly place: string }): boolean =>
  policy.mayRead(found.place)

/** A user as the bot is told of it. @param domain DNS name */
export function adUser(ground: CommandGround, found: UserEntry, domain: string): AdUser {
  return { ...found.user, domain, writable: writable(ground, found, 'user') }
}

export function adGroup(ground: CommandGround, found: GroupEntry, domain: string): AdGroup {
  return { ...found.group, domain, writable: writable(ground, found, 'group') }
}

function writable({ policy }: CommandGround, found: UserEntry | GroupEntry, kind: Policed['kind']) {
  if (found.deleted) return { allowed: false, because: 'it is deleted' }
  const { allowed, because } = policy.writable({ guid: found.guid, dn: found.dn, kind })
  return { allowed, because: because?.slice(0, 500) ?? null }
}

/** Reads a user that may be shown, a deleted one too. @throws AgentError not-found */
export async function findUser(ground: CommandGround, controller: Controller, guid: string): Promise<UserEntry> {
  const want = { filter: anyUser, attributes: userAttributes, binary: userBinary, deleted: true }
  const entry = await readByGuid(controller, guid, want)
  const found = entry && userOf(entry)
  if (found === undefined || !mayShow(ground, found)) throw notFound(`user ${guid}`)
  return found
}

/** Reads a group that may be shown, a deleted one too. @throws AgentError not-found */
export async function findGroup(ground: CommandGround, controller: Controller, guid: string): Promise<GroupEntry> {
  const want = { filter: anyGroup, attributes: groupAttributes, binary: groupBinary, deleted: true }
  const entry = await readByGuid(controller, guid, want)
  const found = entry && groupOf(entry)
  if (found === undefined || !mayShow(ground, found)) throw notFound(`group ${guid}`)
  return found
}

/** Sees to it that an object, whatever it is, may be shown. @returns its DN. @throws AgentError not-found */
export async function mustBeReadable(ground: CommandGround, controller: Controller, guid: string): Promise<string> {
  const entry = await readByGuid(controller, guid, { attributes: ['objectGUID'] })
  if (entry === undefined || !ground.policy.mayRead(entry.dn)) throw notFound(`object ${guid}`)
  return entry.dn
}
