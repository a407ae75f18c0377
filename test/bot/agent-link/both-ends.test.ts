import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changeLinkKey } from '../../../bot/agent-link/link-keys.ts'
import { newSealKey } from '../../../bot/agent-link/open-seal.ts'
import { linkTimes } from '../../../bot/agent-link/times.ts'
import {
  type AgentPlace,
  type AgentProcess,
  enrolAgent,
  startAgentProcess,
} from '../../../infra/practice/agent-process.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { startTlsFront, type TlsFront } from '../../../infra/practice/tls-front.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { type LinkReplica, type Stand, startStand, until } from './stand.ts'

describe('a real agent in front of a real directory, and the bot, over TLS', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-link-'))
  let stand: Stand
  let bot: LinkReplica
  let domain: TestDomain
  let front: TlsFront
  let place: AgentPlace
  let agent: AgentProcess
  const asked = () => ({ domain: domain.realm, correlationId: 'both-ends' })
  const seen = async () => (await bot.link.agents()).at(0)
  const isLive = () => until(async () => (await seen())?.state === 'live' && (await seen())?.fault === undefined)

  before(async () => {
    const [certificates, opened, controller] = await Promise.all([makeCertificates(), startStand(), startTestDomain()])
    stand = opened
    domain = controller
    bot = await stand.replica({ times: { ...linkTimes, look: 200 } })
    front = await startTlsFront({ tls: certificates.server, to: () => bot.port })
    const { url, ca, host: servername, service, units } = domain
    place = {
      folder,
      bot: { url: `wss://localhost:${front.port}/agent`, ca: certificates.ca },
      directory: { url, ca, servername, bind: { name: service.upn, password: service.password } },
      policy: {
        read: [domain.domainDn],
        write: [units.people],
        operations: ['reset-password', 'unlock'],
        neverTouch: [],
        perHour: { all: 100 },
      },
    }
    await enrolAgent(place, await stand.code(), 'srv1')
    agent = await startAgentProcess(place, () => {})
    await isLive()
  })
  after(async () => {
    await agent?.stop('SIGTERM')
    await front?.close()
    await stand?.close()
    await domain?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are connected: the bot knows which domain, which controller, and that it is well', async () => {
    const agentSeen = await seen()
    assert.deepEqual([agentSeen?.name, agentSeen?.domain, agentSeen?.controller], ['srv1', domain.realm, domain.host])
    const { value } = await bot.link.ask('probe', {}, asked())
    assert.equal(value.controller, domain.host)
  })

  it('unlock an account, and say how it was before', async () => {
    const user = await domain.addUser('grace')
    await domain.lock(user.upn)
    const { value } = await bot.link.ask('unlock', { guid: user.guid }, asked())
    assert.deepEqual([value.before.locked, value.after?.locked, value.changed], [true, false, true])
  })

  it('bring a temporary password to the one who asked, though the connection breaks while its answer is on its way', async () => {
    const user = await domain.addUser('ada', { password: 'Old-Passw0rd-1' })
    front.hold('to-bot')
    const seal = newSealKey()
    const input = { guid: user.guid, sealTo: seal.publicKey, rules: { length: 16 } }
    const asking = bot.link.ask('reset-password', input, asked())
    await until(async () => (await domain.bind(user.upn, 'Old-Passw0rd-1')) === '52e')
    front.cut()
    front.hold(undefined)
    const { value, commandId } = await asking
    assert(value.sealed)
    const password = seal.open(value.sealed, commandId)
    // 773: it is the right one, and must be changed.
    assert.equal(await domain.bind(user.upn, password), '773')
  })

  it('follow each other to new keys', async () => {
    const { database, ring, realTime } = bot.ground
    const { botKey } = await database.transaction().execute((within) => changeLinkKey({ ring, realTime }, within))
    const before = await database.selectFrom('agents').select(['id', 'public_key']).executeTakeFirstOrThrow()
    await database.updateTable('agents').set({ rotate: true }).where('id', '=', before.id).execute()
    const pinned = () => database.selectFrom('agents').select(['public_key', 'rotate']).executeTakeFirstOrThrow()
    await until(async () => (await pinned()).public_key !== before.public_key)
    front.cut()
    await until(async () => (await seen())?.state === 'silent')
    await isLive()
    assert.equal((await pinned()).rotate, false)
    assert.ok(agent.log.some((line) => line.includes(botKey)))
    assert.equal((await bot.link.ask('probe', {}, asked())).value.controller, domain.host)
  })

  it('part when the agent is revoked', async () => {
    const { database } = bot.ground
    await database.updateTable('agents').set({ state: 'revoked' }).execute()
    await until(() => agent.log.some((line) => line.includes('this agent was revoked at the bot')))
    assert.equal(front.connections(), 0)
    await assert.rejects(bot.link.ask('probe', {}, asked()), /no agent is enrolled/)
  })
})
