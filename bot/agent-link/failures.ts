import type { CommandName } from '../../agent/protocol/commands.ts'
import type { AgentError, AgentErrorCode } from '../../agent/protocol/frames.ts'
import { DirectoryError, type DirectoryErrorCode } from '../directory/directory-error.ts'
import { sentences } from '../directory/sentences.ts'
import { plainText } from '../plain-text.ts'
import { linkSentences, passwordSentences } from './sentences.ts'

/** What a command was, for whoever reads what became of it. */
export interface Asking {
  readonly name: CommandName
  readonly writes: boolean
  /** Id of the command; undefined before there is one. */
  readonly commandId?: string | undefined
}

const codes: Readonly<Record<AgentErrorCode, DirectoryErrorCode>> = {
  'not-found': 'not-found',
  refused: 'refused',
  protected: 'protected',
  conflict: 'conflict',
  unreachable: 'unreachable',
  throttled: 'throttled',
  policy: 'policy',
  forbidden: 'protected',
  expired: 'unreachable',
  'unknown-command': 'refused',
  interrupted: 'unreachable',
  internal: 'unreachable',
}

/**
 * What an agent said went wrong. A write that may have been done is unreachable, whatever it failed with afterwards: it may have been
 * taken, and only the reading of what became of it turned away.
 * @param agent its name, which is data
 */
export function failureOfAgent(asking: Asking, agent: string, error: AgentError): DirectoryError {
  const maybeDone = asking.writes && (error.maybeDone || error.code === 'interrupted')
  return new DirectoryError(maybeDone ? 'unreachable' : codes[error.code], {
    sentence: maybeDone ? linkSentences['maybe-done'] : sentenceOf(error),
    detail: detailOf(asking, `agent ${agent}: ${error.code}: ${error.detail}`),
    requestId: asking.commandId,
    maybeDone,
  })
}

function sentenceOf({ code, rule }: AgentError): string {
  switch (code) {
    case 'policy':
      return passwordSentences[rule ?? 'unknown']
    case 'forbidden':
      return linkSentences.forbidden
    case 'throttled':
      return linkSentences.busy
    case 'unknown-command':
    case 'internal':
      return linkSentences['not-understood']
    case 'unreachable':
    case 'expired':
    case 'interrupted':
      return linkSentences.down
    default:
      return sentences[code]
  }
}

/** It left, and nobody knows what became of it; or nobody could be asked at all. */
export function noAnswer(asking: Asking, why: string, options: { readonly left: boolean }): DirectoryError {
  const maybeDone = asking.writes && options.left
  return new DirectoryError('unreachable', {
    sentence: maybeDone ? linkSentences['maybe-done'] : linkSentences.down,
    detail: detailOf(asking, why),
    requestId: asking.commandId,
    maybeDone,
  })
}

/** Nothing was sent, and trying again changes nothing. */
export function notAsked(
  asking: Asking,
  code: 'protected' | 'conflict' | 'refused' | 'throttled',
  sentence: 'no-agent' | 'which-domain' | 'not-understood' | 'busy',
  why: string,
): DirectoryError {
  return new DirectoryError(code, { sentence: linkSentences[sentence], detail: detailOf(asking, why) })
}

function detailOf({ name }: Asking, why: string): string {
  return plainText(`${name}: ${why}`, 450)
}
