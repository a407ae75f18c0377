import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Activity, CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder'
import express from 'express'
import { jwtVerify, SignJWT } from 'jose'
import type { TeamsPerson } from '../../../infra/practice/teams/people.ts'
import { startTeams, type Teams, type TeamsOptions } from '../../../infra/practice/teams/teams.ts'

export const TENANT = 'b2f1c9b8-6a61-4c80-9d1e-3f0f3a4a7b11'
export const OTHER_TENANT = '0c7f4a20-1111-4222-8333-444455556666'
const CHANNEL_AUDIENCE = 'https://api.botframework.com'

const personOf = (id: string, name: string, more: Partial<TeamsPerson> = {}): TeamsPerson => ({
  id,
  name,
  userPrincipalName: `${name.split(' ')[0]?.toLowerCase()}@practice.example`,
  email: `${name.split(' ')[0]?.toLowerCase()}@practice.example`,
  tenantId: TENANT,
  ...more,
})
export const ada = personOf('aaaaaaaa-0000-4000-8000-000000000001', 'Ada Byron')
export const max = personOf('aaaaaaaa-0000-4000-8000-000000000002', 'Max Manager')
export const gus = personOf('aaaaaaaa-0000-4000-8000-000000000003', 'Gus Guest', {
  tenantId: OTHER_TENANT,
  guest: true,
})
const people = new Map([ada, max, gus].map((person) => [person.id, person]))

export type Turn = (context: TurnContext) => Promise<void>

export interface TestBot {
  readonly teams: Teams
  readonly adapter: CloudAdapter
  readonly appId: string
  /** Every activity that passed CloudAdapter's authentication, in order. */
  readonly activities: Partial<Activity>[]
  /** What the bot does in a turn. */
  onTurn(turn: Turn): void
  /** Makes the bot answer this HTTP status to its next requests, before looking at them. */
  answerNext(status: number, times: number): void
  /** Stops listening, and starts again on the same port. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

/** Practice Teams with a bot made of CloudAdapter and nothing switched off: its own check of tokens runs in both directions. */
export async function startTestBot(options: Partial<TeamsOptions> = {}): Promise<TestBot> {
  const appId = randomUUID()
  const secret = randomBytes(32)
  const token = await new SignJWT({ appid: appId })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(CHANNEL_AUDIENCE)
    .setExpirationTime('1h')
    .sign(secret)
  const teams = await startTeams({
    tenantId: TENANT,
    bot: { appId, name: 'HelpBot' },
    person: (id) => people.get(id),
    verifyBotToken: async (bearer) => {
      const { payload } = await jwtVerify(bearer, secret, { audience: CHANNEL_AUDIENCE })
      return { appid: String(payload.appid) }
    },
    clock: () => new Date(),
    teamMembers: [ada.id, max.id],
    ...options,
  })
  const adapter = adapterFor(teams, appId, token)
  const activities: Partial<Activity>[] = []
  const failures = { status: 500, left: 0 }
  let turn: Turn = async () => undefined

  const app = express()
  app.post('/api/messages', express.json(), async (request, response) => {
    if (failures.left > 0) {
      failures.left -= 1
      response.status(failures.status).end()
      return
    }
    await adapter.process(request, response, async (context) => {
      activities.push(request.body)
      await turn(context)
    })
  })
  let server = await listening(createServer(app), 0)
  const { port } = server.address() as AddressInfo
  teams.setBotUrl(`http://127.0.0.1:${port}/api/messages`)
  const stop = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    teams,
    adapter,
    appId,
    activities,
    onTurn(next) {
      turn = next
    },
    answerNext(status, times) {
      Object.assign(failures, { status, left: times })
    },
    down: stop,
    async up() {
      server = await listening(createServer(app), port)
    },
    async close() {
      await teams.close()
      if (server.listening) await stop()
    },
  }
}

function adapterFor(teams: Teams, appId: string, token: string): CloudAdapter {
  const credentials = {
    signRequest: async <Request extends { headers: { set(name: string, value: string): void } }>(request: Request) => {
      request.headers.set('authorization', `Bearer ${token}`)
      return request
    },
  }
  return new CloudAdapter(
    new ConfigurationBotFrameworkAuthentication(
      {
        MicrosoftAppId: appId,
        ToChannelFromBotLoginUrl: `${teams.issuer}login`,
        ToChannelFromBotOAuthScope: CHANNEL_AUDIENCE,
        ToBotFromChannelTokenIssuer: teams.issuer,
        ToBotFromChannelOpenIdMetadataUrl: teams.openIdMetadataUrl,
        ToBotFromEmulatorOpenIdMetadataUrl: teams.openIdMetadataUrl,
        OAuthUrl: teams.issuer,
        ValidateAuthority: true,
      },
      {
        isValidAppId: async (id: string) => id === appId,
        isAuthenticationDisabled: async () => false,
        createCredentials: async () => credentials,
      },
      { requiredEndorsements: ['msteams'] },
    ),
  )
}

async function listening(server: Server, port: number): Promise<Server> {
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return server
}

/** Runs `act` while what CloudAdapter prints about refused tokens goes nowhere. */
export async function quietly<Result>(act: () => Promise<Result>): Promise<Result> {
  const printed = console.error
  console.error = () => undefined
  try {
    return await act()
  } finally {
    console.error = printed
  }
}

export const card = (...buttons: readonly object[]) => ({
  contentType: 'application/vnd.microsoft.card.adaptive',
  content: {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [{ type: 'TextBlock', text: 'May Ada in?' }],
    actions: buttons,
  },
})

export const answer = (status: number, body: unknown) => ({ type: 'invokeResponse', value: { status, body } })
