import type { RoleAssignment } from '../../company/model.ts'
import { directoryRoles, findRole } from '../../company/roles.ts'
import { type Call, param, type Route } from './call.ts'
import { objectCollection, roleCollection } from './collections.ts'
import { entity } from './entity.ts'
import { badRequest, notFound } from './graph-fault.ts'
import { type Collection, list } from './listing.ts'
import * as may from './permissions.ts'
import { principalResource, type Resource, roleResource } from './resource.ts'

const assignmentProperties = new Set(['id', 'principalId', 'roleDefinitionId', 'directoryScopeId', 'appScopeId'])

function assignments(call: Call, context: string, those: Iterable<RoleAssignment>): Collection {
  const byId = new Map([...those].map((one) => [one.id, one]))
  return {
    context: `roleManagement/directory/${context}`,
    type: 'UnifiedRoleAssignment',
    ids: [...byId.keys()],
    read(id) {
      const one = byId.get(id)
      if (one === undefined) return undefined
      const { principalId, roleDefinitionId } = one
      const eligible = one.state === 'eligible' ? { status: 'Provisioned', memberType: 'Direct' } : {}
      return { id, principalId, roleDefinitionId, directoryScopeId: '/', appScopeId: null, ...eligible }
    },
    known: new Set([...assignmentProperties, 'status', 'memberType']),
    filterable: new Set(['principalId', 'roleDefinitionId', 'directoryScopeId']),
    searchable: new Set(),
    expansions: {
      roleDefinition: (one) => roleDefinition(String(one.roleDefinitionId)),
      principal: (one) => principalResource(call.state.company, String(one.principalId)),
    },
  }
}

function assigned(call: Call, state: RoleAssignment['state']): RoleAssignment[] {
  return [...call.state.company.roleAssignments.values('visible')].filter((one) => one.state === state)
}

function roleDefinition(id: string): Resource | undefined {
  const role = findRole(id)
  if (role === undefined) return undefined
  const { displayName, roleTemplateId } = role
  return { id: roleTemplateId, displayName, templateId: roleTemplateId, isBuiltIn: true, isEnabled: true }
}

function namedRole(call: Call) {
  const id = param(call, 'id')
  const role = findRole(id.replace(/^roleTemplateId=/i, ''))
  if (role === undefined) throw notFound(id)
  return role
}

/**
 * What reaches one principal, groups followed. Its `$filter` must name the principal; it exists in beta only
 * (learn.microsoft.com/graph/api/rbacapplication-list-transitiveroleassignments).
 */
function transitive(call: Call) {
  const principalId = /principalId eq '([0-9a-f-]{36})'/i.exec(call.query.get('$filter') ?? '')?.[1]?.toLowerCase()
  if (principalId === undefined) throw badRequest('The $filter must specify the principalId.')
  if (
    call.headers.consistencylevel?.toLowerCase() !== 'eventual' ||
    call.query.get('$count')?.toLowerCase() !== 'true'
  ) {
    throw badRequest('This query needs the header ConsistencyLevel: eventual and $count=true.')
  }
  const found = call.state.company.transitiveAssignments(principalId, 'visible')
  const query = new URLSearchParams(call.query)
  query.delete('$filter')
  return list({ ...call, query }, assignments(call, 'transitiveRoleAssignments', found))
}

const read = { method: 'GET', class: 'roles', permissions: may.readRoles } as const

/** Directory roles and who holds them. */
export const roleRoutes: readonly Route[] = [
  { ...read, path: '/directoryRoles', handle: (call) => list(call, roleCollection()) },
  {
    ...read,
    path: '/directoryRoles/{id}',
    handle: (call) => entity(call, 'directoryRoles/$entity', roleResource(namedRole(call).id) ?? {}),
  },
  {
    ...read,
    path: '/directoryRoles/{id}/members',
    handle(call) {
      const { roleTemplateId } = namedRole(call)
      const held = assigned(call, 'active').filter((one) => one.roleDefinitionId === roleTemplateId)
      return list(
        call,
        objectCollection(
          call,
          held.map((one) => one.principalId),
          undefined,
        ),
      )
    },
  },
  {
    ...read,
    path: '/roleManagement/directory/roleDefinitions',
    handle: (call) =>
      list(call, {
        context: 'roleManagement/directory/roleDefinitions',
        type: 'UnifiedRoleDefinition',
        ids: directoryRoles.map((role) => role.roleTemplateId),
        read: roleDefinition,
        known: new Set(['id', 'displayName', 'templateId', 'isBuiltIn', 'isEnabled']),
        filterable: new Set(['id', 'displayName', 'isBuiltIn', 'templateId']),
        searchable: new Set(),
      }),
  },
  {
    ...read,
    path: '/roleManagement/directory/roleDefinitions/{id}',
    handle(call) {
      const definition = roleDefinition(param(call, 'id'))
      if (definition === undefined) throw notFound(param(call, 'id'))
      return entity(call, 'roleManagement/directory/roleDefinitions/$entity', definition)
    },
  },
  {
    ...read,
    path: '/roleManagement/directory/roleAssignments',
    handle: (call) => list(call, assignments(call, 'roleAssignments', assigned(call, 'active'))),
  },
  {
    ...read,
    path: '/roleManagement/directory/roleEligibilitySchedules',
    permissions: may.readEligibility,
    handle: (call) => list(call, assignments(call, 'roleEligibilitySchedules', assigned(call, 'eligible'))),
  },
  { ...read, path: '/roleManagement/directory/transitiveRoleAssignments', beta: true, handle: transitive },
]
