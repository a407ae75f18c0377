import type { ChannelName } from '../channels/chat.ts'
import { plain } from '../channels/text.ts'
import type { ProofMethod } from '../identity/proof.ts'
import { withOperationTitles } from '../operations/titles.ts'
import { plainText } from '../plain-text.ts'

const longestText = 4_000
/** Cards cut a text at 1,000 characters and lose its lines: words are laid into them in pieces. */
const longestPiece = 900
const mostPieces = 15

/** A moment for people far apart: `10:02 UTC`. */
export function clockTime(at: Date): string {
  return `${at.toISOString().slice(11, 16)} UTC`
}

export function nameOf(person: { readonly name: string }): string {
  return plain(person.name, 100) || 'somebody without a name'
}

/** What somebody wrote, as long as it may be. */
export function wordsOf(text: string): string {
  return plainText(text, longestText, { lines: true })
}

/**
 * Words of a person in a message of ours: every further line is marked, and no blanks push words to where a line begins, so that
 * nothing they write can pass for a sentence of HelpBot.
 */
export function quoted(text: string): string {
  return text.replace(/(?:[^\S\n]|[\u115f\u1160\u2800\u3164\uffa0]){3,}/g, '  ').replace(/\n+/g, '\n| ')
}

/** The same in pieces for a card, line by line. */
export function piecesOf(text: string): readonly { readonly text: string }[] {
  const lines = wordsOf(text)
    .split(/\n+/)
    .map((line) => line.trim())
    .filter(Boolean)
  const few =
    lines.length > mostPieces ? [...lines.slice(0, mostPieces - 1), lines.slice(mostPieces - 1).join(' ')] : lines
  return few.flatMap((line) => {
    const letters = Array.from(line)
    const count = Math.ceil(letters.length / longestPiece)
    return Array.from({ length: count }, (_, index) => ({
      text: letters.slice(index * longestPiece, (index + 1) * longestPiece).join(''),
    }))
  })
}

const aboutFactor = /\bfactor:[0-9a-f-]{36}/g
const aboutOperation = /\boperation:[^\s,]+/g
const idsOfDecision = / of [0-9a-f-]{36} by [0-9a-f-]{36}(?=: )/g

/** Words for IT without the names that our own code gives to things, and without ids where a name stands beside them. */
export function inPlainWords(text: string): string {
  return withOperationTitles(
    text
      .replace(idsOfDecision, '')
      .replace(aboutFactor, 'a new authenticator')
      .replace(aboutOperation, 'a change of the account'),
  )
}

export const channelTitles: Readonly<Record<ChannelName, string>> = { teams: 'Teams', slack: 'Slack' }

export const proofTitles: Readonly<Record<ProofMethod, string>> = {
  totp: 'authenticator code',
  manager: 'confirmed by the manager',
  questions: 'security questions',
  channel: 'signed-in chat',
}

export function minutes(milliseconds: number): string {
  const count = Math.max(1, Math.round(milliseconds / 60_000))
  if (count >= 120) return `${Math.round(count / 60)} hours`
  return count === 1 ? '1 minute' : `${count} minutes`
}

export const say = {
  onlyItAnswers: 'Only IT can answer here.',
  onlyItPresses: 'Only IT can use these buttons.',
  ownThread: 'This thread is about you: somebody else of IT looks after it.',
  attachmentsOfIt: 'Attachments are not passed on. Please put it in words.',
  attachmentsOfPerson: 'Attachments are not passed on to IT. Please put it in words.',
  resolved: (number: number) =>
    `This thread is resolved (ticket ${number}), so that was not passed on. Open a new one, or call.`,
  passedOn: 'Passed on to IT.',
  passedOnFirst: (number: number) => `Passed on to IT (ticket ${number}). They answer you here.`,
  over: (number: number) => `Ticket ${number} is resolved. Write "talk to a human" if you need IT again.`,
  empty: 'Please write a few words first.',
} as const
