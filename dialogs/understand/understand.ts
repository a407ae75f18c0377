import { accessIntents } from './access-words.ts'
import { type Doubt, doubtAbout, generalDoubt, graver, isInstruction } from './doubts.ts'
import { type Intent, offeredIntents, sensitiveIntents } from './intent.ts'
import { type Likeness, likenessTo } from './likeness.ts'
import { foreignThings } from './ordinary-words.ts'
import { type Reading, read } from './reading.ts'
import { hitsOf } from './rules.ts'
import { saidAtTheEnd, saidByWholeMessage } from './whole-message.ts'

export type { Intent } from './intent.ts'

/** What a message probably means. */
export interface Understanding {
  readonly intent: Intent | 'none'
  /** Act on it without asking. A sensitive intent may start only then. */
  readonly sure: boolean
  /** For a "did you mean" card: at most three, best first. May name the intent itself. */
  readonly alternatives: readonly Intent[]
}

interface Candidate {
  readonly intent: Intent
  readonly weight: number
  readonly doubt: Doubt
}

/** From this weight on one may be sure; below `worthNaming` one says nothing. */
const certain = 0.7
const worthNaming = 0.4
/** By how much the best must lead a rival before one is sure. */
const lead = 0.08
/** How like an example a message must be before the likeness alone counts. */
const alike = 0.6
/** What can be done for somebody else too, by who may. */
const doneForOthers: ReadonlySet<Intent> = new Set<Intent>(['reset-password', 'unlock-account'])
/** Intents whose words naturally name another one: "someone reset my password", "the status of my reset". */
const embraces: ReadonlyMap<Intent, ReadonlySet<Intent>> = new Map([
  ['not-me', new Set<Intent>(['reset-password', 'unlock-account'])],
  ['on-behalf', new Set([...doneForOthers, 'talk-to-human'])],
  ['open-threads', new Set<Intent>(['my-tickets', 'talk-to-human'])],
  ['my-tickets', sensitiveIntents],
  ['request-access', new Set<Intent>(['reset-password', 'talk-to-human', 'on-behalf', 'my-tickets', 'my-access'])],
  ['my-access', new Set<Intent>(['request-access', 'extend-access'])],
  ['who-is-in', new Set<Intent>(['request-access', 'talk-to-human', 'my-access'])],
  ['who-approves', new Set<Intent>(['request-access', 'talk-to-human', 'who-is-in'])],
  ['withdraw-request', new Set<Intent>(['request-access', 'my-tickets', 'hand-back'])],
  ['extend-access', new Set<Intent>(['request-access', 'my-access', 'reset-password', 'enrol-totp'])],
  ['hand-back', new Set<Intent>(['request-access', 'my-access', 'extend-access'])],
  [
    'contractor',
    new Set<Intent>(['request-access', 'extend-access', 'reset-password', 'unlock-account', 'on-behalf', 'enrol-totp']),
  ],
  ['undo', new Set<Intent>(['hand-back', 'request-access', 'reset-password'])],
  ['lockdown', new Set<Intent>(['my-tickets', 'unlock-account', 'undo', 'not-me'])],
  ['talk-to-human', sensitiveIntents],
])
const cost: Record<Doubt, number> = { none: 0, ask: 0.2, whose: 0.2, against: 0.6, 'somebody-elses': 0.6 }

/**
 * Compiles the example phrases of every dialog into a function from a person's words to what they mean. Deterministic, offline,
 * and bounded: it reads the first 500 characters (see normalise.ts), so any string is answered in milliseconds. Never throws.
 */
export function compileUnderstanding(
  examples: ReadonlyMap<Intent, readonly string[]>,
): (text: string) => Understanding {
  const likeness = likenessTo(examples)
  const literal = new Map(
    Array.from(examples).flatMap(([intent, phrases]) => phrases.map((phrase) => [read(phrase).line, intent] as const)),
  )
  return (text) => {
    const reading = read(text)
    const said = literal.get(reading.line) ?? saidByWholeMessage(reading)
    const doubted = said !== undefined && sensitiveIntents.has(said) && generalDoubt(reading) !== 'none'
    if (said !== undefined && !reading.cut && !doubted) return { intent: said, sure: true, alternatives: [] }
    const understanding = decide(candidatesOf(reading, likeness), isDoubtful(reading))
    const ending = understanding.intent === 'none' && understanding.sure ? saidAtTheEnd(reading) : undefined
    return ending === undefined ? understanding : { intent: ending, sure: false, alternatives: [] }
  }
}

/**
 * Somebody else's account: a conversation of its own finds out whether the asker may help them, so its start does no harm.
 * For all else than getting in again a person at IT must see to it.
 */
function forSomebodyElse(candidates: readonly Candidate[], doubted: boolean): Understanding {
  const wish = candidates.find(({ intent, doubt }) => doubt === 'somebody-elses' && doneForOthers.has(intent))
  const other = candidates.some(
    ({ intent, doubt, weight }) =>
      doubt === 'somebody-elses' && !doneForOthers.has(intent) && weight >= (wish?.weight ?? 0),
  )
  if (wish === undefined || other || wish.weight < worthNaming)
    return { intent: 'talk-to-human', sure: false, alternatives: ['talk-to-human'] }
  const sure = !doubted && wish.weight >= certain
  return { intent: 'on-behalf', sure, alternatives: sure ? ['talk-to-human'] : ['on-behalf', 'talk-to-human'] }
}

function decide(candidates: readonly Candidate[], doubted: boolean): Understanding {
  const best = candidates[0]
  const alternatives = candidates
    .filter(({ intent, weight }) => offeredIntents.has(intent) && weight >= worthNaming)
    .slice(0, 3)
    .map(({ intent }) => intent)
  if (
    candidates.some(({ doubt }) => doubt === 'somebody-elses') &&
    (best === undefined || !isFine(best) || best.intent === 'on-behalf')
  )
    return forSomebodyElse(candidates, doubted)
  if (best === undefined || best.weight < worthNaming)
    return { intent: 'none', sure: alternatives.length === 0, alternatives }
  if (!isFine(best)) return { intent: 'none', sure: false, alternatives }
  const rival = candidates.find(
    ({ intent }) => intent !== best.intent && embraces.get(best.intent)?.has(intent) !== true,
  )
  const leads = rival === undefined || score(best) - score(rival) >= lead
  const sure = best.doubt === 'none' && best.weight >= certain && leads
  if (sure) return { intent: best.intent, sure, alternatives: alternatives.filter((one) => one !== best.intent) }
  const maybeTheirs = best.doubt === 'whose' && doneForOthers.has(best.intent) && !alternatives.includes('on-behalf')
  return {
    intent: best.intent,
    sure,
    alternatives: maybeTheirs ? [...alternatives.slice(0, 2), 'on-behalf'] : alternatives,
  }
}

/** Something in the message speaks against taking it at its word, or it names a thing that is no work account. */
function isDoubtful(reading: Reading): boolean {
  return generalDoubt(reading) !== 'none' || reading.tokens.some(({ text }) => foreignThings.has(text))
}

function isFine({ doubt }: Candidate): boolean {
  return doubt === 'none' || doubt === 'ask' || doubt === 'whose'
}

/** The best case for each intent, best first. */
function candidatesOf(reading: Reading, likeness: Likeness): Candidate[] {
  const general = generalDoubt(reading)
  const instructed: Doubt = isInstruction(reading) ? 'ask' : 'none'
  const cases: Candidate[] = hitsOf(reading).map((hit) => ({
    intent: hit.intent,
    weight: hit.weight,
    doubt:
      // Whose account it is, is what it is about: that is no doubt.
      hit.intent === 'on-behalf'
        ? mild(general)
        : graver(doubtAbout(hit, reading), sensitiveIntents.has(hit.intent) ? general : 'none'),
  }))
  // What these start asks before it does anything, so an order to a machine makes a question at most.
  for (const { intent, weight } of accessIntents(reading))
    if (weight >= worthNaming) cases.push({ intent, weight, doubt: instructed })
  for (const [intent, like] of likeness(reading)) {
    if (like < alike) continue
    if (!offeredIntents.has(intent)) continue
    const doubt = sensitiveIntents.has(intent)
      ? graver(general, 'ask')
      : intent === 'on-behalf'
        ? mild(general)
        : 'none'
    cases.push({ intent, weight: 0.9 * like, doubt })
  }
  return bestOfEach(cases)
}

/** A dialog that itself finds out what may be done is asked about at most. */
function mild(doubt: Doubt): Doubt {
  return doubt === 'none' ? 'none' : 'ask'
}

function bestOfEach(cases: readonly Candidate[]): Candidate[] {
  const best = new Map<Intent, Candidate>()
  for (const one of cases) {
    const rival = best.get(one.intent)
    const doubted = rival === undefined ? one.doubt : graver(rival.doubt, one.doubt)
    if (rival === undefined || score(one) > score(rival)) best.set(one.intent, one)
    // However alike an example is, a rule that held says more of how strongly the wish was put.
    const weight = Math.max(one.weight, rival?.weight ?? 0)
    if (doubted === 'against' || doubted === 'somebody-elses') best.set(one.intent, { ...one, weight, doubt: doubted })
  }
  return Array.from(best.values()).sort((a, b) => score(b) - score(a))
}

function score({ weight, doubt }: Candidate): number {
  return weight - cost[doubt]
}
