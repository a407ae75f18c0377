import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Whose word counts on where a request comes from. */
export interface TrustedProxies {
  trusts(address: string): boolean
}

const loopback = ['127.0.0.0/8', '::1']
/** RFC 1918, RFC 4193, link-local, and what carriers and clusters use among themselves (RFC 6598). */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10']
const privateNetworks6 = ['fc00::/7', 'fe80::/10']

/**
 * Reads HELPBOT_TRUSTED_PROXIES: `none`, or addresses, CIDR ranges and `loopback`, separated by commas.
 * @returns the faulty parts, when there are any
 */
export function readTrustedProxies(text: string): TrustedProxies | { readonly faults: readonly string[] } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const ranges = parts.flatMap((part) => (part === 'loopback' ? loopback : part === 'none' ? [] : [part]))
  const faults = ranges.filter((range) => !isRange(range))
  if (parts.length === 0) faults.push(text)
  if (parts.includes('none') && parts.length > 1) faults.push('none, beside others')
  return faults.length > 0 ? { faults } : within(ranges)
}

/** Only what runs on the same machine. */
export const onlyLoopback: TrustedProxies = within(loopback)
const onlyPrivate = within([...loopback, ...privateNetworks, ...privateNetworks6])

/**
 * Who sent a request: the last hop that no trusted proxy stands for. What a caller writes into `X-Forwarded-For` itself lies further
 * left and is never reached.
 */
export function callerAddress({ socket, headers }: IncomingMessage, proxies: TrustedProxies): string {
  const hops = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((hop) => withoutPort(hop.trim()))
  let address = plain(socket.remoteAddress ?? '')
  while (proxies.trusts(address)) {
    const hop = hops.pop()
    if (hop === undefined || isIP(hop) === 0) break
    address = plain(hop)
  }
  return address
}

/** Whether a request comes straight from this machine or a private network: what a proxy hands on is from outside. */
export function isFromInside({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'].some(
    (name) => headers[name] !== undefined,
  )
  return !isForwarded && onlyPrivate.trusts(plain(socket.remoteAddress ?? ''))
}

/** Whether an address may stand for many: a proxy of our own that nobody named as trusted, such as a cluster's ingress. */
export const standsForMany = (address: string): boolean => onlyPrivate.trusts(address)

/** A network that one caller has to themselves: an address, or the 64 bits of IPv6 that a provider gives to one customer. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [left = '', right] = address.split('::')
  const groups = left.split(':').filter((group) => group !== '')
  const rest = right === undefined ? [] : right.split(':').filter((group) => group !== '')
  const missing = right === undefined ? 0 : Math.max(8 - groups.length - rest.length, 0)
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...rest]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

function within(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', bits] = range.split('/')
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(network, family)
    else list.addSubnet(network, Number(bits), family)
  }
  return {
    trusts(address) {
      const version = isIP(address)
      return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
    },
  }
}

function isRange(text: string): boolean {
  const [network = '', bits, ...more] = text.split('/')
  const version = isIP(network)
  if (version === 0 || more.length > 0 || network.includes('%')) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32))
}

/** IPv4 as IPv6 sockets show it is IPv4. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')

/** Some proxies name the port as well: `203.0.113.7:4711`, `[2001:db8::7]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop
}
