import { z } from 'zod'
import type { UserId } from '../identity/person.ts'
import { plainText } from '../plain-text.ts'
import { bounded, firstFew } from './bounded.ts'
import type { DirectoryUser } from './directory.ts'
import { graphManager, graphUser, toUser, userProperties } from './entra-user.ts'
import { address, odataText } from './graph-address.ts'
import { advanced, type Graph } from './graph-client.ts'

const mostWithOneAddress = 3
const mostFound = 25
const mostReports = 100
/** RFC 3696 erratum 1690 says 254, user principal names go to 113: with room to spare. */
const longestAddress = 320
const longestText = 100

const addressedUser = graphUser.extend({ proxyAddresses: z.array(z.string()).nullish() })

/**
 * Everybody who has this address as mail, user principal name or alias. otherMails are left out on purpose: people write
 * those themselves, so they prove nothing. Graph compares without regard to case, and `proxyAddresses` mark the primary
 * address with SMTP: and the others with smtp:. No ConsistencyLevel: the index lags, and this decides who somebody is.
 * @see https://learn.microsoft.com/graph/api/resources/user
 */
export async function findByAddress(graph: Graph, given: string): Promise<readonly DirectoryUser[]> {
  const wanted = given.trim()
  if (!/^[^\s\p{Cc}\p{Cs}@]+@[^\s\p{Cc}\p{Cs}@]+$/u.test(wanted) || wanted.length > longestAddress) return []
  const text = odataText(wanted)
  const alias = (prefix: string) => `proxyAddresses/any(p:p eq ${odataText(`${prefix}:${wanted}`)})`
  const path = address(['users'], {
    $filter: `mail eq ${text} or userPrincipalName eq ${text} or ${alias('smtp')} or ${alias('SMTP')}`,
    $select: `${userProperties},proxyAddresses`,
    $top: String(mostWithOneAddress),
  })
  const pages = graph.pages(path, addressedUser, { title: 'GET /users?$filter=(address)' })
  return firstFew(pages, mostWithOneAddress, (user) => (hasAddress(user, wanted) ? toUser(user) : undefined))
}

/** Looked at again here: a filter that was not applied, or that folds more letters than A–Z, must not name a stranger. */
function hasAddress(user: z.infer<typeof addressedUser>, wanted: string): boolean {
  const own = [user.userPrincipalName, user.mail ?? '', ...(user.proxyAddresses ?? []).map(withoutScheme)]
  return own.some((one) => foldAscii(one) === foldAscii(wanted))
}

const withoutScheme = (proxyAddress: string) => proxyAddress.replace(/^smtp:/i, '')

/** `toLowerCase` would make U+212A KELVIN SIGN a k. */
const foldAscii = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/**
 * Members, and guests where they are asked for, by the beginnings of the words of their names, or of their mail or user
 * principal name. `$search` splits
 * displayName into words and takes the others from their beginning
 * (learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections).
 */
export async function findPeople(
  graph: Graph,
  given: string,
  limit: number,
  { guests = false }: { readonly guests?: boolean } = {},
): Promise<readonly DirectoryUser[]> {
  const text = plainText(given, longestText)
  // Without a letter or a digit there is nothing to look for, and `$search` would be refused.
  if (!/[\p{L}\p{N}]/u.test(text)) return []
  const most = bounded(limit, mostFound)
  const clause = (property: string) => `"${property}:${text.replaceAll(/["\\]/g, '\\$&')}"`
  const path = address(['users'], {
    $search: ['displayName', 'mail', 'userPrincipalName'].map(clause).join(' OR '),
    ...(guests ? {} : { $filter: "userType eq 'Member'" }),
    $select: userProperties,
    $orderby: 'displayName',
    $count: 'true',
    $top: String(most),
  })
  const pages = graph.pages(path, graphUser, { title: 'GET /users?$search', headers: advanced })
  const wanted = ({ userType }: z.infer<typeof graphUser>) => userType === 'Member' || (guests && userType === 'Guest')
  return firstFew(pages, most, (user) => (wanted(user) ? toUser(user) : undefined))
}

/** People who report to somebody. Contacts may report to somebody too; they have no account, so they are left out. */
export async function directReports(graph: Graph, id: UserId, limit: number): Promise<readonly DirectoryUser[]> {
  const most = bounded(limit, mostReports)
  const path = address(['users', id, 'directReports'], { $select: userProperties, $top: String(most) })
  const pages = graph.pages(path, graphManager, { title: 'GET /users/{id}/directReports' })
  const reports = await firstFew(pages, most, (one) => (one === undefined ? undefined : toUser(one)))
  return reports.sort((one, other) => one.displayName.localeCompare(other.displayName, 'en'))
}
