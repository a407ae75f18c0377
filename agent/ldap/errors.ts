import { ResultCodeError } from 'ldapts'
import { AgentError } from '../agent-error.ts'

/** What was being done when it failed. */
export interface Doing {
  /** For IT: `search below OU=People,…`. No secret. */
  readonly what: string
  /** A write that has left this machine: where no answer came, it may have been done. */
  readonly writeSent: boolean
}

/** Where the caller need not wait and try the same again: the controller's own answers (RFC 4511 appendix A). */
const meaning: ReadonlyMap<number, AgentError['code']> = new Map([
  [10, 'not-found'], // referral: it lies in another domain, and referrals are not followed
  [16, 'conflict'], // no such attribute or value: it was not there to be taken away
  [20, 'conflict'], // attribute or value exists
  [32, 'not-found'],
  [50, 'refused'],
  [66, 'conflict'], // not allowed on what has children
  [68, 'conflict'],
])

/** Codes after which nobody knows whether a write was done: the controller gave up on it, or was going down. */
const openEnded = new Set([1, 3, 11, 52, 80])
const unwell = new Set([1, 3, 11, 51, 52, 80])

/** Windows errors that stand at the head of the words of 19 and 53 (MS-ERREF 2.2), where they say more than the code. */
const passwordPolicy = '0000052D'
const conflicts = [
  '00000529', // not a member of the group
  '00000561', // not a member of the local group
  '00000562', // already a member of the local group
  '00000528', // already a member of the group
  '0000202F', // constraint: a value that another has
  '000021C7', // service principal name is not unique
  '000021C8', // user principal name is not unique
]

/** Makes an AgentError of whatever ldapts or a socket threw. What already is one stays as it is. Pure. */
export function toAgentError(error: unknown, doing: Doing): AgentError {
  if (error instanceof AgentError) return error
  if (!(error instanceof ResultCodeError))
    return new AgentError('unreachable', `${doing.what}: ${wordsOf(error)}`, {
      maybeDone: doing.writeSent,
      cause: error,
    })
  const detail = `${doing.what}: LDAP ${error.code}: ${wordsOf(error)}`
  if (isPolicy(error)) return new AgentError('policy', detail, { rule: brokenRule(error.message), cause: error })
  if (unwell.has(error.code))
    return new AgentError('unreachable', detail, {
      maybeDone: doing.writeSent && openEnded.has(error.code),
      cause: error,
    })
  const code = saysConflict(error) ? 'conflict' : (meaning.get(error.code) ?? 'refused')
  return new AgentError(code, detail, { cause: error })
}

const isPolicy = (error: ResultCodeError) => headOf(error.message) === passwordPolicy
const saysConflict = (error: ResultCodeError) =>
  (error.code === 19 || error.code === 53) && conflicts.includes(headOf(error.message) ?? '')

/** The Windows error at the head of the words: `0000052D: Constraint violation …`. */
const headOf = (message: string): string | undefined => /^\s*([0-9A-F]{8}):/i.exec(message)?.[1]?.toUpperCase()

/** Samba says which rule; Windows does not. */
function brokenRule(message: string): NonNullable<AgentError['rule']> {
  if (/too short|minimum (password )?length/i.test(message)) return 'length'
  if (/complexity/i.test(message)) return 'complexity'
  if (/history|already used/i.test(message)) return 'history'
  if (/too young|too recent|minimum password age/i.test(message)) return 'too-young'
  return 'unknown'
}

/**
 * `data` of a failed bind (code 49): a Windows error in hex (MS-ERREF 2.2). Whether it is the name or the password that is wrong the
 * directory does not say.
 */
const bindFailures: ReadonlyMap<string, string> = new Map([
  ['525', 'there is no such account'],
  ['52e', 'its name or its password is wrong'],
  ['52f', 'it is restricted (blank password, or a policy of the domain)'],
  ['530', 'it may not sign in at this hour'],
  ['531', 'it may not sign in from this machine'],
  ['532', 'its password has expired'],
  ['533', 'it is disabled'],
  ['701', 'it has expired'],
  ['773', 'its password must be changed first'],
  ['775', 'it is locked out'],
])

/** Why the service account was not let in, in words for IT. The password is in none of them. */
export function bindError(error: unknown, name: string, where: string): AgentError {
  const doing = { what: `bind at ${where}`, writeSent: false }
  if (!(error instanceof ResultCodeError)) return toAgentError(error, doing)
  if (error.code === 49) {
    const data = /\bdata ([0-9a-f]{1,8})\b/i.exec(error.message)?.[1]?.toLowerCase()
    const why = bindFailures.get(data ?? '') ?? 'it was not let in'
    return new AgentError(
      'refused',
      `the service account ${name} cannot bind at ${where}: ${why} (49, data ${data ?? 'unknown'})`,
      {
        cause: error,
      },
    )
  }
  return toAgentError(error, doing)
}

/** One line, not too long, without what could pass for something else. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error)
  return message
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 300)
    .toWellFormed()
}
