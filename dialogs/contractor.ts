import type { EntryShown } from '../bot/access/access-desk.ts'
import { momentInWords } from '../bot/approvals/requests/lasts-words.ts'
import type { Chat } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { askUntil } from './ask-time.ts'
import { askWords } from './ask-words.ts'
import { card, message } from './cards.ts'
import { fitting } from './choose-line.ts'
import { chooseSeveral } from './choose-several.ts'
import type { Dialog } from './dialog.ts'
import { extendContract } from './extend-contract.ts'
import { findPerson } from './find-person.ts'

/** "Project X needs Gil until 30 April": an account with an end, and somebody who answers for it. */
export const contractor: Dialog = {
  name: 'contractor',
  title: 'A contractor’s account',
  inMenu: false,

  async talk(chat, desk) {
    const closed = await chat.once('closed', async () => (await desk.accessClosed()) ?? null)
    if (closed !== null) return chat.say('closed-now', message('Contractors', closed))
    const rules = desk.contractRules()
    if (!rules) return chat.say('none', message('Contractors', 'There are no contracts here. Please talk to IT.'))
    const mine = await chat.once('mine', () => desk.myContractors())
    const extended = mine.length === 0 ? undefined : await newOrExtended(chat, mine)
    if (extended) return await extendContract(chat, desk, extended, rules.longest)

    const person = await findPerson(chat, whom, (text) => desk.findContractors(text))
    if (!person) return
    const project = await askWords(chat, 'project', {
      title: `What does ${person.name} work on?`,
      text: 'Whoever approves it reads this.',
      label: 'Project',
      button: 'Go on',
    })
    if ('choice' in project) return
    const until = await askUntil(chat, desk, `Until when does ${person.name} work here?`, rules)
    if (until === undefined) return
    const entries = await chooseSeveral(chat, desk, `What does ${person.name} need access to?`)
    await confirmContract(chat, person.name, project.words, until, entries)
    const asked = await chat.once('asked', () =>
      desk.requestContract(`${chat.dialogId}:contract`, {
        about: person.id,
        project: project.words,
        until,
        entries: entries.map(({ key }) => key),
      }),
    )
    const title = asked.ok ? `I have asked for the contract of ${person.name}` : 'I did not ask for it'
    chat.say('done', message(title, asked.sentence))
  },
}

const whom = {
  title: 'Who is the contractor?',
  text: 'Write their name or their e-mail address. Guests and members of the groups for contractors can be one.',
  nobody: 'I find nobody of that name who may be a contractor here.',
}

type Mine = Awaited<ReturnType<Desk['myContractors']>>

/** @returns the contract to extend; undefined for a new one */
async function newOrExtended(chat: Chat, mine: Mine): Promise<Mine[number] | undefined> {
  const choices = [
    { title: 'A new contractor', ids: { choice: 'new' } },
    ...mine.slice(0, 10).map(({ contract, name, project, endsAt }) => ({
      title: fitting(`Extend: ${name}, ${project}, until ${momentInWords(endsAt)}`),
      ids: { choice: contract },
    })),
  ]
  const title = 'Contractors'
  const chosen = await chat.ask(
    'new-or-extended',
    card('choose', { title, text: 'You answer for these.', choices }),
    (given) =>
      given.by === 'button' ? choices.find(({ ids }) => ids.choice === given.values.choice)?.ids.choice : undefined,
    (choice) => choices.find(({ ids }) => ids.choice === choice)?.title ?? '',
  )
  return mine.find(({ contract }) => contract === chosen)
}

async function confirmContract(
  chat: Chat,
  name: string,
  project: string,
  until: string,
  entries: readonly EntryShown[],
): Promise<void> {
  const facts = [
    { title: 'Who', value: name },
    { title: 'Project', value: project },
    { title: 'Until', value: momentInWords(until) },
    { title: 'Access', value: entries.length === 0 ? 'none' : entries.map(({ title }) => title).join(', ') },
    { title: 'Sponsor', value: `${chat.person.name}: you answer for it` },
  ]
  const choices = [{ title: 'Ask for it', ids: { choice: 'ask' } }]
  await chat.ask(
    'confirm',
    card('access-confirm', { title: 'Shall I ask for this contract?', facts, conflicts: [], choices }),
    (given) => (given.by === 'button' && given.values.choice === 'ask' ? true : undefined),
    () => 'I am asking.',
  )
}
