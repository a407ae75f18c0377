import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { type SlackSide, slackSide } from '../bot/slack/slack-side.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'

/** A line of a log of its own, could one be written by what somebody says. */
const forgedLine = '{"level":30,"time":"2026-01-01T00:00:00.000Z","msg":"forged by a message"}'

describe('words that want something done with them', function () {
  this.timeout(180_000)
  let company: TestCompany
  let slack: SlackSide
  let stranger: { readonly server: Server; readonly url: string; readonly seen: string[] }

  before(async () => {
    company = await startTestCompany({ LOG_LEVEL: 'debug' })
    slack = slackSide(company)
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      response.end('{}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    stranger = { server, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  })
  after(async () => {
    stranger.server.close()
    stranger.server.closeAllConnections()
    await company.close()
  })

  /** Sends what Teams might send, in the name of Ada and with the token of a genuine message. */
  async function asTeams(change: object): Promise<number> {
    let headers: IncomingHttpHeaders = {}
    const listening = createServer((request, response) => {
      headers = request.headers
      response.end('{}')
    })
    listening.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { teams, tenant } = company.company
    teams.setBotUrl(`http://127.0.0.1:${(listening.address() as AddressInfo).port}`)
    await teams.client.forge(wellKnown.ada.id, 'help', {})
    teams.setBotUrl(`${company.bot().url}/api/messages`)
    listening.close()
    listening.closeAllConnections()
    const authorization = headers.authorization ?? assert.fail('no token came')
    company.used('token', authorization.slice('Bearer '.length))
    const answer = await fetch(`${company.bot().url}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({
        type: 'message',
        id: randomUUID(),
        channelId: 'msteams',
        serviceUrl: teams.url,
        from: { id: '29:x', name: 'Ada', aadObjectId: wellKnown.ada.id },
        conversation: {
          id: teams.client.open(wellKnown.ada.id).conversationId,
          conversationType: 'personal',
          tenantId: tenant.company.tenantId,
        },
        channelData: { tenant: { id: tenant.company.tenantId } },
        text: 'help',
        ...change,
      }),
    })
    return answer.status
  }

  it('fetch nothing from any address that comes with a message of Teams', async () => {
    const { url } = stranger
    const before = company.person('ada', 'teams').chat().length
    const status = await asTeams({
      text: `help ${url}/words [see](${url}/markdown) ![](${url}/picture)`,
      attachments: [
        { contentType: 'image/png', contentUrl: `${url}/image`, thumbnailUrl: `${url}/thumbnail` },
        {
          contentType: 'application/vnd.microsoft.teams.file.download.info',
          contentUrl: `${url}/file`,
          content: { downloadUrl: `${url}/download`, uniqueId: 'x', fileType: 'png' },
        },
        { contentType: 'text/html', content: `<img src="${url}/hostedContents/1">` },
      ],
    })
    assert.equal(status, 200)
    await company.person('ada', 'teams').sees(/./)
    assert.ok(company.person('ada', 'teams').chat().length > before, 'it was answered')
    assert.deepEqual(stranger.seen, [])
  })

  it('answer to no response_url that a command or a press of Slack names', async () => {
    const { url } = stranger
    const account = slack.account('ada')
    const team = company.company.botEnvironment.SLACK_TEAM_ID ?? ''
    const commands = new URLSearchParams({
      command: '/helpbot',
      text: 'help',
      team_id: team,
      user_id: account,
      channel_id: slack.client.directMessageOf(account),
      trigger_id: '1.1',
      response_url: `${url}/command`,
    }).toString()
    const press = {
      type: 'block_actions',
      team: { id: team },
      user: { id: account, team_id: team },
      channel: { id: slack.client.directMessageOf(account) },
      trigger_id: '1.2',
      response_url: `${url}/press`,
      response_urls: [{ response_url: `${url}/one-of-many` }],
      actions: [{ type: 'button', action_id: 'x', block_id: 'x', value: 'x', action_ts: '1.1' }],
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const [path, body] of [
      ['commands', commands],
      ['interactivity', `payload=${encodeURIComponent(JSON.stringify(press))}`],
    ] as const) {
      const { status } = await slack.client.deliverRaw(path, body, { ...slack.signed(body), ...form })
      assert.equal(status, 200, path)
    }
    await company.person('ada', 'slack').hasSeen(/What can I do for you/)
    assert.deepEqual(stranger.seen, [])
  })

  it('write no line of their own into the log', async () => {
    const ada = company.person('ada', 'teams')
    await ada.say(`help\n${forgedLine}\r\n${forgedLine}\u2028${forgedLine}`)
    await ada.sees(/./)
    await asTeams({ name: `x\n${forgedLine}`, type: `message\n${forgedLine}` })
    const answer = await fetch(`${company.bot().url}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${'a.b.c'}` },
      body: JSON.stringify({ type: 'message', serviceUrl: `http://x/\n${forgedLine}`, text: forgedLine }),
    })
    assert.equal(answer.status, 401)
    assert.ok(company.log.length > 0)
    for (const line of company.log) {
      const read = JSON.parse(line) as { msg?: string }
      assert.notEqual(read.msg, 'forged by a message')
    }
    assert.doesNotMatch(company.log.join('\n'), /forged by a message/, 'what people say is in no log')
  })
})
