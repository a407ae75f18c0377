import express, { type ErrorRequestHandler, type Router } from 'express'
import { z } from 'zod'
import { wellKnown, wellKnownGroups } from '../company/cast.ts'
import type { Company } from '../company/company.ts'
import { type Control, ControlError } from './control.ts'
import { faultRequest } from './faults.ts'
import { withoutUndefined } from './without-undefined.ts'

const edit = z
  .object({
    displayName: z.string().min(1).max(256),
    givenName: z.string().max(256).nullable(),
    surname: z.string().max(256).nullable(),
    jobTitle: z.string().max(256).nullable(),
    department: z.string().max(256).nullable(),
    userPrincipalName: z.email(),
    mail: z.email().nullable(),
    proxyAddresses: z.array(z.string().regex(/^smtp:.+@.+$/i)).max(100),
    otherMails: z.array(z.email()).max(250),
    managerId: z.guid().nullable(),
    accountEnabled: z.boolean(),
    userType: z.enum(['Member', 'Guest']),
    onPremisesSyncEnabled: z.literal(true).nullable(),
    onPremisesImmutableId: z.base64().max(256).nullable(),
    onPremisesSamAccountName: z.string().min(1).max(256).nullable(),
    onPremisesDomainName: z.hostname().nullable(),
    onPremisesUserPrincipalName: z.string().min(1).max(1024).nullable(),
    isCloudManaged: z.boolean(),
    mustChangePassword: z.boolean(),
  })
  .partial()
  .strict()
const password = z.object({ password: z.string().min(1).max(256), mustChange: z.boolean().optional() })
const accessPass = z.object({ pass: z.string().min(1).max(256) })
const minutes = z.number().int().min(10).max(43_200)
const accessPassPolicy = z
  .object({
    enabled: z.boolean(),
    leavesOut: z
      .array(z.guid())
      .max(1000)
      .transform((ids) => new Set(ids.map((id) => id.toLowerCase()))),
    shortest: minutes,
    longest: minutes,
    usual: minutes,
    onceOnly: z.boolean(),
    replaces: z.boolean(),
  })
  .partial()
  .strict()
const groupEdit = z
  .object({
    displayName: z.string().min(1).max(256),
    description: z.string().max(1024),
    isAssignableToRole: z.literal(true).nullable(),
    onPremisesSyncEnabled: z.literal(true).nullable(),
    onPremisesSecurityIdentifier: z
      .string()
      .regex(/^S-1(-\d{1,15}){1,16}$/)
      .nullable(),
    onPremisesSamAccountName: z.string().min(1).max(256).nullable(),
    onPremisesDomainName: z.hostname().nullable(),
    isCloudManaged: z.boolean(),
  })
  .partial()
  .strict()
const automaticReplies = z.object({
  on: z.union([z.boolean(), z.object({ from: z.coerce.date(), until: z.coerce.date() })]),
})
const roleGrant = z.object({
  principalId: z.guid(),
  role: z.string().min(1).max(100),
  state: z.enum(['active', 'eligible']).default('active'),
})
const count = z.object({ last: z.coerce.number().int().min(1).max(1000).default(100) })
const search = z.object({
  search: z.string().max(100).default(''),
  limit: z.coerce.number().int().min(1).max(200).default(20),
})
const delay = z.object({ milliseconds: z.number().int().min(0).max(3_600_000) })

/**
 * The control over HTTP, JSON both ways; for loopback only, which is up to whoever mounts it. Whatever changes something takes
 * `application/json` or a method that browsers ask about first, so that no web page elsewhere can press these buttons.
 */
export function controlRouter(control: Control, company: Company): Router {
  const router = express.Router()
  router.use(express.json({ limit: '100kb' }))

  router.get('/company', (_request, response) => {
    const { name, domain, tenantId } = company
    response.json({ name, domain, tenantId, people: wellKnown, groups: wellKnownGroups })
  })
  router.get('/people', (request, response) => {
    const { search: words, limit } = search.parse(request.query)
    const found = company.search(words, limit)
    response.json(
      found.map(({ id, displayName, userPrincipalName, jobTitle, department }) => ({
        id,
        displayName,
        userPrincipalName,
        jobTitle,
        department,
      })),
    )
  })

  router.get('/faults', (_request, response) => void response.json(control.faults.list()))
  router.post('/faults', (request, response) => {
    response.status(201).json(control.faults.set(faultRequest.parse(request.body)))
  })
  router.delete('/faults', (_request, response) => {
    control.faults.clear()
    response.status(204).end()
  })
  router.delete('/faults/:id', (request, response) => {
    control.faults.clear(request.params.id)
    response.status(204).end()
  })

  router.get('/users/:id', (request, response) => void response.json(control.user(request.params.id)))
  router.patch('/users/:id', (request, response) => {
    control.editUser(request.params.id, withoutUndefined(edit.parse(request.body)))
    response.json(control.user(request.params.id))
  })
  router.put('/users/:id/password', async (request, response) => {
    const { password: value, mustChange = false } = password.parse(request.body)
    await control.setPassword(request.params.id, value, { mustChange })
    response.status(204).end()
  })
  router.delete('/users/:id', (request, response) => {
    control.deleteUser(request.params.id)
    response.status(204).end()
  })
  router.put('/users/:id/automatic-replies', (request, response) => {
    control.setAutomaticReplies(request.params.id, automaticReplies.parse(request.body).on)
    response.status(204).end()
  })
  router.post('/users/:id/access-pass', (request, response) => {
    response.json({ letIn: control.useAccessPass(request.params.id, accessPass.parse(request.body).pass) })
  })
  router.patch('/access-pass-policy', (request, response) => {
    control.setAccessPassPolicy(withoutUndefined(accessPassPolicy.parse(request.body)))
    response.status(204).end()
  })
  router.put('/groups/:id/members/:member', (request, response) => {
    control.addMember(request.params.id, request.params.member)
    response.status(204).end()
  })
  router.delete('/groups/:id/members/:member', (request, response) => {
    control.removeMember(request.params.id, request.params.member)
    response.status(204).end()
  })
  for (const [method, change] of [
    ['put', control.addOwner],
    ['delete', control.removeOwner],
  ] as const) {
    router[method]('/groups/:id/owners/:owner', (request, response) => {
      change(request.params.id, request.params.owner)
      response.status(204).end()
    })
  }
  router.get('/groups/:id', (request, response) => void response.json(control.group(request.params.id)))
  router.patch('/groups/:id', (request, response) => {
    control.editGroup(request.params.id, withoutUndefined(groupEdit.parse(request.body)))
    response.json(control.group(request.params.id))
  })
  router.delete('/groups/:id', (request, response) => {
    control.deleteGroup(request.params.id)
    response.status(204).end()
  })
  router.post('/roles', (request, response) => {
    const { principalId, role, state } = roleGrant.parse(request.body)
    response.status(201).json(control.assignRole(principalId, role, state))
  })
  router.delete('/roles/:principal/:role', (request, response) => {
    control.removeRole(request.params.principal, request.params.role)
    response.status(204).end()
  })

  router.get('/mailboxes/:address', (request, response) => void response.json(control.mailbox(request.params.address)))
  router.get('/requests', (request, response) => void response.json(control.requests(count.parse(request.query).last)))
  router.get('/apps/:clientId/permissions', (request, response) => {
    response.json(control.permissions(request.params.clientId))
  })
  for (const [method, granted] of [
    ['put', true],
    ['delete', false],
  ] as const) {
    router[method]('/apps/:clientId/permissions/:permission', (request, response) => {
      control.setPermission(request.params.clientId, request.params.permission, granted)
      response.status(204).end()
    })
  }
  router.put('/replication-delay', (request, response) => {
    control.setReplicationDelay(delay.parse(request.body).milliseconds)
    response.status(204).end()
  })

  const refuse: ErrorRequestHandler = (error, _request, response, next) => {
    if (error instanceof ControlError) return void response.status(404).json({ error: error.message })
    if (error instanceof RangeError) return void response.status(409).json({ error: error.message })
    // What zod says may quote what was sent, and that may be a password: only the places are named.
    if (error instanceof z.ZodError) {
      const places = error.issues.map((issue) => issue.path.join('.') || '(body)')
      return void response.status(400).json({ error: `not in order: ${places.join(', ')}` })
    }
    // Not JSON, or too long: the parser's own words quote the body.
    if (error instanceof Error && 'status' in error) return void response.status(400).json({ error: 'unreadable body' })
    next(error)
  }
  router.use(refuse)
  return router
}
