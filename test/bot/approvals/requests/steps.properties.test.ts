import assert from 'node:assert/strict'
import fc from 'fast-check'
import { carriesNot } from '../../../../bot/approvals/requests/carries.ts'
import type { Approver, Happened } from '../../../../bot/approvals/requests/happened.ts'
import type { AccessRequest, Ask, Lasts, Named, RequestState } from '../../../../bot/approvals/requests/request.ts'
import { parseRequest } from '../../../../bot/approvals/requests/request-document.ts'
import { needsApprovers, nextDue, type Stepped, step } from '../../../../bot/approvals/requests/steps.ts'
import { isShorter, termsHash } from '../../../../bot/approvals/requests/terms.ts'
import type { UserId } from '../../../../bot/identity/person.ts'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { deepFrozen } from '../../policy/examples.ts'
import { asked, dashboard, day, hour, later, minute, people, rules } from './step-examples.ts'

const numRuns = 30_000
const seed = 20_261_123
const everybody: readonly Named[] = Object.values(people)

/** Numbers that choose: what happens, on which ask, by whom, how, and after how long. */
type Choice = readonly [what: number, which: number, who: number, how: number, wait: number]
interface Case {
  readonly request: AccessRequest
  readonly choices: readonly Choice[]
}

const needs = fc.constantFrom(1, 1, 1, 2, 3)
const panels = fc.array(needs, { minLength: 1, maxLength: 2 })
const stages: fc.Arbitrary<readonly Stage[]> = fc
  .array(panels, { minLength: 1, maxLength: 3 })
  .map((numbers) => numbers.map((stage) => stage.map((need) => ({ from: 'owners' as const, need }))))
const lengths: fc.Arbitrary<Lasts> = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((days) => ({ for: days * day })),
  fc.integer({ min: 1, max: 60 }).map((days) => ({ until: later(days * day).toISOString() })),
  fc.constant('permanent' as const),
)
const choice: fc.Arbitrary<Choice> = fc.tuple(fc.nat(39), fc.nat(99), fc.nat(255), fc.nat(99), fc.nat(99))
const cases: fc.Arbitrary<Case> = fc
  .tuple(
    stages,
    lengths,
    fc.constantFrom(null, null, later(2 * day).toISOString(), later(-day).toISOString()),
    fc.constantFrom(people.ada, people.tom),
    fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
    fc.array(choice, { minLength: 1, maxLength: 25, size: 'max' }),
  )
  .map(([how, lasts, startsAt, person, risk, choices]) => ({
    request: asked({ lasts, startsAt, person, risk }, how),
    choices,
  }))

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % Math.max(list.length, 1)]
const as = (person: Named): Approver => ({ ...person, as: 'owner of the group' })
/** Any of everybody, the requester and the person included: 1 bit each. */
const some = (bits: number) => everybody.filter((_, index) => (bits >> index) & 1).map(as)
const shorterBy = (how: number): Lasts =>
  how % 3 === 0 ? { until: later((how % 20) * day).toISOString() } : { for: (how % 20) * day }

/** What the choice means for this request now; often something that must be refused. */
function happening(request: AccessRequest, cards: Cards, choice: Choice, at: Date): [Happened, UserId | 'helpbot'] {
  const [what, which, who, how] = choice
  const open = request.asks.filter(({ state }) => state === 'asked')
  const ask = pick(which < 85 ? open : request.asks, which) ?? nobody
  const by = how < 90 ? ask.approver.id : (pick(everybody, who) ?? people.ada).id
  const to = as(pick(everybody, who) ?? people.ada)
  if (needsApprovers(request) && what < 36) {
    // Now and then too few of them.
    const stage = request.stages[request.stage] ?? []
    const found = stage.map((_, index) => some(how < 70 ? 255 - ((who >> index) & 7) : who >> index))
    return [{ kind: 'found', panels: found.map((approvers) => ({ approvers, lacking: undefined })) }, 'helpbot']
  }
  if (what < 16) {
    const hash = how < 95 ? (cards.get(ask.id)?.hash ?? ask.hash) : termsHash(dashboard)
    const proof = how % 10 === 9 ? {} : { proof: { method: 'totp' as const, at: at.toISOString() } }
    return [
      { kind: 'approved', ask: ask.id, hash, ...proof, ...(how % 4 === 0 ? { shorter: shorterBy(who) } : {}) },
      by,
    ]
  }
  if (what < 17) return [{ kind: 'denied', ask: ask.id, reason: how % 5 === 0 ? ' ' : 'No.' }, by]
  if (what < 22) return [{ kind: 'delegated', ask: ask.id, to }, by]
  if (what < 25)
    return [{ kind: 'handed-over', ask: ask.id, because: 'silence', to: how < 80 ? to : undefined }, 'helpbot']
  if (what < 28)
    return [{ kind: 'handed-over', ask: ask.id, because: 'unreachable', to: how < 80 ? to : undefined }, 'helpbot']
  if (what < 31) return [{ kind: 'reminded', ask: ask.id }, 'helpbot']
  if (what < 33) return [{ kind: 'asked', ask: ask.id, id: `question-${which % 12}`, text: 'Why?' }, by]
  if (what < 35)
    return [{ kind: 'answered', question: `question-${which % 12}`, text: 'So.' }, how < 80 ? people.ada.id : by]
  if (what < 36) return [{ kind: 'withdrawn' }, how < 40 ? people.ada.id : by]
  if (what < 38) return [{ kind: 'expired' }, how < 80 ? 'helpbot' : by]
  if (what < 39) return [{ kind: 'voided', why: 'The group is gone' }, 'helpbot']
  return [{ kind: 'found', panels: [{ approvers: some(who), lacking: 'somebody is missing' }] }, 'helpbot']
}
const nobody = { id: 'request-1:0', approver: people.maya, hash: '' }

/** The cards in the chats of approvers, as the news make them. */
type Cards = Map<string, { hash: string; open: boolean }>

/** One request with all that people have been shown of it. */
class Watched {
  request: AccessRequest
  readonly cards: Cards = new Map()
  outcomes = 0

  constructor(request: AccessRequest) {
    this.request = deepFrozen(request)
  }

  take(happened: Happened, by: UserId | 'helpbot', at: Date): boolean {
    const before = this.request
    const result = step(before, deepFrozen(happened), by, at, rules)
    if ('refused' in result) {
      assert.match(result.refused, /^\p{Lu}.*[.!?…]$/u)
      return false
    }
    assert.equal(before.state, 'open', 'nothing happens after the end')
    this.request = deepFrozen(result.request)
    this.show(result)
    onlyShorter(before, result.request, at)
    this.check()
    return true
  }

  show({ news }: Stepped): void {
    for (const one of news) {
      if (one.kind === 'ended') {
        this.outcomes++
        assert.equal(one.state, this.request.state)
        assert.equal(one.sentence, this.request.ending)
      }
      if (!('ask' in one)) continue
      const card = this.cards.get(one.ask.id)
      assert.deepEqual(
        this.request.asks.find(({ id }) => id === one.ask.id),
        one.ask,
        'news tell how it is now',
      )
      if (one.kind === 'ask') assert.equal(card, undefined, 'one card an ask')
      else assert.ok(card?.open, `${one.kind} of a card that is open`)
      this.cards.set(one.ask.id, { hash: one.ask.hash, open: one.kind !== 'close' })
    }
  }

  check(): void {
    const { state, terms, asks, stage } = this.request
    const open = asks.filter((ask) => ask.state === 'asked')
    const shown = [...this.cards].filter(([, card]) => card.open).map(([id]) => id)
    assert.deepEqual(shown.sort(), open.map(({ id }) => id).sort(), 'who may answer has a card, and nobody else')
    assert.equal(this.outcomes, state === 'open' ? 0 : 1)
    assert.equal(new Set(asks.map(({ id }) => id)).size, asks.length)
    assert.ok(this.request.questions.length <= 10)
    const now = termsHash(terms)
    for (const ask of open) {
      assert.equal(ask.stage, stage)
      assert.equal(ask.hash, now)
      assert.equal(this.cards.get(ask.id)?.hash, now, 'the card shows what would be approved')
    }
    const said = asks.filter((ask) => ask.state === 'approved').map(({ approver }) => approver.id)
    assert.equal(new Set(said).size, said.length, 'one yes a person')
    const people = asks.map(({ approver }) => approver.id)
    assert.ok(!people.includes(terms.requester.id) && !people.includes(terms.person.id))
    const due = nextDue(this.request)
    if (state === 'open') assert.ok(due !== null && due.getTime() <= Date.parse(this.request.expiresAt))
    else {
      assert.equal(due, null)
      assert.equal(open.length, 0)
      assert.ok(this.request.ending !== null && this.request.decidedAt !== null)
    }
    if (state === 'approved') assert.equal(carriesNot(this.request), undefined)
    else assert.notEqual(carriesNot(this.request), undefined)
  }
}

function onlyShorter(before: AccessRequest, after: AccessRequest, at: Date): void {
  assert.equal(after.earlier.length - before.earlier.length, after.terms === before.terms ? 0 : 1)
  if (after.terms === before.terms) return
  assert.deepEqual(after.earlier, [...before.earlier, before.terms])
  assert.deepEqual({ ...after.terms, lasts: null }, { ...before.terms, lasts: null })
  assert.ok(isShorter(after.terms.lasts, before.terms.lasts, after.terms.startsAt, at))
}

/** Does what is due until the request has ended, as the job would; approvers say nothing any more. */
function runOut(watched: Watched, from: Date): number {
  let turns = 0
  for (let due = nextDue(watched.request); due !== null; due = nextDue(watched.request)) {
    assert.ok(++turns < 100, 'it ends')
    assert.ok(doDue(watched, new Date(Math.max(due.getTime(), from.getTime()))), 'what is due can be done')
  }
  return turns
}

function doDue(watched: Watched, at: Date): boolean {
  const { request } = watched
  if (at.getTime() >= Date.parse(request.expiresAt)) return watched.take({ kind: 'expired' }, 'helpbot', at)
  if (needsApprovers(request)) {
    const panels = (request.stages[request.stage] ?? []).map(() => ({
      approvers: everybody.map(as),
      lacking: undefined,
    }))
    return watched.take({ kind: 'found', panels }, 'helpbot', at)
  }
  const due = (moment: string | null) => moment !== null && Date.parse(moment) <= at.getTime()
  const over = request.asks.find((ask) => due(ask.handOverAt))
  if (over) return watched.take({ kind: 'handed-over', ask: over.id, because: 'silence', to: undefined }, 'helpbot', at)
  const waiting = request.asks.find((ask) => due(ask.remindAt))
  return waiting !== undefined && watched.take({ kind: 'reminded', ask: waiting.id }, 'helpbot', at)
}

/** Ways to make a document say more than was approved. */
const tamperings: readonly ((request: AccessRequest, ask: Ask) => Partial<AccessRequest>)[] = [
  ({ asks }, ask) => ({ asks: asks.filter(({ id }) => id !== ask.id) }),
  (request, ask) => changed(request, ask, { approver: request.terms.requester }),
  (request, ask) => changed(request, ask, { approver: request.terms.person }),
  (request, ask) => changed(request, ask, { state: 'closed' }),
  (request, ask) => changed(request, ask, { stage: ask.stage + 1 }),
  (request, ask) => changed(request, ask, { hash: termsHash({ ...request.terms, reason: 'Another.' }) }),
  ({ asks }, ask) => ({ asks: [...asks, { ...ask, id: 'request-1:99' }] }),
  ({ terms }) => ({ terms: { ...terms, lasts: 'permanent', title: `${terms.title} and more` } }),
  ({ terms }) => ({ terms: { ...terms, person: people.helen } }),
  ({ terms }) => ({ terms: { ...terms, startsAt: later(minute).toISOString() } }),
  ({ stages }) => ({ stages: [...stages, [{ from: 'owners', need: 1 }]] }),
  () => ({ state: 'open' }),
]
function changed({ asks }: AccessRequest, { id }: Ask, change: Partial<Ask>): Partial<AccessRequest> {
  return { asks: asks.map((ask) => (ask.id === id ? { ...ask, ...change } : ask)) }
}

function longer(lasts: Lasts): Lasts {
  if (lasts === 'permanent') return lasts
  return 'for' in lasts ? { for: lasts.for + 1 } : { until: new Date(Date.parse(lasts.until) + 1).toISOString() }
}

describe('any sequence of what happens to a request', () => {
  it('has one outcome, which its approvals carry, and leaves no card behind', function () {
    this.timeout(180_000)
    const seen = { steps: 0, refused: 0, shortened: 0, passedOn: 0, later: 0, tampered: 0, due: 0 }
    const ends = new Map<RequestState, number>()
    fc.assert(
      fc.property(cases, ({ request, choices }) => {
        const watched = new Watched(request)
        let at = later(0)
        for (const choice of choices) {
          const [, , , , wait] = choice
          // Mostly minutes, at times days, and now and then a clock that is a little behind.
          at = new Date(at.getTime() + (wait < 5 ? -5 : wait < 85 ? wait * minute : (wait - 80) * 3 * hour))
          const [happened, by] = happening(watched.request, watched.cards, choice, at)
          if (watched.take(happened, by, at)) seen.steps++
          else seen.refused++
        }
        seen.due += runOut(watched, at)
        const end = watched.request
        assert.deepEqual(parseRequest(JSON.parse(JSON.stringify(end))), end, 'it can be kept')
        ends.set(end.state, (ends.get(end.state) ?? 0) + 1)
        if (end.earlier.length > 0 && end.state === 'approved') seen.shortened++
        if (end.asks.some(({ insteadOf, state }) => insteadOf !== null && state === 'approved')) seen.passedOn++
        if (end.stage > 0) seen.later++
        if (end.state === 'approved') seen.tampered += tamper(end, choices[0]?.[1] ?? 0)
      }),
      { numRuns, seed },
    )
    console.log(`      seed ${seed}, ${numRuns} sequences: ${JSON.stringify({ ...Object.fromEntries(ends), ...seen })}`)
    for (const state of ['approved', 'denied', 'withdrawn', 'expired', 'to-it', 'void'] as const)
      assert.ok((ends.get(state) ?? 0) > 200, `${state} comes often enough to mean something`)
    assert.ok((ends.get('approved') ?? 0) > 2000)
    for (const count of Object.values(seen)) assert.ok(count > 200, JSON.stringify(seen))
  })
})

/** Nothing that was approved carries more than that. @returns how many documents were tried */
function tamper(request: AccessRequest, number: number): number {
  const ask = pick(
    request.asks.filter(({ state }) => state === 'approved'),
    number,
  )
  const way = pick(tamperings, number)
  if (!ask || !way) return assert.fail('nobody approved it')
  const more = { ...request, ...way(request, ask) }
  assert.notEqual(carriesNot(more), undefined, `tampering ${number % tamperings.length}`)
  if (request.terms.lasts === 'permanent') return 1
  const last = { ...request.terms, lasts: longer(request.terms.lasts) }
  assert.notEqual(carriesNot({ ...request, terms: last }), undefined, 'a millisecond more')
  return 2
}
