import assert from 'node:assert/strict'
import fc from 'fast-check'
import { renderCard } from '../../cards/render.ts'
import { nodesOf } from './block-kit.ts'
import { type Example, examples, hostileWords, templates, withWords } from './examples.ts'
import { buttonsIn, shownInSlack, wordList, wordsInSlack, wordsInTeams } from './shown.ts'

function otherWords(example: Example, words: (before: string) => string): Example {
  return { ...example, data: withWords(example.data, words) as Record<string, unknown> }
}

describe('every card in Slack', () => {
  for (const name of templates)
    describe(name, () => {
      const ofTemplate = examples[name] ?? []

      it('has an example', () => assert.ok(ofTemplate.length > 0, `test/cards/examples.ts has nothing for ${name}`))

      it('is what Slack takes, open and closed', () => {
        for (const example of ofTemplate)
          for (const closed of [undefined, 'It is over.']) {
            const shown = shownInSlack(name, example, closed)
            assert.deepEqual(shown.faults, [])
            assert.deepEqual(shown.markup, [])
          }
      })

      it('is what Slack takes with very long words', () => {
        for (const example of ofTemplate)
          for (const long of ['word '.repeat(4_000), 'x'.repeat(20_000), '&<>*'.repeat(5_000), '💡'.repeat(10_000)])
            for (const closed of [undefined, long]) {
              const shown = shownInSlack(
                name,
                otherWords(example, () => long),
                closed,
              )
              assert.deepEqual(shown.faults, [])
              assert.deepEqual(shown.markup, [])
            }
      })

      for (const [kind, words] of Object.entries(hostileWords))
        it(`shows hostile words as words: ${kind}`, () => {
          for (const example of ofTemplate)
            for (const closed of [undefined, words]) {
              const shown = shownInSlack(
                name,
                otherWords(example, () => words),
                closed,
              )
              assert.deepEqual(shown.faults, [])
              assert.deepEqual(shown.markup, [])
            }
        })

      it('shows no button and no input once it is closed, and how it ended', () => {
        for (const example of ofTemplate.filter(({ as }) => as === undefined)) {
          const { blocks, form } = shownInSlack(name, example, 'It is over.')
          assert.ok(!blocks.some(({ type }) => type === 'actions' || type === 'input'))
          assert.deepEqual(blocks.at(-1), {
            type: 'context',
            elements: [{ type: 'plain_text', text: 'It is over.', emoji: false }],
          })
          assert.equal(form, undefined)
        }
      })
    })
})

describe('both looks of a card say the same', () => {
  for (const name of templates)
    it(name, () => {
      for (const example of examples[name] ?? []) {
        const teams = renderCard({ card: name, data: example.data }, 'post-1')
        const { blocks, form, submit } = shownInSlack(name, example)
        const actions = nodesOf(teams.actions).concat(
          nodesOf(teams.body).filter(({ type }) => String(type).startsWith('Action.')),
        )
        const titles = actions.filter((node) => 'fallback' in node || node.type === 'Action.Submit')
        const own = titles.filter((node) => !titles.some(({ fallback }) => fallback === node))
        assert.deepEqual(
          [...buttonsIn(blocks), ...(submit === undefined ? [] : [submit])].sort(),
          own.map(({ title }) => title).sort(),
        )
        if (example.picture) continue
        const inSlack = [...wordsInSlack(blocks), ...wordsInSlack(form?.blocks), submit]
        assert.deepEqual(wordList(inSlack), wordList(wordsInTeams(teams)))
      }
    })

  it('except that Slack cannot show a picture with a secret: it says what to type instead', () => {
    const [first] = examples['window-enrol'] ?? []
    assert.ok(first)
    const teams = wordsInTeams(renderCard({ card: 'window-enrol', data: first.data }, 'post-1')).join('\n')
    const slack = wordsInSlack(shownInSlack('window-enrol', first).blocks).join('\n')
    assert.match(teams, /Scan this/)
    assert.match(teams, /ABCD EFGH/)
    assert.doesNotMatch(slack, /scan|data:/i)
    assert.match(slack, /type this one for the account ada@company\.example:\nABCD EFGH/)
  })
})

it('a card of which nothing can be seen is a message in Slack all the same', () => {
  const example = { data: { title: '\u202e', text: '' } }
  assert.deepEqual(shownInSlack('message', example).faults, [])
})

describe('whatever words there are', () => {
  const anyExample = fc.constantFrom(
    ...templates.flatMap((name) => (examples[name] ?? []).map((example) => ({ name, example }))),
  )
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom(...Object.values(hostileWords)),
    fc.constantFrom('*', '_', '`', '~', '<', '>', '&', '\\', '**', '{{', '}}', '${', '\n> ', '\ud83d', ' '),
    fc.nat({ max: 6_000 }).map((length) => 'long '.repeat(length / 5)),
  )
  const anyWords = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

  it('Slack takes every card, and its words stay words', () => {
    fc.assert(
      fc.property(anyExample, anyWords, fc.option(anyWords, { nil: undefined }), ({ name, example }, words, closed) => {
        const shown = shownInSlack(
          name,
          otherWords(example, () => words),
          closed,
        )
        assert.deepEqual(shown.faults, [])
        assert.deepEqual(shown.markup, [])
      }),
      { numRuns: 400, seed: 20_260_101 },
    )
  })
})
