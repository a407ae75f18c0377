import { DirectoryError } from './directory-error.ts'

/**
 * A string literal of OData: quotes doubled, in quotes (OData 4.01 ABNF, SQUOTE-in-string). Still to be
 * percent-encoded; `address` does that.
 */
export function odataText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * A path below the Graph version, with its query percent-encoded. Segments are encoded too, so an id can never become
 * part of the path's structure.
 * @throws TypeError on an empty segment and on `.` and `..`, which URLs resolve away
 * @example address(['users', id, 'manager'], { $select: 'id,displayName' }) // /users/…/manager?$select=id%2CdisplayName
 */
export function address(segments: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  if (segments.some((segment) => /^\.{0,2}$/.test(segment))) throw new TypeError('an empty or dotted path segment')
  const path = segments.map((segment) => `/${encodeURIComponent(segment).replaceAll('%24', '$')}`).join('')
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

/**
 * The next page's address, given as the server gave it, if it stays on our endpoint: a link to anywhere else would
 * carry the token away.
 * @throws DirectoryError unreachable when it leads elsewhere
 */
export function nextPage(link: string, endpoint: string): string {
  const url = URL.parse(link)
  const { origin } = new URL(endpoint)
  const inside = url?.origin === origin && url.username === '' && url.pathname.startsWith('/v1.0/')
  // It is asked for as it was given, so that is looked at as well.
  if (inside && link.startsWith(`${origin}/v1.0/`)) return link
  throw new DirectoryError('unreachable', {
    sentence: 'The directory gave an answer that I cannot trust, so I stopped. Nothing was changed.',
    detail: 'a page linked to another host or version (@odata.nextLink); it was not followed',
  })
}
