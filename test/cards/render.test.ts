import assert from 'node:assert/strict'
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import type { AdaptiveCard } from '../../cards/render.ts'
import { renderCard } from '../../cards/render.ts'
import { examples, templates, withWords } from './examples.ts'

type Node = Record<string, unknown>

const markdown = new MarkdownIt({ html: false })

function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes)
  if (typeof value !== 'object' || value === null) return []
  return [value as Node, ...Object.values(value).flatMap(nodes)]
}

/** What a renderer shows of a text that may hold Markdown. */
function shown(text: string): string {
  return markdown.renderInline(text)
}

describe('every card', () => {
  it('is there', () => assert.ok(templates.length >= 19))

  for (const name of templates)
    describe(name, () => {
      const rendered = (closed?: string, words = (before: string) => before): AdaptiveCard[] =>
        (examples[name] ?? []).map(({ data }) =>
          renderCard(
            {
              card: name,
              data: withWords(data, words) as Record<string, unknown>,
              ...(closed === undefined ? {} : { closed }),
            },
            'post-1',
          ),
        )

      it('binds all that it names', () => {
        for (const card of rendered()) {
          assert.equal(card.type, 'AdaptiveCard')
          assert.equal(card.version, '1.5')
          assert.ok(!JSON.stringify(card).includes('${'), JSON.stringify(card))
          for (const node of nodes(card)) {
            if (node.type === 'TextBlock') assert.equal(typeof node.text, 'string')
            if (String(node.type).startsWith('Input.'))
              assert.ok(node.id && node.label, `an input of ${name} lacks id or label`)
            if (node.type === 'Image') assert.ok(node.altText, `an image of ${name} lacks altText`)
          }
        }
      })

      it('gives every button its post, and every Action.Execute a fallback', () => {
        for (const node of nodes(rendered())) {
          if (node.type === 'Action.Execute') {
            assert.equal((node.data as Node).post, 'post-1')
            assert.equal((node.fallback as Node).type, 'Action.Submit')
            assert.equal(((node.fallback as Node).data as Node).verb, node.verb)
          }
          if (node.type === 'Action.Submit') assert.equal((node.data as Node).post, 'post-1')
        }
      })

      it('has no button and no input left once it is closed, and says how it ended', () => {
        for (const card of rendered('It is over.')) {
          assert.ok(!nodes(card).some(({ type }) => /^(Action|Input)/.test(String(type))))
          assert.match(JSON.stringify(card), /It is over\./)
        }
      })

      it('shows hostile text as text', () => {
        const hostile =
          '[Reset](https://evil.example) **bold** `code` <b>x</b> ![i](https://evil.example/i.png) ${1+1} {{DATE(2026)}}'
        for (const node of nodes(rendered('over', () => hostile).concat(rendered(undefined, () => hostile)))) {
          if (typeof node.type === 'string' && node.type !== 'TextBlock') continue
          const texts = [node.text, node.value].filter(
            (text): text is string => typeof text === 'string' && text.includes('evil'),
          )
          for (const text of texts) {
            const html = shown(text)
            assert.ok(!/<(a|img|strong|em|code|b)[\s>]/.test(html.replace(/<strong>[^<]*<\/strong>/, '')), html)
          }
        }
      })

      it('shows no backslash where no Markdown is read', () => {
        for (const node of nodes(rendered(undefined, (before) => `${before} (now!)`)))
          for (const words of [node.placeholder, node.label, node.altText, node.type !== undefined && node.title])
            assert.ok(typeof words !== 'string' || !words.includes('\\'), String(words))
      })
    })

  it('is never markup, whatever a name holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const card = renderCard({ card: 'message', data: { title: 't', text: name } }, 'p')
        const text = String((nodes(card).filter(({ type }) => type === 'TextBlock')[1] as Node).text)
        const html = shown(`before ${text} after`)
        assert.ok(!/<(?!br)[a-z]/.test(html), `${JSON.stringify(name)} became ${html}`)
        assert.ok(!/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/.test(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is no markup among choices that stand one below the other, where some renderers read Markdown', () => {
    const [example] = examples['window-access-delegate'] ?? []
    const title = '[Reset](https://evil.example) *x* O’Brien-Weiß'
    const data = { ...example?.data, choices: [{ title, ids: { to: 'person-1' } }] }
    const card = renderCard({ card: 'window-access-delegate', data }, 'p')
    const [choice] = nodes(card).filter(({ value }) => value === 'person-1')
    assert.equal(choice?.title, '［Reset］(https://evil.example) ＊x＊ O’Brien-Weiß')
    assert.doesNotMatch(shown(String(choice?.title)), /<a|<em/)
  })

  it('refuses a template that is none', () => {
    assert.throws(() => renderCard({ card: '../package', data: {} }, 'p'), /no card is called/)
  })
})
