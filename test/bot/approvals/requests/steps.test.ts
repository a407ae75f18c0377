import assert from 'node:assert/strict'
import type { Lasts } from '../../../../bot/approvals/requests/request.ts'
import { beginRequest, needsApprovers, nextDue, step } from '../../../../bot/approvals/requests/steps.ts'
import { termsHash } from '../../../../bot/approvals/requests/terms.ts'
import {
  as,
  asked,
  askOf,
  byBothTogether,
  byManagerThenOwner,
  dashboard,
  day,
  found,
  go,
  hour,
  later,
  minute,
  monday,
  people,
  refused,
  rules,
  told,
  yes,
} from './step-examples.ts'

const { ada, maya, benoit, hugo, meera, helen, astrid, tom } = people
const byMaya = () => go(asked(), found([maya])).request
const byTwo = () => go(asked({}, [[{ from: 'owners', need: 2 }]]), found([hugo, meera, helen])).request

describe('a request for access', () => {
  describe('looks for approvers', () => {
    it('and asks them', () => {
      const request = asked()
      assert.ok(needsApprovers(request))
      assert.ok((nextDue(request) ?? monday) <= monday)
      const { request: next, news } = go(request, found([maya]))
      assert.deepEqual(told(news), ['ask Maya Okonkwo', 'Maya Okonkwo is being asked now.'])
      assert.equal(askOf(next, maya).id, 'request-1:1')
      assert.equal(askOf(next, maya).hash, termsHash(dashboard))
      assert.ok(!needsApprovers(next))
      assert.deepEqual(nextDue(next), later(minute + 4 * hour))
      assert.equal(refused(next, found([hugo])), 'The approvers have been asked already.')
    })

    it('never asking whoever asked for it or gets it', () => {
      const { request } = go(asked({ person: tom }), found([ada, tom, maya, maya]))
      assert.deepEqual(
        request.asks.map(({ approver }) => approver.name),
        ['Maya Okonkwo'],
      )
    })

    it('and IT has it with the reason when there are too few', () => {
      const nobody = go(asked(), {
        kind: 'found',
        panels: [{ approvers: [], lacking: 'Ada Lindqvist has no manager' }],
      })
      assert.deepEqual(told(nobody.news), [
        'to-it: Too few people can approve it: Ada Lindqvist has no manager. IT has it now.',
      ])
      assert.equal(nobody.request.state, 'to-it')
      assert.equal(nextDue(nobody.request), null)
      assert.match(go(asked(), found([ada])).request.ending ?? '', /whoever asked.*IT has it now\.$/)
      assert.equal(go(asked(), found()).request.state, 'to-it')
      assert.equal(go(asked({}, byBothTogether), found([maya], [maya])).request.state, 'to-it')
      assert.equal(go(asked({}, []), found()).request.state, 'to-it')
    })

    it('giving whoever was found twice to those who could not do without them', () => {
      const { request } = go(asked({}, byBothTogether), found([hugo, meera], [hugo]))
      assert.deepEqual(
        request.asks.map(({ approver, panel }) => `${panel} ${approver.name}`),
        ['0 Meera Iyer', '1 Hugo Ferreira'],
      )
    })

    it('asking at most twenty of a panel', () => {
      const many = Array.from({ length: 30 }, (_, index) => ({
        id: `${people.tom.id.slice(0, -2)}${index + 20}` as typeof tom.id,
        name: `Owner ${index}`,
      }))
      assert.equal(go(asked(), found(many)).request.asks.length, 20)
    })
  })

  describe('is approved', () => {
    it('by one where one is enough; the others need not answer any more', () => {
      const request = go(asked(), found([hugo, meera])).request
      const { request: next, news } = go(request, yes(request, hugo), hugo)
      assert.deepEqual(told(news), [
        'close Hugo Ferreira: You approved it.',
        'close Meera Iyer: Hugo Ferreira approved it; your answer is not needed any more.',
        'approved: Hugo Ferreira approved it.',
      ])
      assert.equal(next.decidedAt, later(minute).toISOString())
      assert.equal(refused(next, yes(next, meera), meera), 'Hugo Ferreira approved this already.')
      assert.equal(refused(next, yes(next, hugo), hugo), 'You approved this already.')
      assert.equal(refused(next, { kind: 'withdrawn' }, ada), 'Hugo Ferreira approved this already.')
    })

    it('by as many as are needed', () => {
      const request = byTwo()
      const first = go(request, yes(request, hugo), hugo)
      assert.deepEqual(told(first.news), [
        'close Hugo Ferreira: You approved it.',
        'redraw Meera Iyer',
        'redraw Helen Okafor',
        'Hugo Ferreira approved. Meera Iyer and Helen Okafor are still being asked.',
      ])
      assert.equal(refused(first.request, yes(first.request, hugo), hugo), 'You approved this already.')
      const second = go(first.request, yes(first.request, helen), helen, later(hour))
      assert.equal(second.request.ending, 'Hugo Ferreira and Helen Okafor approved it.')
    })

    it('by one stage after the other, by nobody twice', () => {
      const request = go(asked({}, byManagerThenOwner), found([maya])).request
      const first = go(request, yes(request, maya), maya)
      assert.deepEqual(told(first.news), [
        'close Maya Okonkwo: You approved it.',
        'Maya Okonkwo approved. Now I am looking for who must approve it next.',
        'look-for-approvers',
      ])
      assert.ok(needsApprovers(first.request))
      assert.ok((nextDue(first.request) ?? later(day)) <= later(minute))
      const second = go(first.request, found([maya, hugo]))
      assert.deepEqual(told(second.news), ['ask Hugo Ferreira', 'Hugo Ferreira is being asked now.'])
      assert.equal(askOf(second.request, hugo).id, 'request-1:2')
      const end = go(second.request, yes(second.request, hugo), hugo)
      assert.equal(end.request.state, 'approved')
      assert.equal(end.request.ending, 'Maya Okonkwo and Hugo Ferreira approved it.')
      assert.equal(go(first.request, found([maya])).request.state, 'to-it')
    })

    it('by panels side by side: one that has enough asks nobody any more', () => {
      const request = go(asked({}, byBothTogether), found([maya], [hugo, meera])).request
      const first = go(request, yes(request, hugo), hugo)
      assert.deepEqual(told(first.news), [
        'close Hugo Ferreira: You approved it.',
        'redraw Maya Okonkwo',
        'Hugo Ferreira approved. Maya Okonkwo is still being asked.',
        'close Meera Iyer: Hugo Ferreira approved it; your answer is not needed any more.',
      ])
      assert.equal(refused(first.request, yes(first.request, meera), meera), 'Hugo Ferreira approved this already.')
      assert.equal(go(first.request, yes(first.request, maya), maya).request.state, 'approved')
    })

    it('only by whoever was asked, and only as their card had it', () => {
      const request = byMaya()
      assert.equal(refused(request, yes(request, maya), hugo), 'You were not asked about this.')
      assert.equal(refused(request, yes(request, maya), 'helpbot'), 'You were not asked about this.')
      assert.equal(
        refused(request, { ...yes(request, maya), ask: 'request-1:9' }, maya),
        'You were not asked about this.',
      )
      assert.equal(
        refused(request, { ...yes(request, maya), hash: termsHash({ ...dashboard, reason: 'Another.' }) }, maya),
        'The request has changed since. Look at it again.',
      )
    })

    it('with a code given at the click where much could be done with it', () => {
      const request = go(asked({ risk: 'high' }), found([maya])).request
      const proved = (at: Date) => ({
        ...yes(request, maya),
        proof: { method: 'totp' as const, at: at.toISOString() },
      })
      assert.equal(refused(request, yes(request, maya), maya), 'Prove that it is you first.')
      assert.equal(refused(request, proved(monday), maya, later(hour)), 'Prove that it is you first.', 'before the ask')
      assert.equal(refused(request, proved(later(2 * hour)), maya, later(hour)), 'Prove that it is you first.')
      const { request: next } = go(request, proved(later(hour)), maya, later(hour))
      assert.deepEqual(askOf(next, maya).proof, { method: 'totp', at: later(hour).toISOString() })
    })

    it('not when its time is over', () => {
      const request = byMaya()
      assert.match(refused(request, yes(request, maya), maya, later(7 * day)), /^The request ran out/)
      const brief = go(asked({ lasts: { until: later(day).toISOString() } }), found([maya])).request
      assert.equal(brief.expiresAt, later(day).toISOString())
      const never = go(
        asked({ startsAt: later(2 * day).toISOString(), lasts: { until: later(day).toISOString() } }),
        found([maya]),
      )
      assert.equal(refused(never.request, yes(never.request, maya), maya), 'What was asked for would be over already.')
    })
  })

  describe('is approved for less', () => {
    it('and every card shows that; who said yes before said yes to more', () => {
      const request = byTwo()
      const first = go(request, yes(request, meera), meera).request
      const { request: next, news } = go(first, { ...yes(first, hugo), shorter: { for: 7 * day } }, hugo)
      assert.equal(next.state, 'approved')
      assert.deepEqual(next.terms.lasts, { for: 7 * day })
      assert.deepEqual(next.earlier, [dashboard])
      assert.equal(askOf(next, hugo).hash, termsHash(next.terms))
      assert.equal(askOf(next, meera).hash, termsHash(dashboard))
      assert.equal(next.ending, 'Hugo Ferreira and Meera Iyer approved it, for less time than was asked for: 7 days.')
      assert.match(told(news)[0] ?? '', /^close Hugo Ferreira: You approved it, but for less time .*: 7 days\.$/)
    })

    it('and those who are still asked see the new terms, and must look at them', () => {
      const request = byTwo()
      const { request: next, news } = go(request, { ...yes(request, hugo), shorter: { for: 7 * day } }, hugo)
      assert.deepEqual(told(news).slice(1), [
        'redraw Meera Iyer',
        'redraw Helen Okafor',
        'Hugo Ferreira approved, but for less time than was asked for: 7 days. Meera Iyer and Helen Okafor are still being asked.',
      ])
      assert.equal(askOf(next, meera).hash, termsHash(next.terms))
      assert.equal(refused(next, yes(request, meera), meera), 'The request has changed since. Look at it again.')
      assert.equal(go(next, yes(next, meera), meera).request.state, 'approved')
    })

    it('but not for more, as long, or nothing', () => {
      const request = byMaya()
      const of = (shorter: Lasts) => refused(request, { ...yes(request, maya), shorter }, maya)
      for (const longer of [
        { for: 30 * day },
        { for: 31 * day },
        'permanent' as const,
        { until: later(31 * day).toISOString() },
      ])
        assert.equal(of(longer), 'That is not shorter than what was asked for: 30 days.')
      for (const broken of [{ for: Number.NaN }, { until: 'soon' }]) assert.match(of(broken), /^That is not shorter/)
      for (const nothing of [{ for: 0 }, { for: -day }, { until: monday.toISOString() }])
        assert.equal(of(nothing), 'That would be over before it begins.')
    })

    it('and what ends on a date goes on ending on one', () => {
      const until = { until: later(20 * day).toISOString() }
      const request = go(asked({ lasts: until }), found([maya])).request
      const { request: next } = go(request, { ...yes(request, maya), shorter: { for: 2 * day } }, maya, later(hour))
      assert.deepEqual(next.terms.lasts, { until: later(2 * day + hour).toISOString() })
      assert.equal(
        next.ending,
        'Maya Okonkwo approved it, for less time than was asked for: until 25 November 2026, 10:00 UTC.',
      )
      const two = go(asked({ lasts: until }, byManagerThenOwner), found([maya])).request
      const { request: second } = go(two, { ...yes(two, maya), shorter: { for: 2 * day } }, maya, later(hour))
      assert.equal(second.expiresAt, later(2 * day + hour).toISOString(), 'nobody is asked about what would be over')
    })
  })

  describe('is denied', () => {
    it('by one no, with the reason', () => {
      const request = byTwo()
      const no = { kind: 'denied' as const, ask: askOf(request, hugo).id, reason: ' Not this quarter ' }
      const { request: next, news } = go(request, no, hugo)
      assert.deepEqual(told(news), [
        'close Hugo Ferreira: You denied it.',
        'close Meera Iyer: Hugo Ferreira denied it; your answer is not needed any more.',
        'close Helen Okafor: Hugo Ferreira denied it; your answer is not needed any more.',
        'denied: Hugo Ferreira denied it: Not this quarter.',
      ])
      assert.equal(askOf(next, hugo).reason, 'Not this quarter')
      assert.equal(refused(next, yes(next, meera), meera), 'Hugo Ferreira denied this already.')
      assert.equal(refused(next, no, hugo), 'You denied this already.')
    })

    it('never without a reason', () => {
      const request = byMaya()
      const no = (reason: string) => refused(request, { kind: 'denied', ask: askOf(request, maya).id, reason }, maya)
      for (const reason of ['', '  \u0000', 'x'.repeat(1001)])
        assert.equal(no(reason), 'Say why not, in at most 1000 characters.')
      assert.equal(
        refused(request, { kind: 'denied', ask: askOf(request, maya).id, reason: 'No.' }, hugo),
        'You were not asked about this.',
      )
    })
  })

  describe('is passed on', () => {
    const to = (request: ReturnType<typeof byMaya>, from: typeof maya, other: typeof maya) => ({
      kind: 'delegated' as const,
      ask: askOf(request, from).id,
      to: as(other, `delegate of ${from.name}`),
    })

    it('to a delegate, who decides instead', () => {
      const request = byMaya()
      const { request: next, news } = go(request, to(request, maya, helen), maya, later(hour))
      assert.deepEqual(told(news), [
        'close Maya Okonkwo: You passed it on to Helen Okafor.',
        'ask Helen Okafor',
        'Maya Okonkwo passed it on to Helen Okafor, who is being asked now.',
      ])
      assert.equal(askOf(next, helen).as, 'delegate of Maya Okonkwo')
      assert.equal(askOf(next, helen).insteadOf, askOf(next, maya).id)
      assert.equal(askOf(next, helen).handOverAt, later(hour + 48 * hour).toISOString())
      assert.equal(refused(next, yes(next, maya), maya), 'You passed this on to Helen Okafor.')
      assert.equal(go(next, yes(next, helen), helen, later(hour)).request.state, 'approved')
    })

    it('never to whoever asked for it or gets it, nor to somebody who had it, nor in circles', () => {
      const request = go(asked({ person: tom }), found([maya, hugo])).request
      const concerned = 'Whoever asked for it, or gets it, cannot approve it. Choose somebody else.'
      assert.equal(refused(request, to(request, maya, ada), maya), concerned)
      assert.equal(refused(request, to(request, maya, tom), maya), concerned)
      const had = (name: string) => `${name} has been asked about it already. Choose somebody else.`
      assert.equal(refused(request, to(request, maya, hugo), maya), had('Hugo Ferreira'))
      assert.equal(refused(request, to(request, maya, maya), maya), had('Maya Okonkwo'))
      const next = go(request, to(request, maya, helen), maya).request
      assert.equal(refused(next, to(next, helen, maya), helen), had('Maya Okonkwo'))
    })

    it('never to somebody who said yes in an earlier stage', () => {
      const request = go(asked({}, byManagerThenOwner), found([maya])).request
      const second = go(go(request, yes(request, maya), maya).request, found([hugo])).request
      assert.match(refused(second, to(second, hugo, maya), hugo), /^Maya Okonkwo has been asked/)
    })

    it('at most ten times', () => {
      const other = (index: number) => ({
        id: `${tom.id.slice(0, -2)}${index + 20}` as typeof tom.id,
        name: `Delegate ${index}`,
      })
      let request = byMaya()
      let has: typeof maya = maya
      for (let index = 0; index < 10; index++) {
        request = go(request, to(request, has, other(index)), has).request
        has = other(index)
      }
      assert.equal(
        refused(request, to(request, has, helen), has),
        'It has been passed on too often. Approve it or deny it.',
      )
    })
  })

  describe('is handed over', () => {
    const over = (
      request: ReturnType<typeof byMaya>,
      from: typeof maya,
      because: 'silence' | 'unreachable',
      to?: typeof maya,
    ) => ({
      kind: 'handed-over' as const,
      ask: askOf(request, from).id,
      because,
      to: to && as(to, `manager of ${from.name}`),
    })

    it('after silence, and the card of whoever was silent says so', () => {
      const request = byMaya()
      assert.equal(refused(request, over(request, maya, 'silence', benoit)), 'It is not time to hand over yet.')
      const { request: next, news } = go(request, over(request, maya, 'silence', benoit), 'helpbot', later(49 * hour))
      assert.deepEqual(told(news), [
        'close Maya Okonkwo: You had not answered for a while: Benoît Laurent was asked instead.',
        'ask Benoît Laurent',
        'Maya Okonkwo did not answer. Benoît Laurent is being asked instead.',
      ])
      assert.equal(askOf(next, maya).state, 'handed-over')
      assert.equal(
        refused(next, yes(next, maya), maya),
        'You had not answered for a while: Benoît Laurent was asked instead.',
      )
      assert.equal(
        refused(next, over(next, maya, 'silence', astrid), 'helpbot', later(50 * hour)),
        'Nobody is waiting for that answer any more.',
      )
    })

    it('at once when somebody cannot be reached', () => {
      const request = byMaya()
      const { request: next, news } = go(request, over(request, maya, 'unreachable', benoit))
      assert.equal(askOf(next, maya).state, 'unreachable')
      assert.equal(told(news).at(-1), 'Maya Okonkwo could not be reached. Benoît Laurent is being asked instead.')
    })

    it('to the others where they suffice, to IT where they do not', () => {
      const request = byTwo()
      const one = go(request, over(request, hugo, 'unreachable'))
      assert.deepEqual(told(one.news), [
        'close Hugo Ferreira: You could not be reached: the others decide now.',
        'Hugo Ferreira could not be reached. The others are still being asked.',
      ])
      const two = go(one.request, over(one.request, meera, 'unreachable', ada))
      assert.deepEqual(told(two.news), [
        'close Meera Iyer: You could not be reached: IT has it now.',
        'close Helen Okafor: Too few people were left to approve it. IT has it now.',
        'to-it: Meera Iyer could not be reached, and there are not enough others to ask. IT has it now.',
      ])
      assert.equal(
        refused(two.request, yes(two.request, helen), helen),
        'Meera Iyer could not be reached, and there are not enough others to ask. IT has it now.',
      )
    })

    it('at most ten times; then IT has it', () => {
      let request = byMaya()
      let has: typeof maya = maya
      for (let index = 0; index < 10; index++) {
        const next = { id: `${tom.id.slice(0, -2)}${index + 20}` as typeof tom.id, name: `Manager ${index}` }
        request = go(request, over(request, has, 'unreachable', next)).request
        has = next
      }
      assert.equal(go(request, over(request, has, 'unreachable', benoit)).request.state, 'to-it')
    })

    it('by the clock only', () => {
      const request = byMaya()
      assert.equal(refused(request, over(request, maya, 'unreachable', helen), maya), 'That happens by itself.')
      assert.equal(refused(request, { kind: 'expired' }, ada, later(8 * day)), 'That happens by itself.')
    })
  })

  describe('reminds', () => {
    it('as often as the policy says, each time once', () => {
      const request = byMaya()
      const reminder = { kind: 'reminded' as const, ask: askOf(request, maya).id }
      assert.equal(refused(request, reminder, 'helpbot', later(4 * hour)), 'It is not time to remind yet.')
      const first = go(request, reminder, 'helpbot', later(5 * hour))
      assert.deepEqual(told(first.news), ['remind Maya Okonkwo'])
      assert.equal(refused(first.request, reminder, 'helpbot', later(5 * hour)), 'It is not time to remind yet.')
      assert.deepEqual(nextDue(first.request), later(24 * hour + minute))
      const second = go(first.request, reminder, 'helpbot', later(25 * hour))
      assert.equal(askOf(second.request, maya).reminders, 2)
      assert.deepEqual(nextDue(second.request), later(48 * hour + minute), 'the hand-over')
      const late = go(request, reminder, 'helpbot', later(30 * hour))
      assert.deepEqual(nextDue(late.request), later(48 * hour + minute), 'one reminder for both that were missed')
    })
  })

  describe('is asked about', () => {
    const ask = (request: ReturnType<typeof byMaya>, id: string, text: string) => ({
      kind: 'asked' as const,
      ask: askOf(request, hugo).id,
      id,
      text,
    })

    it('and all who are asked see question and answer', () => {
      const request = byTwo()
      const { request: next, news } = go(request, ask(request, 'q1', 'Which regions?'), hugo)
      assert.deepEqual(told(news), [
        'Hugo Ferreira asks: Which regions?',
        'redraw Hugo Ferreira',
        'redraw Meera Iyer',
        'redraw Helen Okafor',
      ])
      const answer = { kind: 'answered' as const, question: 'q1', text: 'The north.' }
      assert.equal(refused(next, answer, meera), 'Only whoever asked for it can answer.')
      assert.equal(refused(next, { ...answer, question: 'q2' }, ada), 'Nobody asked that.')
      assert.equal(refused(next, { ...answer, text: ' ' }, ada), 'Write an answer of at most 1000 characters.')
      const answered = go(next, answer, ada, later(hour))
      assert.equal(told(answered.news)[0], 'answer for Hugo Ferreira: The north.')
      assert.equal(answered.news.length, 4)
      assert.equal(refused(answered.request, answer, ada), 'You have answered that already.')
    })

    it('at most ten times, by those who are asked, in few words', () => {
      let request = byTwo()
      assert.equal(refused(request, ask(request, 'q', 'Why?'), meera), 'You were not asked about this.')
      for (const text of ['', 'x'.repeat(1001)])
        assert.equal(refused(request, ask(request, 'q', text), hugo), 'Write a question of at most 1000 characters.')
      for (let index = 0; index < 10; index++) request = go(request, ask(request, `q${index}`, 'Why?'), hugo).request
      assert.match(refused(request, ask(request, 'q11', 'Why?'), hugo), /^10 questions have been asked/)
      assert.equal(refused(request, ask(request, 'q1', 'Why?'), hugo), 'You have asked that already.')
    })
  })

  describe('ends', () => {
    it('when whoever asked for it or gets it withdraws it', () => {
      const request = go(asked({ person: tom }), found([maya])).request
      for (const who of [ada, tom])
        assert.deepEqual(told(go(request, { kind: 'withdrawn' }, who).news), [
          `close Maya Okonkwo: ${who.name} withdrew the request.`,
          `withdrawn: ${who.name} withdrew the request.`,
        ])
      assert.equal(
        refused(request, { kind: 'withdrawn' }, maya),
        'Only whoever asked for it, or would get it, can withdraw it.',
      )
      const next = go(request, { kind: 'withdrawn' }, ada).request
      assert.equal(refused(next, yes(next, maya), maya), 'Ada Lindqvist withdrew the request.')
    })

    it('by whoever asked for a contract alone: it also ends what the person has', () => {
      for (const kind of ['contract', 'contract-extension'] as const) {
        const until = new Date(monday.getTime() + 30 * day).toISOString()
        const request = go(asked({ kind, person: tom, lasts: { until } }), found([maya])).request
        assert.equal(refused(request, { kind: 'withdrawn' }, tom), 'Only whoever asked for it can withdraw it.')
        assert.equal(go(request, { kind: 'withdrawn' }, ada).request.state, 'withdrawn')
      }
    })

    it('when nobody answers in time, and not before', () => {
      const request = byMaya()
      assert.equal(
        refused(request, { kind: 'expired' }, 'helpbot', later(7 * day - 1)),
        'There is still time to answer.',
      )
      const { request: next, news } = go(request, { kind: 'expired' }, 'helpbot', later(7 * day))
      assert.equal(next.state, 'expired')
      assert.equal(told(news).length, 2)
      assert.match(next.ending ?? '', /ran out/)
    })

    it('when it cannot be any more', () => {
      const { news } = go(byMaya(), { kind: 'voided', why: 'The group is gone' })
      assert.deepEqual(told(news), ['close Maya Okonkwo: The group is gone.', 'void: The group is gone.'])
    })
  })

  it('does not run backwards where two clocks differ', () => {
    const request = byMaya()
    const { request: next } = go(request, yes(request, maya), maya, monday)
    assert.equal(next.decidedAt, askOf(next, maya).askedAt)
  })

  it('begins with nothing that could not be approved later', () => {
    const draft = { ...asked(), askedAt: monday, expiresAt: later(day) }
    assert.throws(() => beginRequest({ ...draft, terms: { ...dashboard, reason: '\ud800' } }), TypeError)
    assert.throws(() => beginRequest({ ...draft, terms: { ...dashboard, lasts: { until: 'soon' } } }), RangeError)
    assert.throws(() => beginRequest({ ...draft, terms: { ...dashboard, startsAt: 'soon' } }), RangeError)
  })

  it('refuses a step at no time', () => {
    assert.deepEqual(step(asked(), found([maya]), 'helpbot', new Date(Number.NaN), rules), {
      refused: 'Nobody knows what time it is.',
    })
  })
})
