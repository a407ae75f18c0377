import { z } from 'zod'
import { groupId, type UserId } from '../identity/person.ts'
import { bounded, firstFew } from './bounded.ts'
import type { DirectoryGroup } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { address } from './graph-address.ts'
import { advanced, type Graph } from './graph-client.ts'
import { sentences } from './sentences.ts'

const mostGroups = 100
const title = 'GET /users/{id}/transitiveMemberOf/microsoft.graph.group'

const memberGroup = z.object({ id: groupId, displayName: z.string().nullish(), description: z.string().nullish() })

/**
 * The groups somebody is in, nested included. The cast to groups is an advanced query
 * (learn.microsoft.com/graph/aad-advanced-queries).
 * @throws DirectoryError refused when the application may not read groups: it is given their ids alone
 */
export async function groupsOf(
  graph: Graph,
  id: UserId,
  limit: number,
): Promise<{ readonly groups: readonly DirectoryGroup[]; readonly more: boolean }> {
  const most = bounded(limit, mostGroups)
  const path = address(['users', id, 'transitiveMemberOf', 'microsoft.graph.group'], {
    $select: 'id,displayName,description',
    $orderby: 'displayName',
    $count: 'true',
    $top: String(most + 1),
  })
  const pages = graph.pages(path, memberGroup, { title, headers: advanced })
  const found = await firstFew(pages, most + 1, toGroup)
  return { groups: found.slice(0, most), more: found.length > most }
}

function toGroup({ id, displayName, description }: z.infer<typeof memberGroup>): DirectoryGroup {
  if (displayName == null)
    throw new DirectoryError('refused', {
      sentence: sentences.refused,
      detail: `${title}: group ${id} came without its properties: the application lacks GroupMember.Read.All`,
    })
  return { id, displayName, ...(description ? { description } : {}) }
}
