import { present } from '../../company/company.ts'
import type { TenantState } from '../state.ts'
import type { Call } from './call.ts'
import { holds } from './call.ts'
import type { Collection } from './listing.ts'
import { readGroups, readRoles, readUsers } from './permissions.ts'
import {
  allRoleResources,
  defaultUserProperties,
  deletedUserResource,
  groupResource,
  principalResource,
  type Resource,
  userResource,
} from './resource.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const userProperties = words(
  'id userPrincipalName displayName givenName surname mail mailNickname otherMails proxyAddresses jobTitle department companyName officeLocation businessPhones mobilePhone preferredLanguage usageLocation employeeId accountEnabled userType createdDateTime onPremisesSyncEnabled onPremisesImmutableId onPremisesSamAccountName onPremisesDomainName onPremisesUserPrincipalName lastPasswordChangeDateTime signInSessionsValidFromDateTime refreshTokensValidFromDateTime passwordPolicies passwordProfile creationType externalUserState assignedLicenses city country',
)
const userFilters = words(
  'id userPrincipalName displayName givenName surname mail mailNickname otherMails proxyAddresses jobTitle department companyName officeLocation usageLocation employeeId accountEnabled userType createdDateTime onPremisesSyncEnabled onPremisesImmutableId onPremisesSamAccountName externalUserState creationType city country',
)
const userSearches = words('displayName mail userPrincipalName mailNickname givenName surname')
const groupProperties = words(
  'id displayName description mailNickname mail mailEnabled securityEnabled groupTypes membershipRule membershipRuleProcessingState isAssignableToRole onPremisesSyncEnabled onPremisesSecurityIdentifier onPremisesSamAccountName onPremisesDomainName createdDateTime visibility',
)
const groupFilters = words(
  'id displayName mail mailNickname mailEnabled securityEnabled groupTypes isAssignableToRole onPremisesSyncEnabled onPremisesSecurityIdentifier onPremisesSamAccountName createdDateTime membershipRuleProcessingState',
)
const groupSearches = words('displayName description mail mailNickname')
const roleProperties = words('id displayName description roleTemplateId')

export function userCollection(state: TenantState): Collection {
  const { company } = state
  return {
    context: 'users',
    type: 'User',
    directory: true,
    ids: company.users.ids(),
    read: (id) => optional(company.users.get(id, 'visible'), userResource),
    known: userProperties,
    filterable: userFilters,
    searchable: userSearches,
    byDefault: defaultUserProperties,
    expansions: { manager: (user) => managerOf(state, String(user.id)) },
  }
}

/** Users that were deleted in the last days (learn.microsoft.com/graph/api/directory-deleteditems-list). */
export function deletedUserCollection(state: TenantState): Collection {
  const deleted = new Map(state.company.deletedUsers().map((one) => [one.user.id, one]))
  return {
    context: 'directoryObjects/microsoft.graph.user',
    type: 'User',
    directory: true,
    ids: [...deleted.keys()],
    read: (id) => optional(deleted.get(id), deletedUserResource),
    known: new Set([...userProperties, 'deletedDateTime']),
    filterable: userFilters,
    searchable: userSearches,
    byDefault: defaultUserProperties,
  }
}

export function groupCollection(state: TenantState): Collection {
  const { company } = state
  const people = (ids: Iterable<string> | undefined) =>
    present([...(ids ?? [])].map((id) => principalResource(company, id)))
  return {
    context: 'groups',
    type: 'Group',
    directory: true,
    ids: company.groups.ids(),
    read: (id) => optional(company.groups.get(id, 'visible'), groupResource),
    known: groupProperties,
    filterable: groupFilters,
    searchable: groupSearches,
    expansions: {
      owners: (group) => people(company.groups.get(String(group.id), 'visible')?.owners),
      members: (group) => people(company.groups.get(String(group.id), 'visible')?.members),
    },
  }
}

export function roleCollection(): Collection {
  return {
    context: 'directoryRoles',
    type: 'DirectoryRole',
    ids: allRoleResources.map((role) => String(role.id)),
    read: (id) => allRoleResources.find((role) => role.id === id),
    known: roleProperties,
    filterable: words('id displayName roleTemplateId'),
    searchable: new Set(),
  }
}

/**
 * Users, groups and roles together, cut down to one kind where the path casts. What the app may not read of a kind comes with its
 * type and id and every other property null (learn.microsoft.com/graph/permissions-overview, "limited information").
 */
export function objectCollection(call: Call, ids: readonly string[], cast: string | undefined): Collection {
  const { company } = call.state
  const find = (id: string) => principalResource(company, id) ?? allRoleResources.find((role) => role.id === id)
  const kind = cast?.replace(/^microsoft\.graph\./, '')
  return {
    context: kind === undefined ? 'directoryObjects' : `${kind}s`,
    // The kind is always said here, as Graph does in membership lists that are cast too.
    type: 'DirectoryObject',
    directory: true,
    ids,
    read(id) {
      const found = find(id)
      if (found === undefined) return undefined
      if (kind !== undefined && found['@odata.type'] !== `#microsoft.graph.${kind}`) return undefined
      return mayRead(call, found) ? found : concealed(found)
    },
    known: new Set([...userProperties, ...groupProperties, ...roleProperties]),
    filterable: new Set([...userFilters, ...groupFilters, ...roleProperties]),
    searchable: words('displayName'),
  }
}

const readers: Readonly<Record<string, readonly string[]>> = {
  '#microsoft.graph.user': readUsers,
  '#microsoft.graph.group': readGroups,
  '#microsoft.graph.directoryRole': readRoles,
}

function mayRead(call: Call, resource: Resource): boolean {
  return holds(call.app, readers[String(resource['@odata.type'])] ?? [])
}

function concealed(resource: Resource): Resource {
  const kept = new Set(['@odata.type', 'id'])
  return Object.fromEntries(Object.entries(resource).map(([name, value]) => [name, kept.has(name) ? value : null]))
}

export function managerOf(state: TenantState, userId: string): Resource | undefined {
  const managerId = state.company.users.get(userId, 'visible')?.managerId
  if (managerId === undefined || managerId === null) return undefined
  return optional(state.company.users.get(managerId, 'visible'), userResource)
}

function optional<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value)
}
