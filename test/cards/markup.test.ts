import assert from 'node:assert/strict'
import fc from 'fast-check'
import { escapeMarkdown } from '../../bot/channels/text.ts'
import { cut, cutAtWord } from '../../cards/cut.ts'
import { readMarkup, unescapeMarkdown, wordsOf } from '../../cards/markup.ts'
import { escapeMrkdwn, mrkdwnOf } from '../../cards/mrkdwn.ts'
import { markupIn } from './block-kit.ts'

describe('a bound text', () => {
  it('is words, bold words and moments', () => {
    assert.deepEqual(
      readMarkup('**1001** Reset, {{DATE(2026-01-02T03:04:05Z, LONG)}} at {{TIME(2026-01-02T03:04:05Z)}}'),
      [
        { text: '1001', bold: true },
        { text: ' Reset, ' },
        { seconds: 1_767_323_045, format: '{date_long}', fallback: '2026-01-02' },
        { text: ' at ' },
        { seconds: 1_767_323_045, format: '{time}', fallback: '03:04 UTC' },
      ],
    )
  })

  it('holds no moment that is none', () => {
    for (const none of ['{{DATE(2026)}}', '{{DATE(2026-99-99T00:00:00Z)}}', '{{TIME(now)}}', '{{DATE(', '{{'])
      assert.equal(wordsOf(readMarkup(none)), none)
  })

  it('shows data as it was, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (data) => {
        const once = unescapeMarkdown(escapeMarkdown(data, 1_000))
        const runs = readMarkup(`a ${escapeMarkdown(data, 1_000)} b`)
        assert.deepEqual(runs, [{ text: `a ${once} b` }])
      }),
      { numRuns: 500, seed: 20_260_101 },
    )
  })
})

describe('mrkdwn', () => {
  it('shows hostile words as words', () => {
    assert.equal(
      escapeMrkdwn('<!channel> & *b* _i_ ~s~ `c` > q 12:30:45 :tada:', 200),
      '&lt;!channel&gt; &amp; ＊b＊ ＿i＿ ～s～ ｀c｀ &gt; q 12:30:45 ：tada:',
    )
  })

  it('cuts no entity and no date in two', () => {
    const moment = { seconds: 1, format: '{date_short}', fallback: '1970-01-01' }
    for (let longest = 1; longest < 80; longest++) {
      const text = mrkdwnOf([{ text: '&&<<💡' }, moment, { text: '&&&& the end' }], longest)
      assert.ok(text.length <= longest, text)
      assert.deepEqual(markupIn({ type: 'mrkdwn', text, verbatim: true }), [])
      assert.ok(text.isWellFormed())
    }
  })

  it('is never longer than asked for, and never markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), fc.integer({ min: 1, max: 120 }), (words, longest) => {
        const text = escapeMrkdwn(words, longest)
        assert.ok(text.length <= longest)
        assert.deepEqual(markupIn([], text), [])
      }),
      { numRuns: 500, seed: 20_260_101 },
    )
  })
})

describe('cutting', () => {
  it('splits no character', () => {
    assert.equal(cut('a💡b', 3), 'a…')
    assert.equal(cut('abc', 3), 'abc')
    assert.equal(cut('abcd', 3), 'ab…')
    assert.equal(cut('a\ud800', 3), 'a\ufffd')
  })

  it('splits no word where it can', () => {
    assert.equal(cutAtWord('Show my temporary password', 24), 'Show my temporary…')
    assert.equal(cutAtWord('Donaudampfschifffahrtsgesellschaft', 24), 'Donaudampfschifffahrtsg…')
    assert.equal(cutAtWord('Send', 24), 'Send')
  })
})
