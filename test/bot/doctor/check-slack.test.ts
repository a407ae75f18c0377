import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { SlackSettings } from '../../../bot/config.ts'
import { checkSlack, slackScopes } from '../../../bot/doctor/check-slack.ts'
import { json, type LocalServer, localServer } from '../directory/local-server.ts'

describe('what the doctor says of Slack', () => {
  let server: LocalServer
  let scopes: readonly string[]
  let answer: object

  before(async () => {
    server = await localServer((_request, response) => {
      response.setHeader('x-oauth-scopes', scopes.join(','))
      return json(response, 200, answer)
    })
  })
  after(() => server.close())
  beforeEach(() => {
    scopes = slackScopes
    answer = { ok: true, team_id: 'T01' }
  })

  async function findings(more: Partial<SlackSettings> = {}): Promise<readonly string[]> {
    const slack: SlackSettings = {
      botToken: 'xoxb-not-a-real-one',
      signingSecret: 'not-a-real-secret',
      appToken: undefined,
      teamId: 'T01',
      itChannel: 'C01',
      mfaRequired: true,
      apiUrl: `${server.url}/api/`,
      ...more,
    }
    const found = await checkSlack(slack, { fetch })
    assert.ok(!JSON.stringify(found).includes('not-a-real'), 'no secret is shown')
    return found.map(({ status, what }) => `${status} ${what}`)
  }

  it('all is well', async () => {
    const found = await findings()
    assert.deepEqual(
      found.filter((line) => !line.startsWith('ok ')),
      [],
    )
    assert.ok(found.includes('ok Slack scopes'))
  })

  it('a scope is missing, and one is too many', async () => {
    scopes = [...slackScopes.filter((scope) => scope !== 'im:write'), 'files:read']
    const found = await findings()
    assert.ok(found.includes('missing im:write'))
    assert.ok(found.includes('unneeded files:read'))
  })

  it('the token is refused, or for another workspace, or Slack is not there', async () => {
    answer = { ok: false, error: 'token_revoked' }
    assert.ok((await findings()).includes('missing SLACK_BOT_TOKEN'))
    answer = { ok: true, team_id: 'T02' }
    assert.ok((await findings()).includes('missing SLACK_TEAM_ID'))
    assert.ok((await findings({ apiUrl: 'http://127.0.0.1:9/' })).includes('missing SLACK_BOT_TOKEN'))
  })

  it('the workspace does not demand a second factor', async () => {
    assert.ok((await findings({ mfaRequired: false })).includes('warning SLACK_TRUST'))
  })

  it('asks for the scopes of the manifest', () => {
    const manifest = parse(readFileSync(new URL('../../../infra/slack/manifest.yaml', import.meta.url), 'utf8'))
    assert.deepEqual(manifest.oauth_config.scopes.bot, [...slackScopes])
  })
})
