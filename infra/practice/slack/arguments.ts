import type { Request } from 'express'
import { SlackApiError } from './api-error.ts'
import { isJsonObject, type JsonObject } from './json.ts'

/** Arguments of a call, whether they came as JSON, as a form or in the address. */
export interface Arguments {
  readonly token: string
  /** Everything that was given, as it came. */
  readonly all: JsonObject
  /** Empty when absent. */
  text(name: string): string
  has(name: string): boolean
  /** An object or list, which a form carries as a JSON text. */
  structure(name: string, fault: string): unknown
  flag(name: string): boolean
  count(name: string, usual: number, most: number): number
}

export function argumentsOf(request: Request): Arguments {
  const body: JsonObject = isJsonObject(request.body) ? request.body : {}
  const all: JsonObject = { ...(request.query as JsonObject), ...body }
  const text = (name: string) => {
    const value = all[name]
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  }
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return {
    token: bearer ?? text('token'),
    all,
    text,
    has: (name) => all[name] !== undefined && all[name] !== null && all[name] !== '',
    structure(name, fault) {
      const value = all[name]
      if (typeof value !== 'string') return value
      try {
        return JSON.parse(value)
      } catch {
        throw new SlackApiError(fault)
      }
    },
    flag: (name) => all[name] === true || all[name] === 'true' || all[name] === '1',
    count(name, usual, most) {
      const value = Number(text(name) || usual)
      if (!Number.isInteger(value) || value < 1) throw new SlackApiError('invalid_limit')
      return Math.min(value, most)
    },
  }
}
