import assert from 'node:assert/strict'
import { pino } from 'pino'
import { type TeamsChannel, teamsChannel } from '../../bot/channels/teams.ts'

const right = 'https://smba.trafficmanager.net/teams/'

describe('where the token of the bot goes in production', () => {
  let asked = 0
  let channel: TeamsChannel

  before(() => {
    channel = teamsChannel({
      settings: {
        appId: '11111111-1111-4111-8111-111111111111',
        tenantId: '22222222-2222-4222-8222-222222222222',
        credential: { password: 'never used' },
        catalogAppId: undefined,
        itChannel: undefined,
        serviceUrl: right,
        localIssuer: undefined,
        playground: false,
      },
      authority: 'https://login.microsoftonline.com',
      tokens: {
        // Whoever gets this far is about to send it: that is all there is to see, and nothing leaves this machine.
        async token() {
          asked += 1
          throw new Error('no token in this test')
        },
      },
      log: pino({ level: 'silent' }),
      receive: async () => assert.fail('nothing comes in'),
      install: async () => assert.fail('nobody is installed'),
    })
  })
  beforeEach(() => {
    asked = 0
  })

  const post = (serviceUrl: string) =>
    channel.post({ channel: 'teams', conversation: 'a:1', serviceUrl }, 'post', { text: 'hello' })
  const update = (serviceUrl: string) =>
    channel.update({ channel: 'teams', conversation: 'a:1', serviceUrl, message: '1' }, 'post', { text: 'hello' })

  for (const serviceUrl of [
    right,
    'https://smba.trafficmanager.net/amer/',
    'https://emea.smba.trafficmanager.net/',
    'https://smba.infra.gov.teams.microsoft.us/teams/',
  ])
    it(`to Teams: ${serviceUrl}`, async () => {
      await assert.rejects(post(serviceUrl))
      assert.ok(asked > 0, 'it was not even tried')
    })

  for (const serviceUrl of [
    'http://smba.trafficmanager.net/teams/',
    'https://smba.trafficmanager.net.evil.example/teams/',
    'https://evilsmba.trafficmanager.net/teams/',
    'https://trafficmanager.net/teams/',
    'https://evil.trafficmanager.net/teams/',
    'https://smba.trafficmanager.net@evil.example/teams/',
    'https://evil.example/smba.trafficmanager.net/',
    'https://evil.example/?smba.trafficmanager.net',
    'https://evil.example/#https://smba.trafficmanager.net/',
    'https://smba.trafficmanager.net%2eevil.example/',
    'https://ѕmba.trafficmanager.net/teams/',
    'https://evilteams.microsoft.com/',
    'https://169.254.169.254/metadata/identity',
    'http://127.0.0.1:3978/',
    'file:///etc/passwd',
    'ftp://smba.trafficmanager.net/',
  ])
    it(`not to ${serviceUrl}`, async () => {
      // An address that is none at all is a fault as good as a refusal: no token was asked for.
      await assert.rejects(post(serviceUrl), /not trusted|Invalid URL/)
      await assert.rejects(update(serviceUrl), /not trusted|Invalid URL/)
      assert.equal(asked, 0, 'a token was asked for')
    })
})
