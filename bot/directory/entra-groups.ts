import { z } from 'zod'
import { groupId, type UserId } from '../identity/person.ts'
import { bounded, firstFew } from './bounded.ts'
import type { DirectoryGroup } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { address } from './graph-address.ts'
import { advanced, type Graph } from './graph-client.ts'
import { sentences } from './sentences.ts'

const mostGroups = 100
const mostDirectGroups = 200

const memberGroup = z.object({ id: groupId, displayName: z.string().nullish(), description: z.string().nullish() })

/** Some groups, by name, and whether there are others. */
export interface SomeGroups {
  readonly groups: readonly DirectoryGroup[]
  readonly more: boolean
}

/**
 * The groups somebody is in, nested included. The cast to groups is an advanced query
 * (learn.microsoft.com/graph/aad-advanced-queries).
 * @throws DirectoryError refused when the application may not read groups: it is given their ids alone
 */
export function groupsOf(graph: Graph, id: UserId, limit: number): Promise<SomeGroups> {
  return groupsBy(graph, id, 'transitiveMemberOf', bounded(limit, mostGroups))
}

/** The groups somebody is a direct member of. @throws DirectoryError as `groupsOf` */
export function directGroups(graph: Graph, id: UserId, limit: number): Promise<SomeGroups> {
  return groupsBy(graph, id, 'memberOf', bounded(limit, mostDirectGroups))
}

async function groupsBy(
  graph: Graph,
  id: UserId,
  relation: 'memberOf' | 'transitiveMemberOf',
  most: number,
): Promise<SomeGroups> {
  const title = `GET /users/{id}/${relation}/microsoft.graph.group`
  const path = address(['users', id, relation, 'microsoft.graph.group'], {
    $select: 'id,displayName,description',
    $orderby: 'displayName',
    $count: 'true',
    $top: String(most + 1),
  })
  const pages = graph.pages(path, memberGroup, { title, headers: advanced })
  const found = await firstFew(pages, most + 1, (group) => toGroup(group, title))
  return { groups: found.slice(0, most), more: found.length > most }
}

function toGroup({ id, displayName, description }: z.infer<typeof memberGroup>, title: string): DirectoryGroup {
  if (displayName == null)
    throw new DirectoryError('refused', {
      sentence: sentences.refused,
      detail: `${title}: group ${id} came without its properties: the application lacks GroupMember.Read.All`,
    })
  return { id, displayName, ...(description ? { description } : {}) }
}
