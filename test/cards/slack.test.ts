import assert from 'node:assert/strict'
import type { Content } from '../../bot/channels/chat.ts'
import { renderForm, renderHome, renderMessage, renderWindow, waitingView } from '../../cards/slack.ts'
import { readAction, readMetadata } from '../../cards/slack-wire.ts'
import { markupIn, messageFaults, nodesOf, viewFaults } from './block-kit.ts'
import { wordsInSlack } from './shown.ts'

/** What each button of a message says of itself, by its title. */
function pressedIn(blocks: unknown): Record<string, unknown> {
  const buttons = nodesOf(blocks).filter(({ type }) => type === 'button')
  return Object.fromEntries(
    buttons.map((button) => [
      (button.text as { text: string }).text,
      readAction(button as unknown as Parameters<typeof readAction>[0]),
    ]),
  )
}

function inputsIn(blocks: unknown): unknown[] {
  return nodesOf(blocks)
    .filter(({ type }) => type === 'input')
    .map(({ block_id }) => block_id)
}

const post = 'dialog-1:question'

describe('a card posted in Slack', () => {
  it('is headed by a header and has buttons that say which card and button they are', () => {
    const content: Content = {
      card: 'choose',
      data: { title: 'How long?', text: 'You may choose.', choices: [{ title: 'A day', ids: { choice: 'day' } }] },
    }
    const { text, blocks } = renderMessage(content, post)
    assert.equal(text, 'How long?\nYou may choose.')
    assert.deepEqual(
      blocks.map(({ type }) => type),
      ['header', 'rich_text', 'actions'],
    )
    assert.deepEqual(pressedIn(blocks), {
      'A day': { kind: 'press', verb: 'answer', post, values: { choice: 'day' } },
    })
  })

  it('has inputs that hold no secret in the message itself', () => {
    const { blocks } = renderMessage(
      { card: 'ask-text', data: { title: 'Why?', text: 'Tell me.', button: 'Send' } },
      post,
    )
    assert.deepEqual(inputsIn(blocks), ['text'])
    assert.deepEqual(pressedIn(blocks), {
      Send: { kind: 'press', verb: 'answer', post, values: {} },
      Cancel: { kind: 'press', verb: 'cancel', post, values: {} },
    })
    assert.equal(
      renderForm({ card: 'ask-text', data: { title: 'Why?', text: 'Tell me.', button: 'Send' } }, post),
      undefined,
    )
  })

  for (const [card, data, input, button] of [
    ['ask-code', {}, 'code', 'Check the code'],
    [
      'ask-answers',
      { questions: [{ text: 'Your first pet?', ids: { id: 'answer-7' } }] },
      'answer-7',
      'Check my answers',
    ],
  ] as const)
    it(`asks for secrets in a form that chat history does not keep: ${card}`, () => {
      const { blocks } = renderMessage({ card, data }, post)
      assert.deepEqual(inputsIn(blocks), [])
      assert.deepEqual(pressedIn(blocks), {
        [button]: { kind: 'form', verb: 'answer', post, values: {} },
        Cancel: { kind: 'press', verb: 'cancel', post, values: {} },
      })
      const form = renderForm({ card, data }, post, 'answer')
      assert.ok(form)
      assert.deepEqual(viewFaults(form), [])
      assert.deepEqual(inputsIn(form.blocks), [input])
      assert.equal(form.submit?.text, button)
      assert.deepEqual(readMetadata(form.private_metadata ?? ''), { kind: 'press', verb: 'answer', post, values: {} })
      assert.equal(renderForm({ card, data }, post, 'cancel'), undefined)
      assert.equal(renderForm({ card, data, closed: 'Over.' }, post, 'answer'), undefined)
    })

  it('opens a window with a button of its own kind', () => {
    const data = { title: 'Ready', text: 'Only you can see it.', button: 'Show it' }
    assert.deepEqual(pressedIn(renderMessage({ card: 'offer-window', data }, post).blocks), {
      'Show it': { kind: 'open', verb: '', post, values: {} },
      Cancel: { kind: 'press', verb: 'cancel', post, values: {} },
    })
  })

  it('says how it ended in the notification too', () => {
    const { text } = renderMessage({ card: 'message', data: { title: 'A', text: 'b' }, closed: 'It is over.' }, post)
    assert.equal(text, 'A\nb\nIt is over.')
  })

  it('keeps a large number out of the notification', () => {
    const { text, blocks } = renderMessage({ card: 'show-number', data: { manager: 'Max', number: '42' } }, post)
    assert.ok(!text.includes('42'))
    assert.ok(wordsInSlack(blocks).includes('42'))
  })

  it('shows moments so that each reader sees their own time', () => {
    const data = { ids: { countsFrom: '2026-01-02T03:04:05Z' } }
    const [date] = nodesOf(renderMessage({ card: 'counts-later', data }, post).blocks).filter(
      ({ type }) => type === 'date',
    )
    const expected = { type: 'date', timestamp: 1_767_323_045, format: '{date_short} {time}' }
    assert.deepEqual(date, { ...expected, fallback: '2026-01-02 03:04 UTC' })
  })

  it('shows moments among facts as date tokens', () => {
    const data = {
      asker: 'Ada',
      department: 'Finance',
      purpose: 'Reset',
      from: 'chat',
      choices: [],
      ids: { askedAt: '2026-01-02T03:04:05Z' },
    }
    assert.match(
      wordsTexts(renderMessage({ card: 'confirm-number', data }, post).blocks),
      /<!date\^1767323045\^\{date_short\} \{time\}\|2026-01-02 03:04 UTC>/,
    )
  })

  it('draws the words of a hostile name exactly as they are written', () => {
    const name = '*Ada* <!channel> _x_ `y` :tada: &amp;'
    const { blocks } = renderMessage({ card: 'message', data: { title: name, text: name } }, post)
    assert.deepEqual(wordsInSlack(blocks), [name, name])
    assert.deepEqual(markupIn(blocks), [])
  })

  it('ends a list that is too long with how many are missing', () => {
    const tickets = Array.from({ length: 60 }, (_, number) => ({
      number: 1_000 + number,
      title: 'Reset',
      state: 'open',
      outcome: '',
      ids: { openedAt: '2026-01-01T00:00:00Z' },
    }))
    const message = renderMessage({ card: 'tickets', data: { tickets } }, post)
    assert.deepEqual(messageFaults(message), [])
    const words = wordsInSlack(message.blocks)
    const shown = words.filter((text) => /^1\d{3}$/.test(text)).length
    assert.ok(shown > 10)
    assert.equal(words.at(-1), `… and ${60 - shown} more`)
  })

  it('never leaves out what asks, whatever there is to show', () => {
    const facts = Array.from({ length: 400 }, (_, index) => ({ title: `fact ${index}`, value: 'v'.repeat(900) }))
    const message = renderMessage({ card: 'notice', data: { title: 'Reset', text: 'Done', facts } }, post)
    assert.deepEqual(messageFaults(message), [])
    assert.deepEqual(Object.keys(pressedIn(message.blocks)), ["This wasn't me"])
    assert.ok(wordsInSlack(message.blocks).some((text) => /^… and \d+ more$/.test(text)))
  })

  it('refuses to cut an id', () => {
    const data = { title: 'a', text: 'b', button: 'c', ids: { dialog: 'x'.repeat(3_000) } }
    assert.throws(() => renderMessage({ card: 'offer', data }, post))
  })

  it('refuses a template that is none', () => {
    assert.throws(() => renderMessage({ card: '../package', data: {} }, post), /no card is called/)
  })
})

describe('a sentence in Slack', () => {
  it('keeps its lines and is never markup', () => {
    const { text, blocks } = renderMessage({ text: 'Hello <@U1>,\n\n*one* & two' }, post)
    assert.equal(text, 'Hello &lt;@U1&gt;,\n\n＊one＊ &amp; two')
    assert.deepEqual(wordsInSlack(blocks), ['Hello <@U1>,\n\n*one* & two'])
  })

  for (const [kind, words] of Object.entries({
    long: 'words '.repeat(9_000),
    empty: '',
    blank: ' \n ',
    astral: '💡'.repeat(9_000),
    lines: '\n'.repeat(9_000),
    quoted: '"'.repeat(9_000),
    control: '\u202e\u0000',
  }))
    it(`is what Slack takes: ${kind}`, () => {
      const message = renderMessage({ text: words }, post)
      assert.deepEqual(messageFaults(message), [])
      assert.deepEqual(markupIn(message.blocks, message.text), [])
    })
})

describe('a window in Slack', () => {
  it('is sent off with the button of the card', () => {
    const data = { text: 'Answer three.', questions: [{ text: 'Your pet?', ids: { id: 'answer-1' } }] }
    const view = renderWindow('Security questions', { card: 'window-questions', data }, post)
    assert.equal(view.submit?.text, 'Save')
    assert.equal(view.title.text, 'Security questions')
    assert.deepEqual(inputsIn(view.blocks), ['answer-1'])
    assert.deepEqual(readMetadata(view.private_metadata ?? ''), { kind: 'submit', verb: '', post, values: {} })
  })

  it('has nothing to send off where nothing is asked', () => {
    const data = { sentence: 'Now.', ids: { password: 'Stamp-*9*-`x`' } }
    const view = renderWindow('Your temporary password', { card: 'window-password', data }, post)
    assert.equal(view.submit, undefined)
    assert.equal(view.close?.text, 'Close')
    const [password] = nodesOf(view.blocks).filter(({ text }) => text === 'Stamp-*9*-`x`')
    assert.deepEqual(password?.style, { bold: true, code: true })
  })

  it('cuts a long title between words', () => {
    const view = renderWindow(
      'Set up your authenticator app now',
      { card: 'message', data: { title: 'a', text: 'b' } },
      post,
    )
    assert.equal(view.title.text, 'Set up your…')
  })

  it('is announced by one that waits', () => {
    const view = waitingView('Your temporary password, made just for you')
    assert.deepEqual(viewFaults(view), [])
    assert.equal(view.callback_id, 'helpbot-wait')
    assert.equal(view.submit, undefined)
  })
})

describe('the home tab in Slack', () => {
  const data = {
    name: 'Ada',
    access: Array.from({ length: 20 }, (_, index) => ({ name: `Group ${index}`, detail: '' })),
    moreAccess: '… and 7 more',
    requests: [{ number: '1001', title: 'Reset', detail: 'open since 2026-01-01' }],
    actions: [{ title: 'Reset my password', ids: { dialog: 'reset-password' } }],
  }

  it('shows access, requests and what can be started', () => {
    const view = renderHome({ card: 'home', data })
    assert.deepEqual(viewFaults(view), [])
    const words = wordsInSlack(view.blocks)
    for (const expected of ['Hello Ada', 'My access', 'Group 19', '… and 7 more', 'My open requests', '1001'])
      assert.ok(words.includes(expected), expected)
    assert.deepEqual(pressedIn(view.blocks), {
      'Reset my password': { kind: 'press', verb: 'start', post: '', values: { dialog: 'reset-password' } },
    })
  })

  it('says so when there is nothing', () => {
    const view = renderHome({ card: 'home', data: { ...data, access: [], requests: [], moreAccess: undefined } })
    assert.ok(wordsInSlack(view.blocks).includes('Nothing that I know of.'))
    assert.ok(wordsInSlack(view.blocks).includes('None.'))
  })
})

function wordsTexts(blocks: unknown): string {
  return nodesOf(blocks)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('\n')
}
