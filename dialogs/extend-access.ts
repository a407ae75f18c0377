import { lastsInWords, momentInWords } from '../bot/approvals/requests/lasts-words.ts'
import { askLasts } from './ask-time.ts'
import { askReason } from './ask-words.ts'
import { card, message } from './cards.ts'
import { chooseLine } from './choose-line.ts'
import type { Dialog } from './dialog.ts'

/** "I need it longer": a new approval, with what was said the last time filled in. */
export const extendAccess: Dialog = {
  name: 'extend-access',
  title: 'Keep access longer',
  inMenu: false,

  async talk(chat, desk) {
    const closed = await chat.once('closed', async () => (await desk.accessClosed()) ?? null)
    if (closed !== null) return chat.say('closed-now', message('Keep access longer', closed))
    const lines = await chat.once('lines', async () =>
      (await desk.myAccess()).lines.flatMap(({ grant, title, endsAt }) =>
        grant !== undefined && endsAt !== null ? [{ id: grant, title, about: `until ${momentInWords(endsAt)}` }] : [],
      ),
    )
    const line = await chooseLine(
      chat,
      'which',
      { title: 'What do you need longer?', text: 'It takes a new yes.' },
      lines,
    )
    if (!line) return chat.say('none', message('Keep access longer', 'You have nothing that ends.'))
    const found = await chat.once('preview', () => desk.previewExtension(line.id))
    if ('refused' in found) return chat.say('refused', message(line.title, found.refused))
    const { preview } = found
    const ends = momentInWords(found.endsAt)

    const reason = await askReason(chat, `Why do you need ${line.title} longer?`, 'This was your reason.', found.reason)
    // Lengths are counted from the end that there is.
    const lasts = await askLasts(chat, desk, `How much longer than until ${ends}?`, {
      ...preview,
      countedFrom: found.endsAt,
    })
    if (lasts === undefined) return
    const facts = [
      { title: 'What', value: preview.entry.title },
      ...(preview.for.id === chat.person.id ? [] : [{ title: 'For', value: preview.for.name }]),
      { title: 'Reason', value: reason },
      { title: 'Ends now', value: ends },
      { title: 'Longer', value: lastsInWords(lasts) },
      { title: 'I will ask', value: preview.approvers },
    ]
    await chat.ask(
      'confirm',
      card('access-confirm', {
        title: 'Shall I ask for this?',
        facts,
        conflicts: preview.conflicts.map((text) => ({ text })),
        choices: [{ title: 'Ask for it', ids: { choice: 'ask' } }],
      }),
      (given) => (given.by === 'button' && given.values.choice === 'ask' ? true : undefined),
      () => 'I am asking.',
    )
    const asked = await chat.once('asked', () =>
      desk.requestExtension(`${chat.dialogId}:extension`, line.id, { reason, lasts }),
    )
    const title = asked.ok ? `I have asked to extend ${line.title}` : 'I did not ask for it'
    chat.say('done', message(title, asked.ok ? `${asked.sentence} Until then it ends on ${ends}.` : asked.sentence))
  },
}
