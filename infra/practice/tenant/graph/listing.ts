import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Answer } from '../exchange.ts'
import type { Call } from './call.ts'
import { type Filter, parseFilter } from './filter.ts'
import { badRequest, GraphFault, unsupportedQuery } from './graph-fault.ts'
import { type Expansions, projection } from './projection.ts'
import type { Resource } from './resource.ts'
import { parseSearch } from './search.ts'

/** A collection that can be listed: ids in a fixed order, and how to read one. */
export interface Collection {
  /** As in `$metadata#users`. */
  readonly context: string
  /** For messages: `User`. */
  readonly type: string
  readonly ids: readonly string[]
  /** Undefined for an id that is no longer there. */
  read(id: string): Resource | undefined
  readonly known: ReadonlySet<string>
  readonly filterable: ReadonlySet<string>
  readonly searchable: ReadonlySet<string>
  readonly byDefault?: readonly string[]
  readonly expansions?: Expansions
  readonly pageSize?: number
  /** Directory objects know of advanced queries; other resources take every filter as it is. */
  readonly directory?: boolean
}

const mostPerPage = 999
const position = z.object({ at: z.number().int().min(0), of: z.string() })

/**
 * Lists a collection as Graph does: `$filter`, `$search`, `$orderby`, `$select`, `$expand`, `$top`, `$count`, and pages that
 * are followed by an opaque `@odata.nextLink` (learn.microsoft.com/graph/paging, /graph/aad-advanced-queries).
 * @throws GraphFault
 */
export function list(call: Call, collection: Collection): Answer {
  const { query } = call
  const plan = planOf(call, collection)
  const cut = projection(query, {
    type: collection.type.toLowerCase(),
    known: collection.known,
    byDefault: collection.byDefault,
    expansions: collection.expansions ?? {},
  })
  const top = pageSize(query, collection.pageSize ?? 100)
  const mark = fingerprint(call)
  const from = startOf(query.get('$skiptoken') ?? query.get('$skipToken'), mark)
  const order = plan.compare === undefined ? collection.ids : sorted(collection, plan)
  const found: Resource[] = []
  let at = from
  let next: number | undefined
  for (; at < order.length; at += 1) {
    const resource = collection.read(order[at] ?? '')
    if (resource === undefined || !plan.matches(resource)) continue
    if (found.length === top) {
      next = at
      break
    }
    found.push(cut(resource))
  }
  const count = plan.counted ? countOf(collection, plan) : undefined
  return {
    status: 200,
    body: {
      '@odata.context': `${call.state.url}/v1.0/$metadata#${collection.context}`,
      ...(count === undefined ? {} : { '@odata.count': count }),
      ...(next === undefined ? {} : { '@odata.nextLink': linkTo(call, { at: next, of: mark }) }),
      value: found.map((resource) => withoutOwnType(resource, collection.type)),
    },
  }
}

/** `/$count`: a bare number. @throws GraphFault */
export function countAll(call: Call, collection: Collection): Answer {
  if (!isEventual(call)) throw unsupportedQuery('$count is not currently supported.')
  const { matches } = planOf(call, collection)
  const count = countOf(collection, { matches })
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(String(count)) }
}

interface Plan {
  readonly matches: (resource: Resource) => boolean
  readonly compare: ((one: Resource, other: Resource) => number) | undefined
  readonly counted: boolean
}

function planOf(call: Call, collection: Collection): Plan {
  const { query } = call
  const eventual = isEventual(call)
  const countAsked = query.get('$count')?.toLowerCase() === 'true'
  const filterText = query.get('$filter')
  const searchText = query.get('$search')
  const orderText = query.get('$orderby')
  const filter: Filter | undefined =
    filterText === null ? undefined : parseFilter(filterText, collection.type, collection.filterable)
  if (searchText !== null && !eventual) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    )
  }
  const advanced = filter?.advanced === true || (filter !== undefined && orderText !== null)
  if (advanced && collection.directory === true && !(eventual && countAsked)) {
    throw unsupportedQuery('Unsupported Query.')
  }
  const search = searchText === null ? undefined : parseSearch(searchText, collection.searchable)
  return {
    matches: (resource) => (filter?.matches(resource) ?? true) && (search?.(resource) ?? true),
    compare: orderText === null ? undefined : comparison(orderText, collection),
    counted: countAsked && (eventual || collection.directory !== true),
  }
}

const advancedOptions = ['$filter', '$orderby', '$search'] as const

/**
 * For relations where a cast, a filter, an order or a search makes it an advanced query
 * (learn.microsoft.com/graph/api/group-list-members, "Request headers"). @throws GraphFault
 */
export function demandAdvancedIfAsked(call: Call): void {
  if (call.params.cast !== undefined || advancedOptions.some((name) => call.query.has(name))) demandAdvanced(call)
}

/** For what is an advanced query whatever it asks, such as a cast (learn.microsoft.com/graph/aad-advanced-queries). @throws GraphFault */
export function demandAdvanced(call: Call): void {
  if (!isEventual(call) || call.query.get('$count')?.toLowerCase() !== 'true')
    throw unsupportedQuery('Unsupported Query.')
}

function isEventual(call: Call): boolean {
  return call.headers.consistencylevel?.toLowerCase() === 'eventual'
}

function comparison(text: string, collection: Collection): (one: Resource, other: Resource) => number {
  const [property = '', direction = 'asc', ...rest] = text.trim().split(/\s+/)
  const sortable = collection.filterable.has(property) && /^(asc|desc)$/i.test(direction) && rest.length === 0
  if (!sortable) throw unsupportedQuery(`Sorting not supported for the specified property '${property}'.`)
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1
  const collator = new Intl.Collator('en', { sensitivity: 'base' })
  return (one, other) => sign * collator.compare(String(one[property] ?? ''), String(other[property] ?? ''))
}

function sorted(collection: Collection, plan: Plan): string[] {
  const all = collection.ids.flatMap((id) => {
    const resource = collection.read(id)
    return resource === undefined ? [] : [{ id, resource }]
  })
  return all.sort((one, other) => plan.compare?.(one.resource, other.resource) ?? 0).map(({ id }) => id)
}

function countOf(collection: Collection, plan: Pick<Plan, 'matches'>): number {
  let count = 0
  for (const id of collection.ids) {
    const resource = collection.read(id)
    if (resource !== undefined && plan.matches(resource)) count += 1
  }
  return count
}

function pageSize(query: URLSearchParams, usual: number): number {
  const text = query.get('$top')
  if (text === null) return usual
  const top = Number(text)
  if (Number.isInteger(top) && top >= 1 && top <= mostPerPage) return top
  throw badRequest(
    `Invalid page size specified: '${text.slice(0, 20)}'. Must be between 1 and ${mostPerPage} inclusive.`,
  )
}

/** What a page token belongs to: it is worth nothing on another question. */
function fingerprint(call: Call): string {
  const asked = ['$filter', '$search', '$orderby'].map((name) => call.query.get(name))
  return createHash('sha256')
    .update(JSON.stringify([call.path, asked]))
    .digest('base64url')
    .slice(0, 16)
}

function startOf(token: string | null, mark: string): number {
  if (token === null) return 0
  try {
    const { at, of } = position.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')))
    if (of === mark) return at
  } catch {
    // falls through to the refusal
  }
  throw new GraphFault(
    400,
    'Directory_ExpiredPageToken',
    'The specified page token value has expired and can no longer be included in your request.',
  )
}

function linkTo(call: Call, to: z.infer<typeof position>): string {
  const query = new URLSearchParams(call.query)
  query.delete('$skipToken')
  query.set('$skiptoken', Buffer.from(JSON.stringify(to)).toString('base64url'))
  return `${call.state.url}${call.path}?${query.toString().replaceAll('%24', '$')}`
}

/** In a collection of one kind Graph leaves the kind unsaid. */
function withoutOwnType(resource: Resource, type: string): Resource {
  if (type === 'DirectoryObject') return resource
  const { '@odata.type': _type, ...rest } = resource
  return rest
}
