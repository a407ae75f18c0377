import type { GroupId } from '../identity/person.ts'
import { bounded, firstFew } from './bounded.ts'
import type { DirectoryUser } from './directory.ts'
import { aboutGroup } from './entra-group.ts'
import { graphManager, graphUser, toUser, userProperties } from './entra-user.ts'
import { address } from './graph-address.ts'
import { advanced, type Graph } from './graph-client.ts'

const mostPeople = 100

/** Some people, by name, and whether there are others. */
export interface SomePeople {
  readonly people: readonly DirectoryUser[]
  readonly more: boolean
}

/**
 * People who own a group. Asked for without a cast or an order, both of which would be answered from an index that lags:
 * owners decide things. A group has at most 100 owners; applications among them are left out.
 * @throws DirectoryError not-found when there is no such group
 */
export async function owners(graph: Graph, group: GroupId, limit: number): Promise<SomePeople> {
  const path = address(['groups', group, 'owners'], { $select: userProperties, $top: '999' })
  const pages = graph.pages(path, graphManager, { title: 'GET /groups/{id}/owners' })
  const found = await aboutGroup(
    firstFew(pages, mostPeople + 1, (one) => (one === undefined ? undefined : toUser(one))),
  )
  found.sort((one, other) => one.displayName.localeCompare(other.displayName, 'en'))
  return some(found, bounded(limit, mostPeople))
}

/**
 * People who are direct members. The cast to people and the order make it an advanced query
 * (learn.microsoft.com/graph/api/group-list-members), so it may lag: for showing, not for deciding.
 * @throws DirectoryError not-found when there is no such group
 */
export async function members(graph: Graph, group: GroupId, limit: number): Promise<SomePeople> {
  const most = bounded(limit, mostPeople)
  const path = address(['groups', group, 'members', 'microsoft.graph.user'], {
    $select: userProperties,
    $orderby: 'displayName',
    $count: 'true',
    $top: String(most + 1),
  })
  const title = 'GET /groups/{id}/members/microsoft.graph.user'
  const pages = graph.pages(path, graphUser, { title, headers: advanced })
  return some(await aboutGroup(firstFew(pages, most + 1, toUser)), most)
}

function some(found: readonly DirectoryUser[], most: number): SomePeople {
  return { people: found.slice(0, most), more: found.length > most }
}
