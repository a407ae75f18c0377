import type { Approver, Happened, News, TimeRules } from '../happened.ts'
import type { AccessRequest, Ask } from '../request.ts'
import { termsHash } from '../terms.ts'
import { canBeSatisfied, isTired, needOf, needsApprovers, newAsk, nextReminder, whyNotAsk, withAsk } from './asks.ts'
import { end } from './endings.ts'
import { shareApprovers } from './share-approvers.ts'
import type { StepResult } from './stepped.ts'
import { asSentence, nameOf, namesOf } from './words.ts'

/** The approvers of the stage were looked for: they are asked, or IT has it where a panel has too few. */
export function ask(
  request: AccessRequest,
  { panels }: Extract<Happened, { kind: 'found' }>,
  at: Date,
  rules: TimeRules,
): StepResult {
  if (!needsApprovers(request)) return { refused: 'The approvers have been asked already.' }
  const stage = request.stages[request.stage] ?? []
  const shared = shareApprovers(
    stage.map((_, index) => ({
      approvers: (panels[index]?.approvers ?? []).filter((found) => whyNotAsk(request, found) === undefined),
      need: needOf(request, index),
    })),
  )
  const short = stage.findIndex((_, index) => !((shared[index]?.length ?? 0) >= needOf(request, index)))
  if (short >= 0 || stage.length === 0) {
    const why =
      panels[short]?.lacking ?? 'besides whoever asked, whoever gets it and whoever has approved it, nobody is left'
    return end(request, 'to-it', { sentence: `Too few people can approve it: ${asSentence(why)} IT has it now.`, at })
  }
  const hash = termsHash(request.terms)
  const asked = shared
    .flatMap((approvers, panel) => approvers.map((approver) => ({ approver, panel })))
    .map(({ approver, panel }, index) => {
      const number = request.asks.length + index + 1
      return newAsk(request, { number, approver, panel, as: approver.as, insteadOf: null, hash }, at, rules)
    })
  const who = namesOf(
    asked.map(({ approver }) => approver),
    { one: 'is', many: 'are' },
  )
  return {
    request: { ...request, asks: [...request.asks, ...asked] },
    news: [
      ...asked.map((one): News => ({ kind: 'ask', ask: one })),
      { kind: 'progress', sentence: `${who} being asked now.` },
    ],
  }
}

/** An approver leaves it to somebody else. */
export function delegate(request: AccessRequest, given: Ask, to: Approver, at: Date, rules: TimeRules): StepResult {
  const why = whyNotAsk(request, to)
  if (why === 'concerned')
    return { refused: 'Whoever asked for it, or gets it, cannot approve it. Choose somebody else.' }
  if (why === 'asked-already')
    return { refused: `${nameOf(to)} has been asked about it already. Choose somebody else.` }
  if (isTired(request, given.panel)) return { refused: 'It has been passed on too often. Approve it or deny it.' }
  const passed: Ask = { ...given, state: 'delegated', decidedAt: at.toISOString(), remindAt: null, handOverAt: null }
  const instead = askInstead(request, given, to, at, rules)
  return {
    request: { ...withAsk(request, passed), asks: [...withAsk(request, passed).asks, instead] },
    news: [
      { kind: 'close', ask: passed, sentence: `You passed it on to ${nameOf(to)}.` },
      { kind: 'ask', ask: instead },
      {
        kind: 'progress',
        sentence: `${nameOf(given.approver)} passed it on to ${nameOf(to)}, who is being asked now.`,
      },
    ],
  }
}

/** An approver does not answer or cannot be reached: somebody else is asked, or those who are left, or IT has it. */
export function handOver(
  request: AccessRequest,
  { ask: id, because, to }: Extract<Happened, { kind: 'handed-over' }>,
  at: Date,
  rules: TimeRules,
): StepResult {
  const given = request.asks.find((one) => one.id === id)
  if (given?.state !== 'asked') return { refused: 'Nobody is waiting for that answer any more.' }
  if (because === 'silence' && !isDue(given.handOverAt, at)) return { refused: 'It is not time to hand over yet.' }
  const state = because === 'silence' ? 'handed-over' : 'unreachable'
  const left: Ask = { ...given, state, remindAt: null, handOverAt: null }
  const someone = to !== undefined && whyNotAsk(request, to) === undefined && !isTired(request, given.panel)
  const instead = someone ? [askInstead(request, given, to, at, rules)] : []
  const passed = withAsk(request, left)
  const next = { ...passed, asks: [...passed.asks, ...instead] }

  const enough = canBeSatisfied(next, given.panel)
  const what = because === 'silence' ? 'did not answer' : 'could not be reached'
  const yours = because === 'silence' ? 'You had not answered for a while' : 'You could not be reached'
  const goesTo = enough ? 'the others decide now' : 'IT has it now'
  const now = instead[0] ? `${nameOf(instead[0].approver)} was asked instead` : goesTo
  const close: News = { kind: 'close', ask: left, sentence: `${yours}: ${now}.` }
  const name = nameOf(given.approver)
  if (!enough) {
    const sentence = `${name} ${what}, and there are not enough others to ask. IT has it now.`
    const ended = end(next, 'to-it', {
      sentence,
      closing: 'Too few people were left to approve it. IT has it now.',
      at,
    })
    return { request: ended.request, news: [close, ...ended.news] }
  }
  const goesOn = instead[0]
    ? `${nameOf(instead[0].approver)} is being asked instead.`
    : 'The others are still being asked.'
  return {
    request: next,
    news: [
      close,
      ...instead.map((one): News => ({ kind: 'ask', ask: one })),
      { kind: 'progress', sentence: `${name} ${what}. ${goesOn}` },
    ],
  }
}

function askInstead(request: AccessRequest, given: Ask, to: Approver, at: Date, rules: TimeRules): Ask {
  const number = request.asks.length + 1
  const { panel, hash } = given
  return newAsk(request, { number, approver: to, panel, as: to.as, insteadOf: given.id, hash }, at, rules)
}

export function remind(request: AccessRequest, id: string, at: Date, rules: TimeRules): StepResult {
  const waited = request.asks.find((one) => one.id === id)
  if (waited?.state !== 'asked') return { refused: 'Nobody is waiting for that answer any more.' }
  if (!isDue(waited.remindAt, at)) return { refused: 'It is not time to remind yet.' }
  const reminders = waited.reminders + 1
  const remindAt = nextReminder(new Date(waited.askedAt), at, reminders, rules)
  const reminded: Ask = { ...waited, reminders, remindAt }
  return { request: withAsk(request, reminded), news: [{ kind: 'remind', ask: reminded }] }
}

function isDue(due: string | null, at: Date): boolean {
  return due !== null && Date.parse(due) <= at.getTime()
}
