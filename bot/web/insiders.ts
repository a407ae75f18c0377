import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isFromInside } from './caller-address.ts'

/**
 * Who may see how HelpBot fares: with a token whoever has it, wherever they are; without one whoever comes straight from this machine
 * or a private network, not through a proxy.
 */
export function insiders(token: string | undefined): (request: IncomingMessage) => boolean {
  if (token === undefined) return isFromInside
  const wanted = digest(`Bearer ${token}`)
  return ({ headers }) => timingSafeEqual(wanted, digest(headers.authorization ?? ''))
}

/** Of one length, so that comparing tells nothing. */
const digest = (text: string) => createHash('sha256').update(text).digest()
