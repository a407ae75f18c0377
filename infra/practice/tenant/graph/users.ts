import { z } from 'zod'
import type { CompanyUser } from '../../company/model.ts'
import { findRole } from '../../company/roles.ts'
import type { Answer } from '../exchange.ts'
import { bodyOf, type Call, param, type Route } from './call.ts'
import { deletedUserCollection, managerOf, objectCollection, userCollection } from './collections.ts'
import { entity } from './entity.ts'
import { GraphFault, notFound } from './graph-fault.ts'
import { countAll, demandAdvancedIfAsked, list } from './listing.ts'
import { checkMembership, readMembership, readUsers } from './permissions.ts'
import { projection } from './projection.ts'
import { defaultUserProperties, type Resource, userResource } from './resource.ts'
import { syncBehavior } from './sync-behavior.ts'

/** The user a path names, by id or user principal name, as readers see it. @throws GraphFault 404 */
export function namedUser(call: Call): CompanyUser {
  const name = param(call, 'id')
  const user = call.state.company.user(name, 'visible')
  if (user === undefined) throw notFound(name)
  return user
}

/** One user, cut down as `$select` and `$expand` say. */
function oneUser(call: Call, resource: Resource, context: string): Answer {
  const collection = userCollection(call.state)
  const cut = projection(call.query, {
    type: 'user',
    known: collection.known,
    byDefault: defaultUserProperties,
    expansions: collection.expansions ?? {},
  })
  return entity(call, context, cut(resource))
}

function memberships(call: Call, deep: boolean): string[] {
  const { company } = call.state
  const { id } = namedUser(call)
  const groups = deep ? company.transitiveGroups(id, 'visible') : company.directGroups(id, 'visible')
  const assignments = deep
    ? company.transitiveAssignments(id, 'visible')
    : company.assignmentsOf(new Set([id]), 'visible').filter((one) => one.state === 'active')
  const roles = assignments.flatMap((one) => findRole(one.roleDefinitionId)?.id ?? [])
  return [...groups.map((group) => group.id), ...new Set(roles)]
}

function membershipRoutes(name: 'memberOf' | 'transitiveMemberOf'): Route[] {
  const deep = name === 'transitiveMemberOf'
  const handle = (call: Call) => {
    demandAdvancedIfAsked(call)
    return list(call, objectCollection(call, memberships(call, deep), call.params.cast))
  }
  const route = { method: 'GET', class: 'groups', permissions: readMembership, handle } as const
  return [
    { ...route, path: `/users/{id}/${name}` },
    { ...route, path: `/users/{id}/${name}/{cast:microsoft.graph.}` },
  ]
}

const groupIds = z.object({ groupIds: z.array(z.guid()).min(1).max(20) })

/** Reading users and what they belong to. */
export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/users',
    class: 'users.read',
    permissions: readUsers,
    handle: (call) => list(call, userCollection(call.state)),
  },
  {
    method: 'GET',
    path: '/users/$count',
    class: 'users.read',
    permissions: readUsers,
    handle: (call) => countAll(call, userCollection(call.state)),
  },
  {
    method: 'GET',
    path: '/users/{id}',
    class: 'users.read',
    permissions: readUsers,
    handle: (call) => oneUser(call, userResource(namedUser(call)), 'users/$entity'),
  },
  {
    method: 'GET',
    path: '/users/{id}/manager',
    class: 'users.read',
    permissions: readUsers,
    handle(call) {
      const user = namedUser(call)
      const manager = managerOf(call.state, user.id)
      if (manager === undefined) throw notFound('manager')
      return oneUser(call, manager, 'directoryObjects/$entity')
    },
  },
  {
    method: 'GET',
    path: '/users/{id}/directReports',
    class: 'users.read',
    permissions: readUsers,
    handle(call) {
      const { id } = namedUser(call)
      const reports = [...call.state.company.users.values('visible')].filter((one) => one.managerId === id)
      return list(
        call,
        objectCollection(
          call,
          reports.map((one) => one.id),
          undefined,
        ),
      )
    },
  },
  ...membershipRoutes('memberOf'),
  ...membershipRoutes('transitiveMemberOf'),
  {
    method: 'GET',
    path: '/users/{id}/ownedObjects',
    class: 'groups',
    permissions: readUsers,
    handle(call) {
      const owned = call.state.company.ownedGroups(namedUser(call).id, 'visible')
      return list(
        call,
        objectCollection(
          call,
          owned.map((group) => group.id),
          undefined,
        ),
      )
    },
  },
  {
    method: 'POST',
    path: '/users/{id}/checkMemberGroups',
    class: 'groups',
    permissions: checkMembership,
    handle(call) {
      const asked = bodyOf(call, groupIds).groupIds.map((id) => id.toLowerCase())
      const inside = new Set(
        call.state.company.transitiveGroups(namedUser(call).id, 'visible').map((group) => group.id),
      )
      const value = asked.filter((id) => inside.has(id))
      return {
        status: 200,
        body: { '@odata.context': `${call.state.url}/v1.0/$metadata#Collection(Edm.String)`, value },
      }
    },
  },
  {
    method: 'GET',
    path: '/users/{id}/onPremisesSyncBehavior',
    class: 'users.read',
    permissions: ['User-OnPremisesSyncBehavior.ReadWrite.All'],
    handle(call) {
      return syncBehavior(call, namedUser(call))
    },
  },
  {
    method: 'GET',
    path: '/directory/deletedItems/microsoft.graph.user',
    class: 'users.read',
    permissions: readUsers,
    handle: (call) => list(call, deletedUserCollection(call.state)),
  },
  {
    method: 'GET',
    path: '/me',
    class: 'other',
    permissions: [],
    handle() {
      throw new GraphFault(400, 'BadRequest', '/me request is only valid with delegated authentication flow.')
    },
  },
]
