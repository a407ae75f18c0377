import { filterTokens, type Token } from './filter-tokens.ts'
import { badRequest, unsupportedQuery } from './graph-fault.ts'
import type { Resource } from './resource.ts'

type Value = string | boolean | number | null
type Test = (resource: Resource) => boolean

/** A filter that was understood. `advanced`: Graph takes it only with `ConsistencyLevel: eventual` and `$count=true`. */
export interface Filter {
  readonly matches: Test
  readonly advanced: boolean
}

const deepest = 20
const comparisons = new Set(['eq', 'ne', 'ge', 'le', 'gt', 'lt', 'in'])

/**
 * Reads `$filter` as Graph takes it on directory objects: eq, ne, ge, le, in, startswith, endswith, any, not, and, or and
 * parentheses (learn.microsoft.com/graph/filter-query-parameter). Text compares without regard to case.
 * @param filterable the properties that take a filter
 * @throws GraphFault
 */
export function parseFilter(text: string, type: string, filterable: ReadonlySet<string>): Filter {
  return new FilterReader(filterTokens(text), type, filterable).read()
}

class FilterReader {
  readonly #tokens: readonly Token[]
  readonly #type: string
  readonly #filterable: ReadonlySet<string>
  #at = 0
  #depth = 0
  #advanced = false

  constructor(tokens: readonly Token[], type: string, filterable: ReadonlySet<string>) {
    this.#tokens = tokens
    this.#type = type
    this.#filterable = filterable
  }

  read(): Filter {
    const matches = this.#either()
    if (this.#at < this.#tokens.length) throw this.#wrong()
    return { matches, advanced: this.#advanced }
  }

  #either(): Test {
    let left = this.#both()
    while (this.#take('or')) {
      const [one, other] = [left, this.#both()]
      left = (resource) => one(resource) || other(resource)
    }
    return left
  }

  #both(): Test {
    let left = this.#one()
    while (this.#take('and')) {
      const [one, other] = [left, this.#one()]
      left = (resource) => one(resource) && other(resource)
    }
    return left
  }

  #one(): Test {
    this.#depth += 1
    if (this.#depth > deepest) throw badRequest('The filter is nested too deeply.')
    const test = this.#unit()
    this.#depth -= 1
    return test
  }

  #unit(): Test {
    if (this.#take('not')) {
      this.#advanced = true
      const inner = this.#one()
      return (resource) => !inner(resource)
    }
    if (this.#take('(')) {
      const inner = this.#either()
      this.#expect(')')
      return inner
    }
    const name = this.#word()
    const called = name.toLowerCase()
    if (called === 'startswith' || called === 'endswith') return this.#call(called)
    if (called === 'contains') throw unsupportedQuery(`Unsupported function 'contains' on resource '${this.#type}'.`)
    return this.#take('/') ? this.#any(name) : this.#comparison(this.#property(name))
  }

  #call(name: 'startswith' | 'endswith'): Test {
    this.#expect('(')
    const property = this.#property(this.#word())
    this.#expect(',')
    const wanted = String(this.#literal()).toLowerCase()
    this.#expect(')')
    if (name === 'endswith') this.#advanced = true
    return (resource) => {
      const value = resource[property]
      if (typeof value !== 'string') return false
      return name === 'startswith' ? value.toLowerCase().startsWith(wanted) : value.toLowerCase().endsWith(wanted)
    }
  }

  /** `otherMails/any(x:x eq 'a')`. */
  #any(name: string): Test {
    const property = this.#property(name)
    this.#expect('any')
    this.#expect('(')
    const variable = this.#word()
    this.#expect(':')
    if (this.#word() !== variable) throw this.#wrong()
    const test = this.#comparison('value')
    this.#expect(')')
    return (resource) => {
      const values = resource[property]
      return Array.isArray(values) && values.some((value: unknown) => test({ value }))
    }
  }

  #comparison(property: string): Test {
    const operator = this.#word().toLowerCase()
    if (!comparisons.has(operator)) throw this.#wrong()
    if (operator === 'ne') this.#advanced = true
    const wanted = operator === 'in' ? this.#list() : [this.#literal()]
    return (resource) => wanted.some((value) => compares(operator, comparable(resource[property]), comparable(value)))
  }

  #list(): Value[] {
    this.#expect('(')
    const values = [this.#literal()]
    while (this.#take(',')) values.push(this.#literal())
    this.#expect(')')
    return values
  }

  #literal(): Value {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.kind === 'mark') throw this.#wrong()
    this.#at += 1
    if (token.kind === 'string') return token.text
    if (token.text === 'null') return null
    if (token.text === 'true' || token.text === 'false') return token.text === 'true'
    if (/^-?\d+(\.\d+)?$/.test(token.text)) return Number(token.text)
    if (/^\d{4}-\d\d-\d\dT/.test(token.text) || /^[0-9a-f-]{36}$/i.test(token.text)) return token.text
    throw this.#wrong()
  }

  #property(name: string): string {
    if (this.#filterable.has(name)) return name
    throw unsupportedQuery(
      `Unsupported or invalid query filter clause specified for property '${name}' of resource '${this.#type}'.`,
    )
  }

  #word(): string {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'word') throw this.#wrong()
    this.#at += 1
    return token.text
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at]
    const same = token !== undefined && token.kind !== 'string' && token.text.toLowerCase() === text
    if (same) this.#at += 1
    return same
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#wrong()
  }

  #wrong() {
    return badRequest(`Invalid filter clause: syntax error near token ${this.#at + 1}.`)
  }
}

function comparable(value: unknown): Value {
  if (typeof value === 'string') return value.toLowerCase()
  return typeof value === 'boolean' || typeof value === 'number' ? value : null
}

function compares(operator: string, left: Value, right: Value): boolean {
  if (operator === 'ne') return left !== right
  if (operator === 'eq' || operator === 'in') return left === right
  if (left === null || right === null || typeof left !== typeof right) return false
  if (operator === 'ge') return left >= right
  if (operator === 'le') return left <= right
  return operator === 'gt' ? left > right : left < right
}
