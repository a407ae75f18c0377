import type { Undoable } from '../bot/access/access-desk.ts'
import type { Chat } from '../bot/channels/chat.ts'
import { card, message } from './cards.ts'
import { fitting } from './choose-line.ts'
import type { Dialog } from './dialog.ts'
import { findPerson } from './find-person.ts'
import { prove } from './prove.ts'

const whom = {
  title: 'Whose access is it about?',
  text: 'Write their name or their e-mail address.',
  nobody: 'I find nobody of that name.',
}

/** "Undo that": IT takes back what was done to somebody's access, once it has been shown what has changed since. */
export const undo: Dialog = {
  name: 'undo',
  title: 'Undo a change of access (IT)',
  inMenu: false,

  async talk(chat, desk) {
    if (!(await chat.once('is-it', () => desk.isIt())))
      return chat.say(
        'not-it',
        message('Undo', 'Only IT can undo what was done. To give something back, write "hand back".'),
      )
    const person = await findPerson(chat, whom, (text) => desk.findAnybody(text))
    if (!person) return
    await chat.once('ticket', () => desk.openTicket(`Undo for ${person.name}`))
    const end = (outcome: string) =>
      chat.once('ticket-closed', async () => {
        await desk.closeTicket(outcome)
        return true
      })
    if (!(await prove(chat, desk, 'undo-access', person))) return
    const operations = await chat.once('operations', () => desk.undoable(person.id))
    if (operations.length === 0) {
      chat.say('nothing', message(person.name, 'There is nothing that I could undo.'))
      await end('There was nothing to undo.')
      return
    }
    const operation = await which(chat, person.name, operations)
    if (operation === undefined) {
      await end('Nothing was undone.')
      return
    }
    if (!(await sure(chat, operation))) {
      await end('Nothing was undone.')
      return
    }
    const done = await chat.once('undone', () => desk.undo(`${chat.dialogId}:undo`, operation.operation))
    chat.say('done', message(done.ok ? 'Undone' : 'It was not undone', done.sentence))
    await end(done.sentence)
  },
}

/** What was done, newest first, with what has changed since. */
async function which(chat: Chat, name: string, operations: readonly Undoable[]): Promise<Undoable | undefined> {
  const possible = operations.filter((operation) => operation.possible)
  const choices = [
    ...possible.map(({ operation, undo: words }) => ({ title: fitting(words), ids: { choice: operation } })),
    { title: 'Nothing', ids: { choice: 'none' } },
  ]
  const entries = operations.map(({ sentence, undo: words, conflicts, possible: can }) => ({
    name: sentence,
    about: [can ? words : 'It cannot be undone.', ...conflicts].join(' '),
  }))
  const text = possible.length === 0 ? 'None of this can be undone now.' : 'What shall I undo?'
  const chosen = await chat.ask(
    'which-operation',
    card('choose-entry', { title: name, text, entries, choices }),
    (given) =>
      given.by === 'button' ? choices.find(({ ids }) => ids.choice === given.values.choice)?.ids.choice : undefined,
    (choice) => choices.find(({ ids }) => ids.choice === choice)?.title ?? '',
  )
  return possible.find(({ operation }) => operation === chosen)
}

async function sure(chat: Chat, { sentence, undo: words, conflicts }: Undoable): Promise<boolean> {
  const choices = [
    { title: 'Undo it', ids: { choice: 'yes' } },
    { title: 'No, leave it', ids: { choice: 'no' } },
  ]
  const answer = await chat.ask(
    'sure',
    card('access-confirm', {
      title: 'Shall I undo this?',
      facts: [
        { title: 'What was done', value: sentence },
        { title: 'I will', value: words },
      ],
      conflicts: conflicts.map((text) => ({ text })),
      choices,
    }),
    (given) =>
      given.by === 'button' ? choices.find(({ ids }) => ids.choice === given.values.choice)?.ids.choice : undefined,
    (choice) => (choice === 'yes' ? 'I am undoing it.' : 'All right, nothing was changed.'),
  )
  return answer === 'yes'
}
