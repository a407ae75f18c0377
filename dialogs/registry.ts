import { contractor } from './contractor.ts'
import type { Dialog } from './dialog.ts'
import { enrolTotp } from './enrol-totp.ts'
import { extendAccess } from './extend-access.ts'
import { handBack } from './hand-back.ts'
import { lockdown } from './lockdown.ts'
import { myAccess } from './my-access.ts'
import { myTickets } from './my-tickets.ts'
import { notMe } from './not-me.ts'
import { onBehalf } from './on-behalf.ts'
import { openThreads } from './open-threads.ts'
import { requestAccess } from './request-access.ts'
import { resetPassword } from './reset-password.ts'
import { setSecurityQuestions } from './set-security-questions.ts'
import { talkToHuman } from './talk-to-human.ts'
import { undo } from './undo.ts'
import { unlockAccount } from './unlock-account.ts'
import { whoApproves } from './who-approves.ts'
import { whoIsIn } from './who-is-in.ts'
import { withdrawRequest } from './withdraw-request.ts'

/** Every dialog there is, in the order of the menu; what the policy has switched off is not in it, and says so when asked for. */
export function dialogsFor(policy: { readonly securityQuestions: { readonly enabled: boolean } }): readonly Dialog[] {
  if (policy.securityQuestions.enabled) return dialogs
  return dialogs.map((dialog) => (dialog === setSecurityQuestions ? { ...dialog, inMenu: false } : dialog))
}

const dialogs: readonly Dialog[] = [
  resetPassword,
  unlockAccount,
  enrolTotp,
  requestAccess,
  myAccess,
  myTickets,
  notMe,
  talkToHuman,
  onBehalf,
  setSecurityQuestions,
  openThreads,
  whoIsIn,
  whoApproves,
  withdrawRequest,
  extendAccess,
  handBack,
  contractor,
  undo,
  lockdown,
]
