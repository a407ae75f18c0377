import type { CardContent } from '../../channels/chat.ts'
import { plainText } from '../../plain-text.ts'
import { subjectOf } from './ask-card.ts'
import { howLong } from './lasts-words.ts'
import type { AccessRequest, Ask, Named, Question, RequestState } from './request.ts'

type Ended = Exclude<RequestState, 'open'>

const titles: Readonly<Record<Ended, string>> = {
  approved: 'It was approved',
  denied: 'It was denied',
  withdrawn: 'It was withdrawn',
  expired: 'It has expired',
  'to-it': 'IT has it now',
  void: 'It was stopped',
}

/** For whoever gets access and did not ask for it themselves. */
const endings: Readonly<Record<Ended, string>> = {
  approved: 'It was approved.',
  denied: 'It was denied: you do not get it.',
  withdrawn: 'It was withdrawn: you do not get it.',
  expired: 'Nobody decided in time: you do not get it.',
  'to-it': 'I found nobody who could decide, so IT looks at it.',
  void: 'It was stopped: you do not get it.',
}

/** What the requester hears; with a button to withdraw the request while it is open. */
export function newsContent(request: AccessRequest, number: number | undefined, text: string): CardContent {
  const { state, terms, earlier } = request
  const title = state === 'open' ? 'Your request for access' : titles[state]
  const facts = [
    { title: 'What', value: subjectOf(terms) },
    { title: 'How long', value: howLong(terms, earlier) },
    ...(number === undefined ? [] : [{ title: 'Request', value: String(number) }]),
  ]
  return { card: 'access-news', data: { title, text, facts, ids: { request: request.id, open: state === 'open' } } }
}

/** For the person for whom somebody else asks. */
export function askedForContent({ id, terms, earlier }: AccessRequest): CardContent {
  const facts = [
    { title: 'What', value: terms.title },
    { title: 'It opens', value: terms.opens },
    { title: 'How long', value: howLong(terms, earlier) },
  ]
  const text = `${terms.requester.name} asked for this for you. I tell you how it ends. If you do not want it, withdraw it.`
  const data = { title: 'Somebody asks for access for you', text, facts, ids: { request: id, open: true } }
  return { card: 'access-news', data }
}

export function endedForContent({ id, terms, earlier }: AccessRequest, state: Ended): CardContent {
  const facts = [
    { title: 'What', value: terms.title },
    { title: 'How long', value: howLong(terms, earlier) },
  ]
  const text = `${terms.requester.name} had asked for this for you. ${endings[state]}`
  return { card: 'access-news', data: { title: titles[state], text, facts, ids: { request: id, open: false } } }
}

/** An approver's question, with room for the answer. */
export function questionContent({ id, terms }: AccessRequest, question: Question, from: Named): CardContent {
  const facts = [{ title: 'About', value: subjectOf(terms) }]
  const data = { approver: from.name, question: question.text, facts, ids: { request: id, question: question.id } }
  return { card: 'access-question', data }
}

export function answerContent({ id, terms }: AccessRequest, question: Question): CardContent {
  const facts = [
    { title: 'You asked', value: question.text },
    { title: 'Answer', value: question.answer ?? '' },
    { title: 'About', value: subjectOf(terms) },
  ]
  const title = `${terms.requester.name} answered your question`
  const text = 'The card with the buttons stands further up in this chat.'
  return { card: 'access-news', data: { title, text, facts, ids: { request: id, open: false } } }
}

/**
 * A reminder is a message and no second card: an ask has one card with buttons, so that nothing is decided on one that was
 * not changed with the other, and messages are what both products notify of.
 */
export function reminderContent({ terms }: AccessRequest, ask: Ask): CardContent {
  const since = new Date(ask.askedAt).toISOString().slice(0, 16).replace('T', ' ')
  const who = plainText(terms.requester.name, 100)
  const text = `${who} has been waiting for your answer since ${since} UTC: ${plainText(subjectOf(terms), 200)}. Please use the buttons on the card further up in this chat.`
  return { card: 'message', data: { title: `${who} is waiting for you`, text } }
}
