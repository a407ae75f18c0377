import { stableId } from '../../company/ids.ts'
import type { App } from '../state.ts'
import { type Call, param, type Route } from './call.ts'
import { entity } from './entity.ts'
import { notFound } from './graph-fault.ts'
import { list } from './listing.ts'
import { licence, type Resource } from './resource.ts'

/** Microsoft Graph's own application, the same in every tenant. */
const graphAppId = '00000003-0000-0000-c000-000000000000'
const graphPrincipalId = stableId('service principal: Microsoft Graph')
const appRoleId = (permission: string) => stableId(`app role: ${permission}`)
const readOrganization = ['Organization.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'] as const
const readApplications = ['Application.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'] as const

function plainList(call: Call, context: string, all: readonly Resource[]) {
  const byId = new Map(all.map((one) => [String(one.id), one]))
  return list(call, {
    context,
    type: 'Resource',
    ids: [...byId.keys()],
    read: (id) => byId.get(id),
    known: new Set(all.flatMap((one) => Object.keys(one))),
    filterable: new Set(),
    searchable: new Set(),
  })
}

/** `appId='…'` in the path, or the object id. */
function namedApp(call: Call): App {
  const name = param(call, 'id').toLowerCase()
  const clientId = /^\(?appid='([0-9a-f-]{36})'\)?$/.exec(name)?.[1]
  const app = [...call.state.apps.values()].find((one) => one.clientId === clientId || one.servicePrincipalId === name)
  if (app === undefined) throw notFound(name)
  return app
}

function servicePrincipal(call: Call) {
  if (param(call, 'id').toLowerCase().includes(graphAppId) || param(call, 'id') === graphPrincipalId) {
    const permissions = new Set([...call.state.apps.values()].flatMap((app) => [...app.permissions]))
    return entity(call, 'servicePrincipals/$entity', {
      id: graphPrincipalId,
      appId: graphAppId,
      displayName: 'Microsoft Graph',
      appRoles: [...permissions].map((value) => ({ id: appRoleId(value), value, isEnabled: true })),
    })
  }
  const app = namedApp(call)
  return entity(call, 'servicePrincipals/$entity', {
    id: app.servicePrincipalId,
    appId: app.clientId,
    displayName: 'HelpBot',
    servicePrincipalType: 'Application',
    accountEnabled: true,
    appRoles: [],
  })
}

const read = { method: 'GET', class: 'other' } as const

/** The tenant itself: its organisation, licences and applications. */
export const tenantRoutes: readonly Route[] = [
  {
    ...read,
    path: '/organization',
    permissions: readOrganization,
    handle: (call) =>
      plainList(call, 'organization', [
        {
          id: call.state.tenantId,
          displayName: call.state.company.name,
          countryLetterCode: 'NO',
          onPremisesSyncEnabled: true,
          verifiedDomains: [{ name: call.state.company.domain, isDefault: true, isInitial: true, type: 'Managed' }],
        },
      ]),
  },
  {
    ...read,
    path: '/subscribedSkus',
    permissions: ['LicenseAssignment.Read.All', ...readOrganization],
    handle(call) {
      let consumed = 0
      for (const user of call.state.company.users.values('visible')) if (user.licensed) consumed += 1
      return plainList(call, 'subscribedSkus', [
        {
          id: `${call.state.tenantId}_${licence.skuId}`,
          ...licence,
          consumedUnits: consumed,
          prepaidUnits: { enabled: consumed + 5, suspended: 0, warning: 0 },
          capabilityStatus: 'Enabled',
          appliesTo: 'User',
        },
      ])
    },
  },
  { ...read, path: '/servicePrincipals/{id}', permissions: readApplications, handle: servicePrincipal },
  {
    ...read,
    path: '/servicePrincipals/{id}/appRoleAssignments',
    permissions: readApplications,
    handle(call) {
      const app = namedApp(call)
      return plainList(
        call,
        'appRoleAssignments',
        [...app.permissions].map((permission) => ({
          id: stableId(`grant: ${app.clientId} ${permission}`),
          appRoleId: appRoleId(permission),
          principalId: app.servicePrincipalId,
          principalType: 'ServicePrincipal',
          resourceDisplayName: 'Microsoft Graph',
          resourceId: graphPrincipalId,
        })),
      )
    },
  },
]
