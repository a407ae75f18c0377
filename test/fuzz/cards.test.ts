import assert from 'node:assert/strict'
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { contentActivity } from '../../bot/channels/teams-connector.ts'
import { type AdaptiveCard, renderCard } from '../../cards/render.ts'
import { renderMessage } from '../../cards/slack.ts'
import { faultOfCard } from '../../infra/practice/teams/adaptive-card.ts'
import { markupIn, messageFaults, nodesOf } from '../cards/block-kit.ts'
import { type Example, examples, templates, withWords } from '../cards/examples.ts'
import { shownInSlack } from '../cards/shown.ts'
import { fuzz } from './fuzz.ts'
import { text } from './nasty.ts'

/** A template of cards/ with an example, every text of which is other words: each place gets words of its own. */
const cards = fc
  .tuple(
    fc.constantFrom(...templates.flatMap((name) => (examples[name] ?? []).map((example) => ({ name, example })))),
    fc.array(fc.oneof({ weight: 9, arbitrary: text(200) }, { weight: 1, arbitrary: text(6_000) }), {
      minLength: 1,
      maxLength: 12,
    }),
    fc.option(text(1_500), { nil: undefined }),
  )
  .map(([{ name, example }, words, closed]) => {
    let place = 0
    const data = withWords(example.data, () => words[place++ % words.length] ?? '') as Record<string, unknown>
    return { name, example: { ...example, data } satisfies Example, closed }
  })

const markdown = new MarkdownIt({ html: true })
/** What Teams draws of a text that may hold Markdown, beside what a template has in bold and its dates. */
const drawnIn = (shown: string) => markdown.renderInline(shown).replace(/<strong>|<\/strong>|<br>\n?/g, '')
/** In UTF-16 units: about 100 KB for a whole message. */
const mostOfTeams = 40_000

/** Where Markdown is read: text blocks, facts, and choices that stand one below the other. Elsewhere it is shown as it is. */
function markdownIn(card: AdaptiveCard): readonly unknown[] {
  return nodesOf(card).flatMap(({ type, style, text: words, facts, choices }) => {
    if (type === 'TextBlock') return [words]
    if (type === 'FactSet') return nodesOf(facts).flatMap(({ title, value }) => [title, value])
    return type === 'Input.ChoiceSet' && style === 'expanded' ? nodesOf(choices).map(({ title }) => title) : []
  })
}

describe('fuzzing what people are shown', () => {
  fuzz(
    'cards: Adaptive Cards',
    cards,
    ({ name, example, closed }) => {
      const content = { card: name, data: example.data, ...(closed === undefined ? {} : { closed }) }
      const card = renderCard(content, 'post-1')
      const written = JSON.stringify(card)
      assert.equal(faultOfCard(card), undefined)
      const withoutPictures = written.replaceAll(/data:image\/[a-z+]+;base64,[A-Za-z0-9+/=]+/g, '')
      assert.ok(withoutPictures.length <= mostOfTeams, `${withoutPictures.length} characters`)
      for (const shown of markdownIn(card)) assert.doesNotMatch(drawnIn(String(shown)), /<[a-z/!]/i, String(shown))
      assert.doesNotMatch(written, /\\u0000|\\ud[89a-f][0-9a-f]{2}/i)
      assert.doesNotMatch(written, /[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f]/)
      for (const node of nodesOf(card))
        if (String(node.type).startsWith('Action.'))
          assert.ok(!('url' in node) && (node.data === undefined || isOurs(node.data)))
    },
    { share: 0.25 },
  )

  fuzz(
    'cards: Block Kit',
    cards,
    ({ name, example, closed }) => {
      const { faults, markup } = shownInSlack(name, example, closed)
      assert.deepEqual([...faults, ...markup], [])
    },
    { share: 0.25 },
  )

  fuzz('cards: a sentence in Slack', text(40_000), (words) => {
    const message = renderMessage({ text: words }, 'post-1')
    assert.deepEqual([...messageFaults(message), ...markupIn(message.blocks, message.text)], [])
  })

  fuzz('cards: a sentence in Teams', text(40_000), (words) => {
    const { textFormat, attachments } = contentActivity({ text: words }, () => ({}))
    assert.deepEqual([textFormat, attachments], ['plain', undefined])
  })
})

/** What a button says of itself is ours: a post, and ids. */
function isOurs(data: unknown): boolean {
  return typeof data === 'object' && data !== null && Reflect.get(data, 'post') === 'post-1'
}
