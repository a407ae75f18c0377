import assert from 'node:assert/strict'
import { checkBlocks } from '../../../infra/practice/slack/block-rules.ts'
import { checkView } from '../../../infra/practice/slack/view-rules.ts'
import {
  actions,
  button,
  IT_CHANNEL,
  input,
  modal,
  type SlackTestBot,
  section,
  startSlackTestBot,
} from './slack-test-bot.ts'

const faultsOf = (blocks: unknown, surface: 'message' | 'modal' | 'home' = 'message') =>
  checkBlocks(blocks, surface).faults

const x = (length: number) => 'x'.repeat(length)
const options = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ text: { type: 'plain_text', text: `${index}` }, value: `${index}` }))

describe('practice Slack: Block Kit as strict as Slack', () => {
  it('takes what is right, and names what has no name', () => {
    const { blocks, faults } = checkBlocks(
      [
        { type: 'header', text: { type: 'plain_text', text: 'Hello' } },
        { type: 'section', text: { type: 'mrkdwn', text: '*Hi*', verbatim: true }, accessory: button('Go') },
        { type: 'section', fields: [{ type: 'plain_text', text: 'a' }] },
        { type: 'divider' },
        { type: 'context', elements: [{ type: 'plain_text', text: 'small' }] },
        { type: 'image', image_url: 'https://practice.example/a.png', alt_text: 'A' },
        { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'rich' }] }] },
        input('why', 'Why', { optional: true }),
        actions(
          { type: 'button', text: { type: 'plain_text', text: 'No id' } },
          { type: 'datepicker', action_id: 'day' },
        ),
      ],
      'message',
    )
    assert.deepEqual(faults, [])
    assert.equal(blocks.length, 9)
    assert.ok(blocks.every(({ block_id }) => block_id.length > 0))
    const [unnamed] = (blocks.at(-1)?.elements ?? []) as { action_id?: string }[]
    assert.ok(unnamed?.action_id)
  })

  const wrong: readonly (readonly [what: string, blocks: unknown, says: RegExp])[] = [
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), /no more than 50 items.*\/blocks\]/],
    ['what is no list', {}, /must be an array/],
    ['an unknown block', [{ type: 'carousel-of-mine' }], /unsupported block/],
    ['an unknown property', [{ type: 'divider', colour: 'red' }], /invalid additional property: colour/],
    ['a section of 3,001 characters', [section(x(3_001))], /less than 3001 characters.*\/blocks\/0\/text\/text/],
    ['an empty text', [section('')], /more than 0 characters/],
    ['a section without text', [{ type: 'section' }], /missing required field: text/],
    ['11 fields', [{ type: 'section', fields: options(11).map(({ text }) => text) }], /no more than 10 items/],
    ['a field of 2,001', [{ type: 'section', fields: [{ type: 'plain_text', text: x(2_001) }] }], /less than 2001/],
    ['a header of 151', [{ type: 'header', text: { type: 'plain_text', text: x(151) } }], /less than 151/],
    ['mrkdwn in a header', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }], /unsupported type/],
    ['a button text of 76', [actions(button(x(76), 'v'))], /less than 76/],
    ['a button value of 2,001', [actions({ ...button('Go'), value: x(2_001) })], /less than 2001/],
    ['an action_id of 256', [actions({ ...button('Go'), action_id: x(256) })], /less than 256/],
    ['a style of its own', [actions({ ...button('Go'), style: 'warning' })], /enum value/],
    ['the same action_id twice', [actions(button('A', 'same'), button('B', 'same'))], /`action_id` press-same already/],
    ['the same block_id twice', [input('a', 'A'), input('a', 'A')], /`block_id` block-a already exists/],
    ['26 buttons', [actions(...options(26).map(({ value }) => button(value)))], /no more than 25/],
    ['11 things in a context', [{ type: 'context', elements: options(11).map(({ text }) => text) }], /no more than 10/],
    ['an image without a description', [{ type: 'image', image_url: 'https://a.example/b.png' }], /alt_text/],
    [
      'an image in the address',
      [{ type: 'image', image_url: 'data:image/png;base64,AA==', alt_text: 'x' }],
      /valid URL/,
    ],
    ['101 choices', [actions({ type: 'static_select', action_id: 's', options: options(101) })], /no more than 100/],
    ['an input without a label', [{ type: 'input', element: { type: 'plain_text_input' } }], /label/],
    ['an input among buttons', [actions({ type: 'plain_text_input', action_id: 'a' })], /unsupported element/],
    ['a date that is none', [actions({ type: 'datepicker', initial_date: '1st of May' })], /formatted correctly/],
    [
      'a number input in a message',
      [input('n', 'N', { element: { type: 'number_input', is_decimal_allowed: false, action_id: 'n' } })],
      /unsupported element/,
    ],
  ]
  for (const [what, blocks, says] of wrong)
    it(`refuses ${what}`, () => {
      const faults = faultsOf(blocks)
      assert.match(faults.join('\n'), says)
    })

  it('refuses views that break their limits', () => {
    const faults = (view: object, type: 'modal' | 'home' = 'modal') => {
      const checked = checkView(view, type)
      return 'faults' in checked ? checked.faults.join('\n') : ''
    }
    assert.equal(faults(modal('Fine', [input('a', 'A')])), '')
    assert.match(faults(modal(x(25), [section('x')])), /less than 25 characters.*\/view\/title/)
    assert.match(faults({ type: 'modal', blocks: [] }), /missing required field: title/)
    assert.match(faults(modal('M', [input('a', 'A')], { submit: undefined })), /missing required field: submit/)
    assert.match(faults(modal('M', [], { submit: { type: 'plain_text', text: x(25) } })), /\/view\/submit/)
    assert.match(faults(modal('M', [], { private_metadata: x(3_001) })), /private_metadata/)
    assert.match(faults(modal('M', [], { callback_id: x(256) })), /callback_id/)
    assert.match(faults(modal('M', [input('a', 'A'), input('a', 'B')])), /already exists.*\/view\/blocks\/1/)
    assert.match(
      faults(
        modal(
          'M',
          options(101).map(() => ({ type: 'divider' })),
        ),
      ),
      /no more than 100/,
    )
    assert.match(faults(modal('M', [], { colour: 'red' })), /additional property/)
    assert.match(faults({ type: 'home', blocks: [], title: { type: 'plain_text', text: 'x' } }, 'home'), /additional/)
    const focus = { type: 'plain_text_input', focus_on_load: true }
    assert.match(
      faults(modal('M', [input('a', 'A', { element: focus }), input('b', 'B', { element: focus })])),
      /only one/,
    )
  })

  describe('over the wire', () => {
    let bot: SlackTestBot
    before(async () => {
      bot = await startSlackTestBot()
    })
    after(() => bot.close())

    it('answers invalid_blocks with where, msg_blocks_too_long, and invalid_arguments for views', async () => {
      const post = (blocks: readonly object[]) =>
        bot.call('chat.postMessage', { channel: IT_CHANNEL, text: 'x', blocks })
      const invalid = await post([section(x(3_001))])
      assert.equal(invalid.error, 'invalid_blocks')
      assert.match(JSON.stringify(invalid.response_metadata), /json-pointer:\/blocks\/0\/text\/text/)
      assert.equal((await post([1, 2, 3, 4, 5].map(() => section(x(2_700))))).error, 'msg_blocks_too_long')
      const view = await bot.call('views.publish', { user_id: bot.ada, view: { type: 'home', blocks: [section('')] } })
      assert.equal(view.error, 'invalid_arguments')
      assert.equal((await bot.slack.client.channel(IT_CHANNEL)).messages.length, 0)
    })
  })
})
