import { z } from 'zod'
import { type GroupId, groupId, guid } from '../identity/person.ts'
import type { Privilege } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { aboutGroup, readGroup } from './entra-group.ts'
import { privilegeOf } from './entra-privilege.ts'
import { rolesOf } from './entra-roles.ts'
import { address } from './graph-address.ts'
import type { Graph } from './graph-client.ts'
import { sentences } from './sentences.ts'

const roleAssignable = z.object({
  id: groupId,
  displayName: z.string().nullish(),
  isAssignableToRole: z.boolean().nullish(),
})

/**
 * Whether membership of this group gives, or may give, a directory role: the group is role-assignable, holds a role or may
 * activate one (PIM), or is nested, however deeply, in a role-assignable group. Only role-assignable groups can be given a role
 * (learn.microsoft.com/entra/identity/role-based-access-control/groups-concept), so those are all that can pass one on.
 * @throws DirectoryError whenever one of these cannot be read: not knowing is never "no"
 */
export async function groupPrivilege(graph: Graph, id: GroupId): Promise<Privilege> {
  const [own, held, nested] = await Promise.all([readGroup(graph, id), rolesOf(graph, id), nestings(graph, id)])
  if (own.roleAssignable === undefined)
    throw new DirectoryError('refused', {
      sentence: sentences.refused,
      detail: `GET /groups/{id}: group ${id} came without isAssignableToRole`,
    })
  return privilegeOf([...(own.roleAssignable ? [`role-assignable group: ${own.displayName}`] : []), ...held, ...nested])
}

/**
 * Role-assignable groups this one is in. `/groups/{id}/transitiveMemberOf` asks an application for Directory.Read.All;
 * `getMemberGroups` is content with GroupMember.Read.All and gives up to 11,000 ids, and more is an error
 * (learn.microsoft.com/graph/api/directoryobject-getmembergroups). A tenant has at most 500 role-assignable groups.
 */
async function nestings(graph: Graph, id: GroupId): Promise<string[]> {
  const [parents, powerful] = await Promise.all([groupsAround(graph, id), roleAssignableGroups(graph)])
  return parents.flatMap((parent) => {
    const name = powerful.get(parent)
    return name === undefined ? [] : [`nested in role-assignable group: ${name}`]
  })
}

/** The groups this one is in, however deeply. @throws DirectoryError */
async function groupsAround(graph: Graph, id: GroupId): Promise<readonly string[]> {
  const path = address(['groups', id, 'getMemberGroups'])
  const asked = graph.ask(path, { securityEnabledOnly: false }, z.object({ value: z.array(guid) }), {
    title: 'POST /groups/{id}/getMemberGroups',
  })
  return (await aboutGroup(asked)).value
}

/** Which of these groups this one is, or is in, nested included. @throws DirectoryError */
export async function groupWithin(graph: Graph, id: GroupId, groups: readonly GroupId[]): Promise<readonly GroupId[]> {
  const around = new Set<string>([id, ...(await groupsAround(graph, id))])
  return groups.filter((group) => around.has(group))
}

async function roleAssignableGroups(graph: Graph): Promise<ReadonlyMap<string, string>> {
  const title = 'GET /groups?$filter=isAssignableToRole eq true'
  const query = {
    $filter: 'isAssignableToRole eq true',
    $select: 'id,displayName,isAssignableToRole',
    $top: '999',
  }
  const names = new Map<string, string>()
  // Ordinary groups, should the filter not be applied, are no reason.
  for await (const page of graph.pages(address(['groups'], query), roleAssignable, { title }))
    for (const one of page) if (one.isAssignableToRole !== false) names.set(one.id, one.displayName ?? one.id)
  return names
}
