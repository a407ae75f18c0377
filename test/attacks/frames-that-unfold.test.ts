import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { type LinkReplica, type Stand, startStand } from '../bot/agent-link/stand.ts'

describe('a stranger at the door of agents, with little that becomes much', () => {
  let stand: Stand
  let bot: LinkReplica
  before(async () => {
    stand = await startStand()
    // Whoever says nothing is let go much later than the test waits.
    bot = await stand.replica({ times: { greeting: 600_000 } })
  })
  after(() => stand.close())

  it('is offered no compression, so that nothing can unfold', async () => {
    const socket = new WebSocket(bot.url, { perMessageDeflate: true })
    await once(socket, 'open')
    assert.equal(socket.extensions, '')
    socket.terminate()
  })

  it('is hung up on when it sends a compressed frame all the same', async () => {
    const { port, pathname } = new URL(bot.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      [
        `GET ${pathname} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Extensions: permessage-deflate',
        '',
        '',
      ].join('\r\n'),
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    assert.match(head.toString('latin1'), /^HTTP\/1\.1 101 /)
    const closed = once(socket, 'close')
    socket.resume()
    // FIN, RSV1 (compressed), text; masked, four bytes of nothing in particular (RFC 7692 section 6).
    socket.write(Buffer.from([0xc1, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]))
    await closed
    assert.deepEqual(await bot.link.agents(), [])
  })
})
