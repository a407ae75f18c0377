import assert from 'node:assert/strict'
import { readSlackText } from '../../../bot/channels/slack-text.ts'

describe('words as Slack sends them', () => {
  it('read as they were seen', () => {
    const sent = '<@U0BOT> see <https://x.test|the page>, <#C1|general> &amp; &lt;b&gt; <@U1>'
    assert.equal(readSlackText(sent, 'U0BOT'), 'see the page, #general & <b> @U1')
  })

  it('are read so that they can be kept, whoever the bot is', () => {
    assert.equal(readSlackText('<@U0BOT|bot> a\0b \ud83d', 'U0BOT'), 'a\ufffdb \ufffd')
    assert.equal(readSlackText(`${'x'.repeat(3_999)}💡`, undefined), `${'x'.repeat(3_999)}\ufffd`)
    assert.equal(readSlackText('<@U(> hello', 'U('), 'hello')
  })

  for (const bracket of ['<', '<a|'])
    it(`are read in no time, however many "${bracket}" they hold`, () => {
      // Read anew from each bracket this would take minutes.
      assert.equal(readSlackText(bracket.repeat(600_000 / bracket.length), undefined).length, 4_000)
    })
})
