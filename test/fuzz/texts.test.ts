import assert from 'node:assert/strict'
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { stem } from '../../bot/access/stem.ts'
import { csvCell } from '../../bot/audit/export.ts'
import { namesASecret, withoutSecretForms } from '../../bot/audit/secret-words.ts'
import { escapeMarkdown, plain } from '../../bot/channels/text.ts'
import { looksLikeSecret } from '../../bot/escalation/looks-like-secret.ts'
import { plainText } from '../../bot/plain-text.ts'
import { closeness } from '../../bot/text/edit-distance.ts'
import { examinedLength, normalise } from '../../bot/text/normalise.ts'
import { cut, cutAtWord } from '../../cards/cut.ts'
import { readMarkup, unescapeMarkdown, wordsOf } from '../../cards/markup.ts'
import { escapeMrkdwn } from '../../cards/mrkdwn.ts'
import { markupIn } from '../cards/block-kit.ts'
import { fuzz } from './fuzz.ts'
import { text } from './nasty.ts'

/** Longer than anything that a chat product hands over. */
const longest = 30_000
const length = fc.integer({ min: 1, max: 400 })
const hidden = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u
const commonMark = new MarkdownIt({ html: true, linkify: false })

describe('fuzzing what is done to text', () => {
  fuzz('plain: one line of people’s text', fc.tuple(text(longest), length), ([given, most]) => {
    const line = plain(given, most)
    assert.ok(Array.from(line).length <= most)
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\u2028\u2029]/u)
    assert.ok(line.isWellFormed())
  })

  fuzz('escapeMarkdown: text where Markdown is read', fc.tuple(text(longest), length), ([given, most]) => {
    const shown = commonMark.renderInline(`before ${escapeMarkdown(given, most)} after`)
    assert.doesNotMatch(shown, /<[a-z/!]/i)
  })

  fuzz('plainText: text as it is kept', fc.tuple(text(longest), length, fc.boolean()), ([given, most, lines]) => {
    const kept = plainText(given, most, { lines })
    assert.ok(kept.length <= most && kept.isWellFormed())
    assert.doesNotMatch(lines ? kept.replaceAll('\n', '') : kept, hidden)
    assert.equal(plainText(kept, most, { lines }), kept)
  })

  fuzz('normalise: text as it is matched', text(longest), (given) => {
    const { text: plainly, cut: wasCut } = normalise(given)
    assert.ok(plainly.length <= examinedLength)
    assert.ok(wasCut || given.length <= examinedLength)
  })

  fuzz('cut and cutAtWord', fc.tuple(text(longest), length), ([given, most]) => {
    for (const short of [cut(given, most), cutAtWord(given, most)])
      assert.ok(short.length <= most && short.isWellFormed(), short)
  })

  fuzz('readMarkup: the text of a template', text(longest), (given) => {
    const runs = readMarkup(given)
    assert.equal(typeof wordsOf(runs), 'string')
    for (const run of runs) assert.ok('text' in run || Number.isInteger(run.seconds))
    const once = unescapeMarkdown(escapeMarkdown(given, 1_000))
    assert.equal(wordsOf(readMarkup(escapeMarkdown(given, 1_000))), once)
  })

  fuzz('escapeMrkdwn: text where Slack reads mrkdwn', fc.tuple(text(longest), length), ([given, most]) => {
    const shown = escapeMrkdwn(given, most)
    assert.ok(shown.length <= most && shown.isWellFormed())
    assert.deepEqual(markupIn([], shown), [])
  })

  fuzz(
    'csvCell: a cell of the audit for a spreadsheet',
    text(3_000).filter((one) => one.isWellFormed()),
    (given) => {
      const cell = csvCell(given)
      assert.match(cell, /^"(?:[^"]|"")*"$/)
      const inside = cell.slice(1, -1).replaceAll('""', '"')
      assert.ok(inside === given || inside === `'${given}`)
      assert.doesNotMatch(inside, /^[=+\-@\t\r\n＝＋－＠]/)
    },
  )

  fuzz('withoutSecretForms: the text of a vendor', text(2_000), (given) => {
    const kept = withoutSecretForms(given)
    assert.doesNotMatch(kept, /\beyJ[\w-]{8,}\.[\w-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/i)
    namesASecret(given.slice(0, 200))
  })

  fuzz('looksLikeSecret: words passed on to IT', text(longest), (given) => {
    assert.ok([undefined, 'code', 'key', 'password'].includes(looksLikeSecret(given)))
  })

  fuzz('closeness of two words', fc.tuple(text(60), text(60)), ([one, other]) => {
    const slips = closeness(one, other)
    assert.ok(slips === undefined || (slips >= 0 && slips <= 2))
  })

  fuzz('stem of a word', text(40), (word) => assert.equal(typeof stem(word), 'string'))
})
