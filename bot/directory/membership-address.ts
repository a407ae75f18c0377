import { address } from './graph-address.ts'

const id = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const newMember = new RegExp(`^/groups/${id}/members/\\$ref$`)
const membership = new RegExp(`^/groups/${id}/members/${id}/\\$ref$`)

/** Where members are added: `/groups/{group}/members/$ref`. @throws TypeError unless it is exactly that, of a GUID */
export function newMemberAddress(group: string): string {
  return only(newMember, address(['groups', group, 'members', '$ref']))
}

/**
 * Where one membership is ended: `/groups/{group}/members/{member}/$ref`. **Without `/$ref` the same address names the
 * person, and DELETE deletes them** (learn.microsoft.com/graph/api/group-delete-members, "Caution"): so this is the only
 * place that makes it, and it gives nothing else.
 * @throws TypeError unless it is exactly that, of two GUIDs
 */
export function membershipAddress(group: string, member: string): string {
  return only(membership, address(['groups', group, 'members', member, '$ref']))
}

function only(shape: RegExp, path: string): string {
  if (!shape.test(path)) throw new TypeError('a membership is named by GUIDs and ends with /$ref')
  return path
}
