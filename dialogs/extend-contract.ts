import { momentInWords } from '../bot/approvals/requests/lasts-words.ts'
import type { Chat } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { askUntil } from './ask-time.ts'
import { askReason } from './ask-words.ts'
import { card, message } from './cards.ts'

/** A later end for a contract that there is: a new approval. */
export async function extendContract(
  chat: Chat,
  desk: Desk,
  mine: Awaited<ReturnType<Desk['myContractors']>>[number],
  longest: number,
): Promise<void> {
  const { contract, name, project, endsAt } = mine
  const reason = await askReason(chat, `Why does ${name} stay longer?`, 'Whoever approves it reads this.')
  const until = await askUntil(chat, desk, `Until when does ${name} stay?`, { longest, after: endsAt })
  if (until === undefined) return
  await chat.ask(
    'confirm-extension',
    card('access-confirm', {
      title: 'Shall I ask for this?',
      facts: [
        { title: 'Who', value: name },
        { title: 'Project', value: project },
        { title: 'Ends now', value: momentInWords(endsAt) },
        { title: 'Until', value: momentInWords(until) },
        { title: 'Reason', value: reason },
      ],
      conflicts: [],
      choices: [{ title: 'Ask for it', ids: { choice: 'ask' } }],
    }),
    (given) => (given.by === 'button' && given.values.choice === 'ask' ? true : undefined),
    () => 'I am asking.',
  )
  const asked = await chat.once('asked', () =>
    desk.requestContractExtension(`${chat.dialogId}:extension`, contract, { reason, until }),
  )
  const title = asked.ok ? `I have asked to extend the contract of ${name}` : 'I did not ask for it'
  chat.say('done', message(title, asked.sentence))
}
