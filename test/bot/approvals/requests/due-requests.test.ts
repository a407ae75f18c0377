import assert from 'node:assert/strict'
import { workOffRequests } from '../../../../bot/approvals/requests/due-requests.ts'
import { askPost } from '../../../../bot/approvals/requests/request.ts'
import { takeStep } from '../../../../bot/approvals/requests/take-step.ts'
import { auditTrail } from '../../../../bot/audit/trail.ts'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { openDatabase } from '../../../../bot/store/database.ts'
import { days, hours, minutes, openRequestOffice, type RequestOffice } from './office.ts'

const manager: Stage = [{ from: 'manager', need: 1 }]
const owner: Stage = [{ from: 'owners', need: 1 }]

describe('a request that falls due', () => {
  let office: RequestOffice
  // The clock stands on a Monday morning.
  beforeEach(async () => {
    office = await openRequestOffice()
  })
  afterEach(() => office.close())

  const reminders = async (id: string) => {
    const rows = await office.database
      .selectFrom('posts')
      .select('key')
      .where('key', 'like', `access-reminder:${id}:%`)
      .execute()
    return rows.length
  }

  it('reminds after 4 and after 24 hours of working days, once each, and hands over after 48', async () => {
    const { ada, maya, benoit, clock } = office
    const id = await office.asked(ada, [manager])
    clock.forward(4 * hours - 1)
    assert.deepEqual(await office.work(), [])
    clock.forward(1)
    const posts = await office.work()
    assert.deepEqual(await office.work(), [])
    assert.equal(await reminders(id), 1)
    assert.ok(posts.length > 0)
    clock.forward(20 * hours)
    await office.work()
    assert.equal(await reminders(id), 2)
    clock.forward(24 * hours)
    const handed = await office.work()
    assert.ok(handed.includes(askPost(`${id}:2`)))
    assert.deepEqual(await office.waiting(id), ['Benoît Marchand: for Maya Okonkwo, who has not decided'])
    assert.equal((await office.askOf(id, maya)).state, 'handed-over')
    const late = await office.says(id, maya, 'yes')
    assert.ok('refused' in late)
    assert.equal((await office.decides(id, benoit, 'yes')).request.state, 'approved')
    assert.deepEqual(
      (await office.audited(id)).map(({ action, actor }) => [action, actor]),
      [
        ['ask-access', ada.id],
        ['hand-over-access', 'helpbot'],
        ['approve-access', benoit.id],
      ],
    )
  })

  it('leaves people in peace at the weekend', async () => {
    const { ada, clock } = office
    clock.forward(4 * days + 12 * hours)
    const id = await office.asked(ada, [manager])
    clock.forward(2 * days)
    await office.work()
    assert.equal(
      await reminders(id),
      0,
      'from Friday 21:00 to Sunday 21:00 only three hours of working days have passed',
    )
    clock.forward(days)
    await office.work()
    assert.equal(await reminders(id), 1)
  })

  it('hands over without a reminder when nobody looked for days', async () => {
    const { ada, clock } = office
    const id = await office.asked(ada, [manager])
    clock.forward(3 * days)
    await office.work()
    assert.equal(await reminders(id), 0)
    assert.deepEqual(await office.waiting(id), ['Benoît Marchand: for Maya Okonkwo, who has not decided'])
  })

  it('keeps the card where nobody stands in, tells IT once, and expires', async () => {
    const { ada, astrid, clock } = office
    const id = await office.asked(ada, [[{ from: `person:${astrid.id}`, need: 1 }]])
    for (let passed = 0; passed < 5; passed++) {
      clock.forward(12 * hours)
      await office.work()
    }
    assert.deepEqual(await office.waiting(id), ['Astrid Berg: approver by name'])
    const threads = await office.threads()
    assert.deepEqual(
      threads.map((thread) => thread.id),
      [`request:${id}:silence:1`],
    )
    assert.match(JSON.stringify(threads), /names nobody to ask in their place/)
    const due = await office.due(id)
    assert.ok(due && due > clock.now(), 'it is not looked at again and again')
    clock.forward(7 * days)
    await office.work()
    const request = await office.now(id)
    assert.equal(request.state, 'expired')
    assert.equal((await office.ticket(id)).outcome, request.ending)
    assert.equal((await office.audited(id)).at(-1)?.action, 'expire-access')
    assert.equal(await office.due(id), null)
    assert.equal((await office.threads()).length, 1)
  })

  it('tells IT nothing while others of the panel have just been asked', async () => {
    const { ada, clock } = office
    const id = await office.asked(ada, [owner])
    // Hugo reports to Meera, who has been asked; Meera to Astrid, who stands in.
    clock.forward(2 * days + minutes)
    await office.work()
    await office.work()
    assert.deepEqual(await office.waiting(id), [
      'Hugo Ferreira: owner of Finance Reports',
      'Astrid Berg: for Meera Iyer, who has not decided',
    ])
    clock.forward(2 * hours)
    await office.work()
    assert.deepEqual(await office.threads(), [])
  })

  it('expires without the directory', async () => {
    const { ada, trouble, clock } = office
    const id = await office.asked(ada, [manager])
    trouble.code = 'unreachable'
    clock.forward(7 * days)
    await office.work()
    assert.equal((await office.now(id)).state, 'expired')
  })

  it('is tried again after 30 seconds when the directory does not answer', async () => {
    const { ada, trouble, clock } = office
    const id = await office.asked(ada, [manager])
    clock.forward(4 * hours)
    trouble.code = 'throttled'
    await office.work()
    assert.deepEqual(await office.due(id), new Date(clock.now().getTime() + 30_000))
    trouble.code = undefined
    clock.forward(30_000)
    await office.work()
    assert.equal(await reminders(id), 1)
  })

  it('holds up no other one, whatever is wrong with it', async () => {
    const { ada, zoe, database, clock } = office
    const broken = await office.asked(ada, [manager])
    const id = await office.asked(zoe, [manager])
    await database.updateTable('access_requests').set({ document: '{}' }).where('id', '=', broken).execute()
    clock.forward(4 * hours)
    await office.work()
    assert.equal(await reminders(id), 1)
    const due = await office.due(broken)
    assert.ok(due && due > clock.now())
  })

  it('is void once whoever asked, or whoever would get it, is gone or disabled', async () => {
    const { ada, maya, zoe, hugo, change, users, clock } = office
    const own = await office.asked(ada, [owner])
    const forAda = await office.asked(maya, [owner], { person: { id: ada.id, name: ada.name } })
    const other = await office.asked(zoe, [owner])
    change(ada, { accountEnabled: false })
    users.delete(zoe.id)
    clock.forward(4 * hours)
    await office.work()
    for (const id of [own, forAda, other]) {
      const request = await office.now(id)
      assert.equal(request.state, 'void')
      assert.equal((await office.audited(id)).at(-1)?.action, 'void-access')
      assert.ok('refused' in (await office.says(id, hugo, 'yes')))
    }
    assert.match((await office.now(own)).ending ?? '', /whoever asked for it is disabled or gone/)
    assert.match((await office.now(forAda)).ending ?? '', /whoever would get it is disabled/)
  })

  it('waits for a contract although the contractor’s account is disabled', async () => {
    const { maya, named, hire, clock } = office
    const contractor = named('Otto Contractor')
    hire(contractor, undefined, { accountEnabled: false })
    const person = { id: contractor.id, name: contractor.name }
    const id = await office.asked(maya, [manager], { kind: 'contract', person, entry: null, group: null })
    clock.forward(4 * hours)
    await office.work()
    assert.equal((await office.now(id)).state, 'open')
    assert.equal(await reminders(id), 1)
  })

  describe('because a card could not be brought', () => {
    it('goes to the manager of whoever cannot be reached', async () => {
      const { ada, maya } = office
      const id = await office.asked(ada, [manager])
      await office.cannotReach(askPost((await office.askOf(id, maya)).id))
      await office.work()
      await office.work()
      assert.deepEqual(await office.waiting(id), ['Benoît Marchand: for Maya Okonkwo, who has not decided'])
      assert.equal((await office.askOf(id, maya)).state, 'unreachable')
      const handed = (await office.audited(id)).filter(({ action }) => action === 'hand-over-access')
      assert.deepEqual(
        handed.map(({ detail }) => detail.because),
        ['unreachable'],
      )
    })

    it('is left to the others of the panel, and to IT when all are unreachable', async () => {
      const { ada, hugo, meera, managers } = office
      managers.delete(meera.id)
      const id = await office.asked(ada, [owner])
      await office.cannotReach(askPost((await office.askOf(id, hugo)).id))
      await office.work()
      assert.deepEqual(await office.waiting(id), ['Meera Iyer: owner of Finance Reports'])
      await office.cannotReach(askPost((await office.askOf(id, meera)).id))
      await office.work()
      const request = await office.now(id)
      assert.equal(request.state, 'to-it')
      assert.match(request.ending ?? '', /Meera Iyer could not be reached.*IT has it now/)
      assert.deepEqual(
        (await office.threads()).map((thread) => thread.id),
        [`request:${id}:to-it`],
      )
    })

    it('is left alone where the card stands and could only not be drawn anew', async () => {
      const { ada, maya, database } = office
      const id = await office.asked(ada, [manager])
      const key = askPost((await office.askOf(id, maya)).id)
      await office.cannotReach(key)
      const place = JSON.stringify({ channel: 'teams', conversation: 'c', message: 'm', serviceUrl: '' })
      await database.updateTable('posts').set({ place }).where('key', '=', key).execute()
      await office.work()
      assert.equal((await office.askOf(id, maya)).state, 'asked')
    })
  })

  it('is worked off once by two replicas at the same moment', async () => {
    const { ada, zoe, ground, clock } = office
    const other = await openDatabase(office.postgres.url)
    try {
      const there = { ...ground, database: other.kysely, audit: auditTrail(other.kysely, ground.clock) }
      const ids = [await office.asked(ada, [manager]), await office.asked(zoe, [manager])]
      clock.forward(2 * days)
      const posts = await Promise.all([workOffRequests(ground, 20), workOffRequests(there, 20)])
      const cards = posts.flat().filter((key) => key.startsWith('access-ask:') && key.endsWith(':2'))
      assert.equal(cards.length, new Set(cards).size)
      assert.equal(cards.length, 2)
      for (const id of ids)
        assert.equal((await office.audited(id)).filter(({ action }) => action === 'hand-over-access').length, 1)
    } finally {
      await other.close()
    }
  })

  it('does nothing to one that was decided while it was looked at', async () => {
    const { ada, maya, ground, clock } = office
    const id = await office.asked(ada, [manager])
    clock.forward(2 * days)
    const { directory } = ground
    let first = true
    const slow = {
      ...ground,
      directory: {
        ...directory,
        async user(person: Parameters<typeof directory.user>[0]) {
          if (first) {
            first = false
            await office.decides(id, maya, 'yes')
          }
          return await directory.user(person)
        },
      },
    }
    await workOffRequests(slow, 20)
    const request = await office.now(id)
    assert.equal(request.state, 'approved')
    assert.equal(request.asks.length, 1)
    assert.equal(await office.due(id), null)
    const again = await takeStep(ground, id, { kind: 'expired' }, 'helpbot')
    assert.ok('refused' in again)
  })
})
