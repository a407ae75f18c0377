import { z } from 'zod'
import { type GroupId, guid, type UserId } from '../identity/person.ts'
import type { DirectoryUser, GroupFacts, MembershipReceipt } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { aboutGroup, groupGone, readGroup } from './entra-group.ts'
import { address, odataText } from './graph-address.ts'
import { advanced, type Graph } from './graph-client.ts'
import { GraphAnswerError } from './graph-errors.ts'
import { groupProtection } from './group-protection.ts'
import { membershipAddress, newMemberAddress } from './membership-address.ts'
import { sentences } from './sentences.ts'

type ReadUser = (id: UserId) => Promise<DirectoryUser>

const listed = z.object({ value: z.array(z.object({ id: guid })) })

/**
 * Whether somebody is a direct member. `$filter` on members is an advanced query, answered from an index that may lag behind
 * (learn.microsoft.com/graph/api/group-list-members, "Request headers").
 * @throws DirectoryError not-found when there is no such group
 */
export async function isMember(graph: Graph, group: GroupId, id: UserId): Promise<boolean> {
  const title = 'GET /groups/{id}/members?$filter=id'
  const query = { $filter: `id eq ${odataText(id)}`, $select: 'id', $count: 'true' }
  const path = address(['groups', group, 'members'], query)
  const { value } = await aboutGroup(graph.read(path, listed, { title, headers: advanced }))
  // With the filter left unapplied this would be the first page of many, and prove nothing.
  if (value.some((one) => one.id !== id))
    throw new DirectoryError('unreachable', {
      sentence: sentences.unreachable,
      detail: `${title} → members were listed that were not asked for`,
    })
  return value.length > 0
}

/**
 * Makes somebody a direct member (learn.microsoft.com/graph/api/group-post-members). Graph answers 400 to an existing member and
 * to a group that takes none: looking tells them apart.
 * @throws DirectoryError as `Directory.addMember` says; conflict when the directory's answers do not fit together yet
 */
export async function addMember(graph: Graph, group: GroupId, id: UserId, read: ReadUser): Promise<MembershipReceipt> {
  const body = { '@odata.id': `${graph.endpoint}/v1.0${address(['directoryObjects', id])}` }
  const title = 'POST /groups/{id}/members/$ref'
  try {
    return { ...(await graph.write('POST', newMemberAddress(group), body, { title })), changed: true }
  } catch (error) {
    if (!(error instanceof GraphAnswerError)) throw error
    if (error.status === 404) throw await missing(graph, group, id, error, read)
    if (error.status !== 400 && error.status !== 403) throw error
    // When the look fails too, the first error is the one that counts.
    const [facts, member] = await Promise.all([look(readGroup(graph, group)), look(isMember(graph, group, id))])
    if (error.status === 400 && member === true) return { requestId: error.requestId, changed: false }
    throw protection(facts, error) ?? (alreadyExists(error) ? notYet(error) : error)
  }
}

/**
 * Ends a direct membership (learn.microsoft.com/graph/api/group-delete-members). Graph answers 404 when there is none, and when
 * there is no such group or person: looking tells them apart.
 * @throws DirectoryError as `addMember`
 */
export async function removeMember(
  graph: Graph,
  group: GroupId,
  id: UserId,
  read: ReadUser,
): Promise<MembershipReceipt> {
  const title = 'DELETE /groups/{id}/members/{id}/$ref'
  try {
    return { ...(await graph.write('DELETE', membershipAddress(group, id), undefined, { title })), changed: true }
  } catch (error) {
    if (!(error instanceof GraphAnswerError)) throw error
    if (error.status === 400 || error.status === 403)
      throw protection(await look(readGroup(graph, group)), error) ?? error
    if (error.status !== 404) throw error
    const gone = await missing(graph, group, id, error, read)
    // The group and the person are there. Where they still look like a member, one of the two answers is an old one.
    if (gone.code !== 'conflict' || (await isMember(graph, group, id))) throw gone
    return { requestId: error.requestId, changed: false }
  }
}

/** What a 404 was about: the group, the person, or neither, which is then not known everywhere yet. */
async function missing(
  graph: Graph,
  group: GroupId,
  id: UserId,
  error: GraphAnswerError,
  read: ReadUser,
): Promise<DirectoryError> {
  const isThere = async (reading: Promise<unknown>) => {
    try {
      await reading
      return true
    } catch (fault) {
      if (fault instanceof DirectoryError && fault.code === 'not-found') return false
      throw fault
    }
  }
  if (!(await isThere(readGroup(graph, group)))) return groupGone(error)
  return (await isThere(read(id))) ? notYet(error) : error
}

function look<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch(() => undefined)
}

const alreadyExists = (error: GraphAnswerError) => /already exist/i.test(error.vendorMessage)

/** The directory contradicts itself, as it does for seconds after a change. */
function notYet(error: GraphAnswerError): DirectoryError {
  const { detail, requestId } = error
  return new DirectoryError('conflict', {
    sentence: sentences.conflict,
    detail: `${detail}; read again, the directory says otherwise: probably it is not up to date everywhere yet`,
    requestId,
    cause: error,
  })
}

function protection(facts: GroupFacts | undefined, error: GraphAnswerError): DirectoryError | undefined {
  const found = facts && groupProtection(facts)
  if (found === undefined) return undefined
  const { detail, requestId } = error
  const { sentence, reason } = found
  return new DirectoryError('protected', { sentence, detail: `${detail}; ${reason}`, requestId, cause: error })
}
