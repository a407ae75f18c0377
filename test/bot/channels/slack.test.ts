import assert from 'node:assert/strict'
import type { Reply } from '../../../bot/channels/chat.ts'
import { Bench, bot, later, people, refusal, team } from './slack-stand-in.ts'

describe('what people write in Slack', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = new Bench()
    await bench.start()
  })
  afterEach(() => bench.close())

  const only = () => {
    assert.equal(bench.arrivals.length, 1)
    const [one] = bench.arrivals
    assert.ok(one)
    return one
  }

  it('in the private chat arrives as they wrote it', async () => {
    const { status } = await bench.message('my &lt;password&gt; &amp; <https://x.test/a|x.test/a>', {
      files: [{ id: 'F1' }, { id: 'F2' }],
      subtype: 'file_share',
    })
    assert.equal(status, 200)
    const { arrival, isPublic } = only()
    assert.equal(isPublic, false)
    assert.deepEqual(arrival.inbound, { kind: 'text', text: 'my <password> & x.test/a', attachments: 2 })
    assert.deepEqual(arrival.sender, people.U0ADA)
    assert.deepEqual(arrival.address, { channel: 'slack', conversation: 'D0ADA', serviceUrl: bench.slack.url })
    assert.equal(arrival.thread, undefined)
  })

  it('is cut to 4,000 characters', async () => {
    await bench.message('x'.repeat(9_000))
    const { inbound } = only().arrival
    assert.equal(inbound.kind === 'text' && inbound.text.length, 4_000)
  })

  it('is answered with a note as a message of the chat', async () => {
    bench.reply = () => ({ kind: 'note', text: 'Slow <down> & *breathe*.' })
    await bench.message('hello')
    const [posted] = bench.slack.of('chat.postMessage')
    assert.equal(posted?.channel, 'D0ADA')
    assert.match(String(posted?.text), /Slow &lt;down&gt; &amp; /)
  })

  it('in public is answered to them alone, in the thread where they asked', async () => {
    bench.reply = () => ({ kind: 'note', text: 'I have written to you.' })
    const mention = {
      type: 'app_mention',
      user: 'U0ADA',
      channel: 'C0ALL',
      ts: '2.1',
      text: `<@${bot}> unlock me <@${bot}>`,
    }
    await bench.event({ ...mention, thread_ts: '1.9' })
    const { arrival, isPublic } = only()
    assert.equal(isPublic, false, 'it goes on in the private chat, which is the one last used')
    assert.equal(arrival.address.conversation, 'D0ADA')
    assert.deepEqual(arrival.inbound, { kind: 'text', text: 'unlock me' })
    assert.deepEqual(bench.slack.of('chat.postMessage'), [])
    const [note] = bench.slack.of('chat.postEphemeral')
    assert.deepEqual([note?.channel, note?.user, note?.thread_ts], ['C0ALL', 'U0ADA', '1.9'])
  })

  it('below a message of the IT channel goes to that thread, once, also when the bot is mentioned', async () => {
    const words = { channel: 'C0IT', user: 'U0MAX', ts: '5.2', thread_ts: '5.1', text: `<@${bot}> try again` }
    await bench.event({ type: 'message', channel_type: 'channel', ...words })
    await bench.event({ type: 'app_mention', ...words })
    const { arrival, isPublic } = only()
    assert.equal(isPublic, true)
    assert.deepEqual(arrival.thread, {
      channel: 'slack',
      conversation: 'C0IT',
      message: '5.1',
      serviceUrl: bench.slack.url,
    })
    assert.deepEqual(arrival.inbound, { kind: 'text', text: 'try again' })
  })

  it('elsewhere in channels is not read', async () => {
    const said = { type: 'message', channel_type: 'channel', user: 'U0ADA', ts: '7.1', text: 'hi' }
    await bench.event({ ...said, channel: 'C0IT' })
    await bench.event({ ...said, channel: 'C0ALL', thread_ts: '6.1' })
    await bench.event({ ...said, channel: 'C0IT', thread_ts: '7.1' })
    await bench.event({ ...said, channel: 'C0IT', thread_ts: '6.1' }, { is_ext_shared_channel: true })
    assert.deepEqual(bench.arrivals, [])
  })

  it('is ignored when bots write, when the bot itself does, and when nothing was said', async () => {
    await bench.message('I am a bot', { bot_id: 'B1' })
    await bench.message('I am a bot', { subtype: 'bot_message' })
    await bench.message('', { subtype: 'message_changed', message: { user: 'U0ADA', text: 'x' } })
    await bench.message('', { subtype: 'message_deleted' })
    await bench.message('x', { user: bot })
    await bench.event({ type: 'reaction_added', user: 'U0ADA' })
    assert.deepEqual(bench.arrivals, [])
    assert.deepEqual(bench.slack.calls, [])
  })

  it('by somebody who is not served is refused in private, and not over and over', async () => {
    for (let time = 0; time < 8; time++) await bench.message('hello', {}, 'U0GUEST')
    assert.equal(bench.slack.of('chat.postMessage').length, 5)
    assert.equal(bench.slack.of('chat.postMessage')[0]?.text, refusal)
    await bench.event({ type: 'app_mention', user: 'U0OTHER', channel: 'C0ALL', ts: '2.1', text: 'hello' })
    assert.deepEqual(
      bench.slack.of('chat.postEphemeral').map(({ user, text }) => [user, text]),
      [['U0OTHER', refusal]],
    )
    assert.deepEqual(bench.arrivals, [])
  })

  it('of another workspace, or of an organisation-wide installation, is left alone', async () => {
    const said = { type: 'message', channel_type: 'im', channel: 'D0ADA', user: 'U0ADA', text: 'hi', ts: '1.1' }
    const installed = { team_id: team, user_id: bot, is_bot: true }
    for (const changes of [
      { team_id: 'T0OTHER' },
      { team_id: null },
      { authorizations: [{ ...installed, team_id: 'T0OTHER' }] },
      { authorizations: [{ ...installed, is_enterprise_install: true }] },
      { event: { ...said, user_team: 'T0OTHER' } },
      { event: { ...said, source_team: 'T0OTHER' } },
    ])
      assert.equal((await bench.event(said, changes)).status, 200)
    await bench.command({ team_id: 'T0OTHER', channel_id: 'C0ALL' })
    await bench.command({ is_enterprise_install: 'true', channel_id: 'C0ALL' })
    await bench.interaction({ type: 'message_action', callback_id: 'send-to-helpbot', team: { id: 'T0OTHER' } })
    await bench.interaction({
      type: 'message_action',
      callback_id: 'send-to-helpbot',
      user: { id: 'U0ADA', team_id: 'T1' },
    })
    assert.deepEqual(bench.arrivals, [])
    assert.deepEqual(bench.slack.calls, [])
    await bench.event(said)
    assert.equal(bench.arrivals.length, 1, 'and the same of ours is read')
  })

  it('is worked on once when Slack delivers it again', async () => {
    const said = { type: 'message', channel_type: 'im', channel: 'D0ADA', user: 'U0ADA', text: 'hi', ts: '1.1' }
    for (let time = 0; time < 3; time++) {
      bench.now = new Date(bench.now.getTime() + 1_000)
      assert.equal((await bench.event(said, { event_id: 'EvSame' })).status, 200)
    }
    assert.equal(only().arrival.id, `slack:${team}:EvSame`)
    await bench.event(said, { event_id: 'EvOther' })
    assert.equal(bench.arrivals.length, 2)
  })

  it('is not acknowledged when nothing could be made of it, and worked on when Slack delivers it again', async () => {
    const said = { type: 'message', channel_type: 'im', channel: 'D0ADA', user: 'U0ADA', text: 'hi', ts: '1.1' }
    const nameless = { event_id: 'EvSame', authorizations: null }
    bench.slack.answers.set('auth.test', { ok: false, error: 'internal_error' })
    assert.equal((await bench.event(said, nameless)).status, 503)
    bench.slack.answers.clear()
    bench.now = new Date(bench.now.getTime() + 1_000)
    assert.equal((await bench.event(said, nameless)).status, 200)
    assert.equal(only().arrival.id, `slack:${team}:EvSame`)
  })

  it('is not acknowledged while another process works on it, which may have died over it', async () => {
    const said = { type: 'message', channel_type: 'im', channel: 'D0ADA', user: 'U0ADA', text: 'hi', ts: '1.1' }
    await bench.ephemeral.claim('slack-event:EvSame', 45_000)
    assert.equal((await bench.event(said, { event_id: 'EvSame' })).status, 503)
    assert.deepEqual(bench.arrivals, [])
    bench.now = new Date(bench.now.getTime() + 60_000)
    assert.equal((await bench.event(said, { event_id: 'EvSame' })).status, 200)
    assert.equal(bench.arrivals.length, 1, 'the words of somebody whose process died are not lost')
  })

  it('delivered again while it is worked on is acknowledged when that is done', async () => {
    const said = { type: 'message', channel_type: 'im', channel: 'D0ADA', user: 'U0ADA', text: 'hi', ts: '1.1' }
    const slow = later<Reply>()
    bench.reply = () => slow.promise
    const first = bench.event(said, { event_id: 'EvSame' })
    while (bench.arrivals.length === 0) await new Promise((resolve) => setImmediate(resolve))
    bench.now = new Date(bench.now.getTime() + 1_000)
    const second = bench.event(said, { event_id: 'EvSame' })
    slow.settle({ kind: 'nothing' })
    assert.deepEqual([(await first).status, (await second).status], [200, 200])
    assert.equal(bench.arrivals.length, 1)
  })

  it('who was refused often enough is not said to have been written to', async () => {
    for (let time = 0; time < 6; time++)
      await bench.event({ type: 'app_mention', user: 'U0OTHER', channel: 'C0ALL', ts: `2.${time}`, text: 'hello' })
    assert.deepEqual(
      bench.slack.of('chat.postEphemeral').map(({ text }) => text),
      Array.from({ length: 5 }, () => refusal),
    )
    const { text } = await bench.command({ user_id: 'U0OTHER', channel_id: 'C0ALL' })
    assert.equal(text, '')
  })

  it('is told that there is trouble when a turn breaks', async () => {
    bench.reply = () => {
      throw new Error('no such luck')
    }
    assert.equal((await bench.message('hello')).status, 200)
    assert.match(String(bench.slack.of('chat.postMessage')[0]?.text), /went wrong on my side/)
  })
})

describe('the Home tab and the profile in Slack', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = new Bench()
    await bench.start()
  })
  afterEach(() => bench.close())

  it('shows what somebody has, and why others see nothing', async () => {
    await bench.event({ type: 'app_home_opened', user: 'U0ADA', channel: 'D0ADA', tab: 'home' })
    await bench.event({ type: 'app_home_opened', user: 'U0GUEST', channel: 'D0GUEST', tab: 'home' })
    const [ada, guest] = bench.slack.of('views.publish')
    assert.equal(ada?.user_id, 'U0ADA')
    assert.match(JSON.stringify(ada?.view), /Home of Ada/)
    assert.ok(JSON.stringify(guest?.view).includes(refusal))
  })

  it('greets whoever opens the chat', async () => {
    await bench.event({ type: 'app_home_opened', user: 'U0ADA', channel: 'D0ADA', tab: 'messages' })
    assert.deepEqual(
      bench.arrivals.map(({ arrival }) => arrival.inbound),
      [{ kind: 'hello' }],
    )
  })

  it('forgets a profile that changed', async () => {
    await bench.event({ type: 'user_change', user: { id: 'U0ADA', profile: {} } })
    assert.deepEqual(bench.forgotten, ['U0ADA'])
  })
})
