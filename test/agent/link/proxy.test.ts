import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dial } from '../../../agent/link/dial.ts'
import { LineEnded } from '../../../agent/link/faults.ts'
import { type AgentHome, agentHome } from '../../support/agent-process.ts'
import { type ScriptedBot, scriptedBot } from './scripted-bot.ts'

/** A real HTTP proxy that knows CONNECT (RFC 9110 section 9.3.6) and wants a name and a password. */
function startProxy(): Promise<{ server: Server; url: string; asked: string[]; close(): Promise<void> }> {
  const asked: string[] = []
  const open = new Set<Socket>()
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connect', (request, client: Socket, head: Buffer) => {
    asked.push(request.url ?? '')
    const [host, port] = (request.url ?? '').split(':')
    const right = `Basic ${Buffer.from('agent:proxy-secret-42').toString('base64')}`
    if (request.headers['proxy-authorization'] !== right) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
    })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => open.delete(socket))
    }
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('it does not listen')
      resolve({
        server,
        asked,
        url: `http://agent:proxy-secret-42@127.0.0.1:${address.port}`,
        async close() {
          for (const socket of open) socket.destroy()
          await new Promise((done) => server.close(done))
        },
      })
    })
  })
}

describe('the way to the bot: TLS, and an HTTP proxy where there is one', () => {
  let folder: string
  let ca: string
  let bot: ScriptedBot
  let closeServer: () => Promise<void>
  let proxy: Awaited<ReturnType<typeof startProxy>>
  const homes: AgentHome[] = []

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-tls-'))
    const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', keyFile, '-out', certificateFile], {
      stdio: 'ignore',
    })
    ca = readFileSync(certificateFile, 'utf8')
    const server = createTlsServer({ key: readFileSync(keyFile), cert: ca })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closeServer = () => new Promise((resolve) => server.close(() => resolve()))
    bot = await scriptedBot(server)
    proxy = await startProxy()
  })
  after(async () => {
    for (const home of homes) await home.remove()
    await bot.close()
    await closeServer()
    await proxy.close()
    rmSync(folder, { recursive: true })
  })

  const home = async (botBlock: { ca?: string; proxy?: string }, environment: Record<string, string> = {}) => {
    const made = await agentHome(
      {
        bot: { url: bot.url, ...botBlock },
        directory: { urls: ['ldaps://127.0.0.1:1'], bind: { name: 'agent', password: 'none' } },
        policy: {},
      },
      environment,
    )
    homes.push(made)
    return made
  }

  it('goes through the proxy of its file, and the bot’s certificate is verified behind it', async () => {
    const agent = await home({ ca, proxy: proxy.url })
    await agent.enrol(bot.makeCode())
    await bot.visit()
    assert.deepEqual(proxy.asked, [new URL(bot.url).host])
    const running = await agent.start()
    await (await bot.visit()).next('health')
    assert.equal(proxy.asked.length, 2)
    const { output } = await running.stop()
    assert.ok(!output.includes('proxy-secret-42'))
  })

  it('goes through the proxy of the environment where the file names none, and around it where NO_PROXY says so', async () => {
    const before = proxy.asked.length
    await (await home({ ca }, { HTTPS_PROXY: proxy.url })).enrol(bot.makeCode())
    await bot.visit()
    assert.equal(proxy.asked.length, before + 1)
    await (await home({ ca, proxy: proxy.url }, { NO_PROXY: 'localhost' })).enrol(bot.makeCode())
    await bot.visit()
    assert.equal(proxy.asked.length, before + 1)
  })

  it('is looked at by the doctor on the way that the agent itself takes', async () => {
    const looks = async (...[block, environment]: Parameters<typeof home>) => {
      const before = proxy.asked.length
      const { output } = await (await home(block, environment)).command('doctor')
      assert.equal(await bot.refused(), 'it said nothing')
      assert.ok(!output.includes('proxy-secret-42'))
      const [said] = output.match(/^.*bot: wss:.*$/m) ?? []
      return { said, asked: proxy.asked.length - before }
    }
    const direct = await looks({ ca }, { HTTPS_PROXY: '' })
    assert.match(direct.said ?? '', /^ok .* answers; its key/)
    assert.equal(direct.asked, 0)
    for (const where of [
      { file: { ca, proxy: proxy.url } },
      { file: { ca }, environment: { HTTPS_PROXY: proxy.url } },
    ]) {
      const { said, asked } = await looks(where.file, where.environment)
      assert.match(said ?? '', /^ok .* answers through the proxy; its key/)
      assert.equal(asked, 1)
    }
    const around = await looks({ ca, proxy: proxy.url }, { NO_PROXY: 'localhost' })
    assert.match(around.said ?? '', /^ok .* answers through the proxy, unless NO_PROXY names it; its key/)
    assert.equal(around.asked, 0)
  })

  it('says that the proxy refuses, without its password', async () => {
    const agent = await home({ ca, proxy: proxy.url.replace('proxy-secret-42', 'wrong-secret-43') })
    const { code, output } = await agent.command('enrol', bot.makeCode())
    assert.equal(code, 1)
    assert.match(output, /407/)
    assert.ok(
      !output.includes('wrong-secret-43') && !output.includes(Buffer.from('agent:wrong-secret-43').toString('base64')),
    )
  })

  it('talks to nobody whose certificate nobody vouches for', async () => {
    for (const way of [{}, { proxy: proxy.url }]) {
      const { code, output } = await (await home(way)).command('enrol', bot.makeCode())
      assert.equal(code, 1)
      assert.match(output, /cannot be reached: .*self-signed/i)
    }
  })

  it('talks to nobody whose certificate names somebody else', async () => {
    const url = bot.url.replace('localhost', '127.0.0.1')
    const address = { url, ca, proxy: undefined, noProxy: undefined }
    await assert.rejects(
      dial(address, () => 0),
      (error) => error instanceof LineEnded && /ERR_TLS_CERT_ALTNAME_INVALID/.test(error.message),
    )
  })
})
