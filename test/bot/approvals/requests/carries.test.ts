import assert from 'node:assert/strict'
import { carriesNot } from '../../../../bot/approvals/requests/carries.ts'
import type { AccessRequest, Ask, Named } from '../../../../bot/approvals/requests/request.ts'
import { termsHash } from '../../../../bot/approvals/requests/terms.ts'
import {
  asked,
  askOf,
  byManager,
  byManagerThenOwner,
  type dashboard,
  day,
  found,
  go,
  hour,
  later,
  people,
  yes,
} from './step-examples.ts'

const { ada, maya, hugo, tom } = people

/** Maya said yes, and then Hugo. */
function approved(terms: Partial<typeof dashboard> = {}, shorter?: { readonly for: number }): AccessRequest {
  const proof = { method: 'totp' as const, at: later(hour).toISOString() }
  const by = (request: AccessRequest, who: Named, less?: { readonly for: number }) =>
    go(request, { ...yes(request, who), proof, ...(less ? { shorter: less } : {}) }, who, later(hour)).request
  const first = by(go(asked({ person: tom, ...terms }, byManagerThenOwner), found([maya])).request, maya)
  return by(go(first, found([hugo])).request, hugo, shorter)
}

const withAsk = (request: AccessRequest, who: Named, changed: Partial<Ask>): AccessRequest => ({
  ...request,
  asks: request.asks.map((ask) => (ask.approver.id === who.id ? { ...ask, ...changed } : ask)),
})

describe('the approvals of a request', () => {
  it('carry what was approved, and what was shortened after that', () => {
    assert.equal(carriesNot(approved()), undefined)
    assert.equal(carriesNot(approved({ risk: 'high' })), undefined)
    assert.equal(carriesNot(approved({}, { for: 7 * day })), undefined)
  })

  it('carry nothing in a request that is not approved', () => {
    assert.equal(carriesNot(asked()), 'the request is open')
    for (const state of ['denied', 'withdrawn', 'expired', 'to-it', 'void'] as const)
      assert.equal(carriesNot({ ...approved(), state }), `the request is ${state}`)
  })

  it('carry nothing when one is lacking', () => {
    assert.equal(carriesNot(withAsk(approved(), hugo, { state: 'closed' })), 'stage 2 has 0 of 1 approvals')
    assert.equal(carriesNot(withAsk(approved(), hugo, { panel: 1 })), 'stage 2 has 0 of 1 approvals')
    assert.equal(carriesNot({ ...approved(), asks: [] }), 'stage 1 has 0 of 1 approvals')
    assert.equal(carriesNot({ ...approved(), stages: [] }), 'nobody was to approve it')
    assert.equal(carriesNot({ ...approved(), stages: [...byManager, []] }), 'nobody was to approve it')
    for (const need of [0, -1, Number.NaN])
      assert.match(
        carriesNot({ ...approved(), stages: [[{ from: 'manager', need }], [{ from: 'owners', need: 1 }]] }) ?? '',
        /^stage 1 has 1 of/,
      )
  })

  it('carry nothing when somebody said no', () => {
    const request = approved()
    const no: Ask = { ...askOf(request, hugo), id: 'request-1:3', approver: people.helen, state: 'denied' }
    assert.equal(carriesNot({ ...request, asks: [...request.asks, no] }), 'somebody denied it')
  })

  it('carry nothing when one person gave two of them, or somebody approved their own', () => {
    assert.equal(carriesNot(withAsk(approved(), hugo, { approver: maya })), 'somebody approved it twice')
    assert.equal(carriesNot(withAsk(approved(), hugo, { approver: ada })), 'whoever asked for it approved it')
    assert.equal(carriesNot(withAsk(approved(), hugo, { approver: tom })), 'whoever gets it approved it')
  })

  it('carry nothing else than what was approved', () => {
    const request = approved({}, { for: 7 * day })
    const something = /approved something else$/
    const changed = [
      { ...request.terms, lasts: { for: 8 * day } },
      { ...request.terms, lasts: 'permanent' as const },
      { ...request.terms, title: 'Sales dashboard: write' },
      { ...request.terms, person: people.helen },
    ]
    for (const terms of changed) assert.match(carriesNot({ ...request, terms }) ?? '', something)
    assert.match(carriesNot({ ...request, earlier: [] }) ?? '', something, 'Maya approved what nobody knows any more')
    const more = { ...request.terms, reason: 'Another.' }
    const other = withAsk({ ...request, earlier: [...request.earlier, more] }, maya, { hash: termsHash(more) })
    assert.match(carriesNot(other) ?? '', something, 'earlier terms that do not cover these')
    assert.match(carriesNot(withAsk(request, maya, { hash: '' })) ?? '', something)
  })

  it('carry a length of time instead of a date, and the other way round, only where it is no longer', () => {
    const request = approved()
    const until = (at: Date) => {
      const terms = { ...request.terms, lasts: { until: at.toISOString() } }
      return carriesNot(withAsk({ ...request, earlier: [request.terms], terms }, hugo, { hash: termsHash(terms) }))
    }
    assert.equal(until(later(30 * day + hour)), undefined)
    assert.match(until(later(30 * day + hour + 1)) ?? '', /approved something else$/)
  })

  it('carry nothing when they were given after the end', () => {
    const late = /did not approve it in time$/
    assert.match(carriesNot(withAsk(approved(), hugo, { decidedAt: later(7 * day).toISOString() })) ?? '', late)
    assert.match(carriesNot(withAsk(approved(), hugo, { decidedAt: later(0).toISOString() })) ?? '', late)
    assert.match(carriesNot(withAsk(approved(), hugo, { decidedAt: null })) ?? '', late)
  })

  it('carry nothing risky without a proof of each approver', () => {
    const request = approved({ risk: 'high' })
    const unproved = /did not prove themselves$/
    assert.match(carriesNot(withAsk(request, maya, { proof: null })) ?? '', unproved)
    for (const at of [later(0), later(2 * hour)])
      assert.match(
        carriesNot(withAsk(request, hugo, { proof: { method: 'totp', at: at.toISOString() } })) ?? '',
        unproved,
      )
    assert.match(carriesNot(withAsk(request, hugo, { proof: { method: 'totp', at: 'now' } })) ?? '', unproved)
    assert.equal(carriesNot(withAsk(approved(), maya, { proof: null })), undefined)
  })
})
