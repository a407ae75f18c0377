import type { AuditLine, MembershipChange } from '../front-door-shapes.ts'
import { dayAndTime } from './practice-clock.ts'

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
  'ask-lockdown': 'Ask for a lockdown, or its end',
  'confirm-lockdown': 'Confirm the lockdown, or its end',
  'withdraw-lockdown': 'Take the lockdown back',
  'expire-lockdown': 'Let the lockdown lapse',
  'void-lockdown': 'Drop the lockdown',
  'ask-access': 'Ask for access',
  'approve-access': 'Approve access',
  'deny-access': 'Deny access',
  'shorten-access': 'Approve access for a shorter time',
  'delegate-access': 'Let somebody else decide',
  'hand-over-access': 'Hand the decision over',
  'withdraw-access': 'Withdraw the request for access',
  'expire-access': 'Let the request for access lapse',
  'void-access': 'Drop the request for access',
  'grant-access': 'Put into the group',
  'revoke-access': 'Take out of the group',
  'escalate-access': 'Hand the request for access to IT',
  'end-access-request': 'End the request for access',
  'extend-access': 'Extend access',
  'end-access': 'Let the grant end',
  'notice-removed-access': 'Notice that access is gone',
  'enable-account': 'Enable the account',
  'disable-account': 'Disable the account',
  'begin-contract': 'Begin the contract',
  'notice-sponsor-gone': 'Notice that the sponsor is gone',
  'extend-contract': 'Extend the contract',
  'take-over-contract': 'Take over the contract',
  undo: 'Undo it',
  'unlock-account': 'Unlock the account',
  'offer-unlock': 'Offer to unlock the account',
  'confirm-sync': 'See it in Microsoft 365',
  'issue-agent-code': 'Make a code for an agent',
  'enrol-agent': 'Enrol the agent',
  'revoke-agent': 'Revoke the agent',
  'rotate-agent': 'Change the agent’s key',
  'request-agent-rotation': 'Ask the agent for a new key',
  'rotate-bot': 'Change the bot’s key',
  'agent-alarm': 'Alarm of the agent',
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

/** "Finance Reports, until 23 Nov, 10:00:00, approved by Maya Okonkwo and Hugo Ferreira"; empty for what is not about access. */
export function aboutAccess({ about, endsAt, approvers = [], decides }: AuditLine): string {
  const end = endsAt === 'never' ? 'without an end' : endsAt === undefined ? '' : `until ${dayAndTime(endsAt)}`
  const yes = approvers.length === 0 ? '' : `approved by ${approvers.join(' and ')}`
  const next = decides === undefined ? '' : `now ${decides} decides`
  return [about ?? '', end, yes, next].filter((part) => part !== '').join(', ')
}

/** "on dc1.corp.nordwind.example, through the agent"; empty for what was done in the cloud. */
export const whereItWasDone = ({ controller }: AuditLine): string =>
  controller === undefined ? '' : `on ${controller}, through the agent`

/** "Member added", and who brought it about. */
export function membershipInWords(
  { what, by }: MembershipChange,
  bot: string,
): { readonly what: string; readonly by: string } {
  return { what: `Member ${what}`, by: by === 'bot' ? `by ${bot}` : `by an administrator, behind ${bot}’s back` }
}
