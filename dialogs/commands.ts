import type { Dialog } from './dialog.ts'

/** Short words that start a dialog, for a chat product's own commands: `/helpbot reset`. Anything else is read as words. */
export const commands: readonly {
  readonly word: string
  readonly dialog: Dialog['name']
  /** What follows says what it is about: `/helpbot access sales dashboard`. */
  readonly takesWords?: true
}[] = [
  { word: 'reset', dialog: 'reset-password' },
  { word: 'password', dialog: 'reset-password' },
  { word: 'unlock', dialog: 'unlock-account' },
  { word: 'enrol', dialog: 'enrol-totp' },
  { word: 'enroll', dialog: 'enrol-totp' },
  { word: 'tickets', dialog: 'my-tickets' },
  { word: 'human', dialog: 'talk-to-human' },
  { word: 'notme', dialog: 'not-me' },
  { word: 'colleague', dialog: 'on-behalf' },
  { word: 'threads', dialog: 'open-threads' },
  { word: 'access', dialog: 'request-access', takesWords: true },
  { word: 'myaccess', dialog: 'my-access' },
  { word: 'whohas', dialog: 'who-is-in', takesWords: true },
  { word: 'approvers', dialog: 'who-approves', takesWords: true },
  { word: 'withdraw', dialog: 'withdraw-request', takesWords: true },
  { word: 'extend', dialog: 'extend-access', takesWords: true },
  { word: 'handback', dialog: 'hand-back', takesWords: true },
  { word: 'contractor', dialog: 'contractor' },
  { word: 'undo', dialog: 'undo' },
  { word: 'lockdown', dialog: 'lockdown' },
]
