import assert from 'node:assert/strict'
import type pg from 'pg'
import { genesisHash, hashRow } from '../../bot/audit/chain.ts'
import { auditRowsAfter, verifyDatabase } from '../../bot/audit/rows.ts'
import { days } from '../bot/identity/people.ts'
import { startTestPostgres, startTestServer, type TestPostgres, testPool } from '../support/postgres.ts'
import { type AuditedEvent, requestsAndCards, trail } from './at-the-end.ts'
import { Broken, tale } from './broken.ts'
import { chanceOf } from './chance.ts'
import { memberships, watchChanges } from './promises.ts'
import { drawSequence, happenNext, type Sequence } from './sequences.ts'
import { type Disaster, openWorld, type World } from './world.ts'

const sequences = Number(process.env.HELPBOT_PROPERTY_SEQUENCES ?? 1_500)
const seed = Number(process.env.HELPBOT_PROPERTY_SEED ?? 20_261_121)
/** To play one world again. */
const only = process.env.HELPBOT_PROPERTY_WORLD
const inOneWorld = 250
/** Worlds that live at the same time, each on a database of its own. */
const lanes = 2

const begin = Date.parse('2026-03-02T08:00:00.000Z')

const disaster: Disaster = { crash: 0.1, outage: 0.004, fails: 0.004, losesAnswers: 0.06, lags: 0.1 }
const moreLooks = 6_000

class Tally extends Map<string, number> {
  add(name: string, count = 1): void {
    this.set(name, (this.get(name) ?? 0) + count)
  }
  of(group: string): Readonly<Record<string, number>> {
    const own = [...this].filter(([name]) => name.startsWith(`${group}: `))
    return Object.fromEntries(
      own.map(([name, count]): [string, number] => [name.slice(group.length + 2), count]).sort(),
    )
  }
}

describe('access, whatever happens', () => {
  let server: { readonly url: string; stop(): Promise<void> }
  const lane: { readonly postgres: TestPostgres; readonly pool: pg.Pool }[] = []
  const shared = process.env.HELPBOT_TEST_POSTGRES
  before(async function () {
    this.timeout(180_000)
    server = shared ? { url: shared, stop: async () => undefined } : await startTestServer()
    process.env.HELPBOT_TEST_POSTGRES = server.url
    for (let number = 0; number < lanes; number++) {
      const postgres = await startTestPostgres()
      const pool = testPool(postgres.url, 30, '-c synchronous_commit=off')
      lane.push({ postgres, pool })
    }
  })
  after(async () => {
    for (const { postgres, pool } of lane) {
      await pool.end()
      await postgres.close()
    }
    if (shared === undefined) delete process.env.HELPBOT_TEST_POSTGRES
    await server.stop()
  })

  it('keeps what it promises', async function () {
    this.timeout(60 * 60_000)
    const started = Date.now()
    const tally = new Tally()
    const numbers = Array.from({ length: Math.ceil(sequences / inOneWorld) }, (_, number) => number)
    const chosen = numbers.filter((number) => only === undefined || Number(only) === number).values()
    await Promise.all(
      lane.map(async ({ postgres, pool }) => {
        let head = { seq: 0, hash: genesisHash }
        for (const number of chosen) {
          const chance = chanceOf(seed + number)
          // Each in a time of its own, whichever came before it.
          const from = new Date(begin + number * 90 * days)
          const size = Math.min(inOneWorld, sequences - number * inOneWorld)
          const world = await openWorld({ pool, database: postgres.database }, chance, from, size)
          try {
            await live(world, chance, tally)
            const read = await readTrail(postgres, head)
            head = read.head
            tally.add('figures: audit rows', read.events.length)
            trail(world, read.events)
            await countOutcomes(world, read.events, tally)
          } catch (error) {
            if (!(error instanceof Broken)) throw error
            const again = `HELPBOT_PROPERTY_SEED=${seed} HELPBOT_PROPERTY_WORLD=${number} HELPBOT_PROPERTY_SEQUENCES=${sequences}`
            assert.fail(`${error.message}\nto play it again: ${again}\n${tale(world, error)}`)
          }
          await world.forget()
        }
        const { fault, count } = await verifyDatabase(postgres.database)
        assert.equal(fault, undefined)
        assert.equal(count, head.seq)
      }),
    )
    const took = Math.round((Date.now() - started) / 1_000)
    console.log(`      seed ${seed}: ${sequences} sequences in ${numbers.length} worlds, ${took} s`)
    for (const group of ['figures', 'events', 'faults', 'requests', 'grants', 'operations'])
      console.log(`      ${group}: ${JSON.stringify(tally.of(group))}`)
    for (const kind of ['approve-own', 'approve-as-other', 'approve-old-card'])
      assert.equal(tally.get(`events: ${kind}`) ?? 0, 0, `${kind} was let happen`)
    if (sequences >= 1_000 && only === undefined) everythingHappened(tally)
  })
})

/** A world from its first request until nothing is due any more; looks at every step whether all is as it must be. */
async function live(world: World, chance: ReturnType<typeof chanceOf>, tally: Tally): Promise<void> {
  let broken: Broken | undefined
  watchChanges(world, (error) => {
    broken ??= error
  })
  const check = async () => {
    if (broken) throw broken
    const [strange] = world.strange
    if (strange !== undefined) throw new Broken(strange)
    await memberships(world)
  }
  const start = world.now()
  const all = world.employees.map((person) => drawSequence(world, chance, person, start))
  let waiting: Sequence[] = all
  while (waiting.length > 0) {
    world.suffer(disaster)
    const due = waiting.filter(({ at }) => at <= world.now())
    for (let first = 0; first < due.length; first += 6)
      await Promise.all(
        due.slice(first, first + 6).map(async (sequence) => {
          for (const { kind, taken } of await happenNext(world, chance, sequence))
            tally.add(`events: ${kind}${taken ? '' : ' (not taken)'}`)
        }),
      )
    world.comeBack(false)
    await world.work()
    world.comeBack(false)
    await check()
    tally.add('figures: steps')
    waiting = waiting.filter(({ events }) => events.length > 0)
    await world.pass(Math.min(...waiting.map(({ at }) => at)))
  }
  // People have done what they do; now the clock does the rest, at first with all that goes wrong.
  for (let look = 0; ; look++) {
    if (look > moreLooks) throw new Broken('something is due for ever')
    world.suffer(look < 40 ? disaster : undefined)
    await world.work()
    world.comeBack(false)
    await check()
    tally.add('figures: steps')
    if (look >= 40 && (await nothingToCome(world))) break
    await world.pass(Number.POSITIVE_INFINITY)
  }
  for (const name of ['kill', 'hiccup', 'outages', 'together', 'clashes', 'looks'] as const)
    tally.add(`faults: ${name}`, world.counts[name])
  for (const [name, count] of Object.entries(world.engines.counts)) tally.add(`faults: operations ${name}`, count)
  for (const [name, count] of Object.entries(world.company.counts)) tally.add(`faults: directory ${name}`, count)
}

async function nothingToCome({ database }: World): Promise<boolean> {
  const open = await database.selectFrom('access_requests').select('id').where('state', '=', 'open').limit(1).execute()
  if (open.length > 0) return false
  const grants = await database
    .selectFrom('access_grants')
    .select('id')
    .where((row) =>
      row.or([row('state', '=', 'waiting'), row.and([row('state', '=', 'active'), row('ends_at', 'is not', null)])]),
    )
    .limit(1)
    .execute()
  return grants.length === 0
}

/** The rows of the trail since a head, each of which must continue the one before. */
async function readTrail({ database }: TestPostgres, since: { readonly seq: number; readonly hash: string }) {
  let { seq, hash } = since
  const events: AuditedEvent[] = []
  for (;;) {
    const rows = await auditRowsAfter(database, seq, 1_000)
    for (const row of rows) {
      if (row.seq !== seq + 1 || row.previousHash !== hash || hashRow(row) !== row.hash)
        throw new Broken(`row ${row.seq} of the trail does not continue row ${seq}`)
      ;({ seq, hash } = row)
      events.push(row.event as AuditedEvent)
    }
    if (rows.length === 0) return { head: { seq, hash }, events }
  }
}

async function countOutcomes(world: World, events: readonly AuditedEvent[], tally: Tally): Promise<void> {
  const { requests, grants } = await requestsAndCards(world)
  for (const { state, kind } of requests) tally.add(`requests: ${kind} ${state}`)
  for (const { state, had_before, gone_at, ending } of grants) {
    tally.add(`grants: ${state}`)
    if (had_before) tally.add('grants: was there before')
    if (gone_at) tally.add('grants: gone behind our back')
    if (ending?.includes('gave it back')) tally.add('grants: given back')
    if (ending?.includes('a second time')) tally.add('grants: carried on by another')
  }
  for (const { kind, action, outcome } of events) if (kind === 'outcome') tally.add(`operations: ${action} ${outcome}`)
  tally.add('figures: requests', requests.length)
  tally.add('figures: grants', grants.length)
}

/** What never happened was never looked at. */
function everythingHappened(tally: Tally): void {
  const must = [
    ...['approved', 'denied', 'withdrawn', 'expired', 'void', 'to-it'].map((state) => `requests: access ${state}`),
    ...['approved', 'denied', 'withdrawn'].map((state) => `requests: extension ${state}`),
    ...[
      'ended',
      'failed',
      'active',
      'was there before',
      'gone behind our back',
      'given back',
      'carried on by another',
    ].map((what) => `grants: ${what}`),
    ...['done', 'refused', 'failed', 'unclear'].map((outcome) => `operations: grant-access ${outcome}`),
    ...['done', 'failed', 'unclear'].map((outcome) => `operations: revoke-access ${outcome}`),
    ...[
      'shorten',
      'delegate',
      'extend',
      'hand-back',
      'tamper',
      'redeliver',
      'question',
      'administrator-adds',
      'administrator-removes',
      'not-reached',
    ].map((kind) => `events: ${kind}`),
    ...['approve-as-other', 'approve-own', 'approve-old-card'].map((kind) => `events: ${kind} (not taken)`),
    ...[
      'kill',
      'hiccup',
      'outages',
      'together',
      'operations interrupted',
      'operations resumed',
      'operations broken',
      'directory lost',
      'directory lagged',
    ].map((what) => `faults: ${what}`),
  ]
  assert.deepEqual(
    must.filter((name) => !(tally.get(name) ?? 0)),
    [],
    'never happened',
  )
}
