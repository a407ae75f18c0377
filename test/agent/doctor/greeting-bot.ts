import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { makeSigningKey, type SigningKey } from '../../../agent/link/signing.ts'
import { agentPath, type Challenge } from '../../../agent/protocol/frames.ts'
import { protocolVersion } from '../../../agent/protocol/transcripts.ts'

/** A bot that gets as far as its challenge, and counts what it is told then. */
export interface GreetingBot {
  readonly url: string
  readonly key: SigningKey
  /** What it says first, in place of a challenge of its own. */
  says(text: string | undefined): void
  heard(): number
  close(): Promise<void>
}

export async function greetingBot(): Promise<GreetingBot> {
  const http = createServer()
  const server = new WebSocketServer({ server: http, path: agentPath })
  const key = makeSigningKey()
  let heard = 0
  let said: string | undefined
  server.on('connection', (socket) => {
    const challenge: Challenge = {
      type: 'challenge',
      version: protocolVersion,
      nonce: randomBytes(32).toString('base64url'),
      botKey: key.publicKey,
      follows: [],
    }
    socket.on('message', () => {
      heard += 1
    })
    socket.send(said ?? JSON.stringify(challenge))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}${agentPath}`,
    key,
    says(text) {
      said = text
    },
    heard: () => heard,
    async close() {
      for (const client of server.clients) client.terminate()
      server.close()
      http.close()
      await once(http, 'close')
    },
  }
}
