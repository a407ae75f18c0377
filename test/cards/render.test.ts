import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { renderCard } from '../../cards/render.ts'

type Node = Record<string, unknown>

const facts = [{ title: 'When', value: 'today' }]
const choices = [{ title: 'First', ids: { choice: 'one', dialog: 'reset-password', pick: '42' } }]
const questions = [{ text: 'A question?', ids: { id: 'answer-1' } }]

/** Something for every name that any template binds. */
function sample(text: string): Record<string, unknown> {
  return {
    title: text,
    text,
    button: text,
    problem: text,
    sentence: text,
    manager: text,
    number: '42',
    asker: text,
    department: text,
    purpose: text,
    from: text,
    account: text,
    facts: facts.map(({ title }) => ({ title, value: text })),
    choices: choices.map((choice) => ({ ...choice, title: text })),
    questions: questions.map((question) => ({ ...question, text })),
    tickets: [{ number: 1001, title: text, state: 'open', outcome: text, ids: { openedAt: '2026-01-01T00:00:00Z' } }],
    ids: {
      dialog: 'reset-password',
      password: 'Stamp-879-Begin-Jigsaw',
      qr: 'data:image/png;base64,AAAA',
      manualKey: 'ABCD EFGH',
      askedAt: '2026-01-01T00:00:00Z',
      countsFrom: '2026-01-01T00:00:00Z',
    },
  }
}

const names = readdirSync(new URL('../../cards/', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
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
  it('is there', () => assert.ok(names.length >= 15))

  for (const name of names)
    describe(name, () => {
      it('binds all that it names', () => {
        const card = renderCard({ card: name, data: sample('plain words') }, 'post-1')
        assert.equal(card.type, 'AdaptiveCard')
        assert.equal(card.version, '1.5')
        assert.ok(!JSON.stringify(card).includes('${'), JSON.stringify(card))
        for (const node of nodes(card)) {
          if (node.type === 'TextBlock') assert.equal(typeof node.text, 'string')
          if (String(node.type).startsWith('Input.'))
            assert.ok(node.id && node.label, `an input of ${name} lacks id or label`)
          if (node.type === 'Image') assert.ok(node.altText, `an image of ${name} lacks altText`)
        }
      })

      it('gives every button its post, and every Action.Execute a fallback', () => {
        const card = renderCard({ card: name, data: sample('words') }, 'post-1')
        for (const node of nodes(card)) {
          if (node.type === 'Action.Execute') {
            assert.equal((node.data as Node).post, 'post-1')
            assert.equal((node.fallback as Node).type, 'Action.Submit')
            assert.equal(((node.fallback as Node).data as Node).verb, node.verb)
          }
          if (node.type === 'Action.Submit') assert.equal((node.data as Node).post, 'post-1')
        }
      })

      it('has no button and no input left once it is closed, and says how it ended', () => {
        const card = renderCard({ card: name, data: sample('words'), closed: 'It is over.' }, 'post-1')
        assert.ok(
          !nodes(card).some(({ type }) => String(type).startsWith('Action.') || String(type).startsWith('Input.')),
        )
        assert.match(JSON.stringify(card), /It is over\./)
      })

      it('shows hostile text as text', () => {
        const hostile =
          '[Reset](https://evil.example) **bold** `code` <b>x</b> ![i](https://evil.example/i.png) ${1+1} {{DATE(2026)}}'
        for (const node of nodes(renderCard({ card: name, data: sample(hostile) }, 'p'))) {
          const texts = [node.text, node.value].filter(
            (text): text is string => typeof text === 'string' && text.includes('evil'),
          )
          for (const text of texts) {
            const html = shown(text)
            assert.ok(!/<(a|img|strong|em|code|b)[\s>]/.test(html.replace(/^<strong>[^<]*<\/strong>/, '')), html)
          }
        }
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

  it('refuses a template that is none', () => {
    assert.throws(() => renderCard({ card: '../package', data: {} }, 'p'), /no card is called/)
  })
})
