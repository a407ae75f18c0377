import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { BerReader, BerWriter, PresenceFilter, SearchRequest } from 'ldapts'

export interface Asked {
  readonly kind: 'bind' | 'search' | 'write'
  readonly base: string
  readonly attributes: readonly string[]
}

export type Answered =
  | 'silence'
  | {
      readonly code?: number
      readonly entries?: readonly { dn: string; attributes: Record<string, (string | Buffer)[]> }[]
    }

/** An LDAP server over TLS that answers as the test says: for what a real one cannot be brought to do. */
export interface LdapStandIn {
  readonly url: string
  readonly port: number
  readonly asked: Asked[]
  close(): Promise<void>
}

const responses: ReadonlyMap<number, number> = new Map([
  [0x60, 0x61],
  [0x63, 0x65],
  [0x66, 0x67],
  [0x68, 0x69],
  [0x6c, 0x6d],
])

export async function startLdapStandIn(
  credential: { readonly key: string; readonly cert: string },
  answer: (asked: Asked) => Answered,
): Promise<LdapStandIn> {
  const asked: Asked[] = []
  const sockets = new Set<TLSSocket>()
  const server = createServer(credential, (socket) => {
    sockets.add(socket)
    let pending = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data])
      for (;;) {
        const reader = new BerReader(pending)
        if (reader.readSequence() === null || reader.remain < reader.length) return
        const message = pending.subarray(0, reader.offset + reader.length)
        pending = pending.subarray(message.length)
        take(message, socket)
      }
    })
  })
  const take = (message: Buffer, socket: TLSSocket) => {
    const reader = new BerReader(message)
    reader.readSequence()
    const id = reader.readInt() ?? 0
    const operation = reader.readSequence() ?? 0
    const response = responses.get(operation)
    // An unbind, most likely.
    if (response === undefined) return socket.end()
    const request = requestOf(operation, reader)
    asked.push(request)
    const answered = answer(request)
    if (answered === 'silence') return
    for (const { dn, attributes } of answered.entries ?? []) socket.write(entryMessage(id, dn, attributes))
    socket.write(resultMessage(id, response, answered.code ?? 0))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `ldaps://127.0.0.1:${port}`,
    port,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function requestOf(operation: number, reader: BerReader): Asked {
  if (operation === 0x60) return { kind: 'bind', base: '', attributes: [] }
  if (operation !== 0x63) return { kind: 'write', base: reader.readString() ?? '', attributes: [] }
  const search = new SearchRequest({ messageId: 0, filter: new PresenceFilter() })
  search.parseMessage(reader)
  return { kind: 'search', base: search.baseDN, attributes: search.attributes }
}

function entryMessage(id: number, dn: string, attributes: Record<string, (string | Buffer)[]>): Buffer {
  return message(id, 0x64, (writer) => {
    writer.writeString(dn)
    writer.startSequence()
    for (const [type, values] of Object.entries(attributes)) {
      writer.startSequence()
      writer.writeString(type)
      writer.startSequence(0x31)
      for (const value of values) writer.writeBuffer(Buffer.from(value), 0x04)
      writer.endSequence()
      writer.endSequence()
    }
    writer.endSequence()
  })
}

const resultMessage = (id: number, operation: number, code: number): Buffer =>
  message(id, operation, (writer) => {
    writer.writeEnumeration(code)
    writer.writeString('')
    writer.writeString('')
  })

function message(id: number, operation: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(id)
  writer.startSequence(operation)
  write(writer)
  writer.endSequence()
  writer.endSequence()
  return writer.buffer
}
