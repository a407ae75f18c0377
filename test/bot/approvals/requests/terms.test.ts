import assert from 'node:assert/strict'
import type { Lasts } from '../../../../bot/approvals/requests/request.ts'
import { beginOf, covers, endOf, isShorter, termsHash } from '../../../../bot/approvals/requests/terms.ts'
import { dashboard, day, hour, later, monday, people } from './step-examples.ts'

const week: Lasts = { for: 7 * day }
const untilFriday: Lasts = { until: later(4 * day).toISOString() }
const untilNextFriday: Lasts = { until: later(11 * day).toISOString() }
const lasting = (lasts: Lasts) => ({ ...dashboard, lasts })

describe('terms of a request', () => {
  it('have a hash that any change of what the card says changes, and no order of writing', () => {
    const { kind, ...others } = dashboard
    assert.match(termsHash(dashboard), /^[0-9a-f]{64}$/)
    assert.equal(termsHash({ ...others, kind }), termsHash(dashboard))
    const changes = [
      { title: 'Sales dashboard: write' },
      { reason: 'Because.' },
      { person: people.tom },
      { person: { ...people.ada, name: 'Ada' } },
      { risk: 'high' as const },
      { lasts: { for: 31 * day } },
      { startsAt: monday.toISOString() },
      { conflicts: ['Ada has invoice entry.'] },
      { group: null },
    ]
    const hashes = [dashboard, ...changes.map((change) => ({ ...dashboard, ...change }))].map(termsHash)
    assert.equal(new Set(hashes).size, changes.length + 1)
  })

  it('are covered by a yes to the same for as long or longer, and by no other', () => {
    assert.ok(covers(lasting(week), lasting(week), null))
    assert.ok(covers(lasting(week), lasting({ for: 3 * day }), null))
    assert.ok(covers(lasting('permanent'), lasting(week), null))
    assert.ok(covers(lasting('permanent'), lasting(untilFriday), null))
    assert.ok(covers(lasting('permanent'), lasting('permanent'), null))
    assert.ok(covers(lasting(untilNextFriday), lasting(untilFriday), null))
    assert.ok(!covers(lasting({ for: 3 * day }), lasting(week), null))
    assert.ok(!covers(lasting(untilFriday), lasting(untilNextFriday), null))
    assert.ok(!covers(lasting(week), lasting('permanent'), null))
    assert.ok(!covers({ ...dashboard, reason: 'Because.' }, lasting({ for: day }), monday))
    assert.ok(!covers({ ...dashboard, person: people.tom }, dashboard, monday))
  })

  it('compare a length of time with a date only where it is known when it begins', () => {
    assert.ok(!covers(lasting(week), lasting(untilFriday), null))
    assert.ok(!covers(lasting(untilFriday), lasting(week), null))
    assert.ok(covers(lasting(week), lasting(untilFriday), monday))
    assert.ok(!covers(lasting(week), lasting(untilNextFriday), monday))
    assert.ok(covers(lasting(untilNextFriday), lasting(week), monday))
    assert.ok(!covers(lasting(untilNextFriday), lasting(week), later(5 * day)))
  })

  it('are not covered by what cannot be understood', () => {
    for (const broken of [{ for: Number.MAX_VALUE }, { until: 'tomorrow' }]) {
      assert.ok(!covers(lasting(broken), lasting(week), monday))
      assert.ok(!covers(lasting(week), lasting(broken), monday))
      assert.ok(!isShorter(broken, 'permanent', null, monday))
      assert.ok(!isShorter(week, broken, null, monday))
    }
    assert.ok(!covers(lasting(week), lasting(untilFriday), new Date(Number.NaN)))
  })

  it('are shorter when they end sooner, counted from their start or from now', () => {
    assert.ok(isShorter({ for: 3 * day }, week, null, monday))
    assert.ok(!isShorter(week, week, null, monday))
    assert.ok(isShorter(week, 'permanent', null, monday))
    assert.ok(!isShorter('permanent', 'permanent', null, monday))
    assert.ok(!isShorter('permanent', week, null, monday))
    assert.ok(isShorter(untilFriday, week, null, monday))
    assert.ok(!isShorter(week, untilFriday, null, monday))
    assert.ok(isShorter(week, untilNextFriday, null, monday))
    assert.ok(!isShorter(week, untilNextFriday, later(5 * day).toISOString(), monday))
    assert.ok(isShorter(untilNextFriday, week, later(5 * day).toISOString(), monday))
  })

  it('begin at their start or with the approval, whichever is later, and end after their time', () => {
    assert.deepEqual(beginOf(null, monday), monday)
    assert.deepEqual(beginOf(later(day).toISOString(), monday), later(day))
    assert.deepEqual(beginOf(later(-day).toISOString(), monday), monday)
    assert.equal(endOf('permanent', monday), null)
    assert.deepEqual(endOf({ for: hour }, monday), later(hour))
    assert.deepEqual(endOf(untilFriday, monday), later(4 * day))
  })
})
