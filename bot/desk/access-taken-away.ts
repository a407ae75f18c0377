import { activeGrantsOf } from '../access/grants.ts'
import type { Named } from '../approvals/requests/request.ts'
import type { Ground, Sitting } from './ground.ts'

const most = 200

/**
 * What a contract takes away from the person, in sentences for whoever approves it: access that HelpBot gave ends with it, and at its
 * end the account is disabled and all groups are left.
 * @param until ISO 8601
 * @throws DirectoryError
 */
export async function takenAwayByContract(
  { database, directory }: Ground,
  { person: { tenant } }: Sitting,
  { id, name }: Named,
  until: string,
): Promise<readonly string[]> {
  const [grants, direct] = await Promise.all([
    activeGrantsOf(database, tenant, id, most),
    directory.directGroups(id, most),
  ])
  const end = Date.parse(until)
  const later = grants.filter(({ endsAt }) => endsAt === null || endsAt.getTime() > end).length
  const accesses = later === 1 ? '1 access' : `${later}${later === most ? ' or more' : ''} accesses`
  const cut = `${accesses} that I gave ${name} would last longer, and will end with the contract.`
  const { length } = direct.groups
  const groups = `${direct.more ? 'more than ' : ''}${length === 1 ? '1 group' : `${length} groups`}`
  const atTheEnd = `At the end the account is disabled and taken out of every group: it is in ${groups} now.`
  return [...(later === 0 ? [] : [cut]), atTheEnd]
}
