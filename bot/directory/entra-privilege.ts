import { z } from 'zod'
import { guid, type UserId } from '../identity/person.ts'
import { plainText } from '../plain-text.ts'
import type { Privilege } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { rolesOf } from './entra-roles.ts'
import { address } from './graph-address.ts'
import type { Graph } from './graph-client.ts'
import { sentences } from './sentences.ts'

/**
 * Groups, roles and administrative units as `transitiveMemberOf` lists them. An application that may not read one
 * kind is given its type and id only, with every other property null (learn.microsoft.com/graph/permissions-overview,
 * "limited information").
 */
const membership = z.object({
  '@odata.type': z.string(),
  id: guid,
  displayName: z.string().nullish(),
  isAssignableToRole: z.boolean().nullish(),
})

const ownedGroup = z.object({
  id: guid,
  displayName: z.string().nullish(),
  isAssignableToRole: z.boolean().nullish(),
  owners: z.array(z.object({ id: guid })),
})
/**
 * `$expand` on a directory object brings at most 20 and does not page
 * (learn.microsoft.com/graph/query-parameters#expand-parameter).
 */
const expandLimit = 20

/**
 * Whether a help desk may touch this account, asked of the directory now: directory roles held directly or through
 * groups, roles scoped to an administrative unit, roles that may be activated (PIM), and membership (nested too) or
 * ownership of a role-assignable group. `transitiveRoleAssignments` exists in beta only; roles reach a person
 * directly or through a role-assignable group, and both are asked for here.
 * @throws DirectoryError whenever one of these cannot be read: not knowing is never "no"
 */
export async function entraPrivilege(graph: Graph, id: UserId): Promise<Privilege> {
  const found = await Promise.all([memberships(graph, id), rolesOf(graph, id), ownerships(graph, id)])
  return privilegeOf(found.flat())
}

/** Privileged when there is any reason; each once, in order, without anything that is not text. */
export function privilegeOf(reasons: readonly string[]): Privilege {
  const because = [...new Set(reasons.map((reason) => plainText(reason, 300)))].sort()
  return { privileged: because.length > 0, because }
}

async function memberships(graph: Graph, id: UserId): Promise<string[]> {
  const title = 'GET /users/{id}/transitiveMemberOf'
  const query = { $select: 'id,displayName,isAssignableToRole', $top: '999' }
  const because: string[] = []
  for await (const page of graph.pages(address(['users', id, 'transitiveMemberOf'], query), membership, { title }))
    because.push(...page.flatMap((item) => membershipReasons(item, title)))
  return because
}

function membershipReasons(item: z.infer<typeof membership>, title: string): string[] {
  const name = item.displayName ?? item.id
  switch (item['@odata.type']) {
    case '#microsoft.graph.directoryRole':
      return [`directory role: ${name}`]
    case '#microsoft.graph.group':
      // Ordinary groups have isAssignableToRole null, and so have groups that we may not read: the name tells them
      // apart.
      if (item.displayName == null) throw unreadable(`${title}: group ${item.id}`, 'GroupMember.Read.All')
      return item.isAssignableToRole === true ? [`role-assignable group: ${name}`] : []
    case '#microsoft.graph.administrativeUnit':
      return []
    default:
      return [`membership of an unknown kind: ${item['@odata.type']}`]
  }
}

/**
 * Role-assignable groups this person owns. `/users/{id}/ownedObjects` is not open to applications, so the groups are
 * asked for their owners; a tenant has at most 500 of them.
 */
async function ownerships(graph: Graph, id: UserId): Promise<string[]> {
  const title = 'GET /groups?$filter=isAssignableToRole eq true'
  const query = {
    $filter: 'isAssignableToRole eq true',
    $select: 'id,displayName,isAssignableToRole',
    $expand: 'owners($select=id)',
    $top: '100',
  }
  const because: string[] = []
  for await (const page of graph.pages(address(['groups'], query), ownedGroup, { title }))
    for (const group of page) {
      const owners = group.owners.length < expandLimit ? group.owners : await allOwners(graph, group.id)
      if (owners.some((owner) => owner.id === id))
        because.push(`owner of role-assignable group: ${group.displayName ?? group.id}`)
    }
  return because
}

async function allOwners(graph: Graph, group: string): Promise<readonly { id: string }[]> {
  const path = address(['groups', group, 'owners'], { $select: 'id', $top: '999' })
  const owners: { id: string }[] = []
  for await (const page of graph.pages(path, z.object({ id: guid }), { title: 'GET /groups/{id}/owners' }))
    owners.push(...page)
  return owners
}

function unreadable(what: string, permission: string): DirectoryError {
  return new DirectoryError('refused', {
    sentence: sentences.refused,
    detail: `${what} came without its properties: the application lacks ${permission}`,
  })
}
