import assert from 'node:assert/strict'
import { createEmulator, type Emulator } from 'emulate'
import { freePort } from '../../../bot/store/free-port.ts'
import { allScopes } from '../../../infra/practice/slack/scopes.ts'
import {
  BOT_TOKEN,
  IT_CHANNEL,
  type Json,
  modal,
  type SlackTestBot,
  section,
  startSlackTestBot,
  TEAM,
} from './slack-test-bot.ts'

/** Two that were written apart from each other: where they agree, neither invented it. */
describe('practice Slack beside emulate', () => {
  let bot: SlackTestBot
  let emulator: Emulator
  let theirs: { user: string; channel: string }

  before(async () => {
    bot = await startSlackTestBot({ scopes: [...allScopes, 'team:read'] })
    emulator = await createEmulator({
      service: 'slack',
      port: await freePort(),
      seed: {
        slack: {
          strict_scopes: true,
          users: [{ name: 'ada', real_name: 'Ada', email: 'ada@practice.example' }],
          channels: [{ name: 'it-help-desk' }],
          tokens: [{ token: BOT_TOKEN, type: 'bot', scopes: [...allScopes] }],
        },
      },
    })
    const users = (await call('users.list')).members as Json[]
    const channels = (await call('conversations.list')).channels as Json[]
    theirs = {
      user: String(users.find(({ name }) => name === 'ada')?.id),
      channel: String(channels.find(({ name }) => name === 'it-help-desk')?.id),
    }
  })
  after(async () => {
    await emulator.close()
    await bot.close()
  })

  async function call(method: string, given: Json = {}): Promise<Json> {
    const response = await fetch(`${emulator.url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${BOT_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(given),
    })
    return (await response.json()) as Json
  }

  const cases: readonly (readonly [method: string, given: (place: { user: string; channel: string }) => Json])[] = [
    ['auth.test', () => ({})],
    ['users.info', ({ user }) => ({ user })],
    ['users.info', () => ({ user: 'U000000000' })],
    ['users.lookupByEmail', () => ({ email: 'ada@practice.example' })],
    ['users.lookupByEmail', () => ({ email: 'nobody@practice.example' })],
    ['conversations.open', ({ user }) => ({ users: user })],
    ['conversations.open', () => ({ users: 'U000000000' })],
    ['conversations.open', () => ({})],
    ['conversations.info', ({ channel }) => ({ channel })],
    ['conversations.info', () => ({ channel: 'C000000000' })],
    ['chat.postMessage', ({ channel }) => ({ channel, text: 'hello', blocks: [section('hello')] })],
    ['chat.postMessage', () => ({ channel: 'C000000000', text: 'hello' })],
    ['chat.postMessage', ({ channel }) => ({ channel })],
    ['chat.update', ({ channel }) => ({ channel, ts: '1.000001', text: 'x' })],
    ['chat.postEphemeral', ({ channel }) => ({ channel, user: 'U000000000', text: 'x' })],
    ['conversations.history', ({ channel }) => ({ channel })],
    ['views.open', () => ({ trigger_id: 'nothing', view: modal('M', [section('x')]) })],
    ['views.update', () => ({ view_id: 'V000000000', view: modal('M', [section('x')]) })],
    ['views.publish', ({ user }) => ({ user_id: user, view: { type: 'home', blocks: [section('x')] } })],
  ]
  for (const [method, given] of cases)
    it(`${method} ${JSON.stringify(given({ user: 'U', channel: 'C' }))}`, async () => {
      const ours = await bot.call(method, given({ user: bot.ada, channel: IT_CHANNEL }))
      const other = await call(method, given(theirs))
      assert.deepEqual([ours.ok, ours.error], [other.ok, other.error])
      const missing = Object.keys(other).filter((name) => !(name in ours) && name !== 'app_id')
      assert.deepEqual(missing, [], 'what emulate answers is in our answer too')
    })

  it('passes on what only emulate knows', async () => {
    const upload = await bot.call('files.getUploadURLExternal', { filename: 'a.txt', length: '3' })
    assert.deepEqual([upload.error, upload.needed], ['missing_scope', 'files:write'], 'under the same scopes')
    const { team } = await bot.call('team.info')
    assert.equal((team as Json | undefined)?.name, TEAM.name)
    assert.equal((await bot.call('no.such.method')).error, 'unknown_method')
  })
})
