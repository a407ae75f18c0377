import { z } from 'zod'
import { including, without } from '../../company/company.ts'
import type { CompanyGroup } from '../../company/model.ts'
import { bodyOf, type Call, demand, noContent, param, type Route } from './call.ts'
import { groupCollection, objectCollection } from './collections.ts'
import { entity } from './entity.ts'
import { badRequest, masteredOnPremises, notFound } from './graph-fault.ts'
import { countAll, demandAdvancedIfAsked, list } from './listing.ts'
import * as may from './permissions.ts'
import { projection } from './projection.ts'
import { groupResource } from './resource.ts'
import { isMasteredElsewhere, syncBehavior } from './sync-behavior.ts'
import { deleteUser } from './user-changes.ts'

const reference = z.object({ '@odata.id': z.string().max(500) })

function namedGroup(call: Call, view: 'visible' | 'latest' = 'visible'): CompanyGroup {
  const id = param(call, 'id')
  const seen = call.state.company.group(id, 'visible')
  const group = seen === undefined ? undefined : call.state.company.group(id, view)
  if (group === undefined) throw notFound(id)
  return group
}

/** The group, if Graph lets its members be written. @throws GraphFault */
function writableGroup(call: Call): CompanyGroup {
  const group = namedGroup(call, 'latest')
  if (isMasteredElsewhere(group)) throw masteredOnPremises()
  if (group.groupTypes.includes('DynamicMembership')) {
    throw badRequest('Insufficient privileges to update the membership of a group with dynamic membership.')
  }
  if (group.mailEnabled && !group.groupTypes.includes('Unified')) {
    throw badRequest('Cannot Update a mail-enabled security groups and or distribution list.')
  }
  if (group.isAssignableToRole === true) demand(call.app, ['RoleManagement.ReadWrite.Directory'])
  return group
}

function addMember(call: Call) {
  const { state } = call
  const { company } = state
  const group = writableGroup(call)
  const link = bodyOf(call, reference)['@odata.id']
  const id = /^https:\/\/[^/]+\/v1\.0\/(?:directoryObjects|users|groups)(?:\/|\(')([0-9a-f-]{36})(?:'\))?$/i.exec(
    link,
  )?.[1]
  if (id === undefined) throw badRequest('Invalid URL format specified in @odata.id for the property members.')
  const member = company.users.get(id.toLowerCase(), 'visible') ?? company.group(id, 'visible')
  if (member === undefined) throw notFound(id)
  if (group.members.has(member.id)) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    )
  }
  company.putGroup({ ...group, members: including(group.members, member.id) })
  state.announce({ kind: 'group', id: group.id, what: ['member added', member.id], by: 'graph' })
  return noContent
}

function removeMember(call: Call) {
  const { state } = call
  const group = writableGroup(call)
  const memberId = param(call, 'member').toLowerCase()
  if (!group.members.has(memberId)) throw notFound(memberId)
  state.company.putGroup({ ...group, members: without(group.members, memberId) })
  state.announce({ kind: 'group', id: group.id, what: ['member removed', memberId], by: 'graph' })
  return noContent
}

/** The path without `/$ref` names the member itself: it is the user who is deleted. */
function deleteMember(call: Call) {
  const memberId = param(call, 'member').toLowerCase()
  const group = namedGroup(call)
  const user = group.members.has(memberId) ? call.state.company.users.get(memberId, 'latest') : undefined
  if (user === undefined) throw notFound(memberId)
  return deleteUser(call, user)
}

const memberGroupsAsked = z.object({ securityEnabledOnly: z.boolean() })

/**
 * The groups a group is in, however deeply (learn.microsoft.com/graph/api/directoryobject-getmembergroups). Only people and
 * applications may ask for security groups alone.
 */
function memberGroups(call: Call) {
  const { id } = namedGroup(call)
  if (bodyOf(call, memberGroupsAsked).securityEnabledOnly)
    throw badRequest('securityEnabledOnly can be true for users and service principals only.')
  const value = call.state.company.transitiveGroups(id, 'visible').map((group) => group.id)
  return {
    status: 200,
    body: { '@odata.context': `${call.state.url}/v1.0/$metadata#Collection(Edm.String)`, value },
  }
}

const read = { method: 'GET', class: 'groups', permissions: may.readGroups } as const

function peopleRoutes(relation: 'members' | 'owners'): Route[] {
  const handle = (call: Call) => {
    const ids = [...namedGroup(call)[relation]]
    demandAdvancedIfAsked(call)
    return list(call, objectCollection(call, ids, call.params.cast))
  }
  return [
    { ...read, path: `/groups/{id}/${relation}`, handle },
    { ...read, path: `/groups/{id}/${relation}/{cast:microsoft.graph.}`, handle },
  ]
}

/** Groups, their members and owners. */
export const groupRoutes: readonly Route[] = [
  { ...read, path: '/groups', handle: (call) => list(call, groupCollection(call.state)) },
  { ...read, path: '/groups/$count', handle: (call) => countAll(call, groupCollection(call.state)) },
  {
    ...read,
    path: '/groups/{id}',
    handle(call) {
      const { known, expansions = {} } = groupCollection(call.state)
      const cut = projection(call.query, { type: 'group', known, byDefault: undefined, expansions })
      const { '@odata.type': _type, ...group } = cut(groupResource(namedGroup(call)))
      return entity(call, 'groups/$entity', group)
    },
  },
  ...peopleRoutes('members'),
  ...peopleRoutes('owners'),
  {
    ...read,
    path: '/groups/{id}/transitiveMembers',
    handle(call) {
      const ids = call.state.company.transitiveMembers(namedGroup(call).id, 'visible')
      return list(call, objectCollection(call, ids, undefined))
    },
  },
  {
    ...read,
    path: '/groups/{id}/onPremisesSyncBehavior',
    permissions: ['Group-OnPremisesSyncBehavior.ReadWrite.All'],
    handle: (call) => syncBehavior(call, namedGroup(call)),
  },
  {
    method: 'POST',
    path: '/groups/{id}/getMemberGroups',
    class: 'groups',
    permissions: may.readGroups,
    handle: memberGroups,
  },
  {
    method: 'POST',
    path: '/groups/{id}/members/$ref',
    class: 'groups',
    permissions: may.writeMembership,
    handle: addMember,
  },
  {
    method: 'DELETE',
    path: '/groups/{id}/members/{member}/$ref',
    class: 'groups',
    permissions: may.writeMembership,
    handle: removeMember,
  },
  { method: 'DELETE', path: '/groups/{id}/members/{member}', class: 'groups', permissions: [], handle: deleteMember },
]
