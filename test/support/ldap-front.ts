import { connect as connectTls, createServer, type TLSSocket } from 'node:tls'

/** Stands between the agent and a domain controller, reads what passes, and can keep back writes or their answers alone. */
export interface LdapFront {
  readonly url: string
  /** From now on modifications (or what the controller answers to them) wait here, and all else passes. */
  keep(what: 'writes' | 'answers' | undefined): void
  /** Whether what waits now, or what it answers, names this object. @param guid as it stands in `<GUID=…>` */
  keeps(guid: string): boolean
  /** What waits goes on, in order, and nothing is kept any more. */
  letGo(): void
  /** Ends every connection without a word; what waits is gone, and nothing is kept any more. */
  cut(): void
  close(): Promise<void>
}

/** Tags of protocolOp, RFC 4511 section 4.6. */
const modifyRequest = 0x66
const modifyResponse = 0x67

/**
 * @param to ldaps:// of the controller
 * @param tls the controller's own key and certificate: agents know it by its name
 */
export async function startLdapFront(options: {
  readonly tls: { readonly key: string; readonly cert: string }
  readonly to: { readonly address: string; readonly ca: string; readonly host: string }
}): Promise<LdapFront> {
  const open = new Set<TLSSocket>()
  let keeping: 'writes' | 'answers' | undefined
  let waiting: { readonly message: Buffer; readonly request: Buffer; readonly to: TLSSocket }[] = []

  /** @param writes modifications of this connection by the id that their answers bear */
  function forward(from: TLSSocket, to: TLSSocket, writes: Map<string, Buffer>): void {
    const read = messages()
    from.on('data', (bytes: Buffer) => {
      for (const message of read(bytes)) {
        const { id, tag } = headOf(message)
        if (tag === modifyRequest) writes.set(id, message)
        const request = writes.get(id)
        const isKept = tag === (keeping === 'writes' ? modifyRequest : modifyResponse)
        if (keeping !== undefined && isKept && request) waiting.push({ message, request, to })
        else to.write(message)
      }
    })
  }

  const server = createServer({ ...options.tls, minVersion: 'TLSv1.2' }, (outside) => {
    const { address, ca, host } = options.to
    const inside = connectTls({ host: address, port: 636, ca, servername: host })
    const end = () => {
      for (const socket of [outside, inside]) {
        open.delete(socket)
        socket.destroy()
      }
      waiting = waiting.filter(({ to }) => to !== outside && to !== inside)
    }
    for (const socket of [outside, inside]) {
      open.add(socket)
      socket.on('close', end).on('error', end)
    }
    const writes = new Map<string, Buffer>()
    forward(outside, inside, writes)
    forward(inside, outside, writes)
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const listening = server.address()
  if (typeof listening !== 'object' || listening === null) throw new Error('the LDAP front has no port')
  const cut = () => {
    keeping = undefined
    waiting = []
    for (const socket of [...open]) socket.destroy()
  }
  return {
    url: `ldaps://127.0.0.1:${listening.port}`,
    keep(what) {
      keeping = what
    },
    keeps: (guid) =>
      waiting.some(({ request }) => request.toString('latin1').toLowerCase().includes(guid.toLowerCase())),
    letGo() {
      keeping = undefined
      for (const { message, to } of waiting.splice(0)) to.write(message)
    },
    cut,
    async close() {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Makes whole LDAP messages of what comes: each is a SEQUENCE with a definite length (RFC 4511 section 5.1). */
function messages(): (bytes: Buffer) => readonly Buffer[] {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const whole: Buffer[] = []
    for (let size = sizeOf(rest); size !== undefined && size <= rest.length; size = sizeOf(rest)) {
      whole.push(rest.subarray(0, size))
      rest = rest.subarray(size)
    }
    return whole
  }
}

/** Bytes of the element that begins here, its head included; undefined while the head is not there whole. */
function sizeOf(bytes: Buffer): number | undefined {
  const first = bytes[1]
  if (first === undefined) return undefined
  if (first < 0x80) return 2 + first
  const count = first & 0x7f
  if (bytes.length < 2 + count) return undefined
  return 2 + count + bytes.readUIntBE(2, count)
}

/** The message id, and the tag of the protocolOp, which stands behind it. */
function headOf(message: Buffer): { readonly id: string; readonly tag: number | undefined } {
  const first = message[1] ?? 0
  const head = first < 0x80 ? 2 : 2 + (first & 0x7f)
  const behind = head + 2 + (message[head + 1] ?? 0)
  return { id: message.toString('hex', head + 2, behind), tag: message[behind] }
}
