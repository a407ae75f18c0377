import assert from 'node:assert/strict'
import { type Address, DeliveryError } from '../../../bot/channels/chat.ts'
import type { SlackChannel } from '../../../bot/channels/slack.ts'
import { Bench } from './slack-stand-in.ts'

const text = { text: 'Your password was reset.' }

/** Slack takes what is written to them and says nothing. */
describe('somebody whose Slack account is deactivated', () => {
  let bench: Bench
  let channel: SlackChannel
  let address: Address
  beforeEach(async () => {
    bench = new Bench()
    channel = await bench.start()
    address = { channel: 'slack', conversation: 'D0ADA', serviceUrl: bench.slack.url }
    bench.slack.answers.set('conversations.open', { channel: { id: 'D0ADA', user: 'U0ADA' } })
    account({ deleted: true })
  })
  afterEach(() => bench.close())

  const account = (user: object) => bench.slack.answers.set('users.info', { user: { id: 'U0ADA', ...user } })
  const posted = () => bench.slack.of('chat.postMessage').length
  const refused = (error: unknown) => error instanceof DeliveryError && error.code === 'refused'

  it('is not said to have got a message', async () => {
    await assert.rejects(channel.post(address, 'post', text), refused)
    assert.equal(posted(), 0)
  })

  it('is not when Slack will not even open the chat', async () => {
    bench.slack.answers.set('conversations.open', { ok: false, error: 'user_disabled' })
    await assert.rejects(channel.post(address, 'post', text), refused)
    assert.equal(posted(), 0)
  })

  it('gets messages again when the account is back', async () => {
    await assert.rejects(channel.post(address, 'post', text), refused)
    account({ deleted: false })
    await channel.post(address, 'post', text)
    assert.equal(posted(), 1)
  })

  it('is looked at once a minute, and at once when Slack announces a change', async () => {
    account({ deleted: false })
    await channel.post(address, 'post', text)
    await channel.post(address, 'post', text)
    assert.equal(bench.slack.of('users.info').length, 1)
    account({ deleted: true })
    await bench.event({ type: 'user_change', user: { id: 'U0ADA' } })
    await assert.rejects(channel.post(address, 'post', text), refused)
    bench.now = new Date(bench.now.getTime() + 61_000)
    account({ deleted: false })
    await channel.post(address, 'post', text)
    assert.equal(posted(), 3)
  })

  it('is not looked at for the channel of IT', async () => {
    await channel.post({ ...address, conversation: 'C0IT' }, 'post', text)
    assert.deepEqual([posted(), bench.slack.of('users.info').length], [1, 0])
  })

  it('keeps no message back when Slack does not answer who somebody is', async function () {
    // A call is given up after ten seconds: the message does not wait for that.
    this.timeout(8_000)
    bench.slack.answers.set('users.info', () => undefined)
    await channel.post(address, 'post', text)
    assert.equal(posted(), 1)
  })

  it('keeps no message back when Slack cannot say who somebody is', async () => {
    bench.slack.answers.set('users.info', { ok: false, error: 'internal_error' })
    await channel.post(address, 'post', text)
    bench.slack.answers.set('conversations.open', { ok: false, error: 'internal_error' })
    await channel.post({ ...address, conversation: 'D0MAX' }, 'post', text)
    assert.equal(posted(), 2)
  })
})
