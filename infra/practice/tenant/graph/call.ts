import type { z } from 'zod'
import type { Answer, RequestClass } from '../exchange.ts'
import type { App, TenantState } from '../state.ts'
import { badRequest, denied } from './graph-fault.ts'

/** A Graph call that has found its route and shown whose it is. */
export interface Call {
  readonly state: TenantState
  readonly app: App
  readonly method: string
  /** With the version: `/v1.0/users`. */
  readonly path: string
  /** What stood in the route's braces, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** The JSON body, or undefined where there is none. */
  readonly body: unknown
}

/** One thing Graph can do. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `/users/{id}/manager` */
  readonly path: string
  readonly class: RequestClass | ((body: unknown) => RequestClass)
  /**
   * Application permissions: any one of them is enough; `A+B` asks for both. Empty: the handler checks for itself.
   * As the permission table of the call's page in learn.microsoft.com/graph/api has them.
   */
  readonly permissions: readonly string[]
  readonly beta?: boolean
  readonly handle: (call: Call) => Answer | Promise<Answer>
}

/** Whether the app has one of these (`A+B`: both) now. */
export function holds(app: App, permissions: readonly string[]): boolean {
  return permissions.some((needed) => needed.split('+').every((one) => app.permissions.has(one)))
}

/** @throws GraphFault 403 unless the app has one of these */
export function demand(app: App, permissions: readonly string[]): void {
  if (!holds(app, permissions)) throw denied()
}

/** The body, if it has the shape it should have. @throws GraphFault 400, naming the property and nothing of its value */
export function bodyOf<T>(call: Call, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(call.body)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') ?? ''
  throw badRequest(`Invalid value specified for property '${where}' of the request.`)
}

/** A part of the path, which the route promises. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? ''
}

export const noContent: Answer = { status: 204 }
