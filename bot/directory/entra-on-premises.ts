import { z } from 'zod'
import { type GroupId, groupId, type UserId, userId } from '../identity/person.ts'
import { firstFew } from './bounded.ts'
import { DirectoryError } from './directory-error.ts'
import { aboutGroup } from './entra-group.ts'
import type { SyncBehavior, SyncedObject } from './entra-sync-behavior.ts'
import { address, odataText } from './graph-address.ts'
import type { Graph } from './graph-client.ts'
import { sentences } from './sentences.ts'

/** What Entra ID says of the other side of a person. */
export interface SyncedUser {
  readonly id: UserId
  /** Mastered in Active Directory: synced, and not taken over by the cloud. */
  readonly mastered: boolean
  readonly userPrincipalName: string
  /** onPremisesImmutableId, base64. */
  readonly immutableId: string | undefined
  /** DNS name, lower case. */
  readonly domain: string | undefined
  readonly samAccountName: string | undefined
  readonly onPremisesUserPrincipalName: string | undefined
}

/** The same of a group. */
export interface SyncedGroup {
  readonly id: GroupId
  readonly mastered: boolean
  readonly sid: string | undefined
  readonly domain: string | undefined
  readonly samAccountName: string | undefined
}

/** Whose immutable id this is, now and among those who were deleted lately. At most three of each. */
export interface Holders {
  readonly live: readonly UserId[]
  readonly deleted: readonly UserId[]
}

/** What Entra ID knows of Active Directory. Every method throws DirectoryError and nothing else. */
export interface EntraOnPremises {
  user(id: UserId): Promise<SyncedUser>
  group(id: GroupId): Promise<SyncedGroup>
  /** @see syncBehavior */
  isCloudManaged(object: SyncedObject): Promise<boolean>
  holders(immutableId: string): Promise<Holders>
}

const userProperties = [
  'id',
  'userPrincipalName',
  'onPremisesSyncEnabled',
  'onPremisesImmutableId',
  'onPremisesDomainName',
  'onPremisesSamAccountName',
  'onPremisesUserPrincipalName',
].join(',')
const groupProperties = [
  'id',
  'displayName',
  'onPremisesSyncEnabled',
  'onPremisesSecurityIdentifier',
  'onPremisesDomainName',
  'onPremisesSamAccountName',
].join(',')
const mostHolders = 3

const text = z.string().nullish()
const flag = z.boolean().nullish()
const user = z.object({
  id: userId,
  userPrincipalName: z.string().min(1),
  onPremisesSyncEnabled: flag,
  onPremisesImmutableId: text,
  onPremisesDomainName: text,
  onPremisesSamAccountName: text,
  onPremisesUserPrincipalName: text,
})
const group = z.object({
  id: groupId,
  displayName: text,
  onPremisesSyncEnabled: flag,
  onPremisesSecurityIdentifier: text,
  onPremisesDomainName: text,
  onPremisesSamAccountName: text,
})
const holder = z.object({ id: userId, onPremisesImmutableId: text })

const said = (value: string | null | undefined) => (value ? value : undefined)

/** Reads it through Graph. */
export function entraOnPremises(graph: Graph, behavior: SyncBehavior): EntraOnPremises {
  const isCloudManaged = (object: SyncedObject) => behavior(graph, object)
  return {
    isCloudManaged,

    async user(id) {
      const path = address(['users', id], { $select: userProperties })
      const found = await graph.read(path, user, { title: 'GET /users/{id} onPremises' })
      return {
        id,
        mastered: found.onPremisesSyncEnabled === true && !(await isCloudManaged({ kind: 'users', id })),
        userPrincipalName: found.userPrincipalName,
        immutableId: said(found.onPremisesImmutableId),
        domain: said(found.onPremisesDomainName)?.toLowerCase(),
        samAccountName: said(found.onPremisesSamAccountName),
        onPremisesUserPrincipalName: said(found.onPremisesUserPrincipalName),
      }
    },

    async group(id) {
      const title = 'GET /groups/{id} onPremises'
      const found = await aboutGroup(
        graph.read(address(['groups', id], { $select: groupProperties }), group, { title }),
      )
      if (found.displayName == null)
        throw new DirectoryError('refused', {
          sentence: sentences.refused,
          detail: `${title}: group ${id} came without its properties: the application lacks GroupMember.Read.All`,
        })
      return {
        id,
        mastered: found.onPremisesSyncEnabled === true && !(await isCloudManaged({ kind: 'groups', id })),
        sid: said(found.onPremisesSecurityIdentifier),
        domain: said(found.onPremisesDomainName)?.toLowerCase(),
        samAccountName: said(found.onPremisesSamAccountName),
      }
    },

    async holders(immutableId) {
      const [live, deleted] = await Promise.all([
        holdersIn(graph, ['users'], immutableId),
        // Restored, it would be the same person once more (learn.microsoft.com/graph/api/directory-deleteditems-list).
        holdersIn(graph, ['directory', 'deletedItems', 'microsoft.graph.user'], immutableId),
      ])
      return { live, deleted }
    },
  }
}

async function holdersIn(graph: Graph, segments: readonly string[], immutableId: string): Promise<readonly UserId[]> {
  const title = `GET /${segments.join('/')}?$filter=onPremisesImmutableId`
  const query = { $filter: `onPremisesImmutableId eq ${odataText(immutableId)}`, $select: 'id,onPremisesImmutableId' }
  return await firstFew(graph.pages(address(segments, query), holder, { title }), mostHolders, (one) => {
    if (one.onPremisesImmutableId === immutableId) return one.id
    // Graph compares without regard to case, which in base64 is another value. Anything else proves that nothing was filtered.
    if (one.onPremisesImmutableId?.toLowerCase() === immutableId.toLowerCase()) return undefined
    throw new DirectoryError('unreachable', {
      sentence: sentences.unreachable,
      detail: `${title} → people were listed who were not asked for`,
    })
  })
}
