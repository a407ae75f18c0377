import type { UserId } from '../../../identity/person.ts'
import type { Happened, News } from '../happened.ts'
import { lastsInWords } from '../lasts-words.ts'
import type { AccessRequest, Ask, Lasts, Terms } from '../request.ts'
import { beginOf, endOf, isShorter, termsHash } from '../terms.ts'
import { approvedAsks, asksOfPanel, isSatisfied, openAsks, withAsk } from './asks.ts'
import { closeAsks, end, whatBecameOf } from './endings.ts'
import type { Refused, Stepped, StepResult } from './stepped.ts'
import { asSentence, longestText, nameOf, namesOf, textOf } from './words.ts'

/** The ask that somebody is about to answer; or why they cannot. */
export function askToAnswer(request: AccessRequest, id: string, by: UserId | 'helpbot'): Ask | Refused {
  const ask = request.asks.find((one) => one.id === id)
  if (ask?.approver.id !== by) return { refused: 'You were not asked about this.' }
  if (ask.state !== 'asked') return { refused: whatBecameOf(request, ask) }
  return ask
}

/** A yes, perhaps for less than what was asked for. */
export function approve(
  request: AccessRequest,
  ask: Ask,
  { hash, shorter, proof = null }: Extract<Happened, { kind: 'approved' }>,
  at: Date,
): StepResult {
  const current = termsHash(request.terms)
  if (hash !== current || ask.hash !== current) return { refused: 'The request has changed since. Look at it again.' }
  if (request.terms.risk === 'high' && !provesNow(proof, ask, at)) return { refused: 'Prove that it is you first.' }
  const terms = shorter === undefined ? request.terms : shortened(request.terms, shorter, at)
  if ('refused' in terms) return terms
  if (isOver(terms, at))
    return { refused: shorter ? 'That would be over before it begins.' : 'What was asked for would be over already.' }

  const said: Ask = { ...ask, state: 'approved', hash: termsHash(terms), decidedAt: at.toISOString(), proof, ...over }
  const shown = shorter === undefined ? request : withTerms(request, terms)
  const name = nameOf(ask.approver)
  const less = shorter === undefined ? '' : `, but for less time than was asked for: ${lastsInWords(terms.lasts)}`
  const yours: News = { kind: 'close', ask: said, sentence: `You approved it${less}.` }
  const closing = `${name} approved it; your answer is not needed any more.`
  const next = goOn(withAsk(shown, said), said, closing, at)
  if (next.request.state !== 'open') return { request: next.request, news: [yours, ...next.news] }
  const redrawn = openAsks(next.request).map((one): News => ({ kind: 'redraw', ask: one }))
  const still =
    redrawn.length === 0
      ? 'Now I am looking for who must approve it next.'
      : `${namesOf(
          openAsks(next.request).map(({ approver }) => approver),
          { one: 'is', many: 'are' },
        )} still being asked.`
  const progress: News = { kind: 'progress', sentence: `${name} approved${less}. ${still}` }
  return { request: next.request, news: [yours, ...redrawn, progress, ...next.news] }
}

/** Nothing is due of an ask that is answered. */
const over = { remindAt: null, handOverAt: null } as const

/** Whether the code was given for this ask and not for something before it. */
function provesNow(proof: Ask['proof'], ask: Ask, at: Date): boolean {
  if (proof?.method !== 'totp') return false
  const proved = Date.parse(proof.at)
  return proved >= Date.parse(ask.askedAt) && proved <= at.getTime()
}

/**
 * The terms with a shorter time. What ends on a date goes on ending on a date, counted from now: with a length of time that begins
 * at the last approval, nobody could say whether it is shorter for those who approved before.
 */
function shortened(terms: Terms, shorter: Lasts, at: Date): Terms | Refused {
  if (!isShorter(shorter, terms.lasts, terms.startsAt, at))
    return { refused: `That is not shorter than what was asked for: ${lastsInWords(terms.lasts)}.` }
  const onADate = terms.lasts !== 'permanent' && 'until' in terms.lasts
  const ends = endOf(shorter, beginOf(terms.startsAt, at))
  return { ...terms, lasts: onADate && ends ? { until: ends.toISOString() } : shorter }
}

/** Whether it would end before it began, were it approved now. */
function isOver({ lasts, startsAt }: Terms, at: Date): boolean {
  const begins = beginOf(startsAt, at)
  const ends = endOf(lasts, begins)
  return ends !== null && !(ends > begins)
}

/** Every card that is open shows the new terms; who said yes before said yes to more. */
function withTerms(request: AccessRequest, terms: Terms): AccessRequest {
  const hash = termsHash(terms)
  return {
    ...request,
    terms,
    earlier: [...request.earlier, request.terms],
    asks: request.asks.map((ask) => (ask.state === 'asked' ? { ...ask, hash } : ask)),
    expiresAt: earliest(request.expiresAt, terms.lasts),
  }
}

/** Nobody is asked about what would be over. */
export function earliest(expiresAt: string, lasts: Lasts): string {
  if (lasts === 'permanent' || 'for' in lasts) return expiresAt
  const until = new Date(lasts.until)
  return until.getTime() < Date.parse(expiresAt) ? until.toISOString() : expiresAt
}

/** After a yes: others of the panel are not needed once enough have said it; then the next stage, or the end. */
function goOn(request: AccessRequest, { panel }: Ask, closing: string, at: Date): Stepped {
  if (!isSatisfied(request, panel)) return { request, news: [] }
  const closed = closeAsks(request, asksOfPanel(request, panel, 'asked'), closing)
  const stage = request.stages[request.stage] ?? []
  if (!stage.every((_, index) => isSatisfied(request, index))) return closed
  if (request.stage + 1 < request.stages.length)
    return {
      request: { ...closed.request, stage: request.stage + 1 },
      news: [...closed.news, { kind: 'look-for-approvers' }],
    }
  const ended = end(closed.request, 'approved', { sentence: whoApproved(closed.request), closing, at })
  return { request: ended.request, news: [...closed.news, ...ended.news] }
}

function whoApproved(request: AccessRequest): string {
  const said = namesOf(
    approvedAsks(request).map(({ approver }) => approver),
    { one: 'approved it', many: 'approved it' },
  )
  const less =
    request.earlier.length === 0 ? '' : `, for less time than was asked for: ${lastsInWords(request.terms.lasts)}`
  return `${said}${less}.`
}

/** One no is enough. */
export function deny(request: AccessRequest, ask: Ask, written: string, at: Date): StepResult {
  const reason = textOf(written)
  if (reason === undefined) return { refused: `Say why not, in at most ${longestText} characters.` }
  const said: Ask = { ...ask, state: 'denied', decidedAt: at.toISOString(), reason, ...over }
  const name = nameOf(ask.approver)
  const ended = end(withAsk(request, said), 'denied', {
    sentence: `${name} denied it: ${asSentence(reason)}`,
    closing: `${name} denied it; your answer is not needed any more.`,
    at,
  })
  return { request: ended.request, news: [{ kind: 'close', ask: said, sentence: 'You denied it.' }, ...ended.news] }
}
