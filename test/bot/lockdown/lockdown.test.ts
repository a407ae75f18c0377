import assert from 'node:assert/strict'
import { auditTrail } from '../../../bot/audit/trail.ts'
import type { Directory } from '../../../bot/directory/directory.ts'
import { type Person, type UserId, userId } from '../../../bot/identity/person.ts'
import { newProof, record } from '../../../bot/identity/proofs.ts'
import { askForLockdown } from '../../../bot/lockdown/ask.ts'
import type { LockdownGround } from '../../../bot/lockdown/ground.ts'
import { lockdownNow, readInForce } from '../../../bot/lockdown/in-force.ts'
import type { Wanted } from '../../../bot/lockdown/proposals.ts'
import { confirmLockdown, expireProposals, withdrawLockdown } from '../../../bot/lockdown/settle.ts'
import { settledProofs } from '../../../bot/lockdown/settled-proofs.ts'
import { type Database, openDatabase } from '../../../bot/store/database.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { company, defaultPolicy } from '../policy/examples.ts'
import { lockDown } from './in-force.ts'

const start = new Date('2026-03-02T09:00:00Z')
const day = 86_400_000
const named = (number: number, name: string): Person => ({
  tenant: company,
  id: userId.parse(`0b0b0b0b-0000-4000-8000-00000000000${number}`),
  name,
})
const helen = named(1, 'Helen Park')
const sam = named(2, 'Sam Whitfield')
const yuki = named(3, 'Yuki Tanaka')
const ada = named(4, 'Ada Lindqvist')

describe('the switch for elevated threat', () => {
  let postgres: TestPostgres
  let second: Database
  let now: Date
  let people: Set<UserId>
  let ground: LockdownGround
  /** The same at another process: connections of its own, and nothing else in common. */
  let replica: LockdownGround
  let count = 0

  before(async () => {
    postgres = await startTestPostgres()
    second = await openDatabase(postgres.url)
  })
  after(async () => {
    await second.close()
    await postgres.close()
  })
  beforeEach(async () => {
    now = start
    people = new Set([helen.id, sam.id, yuki.id])
    const { database } = postgres
    for (const table of ['lockdowns', 'lockdown_proposals', 'proofs', 'posts', 'totp_factors'] as const)
      await database.deleteFrom(table).execute()
    const clock = () => now
    const directory = {
      user: async (id: UserId) => ({ id, accountEnabled: true, userType: 'Member', sourceOfAuthority: 'entra' }),
      manager: async () => undefined,
    } as unknown as Directory
    const shared = { clock, directory, policy: defaultPolicy, hasItChannel: true }
    const isIt = async ({ id }: { readonly id: UserId }) => people.has(id)
    ground = { ...shared, isIt, database, audit: auditTrail(database, clock) }
    replica = { ...shared, isIt, database: second.kysely, audit: auditTrail(second.kysely, clock) }
  })

  const asks = async (by: Person, wanted: Wanted, at = ground) => {
    const id = `lockdown-${++count}`
    const asked = { id, wanted, reason: 'Somebody phishes', correlationId: 'c', dialogId: `dialog-${by.id}` }
    return { id, ...(await askForLockdown(at, by, asked)) }
  }
  const confirms = (by: Person, id: string, at = ground) => confirmLockdown(at, by, { id, dialogId: `dialog-${by.id}` })
  const state = () => lockdownNow(second.kysely, company)

  /** A right code of an authenticator that was set up so long ago. */
  async function proves(who: Person, age = 4 * day): Promise<void> {
    const at = new Date(now.getTime() - age)
    await postgres.database.deleteFrom('totp_factors').where('user_id', '=', who.id).execute()
    await postgres.database
      .insertInto('totp_factors')
      .values({
        id: `factor-${++count}`,
        tenant_id: company,
        user_id: who.id,
        sealed_seed: 'sealed',
        state: 'active',
        enrolled_by: 'manager',
        counts_from: at,
        last_step: null,
        created_at: at,
        confirmed_at: at,
        removed_at: null,
      })
      .execute()
    const proof = { person: who, method: 'totp', dialogId: `dialog-${who.id}`, at: now, counts: true } as const
    await record(postgres.database, newProof(proof))
  }

  async function freeze(): Promise<void> {
    const { id } = await asks(helen, 'freeze')
    assert.ok((await confirms(sam, id)).ok)
  }

  it('is in force at every replica from the second yes on', async () => {
    const { id } = await asks(helen, 'freeze')
    assert.equal(await state(), 'open')
    assert.ok((await confirms(sam, id, replica)).ok)
    assert.equal(await lockdownNow(postgres.database, company), 'freeze')
    const { askedBy, confirmedBy, reason } = (await readInForce(second.kysely, company)) ?? {}
    assert.deepEqual([askedBy?.name, confirmedBy?.name, reason], ['Helen Park', 'Sam Whitfield', 'Somebody phishes'])
  })

  it('takes two: nobody is the second person to themselves, nor is anybody outside IT', async () => {
    const { id } = await asks(helen, 'freeze')
    assert.match((await confirms(helen, id, replica)).sentence, /a second person of IT must confirm/)
    assert.equal((await confirms(ada, id)).ok, false)
    assert.equal((await asks(ada, 'freeze')).ok, false)
    assert.equal(await state(), 'open')
  })

  it('is refused by the database itself where the two are one', async () => {
    await freeze()
    const same = postgres.database.updateTable('lockdowns').set({ confirmed_by: helen.id, asked_by: helen.id })
    await assert.rejects(same.execute(), /check constraint/)
  })

  it('does not count the wish of somebody who has left IT', async () => {
    const { id } = await asks(helen, 'freeze')
    people.delete(helen.id)
    assert.match((await confirms(sam, id)).sentence, /is not IT any more/)
    assert.equal(await state(), 'open')
  })

  it('happens once when two confirm at the same moment at two replicas', async () => {
    const { id } = await asks(helen, 'freeze')
    const both = await Promise.all([confirms(sam, id), confirms(yuki, id, replica)])
    assert.deepEqual(both.map(({ ok }) => ok).sort(), [false, true])
    const rows = await postgres.database.selectFrom('audit').select('event').execute()
    const confirmed = rows.filter(({ event }) => JSON.stringify(event).includes(`confirm-lockdown:${id}`))
    assert.equal(confirmed.length, 1)
  })

  it('lets one thing wait at a time; anybody of IT can withdraw it', async () => {
    const { id } = await asks(helen, 'freeze')
    assert.match((await asks(sam, 'strict', replica)).sentence, /already/)
    assert.equal((await withdrawLockdown(ground, ada, id)).ok, false)
    assert.ok((await withdrawLockdown(replica, yuki, id)).ok)
    assert.equal((await confirms(sam, id)).ok, false)
    assert.ok((await asks(sam, 'strict')).ok)
  })

  it('runs out: late is no, before and after the sweep', async () => {
    const { id } = await asks(helen, 'freeze')
    now = new Date(start.getTime() + defaultPolicy.lockdown.confirmWithin)
    assert.match((await confirms(sam, id)).sentence, /run out/)
    assert.equal((await expireProposals(ground, 10)).length, 1)
    assert.deepEqual(await expireProposals(replica, 10), [])
    assert.equal((await confirms(sam, id)).ok, false)
    assert.equal(await state(), 'open')
  })

  it('does not stand in the way when it ran out a moment ago', async () => {
    await asks(helen, 'freeze')
    now = new Date(start.getTime() + defaultPolicy.lockdown.confirmWithin)
    assert.ok((await asks(sam, 'freeze')).ok)
  })

  it('is lifted by two who have both proved that it is they', async () => {
    await freeze()
    assert.equal((await asks(helen, 'open')).ok, false, 'without a proof')
    await proves(helen)
    const { id } = await asks(helen, 'open')
    assert.match((await confirms(sam, id)).sentence, /you must prove that it is you/)
    await proves(sam)
    assert.match((await confirms(helen, id)).sentence, /a second person/)
    assert.ok((await confirms(sam, id, replica)).ok)
    assert.equal(await state(), 'open')
  })

  it('is not lifted with an authenticator that was set up lately, whoever vouched for it', async () => {
    await freeze()
    await proves(helen, 3 * day - 1)
    assert.equal((await asks(helen, 'open')).ok, false)
    await proves(helen, 3 * day)
    assert.ok((await asks(helen, 'open')).ok)
  })

  it('asks as much for less: from frozen to strict is a lift', async () => {
    await freeze()
    assert.equal((await asks(helen, 'strict')).ok, false)
    await proves(helen)
    await proves(sam)
    const { id } = await asks(helen, 'strict')
    assert.ok((await confirms(sam, id)).ok)
    assert.equal(await state(), 'strict')
    assert.ok((await asks(yuki, 'freeze')).ok, 'and back again it is not')
  })

  it('is void when something else came into force meanwhile', async () => {
    const { id } = await asks(helen, 'freeze')
    await lockDown(postgres.database, company, 'strict', now)
    assert.match((await confirms(sam, id)).sentence, /Something else was put in force/)
    assert.equal(await state(), 'strict')
  })

  it('wants a reason, and keeps no more of it than a few lines', async () => {
    const asked = { id: 'no-reason', wanted: 'freeze', correlationId: 'c', dialogId: 'd' } as const
    assert.equal((await askForLockdown(ground, helen, { ...asked, reason: ' \u202e ' })).ok, false)
    await askForLockdown(ground, helen, { ...asked, reason: 'x'.repeat(100_000) })
    await confirms(sam, 'no-reason')
    assert.equal((await readInForce(postgres.database, company))?.reason.length, 200)
  })

  it('is unknown where it cannot be read, and unknown is no', async () => {
    const broken = await openDatabase(postgres.url)
    await broken.close()
    assert.equal(await lockdownNow(broken.kysely, company), 'unknown')
  })

  it('while in force, counts no code of an authenticator that was set up lately; otherwise it does', async () => {
    const clock = () => now
    const given = { database: postgres.database, policy: defaultPolicy, clock }
    const code = newProof({ person: ada, method: 'totp', dialogId: 'd', at: now, counts: true })
    const word = newProof({ person: ada, method: 'manager', dialogId: 'd', at: now, counts: true, confirmedBy: sam.id })
    await proves(ada, day)
    assert.deepEqual(await settledProofs(given, 'open', [code, word]), [code, word])
    assert.deepEqual(await settledProofs(given, 'strict', [code, word]), [word])
    await proves(ada)
    assert.deepEqual(await settledProofs(given, 'strict', [code, word]), [code, word])
  })
})
