import type { Intent } from './intent.ts'
import type { Reading } from './reading.ts'

/**
 * What people say about access. The name of the system is a word nobody here knows, so these are patterns over the whole line
 * (corrected words, "can not" for "can't") and not rules over concepts. None of what they start changes anything by itself.
 */
interface Pattern {
  readonly intent: Intent
  readonly weight: number
  readonly says: RegExp
}

/** The work account is what other conversations are about. */
const notTheAccount =
  '(?!.{0,12}\\b(my|the) (work |windows |company |email |microsoft |office |teams |domain )?(account|computer|laptop|email|mailbox|mail|outlook|phone|authenticator|pc)\\b)'
const access = '(access|permissions?|rights?|licen[cs]es?|roles?)'
const wanting =
  '(need|needs|want|wants|get|gets|give|given|grant|granted|have|request|requesting|require|require[sd]|provide|apply|ask|asked|obtain|missing|lack|like)'

const aboutSigningIn = /\b(passwords?|locked|log ?in|sign ?in|authenticator|mfa|hacked)\b/

const pattern = (intent: Intent, weight: number, says: string): Pattern => ({ intent, weight, says: new RegExp(says) })

const patterns: readonly Pattern[] = [
  pattern(
    'request-access',
    0.92,
    `\\b${wanting}\\b[^.]{0,40}\\b${access}\\b( (to|for|on|in|of|until|at)\\b|$)${notTheAccount}`,
  ),
  pattern('request-access', 0.95, '\\b(request|requesting|apply for|ask for) (an? )?access\\b(?! (code|pass|point))'),
  pattern('request-access', 0.9, `^(please )?(get )?access( request| rights?)?( (to|for|on) .{2,})?$${notTheAccount}`),
  pattern('request-access', 0.93, '\\badd (me|us|him|her|[a-z]{2,20}) to (the |our |a )?[^.]{2,60}'),
  pattern(
    'request-access',
    0.85,
    '\\b(want|need|like|have) to (join|be (in|part of|added to|a member of)) (the |our )?[^.]{2,60}\\b(group|team|list|editors|users|role)\\b',
  ),
  pattern(
    'request-access',
    0.9,
    '\\bget (me|us) (into|in|onto) (the |our )?[^.]{2,60}\\b(group|team|list|system|tool)\\b',
  ),
  pattern(
    'request-access',
    0.8,
    `\\b(can not|unable to|not able to|can no longer) (access|open|see) (the |our )?(?!my )${notTheAccount}[^.]{3,60}`,
  ),
  pattern('request-access', 0.88, '\\bno (permissions?|rights?|access)\\b( (to|for|on) )'),
  pattern('request-access', 0.85, '\\b(do not|not|does not) have (any |the )?(permissions?|rights?|access)\\b'),
  pattern(
    'request-access',
    0.8,
    '\\b(need|needs|want|give me) (the |a )?[^.]{3,40} (role|licen[cs]e|permissions?|rights?|group)\\b',
  ),
  pattern('request-access', 0.75, '\\btemporary (admin|access|rights?|permissions?)\\b(?! pass)'),

  pattern(
    'my-access',
    0.95,
    '\\b(what|which|where)\\b[^.]{0,30}\\b(do|can|am|have) i\\b[^.]{0,20}\\b(access|permissions?|rights?|member|in|use)\\b',
  ),
  pattern('my-access', 0.95, '\\b(what|which) (access|permissions?|rights?|groups?|systems?|tools?) (do|can|am) i\\b'),
  pattern(
    'my-access',
    0.93,
    '\\b(show|list|see|check|view)( me)?( all)?( of)? my (current )?(access|permissions?|rights?|groups?|memberships?)\\b',
  ),
  pattern('my-access', 0.9, '^my (current )?(access|permissions?|rights?|groups?|memberships?)$'),
  pattern(
    'my-access',
    0.95,
    '\\b(when|until when|how long)\\b[^.]{0,30}\\b(my access|i have access|do i have access|i still have access)\\b',
  ),

  pattern(
    'who-is-in',
    0.96,
    '\\b(who|which people|whom)\\b[^.]{0,12}\\b(has|have|can)( already| else| currently)? (access|see|open|use|release|read|edit)\\b',
  ),
  pattern(
    'who-is-in',
    0.95,
    '\\b(who|whos|who is|who are)( else| all)? (is |are )?(in|inside|part of|a member of|members? of)\\b',
  ),
  pattern('who-is-in', 0.95, '\\b(list|show|see|tell|who are)( me)?( all)?( the)? members (of|in)\\b'),
  pattern('who-is-in', 0.8, '^(the )?members of (the )?(?!board\\b)[^.]{2,40}$'),

  pattern(
    'who-approves',
    0.97,
    '\\bwho( has to| must| can| needs to| should| will| else)?( be)? (approves?|authori[sz]es?|signs? off|decides?|grants?)\\b(?![^.]{0,20}\\b(holiday|vacation|leave|expense|trip)\\b)',
  ),
  pattern(
    'who-approves',
    0.96,
    '\\b(who|whose)\\b[^.]{0,20}\\b(approvers?|approval|owners?|owns)\\b(?![^.]{0,10}\\b(car|house|dog|this car)\\b)',
  ),
  pattern(
    'who-approves',
    0.97,
    '\\bwho (do|should|must|can) i (have to )?(ask|contact|talk to|turn to)\\b[^.]{0,20}\\b(access|permission)',
  ),

  pattern(
    'withdraw-request',
    1,
    '\\b(withdraw|retract|revoke|take back|pull back|cancel|forget|delete)\\b[^.]{0,20}\\b(my|the|this|that)? ?(access )?(request|requests)\\b( for| \\d|$| to)',
  ),
  pattern('withdraw-request', 0.98, '\\bno longer (need|want)\\b[^.]{0,20}\\baccess i (asked|requested|applied)\\b'),

  pattern('extend-access', 0.98, '\\b(extend|prolong|renew|lengthen|continue)\\b[^.]{0,25}\\baccess\\b'),
  pattern(
    'extend-access',
    0.72,
    '^(please )?(extend|prolong) (?!.*\\b(meeting|deadline|call|trip|holiday|warranty|range)\\b)(my |the )?[^.]{3,40}$',
  ),
  pattern('extend-access', 0.97, '\\bkeep\\b[^.]{0,10}\\baccess\\b'),
  pattern(
    'extend-access',
    0.96,
    '\\baccess\\b[^.]{0,40}\\b(expires?|expired|expiring|ends?|runs? out|ending)\\b[^.]{0,30}\\b(extend|still need|longer|renew|more)\\b',
  ),
  pattern(
    'extend-access',
    0.85,
    '\\bneed\\b[^.]{2,40}\\b(\\w+ more (days?|weeks?|months?)|(another|longer) (day|week|month))\\b',
  ),

  pattern(
    'hand-back',
    0.99,
    '\\b(hand|give|giving|handing) back\\b[^.]{0,15}\\baccess\\b|\\breturn (my |the )?access\\b',
  ),
  pattern(
    'hand-back',
    0.9,
    '\\b(hand|handing) back (my |the )?(?!laptop|phone|badge|car|keys?)[^.]{2,50}|\\bhand (my |the )?[^.]{2,40} back\\b',
  ),
  pattern(
    'hand-back',
    0.98,
    '\\b(remove|take|drop) me (out )?(from|of) (the |that |this )?[^.]{2,40}\\b(group|team)\\b',
  ),
  pattern('hand-back', 0.98, '\\b(remove|revoke|end|drop) my (own )?access\\b'),
  pattern('hand-back', 0.98, '\\b(do not|no longer|not) (need|want|use)\\b[^.]{0,10}\\baccess to\\b'),

  pattern(
    'contractor',
    0.97,
    '\\b(contractors?|freelancers?|externals?|external (consultant|worker|partner)|temp workers?|contract account)\\b[^.]{0,60}\\b(until|till|access|account|accounts|extend|end|ends|project|sponsor|needs?|joins?)\\b',
  ),
  pattern(
    'contractor',
    0.97,
    '\\b(extend|sponsor|new|set up|setup|add|create|my|for a|register)\\b[^.]{0,12}\\b(contractors?|freelancers?|externals?|contract account)\\b',
  ),

  pattern(
    'undo',
    0.98,
    '\\b(undo|roll back|rollback|revert)\\b[^.]{0,30}\\b(change|changes|grant|access|revocation|removal|operation|that|disabling|blocking)\\b(?![^.]{0,10}\\bin (excel|word|outlook|powerpoint)\\b)',
  ),
  pattern('undo', 0.9, '^(please )?(undo|roll back|rollback)$'),

  pattern('lockdown', 0.98, '\\b(lockdown|lock down)\\b(?![^.]{0,15}\\b(browser|exam|my|screen|laptop|phone)\\b)'),
  pattern('lockdown', 0.97, '\\b(freeze|unfreeze|close|reopen) (the )?self service\\b'),
]

/** The best weight of each intent that the words about access speak for. Bounded: the line is at most 500 characters. */
export function accessIntents({ line }: Reading): readonly { readonly intent: Intent; readonly weight: number }[] {
  const best = new Map<Intent, number>()
  const signingIn = aboutSigningIn.test(line)
  for (const { intent, weight, says } of patterns) {
    // Without a password one has no access to anything, and what one has no access to is only said along with it.
    const weighs = intent === 'request-access' && signingIn ? weight - 0.5 : weight
    if (weighs > (best.get(intent) ?? 0) && says.test(line)) best.set(intent, weighs)
  }
  return Array.from(best, ([intent, weight]) => ({ intent, weight }))
}
