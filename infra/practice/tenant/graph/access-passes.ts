import { z } from 'zod'
import type { CompanyUser } from '../../company/model.ts'
import type { StoredPass } from '../access-passes.ts'
import { bodyOf, type Call, noContent, param, type Route } from './call.ts'
import { entity } from './entity.ts'
import { GraphFault, notFound } from './graph-fault.ts'
import { readAccessPasses, writeAccessPasses } from './permissions.ts'
import type { Resource } from './resource.ts'
import { namedUser } from './users.ts'

const creation = z
  .object({
    '@odata.type': z.literal('#microsoft.graph.temporaryAccessPassAuthenticationMethod').optional(),
    lifetimeInMinutes: z.number().int().min(10).max(43_200).optional(),
    isUsableOnce: z.boolean().optional(),
    startDateTime: z.iso.datetime({ offset: true }).optional(),
  })
  .strict()

/** Microsoft documents no codes for these; the words about guests are its own. */
const refused = (message: string) => new GraphFault(400, 'badRequest', message)

function resource(call: Call, user: CompanyUser, pass: StoredPass): Resource {
  const reason = call.state.accessPasses.usability(user.id, pass)
  return {
    id: pass.id,
    temporaryAccessPass: null,
    createdDateTime: pass.createdAt.toISOString(),
    startDateTime: pass.startsAt.toISOString(),
    lifetimeInMinutes: pass.lifetimeMinutes,
    isUsableOnce: pass.once,
    isUsable: reason === 'EnabledByPolicy',
    methodUsabilityReason: reason,
  }
}

/**
 * Makes a pass. The permission reaches everybody, administrators too: nothing here protects them, as nothing does in the
 * real one.
 */
function create(call: Call) {
  const { state } = call
  const user = namedUser(call)
  const asked = bodyOf(call, creation)
  const { policy } = state.accessPasses
  if (!policy.enabled)
    throw new GraphFault(403, 'accessDenied', 'Temporary Access Pass is disabled by the authentication methods policy.')
  if (user.userType === 'Guest') throw refused('Temporary Access Pass cannot be added to an external guest user.')
  const lifetimeMinutes = asked.lifetimeInMinutes ?? policy.usual
  if (lifetimeMinutes < policy.shortest || lifetimeMinutes > policy.longest)
    throw refused('The lifetimeInMinutes is outside the limits of the Temporary Access Pass policy.')
  if (policy.onceOnly && asked.isUsableOnce === false)
    throw refused('The Temporary Access Pass policy allows passes for one-time use only.')
  const there = state.accessPasses.of(user.id)
  const good = there !== undefined && state.accessPasses.usability(user.id, there) === 'EnabledByPolicy'
  if (good && !policy.replaces) throw refused('A Temporary Access Pass already exists for this user.')
  const startsAt = asked.startDateTime === undefined ? state.clock() : new Date(asked.startDateTime)
  const once = asked.isUsableOnce ?? policy.onceOnly
  const { stored, pass } = state.accessPasses.make(user.id, { startsAt, lifetimeMinutes, once })
  state.announce({ kind: 'access-pass', id: user.id, what: ['made', stored.id], by: 'graph' })
  const context = `users('${user.id}')/authentication/temporaryAccessPassMethods/$entity`
  return entity(call, context, { ...resource(call, user, stored), temporaryAccessPass: pass }, 201)
}

/** Listing methods takes no query (learn.microsoft.com/graph/api/authentication-list-temporaryaccesspassmethods). */
function listPasses(call: Call) {
  const user = namedUser(call)
  if (call.query.size > 0) throw refused('Query parameters are not supported for this request.')
  const pass = call.state.accessPasses.of(user.id)
  const value = pass === undefined ? [] : [resource(call, user, pass)]
  return entity(call, `users('${user.id}')/authentication/temporaryAccessPassMethods`, { value })
}

function named(call: Call): { user: CompanyUser; pass: StoredPass } {
  const user = namedUser(call)
  const id = param(call, 'method')
  const pass = call.state.accessPasses.of(user.id)
  if (pass === undefined || pass.id !== id.toLowerCase()) throw notFound(id)
  return { user, pass }
}

const path = '/users/{id}/authentication/temporaryAccessPassMethods'
const read = { method: 'GET', class: 'users.read', permissions: readAccessPasses } as const
const write = { class: 'password', permissions: writeAccessPasses } as const

/** Temporary Access Passes. */
export const accessPassRoutes: readonly Route[] = [
  { ...write, method: 'POST', path, handle: create },
  { ...read, path, handle: listPasses },
  {
    ...read,
    path: `${path}/{method}`,
    handle(call) {
      const { user, pass } = named(call)
      const context = `users('${user.id}')/authentication/temporaryAccessPassMethods/$entity`
      return entity(call, context, resource(call, user, pass))
    },
  },
  {
    ...write,
    method: 'DELETE',
    path: `${path}/{method}`,
    handle(call) {
      const { user } = named(call)
      call.state.accessPasses.forget(user.id)
      call.state.announce({ kind: 'access-pass', id: user.id, what: ['deleted'], by: 'graph' })
      return noContent
    },
  },
]
