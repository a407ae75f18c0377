import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { CompanyUser } from '../../company/model.ts'
import { acceptsPassword, editUser, deleteUser as removeUser, revokeSessions, setPassword } from '../acts.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { bodyOf, type Call, demand, noContent, param, type Route } from './call.ts'
import { entity } from './entity.ts'
import { badRequest, denied, masteredOnPremises, notFound } from './graph-fault.ts'
import * as may from './permissions.ts'
import { only } from './projection.ts'
import { defaultUserProperties, userResource } from './resource.ts'
import { isMasteredElsewhere } from './sync-behavior.ts'

const text = z.string().max(256)
const passwordProfile = z.object({
  password: z.string().min(1),
  forceChangePasswordNextSignIn: z.boolean().default(true),
  forceChangePasswordNextSignInWithMfa: z.boolean().optional(),
})
/** The properties that may be written, each as its column in the model; unknown ones are refused as Graph refuses them. */
const attributes = z
  .object({
    displayName: text.min(1),
    givenName: text.nullable(),
    surname: text.nullable(),
    jobTitle: text.nullable(),
    department: text.nullable(),
    companyName: text.nullable(),
    officeLocation: text.nullable(),
    businessPhones: z.array(text).max(1),
    mobilePhone: text.nullable(),
    preferredLanguage: text.nullable(),
    usageLocation: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .nullable(),
    employeeId: text.nullable(),
    otherMails: z.array(z.email()).max(250),
    passwordPolicies: text.nullable(),
    userPrincipalName: z.email(),
    mailNickname: text.min(1),
  })
  .partial()
const change = attributes
  .extend({ accountEnabled: z.boolean().optional(), passwordProfile: passwordProfile.optional() })
  .strict()
const creation = attributes
  .required({ displayName: true, mailNickname: true, userPrincipalName: true })
  .extend({ accountEnabled: z.boolean(), passwordProfile })
  .strict()

const weakPassword = () =>
  badRequest(
    'The specified password does not comply with password complexity requirements. Please provide a different password.',
  )

/** The truth about the user a path names, if readers can see it already. */
function targetOf(call: Call): CompanyUser {
  const { company } = call.state
  const name = param(call, 'id')
  const seen = company.user(name, 'visible')
  const user = seen === undefined ? undefined : company.users.get(seen.id, 'latest')
  if (user === undefined) throw notFound(name)
  return user
}

/**
 * Writing properties. The password, sign-in and the rest need a permission each; together they need all of them, and nothing is
 * done when one is missing. No application may do these things to an administrator here, whatever role it has itself.
 */
async function patch(call: Call) {
  const { state, app } = call
  const { passwordProfile: profile, accountEnabled, ...rest } = bodyOf(call, change)
  const edit = withoutUndefined(rest)
  if (profile !== undefined) demand(app, ['User-PasswordProfile.ReadWrite.All'])
  if (accountEnabled !== undefined) demand(app, ['User.EnableDisableAccount.All'])
  const edits = Object.keys(edit).length > 0
  if (edits || (profile === undefined && accountEnabled === undefined)) demand(app, may.writeUsers)
  const user = targetOf(call)
  const sensitive =
    profile !== undefined || accountEnabled !== undefined || sensitiveProperties.some((name) => name in edit)
  if (sensitive && state.company.isAdministrator(user.id)) throw denied()
  if (isMasteredElsewhere(user)) throw masteredOnPremises()
  if (profile !== undefined && !acceptsPassword(state, user.userPrincipalName, profile.password)) throw weakPassword()
  if (edit.userPrincipalName !== undefined) refuseTaken(call, edit.userPrincipalName, user.id)
  if (edits || accountEnabled !== undefined) {
    editUser(state, user, { ...edit, ...(accountEnabled === undefined ? {} : { accountEnabled }) }, 'graph')
  }
  if (profile !== undefined) {
    await setPassword(state, user, profile.password, profile.forceChangePasswordNextSignIn, 'graph')
  }
  return noContent
}

/** Properties that only a stronger caller may change on an administrator (learn.microsoft.com/graph/api/resources/users). */
const sensitiveProperties = ['businessPhones', 'mobilePhone', 'otherMails', 'userPrincipalName'] as const

function refuseTaken(call: Call, userPrincipalName: string, except: string | undefined): void {
  const { company } = call.state
  if (!userPrincipalName.toLowerCase().endsWith(`@${company.domain}`)) {
    throw badRequest(
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    )
  }
  const holder = company.user(userPrincipalName, 'latest')
  if (holder !== undefined && holder.id !== except) {
    throw badRequest('Another object with the same value for property userPrincipalName already exists.')
  }
}

async function create(call: Call) {
  const { state } = call
  const { passwordProfile: profile, ...given } = bodyOf(call, creation)
  refuseTaken(call, given.userPrincipalName, undefined)
  if (!acceptsPassword(state, given.userPrincipalName, profile.password)) throw weakPassword()
  const now = state.clock()
  const user: CompanyUser = {
    id: randomUUID(),
    givenName: null,
    surname: null,
    mail: null,
    otherMails: [],
    proxyAddresses: [],
    jobTitle: null,
    department: null,
    companyName: null,
    officeLocation: null,
    businessPhones: [],
    mobilePhone: null,
    preferredLanguage: null,
    usageLocation: null,
    employeeId: null,
    userType: 'Member',
    createdDateTime: now,
    onPremisesSyncEnabled: null,
    onPremisesImmutableId: null,
    onPremisesSamAccountName: null,
    onPremisesDomainName: null,
    onPremisesUserPrincipalName: null,
    isCloudManaged: false,
    lastPasswordChangeDateTime: now,
    signInSessionsValidFromDateTime: now,
    passwordPolicies: null,
    managerId: null,
    licensed: false,
    mustChangePassword: profile.forceChangePasswordNextSignIn,
    ...withoutUndefined(given),
  }
  await state.passwords.set(user.id, profile.password)
  state.company.putUser(user)
  state.announce({ kind: 'user', id: user.id, what: ['created'], by: 'graph' })
  return entity(call, 'users/$entity', only(userResource(user), defaultUserProperties), 201)
}

/** Deletes a user, as `DELETE /users/{id}` does, and as a member's removal does that forgot its `/$ref`. */
export function deleteUser(call: Call, user: CompanyUser) {
  const { state } = call
  demand(call.app, may.writeUsers)
  if (state.company.isAdministrator(user.id)) throw denied()
  if (isMasteredElsewhere(user)) throw masteredOnPremises()
  removeUser(state, user, 'graph')
  return noContent
}

const holdsPassword = (body: unknown) => typeof body === 'object' && body !== null && 'passwordProfile' in body

/** Changing users. */
export const userChangeRoutes: readonly Route[] = [
  {
    method: 'PATCH',
    path: '/users/{id}',
    class: (body) => (holdsPassword(body) ? 'password' : 'users.write'),
    permissions: [],
    handle: patch,
  },
  { method: 'POST', path: '/users', class: 'users.write', permissions: may.writeUsers, handle: create },
  {
    method: 'DELETE',
    path: '/users/{id}',
    class: 'users.write',
    permissions: may.writeUsers,
    handle: (call) => deleteUser(call, targetOf(call)),
  },
  {
    method: 'POST',
    path: '/users/{id}/revokeSignInSessions',
    class: 'sessions',
    permissions: may.revokeSessions,
    handle(call) {
      revokeSessions(call.state, targetOf(call), 'graph')
      return { status: 200, body: { '@odata.context': `${call.state.url}/v1.0/$metadata#Edm.Boolean`, value: true } }
    },
  },
]
