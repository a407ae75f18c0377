import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import fc from 'fast-check'
import { TeamsAdapter, teamsAuthentication } from '../../bot/channels/teams-authentication.ts'
import { genuineToken } from '../../bot/channels/teams-genuine.ts'
import { tenantId } from '../../bot/identity/person.ts'
import { recoursePage } from '../../bot/recourse/page.ts'
import { createSigningKey } from '../../infra/practice/teams/signing-key.ts'
import { Bench, team } from '../bot/channels/slack-stand-in.ts'
import { fuzz } from './fuzz.ts'
import { altered, broken, json, text } from './nasty.ts'

const words = { type: 'message', user: 'U0ADA', text: 'reset', ts: '1.1', channel: 'D0ADA', channel_type: 'im' }
const event = { type: 'event_callback', team_id: team, event_id: 'Ev1', event: words }
const press = {
  type: 'block_actions',
  user: { id: 'U0ADA', team_id: team },
  team: { id: team },
  channel: { id: 'D0ADA' },
  message: { ts: '1.1' },
  actions: [
    { action_id: 'x', action_ts: '1', type: 'button', value: '{"kind":"press","verb":"v","post":"p","values":{}}' },
  ],
}
const submission = {
  ...press,
  type: 'view_submission',
  view: { id: 'V1', hash: 'h', private_metadata: '{}', state: { values: {} } },
}
const command = 'command=%2Fhelpbot&team_id=T0TEAM&user_id=U0ADA&channel_id=D0ADA&trigger_id=1&text=reset'
const token = randomBytes(32).toString('base64url')

const bodies = (...samples: readonly object[]) =>
  fc.oneof(
    altered(...samples).map((one) => JSON.stringify(one) ?? ''),
    broken(60_000, ...samples.map((one) => JSON.stringify(one))),
    json.map((one) => JSON.stringify(one)),
  )

describe('fuzzing the doors', () => {
  let bench: Bench
  const server = createServer()
  const used: string[] = []
  const { error: toldByTheSdk } = console
  let url: string
  let adapter: TeamsAdapter
  let right: string
  const serviceUrl = 'http://127.0.0.1:1/teams/'
  const appId = '0b9f3a52-0d6e-4f43-9a57-3f1f5d2c8e11'

  before(async () => {
    // The SDK writes public keys there, ten lines for each token that it knows no key of.
    console.error = () => undefined
    bench = new Bench()
    await bench.start()
    const app = express()
    const key = await createSigningKey('key-1')
    app.set('env', 'test')
    app.get(
      '/openid',
      (_request, response) =>
        void response.json({ issuer: url, jwks_uri: `${url}/keys`, id_token_signing_alg_values_supported: ['RS256'] }),
    )
    app.get('/keys', (_request, response) => void response.json(key.jwks))
    app.use(recoursePage({ practice: true, use: async (given) => ({ ok: used.push(given) > 0, sentence: 'Done.' }) }))
    // As bot/server.ts does it, where whatever is no fault of ours says so by its status.
    app.use(
      (error: { status?: number }, _request: Request, response: Response, _next: NextFunction) =>
        void response.status(error.status ?? 500).end(),
    )
    server.on('request', app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const localIssuer = { issuer: url, openIdMetadata: `${url}/openid` }
    const settings = {
      appId,
      tenantId: tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'),
      credential: { password: 'x' },
      catalogAppId: undefined,
      itChannel: undefined,
      serviceUrl,
      localIssuer,
      playground: false,
    }
    const authentication = teamsAuthentication(settings, 'https://login.example', { token: async () => 'x' })
    adapter = new TeamsAdapter(authentication, genuineToken(settings, 'https://login.example'))
    right = `Bearer ${await key.sign({ issuer: url, audience: appId, serviceUrl }, new Date())}`
    await adapter.authenticate({ serviceUrl, channelId: 'msteams' }, right)
  })
  after(async () => {
    console.error = toldByTheSdk
    await bench.close()
    server.close()
    server.closeAllConnections()
  })

  /** Answered, and with what Slack can make something of: never with a fault of ours. */
  async function isAnswered(path: string, body: string): Promise<void> {
    const { status, text: said } = await bench.send(path, body)
    assert.ok([200, 400, 401, 413].includes(status), `${status} ${said}`)
  }

  fuzz('doors: events of Slack', bodies(event), (body) => isAnswered('/slack/events', body), { share: 0.5 })
  fuzz(
    'doors: interactions of Slack',
    fc.oneof(
      bodies(press, submission).map((payload) => `payload=${encodeURIComponent(payload.toWellFormed())}`),
      broken(10_000, `payload=${JSON.stringify(press)}`),
    ),
    (body) => isAnswered('/slack/interactivity', body),
    { share: 0.5 },
  )
  fuzz('doors: commands of Slack', broken(10_000, command), (body) => isAnswered('/slack/commands', body), {
    share: 0.5,
  })

  fuzz(
    'doors: the page of a mail',
    fc.oneof(bodies({ token }), broken(900, JSON.stringify({ token }))),
    async (body) => {
      used.length = 0
      const response = await fetch(`${url}/not-me`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      const said = await response.text()
      assert.ok([200, 400, 413].includes(response.status), `${response.status} ${said}`)
      for (const given of used) assert.match(given, /^[\w-]{43}$/)
      assert.doesNotMatch(said, /<script|node_modules/)
    },
    { share: 0.5 },
  )

  const tampered = fc.tuple(
    fc.constantFrom('none', 'HS256', 'RS256', 'RS512', 'ES256'),
    json,
    altered({ iss: 'x', aud: appId, serviceurl: serviceUrl, exp: 4e9, nbf: 1 }),
  )
  fuzz(
    'doors: tokens of the Bot Framework',
    fc.tuple(fc.integer({ min: 0, max: 3 }), broken(9_000, 'x'.repeat(800)), text(300), tampered),
    async ([how, noise, authorization, [alg, odd, claims]]) => {
      const [head = '', payload = '', signature = ''] = right.slice('Bearer '.length).split('.')
      const encode = (part: unknown) => Buffer.from(JSON.stringify(part) ?? '').toString('base64url')
      const at = noise.length % right.length
      const given = [
        authorization,
        right.slice(0, at) + noise.slice(0, 5) + right.slice(at + 5),
        `Bearer ${encode({ alg, typ: 'JWT', kid: 'key-1' })}.${encode(claims)}.${signature}`,
        `Bearer ${how % 2 ? head : encode(odd)}.${encode(claims) || payload}.${alg === 'none' ? '' : signature}`,
      ][how]
      if (given === right) return
      await assert.rejects(adapter.authenticate({ serviceUrl, channelId: 'msteams' }, given ?? ''))
    },
    { share: 0.5 },
  )
})
