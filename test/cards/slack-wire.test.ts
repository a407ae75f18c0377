import assert from 'node:assert/strict'
import { readAction, readMetadata, readState, writeAction, writeMetadata } from '../../cards/slack-wire.ts'

const action = (value: unknown, type = 'button') =>
  readAction({ action_id: 'button-1', type, ...(value === undefined ? {} : { value: value as string }) })

describe('what a button in Slack says', () => {
  const pressed = { kind: 'press', verb: 'answer', post: 'dialog-1:q', values: { choice: 'one' } } as const

  it('is read as it was written', () => assert.deepEqual(action(writeAction(pressed)), pressed))

  const strange: Record<string, unknown> = {
    nothing: undefined,
    words: 'hello',
    'half of it': '{"kind":"press"',
    'another kind': JSON.stringify({ ...pressed, kind: 'submit' }),
    'more than we wrote': JSON.stringify({ ...pressed, admin: true }),
    'a list': '[]',
    null: 'null',
    'a value that is no text': JSON.stringify({ ...pressed, values: { choice: { a: 1 } } }),
    'too much': JSON.stringify({ ...pressed, values: { choice: 'x'.repeat(2_000) } }),
    'too many values': JSON.stringify({
      ...pressed,
      values: Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`v${index}`, ''])),
    }),
    'no text at all': 5,
  }
  for (const [what, value] of Object.entries(strange))
    it(`is not read when it is strange: ${what}`, () => assert.equal(action(value), undefined))

  it('is not read from what is no button', () => assert.equal(action(writeAction(pressed), 'static_select'), undefined))

  it('changes no prototype', () => {
    const read = action('{"kind":"press","verb":"a","post":"b","values":{"__proto__":"x"}}')
    assert.equal(Object.getPrototypeOf(read?.values ?? {}), Object.prototype)
  })

  it('is never cut', () => {
    assert.throws(() => writeAction({ ...pressed, values: { a: 'x'.repeat(1_990) } }), RangeError)
  })
})

describe('what a modal in Slack says', () => {
  const submitted = { kind: 'submit', verb: '', post: 'dialog-1:q', values: {} } as const

  it('is read as it was written', () => assert.deepEqual(readMetadata(writeMetadata(submitted)), submitted))

  it('is not read when it is strange', () => {
    for (const strange of ['', 'hello', '{}', JSON.stringify({ ...submitted, kind: 'open' }), `"${'x'.repeat(4_000)}"`])
      assert.equal(readMetadata(strange), undefined)
  })

  it('is never cut', () => {
    const values = { a: 'x'.repeat(1_900), b: 'x'.repeat(1_900) }
    assert.throws(() => writeMetadata({ ...submitted, values }), RangeError)
  })
})

describe('what was typed in Slack', () => {
  it('is read by the id of each input', () => {
    const option = (value: string) => ({ text: { type: 'plain_text', text: 'x' }, value })
    const state = {
      a: { a: { type: 'plain_text_input', value: 'words' } },
      b: { b: { type: 'number_input', value: '7' } },
      c: { c: { type: 'static_select', selected_option: option('one') } },
      d: { d: { type: 'radio_buttons', selected_option: option('two') } },
      e: { e: { type: 'checkboxes', selected_options: [option('x'), option('y')] } },
      f: { f: { type: 'multi_static_select', selected_options: [option('z')] } },
      g: { g: { type: 'datepicker', selected_date: '2026-01-02' } },
      h: { h: { type: 'timepicker', selected_time: '09:30' } },
    }
    const expected = { a: 'words', b: '7', c: 'one', d: 'two', e: 'x,y', f: 'z', g: '2026-01-02', h: '09:30' }
    assert.deepEqual(readState(state), expected)
  })

  it('is not there when it is empty', () => {
    const state = {
      a: { a: { type: 'plain_text_input', value: null } },
      c: { c: { type: 'static_select', selected_option: null } },
      e: { e: { type: 'checkboxes', selected_options: [] } },
      g: { g: { type: 'datepicker', selected_date: null } },
    }
    assert.deepEqual(readState(state), {})
  })

  it('is bounded', () => {
    const input = (value: string) => ({ type: 'plain_text_input', value })
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`b${index}`, { [`b${index}`]: input('x') }]),
    )
    assert.equal(Object.keys(readState(many)).length, 30)
    assert.equal(readState({ a: { a: input('x'.repeat(50_000)) } }).a?.length, 2_000)
    assert.deepEqual(readState({ a: { ['x'.repeat(101)]: input('x') } }), {})
  })

  it('is nothing when it is strange', () => {
    for (const strange of [
      undefined,
      null,
      5,
      'a',
      [],
      { a: 5 },
      { a: { b: 5 } },
      { a: { b: { type: 'slider', value: 'x' } } },
    ])
      assert.deepEqual(readState(strange), {})
    const read = readState(JSON.parse('{"a":{"__proto__":{"type":"plain_text_input","value":"x"}}}'))
    assert.equal(Object.getPrototypeOf(read), Object.prototype)
  })
})
