import assert from 'node:assert/strict'
import { markupIn, messageFaults, viewFaults } from './block-kit.ts'

type Node = Record<string, unknown>

const long = (length: number) => 'x'.repeat(length)
const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const section = { type: 'section', text: plain('words') }
const button = (others: Node = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), value: '{}', ...others })
const actions = (...elements: Node[]) => ({ type: 'actions', elements })
const option = (value: string, text = 'Words') => ({ text: plain(text), value })
const input = (element: Node, others: Node = {}) => ({
  type: 'input',
  block_id: 'i',
  label: plain('Label'),
  element: { action_id: 'i', ...element },
  ...others,
})
const rich = (...elements: Node[]) => ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] })
const many = (count: number, block: Node) => Array.from({ length: count }, () => block)
const message = (...blocks: Node[]) => messageFaults({ text: 'words', blocks })
const modal = (others: Node, ...blocks: Node[]) =>
  viewFaults({ type: 'modal', title: plain('Title'), blocks, ...others } as unknown as Parameters<typeof viewFaults>[0])
const options = (count: number) => Array.from({ length: count }, (_, index) => option(String(index)))

describe('the check of Block Kit', () => {
  it('finds nothing in good blocks', () => {
    assert.deepEqual(
      message(
        { type: 'header', text: plain('Hello') },
        section,
        { type: 'section', fields: [plain('a'), { type: 'mrkdwn', text: '*b*', verbatim: true }] },
        rich({ type: 'text', text: 'a', style: { bold: true } }, { type: 'emoji', name: 'warning' }),
        { type: 'divider' },
        { type: 'image', image_url: 'https://company.example/a.png', alt_text: 'a' },
        { type: 'context', elements: [plain('a')] },
        input({ type: 'plain_text_input', max_length: 3_000 }),
        actions(button({ style: 'primary' }), button({ action_id: 'b', style: 'danger' })),
      ),
      [],
    )
    assert.deepEqual(modal({ submit: plain('Send') }, input({ type: 'number_input', is_decimal_allowed: true })), [])
    assert.deepEqual(viewFaults({ type: 'home', blocks: many(100, section) }), [])
  })

  const wrong: Record<string, string[]> = {
    'an unknown block': message({ type: 'blink' }),
    'an unknown property': message({ ...section, colour: 'red' }),
    'an unknown element': message(actions({ type: 'slider', action_id: 'a' })),
    'no block at all in a message': message(),
    'a message without words for notifications': messageFaults({ text: '', blocks: [section] }),
    '51 blocks in a message': message(...many(51, section)),
    '101 blocks in a modal': modal({}, ...many(101, section)),
    '101 blocks in a home tab': viewFaults({ type: 'home', blocks: many(101, section) }),
    'more than 13,200 characters in all': message(...many(5, { type: 'section', text: plain(long(3_000)) })),
    'a section text of 3,001': message({ type: 'section', text: plain(long(3_001)) }),
    'a section with nothing in it': message({ type: 'section' }),
    'a field of 2,001': message({ type: 'section', fields: [plain(long(2_001))] }),
    '11 fields': message({ type: 'section', fields: many(11, plain('a')) }),
    'an empty text': message({ type: 'section', text: plain('') }),
    'a text that is only space': message({ type: 'section', text: plain(' ') }),
    'half a character': message({ type: 'section', text: plain('a\ud83d') }),
    'a header of 151': message({ type: 'header', text: plain(long(151)) }),
    'a header of mrkdwn': message({ type: 'header', text: { type: 'mrkdwn', text: 'a' } }),
    '11 elements in a context': message({ type: 'context', elements: many(11, plain('a')) }),
    'a button of 76': message(actions(button({ text: plain(long(76)) }))),
    'a button of mrkdwn': message(actions(button({ text: { type: 'mrkdwn', text: 'a' } }))),
    'a button value of 2,001': message(actions(button({ value: long(2_001) }))),
    'an action_id of 256': message(actions(button({ action_id: long(256) }))),
    'a block_id of 256': message({ ...section, block_id: long(256) }),
    'a style that is none': message(actions(button({ style: 'positive' }))),
    'two primary buttons': message(actions(button({ style: 'primary' }), button({ action_id: 'b', style: 'primary' }))),
    'no button in a row': message(actions()),
    '26 buttons in a row': message(
      actions(...Array.from({ length: 26 }, (_, index) => button({ action_id: `a${index}` }))),
    ),
    'two buttons of one action_id': message(actions(button(), button())),
    'two blocks of one block_id': message({ ...section, block_id: 'a' }, { ...section, block_id: 'a' }),
    'a link to something not on the web': message(actions(button({ url: 'javascript:alert(1)' }))),
    'a picture in the message itself': message({
      type: 'image',
      image_url: 'data:image/png;base64,AAAA',
      alt_text: 'a',
    }),
    'a picture without a description': message({ type: 'image', image_url: 'https://company.example/a.png' }),
    'a description of 2,001': message({
      type: 'image',
      image_url: 'https://company.example/a.png',
      alt_text: long(2_001),
    }),
    'an address of 3,001': message({
      type: 'image',
      image_url: `https://company.example/${long(3_001)}`,
      alt_text: 'a',
    }),
    'a label of 2,001': message(input({ type: 'plain_text_input' }, { label: plain(long(2_001)) })),
    'a placeholder of 151': message(input({ type: 'plain_text_input', placeholder: plain(long(151)) })),
    'an input longer than 3,000': message(input({ type: 'plain_text_input', max_length: 3_001 })),
    'an initial value longer than the input': message(
      input({ type: 'plain_text_input', max_length: 2, initial_value: 'abc' }),
    ),
    'a number input in a message': message(input({ type: 'number_input', is_decimal_allowed: true })),
    'a button as an input': message(input({ type: 'button', text: plain('a') })),
    'a date that is none': message(input({ type: 'datepicker', initial_date: '1 January' })),
    'no option': message(input({ type: 'static_select', options: [] })),
    '101 options': message(input({ type: 'static_select', options: options(101) })),
    '11 radio buttons': message(input({ type: 'radio_buttons', options: options(11) })),
    '11 checkboxes': message(input({ type: 'checkboxes', options: options(11) })),
    'two options of one value': message(input({ type: 'static_select', options: [option('a'), option('a')] })),
    'an option of 76': message(input({ type: 'static_select', options: [option('a', long(76))] })),
    'an option value of 151': message(input({ type: 'static_select', options: [option(long(151))] })),
    'an initial option that is none': message(
      input({ type: 'static_select', options: options(2), initial_option: option('7') }),
    ),
    'a rich text of 3,001': message(rich({ type: 'text', text: long(3_001) })),
    'a rich text that mentions': message(rich({ type: 'user', user_id: 'U1' })),
    'a title of 25': modal({ title: plain(long(25)) }, section),
    'a submit button of 25': modal({ submit: plain(long(25)) }, section),
    'a close button of 25': modal({ close: plain(long(25)) }, section),
    'inputs without a submit button': modal({}, input({ type: 'plain_text_input' })),
    'metadata of 3,001': modal({ private_metadata: long(3_001) }, section),
    'a callback_id of 256': modal({ callback_id: long(256) }, section),
    'a home tab with a title': viewFaults({ type: 'home', blocks: [], title: plain('a') } as never),
  }
  for (const [fault, found] of Object.entries(wrong))
    it(`finds ${fault}`, () => assert.equal(found.length > 0, true, 'nothing was found'))
})

describe('the check of markup', () => {
  const mrkdwn = (text: string, others: Node = {}) => ({ type: 'mrkdwn', text, verbatim: true, ...others })

  it('finds nothing in words, bold titles and our dates', () => {
    const blocks = [plain('*any* <!channel>'), mrkdwn('*Title*'), mrkdwn('<!date^1^{date_short} {time}|2026-01-01>')]
    assert.deepEqual(markupIn(blocks, 'words &amp; words'), [])
  })

  const wrong: Record<string, [unknown, string?]> = {
    'a mention': [mrkdwn('<@U1>')],
    'a mention in the notification': [[], 'hello <!channel>'],
    'a link': [mrkdwn('<https://evil.example|a>')],
    'a date that is a link': [mrkdwn('<!date^1^{date}^https://evil.example|now>')],
    bold: [mrkdwn('a *b* c')],
    'bold in a bold title': [mrkdwn('*a*b*')],
    italic: [mrkdwn('_b_')],
    struck: [mrkdwn('~b~')],
    code: [mrkdwn('`b`')],
    'a quotation': [mrkdwn('> b')],
    'half an entity': [mrkdwn('a &am')],
    'an emoji code': [mrkdwn(':tada:')],
    'plain text that draws emoji': [{ type: 'plain_text', text: 'a' }],
    'mrkdwn that finds links by itself': [mrkdwn('a', { verbatim: false })],
    'rich text that mentions everybody': [rich({ type: 'broadcast', range: 'channel' })],
  }
  for (const [fault, [blocks, text]] of Object.entries(wrong))
    it(`finds ${fault}`, () => assert.notDeepEqual(markupIn(blocks, text), []))
})
