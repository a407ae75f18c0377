/** What HelpBot can be asked to do that needs leave. The policy file knows the same names. */
export type OperationName =
  | 'reset-password'
  | 'enrol-totp'
  | 'replace-totp'
  | 'set-security-questions'
  | 'unlock-account'
  | 'protect-account'
  | 'reset-password-for'
  | 'freeze-account'
  | 'undo-access'
  | 'lock-down'
  | 'lift-lockdown'
