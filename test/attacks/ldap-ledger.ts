import { once } from 'node:events'
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls'
import { makeCertificates } from '../../infra/practice/tls.ts'
import type { TestDomain } from '../support/samba.ts'

/** Requests as RFC 4511 tags them (section 4.1.1 and those that follow). */
const requests: Readonly<Record<number, string>> = {
  66: 'unbind',
  74: 'delete',
  80: 'abandon',
  96: 'bind',
  99: 'search',
  102: 'modify',
  104: 'add',
  108: 'modifyDN',
  110: 'compare',
  119: 'extended',
}
/** Whatever is not among these could change something. */
const harmless = new Set(['bind', 'unbind', 'search', 'abandon'])

/** Stands between an agent and its controller, ends TLS on both sides and writes down every request that passes. */
export interface LdapLedger {
  readonly url: string
  readonly ca: string
  /** What was asked, in its order: `search`, `modify` … */
  readonly requests: readonly string[]
  /** Those that change something, or might. */
  readonly writes: readonly string[]
  close(): Promise<void>
}

export async function ldapLedger(domain: TestDomain): Promise<LdapLedger> {
  const { ca, server: credential } = await makeCertificates({ hosts: [domain.host, '127.0.0.1'] })
  const seen: string[] = []
  const open = new Set<TLSSocket>()
  const server = createServer(credential, (near) => {
    const far = connectTls({ host: domain.address, port: 636, ca: domain.ca, servername: domain.host })
    const read = requestReader((request) => seen.push(request))
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (data) => {
      read(data)
      far.write(data)
    })
    far.on('data', (data) => near.write(data))
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the ledger has no port')
  return {
    url: `ldaps://127.0.0.1:${address.port}`,
    ca,
    requests: seen,
    get writes() {
      return seen.filter((request) => !harmless.has(request))
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Cuts a stream into LDAP messages and names each one's request; what it does not know it calls by its tag. */
function requestReader(hear: (request: string) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (data) => {
    rest = Buffer.concat([rest, data])
    for (;;) {
      const message = valueAt(rest, 0)
      if (message === undefined || rest.length < message.end) return
      const id = valueAt(rest, message.start)
      const tag = id && rest[id.end]
      hear(tag === undefined ? 'nothing' : (requests[tag] ?? `tag ${tag}`))
      rest = rest.subarray(message.end)
    }
  }
}

/** Where a BER value begins and ends (X.690 section 8.1.3); undefined while its head has not come whole. */
function valueAt(bytes: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = bytes[at + 1]
  if (first === undefined) return undefined
  if (first < 0x80) return { start: at + 2, end: at + 2 + first }
  const count = first & 0x7f
  if (bytes.length < at + 2 + count) return undefined
  const length = bytes.readUIntBE(at + 2, count)
  return { start: at + 2 + count, end: at + 2 + count + length }
}
