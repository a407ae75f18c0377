import assert from 'node:assert/strict'
import type { CardContent, Reply } from '../../../bot/channels/chat.ts'
import { patience } from '../../../bot/channels/slack-time.ts'
import { writeAction, writeMetadata } from '../../../cards/slack-wire.ts'
import { Bench, later, people, refusal } from './slack-stand-in.ts'

const values = { choice: 'a' }
const asked: CardContent = {
  card: 'ask-code',
  data: {},
}
const note: Reply = { kind: 'note', text: 'Not now.' }
const password: CardContent = {
  card: 'window-password',
  data: { ids: { password: 'Correct-Horse' }, sentence: 'Use it once.' },
}

describe('buttons in Slack', () => {
  let bench: Bench
  let presses = 0
  beforeEach(async () => {
    bench = new Bench()
    await bench.start()
  })
  afterEach(() => bench.close())

  /** A press on a card; everything that is not named is a press in Ada's chat. */
  function press(kind: 'press' | 'open' | 'form', verb: string, changes: Record<string, unknown> = {}) {
    presses += 1
    return bench.interaction({
      type: 'block_actions',
      trigger_id: `trigger.${presses}`,
      channel: { id: 'D0ADA' },
      message: { ts: '10.1' },
      container: { type: 'message', message_ts: '10.1', channel_id: 'D0ADA' },
      state: { values: {} },
      actions: [
        {
          type: 'button',
          action_id: 'button-1',
          block_id: 'b',
          action_ts: `20.${presses}`,
          value: writeAction({ kind, verb, post: 'the-post', values }),
        },
      ],
      ...changes,
    })
  }

  const submit = (kind: 'submit' | 'press', verb = '') =>
    bench.interaction({
      type: 'view_submission',
      view: {
        id: 'V1',
        hash: `h${++presses}`,
        type: 'modal',
        private_metadata: writeMetadata({ kind, verb, post: 'the-post', values: { more: 'x' } }),
        state: { values: { block: { code: { type: 'plain_text_input', value: '123456' } } } },
      },
    })

  const inbound = () => bench.arrivals.map(({ arrival }) => arrival.inbound)
  const shown = (view: unknown) => JSON.stringify(view)

  describe('on a card', () => {
    it('send what stands on them and in the inputs, and the card is drawn anew', async () => {
      bench.reply = () => ({ kind: 'card', post: 'the-post', content: { ...asked, closed: 'Thank you.' } })
      const state = { values: { one: { reason: { type: 'plain_text_input', value: 'lost' } } } }
      const { status, text } = await press('press', 'answer', { state })
      assert.deepEqual([status, text], [200, ''])
      assert.deepEqual(inbound(), [
        { kind: 'press', verb: 'answer', post: 'the-post', values: { reason: 'lost', choice: 'a' } },
      ])
      const [arrived] = bench.arrivals
      const place = { channel: 'slack', conversation: 'D0ADA', message: '10.1', serviceUrl: bench.slack.url }
      assert.deepEqual(arrived?.arrival.place, place)
      assert.equal(arrived?.isPublic, false)
      const [updated] = bench.slack.of('chat.update')
      assert.deepEqual([updated?.channel, updated?.ts], ['D0ADA', '10.1'])
      assert.match(shown(updated?.blocks), /Thank you\./)
      assert.deepEqual(
        bench.slack.calls.map(({ method }) => method),
        ['chat.update'],
        'a press waits for no other call',
      )
    })

    it('that are answered with a window open it', async () => {
      bench.reply = () => ({ kind: 'window', title: 'Your password', post: 'the-post', content: password })
      await press('press', 'show')
      assert.match(shown(bench.slack.of('views.open')[0]?.view), /Correct-Horse/)
    })

    it('inside a window change that window', async () => {
      bench.reply = () => ({ kind: 'close-window', text: 'Taken back.' })
      const view = { id: 'V7', type: 'modal', state: { values: {} } }
      await press('press', 'back', { channel: undefined, message: undefined, view })
      assert.deepEqual(inbound(), [{ kind: 'press', verb: 'back', post: 'the-post', values }])
      const [updated] = bench.slack.of('views.update')
      assert.equal(updated?.view_id, 'V7')
      assert.match(shown(updated?.view), /Taken back\./)
    })

    it('in a channel are pressed in public, and notes are for the one who pressed', async () => {
      bench.reply = () => note
      await press('press', 'take', { channel: { id: 'C0IT' }, message: { ts: '10.1', thread_ts: '9.1' } })
      assert.equal(bench.arrivals[0]?.isPublic, true)
      const [told] = bench.slack.of('chat.postEphemeral')
      assert.deepEqual([told?.channel, told?.user, told?.thread_ts, told?.text], ['C0IT', 'U0ADA', '9.1', 'Not now.'])
      assert.deepEqual(bench.slack.of('chat.postMessage'), [])
    })

    it('pressed by somebody who is not served: refused to them alone', async () => {
      await press('press', 'take', { user: { id: 'U0GUEST', team_id: 'T0TEAM' }, channel: { id: 'C0IT' } })
      assert.deepEqual(bench.arrivals, [])
      assert.deepEqual(
        bench.slack.of('chat.postEphemeral').map(({ user, text }) => [user, text]),
        [['U0GUEST', refusal]],
      )
    })

    it('delivered twice are pressed once', async () => {
      const again = {
        actions: [
          {
            type: 'button',
            action_id: 'button-1',
            action_ts: '99.1',
            value: writeAction({ kind: 'press', verb: 'v', post: 'p', values }),
          },
        ],
      }
      await press('press', 'v', again)
      await press('press', 'v', { ...again, trigger_id: 'another' })
      assert.equal(bench.arrivals.length, 1)
      assert.equal(bench.arrivals[0]?.arrival.id, 'slack:T0TEAM:99.1:button-1:U0ADA')
    })

    it('that are not ours, or no buttons, are acknowledged and left alone', async () => {
      const actions = [{ type: 'static_select', action_id: 'x', action_ts: '1', selected_option: { value: 'y' } }]
      assert.equal((await press('press', 'v', { actions })).status, 200)
      assert.equal(
        (await press('press', 'v', { actions: [{ type: 'button', action_id: 'x', action_ts: '2', value: 'y' }] }))
          .status,
        200,
      )
      assert.deepEqual(bench.arrivals, [])
    })

    it('are acknowledged within three seconds while the turn takes longer, and its result follows', async () => {
      const slow = later<Reply>()
      bench.reply = () => slow.promise
      assert.ok(patience < 3_000)
      const { status } = await press('press', 'answer')
      assert.equal(status, 200)
      assert.deepEqual(bench.slack.of('chat.update'), [], 'acknowledged before there is a result')
      slow.settle({ kind: 'card', post: 'the-post', content: { ...asked, closed: 'Done at last.' } })
      assert.match(shown((await bench.slack.sees('chat.update')).blocks), /Done at last\./)
    })
  })

  describe('that open a window', () => {
    it('open it before anything is worked on, and fill it', async () => {
      const open = later<void>()
      bench.reply = async () => {
        assert.equal(bench.slack.of('views.open').length, 1, 'the window stands open already')
        await open.promise
        return { kind: 'window', title: 'Your password', post: 'the-post', content: password }
      }
      const pressed = press('open', '')
      const opened = await bench.slack.sees('views.open')
      assert.match(String(opened.trigger_id), /^trigger\./)
      assert.match(shown(opened.view), /One moment/)
      open.settle()
      await pressed
      assert.deepEqual(inbound(), [{ kind: 'open', post: 'the-post', values }])
      const [filled] = bench.slack.of('views.update')
      assert.equal(filled?.view_id, 'V0VIEW')
      assert.match(shown(filled?.view), /Correct-Horse/)
      assert.doesNotMatch(bench.lines.join(''), /Correct-Horse/)
    })

    for (const error of ['expired_trigger_id', 'trigger_expired'])
      it(`too late (${error}): no turn is run, the card is drawn anew, and they are told to press again`, async () => {
        bench.cards.set('the-post', asked)
        bench.slack.answers.set('views.open', { ok: false, error })
        await press('open', '')
        assert.deepEqual(bench.arrivals, [])
        const [updated] = bench.slack.of('chat.update')
        assert.deepEqual([updated?.channel, updated?.ts], ['D0ADA', '10.1'])
        assert.match(shown(updated?.blocks), /Enter the code/)
        const [told] = bench.slack.of('chat.postEphemeral')
        assert.deepEqual([told?.user, told?.text], ['U0ADA', 'That took too long to open. Please press again.'])
      })

    it('while Slack has trouble: no turn is run, and they are told to press again', async () => {
      bench.slack.answers.set('views.open', { ok: false, error: 'internal_error' })
      await press('open', '')
      assert.deepEqual(bench.arrivals, [])
      assert.match(String(bench.slack.of('chat.postEphemeral')[0]?.text), /could not open the window/)
    })

    it('show a note in the window', async () => {
      bench.reply = () => note
      await press('open', '')
      assert.match(shown(bench.slack.of('views.update')[0]?.view), /Not now\./)
    })

    it('say so when the window was closed before it could be filled', async () => {
      bench.reply = () => ({ kind: 'window', title: 'Your password', post: 'the-post', content: password })
      bench.slack.answers.set('views.update', { ok: false, error: 'not_found' })
      await press('open', '')
      assert.match(String(bench.slack.of('chat.postEphemeral')[0]?.text), /closed before/)
      assert.doesNotMatch(shown(bench.slack.of('chat.postEphemeral')), /Correct-Horse/)
    })

    it('fill it although the shared memory goes away meanwhile', async () => {
      bench.reply = async () => {
        await bench.ephemeral.close()
        return { kind: 'window', title: 'Your password', post: 'the-post', content: password }
      }
      await press('open', '')
      assert.match(shown(bench.slack.of('views.update')[0]?.view), /Correct-Horse/)
    })

    it('try again to fill it when Slack has trouble', async () => {
      bench.reply = () => ({ kind: 'window', title: 'Your password', post: 'the-post', content: password })
      bench.slack.answers.set('views.update', (response) => {
        bench.slack.answers.delete('views.update')
        response.writeHead(500).end()
      })
      await press('open', '')
      assert.equal(bench.slack.of('views.update').length, 2)
      assert.deepEqual(bench.slack.of('chat.postEphemeral'), [])
    })
  })

  describe('that open a form', () => {
    it('show the inputs of the card in a window, and only to whom it was posted', async () => {
      await press('form', 'answer')
      assert.match(shown(bench.slack.of('views.update')[0]?.view), /not meant for you/)
      bench.cards.set('the-post', asked)
      await press('form', 'answer')
      const form = shown(bench.slack.of('views.update')[1]?.view)
      assert.match(form, /Enter the code/)
      assert.match(form, /plain_text_input/)
      assert.deepEqual(bench.arrivals, [], 'nothing is worked on before it is sent off')
    })

    it('send it off as a press of the button', async () => {
      bench.reply = () => ({ kind: 'card', post: 'the-post', content: { ...asked, closed: 'Right.' } })
      const { json } = await submit('press', 'answer')
      assert.deepEqual(inbound(), [
        { kind: 'press', verb: 'answer', post: 'the-post', values: { code: '123456', more: 'x' } },
      ])
      assert.deepEqual(json, { response_action: 'clear' })
    })

    it('stay open with what was wrong', async () => {
      const content = { ...asked, data: { ...asked.data, problem: 'That code is wrong.' } }
      bench.reply = () => ({ kind: 'card', post: 'the-post', content })
      const { json } = await submit('press', 'answer')
      assert.equal(json?.response_action, 'update')
      assert.match(shown(json?.view), /That code is wrong\./)
      assert.match(shown(json?.view), /plain_text_input/)
    })

    it('say why it was not taken', async () => {
      bench.reply = () => note
      const { json } = await submit('press', 'answer')
      assert.match(shown(json?.view), /Not now\./)
    })
  })

  describe('that send a window off', () => {
    it('say what was typed, from the private chat', async () => {
      const { json } = await submit('submit')
      assert.deepEqual(inbound(), [{ kind: 'submit', post: 'the-post', values: { code: '123456', more: 'x' } }])
      assert.equal(bench.arrivals[0]?.arrival.address.conversation, 'D0ADA')
      assert.equal(bench.arrivals[0]?.isPublic, false)
      assert.deepEqual(json, { response_action: 'clear' })
    })

    it('show the next window, a text, or nothing', async () => {
      const replies: readonly [Reply, RegExp][] = [
        [{ kind: 'window', title: 'Again', post: 'the-post', content: password }, /"update".*Correct-Horse/],
        [{ kind: 'close-window', text: 'Saved.' }, /"update".*Saved\./],
        [note, /"update".*Not now\./],
        [{ kind: 'card', post: 'the-post', content: { ...asked, closed: 'Over.' } }, /"update".*Over\./],
        [{ kind: 'close-window' }, /^{"response_action":"clear"}$/],
      ]
      for (const [reply, expected] of replies) {
        bench.reply = () => reply
        assert.match(shown((await submit('submit')).json), expected)
      }
    })

    it('are acknowledged within three seconds while the turn takes longer, and its result follows in the window', async () => {
      const slow = later<Reply>()
      bench.reply = () => slow.promise
      const { json } = await submit('submit')
      assert.match(shown(json), /"update".*One moment/)
      assert.deepEqual(bench.slack.of('views.update'), [])
      slow.settle({ kind: 'window', title: 'Your password', post: 'the-post', content: password })
      const filled = await bench.slack.sees('views.update')
      assert.equal(filled.view_id, 'V1')
      assert.match(shown(filled.view), /Correct-Horse/)
    })

    it('say what went wrong when even the chat cannot be opened', async () => {
      bench.slack.answers.set('conversations.open', (response) => {
        setTimeout(() => response.end('{"ok":false,"error":"internal_error"}'), 2_600)
      })
      assert.match(shown((await submit('submit')).json), /One moment/)
      const filled = await bench.slack.sees('views.update')
      assert.match(shown(filled.view), /went wrong on my side/)
    })

    it('of other apps or without our words are acknowledged and left alone', async () => {
      const view = { id: 'V1', hash: 'h', type: 'modal', private_metadata: 'x', state: { values: {} } }
      assert.equal((await bench.interaction({ type: 'view_submission', view })).status, 200)
      assert.deepEqual(bench.arrivals, [])
    })
  })

  describe('on the Home tab', () => {
    const start = (dialog: string) => ({
      channel: undefined,
      message: undefined,
      view: { id: 'V0HOME', type: 'home', state: { values: {} } },
      actions: [
        {
          type: 'button',
          action_id: 'button-1',
          action_ts: '30.1',
          value: writeAction({ kind: 'press', verb: 'start', post: '', values: { dialog } }),
        },
      ],
    })

    it('start a dialog in the chat, say where it goes on, and draw the tab anew', async () => {
      await press('press', '', start('reset-password'))
      assert.deepEqual(inbound(), [{ kind: 'start', dialog: 'reset-password' }])
      assert.equal(bench.arrivals[0]?.arrival.address.conversation, 'D0ADA')
      assert.equal(bench.arrivals[0]?.isPublic, false)
      assert.match(shown(bench.slack.of('views.update')[0]?.view), /under Messages/)
      assert.equal(bench.slack.of('views.publish').length, 1)
    })

    it('leave nobody in front of an empty window when the chat cannot be opened', async () => {
      bench.slack.answers.set('conversations.open', { ok: false, error: 'internal_error' })
      await press('press', '', start('reset-password'))
      assert.match(shown(bench.slack.of('views.update')[0]?.view), /went wrong on my side/)
    })

    it('start it also when the trigger has expired', async () => {
      bench.slack.answers.set('views.open', { ok: false, error: 'expired_trigger_id' })
      await press('press', '', start('reset-password'))
      assert.equal(bench.arrivals.length, 1)
    })
  })
})

describe('commands and shortcuts in Slack', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = new Bench()
    await bench.start()
  })
  afterEach(() => bench.close())

  const inbound = () => bench.arrivals.map(({ arrival }) => arrival.inbound)

  it('/helpbot says help, starts a dialog by its word, or says what follows', async () => {
    for (const text of ['', '  ', 'reset', 'RESET', 'I forgot my &lt;password&gt;'])
      await bench.command({ text, channel_id: 'C0ALL', trigger_id: `t.${text}` })
    assert.deepEqual(inbound(), [
      { kind: 'text', text: 'help' },
      { kind: 'text', text: 'help' },
      { kind: 'start', dialog: 'reset-password' },
      { kind: 'start', dialog: 'reset-password' },
      { kind: 'text', text: 'I forgot my <password>' },
    ])
    for (const { arrival, isPublic } of bench.arrivals) {
      assert.equal(arrival.address.conversation, 'D0ADA')
      assert.equal(isPublic, false)
    }
  })

  it('/helpbot in a channel says where the answer is, to them alone; in the chat it says nothing', async () => {
    const { json } = await bench.command({ channel_id: 'C0ALL' })
    assert.equal(json?.response_type, 'ephemeral')
    assert.equal(json?.text, 'I have written to you in our private chat.')
    assert.match(JSON.stringify(json?.blocks), /slack:\/\/channel\?team=T0TEAM&id=D0ADA/)
    const { status, text } = await bench.command({ channel_id: 'D0ADA', trigger_id: 't.2' })
    assert.deepEqual([status, text], [200, ''])
  })

  it('/helpbot tells whoever is not served why, to them alone', async () => {
    const { json } = await bench.command({ channel_id: 'C0ALL', user_id: 'U0GUEST' })
    assert.deepEqual([json?.response_type, json?.text], ['ephemeral', refusal])
    assert.deepEqual(bench.arrivals, [])
  })

  it('/helpbot is acknowledged within three seconds while the turn takes longer', async () => {
    const slow = later<Reply>()
    bench.reply = () => slow.promise
    const { json } = await bench.command({ channel_id: 'C0ALL' })
    assert.equal(json?.text, 'I am writing to you in our private chat.')
    slow.settle(note)
    assert.equal((await bench.slack.sees('chat.postEphemeral')).text, 'Not now.')
  })

  const send = (message: object, channel = 'C0ALL') =>
    bench.interaction({
      type: 'message_action',
      callback_id: 'send-to-helpbot',
      trigger_id: 't',
      action_ts: `40.${bench.arrivals.length}`,
      channel: { id: channel },
      message: { type: 'message', ts: '1.1', ...message },
    })

  it('"Send to HelpBot" takes own words as words', async () => {
    await send({ user: 'U0ADA', text: 'I am locked out', files: [{}] })
    assert.deepEqual(inbound(), [{ kind: 'text', text: 'I am locked out', attachments: 1 }])
    assert.equal(bench.arrivals[0]?.arrival.address.conversation, 'D0ADA')
    assert.equal(bench.slack.of('chat.postEphemeral')[0]?.text, 'I have written to you in our private chat.')
  })

  it('"Send to HelpBot" on the words of somebody else is a wish to help them', async () => {
    await send({ user: 'U0MAX', text: 'I am locked out' })
    assert.deepEqual(inbound(), [{ kind: 'start', dialog: 'on-behalf', about: people.U0MAX?.id }])
    assert.deepEqual(bench.arrivals[0]?.arrival.sender, people.U0ADA)
  })

  it('"Send to HelpBot" helps nobody from outside, and no bot', async () => {
    await send({ user: 'U0GUEST', text: 'x' })
    await send({ user: 'U0MAX', bot_id: 'B1', text: 'x' })
    assert.deepEqual(bench.arrivals, [])
    for (const { text } of bench.slack.of('chat.postEphemeral'))
      assert.equal(text, 'I can only help people of this workspace.')
    assert.equal(bench.slack.of('chat.postEphemeral').length, 2)
  })

  it('"Send to HelpBot" where the bot is no member confirms in the private chat', async () => {
    bench.slack.answers.set('chat.postEphemeral', { ok: false, error: 'channel_not_found' })
    await send({ user: 'U0ADA', text: 'hello' }, 'D0OTHERS')
    const [posted] = bench.slack.of('chat.postMessage')
    assert.deepEqual([posted?.channel, posted?.text], ['D0ADA', 'I have written to you in our private chat.'])
  })
})
