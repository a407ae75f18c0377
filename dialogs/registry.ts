import type { Dialog } from './dialog.ts'
import { enrolTotp } from './enrol-totp.ts'
import { myTickets } from './my-tickets.ts'
import { notMe } from './not-me.ts'
import { onBehalf } from './on-behalf.ts'
import { openThreads } from './open-threads.ts'
import { resetPassword } from './reset-password.ts'
import { setSecurityQuestions } from './set-security-questions.ts'
import { talkToHuman } from './talk-to-human.ts'
import { unlockAccount } from './unlock-account.ts'

/** Every dialog there is, in the order of the menu; what the policy has switched off is not in it, and says so when asked for. */
export function dialogsFor(policy: { readonly securityQuestions: { readonly enabled: boolean } }): readonly Dialog[] {
  if (policy.securityQuestions.enabled) return dialogs
  return dialogs.map((dialog) => (dialog === setSecurityQuestions ? { ...dialog, inMenu: false } : dialog))
}

const dialogs: readonly Dialog[] = [
  resetPassword,
  unlockAccount,
  enrolTotp,
  myTickets,
  notMe,
  talkToHuman,
  onBehalf,
  setSecurityQuestions,
  openThreads,
]
