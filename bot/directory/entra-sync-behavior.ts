import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { GroupId, UserId } from '../identity/person.ts'
import { DirectoryError } from './directory-error.ts'
import { address } from './graph-address.ts'
import type { Graph } from './graph-client.ts'
import { GraphAnswerError } from './graph-errors.ts'

/** An object that is, or was, synced. */
export type SyncedObject =
  | { readonly kind: 'users'; readonly id: UserId }
  | { readonly kind: 'groups'; readonly id: GroupId }

/** Whether the cloud has taken over an object that is synced. */
export type SyncBehavior = (graph: Pick<Graph, 'read'>, object: SyncedObject) => Promise<boolean>

const behavior = z.object({ isCloudManaged: z.boolean().nullish() })
/** Milliseconds after which we ask again what we may not know. */
const deniedFor = 10 * 60_000

/**
 * Asks Graph whether the source of authority of a synced object was switched to the cloud
 * (learn.microsoft.com/graph/api/onpremisessyncbehavior-get). The only permissions that show it also switch it, so most companies
 * do not give them: without them, and where Graph refuses the question, it counts as not switched, because onPremisesSyncEnabled
 * says that it is synced. Then a write goes to Active Directory or nowhere, never to both. A refusal for want of the permission is
 * remembered for a while: it is the same for every object of that kind.
 * @returns a function that throws DirectoryError unreachable or throttled, and nothing else
 */
export function syncBehavior(clock: Clock): SyncBehavior {
  const denied = new Map<SyncedObject['kind'], number>()
  return async (graph, { kind, id }) => {
    const until = denied.get(kind)
    if (until !== undefined && clock().getTime() < until) return false
    const title = `GET /${kind}/{id}/onPremisesSyncBehavior`
    const path = address([kind, id, 'onPremisesSyncBehavior'], { $select: 'isCloudManaged' })
    try {
      return (await graph.read(path, behavior, { title })).isCloudManaged === true
    } catch (error) {
      if (!(error instanceof DirectoryError) || (error.code !== 'refused' && error.code !== 'not-found')) throw error
      if (error instanceof GraphAnswerError && error.status === 403) denied.set(kind, clock().getTime() + deniedFor)
      return false
    }
  }
}
