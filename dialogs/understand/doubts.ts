import { type Intent, sensitiveIntents } from './intent.ts'
import type { Concept } from './lexicon.ts'
import { foreignThings, otherPeople } from './ordinary-words.ts'
import { type Owner, objectOf, ownerBefore, ownerOf, subjectOf } from './ownership.ts'
import type { Reading, Token } from './reading.ts'
import type { Hit } from './rules.ts'

/** From none to the gravest. */
const doubts = ['none', 'ask', 'whose', 'against', 'somebody-elses'] as const

/** The graver of two doubts. */
export function graver(one: Doubt, other: Doubt): Doubt {
  return doubts.indexOf(one) > doubts.indexOf(other) ? one : other
}

/** `somebody-elses`: another person's account, so a matter for IT. `against`: the words speak against it, offer at most. `ask`: it may well be meant, but ask first. `whose`: the same, because it may be about somebody else. */
export type Doubt = (typeof doubts)[number]

/** More unknown words than this in what we act on, and we have not understood the message. */
const unknownAllowed = 2

const instructions =
  /\b(ignore|disregard|forget|override) (all |any |the |your |my |of |previous |prior |above |earlier ){0,4}(instructions?|rules|prompts?|guidelines|polic(y|ies)|restrictions|checks)\b|\b(system prompt|developer mode|debug mode|admin mode|god mode|jailbreak|you are now|you are no longer|act as|pretend|role ?play|as an ai|new instructions|assistant|sudo|without (verif\w*|authenti\w*|any (verif\w*|proof|check\w*)|proof|approval|mfa|asking(?! me)|checking)|(skip|bypass|disable|ignore|avoid) (the |all |any |my )?(verif\w*|identity|security|check\w*|mfa|2fa|proof|approval|authenti\w*|polic\w*)|no (verification|questions asked)|pre ?(approved|verified)|already (verified|approved|authenticated)|on behalf of|hack into|crack|brute ?force)\b/
const code =
  /<[a-z!/]|\{|\}|\$\(|--\s|\b(select|delete)\b.{0,80}\bfrom\b|\bdrop\s+table\b|\binsert\s+into\b|\bupdate\s+\w+\s+set\b|\bunion\s+select\b|\w\s?={1,3}\s?['"\w]|\w\(\)|\\\w|\|\||&&|\brm\s+-|\bcurl\b|\w\.\w+\.\w+.{0,20}(exception|error)|\b(exception|fatal|traceback|stack trace)\b/i
const settled =
  /(?<!not )(?<!not be )\b(works?|working|fine|solved|fixed|sorted|resolved|unlocked) (again|now|today|out|fine|perfectly|already)\b|\b(it|that|this|everything|all|problem|issue) (is |was |has been |got |has |just |now |all |already ){0,3}(fixed|solved|resolved|sorted|good|fine|works)\b( now| again| \.|$)|\b(figured|sorted|worked) (it|this|that) out\b|\b(found|remembered|recalled|recovered|guessed) (it|them|my password|the password)\b|\b(managed|was able|were able|am able) to (log|sign|get|reset|unlock|login|fix|find|change|recover|remember)\b|\bno longer (locked|need|a problem|an issue|necessary)\b|\bno need\b|\bnever mind\b|\b(can|could) (log in|login|sign in|get in) (again|now|fine)\b|\b(already|just) (sorted|fixed|solved|did it|done)\b|\bgot it (working|back)\b|\bit came back to me\b|\b(helped|fixed it for) me\b|\bthank(s| you) for (resetting|unlocking|fixing|the password|helping|your help|the help|changing|sorting)\b|\bthank(s| you) (for|it|that|the)\b.{0,40}\b(works?|worked)\b/
const aboutPasswords =
  /\b(how (long (?!until|till|before|does it)|often|many|strong|secure|safe|complex|much|old)|(explain|define (?!my|new|some|the)|definition of|difference between|meaning of|history of|tell me (a|about)|poem|story|song|joke|essay|translate|lyrics|movie|novel|haiku|riddle|best practices?|tips|write (a|an|me|some)|create a (policy|document|guide|poster|presentation|slide)|test plan|unit test|user story|feature|training|awareness|course|webinar|newsletter|article|blog|presentation|poster|documentation))\b|\bwhat (is|are|does|do|makes?|counts?|would|kind|sort|about) (?!wrong|my\b|going|happening|up\b|i (do|need)|the (process|procedure|steps|way|best|easiest|quickest|fastest|link|status)|to do)|\bwhy (do|does|must|should|are|would|can) (we|you|they|passwords|people|everyone|users|companies|accounts|it|mfa|the|i (need|have|want|use))\b|\bdo (passwords|accounts|they|people)\b|\bwhen (do|does|did|will|was|were|is|are)\b|\b(policy|policies|requirements|guidelines)\b/
const uncertain =
  /\b(how long|used to|what if|what happens|in case|suppose|imagine|hypothetical\w*|if (i|my|someone|somebody|you|we|a|the|he|she|they) (?!can\b|could\b|may\b|might\b|would\b)|when i forget|whenever|should i|do i (have|need)\b|must i|am i (allowed|supposed)|is it (ok|okay|safe|allowed|necessary|mandatory|required|true|bad|good|better|smart|wise|normal|possible for)|are we|do we|does (it|the|anyone|helpbot|everyone)|can (he|she|they|admins|hackers|people|managers)|will (i|it|they) (?!not let|not work|not accept|not)|i (will|am going to|plan to|might|may|would) (reset|change|update|forget|unlock|set|enrol|enroll|register|lose)|did (you|it|he|she|they)|have you|reminder?|remind me|later|next (week|month|monday))\b/
const askingForAdvice = /\bwhat (should|do|can) i do\b(?! (if|when|in)\b)/
const longAgo =
  /\b(yesterday|last (week|month|year|night|time|summer|monday|tuesday|wednesday|thursday|friday)|ago|once|used to|back then|previously|always|often|sometimes|usually|every (day|week|month|time|monday|year)|when i was|earlier)\b/
const stillSo = /\b(since|still|again|now|today|can not|will not|help|please|need|how)\b/
const done =
  /(?<!do )(?<!can )(?<!could )(?<!should )\bi (have |had |just |already |finally |also |successfully |did ){0,3}(reset|changed|updated|unlocked|renewed|enrolled|registered|added|configured|set up|set|reseted|resetted) (up )?(my|the|it|all|a|mfa|security)\b|\b(was|been|got) (just |already |successfully )?(reset|unlocked) (by|yesterday|last|successfully)\b|\b(password|account) (was|is|has been|got) (now |just |already |successfully )?(reset|unlocked)\b|(?<!can )(?<!could )(?<!would )(?<!will )(?<!that )(?<!if )(?<!please )\b(you|itdept|they|he|she) (have |just |already )?(reset|unlocked|set up)\b/
const quotesScreen =
  /\b(it|screen|windows|message|error|system|computer|laptop|pc|outlook|teams|page|which|that) (just |now |always |keeps? )?(says?|said|saying|showing|shows?|states?|reads|tells me)\b|\b(error|message|popup|screen|gets?|getting|got|sees?|seeing|receive|received)\b/

const objects: readonly Concept[] = [
  'password',
  'account',
  'user',
  'authenticator',
  'phone',
  'questions',
  'pin',
  'ticket',
  'qr',
]
const deeds: readonly Concept[] = [
  'forgot',
  'locked',
  'lockedOut',
  'blocked',
  'lost',
  'hacked',
  'expired',
  'cannot',
  'failing',
]
const plurals = new Set(['passwords', 'logins'])
const errorText: readonly Concept[] = ['failing', 'expired', 'locked', 'lockedOut', 'blocked']
const reaching: readonly Concept[] = ['lockedOut', 'unlock', 'locked', 'login', 'access', 'activity', 'hacked']

/** Whether the message is code, or an order to a machine rather than a wish. */
export function isInstruction({ line, written }: Reading): boolean {
  return instructions.test(line) || code.test(written)
}

/** What keeps a sensitive intent from being certain, whatever the rule: seen once for the whole message. */
export function generalDoubt(reading: Reading): Doubt {
  const { line } = reading
  if (isInstruction(reading) || settled.test(line) || aboutPasswords.test(line)) return 'against'
  return reading.cut || uncertain.test(line.replace(askingForAdvice, '')) ? 'ask' : 'none'
}

/** What keeps this one reading of a message from being certain. */
export function doubtAbout(hit: Hit, reading: Reading): Doubt {
  const owners = hit.places.flatMap((place) => ownersAround(reading.tokens, place, hit.intent))
  if (owners.includes('other')) return 'somebody-elses'
  if (owners.includes('foreign') || onlyQuoted(hit, reading)) return 'against'
  if (owners.includes('unclear')) return 'whose'
  if (notUnderstood(hit, reading) || isPast(hit, reading)) return 'ask'
  return 'none'
}

function ownersAround(tokens: readonly Token[], place: number, intent: Intent): Owner[] {
  const token = tokens[place]
  if (token === undefined) return []
  const has = (concepts: readonly Concept[]): boolean => concepts.some((concept) => token.is.has(concept))
  const owners: Owner[] = []
  if (has(objects)) owners.push(intent === 'not-me' ? ownerBefore(tokens, place) : ownerOf(tokens, place))
  if (token.text === 'accounts') owners.push('foreign')
  if (intent !== 'not-me' && has(deeds)) owners.push(subjectOf(tokens, place))
  if (has(reaching)) owners.push(intent === 'not-me' ? certainly(objectOf(tokens, place)) : objectOf(tokens, place))
  if (intent === 'not-me' && token.is.has('hacked')) owners.push(subjectOf(tokens, place))
  if (token.is.has('login') && tokens[place + 1]?.is.has('compound')) owners.push('unclear')
  if (intent === 'unlock-account' && isPhoneLocked(tokens, place)) owners.push('foreign')
  return owners
}

/** "Suspicious login from Russia": an unknown word there is news, no reason to doubt. */
function certainly(owner: Owner): Owner {
  return owner === 'unclear' ? 'bare' : owner
}

/** A locked phone is not a locked account. */
function isPhoneLocked(tokens: readonly Token[], place: number): boolean {
  const near = tokens.slice(Math.max(0, place - 3), place + 4)
  return near.some((token) => token.is.has('phone') && token.clause === tokens[place]?.clause)
}

function onlyQuoted(hit: Hit, reading: Reading): boolean {
  const inside = hit.places.every((place) => reading.tokens[place]?.quoted === true)
  const error = hit.places.some((place) => isErrorText(reading.tokens[place]))
  return inside && reading.tokens.some((token) => !token.quoted) && !error && !quotesScreen.test(reading.line)
}

/** What a screen says and a person only quotes: "password incorrect", "account locked". */
function isErrorText(token: Token | undefined): boolean {
  return errorText.some((concept) => token?.is.has(concept) === true)
}

/** "Not me" and "I was hacked" name no account: with words we do not know beside them, they may be about anything. */
function saysLittle(token: Token | undefined): boolean {
  return token?.is.has('notMe') === true || token?.is.has('victim') === true
}

function notUnderstood(hit: Hit, reading: Reading): boolean {
  if (!sensitiveIntents.has(hit.intent)) return false
  const sentences = new Set(hit.places.map((place) => reading.tokens[place]?.sentence))
  const around = reading.tokens.filter((token) => sentences.has(token.sentence))
  const first = Math.min(...hit.places)
  const last = Math.max(...hit.places)
  const between = reading.tokens.slice(first, last).some((token) => token.unknown)
  const plural = hit.places.some((place) => plurals.has(reading.tokens[place]?.text ?? ''))
  const vague = hit.places.some((place) => saysLittle(reading.tokens[place]))
  const elsewhere =
    hit.intent !== 'not-me' &&
    around.some((token) => token.unknown && (foreignThings.has(token.text) || otherPeople.has(token.text)))
  return between || plural || elsewhere || around.filter((token) => token.unknown).length > (vague ? 0 : unknownAllowed)
}

function isPast(hit: Hit, reading: Reading): boolean {
  const { line, tokens } = reading
  const says = (...concepts: Concept[]): boolean =>
    hit.places.some((place) => concepts.some((concept) => tokens[place]?.is.has(concept)))
  if (says('reset', 'change', 'setup', 'unlock', 'choose') && done.test(line)) return true
  return says('forgot', 'locked', 'lockedOut') && longAgo.test(line) && !stillSo.test(line)
}
