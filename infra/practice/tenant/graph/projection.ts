import { GraphFault } from './graph-fault.ts'
import type { Resource } from './resource.ts'

/** A navigation property that `$expand` may bring: the objects behind it, or undefined for none. */
export type Expansions = Readonly<Record<string, (resource: Resource) => Resource | readonly Resource[] | undefined>>

/** `$expand` of a collection brings at most 20 (learn.microsoft.com/graph/query-parameters#expand-parameter). */
const mostExpanded = 20

const unknownProperty = (name: string, type: string) =>
  new GraphFault(
    400,
    'BadRequest',
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
  )

/** Makes the function that cuts an object down to what `$select` and `$expand` ask for. @throws GraphFault */
export function projection(
  query: URLSearchParams,
  shape: {
    readonly type: string
    readonly known: ReadonlySet<string>
    readonly byDefault: readonly string[] | undefined
    readonly expansions: Expansions
  },
): (resource: Resource) => Resource {
  const selected = names(query.get('$select'))
  for (const name of selected ?? []) if (!shape.known.has(name)) throw unknownProperty(name, shape.type)
  const expanded = expansions(query.get('$expand'), shape.expansions, shape.type)
  const wanted = selected ?? shape.byDefault
  return (resource) => {
    const own = wanted === undefined ? resource : only(resource, wanted)
    return Object.assign({}, own, ...expanded.map((expand) => expand(resource)))
  }
}

/** An object cut down to some properties, and its type where it has one. Those it does not have stay away. */
export function only(resource: Resource, wanted: readonly string[]): Resource {
  const kept = ['@odata.type', ...wanted].filter((name) => name in resource)
  return Object.fromEntries(kept.map((name) => [name, resource[name]]))
}

function names(list: string | null): string[] | undefined {
  const split = (list ?? '').split(',').map((name) => name.trim())
  const given = split.filter((name) => name !== '')
  return given.length === 0 || given.includes('*') ? undefined : given
}

function expansions(list: string | null, known: Expansions, type: string): ((resource: Resource) => Resource)[] {
  const items = list === null ? [] : (list.match(/[^,(]+(?:\([^)]*\))?/g) ?? [])
  return items.map((item) => {
    const [, name = '', options = ''] = /^\s*([A-Za-z]+)\s*(?:\((.*)\))?\s*$/.exec(item) ?? []
    const follow = known[name]
    if (follow === undefined) throw unknownProperty(name || item, type)
    const select = names(/\$select=([^;)]*)/.exec(options)?.[1] ?? null)
    const cut = (one: Resource) => (select === undefined ? one : only(one, ['@odata.type', ...select]))
    return (resource) => {
      const behind = follow(resource)
      if (behind === undefined) return {}
      return { [name]: Array.isArray(behind) ? behind.slice(0, mostExpanded).map(cut) : cut(behind as Resource) }
    }
  })
}
