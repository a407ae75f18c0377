/**
 * The words a misspelling may be read as: those the meaning hangs on. Kept short on purpose, since every word here is a trap
 * for the ordinary words around it.
 */
export const spellingTargets: ReadonlySet<string> = new Set(
  `password passwords account accounts login forgot forget forgotten expired expires reset change changed locked lockout
  unlock unlocked authenticator authentication verification security question questions hacked phished phishing suspicious
  someone somebody ticket tickets request requests status human agent operator technician helpdesk support cancel restart
  thanks hello help please phone remember access cant cannot wrong working attempts enrol enroll register code codes
  secret talk speak person compromised menu start again over because signin logging what update factor incorrect
  blocked invalid colleague another username setup mobile wasnt didnt conversation morning never mind stop nevermind
  department escalate unlocking disabled activity recognize`.split(/\s+/),
)
