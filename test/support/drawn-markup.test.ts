import assert from 'node:assert/strict'
import { escapeMarkdown } from '../../bot/channels/text.ts'
import { renderMessage } from '../../cards/slack.ts'
import { ADAPTIVE_CARD } from '../../infra/practice/teams/message.ts'
import { drawnMarkup } from './drawn-markup.ts'

const typed = '[click](https://evil.example) **bold** *Bold* <img src=x> <at>everyone</at> & <!channel>'

describe('the search for markup that somebody typed', () => {
  const said = (message: object, isBot = true) => ({
    conversationId: 'D1',
    messages: [{ ts: '1.000001', from: { id: 'U1', name: 'HelpBot', isBot }, blocks: [], ...message }],
  })
  const inSlack = (message: object, isBot = true) =>
    drawnMarkup({
      teams: { client: { transcript: () => [] } },
      slack: { client: { transcript: () => [said(message, isBot)] } },
    })
  const inTeams = (more: { text?: string; textFormat?: 'plain' | 'markdown'; card?: object }) => {
    const from = { id: '28:bot', name: 'HelpBot', role: 'bot' } as const
    const { text = '', textFormat = 'plain', card } = more
    const attachments = card ? [{ contentType: ADAPTIVE_CARD, content: card }] : []
    const message = { id: '1', conversationId: 'c', from, text, textFormat, attachments, timestamp: '' }
    return drawnMarkup({
      teams: {
        client: { transcript: () => [{ conversationId: 'c', kind: 'personal', personIds: [], messages: [message] }] },
      },
      slack: { client: { transcript: () => [] } },
    })
  }
  const block = (type: string) => ({ text: 'x', blocks: [{ type: 'section', text: { type, text: typed } }] })
  const reach = (element: object) => ({
    text: 'x',
    blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] }],
  })

  it('finds it in Slack, wherever Slack would draw it', () => {
    for (const message of [
      { text: typed },
      { text: 'Hello <!channel>' },
      { text: 'Hello <@U1>' },
      { text: 'See <https://evil.example|here>' },
      { text: 'So *Bold*' },
      block('mrkdwn'),
      reach({ type: 'link', url: 'https://evil.example' }),
      reach({ type: 'broadcast', range: 'channel' }),
      { text: 'x', blocks: [{ type: 'markdown', text: 'x' }] },
      { text: 'x', earlier: [[typed, []]] },
      { text: 'x', earlier: [['x', block('mrkdwn').blocks]] },
    ])
      assert.notDeepEqual(inSlack(message), [], JSON.stringify(message))
  })

  it('lets stand in Slack what is shown as it is, and our own moments', () => {
    assert.deepEqual(inSlack({ ...renderMessage({ text: typed }, 'p') }), [])
    assert.deepEqual(inSlack(block('plain_text')), [])
    assert.deepEqual(inSlack({ text: 'From <!date^1795246177^{date_num}|2026-11-21> on' }), [])
  })

  it('finds it in Teams, and lets stand what is escaped', () => {
    for (const text of ['[click](https://evil.example)', 'so <img src=x>', 'so **bold**'])
      assert.notDeepEqual(inTeams({ card: { type: 'TextBlock', text } }), [], text)
    assert.notDeepEqual(inTeams({ text: typed, textFormat: 'markdown' }), [])
    assert.deepEqual(inTeams({ text: typed }), [])
    assert.deepEqual(inTeams({ card: { type: 'TextBlock', text: escapeMarkdown(typed, 500) } }), [])
  })

  it('fails where the bot has said nothing', () => {
    assert.throws(() => inSlack({ text: typed }, false), /said nothing/)
  })
})
