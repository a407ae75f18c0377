import assert from 'node:assert/strict'
import { renderCard } from '../../cards/render.ts'
import { faultsOf } from './adaptive-card.ts'
import { examples, hostileWords, templates, withWords } from './examples.ts'

const post = 'dialog-1:question'
const $schema = 'http://adaptivecards.io/schemas/adaptive-card.json'

function cardOf(body: unknown[], others: Record<string, unknown> = {}): Record<string, unknown> {
  return { $schema, type: 'AdaptiveCard', version: '1.5', body, ...others }
}

function bytes(card: unknown): number {
  return Buffer.byteLength(JSON.stringify(card))
}

describe('every card is an Adaptive Card 1.5', () => {
  for (const name of templates)
    describe(name, () => {
      const ofTemplate = examples[name] ?? []
      const render = (data: unknown, closed?: string) =>
        renderCard({ card: name, data: data as Record<string, unknown>, ...(closed ? { closed } : {}) }, post)

      it('has an example', () => assert.ok(ofTemplate.length > 0, `test/cards/examples.ts has nothing for ${name}`))

      it('with ordinary words, below 28 KB', () => {
        for (const { data } of ofTemplate)
          for (const card of [render(data), render(data, 'It is over.')]) {
            assert.deepEqual(faultsOf(card), [])
            assert.ok(bytes(card) < 28 * 1024)
          }
      })

      it('with very long words, below 80 KB of UTF-16', () => {
        for (const { data } of ofTemplate)
          for (const long of ['word '.repeat(4_000), '*'.repeat(20_000), '💡'.repeat(10_000)]) {
            const card = render(
              withWords(data, () => long),
              long,
            )
            assert.deepEqual(faultsOf(card), [])
            assert.ok(JSON.stringify(card).length * 2 < 80 * 1024)
            const open = render(withWords(data, () => long))
            assert.deepEqual(faultsOf(open), [])
            assert.ok(JSON.stringify(open).length * 2 < 80 * 1024)
          }
      })

      for (const [kind, words] of Object.entries(hostileWords))
        it(`with hostile words: ${kind}`, () => {
          for (const { data } of ofTemplate) {
            const hostile = withWords(data, () => words)
            assert.deepEqual(faultsOf(render(hostile)), [])
            assert.deepEqual(faultsOf(render(hostile, words)), [])
          }
        })
    })

  it('stays below 80 KB of UTF-16 with long lists', () => {
    const tickets = Array.from({ length: 40 }, (_, number) => ({
      number,
      title: '*'.repeat(20_000),
      state: 'open',
      outcome: '_'.repeat(20_000),
      ids: { openedAt: '2026-01-01T09:00:00Z' },
    }))
    const card = renderCard({ card: 'tickets', data: { tickets } }, post)
    assert.ok(JSON.stringify(card).length * 2 < 80 * 1024, String(JSON.stringify(card).length))
  })
})

describe('the check of Adaptive Cards', () => {
  const text = { type: 'TextBlock', text: 'words' }
  const wrong: Record<string, [unknown, RegExp]> = {
    'an unknown element': [cardOf([{ type: 'Blink', text: 'x' }]), /Blink, unknown in 1\.5/],
    'an element of a later version': [cardOf([{ type: 'Carousel', pages: [] }]), /Carousel, unknown in 1\.5/],
    'an unknown element deep inside': [
      cardOf([{ type: 'ColumnSet', columns: [{ type: 'Column', items: [{ type: 'Blink' }] }] }]),
      /Column\.items holds a Blink/,
    ],
    'an unknown property': [cardOf([{ ...text, colour: 'Good' }]), /TextBlock has no property colour/],
    'an unknown property of a card': [cardOf([text], { title: 'x' }), /AdaptiveCard has no property title/],
    'an unknown property of a fact': [
      cardOf([{ type: 'FactSet', facts: [{ title: 'a', value: 'b', bold: true }] }]),
      /Fact has no property bold/,
    ],
    'an unknown property of a choice': [
      cardOf([{ type: 'Input.ChoiceSet', id: 'a', label: 'b', choices: [{ title: 'a', value: 'b', icon: 'x' }] }]),
      /Choice has no property icon/,
    ],
    'a property of a later version': [
      cardOf([{ type: 'Input.Text', id: 'a', label: 'b', labelPosition: 'inline' }]),
      /labelPosition is of version 1\.6/,
    ],
    'a property of a later version in a fallback': [
      cardOf([], {
        actions: [
          {
            type: 'Action.Execute',
            title: 'a',
            verb: 'b',
            fallback: { type: 'Action.Submit', title: 'a', role: 'Button' },
          },
        ],
      }),
      /Action\.Submit\.role is of version 1\.6/,
    ],
    'a wrong value': [cardOf([{ ...text, size: 'Gigantic' }]), /Gigantic/],
    'a wrong value of a set': [cardOf([{ ...text, style: 'title' }]), /InvalidPropertyValue/],
    'a number for a text': [cardOf([{ ...text, text: 5 }]), /TextBlock\.text is 5/],
    'a text for a switch': [cardOf([{ ...text, wrap: 'yes' }]), /TextBlock\.wrap is "yes"/],
    'an action that is none': [cardOf([text], { actions: [{ type: 'Action.Dance' }] }), /Action\.Dance, unknown/],
    'an element among the actions': [cardOf([text], { actions: [text] }), /TextBlock, unknown/],
    'an input without id': [cardOf([{ type: 'Input.Text', label: 'b' }]), /Input\.Text lacks id/],
    'an input that is required and has no label': [
      cardOf([{ type: 'Input.Text', id: 'a', isRequired: true, errorMessage: 'b' }]),
      /RequiredInputsShouldHaveLabel/,
    ],
    'two inputs of one id': [
      cardOf([
        { type: 'Input.Text', id: 'a', label: 'b' },
        { type: 'Input.Text', id: 'a', label: 'b' },
      ]),
      /DuplicateId/,
    ],
    'another version': [{ ...cardOf([text]), version: '1.6' }, /version is 1\.6/],
    'no card': [{ type: 'Card' }, /no AdaptiveCard/],
  }
  for (const [fault, [card, message]] of Object.entries(wrong))
    it(`finds ${fault}`, () => assert.match(faultsOf(card).join('\n'), message))

  it('finds nothing in a good card', () => {
    const good = cardOf([text, { type: 'FactSet', facts: [{ title: 'a', value: 'b' }] }], {
      actions: [{ type: 'Action.Execute', title: 'a', verb: 'b', data: { anything: 1 }, style: 'positive' }],
    })
    assert.deepEqual(faultsOf(good), [])
  })
})
