import { accessPassRoutes } from './access-passes.ts'
import type { Route } from './call.ts'
import { groupRoutes } from './groups.ts'
import { mailRoutes } from './mail.ts'
import { roleRoutes } from './roles.ts'
import { teamsAppRoutes } from './teams-apps.ts'
import { tenantRoutes } from './tenant-facts.ts'
import { userChangeRoutes } from './user-changes.ts'
import { userRoutes } from './users.ts'

const routes: readonly Route[] = [
  ...userRoutes,
  ...userChangeRoutes,
  ...accessPassRoutes,
  ...mailRoutes,
  ...teamsAppRoutes,
  ...groupRoutes,
  ...roleRoutes,
  ...tenantRoutes,
]
const compiled = routes.map((route) => ({ route, parts: route.path.split('/').slice(1) }))

/** Where a request belongs: a route with what its braces hold; or why it belongs nowhere. */
export type Place =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly route: undefined; readonly wrongMethod: boolean; readonly segment: string }

/** Finds the route of a path below the version, in decoded segments. Fixed words come before braces. */
export function findRoute(method: string, version: 'v1.0' | 'beta', given: readonly string[]): Place {
  const segments = given.flatMap(splitKey)
  let wrongMethod = false
  let best: { route: Route; params: Record<string, string>; fixed: number } | undefined
  for (const { route, parts } of compiled) {
    if (route.beta === true && version !== 'beta') continue
    const params = match(parts, segments)
    if (params === undefined) continue
    if (route.method !== method) {
      wrongMethod = true
      continue
    }
    const fixed = parts.filter((part) => !part.startsWith('{')).length
    if (best === undefined || fixed > best.fixed) best = { route, params, fixed }
  }
  if (best !== undefined) return { route: best.route, params: best.params }
  return { route: undefined, wrongMethod, segment: firstUnknown(segments) }
}

/** `servicePrincipals(appId='x')` is `servicePrincipals` and `appId='x'`; `users('x')` is `users` and `x`. */
function splitKey(segment: string): string[] {
  const [, name, key] = /^([A-Za-z]+)\((.+)\)$/.exec(segment) ?? []
  if (name === undefined || key === undefined) return [segment]
  return [name, key.replace(/^'(.*)'$/, '$1')]
}

function match(parts: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of parts.entries()) {
    const segment = segments[at] ?? ''
    const [, name, prefix] = /^\{([a-z]+)(?::(.+))?\}$/.exec(part) ?? []
    if (name === undefined) {
      if (part.toLowerCase() !== segment.toLowerCase()) return undefined
    } else {
      if (segment === '' || (prefix !== undefined && !segment.startsWith(prefix))) return undefined
      params[name] = segment
    }
  }
  return params
}

function firstUnknown(segments: readonly string[]): string {
  for (let length = 1; length <= segments.length; length += 1) {
    const start = segments.slice(0, length)
    const known = compiled.some(({ parts }) => match(parts.slice(0, length), start) !== undefined)
    if (!known) return start.at(-1) ?? ''
  }
  return segments.at(-1) ?? ''
}
