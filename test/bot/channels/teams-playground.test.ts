import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import express from 'express'
import { pino } from 'pino'
import type { Arrival } from '../../../bot/channels/chat.ts'
import { teamsChannel } from '../../../bot/channels/teams.ts'
import { isPlaygroundAddress, mayBePlayground } from '../../../bot/channels/teams-playground.ts'
import type { TeamsSettings } from '../../../bot/config.ts'

const tenant = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const practiceTeams = 'http://127.0.0.1:4001/teams/'
const ofPlayground = 'http://127.0.0.1:4002/_connector'

const settings: TeamsSettings = {
  appId: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43',
  tenantId: tenant,
  credential: { password: 'none' },
  catalogAppId: undefined,
  itChannel: undefined,
  serviceUrl: practiceTeams,
  localIssuer: undefined,
  playground: true,
}

const message = (serviceUrl: string) => ({
  type: 'message',
  id: '1',
  text: 'help',
  channelId: 'msteams',
  serviceUrl,
  from: { id: 'playground-ada', name: 'Ada', aadObjectId: '6a83304d-d3d7-85bf-a1c6-3cfc967466b9' },
  conversation: { id: 'playground-chat', conversationType: 'personal', tenantId: tenant },
  channelData: { tenant: { id: tenant } },
})

describe('a message without a token', () => {
  const caller = { authorization: '', remoteAddress: '127.0.0.1', isForwarded: false }

  for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    it(`may be the playground's from ${remoteAddress}`, () =>
      assert.equal(mayBePlayground({ ...caller, remoteAddress }), true))

  for (const remoteAddress of [
    '10.0.0.5',
    '192.168.1.20',
    '::ffff:10.0.0.5',
    'fe80::1',
    '127.0.0.1.example',
    undefined,
  ])
    it(`is nobody's from ${remoteAddress}`, () => assert.equal(mayBePlayground({ ...caller, remoteAddress }), false))

  it("is nobody's when a proxy or a tunnel on this machine hands it on", () =>
    assert.equal(mayBePlayground({ ...caller, isForwarded: true }), false))

  it("with a token is Teams' to prove", () =>
    assert.equal(mayBePlayground({ ...caller, authorization: 'Bearer x' }), false))
})

describe('where the playground may be answered', () => {
  for (const [serviceUrl, may] of [
    [ofPlayground, true],
    ['http://localhost:4002/_connector', true],
    ['http://[::1]:4002/_connector', true],
    [practiceTeams, false],
    ['http://127.0.0.1:4001/_connector', false],
    ['https://smba.trafficmanager.net/teams/', false],
    ['http://127.0.0.1.example/_connector', false],
    ['http://localhost.example/_connector', false],
    ['http://127.0.0.1@stranger.example/_connector', false],
  ] as const)
    it(`${serviceUrl}: ${may ? 'yes' : 'no'}`, () => assert.equal(isPlaygroundAddress(serviceUrl, practiceTeams), may))
})

for (const playground of [false, true])
  describe(`/api/messages ${playground ? 'in' : 'outside'} playground mode`, () => {
    let server: Server
    let arrivals: Arrival[]
    let url: string

    before(async () => {
      const channel = teamsChannel({
        settings: { ...settings, playground },
        authority: 'https://login.microsoftonline.com',
        tokens: { token: () => Promise.reject(new Error('no token is wanted here')) },
        log: pino({ level: 'silent' }),
        async receive(arrival) {
          arrivals.push(arrival)
          return { kind: 'nothing' }
        },
        install: () => Promise.reject(new Error('nothing is installed here')),
      })
      server = express().use(channel.router).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      assert.ok(typeof address === 'object' && address)
      url = `http://127.0.0.1:${address.port}/api/messages`
    })
    beforeEach(() => {
      arrivals = []
    })
    after(async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })

    async function send(body: object, headers: Record<string, string> = {}): Promise<number> {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
      await answer.body?.cancel()
      return answer.status
    }

    it(
      playground ? 'takes a message without a token from this machine' : 'refuses a message without a token',
      async () => {
        assert.equal(await send(message(ofPlayground)), playground ? 200 : 401)
        assert.equal(arrivals.length, playground ? 1 : 0)
      },
    )

    for (const header of ['x-forwarded-for', 'forwarded', 'via'])
      it(`refuses one without a token that comes with ${header}`, async () => {
        assert.equal(await send(message(ofPlayground), { [header]: '127.0.0.1' }), 401)
        assert.deepEqual(arrivals, [])
      })

    for (const authorization of ['Bearer', 'Bearer nonsense', 'Basic Og==', 'nonsense'])
      it(`refuses one with the token "${authorization}"`, async () => {
        assert.equal(await send(message(ofPlayground), { authorization }), 401)
        assert.deepEqual(arrivals, [])
      })

    for (const serviceUrl of [practiceTeams, 'https://smba.trafficmanager.net/teams/', 'http://10.0.0.5/_connector'])
      it(`refuses one without a token that wants its answer at ${serviceUrl}`, async () => {
        assert.equal(await send(message(serviceUrl)), playground ? 403 : 401)
        assert.deepEqual(arrivals, [])
      })
  })
