import type { AuditLine } from '../front-door-shapes.ts'

const OUTCOMES: Readonly<Record<string, string>> = {
  done: 'done',
  refused: 'refused',
  failed: 'failed',
  unclear: 'unclear, IT looks',
}

const ACTIONS: Readonly<Record<string, string>> = {
  'enrol-totp': 'Set up an authenticator',
  'approve-totp': 'Let the authenticator count',
  'remove-totp': 'Remove the authenticator',
  'verify-totp': 'Check a code',
  'confirm-person': 'Vouch for a colleague',
  'match-number': 'Pick the right number',
  'verify-caller': 'Prove to be the caller',
  'read-out': 'Read out what was made',
  'reset-password': 'Reset the password',
  'protect-account': 'Protect the account',
  'reset-password-for': 'Reset the password for them',
  'bind-slack': 'Know the Slack account',
  'take-thread': 'Take the thread',
  'resolve-thread': 'Resolve the thread',
  'ask-caller': 'Check who is calling',
  'ask-freeze': 'Ask for a freeze',
  'confirm-freeze': 'Confirm the freeze',
  'cancel-freeze': 'Take the freeze back',
  'expire-freeze': 'Let the freeze lapse',
  'freeze-account': 'Freeze the account',
}

const PROOFS: Readonly<Record<string, string>> = {
  totp: 'a code',
  manager: 'the manager',
  questions: 'answers',
  channel: 'the chat',
}

/** `reset-password` → "Reset the password"; an action this page does not know yet is read out as it stands. */
export function actionInWords(action: string): string {
  const words = action.replaceAll('-', ' ').replace(/\btotp\b/g, 'authenticator')
  return ACTIONS[action] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

/** How it stands: an intent is written before the change, the outcome after it. */
export function standing(line: AuditLine): { readonly words: string; readonly look: string } {
  if (line.kind === 'intent') return { words: 'about to', look: 'intent' }
  if (line.outcome === undefined) return { words: 'noted', look: 'noted' }
  return { words: OUTCOMES[line.outcome] ?? line.outcome, look: line.outcome }
}

/** "Mia Ek, at their own request; proved by a code" */
export function concerning(line: AuditLine): string {
  const by = line.actorId === line.targetId ? 'at their own request' : `by ${line.actor}`
  const proofs = line.proofs.map((method) => PROOFS[method] ?? method).join(' and ')
  return `${line.target}, ${by}${proofs === '' ? '' : `; proved by ${proofs}`}`
}

/** Reasons without the ids at their head: who it was, and what, stands above them already. */
export const reasons = (detail: string) => detail.replace(/[a-z-]+ of [0-9a-f-]{36} by [0-9a-f-]{36}: /g, '')
