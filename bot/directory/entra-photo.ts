import type { UserId } from '../identity/person.ts'
import { DirectoryError } from './directory-error.ts'
import { address } from './graph-address.ts'
import type { Graph } from './graph-client.ts'

const largestPhoto = 64 * 1024

/** A small photo as a data URI; undefined when there is none, or none that is a picture of a fair size. */
export async function photo(graph: Graph, id: UserId): Promise<string | undefined> {
  const path = address(['users', id, 'photos', '96x96', '$value'])
  try {
    const found = await graph.readBytes(path, largestPhoto, { title: 'GET /users/{id}/photos/96x96/$value' })
    const type = found?.type.split(';')[0]?.trim().toLowerCase()
    if (found === undefined || !/^image\/(jpeg|png|gif)$/.test(type ?? '')) return undefined
    return `data:${type};base64,${Buffer.from(found.bytes).toString('base64')}`
  } catch (error) {
    if (error instanceof DirectoryError && error.code === 'not-found') return undefined
    throw error
  }
}
