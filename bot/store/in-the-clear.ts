/** TLS as the driver does it: it verifies the server's certificate and name in all three. What it calls `no-verify` believes anybody. */
const verified = ['verify-full', 'verify-ca', 'require']

/**
 * Whether a connection to this PostgreSQL would cross a network without TLS, or with TLS that believes any certificate. Not so on this
 * machine, and over a Unix socket.
 * @param otherwise the host where the address names none (PGHOST); undefined: this machine
 */
export function postgresInTheClear(address: string, otherwise?: string): boolean {
  const url = URL.parse(address)
  if (!url) return true
  const last = (name: string) => url.searchParams.getAll(name).at(-1)
  if (isHere(last('host') || decoded(url.hostname) || otherwise || 'localhost')) return false
  // As libpq has it, `require` verifies nothing.
  if (last('uselibpqcompat') === 'true') return last('sslmode') !== 'verify-full'
  const mode = last('sslmode')
  return mode === undefined ? !['true', '1'].includes(last('ssl') ?? '') : !verified.includes(mode)
}

/** The same of Redis. */
export function redisInTheClear(address: string): boolean {
  const url = URL.parse(address)
  return !url || (url.protocol !== 'rediss:' && !isHere(url.hostname || 'localhost'))
}

function isHere(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || /^127(?:\.\d{1,3}){3}$/.test(host) || /^\[?::1\]?$/.test(host)
}

/** What cannot be decoded is no name of a socket. */
function decoded(host: string): string {
  try {
    return decodeURIComponent(host)
  } catch {
    return host
  }
}
