import { z } from 'zod'
import type { CardContent } from '../../channels/chat.ts'
import { plainText } from '../../plain-text.ts'
import type { Risk } from '../../policy/catalogue/catalogue.ts'
import type { Post } from '../../turns/outbox.ts'
import { needsCodeIn } from './code-rules.ts'
import type { RequestGround } from './ground.ts'
import { fromWhen, howLong } from './lasts-words.ts'
import type { PersonFacts } from './person-facts.ts'
import type { AccessRequest, Ask, RequestKind, Terms } from './request.ts'
import { whoDecides } from './who-decides.ts'

/** A card has room for so many; the latest count. */
const mostQuestions = 3
const mostConflicts = 5
const longestSaid = 400

const riskWords: Readonly<Record<Risk, string>> = {
  low: 'Low: little harm could be done with it.',
  medium: 'Medium: some harm could be done with it.',
  high: 'High: much harm could be done with it. I ask you for a code of your authenticator app.',
}
const headings: Readonly<Record<RequestKind, string>> = {
  access: 'asks for access',
  extension: 'asks to keep access for longer',
  contract: 'asks for a contractor’s account',
  'contract-extension': 'asks to keep a contractor for longer',
}

/** What the card keeps of the directory, so that it is drawn anew without asking again. */
export interface Known {
  readonly about: string
  readonly has: string
  readonly photo: string | undefined
}

const askData = z.object({
  about: z.string(),
  has: z.string(),
  ids: z.object({ ask: z.string(), hash: z.string(), photo: z.string().optional() }),
})

/**
 * The card that asks an approver, as it looks now.
 * @param more `problem` is shown above all else; `codeInSlack`: a code is asked for there whatever else holds
 */
export function askContent(
  ground: Pick<RequestGround, 'channelIsStrong'>,
  request: AccessRequest,
  ask: Ask,
  known: Known,
  { problem, codeInSlack = false }: { readonly problem?: string; readonly codeInSlack?: boolean } = {},
): CardContent {
  const { terms, earlier, questions } = request
  const { requester, person } = terms
  const forOther = person.id === requester.id ? '' : ` for ${person.name}`
  const data = {
    heading: `${requester.name} ${headings[terms.kind]}${forOther}`,
    ...(problem === undefined ? {} : { problem }),
    name: person.name,
    about: known.about,
    has: known.has,
    conflicts: terms.conflicts
      .slice(0, mostConflicts)
      .map((text) => ({ text: terms.entry === null ? text : `Conflict: ${text}` })),
    facts: [
      { title: 'What', value: terms.title },
      { title: 'It opens', value: terms.opens },
      { title: 'Why, in their words', value: terms.reason },
      { title: 'How long', value: howLong(terms, earlier) },
      { title: 'From', value: fromWhen(terms) },
      { title: 'Risk', value: riskWords[terms.risk] },
      { title: 'You are asked as', value: ask.as },
      { title: 'Who decides', value: whoDecides(request, ask) },
      ...(known.has === '' ? [] : [{ title: 'They have already', value: known.has }]),
    ],
    questions: questions.slice(-mostQuestions).flatMap(({ ask: by, text, answer }) => {
      const asker = by === ask.id ? 'You' : (request.asks.find(({ id }) => id === by)?.approver.name ?? 'Somebody')
      return [
        { title: `${asker} asked`, value: said(text) },
        { title: `${requester.name} answered`, value: answer === null ? 'nothing yet' : said(answer) },
      ]
    }),
    ids: {
      ask: ask.id,
      hash: ask.hash,
      askedAt: `${new Date(ask.askedAt).toISOString().slice(0, 19)}Z`,
      codeInTeams: needsCodeIn(ground, terms, 'teams'),
      codeInSlack: codeInSlack || needsCodeIn(ground, terms, 'slack'),
      ...(known.photo === undefined ? {} : { photo: known.photo }),
    },
  }
  return { card: 'access-ask', data }
}

/** What an ask's card says of the terms: the hash of them is ours, never what a client sent along. */
export function askShownOn(content: Post['content']): { readonly ask: string; readonly hash: string } | undefined {
  const data = 'card' in content && content.card === 'access-ask' ? askData.safeParse(content.data).data : undefined
  return data?.ids
}

/** What a card knew of the person. */
export function knownOn(content: Post['content']): Known {
  const data = 'card' in content ? askData.safeParse(content.data).data : undefined
  return data ? { about: data.about, has: data.has, photo: data.ids.photo } : knownOf(undefined)
}

/** Words for what the directory said. */
export function knownOf(facts: PersonFacts | undefined): Known {
  if (!facts) return { about: '', has: '', photo: undefined }
  const place = [facts.jobTitle, facts.department].filter((text) => text !== undefined).join(', ')
  const manager = facts.manager === undefined ? [] : [`Manager: ${facts.manager}`]
  return {
    about: [...(place === '' ? [] : [place]), ...manager].join('. '),
    has: hasInWords(facts),
    photo: facts.photo,
  }
}

function hasInWords({ groups, more, evenMore }: PersonFacts): string {
  if (!groups) return ''
  if (groups.length === 0) return 'nothing that I know of'
  const others = evenMore ? [`and more than ${more} others`] : more > 0 ? [`and ${more} more`] : []
  return `${groups.join(', ')}${others.map((text) => ` ${text}`).join('')}`
}

/** What it is about, for sentences: `Sales dashboard (read) for Ada Lindqvist`. */
export function subjectOf({ title, person, requester }: Terms): string {
  return person.id === requester.id ? title : `${title} for ${person.name}`
}

function said(text: string): string {
  return `“${plainText(text, longestSaid)}”`
}
