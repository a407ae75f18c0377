import { z } from 'zod'
import { stableId } from '../../company/ids.ts'
import type { Installation } from '../state.ts'
import { bodyOf, type Call, param, type Route } from './call.ts'
import { entity } from './entity.ts'
import { GraphFault, notFound } from './graph-fault.ts'
import { list } from './listing.ts'
import { installTeamsApps, readTeamsApps } from './permissions.ts'
import { namedUser } from './users.ts'

const binding = z.object({
  'teamsApp@odata.bind': z
    .string()
    .regex(/^https:\/\/[^/]+\/v1\.0\/appCatalogs\/teamsApps(\/|\(')[0-9a-f-]{36}('\))?$/i),
})

async function install(call: Call) {
  const { state } = call
  const user = namedUser(call)
  const link = bodyOf(call, binding)['teamsApp@odata.bind']
  const teamsAppId = /[0-9a-f-]{36}(?='?\)?$)/i.exec(link)?.[0]?.toLowerCase() ?? ''
  const key = `${user.id} ${teamsAppId}`
  if (state.installations.has(key)) {
    throw new GraphFault(409, 'Conflict', 'The app is already installed in the scope of the specified user.')
  }
  const id = Buffer.from(`${stableId(user.id)}#${stableId(teamsAppId)}`).toString('base64')
  state.installations.set(key, { id, userId: user.id, teamsAppId })
  state.announce({ kind: 'teams-app', id: user.id, what: ['installed', teamsAppId], by: 'graph' })
  await state.teamsAppInstalled(user.id)
  const location = `${state.url}/v1.0/users/${user.id}/teamwork/installedApps/${encodeURIComponent(id)}`
  return { status: 201, headers: { location } }
}

function installed(call: Call): Installation[] {
  const { id } = namedUser(call)
  return [...call.state.installations.values()].filter((one) => one.userId === id)
}

function oneInstalled(call: Call): Installation {
  const id = param(call, 'installation')
  const found = installed(call).find((one) => one.id === id)
  if (found === undefined) throw notFound(id)
  return found
}

const read = { method: 'GET', class: 'teams', permissions: readTeamsApps } as const

/** Teams apps installed for people. */
export const teamsAppRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/users/{id}/teamwork/installedApps',
    class: 'teams',
    permissions: installTeamsApps,
    handle: install,
  },
  {
    ...read,
    path: '/users/{id}/teamwork/installedApps',
    handle(call) {
      const all = installed(call)
      const filter = call.query.get('$filter')
      const wanted = /^teamsApp\/(?:id|externalId) eq '([^']*)'$/.exec(filter ?? '')?.[1]
      if (filter !== null && wanted === undefined) throw new GraphFault(400, 'BadRequest', 'Unsupported $filter.')
      const query = new URLSearchParams(call.query)
      query.delete('$filter')
      const those = all.filter((one) => wanted === undefined || one.teamsAppId === wanted.toLowerCase())
      return list(
        { ...call, query },
        {
          context: `users('${param(call, 'id')}')/teamwork/installedApps`,
          type: 'UserScopeTeamsAppInstallation',
          ids: those.map((one) => one.id),
          read: (id) => ({ id }),
          known: new Set(['id']),
          filterable: new Set(),
          searchable: new Set(),
          expansions: {
            teamsApp(one) {
              const teamsAppId = those.find(({ id }) => id === one.id)?.teamsAppId
              return {
                id: teamsAppId,
                externalId: teamsAppId,
                displayName: 'HelpBot',
                distributionMethod: 'organization',
              }
            },
          },
        },
      )
    },
  },
  {
    ...read,
    path: '/users/{id}/teamwork/installedApps/{installation}/chat',
    handle: (call) =>
      entity(call, 'chats/$entity', {
        id: `19:${oneInstalled(call).userId}_${stableId(oneInstalled(call).teamsAppId)}@unq.gbl.spaces`,
        chatType: 'oneOnOne',
        tenantId: call.state.tenantId,
      }),
  },
]
