import assert from 'node:assert/strict'
import { readCard } from '../../cards/elements.ts'
import { buttonsOf } from '../../cards/slack-actions.ts'
import { drawBody } from '../../cards/slack-blocks.ts'
import type { Surface } from '../../cards/slack-inputs.ts'
import { drawWithin } from '../../cards/slack-room.ts'
import { markupIn, messageFaults, viewFaults } from './block-kit.ts'

/** Elements that no card has today, drawn as they would be. */
function blocksOf(body: unknown[], surface: Surface = 'message'): readonly unknown[] {
  const drawing = { surface, buttons: buttonsOf('post-1', false), inputs: true }
  const blocks = drawBody(readCard({ body }).body, drawing).flatMap((drawn) => drawn.blocks)
  assert.deepEqual(markupIn(blocks), [])
  const title = { type: 'plain_text', text: 'a' }
  assert.deepEqual(
    surface === 'message' && blocks.length > 0
      ? messageFaults({ text: 'a', blocks })
      : viewFaults({ type: 'modal', title, submit: title, blocks } as never),
    [],
  )
  return blocks
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const text = (words: string) => ({ type: 'TextBlock', text: words })
const image = (url: string) => ({ type: 'Image', url, altText: 'A picture' })
const choices = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ title: `Choice ${index}`, value: `choice-${index}` }))
const options = (count: number) => choices(count).map(({ title, value }) => ({ text: plain(title), value }))
const element = (input: Record<string, unknown>, surface?: Surface) => {
  const [block] = blocksOf([{ id: 'it', label: 'Which?', ...input }], surface) as { element: unknown }[]
  return block?.element
}

describe('inputs in Slack', () => {
  const action_id = 'it'

  it('a choice', () => {
    const set = { type: 'Input.ChoiceSet', choices: choices(3), value: 'choice-1', placeholder: 'Choose' }
    const [, initial_option] = options(3)
    assert.deepEqual(element(set), {
      type: 'static_select',
      action_id,
      options: options(3),
      initial_option,
      placeholder: plain('Choose'),
    })
    assert.deepEqual(element({ ...set, style: 'expanded' }), {
      type: 'radio_buttons',
      action_id,
      options: options(3),
      initial_option,
    })
    assert.deepEqual(element({ ...set, isMultiSelect: true, value: 'choice-0,choice-1' }), {
      type: 'checkboxes',
      action_id,
      options: options(3),
      initial_options: options(2),
    })
  })

  it('a choice of many', () => {
    const set = { type: 'Input.ChoiceSet', choices: choices(400), style: 'expanded' }
    assert.deepEqual(element(set), { type: 'static_select', action_id, options: options(100) })
    const several = { ...set, isMultiSelect: true }
    assert.deepEqual(element(several), { type: 'multi_static_select', action_id, options: options(100) })
  })

  it('a choice of nothing is not there', () => {
    assert.deepEqual(blocksOf([{ type: 'Input.ChoiceSet', id: 'a', label: 'b', choices: [] }]), [])
  })

  it('a date, a time, a switch', () => {
    assert.deepEqual(element({ type: 'Input.Date', value: '2026-01-02' }), {
      type: 'datepicker',
      action_id,
      initial_date: '2026-01-02',
    })
    assert.deepEqual(element({ type: 'Input.Time', value: '09:30' }), {
      type: 'timepicker',
      action_id,
      initial_time: '09:30',
    })
    const on = { text: plain('Yes, please'), value: 'true' }
    assert.deepEqual(element({ type: 'Input.Toggle', title: 'Yes, please', value: 'true' }), {
      type: 'checkboxes',
      action_id,
      options: [on],
      initial_options: [on],
    })
  })

  it('a number is a number in a window, and text in a message, where Slack knows none', () => {
    const number = { type: 'Input.Number', min: 1, max: 30, value: 7 }
    assert.deepEqual(element(number, 'modal'), {
      type: 'number_input',
      action_id,
      is_decimal_allowed: true,
      min_value: '1',
      max_value: '30',
      initial_value: '7',
    })
    assert.deepEqual(element(number), { type: 'plain_text_input', action_id, initial_value: '7' })
  })

  it('refuses to cut an id or a value', () => {
    const long = 'x'.repeat(300)
    assert.throws(() => blocksOf([{ type: 'Input.Text', id: long, label: 'a' }]), RangeError)
    const set = { type: 'Input.ChoiceSet', id: 'a', label: 'b', choices: [{ title: 'a', value: long }] }
    assert.throws(() => blocksOf([set]), RangeError)
  })
})

describe('pictures and columns in Slack', () => {
  const web = 'https://company.example/picture.png'

  it('a picture on the web is shown, any other is not', () => {
    assert.deepEqual(blocksOf([image(web)]), [{ type: 'image', image_url: web, alt_text: 'A picture' }])
    for (const url of ['data:image/png;base64,AAAA', 'http://company.example/a.png', 'javascript:alert(1)', 'picture'])
      assert.deepEqual(blocksOf([image(url)]), [])
  })

  it('columns of text stand beside each other', () => {
    const columns = [{ items: [text('One'), text('more')] }, { items: [text('Two')] }]
    assert.deepEqual(blocksOf([{ type: 'ColumnSet', columns }]), [
      { type: 'section', fields: [plain('One\nmore'), plain('Two')] },
    ])
  })

  it('a column with nothing beside it takes the whole width, and its texts keep their looks', () => {
    const items = [text('One'), { ...text('more'), isSubtle: true }]
    const blocks = blocksOf([{ type: 'ColumnSet', columns: [{ items }] }])
    assert.deepEqual(blocks, blocksOf(items))
    assert.match(JSON.stringify(blocks), /"rich_text".*"context"/)
  })

  it('a picture stands beside its text', () => {
    const columns = [{ items: [image(web)] }, { items: [text('Words \\*here\\*')] }]
    assert.deepEqual(blocksOf([{ type: 'ColumnSet', columns }]), [
      {
        type: 'section',
        text: plain('Words *here*'),
        accessory: { type: 'image', image_url: web, alt_text: 'A picture' },
      },
    ])
  })

  it('other columns stand below each other', () => {
    const columns = [{ items: [text('One')] }, { items: [{ type: 'FactSet', facts: [{ title: 'a', value: '' }] }] }]
    assert.deepEqual(
      blocksOf([{ type: 'ColumnSet', columns }]).map((block) => (block as { type: string }).type),
      ['rich_text', 'section'],
    )
  })

  it('paragraphs of a container stand in one block, below a line where there is to be one', () => {
    const items = [text('One'), text('**two** and'), { type: 'Container', items: [text('three')] }]
    const blocks = blocksOf([text('before'), { type: 'Container', separator: true, items }])
    assert.deepEqual(
      blocks.map((block) => (block as { type: string }).type),
      ['rich_text', 'divider', 'rich_text'],
    )
    assert.equal((blocks.at(-1) as { elements: unknown[] }).elements.length, 3)
  })

  it('a text without words is not there', () => assert.deepEqual(blocksOf([text(''), text('  '), text('****')]), []))

  it('a heading too long for a header is bold, not cut', () => {
    const heading = { ...text('word '.repeat(40).trim()), style: 'heading' }
    assert.deepEqual(blocksOf([{ ...heading, text: 'Short' }]), [{ type: 'header', text: plain('Short') }])
    const elements = [{ type: 'text', text: heading.text, style: { bold: true } }]
    assert.deepEqual(blocksOf([heading]), [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }])
  })

  it('what warns is marked', () => {
    assert.deepEqual(blocksOf([{ ...text('Wrong'), color: 'Attention' }]), [
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'emoji', name: 'warning' },
              { type: 'text', text: ' ' },
              { type: 'text', text: 'Wrong', style: { bold: true } },
            ],
          },
        ],
      },
    ])
  })

  it('what Slack has no look for is refused', () => {
    for (const unknown of [{ type: 'Media', sources: [] }, { type: 'Table' }, { type: 'TextBlock' }])
      assert.throws(() => blocksOf([unknown]))
  })
})

describe('buttons in Slack', () => {
  it('only the first that stands out does', () => {
    const action = (title: string, style: string) => ({ type: 'Action.Execute', title, verb: 'go', style })
    const { actions } = readCard({
      actions: [action('a', 'positive'), action('b', 'positive'), action('c', 'destructive'), action('d', 'default')],
    })
    const drawn = buttonsOf('post-1', false)
      .draw(actions)
      .flatMap(({ elements }) => elements)
    assert.deepEqual(
      drawn.map((button) => ('style' in button ? button.style : undefined)),
      ['primary', undefined, 'danger', undefined],
    )
  })

  it('more than fit in a row stand in several', () => {
    const actions = Array.from({ length: 60 }, (_, index) => ({
      type: 'Action.OpenUrl',
      title: `Page ${index}`,
      url: 'https://company.example/',
    }))
    const blocks = blocksOf([{ type: 'ActionSet', actions }])
    assert.equal(blocks.length, 3)
  })

  it('lead to the web only by https', () => {
    for (const url of ['javascript:alert(1)', 'http://company.example/', 'slack://user'])
      assert.throws(() => readCard({ actions: [{ type: 'Action.OpenUrl', title: 'a', url }] }))
  })
})

describe('where there is no room', () => {
  const drawn = (count: number, asks = false) =>
    Array.from({ length: count }, () => ({ asks, things: 1, blocks: [{ type: 'divider' as const }] }))

  it('all is there when it fits exactly', () => {
    const blocks = drawWithin(() => drawn(50), { blocks: 50, characters: 10_000 })
    assert.equal(blocks.length, 50)
    assert.ok(blocks.every(({ type }) => type === 'divider'))
  })

  it('the rest is counted where it would have stood', () => {
    const blocks = drawWithin(() => [...drawn(60), ...drawn(2, true)], { blocks: 50, characters: 10_000 })
    assert.equal(blocks.length, 50)
    assert.deepEqual(blocks[47], { type: 'context', elements: [plain('… and 13 more')] })
  })

  it('texts become shorter before any is left out', () => {
    const asked: number[] = []
    const blocks = drawWithin(
      (longest) => {
        asked.push(longest)
        const text = { type: 'plain_text' as const, text: 'x'.repeat(longest) }
        return [{ asks: false, things: 1, blocks: [{ type: 'section', text }] }]
      },
      { blocks: 50, characters: 400 },
    )
    assert.equal(blocks.length, 1)
    assert.deepEqual(asked, [1_000, 500, 250])
  })
})
