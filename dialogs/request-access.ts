import type { Preview } from '../bot/access/access-desk.ts'
import { lastsInWords, momentInWords } from '../bot/approvals/requests/lasts-words.ts'
import type { Lasts } from '../bot/approvals/requests/request.ts'
import type { Chat } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { askLasts, askStart } from './ask-time.ts'
import { askReason } from './ask-words.ts'
import { card, message } from './cards.ts'
import { chooseEntry } from './choose-entry.ts'
import { chooseWhom } from './choose-whom.ts'
import type { Dialog } from './dialog.ts'

/** "I need access to the sales dashboard": what, for whom, why, how long; then whoever must say yes is asked. */
export const requestAccess: Dialog = {
  name: 'request-access',
  title: 'Ask for access',

  async talk(chat, desk) {
    const closed = await chat.once('closed', async () => (await desk.accessClosed()) ?? null)
    if (closed !== null) return chat.say('closed-now', message('Ask for access', closed))
    const chosen = await chooseEntry(chat, desk, 'What do you need access to?')
    if ('askIt' in chosen) return await askIt(chat, desk, chosen.askIt)
    const { entry } = chosen
    const whom = await chooseWhom(chat, desk, `${entry.title}: for whom?`)
    if (!whom) return chat.say('nobody', message(entry.title, 'I did not find out for whom. Please start again.'))
    const { about } = whom
    const preview = await chat.once('preview', async () => (await desk.previewAccess(entry.key, about?.id)) ?? null)
    if (preview === null)
      return chat.say('not-there', message(entry.title, 'You cannot ask for this. Please talk to IT.'))
    if (preview.instead !== undefined) return chat.say('instead', message(entry.title, preview.instead))

    const reason = await askReason(chat, `Why ${about ? `does ${about.name}` : 'do you'} need it?`, whyText(preview))
    const lasts = await askLasts(chat, desk, 'How long?', preview)
    if (lasts === undefined) return
    const now = await confirm(chat, 'confirm', preview, { reason, lasts, startsAt: null }, true)
    const start = now === 'ask' ? { startsAt: null } : await askStart(chat, desk, { lasts, longest: preview.longest })
    if (start === undefined) return
    const { startsAt } = start
    if (now === 'later') await confirm(chat, 'confirm-later', preview, { reason, lasts, startsAt }, false)

    const asked = await chat.once('asked', () =>
      desk.requestAccess(`${chat.dialogId}:access`, {
        entry: entry.key,
        ...(about ? { about: about.id } : {}),
        reason,
        startsAt,
        lasts,
      }),
    )
    const title = asked.ok ? `I have asked for ${entry.title}` : 'I did not ask for it'
    const more = asked.ok ? ' I tell you here as soon as there is an answer. To take it back, write "withdraw".' : ''
    chat.say('done', message(title, `${asked.sentence}${more}`))
  },
}

interface Wanted {
  readonly reason: string
  readonly lasts: Lasts
  readonly startsAt: string | null
}

/** The last card: all that will be asked, and of whom. */
function confirm(
  chat: Chat,
  key: string,
  preview: Preview,
  { reason, lasts, startsAt }: Wanted,
  later: boolean,
): Promise<'ask' | 'later'> {
  const facts = [
    { title: 'What', value: preview.entry.title },
    { title: 'It opens', value: preview.entry.opens },
    ...(preview.for.id === chat.person.id ? [] : [{ title: 'For', value: preview.for.name }]),
    { title: 'Reason', value: reason },
    { title: 'How long', value: lastsInWords(lasts) },
    { title: 'Starts', value: startsAt === null ? 'as soon as it is approved' : momentInWords(startsAt) },
    { title: 'I will ask', value: preview.approvers },
  ]
  const choices = [
    { title: 'Ask for it', ids: { choice: 'ask' } },
    ...(later ? [{ title: 'Start later', ids: { choice: 'later' } }] : []),
  ]
  return chat.ask(
    key,
    card('access-confirm', {
      title: 'Shall I ask for this?',
      facts,
      conflicts: preview.conflicts.map((text) => ({ text })),
      choices,
    }),
    (given) => {
      const choice = given.by === 'text' ? readYes(given.text) : given.values.choice
      return choice === 'ask' || (later && choice === 'later') ? choice : undefined
    },
    (choice) => (choice === 'ask' ? 'I am asking.' : 'Later, then.'),
  )
}

function readYes(text: string): 'ask' | undefined {
  return /^\W*(yes|yes please|ok|okay|ask|ask for it|go ahead|sure)\W*$/i.test(text) ? 'ask' : undefined
}

function whyText({ entry }: Preview): string {
  const more = entry.risk === 'high' ? ' This one is sensitive, so be exact.' : ''
  return `Whoever approves it reads this.${more} Never write a password or a code here.`
}

/** What nobody has put into the catalogue: IT knows what to do. */
async function askIt(chat: Chat, desk: Desk, words: string): Promise<void> {
  const told = await chat.once('told', () =>
    desk.tellIt({
      key: 'no-entry',
      reason: 'asks-for-a-person',
      title: 'Somebody asks for access that I do not know',
      urgency: 'normal',
      facts: [{ title: 'Asks for', value: words === '' ? 'they did not say' : words }],
    }),
  )
  const sentence = told.reached
    ? 'IT has it in their channel now and will answer you here.'
    : 'IT will find it in their list of tickets.'
  chat.say('it', message(`Ticket ${told.number}`, sentence))
}
