import { z } from 'zod'
import { type GroupId, groupId } from '../identity/person.ts'
import type { GroupFacts } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { address } from './graph-address.ts'
import { type BatchDeps, readMany } from './graph-batch.ts'
import type { Graph } from './graph-client.ts'
import { sentences } from './sentences.ts'

const properties = [
  'id',
  'displayName',
  'description',
  'mailNickname',
  'mail',
  'isAssignableToRole',
  'groupTypes',
  'mailEnabled',
  'securityEnabled',
  'onPremisesSyncEnabled',
].join(',')
const title = 'GET /groups/{id}'
const goneSentence = 'The directory does not have that group any more. IT can tell you why.'

const text = z.string().nullish()
const flag = z.boolean().nullish()
/** A group as Graph writes one (learn.microsoft.com/graph/api/resources/group). */
const graphGroup = z.object({
  id: groupId,
  displayName: text,
  description: text,
  mailNickname: text,
  mail: text,
  isAssignableToRole: flag,
  groupTypes: z.array(z.string()).nullish(),
  mailEnabled: flag,
  securityEnabled: flag,
  onPremisesSyncEnabled: flag,
})

const pathOf = (id: GroupId) => address(['groups', id], { $select: properties })

/** Reads one group. @throws DirectoryError not-found; refused when the application may not read groups */
export async function readGroup(graph: Graph, id: GroupId): Promise<GroupFacts> {
  return toFacts(await aboutGroup(graph.read(pathOf(id), graphGroup, { title })))
}

/** Reads many groups, 20 a call, each once and in the order they were named; those that are not there are left out. */
export async function readGroups(
  graph: Graph,
  ids: readonly GroupId[],
  deps: BatchDeps,
): Promise<readonly GroupFacts[]> {
  const found = await readMany(graph, [...new Set(ids)].map(pathOf), graphGroup, { title }, deps)
  return found.filter((one) => one !== undefined).map(toFacts)
}

/** Says of a group that is not there that it is the group. */
export async function aboutGroup<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw error instanceof DirectoryError && error.code === 'not-found' ? groupGone(error) : error
  }
}

/** The same error, in words about a group. */
export function groupGone(error: DirectoryError): DirectoryError {
  const { detail, requestId } = error
  return new DirectoryError('not-found', { sentence: goneSentence, detail, requestId, cause: error })
}

/**
 * Graph leaves isAssignableToRole null for ordinary groups, and for groups that the application may not read: the name,
 * which every group has, tells them apart.
 */
function toFacts(group: z.infer<typeof graphGroup>): GroupFacts {
  const { id, displayName, description, groupTypes } = group
  if (displayName == null)
    throw new DirectoryError('refused', {
      sentence: sentences.refused,
      detail: `${title}: group ${id} came without its properties: the application lacks GroupMember.Read.All`,
    })
  return {
    id,
    displayName,
    ...(description ? { description } : {}),
    mailNickname: group.mailNickname ?? undefined,
    mail: group.mail ?? undefined,
    roleAssignable: group.isAssignableToRole === null ? false : group.isAssignableToRole,
    dynamic: groupTypes?.includes('DynamicMembership'),
    unified: groupTypes?.includes('Unified'),
    mailEnabled: group.mailEnabled ?? undefined,
    securityEnabled: group.securityEnabled ?? undefined,
    sourceOfAuthority: group.onPremisesSyncEnabled === true ? 'on-premises' : 'entra',
  }
}
