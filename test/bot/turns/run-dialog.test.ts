import assert from 'node:assert/strict'
import type { Inbound } from '../../../bot/channels/chat.ts'
import type { Desk } from '../../../bot/desk.ts'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { type DialogMemory, postKey, type Run, runDialog } from '../../../bot/turns/run-dialog.ts'
import { card, message } from '../../../dialogs/cards.ts'
import type { Dialog } from '../../../dialogs/dialog.ts'

const person = {
  tenant: tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'),
  id: userId.parse('42cfc69c-587b-4254-839d-0d10477f69eb'),
  name: 'Ada Lindqvist',
}
/** None of these dialogs uses it. */
const desk = {} as Desk

const fresh: DialogMemory = { id: 'd1', correlationId: 'c1', memory: {}, asked: undefined, waitsFor: undefined }
const left = (run: Run): DialogMemory => ({ ...fresh, memory: run.memory, asked: run.asked, waitsFor: run.waitsFor })
const press = (key: string, values: Record<string, string>): Inbound => ({
  kind: 'press',
  verb: 'answer',
  post: postKey('d1', key),
  values,
})
const keys = (run: Run) => run.posts.map(({ key }) => key)

describe('a dialog is run again on every turn', () => {
  let looked = 0
  const tea: Dialog = {
    name: 'help',
    title: 'Tea',
    async talk(chat) {
      chat.say('hello', message('Hello', 'There is tea.'))
      const kind = await chat.ask(
        'kind',
        card('choose', { title: 'Which?', text: '', choices: [] }),
        (given) => (given.by === 'button' ? given.values.choice : undefined),
        (answer) => `${answer} it is.`,
      )
      await chat.once('stock', async () => ++looked)
      const secret = await chat.askSecret<boolean>('pin', card('ask-code', {}), async (given) => {
        if (given.by === 'text') return { again: card('ask-code', { problem: 'Not here.' }) }
        return { keep: given.values.code === '314159', closing: 'Thank you.' }
      })
      chat.say('done', message('Done', `${kind} ${secret}`))
    },
  }

  it('goes up to the first question', async () => {
    const run = await runDialog(tea, fresh, person, undefined, desk)
    assert.equal(run.state, 'open')
    assert.equal(run.asked, 'kind')
    assert.deepEqual(keys(run), ['d1/hello', 'd1/kind'])
  })

  it('says nothing twice', async () => {
    const first = await runDialog(tea, fresh, person, undefined, desk)
    const second = await runDialog(tea, left(first), person, undefined, desk)
    assert.deepEqual(keys(second), [])
    assert.equal(second.asked, 'kind')
  })

  it('makes nothing of words that it does not know: the question stands', async () => {
    const first = await runDialog(tea, fresh, person, undefined, desk)
    const second = await runDialog(tea, left(first), person, { kind: 'text', text: 'coffee' }, desk)
    assert.equal(second.understood, false)
    assert.deepEqual([...second.posts, ...second.changes], [])
  })

  it('takes an answer from the open card only', async () => {
    const first = await runDialog(tea, fresh, person, undefined, desk)
    const elsewhere = await runDialog(tea, left(first), person, press('pin', { choice: 'green' }), desk)
    assert.equal(elsewhere.understood, false)
    assert.equal(elsewhere.asked, 'kind')
  })

  it('remembers an answer, closes its card, looks things up once and goes on', async () => {
    const first = await runDialog(tea, fresh, person, undefined, desk)
    const second = await runDialog(tea, left(first), person, press('kind', { choice: 'green' }), desk)
    assert.equal(second.memory.kind, 'green')
    assert.deepEqual(
      second.changes.map(({ key, content }) => [key, 'closed' in content ? content.closed : undefined]),
      [['d1/kind', 'green it is.']],
    )
    assert.equal(second.asked, 'pin')
    const before = looked
    await runDialog(tea, left(second), person, undefined, desk)
    assert.equal(looked, before)
  })

  it('keeps of a secret only what was made of it', async () => {
    const first = await runDialog(tea, fresh, person, undefined, desk)
    const second = await runDialog(tea, left(first), person, press('kind', { choice: 'green' }), desk)
    const third = await runDialog(tea, left(second), person, press('pin', { code: '314159' }), desk)
    assert.equal(third.state, 'done')
    assert.equal(third.memory.pin, true)
    assert.ok(!JSON.stringify(third).includes('314159'))
  })

  it('answers a secret in the chat with the question anew', async () => {
    const first = await runDialog(tea, fresh, person, undefined, desk)
    const second = await runDialog(tea, left(first), person, press('kind', { choice: 'green' }), desk)
    const third = await runDialog(tea, left(second), person, { kind: 'text', text: '314159' }, desk)
    assert.equal(third.understood, true)
    assert.equal(third.asked, 'pin')
    assert.match(JSON.stringify(third.changes), /Not here/)
    assert.ok(!JSON.stringify(third).includes('314159'))
  })
})
