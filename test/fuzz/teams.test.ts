import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readActivity } from '../../bot/channels/teams-activity.ts'
import { attachmentsSchema, countAttachments } from '../../bot/channels/teams-attachments.ts'
import { contentActivity } from '../../bot/channels/teams-connector.ts'
import { isPlaygroundAddress, mayBePlayground } from '../../bot/channels/teams-playground.ts'
import { conversationOf, splitConversation } from '../../bot/channels/teams-thread.ts'
import { fuzz } from './fuzz.ts'
import { altered, broken, json, text } from './nasty.ts'

const tenant = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const person = '0b9f3a52-0d6e-4f43-9a57-3f1f5d2c8e11'
const channel = '19:it@thread.tacv2'
const common = {
  id: '1767225600000',
  channelId: 'msteams',
  serviceUrl: 'https://smba.trafficmanager.net/teams/',
  from: { id: '29:ada', name: 'Ada Example', aadObjectId: person },
  recipient: { id: '28:bot' },
  conversation: { id: 'a:1', conversationType: 'personal', tenantId: tenant },
  channelData: { tenant: { id: tenant } },
}
const html =
  '<p>see <attachment id="0b9f3a52-0d6e-4f43-9a57-3f1f5d2c8e11"></attachment><img src="https://x/hostedContents/1"></p>'
const attachments = [
  { contentType: 'text/html', content: html },
  { contentType: 'image/png', contentUrl: 'https://x.example/y' },
]
const samples = [
  { ...common, type: 'message', text: 'I forgot my password', attachments },
  {
    ...common,
    type: 'message',
    text: '<at>HelpBot</at> take it <at>Max</at>',
    conversation: { id: `${channel};messageid=17`, conversationType: 'channel', tenantId: tenant },
    entities: [
      { type: 'mention', text: '<at>HelpBot</at>', mentioned: { id: '28:bot', name: 'HelpBot' } },
      { type: 'mention', text: '<at>Max</at>', mentioned: { id: '29:max', name: 'Max' } },
    ],
  },
  { ...common, type: 'message', value: { post: 'dialog:1:ask', verb: 'confirm', code: '123456' }, replyToId: '17' },
  {
    ...common,
    type: 'invoke',
    name: 'adaptiveCard/action',
    value: {
      action: {
        type: 'Action.Execute',
        verb: 'confirm',
        data: { post: 'dialog:1:ask', choice: 'one', sure: true, n: 1 },
      },
    },
  },
  { ...common, type: 'invoke', name: 'task/fetch', value: { data: { post: 'dialog:1:ask' } } },
  { ...common, type: 'invoke', name: 'task/submit', value: { data: { post: 'dialog:1:ask', reason: 'because' } } },
  { ...common, type: 'conversationUpdate', membersAdded: [{ id: '28:bot' }] },
  { ...common, type: 'installationUpdate', action: 'add' },
]

const withoutPerson = (sample: (typeof samples)[number]) => ({ ...sample, from: { id: '29:ada', name: 'Ada' } })

/** What came in can be stored by PostgreSQL as text and as JSON: no half characters, no NUL. */
function isKept(value: unknown): void {
  if (typeof value === 'string') assert.ok(value.isWellFormed() && !value.includes('\u0000'), JSON.stringify(value))
  else if (typeof value === 'object' && value !== null)
    for (const [name, part] of Object.entries(value)) [name, part].forEach(isKept)
}

describe('fuzzing what comes from Teams', () => {
  fuzz(
    'Teams: an activity',
    fc.oneof({ weight: 9, arbitrary: altered(...samples) }, { weight: 1, arbitrary: json }),
    (body) => {
      const read = readActivity(body, channel)
      if ('unread' in read) return void assert.ok(['malformed', 'unverifiable', 'not-for-us'].includes(read.unread))
      const { sender, inbound, address } = read.arrival
      assert.match(`${sender.tenant} ${sender.id}`, /^[0-9a-f-]{36} [0-9a-f-]{36}$/)
      assert.ok(URL.canParse(address.serviceUrl))
      if (inbound.kind === 'text') assert.ok(inbound.text.length <= 600_000)
      if ('values' in inbound) {
        assert.equal(Object.getPrototypeOf(inbound.values), Object.prototype)
        assert.ok(Object.keys(inbound.values).length <= 30 && inbound.post.length <= 300)
        for (const given of Object.values(inbound.values)) assert.ok(typeof given === 'string' && given.length <= 2_000)
      }
      isKept(read.arrival)
    },
  )

  fuzz('Teams: nobody is let in without both ids', altered(...samples.map(withoutPerson)), (body) => {
    assert.ok('unread' in readActivity(body, channel))
  })

  fuzz(
    'Teams: files that come with a message',
    fc.tuple(fc.oneof(altered(attachments), json), text(30_000), text(100_000)),
    ([given, words, more]) => {
      const parsed = attachmentsSchema.safeParse(given)
      if (parsed.success) assert.ok(Number.isInteger(countAttachments(parsed.data, words)))
      assert.ok(countAttachments([{ contentType: 'text/html', content: html + more }], words) >= 1)
    },
  )

  fuzz('Teams: the id of a conversation', fc.oneof(text(1_000), broken(1_000, `${channel};messageid=17`)), (id) => {
    assert.equal(conversationOf(splitConversation(id)), id)
  })

  const addresses = broken(
    500,
    'http://127.0.0.1:56150',
    'http://localhost:1/',
    'https://smba.trafficmanager.net/teams/',
  )
  fuzz(
    'Teams: who may come without a token',
    fc.tuple(addresses, text(60), text(60)),
    ([url, authorization, remoteAddress]) => {
      if (URL.canParse(url) && isPlaygroundAddress(url, common.serviceUrl))
        assert.match(new URL(url).hostname, /^(127\.0\.0\.1|localhost|\[::1\])$/)
      if (mayBePlayground({ authorization, remoteAddress, isForwarded: false }))
        assert.match(remoteAddress, /^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/)
    },
  )

  fuzz('Teams: a sentence is sent as plain text', text(30_000), (words) => {
    assert.equal(contentActivity({ text: words }, () => ({})).textFormat, 'plain')
  })
})
