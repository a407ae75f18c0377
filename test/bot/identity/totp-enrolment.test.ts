import assert from 'node:assert/strict'
import jsqr from 'jsqr'
import { type EnrolledBy, factorOf, removeFactor, type TotpGround, verifyTotp } from '../../../bot/identity/totp.ts'
import { codeAt, stepAt } from '../../../bot/identity/totp-code.ts'
import {
  approveByManager,
  beginEnrolment,
  confirmEnrolment,
  expireEnrolments,
} from '../../../bot/identity/totp-enrolment.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { begun, enrolled, labels, seedOf } from './enrolled.ts'
import { days, minutes, newRing, somebody, startClock } from './people.ts'
import { readPng } from './read-png.ts'

describe('enrolling an authenticator', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  function desk() {
    const time = startClock()
    const ground: TotpGround = { database: postgres.database, clock: time.now, ring: newRing() }
    const person = somebody()
    const code = (seed: Buffer) => codeAt(seed, stepAt(time.now()))
    const confirm = (typed: string, coolingOff = 3 * days) => confirmEnrolment(ground, person, typed, { coolingOff })
    return { ground, person, time, code, confirm }
  }

  it('gives a QR code that a phone reads as the otpauth URI', async () => {
    const { ground, person } = desk()
    const { qr, uri, manualKey } = await begun(ground, person, 'chat')
    const png = readPng(Buffer.from(qr.replace('data:image/png;base64,', ''), 'base64'))
    const read = jsqr.default(png.pixels, png.width, png.height)
    assert.equal(read?.data, uri)
    assert.match(uri, /^otpauth:\/\/totp\/HelpBot:ada%40contoso\.example\?secret=[A-Z2-7]{32}&/)
    assert.equal(new URL(uri).searchParams.get('secret'), manualKey.replaceAll(' ', ''))
  })

  it('from chat alone counts only after the cooling-off', async () => {
    const { ground, person, time, code } = desk()
    const seed = await enrolled(ground, person, { enrolledBy: 'chat', coolingOff: 3 * days })
    time.forward(3 * days - minutes)
    const early = await verifyTotp(ground, person, code(seed))
    assert(early.ok)
    assert.equal(early.proofCounts, false)
    time.forward(minutes)
    const late = await verifyTotp(ground, person, code(seed))
    assert(late.ok)
    assert.equal(late.proofCounts, true)
  })

  it('confirmed by the manager counts at once, before or after its own confirmation', async () => {
    const first = desk()
    const seed = await enrolled(first.ground, first.person, { enrolledBy: 'chat', coolingOff: 3 * days })
    const factor = await factorOf(first.ground.database, first.person)
    assert.equal(await approveByManager(first.ground, somebody(), factor?.factorId ?? ''), false)
    assert.equal(await approveByManager(first.ground, first.person, factor?.factorId ?? ''), true)
    first.time.forward(minutes)
    const result = await verifyTotp(first.ground, first.person, first.code(seed))
    assert(result.ok)
    assert.equal(result.proofCounts, true)

    const second = desk()
    const pending = await begun(second.ground, second.person, 'chat')
    assert.equal(await approveByManager(second.ground, second.person, pending.factorId), true)
    assert.deepEqual(await factorOf(second.ground.database, second.person), {
      factorId: pending.factorId,
      state: 'pending',
      enrolledBy: 'manager',
      countsFrom: null,
      createdAt: second.time.now(),
    })
    const confirmed = await second.confirm(second.code(seedOf(pending)))
    assert(confirmed.ok)
    assert.equal(confirmed.proofCounts, true)
  })

  it('approving later never moves the moment it counts from', async () => {
    const { ground, person, time } = desk()
    await enrolled(ground, person)
    const before = await factorOf(ground.database, person)
    time.forward(days)
    await approveByManager(ground, person, before?.factorId ?? '')
    assert.deepEqual((await factorOf(ground.database, person))?.countsFrom, before?.countsFrom)
  })

  it('uses up the code that confirmed it', async () => {
    const { ground, person, code } = desk()
    const seed = await enrolled(ground, person)
    assert.deepEqual(await verifyTotp(ground, person, code(seed)), { ok: false, reason: 'used' })
  })

  it('keeps the old factor until the new one is confirmed, and drops it then', async () => {
    const { ground, person, time, code, confirm } = desk()
    const old = await enrolled(ground, person)
    time.forward(minutes)
    const next = seedOf(await begun(ground, person, 'old-factor'))
    assert.equal((await verifyTotp(ground, person, code(old))).ok, true)
    const confirmed = await confirm(code(next))
    assert(confirmed.ok)
    assert.equal(confirmed.replaced, true)
    time.forward(minutes)
    assert.deepEqual(await verifyTotp(ground, person, code(old)), { ok: false, reason: 'wrong', triesLeft: 4 })
    assert.equal((await verifyTotp(ground, person, code(next))).ok, true)
  })

  it('never replaces an active factor on the word of the chat alone', async () => {
    const { ground, person } = desk()
    await enrolled(ground, person)
    const refusal = { ok: false, reason: 'needs-old-factor-or-manager' }
    assert.deepEqual(await beginEnrolment(ground, person, 'chat', labels), refusal)

    // Nor when two windows were open: the one from chat comes too late.
    const late = desk()
    const stale = await begun(late.ground, late.person, 'chat')
    await postgres.database
      .insertInto('totp_factors')
      .values({
        id: `${stale.factorId}-other`,
        tenant_id: late.person.tenant,
        user_id: late.person.id,
        sealed_seed: 'v1.k1.a.b.c',
        state: 'active',
        enrolled_by: 'manager',
        created_at: late.time.now(),
      })
      .execute()
    assert.deepEqual(await late.confirm(late.code(seedOf(stale))), refusal)
  })

  it('takes no word from an old factor that is not there, or was removed meanwhile', async () => {
    const { ground, person, code, confirm } = desk()
    const none = { ok: false, reason: 'no-old-factor' }
    assert.deepEqual(await beginEnrolment(ground, person, 'old-factor', labels), none)
    await enrolled(ground, person)
    const thief = seedOf(await begun(ground, person, 'old-factor'))
    await removeFactor(ground, person)
    assert.deepEqual(await confirm(code(thief)), { ok: false, reason: 'none' })
  })

  it('does not let a factor that is cooling off vouch for one that counts sooner', async () => {
    const { ground, person, time, code, confirm } = desk()
    await enrolled(ground, person, { enrolledBy: 'chat', coolingOff: 3 * days })
    const countsFrom = new Date(time.now().getTime() + 3 * days)
    time.forward(minutes)
    const next = seedOf(await begun(ground, person, 'old-factor'))
    const confirmed = await confirm(code(next))
    assert(confirmed.ok)
    assert.equal(confirmed.proofCounts, false)
    assert.deepEqual(confirmed.countsFrom, countsFrom)
  })

  it('lets the latest of several QR codes work, and no other', async () => {
    const { ground, person, code, confirm } = desk()
    const first = seedOf(await begun(ground, person, 'chat'))
    const second = seedOf(await begun(ground, person, 'chat'))
    assert.equal((await confirm(code(first))).ok, false)
    assert.equal((await confirm(code(second))).ok, true)
  })

  it('leaves one pending and one active factor when windows race', async () => {
    const { ground, person, code, confirm } = desk()
    const begunAtOnce = await Promise.all(
      Array.from({ length: 10 }, () => begun(ground, person, 'chat' satisfies EnrolledBy)),
    )
    const pending = await factorOf(ground.database, person)
    const winner = begunAtOnce.find(({ factorId }) => factorId === pending?.factorId)
    assert(winner)
    const typed = code(seedOf(winner))
    const results = await Promise.all(Array.from({ length: 10 }, () => confirm(typed)))
    assert.equal(results.filter(({ ok }) => ok).length, 1)
    const states = await postgres.database
      .selectFrom('totp_factors')
      .select('state')
      .where('user_id', '=', person.id)
      .execute()
    assert.deepEqual(states.map(({ state }) => state).sort(), ['active', ...Array(9).fill('removed')])
  })

  it('expires after 15 minutes', async () => {
    const { ground, person, time, code, confirm } = desk()
    const seed = seedOf(await begun(ground, person, 'chat'))
    time.forward(15 * minutes)
    assert.deepEqual(await confirm(code(seed)), { ok: false, reason: 'expired' })
    assert.deepEqual(await confirm(code(seed)), { ok: false, reason: 'none' })
  })

  it('lets a job clear away what expired, seeds included', async () => {
    const { ground, person, time } = desk()
    const { factorId } = await begun(ground, person, 'chat')
    time.forward(14 * minutes)
    const fresh = somebody()
    await begun(ground, fresh, 'chat')
    time.forward(minutes)
    await expireEnrolments(ground)
    assert.equal(await factorOf(ground.database, person), undefined)
    assert.equal((await factorOf(ground.database, fresh))?.state, 'pending')
    const row = await postgres.database
      .selectFrom('totp_factors')
      .select(['state', 'sealed_seed'])
      .where('id', '=', factorId)
      .executeTakeFirst()
    assert.deepEqual(row, { state: 'removed', sealed_seed: '' })
  })

  it('bears slips, within bounds', async () => {
    const { ground, person, time, code, confirm } = desk()
    const seed = seedOf(await begun(ground, person, 'chat'))
    const wrong = code(seed) === '000000' ? '000001' : '000000'
    assert.deepEqual(await confirm('12'), { ok: false, reason: 'malformed' })
    assert.deepEqual(await confirm(wrong), { ok: false, reason: 'wrong', triesLeft: 3 })
    for (let slip = 0; slip < 2; slip++) await confirm(wrong)
    const lockedUntil = new Date(time.now().getTime() + 15 * minutes)
    assert.deepEqual(await confirm(wrong), { ok: false, reason: 'locked', lockedUntil })
    assert.deepEqual(await confirm(code(seed)), { ok: false, reason: 'locked', lockedUntil })
  })
})
