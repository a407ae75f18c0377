/**
 * The words that carry meaning here, by concept. A word may carry several. All are spelling targets: a misspelt word is read
 * as the nearest of these unless it is an ordinary word of its own (see ordinary-words.ts).
 */
const wordsByConcept = {
  password: 'password passwords pwd pwds pw pws passwd pword pswd psswd psswrd passcode passphrase credentials creds',
  pin: 'pin',
  pass: 'pass',
  people: 'colleague coworker boss manager husband wife ex friend kid kids child roommate they hr',
  account: 'account accounts acct accnt acc',
  user: 'user username userid',
  login: 'login logins logon signin logging',
  loginName: 'login logins signin',
  access: 'access accessing',
  forgot: 'forgot forget forgotten forgetting forgets misremembered',
  expired: 'expired expire expires expiring expiry expiration outdated',
  reset: 'reset resets resetting resetted',
  change: 'change changing update updating renew renewing recover recovering recovery replace restore modify rotate',
  changed: 'changed updated modified altered replaced',
  failing:
    'wrong incorrect invalid rejected rejects rejecting refused refuses denied declined failed failing fails failure broken',
  trouble: 'trouble troubles problem problems issue issues error errors difficulty difficulties stuck struggling',
  cannot: 'unable cannot impossible',
  lockedOut: 'lockout lockouts',
  locked: 'locked lock locks locking',
  unlock: 'unlock unlocks unlocking unlocked unblock unfreeze reactivate',
  blocked: 'blocked suspended disabled frozen deactivated',
  attempts: 'attempts attempt tries failures',
  times: 'times',
  authenticator: 'authenticator authenticators mfa 2fa tfa otp totp',
  qr: 'qr',
  code: 'code codes',
  phone: 'phone phones telephone mobile handset iphone android smartphone cellphone',
  lost: 'lost lose losing stolen broke smashed wiped deleted missing misplaced died dropped uninstalled removed',
  new: 'new another different switched upgraded bought replacement switching',
  setup:
    'setup enrol enroll enrolling enrolment enrollment register registering registration activate configure install link pair add scan enable reinstall connect migrate move switch',
  choose: 'set redo choose pick edit define answer answers create manage review',
  questions: '',
  hacked:
    'hacked hack hacker hackers hijacked compromised phished phish phishing scammed scam breached leaked impersonating',
  stolen: 'stolen stole',
  fooled: 'fake fraud fraudulent fraudster scammer scammers caller malicious dodgy bogus shady',
  gave: 'gave given entered typed shared clicked submitted opened',
  victim: 'hacked hijacked compromised phished scammed breached impersonated',
  notMe: '',
  denied: '',
  unasked: '',
  strange:
    'suspicious unknown strange weird unusual odd unauthorized unauthorised unfamiliar unrecognized unrecognised unexpected',
  activity: 'activity alert alerts notification notifications prompt prompts attempt location',
  someone: 'someone somebody anyone anybody stranger thief intruder who smb',
  meddled: 'changed reset used using accessed accessing logged signed stole knows has took got tried trying entered',
  want: 'need needs want wants like get give please require',
  recall: 'remember recall',
  neutral: '',
  self: 'i me we',
  own: 'my mine',
  make: 'create raise file submit',
  ticket: 'ticket tickets demand enquiry inquiry request requests incident incidents case cases',
  status:
    'status progress state news pending approved show list view check track update updates happening happened waiting',
  human: 'human humans operator technician helpdesk servicedesk representative person agent support specialist itdept',
  contact: 'talk talking speak speaking chat call contact reach connect transfer escalate ring',
  forOther: '',
  accessPass: 'tap',
  thread: 'thread threads escalation escalations',
  unanswered: 'open unanswered unresolved waiting pending outstanding',
  queue: 'queue backlog',
  policy:
    'policy policies rule rules requirement requirements complexity length strength strong stronger secure history standard guideline guidelines',
  compound:
    'manager managers generator protected protection hash hashes hashing field list managing checker system charger case number numbers bill book database statistics stats details picture photo holder contract line report reports spray vault assistant bot dump settings page form box prompt screen name',
} as const

export type Concept = keyof typeof wordsByConcept

/** Sequences of words that mean one thing together; the longest match wins. Words are compared after spelling is corrected. */
const phrasesByConcept: Partial<Record<Concept, string>> = {
  password: `
    pass word, pass words, log in details, login details, sign in details`,
  login: `
    log in, log into, logging in, logging into, log on, log onto, logging on, login in, login to, sign in,
    sign into, signing in, signing into, sign on, logged in, signed in, log back in, get in, get into, getting in,
    getting into, get back in, get back into, get onto, sign ins`,
  forgot: `
    can not remember, can not recall, not remember, do not remember, do not recall, not recall, can not think of,
    do not know, not know, no longer know, no longer remember, no idea what, have no idea, slipped my mind,
    blanked on, blanking on, drawing a blank, lost track of, do not remember what, do not know what,
    can not remember what, could not remember, no clue what, can not seem to remember, unable to remember,
    unable to recall, dunno, no clue, no idea`,
  expired: `
    ran out, run out, out of date, no longer valid, about to expire, too old`,
  failing: `
    not working, not work, does not work, do not work, did not work, stopped working, will not work,
    no longer works, no longer work, is not accepted, not accepted, not accept, not accepting, will not accept,
    does not accept, not valid, not recognized, not recognised, not correct, not match, does not match, messed up,
    screwed up, will not take, not right, would not work, not taking, does not take, would not accept,
    never works, never arrives, does not arrive, not get, not getting, is not being accepted, not receive,
    not receiving, do not get, did not get, did not receive, not arriving, never received, not sending,
    does not show, not showing, not recognize`,
  cannot: `
    can not, could not, can i not, not able, will not let, does not let, not letting, would not let, not allow,
    not allowing, does not allow, will not allow, not possible, not let, no longer able, no way to, can no longer,
    no luck, keeps failing, can not seem to`,
  lockedOut: `
    locked out, lock out, locked me out, locking me out, lock me out, locks me out, shut out, unlock me,
    unblock me, am locked, am blocked, am locked out, lock myself out, locked myself out, lock my self out,
    let me back in`,
  notMe: `
    was not me, is not me, not me, not by me, not my doing, was not mine, not done by me, was not i`,
  denied: `
    did not request, did not ask for, did not initiate, did not trigger, did not order, did not approve,
    did not authorize, did not authorise, did not do this, did not do that, did not do it, never asked for,
    never requested, do not recognize, do not recognise, did not recognize, did not recognise, did not start,
    have not requested, have not asked for, did not make, not request, not ask for, never did that,
    never did this, never approved, never authorized, never initiated, not initiate`,
  unasked: `
    did not change, did not reset, did not update, never changed, did not sign in, did not log in, did not login,
    never reset, never logged in, never signed in, did not touch, without my knowledge, without me,
    without my permission, without asking me, was not done by me, have not changed, have not reset,
    did not do anything, have not touched, not touch, have not logged in, have not signed in,
    have not done anything, did not change anything`,
  attempts: `
    too many, to many`,
  authenticator: `
    authenticator app, double authentication, strong authentication, authentication method, authentication methods,
    authentication app, auth app, microsoft authenticator, google authenticator, two factor,
    two factor authentication, 2 factor, 2 factor authentication, two step, 2 step, two step verification,
    2 step verification, multi factor, multi factor authentication, multifactor, multifactor authentication,
    second factor, one time code, one time codes, one time password, one time passwords, verification code,
    verification codes, 6 digit code, six digit code, 2 fa, security code, security codes, authenticator code,
    authenticator codes, mfa code, mfa codes, 2fa code, 2fa codes, otp code, otp codes, login code, login codes,
    authentication code, authentication codes, mfa app, 2fa app, otp app, sign in code, sign in codes, token app,
    authenticator application, sms code, sms codes, phone sign in`,
  qr: `
    qr code, qr codes`,
  lost: `
    no longer have, do not have, does not have, is dead, is gone, out of sync, fell, is broken, got rid of,
    left at home, factory reset, traded in, nobody gave me, not given, was not given, did not give me, never gave me, never got, not got, have not got, not yet have, never had`,
  setup: `
    set up, setting up, sign up, re enrol, re enroll, re register, get started with, turn on`,
  new: `
    got a new, have a new, bought a new, with a new`,
  questions: `
    security questions, maiden name, security question, secret questions, secret question, recovery questions,
    recovery question, security answers, security answer, challenge questions, verification questions,
    backup questions, security q, security qs, secret answers, security questions and answers`,
  hacked: `
    identity theft, fell for, been had, taken over, took over, broke into, broken into, fake site`,
  ticket: `
    help ticket, support ticket, support request, support case`,
  human: `
    help desk, service desk, real person, real human, actual person, actual human, live agent, it department,
    it support, it guy, it team, it desk, it staff, it people, it person, support person, support agent,
    support team, human being, living person, live person, tech support, customer service, support staff, it guys,
    it helpdesk, somebody from it, someone from it`,
  contact: `
    get hold of, put me through, hand me over, get in touch, pass me, let me talk, hand over`,
  forOther: `
    for someone else, for somebody else, of someone else, of somebody else, help someone else, help somebody else,
    help a colleague, for a colleague, of a colleague, my report, my reports, direct report, direct reports,
    my direct report, my direct reports, my employee, my employees, my team member, my team members, my subordinate,
    for an employee, for a user, of a user, of an employee, in my team, on my team`,
  accessPass: `
    temporary access pass, access pass`,
  neutral: `
    caps lock, hacked off, num lock, lock screen, lost and found, set of`,
}

/** Which concepts a word carries. */
export const conceptsOfWord: ReadonlyMap<string, readonly Concept[]> = collect(
  Object.entries(wordsByConcept).flatMap(([concept, words]) =>
    words
      .split(' ')
      .filter(Boolean)
      .map((word) => [word, concept] as const),
  ),
)

/** Which concepts a phrase carries; the key is its words joined by single spaces. */
export const conceptsOfPhrase: ReadonlyMap<string, readonly Concept[]> = collect(
  Object.entries(phrasesByConcept).flatMap(([concept, phrases]) =>
    phrases.split(',').map((phrase) => [phrase.trim(), concept] as const),
  ),
)

/** The length of the longest phrase, in words. */
export const longestPhrase = Math.max(...Array.from(conceptsOfPhrase.keys(), (phrase) => phrase.split(' ').length))

function collect(pairs: readonly (readonly [string, string])[]): Map<string, Concept[]> {
  const found = new Map<string, Concept[]>()
  for (const [text, concept] of pairs) {
    const concepts = found.get(text) ?? []
    if (isConcept(concept) && !concepts.includes(concept)) found.set(text, [...concepts, concept])
  }
  return found
}

function isConcept(name: string): name is Concept {
  return Object.hasOwn(wordsByConcept, name)
}
