import type { Chat, Given } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import type { UserId } from '../bot/identity/person.ts'
import { card } from './cards.ts'
import { fitting } from './choose-line.ts'

const mostButtons = 8
const mostRounds = 5

/** For whom it is asked for; undefined = for oneself. */
export interface ForWhom {
  readonly about: { readonly id: UserId; readonly name: string } | undefined
}

type Answer = { readonly id: string } | { readonly problem: string }

/** Asks for whom, where there is anybody but oneself. @returns undefined after too many tries */
export async function chooseWhom(chat: Chat, desk: Desk, title: string): Promise<ForWhom | undefined> {
  const reports = await chat.once('reports', () => desk.reportsToAskFor())
  if (reports.length === 0) return { about: undefined }
  const choices = [
    { title: 'For myself', ids: { choice: 'self' } },
    ...reports.slice(0, mostButtons).map(({ id, name, about }) => ({
      title: fitting(about === '' ? name : `${name} · ${about}`),
      ids: { choice: id as string },
    })),
  ]
  const read = (given: Given): Answer | undefined => {
    if (given.by === 'button')
      return choices.some(({ ids }) => ids.choice === given.values.choice) ? pressed(given) : undefined
    const text = plain(given.text)
    if (/^(for )?(me|myself)\W*$/.test(text)) return { id: 'self' }
    const name = text.replace(/^for /, '')
    const named = reports.filter((one) => name.length >= 2 && plain(one.name).includes(name))
    const [only, another] = named
    if (only && !another) return { id: only.id }
    if (another) return { problem: 'Several of your reports are called so. Please write the whole name.' }
    return text.length > 60
      ? undefined
      : { problem: 'You can ask for yourself and for your direct reports only. Others must ask themselves.' }
  }
  let problem = ''
  for (let round = 1; round <= mostRounds; round++) {
    const text = `${problem === '' ? '' : `${problem} `}${reports.length > mostButtons ? 'You can also write a name.' : 'For yourself, or for one of your reports?'}`
    const answer: Answer = await chat.ask(`whom-${round}`, card('choose', { title, text, choices }), read, (taken) =>
      'problem' in taken ? taken.problem : (reports.find(({ id }) => id === taken.id)?.name ?? 'For yourself.'),
    )
    if ('id' in answer) return { about: reports.find(({ id }) => id === answer.id) }
    problem = answer.problem
  }
  return undefined
}

function pressed({ values }: Extract<Given, { by: 'button' }>): Answer {
  return { id: values.choice ?? 'self' }
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase()
}
