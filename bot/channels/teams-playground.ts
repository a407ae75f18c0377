/** What decides whether a request may come without a token. */
export interface Caller {
  /** The `authorization` header; empty when there is none. */
  readonly authorization: string
  /** Where the connection comes from, as the socket says. */
  readonly remoteAddress: string | undefined
  /** A proxy or a tunnel handed it on, so that the connection says nothing about who sent it. */
  readonly isForwarded: boolean
}

const loopbackAddresses = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether Microsoft's Agents Playground may be speaking: it sends no token, and runs on this machine. Asked in playground mode
 * only, which exists in the practice company only; with any token a request is Teams' and its token is checked.
 */
export function mayBePlayground({ authorization, remoteAddress, isForwarded }: Caller): boolean {
  return authorization === '' && !isForwarded && remoteAddress !== undefined && loopbackAddresses.has(remoteAddress)
}

/** Whether answers to the playground may go there: to this machine, but not to practice Teams, which wants tokens. */
export function isPlaygroundAddress(serviceUrl: string, teamsServiceUrl: string): boolean {
  const { hostname, host } = new URL(serviceUrl)
  return loopbackNames.has(hostname) && host !== new URL(teamsServiceUrl).host
}
