import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { askForAccess } from '../../../../bot/approvals/requests/ask-for-access.ts'
import { askPost } from '../../../../bot/approvals/requests/request.ts'
import { openRequestOf, requestsOf } from '../../../../bot/approvals/requests/requests.ts'
import { beginRequest } from '../../../../bot/approvals/requests/steps.ts'
import { lookForApprovers, takeStep } from '../../../../bot/approvals/requests/take-step.ts'
import { whoItWaitsFor } from '../../../../bot/approvals/requests/waiting-words.ts'
import { auditTrail } from '../../../../bot/audit/trail.ts'
import type { GroupId, UserId } from '../../../../bot/identity/person.ts'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { openDatabase } from '../../../../bot/store/database.ts'
import { builtInTickets } from '../../../../bot/tickets/built-in.ts'
import { days, hours, openRequestOffice, type RequestOffice } from './office.ts'

const manager: Stage = [{ from: 'manager', need: 1 }]
const owner: Stage = [{ from: 'owners', need: 1 }]

describe('a request for access', () => {
  let office: RequestOffice
  before(async () => {
    office = await openRequestOffice()
  })
  after(() => office.close())
  // Everybody may ask for more tomorrow.
  beforeEach(() => office.clock.forward(2 * days))
  afterEach(() => office.forgetAll())

  describe('is asked', () => {
    it('of the manager first and the owners then, and ends approved with a ticket that says so', async () => {
      const { ada, maya, meera, approved } = office
      const id = await office.asked(ada, [manager, owner])
      assert.deepEqual(await office.waiting(id), ['Maya Okonkwo: manager of Ada Lindqvist'])
      const first = await office.decides(id, maya, 'yes')
      assert.deepEqual(await office.waiting(id), [
        'Hugo Ferreira: owner of Finance Reports',
        'Meera Iyer: owner of Finance Reports',
      ])
      for (const number of [2, 3]) assert.ok(first.posts.includes(askPost(`${id}:${number}`)))
      const { request } = await office.decides(id, meera, 'yes')
      assert.equal(request.state, 'approved')
      assert.deepEqual(await office.waiting(id), [])
      assert.equal(approved.filter((one) => one.id === id).length, 1)
      const ticket = await office.ticket(id)
      assert.equal(ticket.state, 'closed')
      assert.equal(ticket.outcome, request.ending)
      assert.equal(await office.due(id), null)
    })

    it('of two sources at the same time, and needs both', async () => {
      const { ada, maya, hugo } = office
      const id = await office.asked(ada, [[...manager, ...owner]], { risk: 'high' })
      assert.equal((await office.waiting(id)).length, 3)
      assert.equal((await office.decides(id, hugo, 'yes')).request.state, 'open')
      assert.deepEqual(await office.waiting(id), ['Maya Okonkwo: manager of Ada Lindqvist'])
      assert.equal((await office.decides(id, maya, 'yes')).request.state, 'approved')
    })

    it('of two of a group, and one yes is not enough', async () => {
      const { ada, dmitri, zoe, control } = office
      const id = await office.asked(ada, [[{ from: `group:${control}`, need: 2 }]])
      assert.equal((await office.decides(id, dmitri, 'yes')).request.state, 'open')
      assert.equal((await office.decides(id, zoe, 'yes')).request.state, 'approved')
    })

    it('of nobody, and IT has it with the reason', async () => {
      const { astrid } = office
      const answer = await office.ask(astrid, [manager])
      assert.ok(answer.ok)
      assert.equal(answer.request.state, 'to-it')
      assert.match(answer.request.ending ?? '', /the directory names no manager for Astrid Berg.*IT has it/)
      const thread = (await office.threads()).find((one) => one.id === `request:${answer.request.id}:to-it`)
      assert.match(JSON.stringify(thread?.facts), /names no manager for Astrid Berg/)
      assert.match(JSON.stringify(thread?.facts), /For the quarterly report/)
      assert.equal((await office.ticket(answer.request.id)).state, 'closed')
      assert.deepEqual(
        (await office.audited(answer.request.id)).map(({ action }) => action),
        ['ask-access', 'escalate-access'],
      )
    })

    it('and IT has it where the second stage finds nobody who has not said yes', async () => {
      const { meera, astrid } = office
      const id = await office.asked(meera, [
        [{ from: `person:${astrid.id}`, need: 1 }],
        [{ from: `person:${astrid.id}`, need: 1 }],
      ])
      const { request } = await office.decides(id, astrid, 'yes')
      assert.equal(request.state, 'to-it')
    })

    it('once: the same again answers the same, with its number and no second card', async () => {
      const { ada } = office
      const id = randomUUID()
      const first = await office.ask(ada, [owner], {}, id)
      const second = await office.ask(ada, [owner], {}, id)
      assert.ok(first.ok && second.ok)
      assert.equal(second.number, first.number)
      assert.deepEqual(second.posts, [])
      assert.equal((await office.cards(id)).length, 2)
      const stolen = await office.ask(office.zoe, [owner], {}, id)
      assert.ok(!stolen.ok)
    })

    it('once, even twice at the same moment', async () => {
      const { ada } = office
      const id = randomUUID()
      const answers = await Promise.all([office.ask(ada, [owner], {}, id), office.ask(ada, [owner], {}, id)])
      assert.ok(answers.every(({ ok }) => ok))
      assert.equal((await office.cards(id)).length, 2)
      assert.equal((await office.audited(id)).length, 1)
    })

    it('for one thing at a time, and says who it waits for', async () => {
      const { ada, maya } = office
      const entry = 'sales-dashboard'
      const id = await office.asked(ada, [manager], { entry })
      const again = await office.ask(ada, [manager], { entry })
      assert.ok(!again.ok)
      const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' }).format(office.clock.now())
      assert.equal(again.sentence, `You have asked for that already. It waits for Maya Okonkwo (manager) since ${day}.`)
      const byMaya = await office.ask(maya, [manager], { entry, person: { id: ada.id, name: ada.name } })
      assert.ok(!byMaya.ok)
      assert.match(byMaya.sentence, /^Ada Lindqvist has asked/)
      const what = { kind: 'access' as const, entry, extends: null }
      assert.equal((await openRequestOf(office.database, office.tenant, ada.id, what))?.id, id)
      await office.decides(id, maya, { no: 'Not now' })
      assert.ok((await office.ask(ada, [manager], { entry })).ok, 'after a no it may be asked for again')
    })

    it('for one thing at a time, even of two replicas at the same moment', async () => {
      const { ada, maya, ground } = office
      const other = await openDatabase(office.postgres.url)
      try {
        const entry = 'sales-dashboard'
        const there = {
          ...ground,
          database: other.kysely,
          audit: auditTrail(other.kysely, ground.clock),
        }
        const person = { id: ada.id, name: ada.name }
        const wish = (requester: typeof ada) => ({
          id: randomUUID(),
          requester,
          terms: office.termsOf(requester, { entry, person }),
          stages: [owner],
          correlationId: randomUUID(),
        })
        const answers = await Promise.all([askForAccess(ground, wish(ada)), askForAccess(there, wish(maya))])
        assert.deepEqual(answers.map(({ ok }) => ok).sort(), [false, true])
      } finally {
        await other.close()
      }
    })

    it('as often as the policy allows in a day, and then not', async () => {
      const { zoe, ground, clock } = office
      const most = ground.policy.access.limits.perPersonPerDay
      for (let count = 0; count < most; count++) await office.asked(zoe, [owner])
      const more = await office.ask(zoe, [owner])
      assert.ok(!more.ok)
      assert.match(more.sentence, new RegExp(`asked for access ${most} times in the last 24 hours`))
      assert.equal((await requestsOf(office.database, office.tenant, zoe.id, 3)).length, 3)
      clock.forward(25 * hours)
      assert.ok((await office.ask(zoe, [owner])).ok)
    })

    it('although the directory does not answer; a job finds the approvers when it does', async () => {
      const { ada, trouble, clock } = office
      trouble.code = 'unreachable'
      const id = await office.asked(ada, [owner])
      assert.deepEqual(await office.waiting(id), [])
      assert.equal(whoItWaitsFor(await office.now(id)), 'I am looking for who can approve it.')
      await office.work()
      assert.deepEqual(await office.due(id), new Date(clock.now().getTime() + 30_000))
      trouble.code = undefined
      await office.work()
      assert.deepEqual(await office.waiting(id), [], 'not before the 30 seconds are over')
      clock.forward(30_000)
      const posts = await office.work()
      assert.equal((await office.waiting(id)).length, 2)
      assert.ok(posts.includes(askPost(`${id}:1`)))
    })

    it('although a crash came between the row and the approvers', async () => {
      const { ada, ground, clock } = office
      const stopped = {
        ...ground,
        directory: { ...ground.directory, owners: () => new Promise<never>(() => undefined) },
      }
      const id = randomUUID()
      const wish = { id, requester: ada, terms: office.termsOf(ada), stages: [owner], correlationId: randomUUID() }
      void askForAccess(stopped, wish)
      for (let turn = 0; turn < 200 && (await office.due(id)) === null; turn++)
        await new Promise((resolve) => setTimeout(resolve, 10))
      assert.deepEqual(await office.waiting(id), [])
      clock.forward(1_000)
      await office.work()
      assert.equal((await office.waiting(id)).length, 2)
    })
  })

  describe('is decided', () => {
    it('once: the same step again is refused and changes nothing', async () => {
      const { ada, maya, approved } = office
      const id = await office.asked(ada, [manager])
      const ask = await office.askOf(id, maya)
      const yes = { kind: 'approved' as const, ask: ask.id, hash: ask.hash }
      const first = await takeStep(office.ground, id, yes, maya.id)
      const second = await takeStep(office.ground, id, yes, maya.id)
      assert.ok('posts' in first)
      assert.deepEqual(second, { refused: 'You approved this already.' })
      assert.equal(approved.filter((request) => request.id === id).length, 1)
      assert.equal((await office.audited(id)).length, 2)
    })

    it('by the first of two who answer at the same moment on two replicas; the other is told', async () => {
      const { ada, hugo, meera, ground, approved } = office
      const other = await openDatabase(office.postgres.url)
      try {
        const there = {
          ...ground,
          database: other.kysely,
          ticketsIn: (connection: Parameters<typeof ground.ticketsIn>[0]) => builtInTickets(connection, ground.clock),
          audit: auditTrail(other.kysely, ground.clock),
        }
        const no = { no: 'Not in this quarter' }
        for (let round = 0; round < 5; round++) {
          const id = await office.asked(ada, [owner])
          const taken = await Promise.all([office.says(id, hugo, 'yes'), office.says(id, meera, no, there)])
          const refused = taken.flatMap((one) => ('refused' in one ? [one.refused] : []))
          assert.equal(refused.length, 1)
          assert.match(refused.join(''), /^(Hugo Ferreira approved|Meera Iyer denied) this already\.$/)
          const made = approved.filter((request) => request.id === id).length
          assert.equal(made, (await office.now(id)).state === 'approved' ? 1 : 0)
          assert.equal((await office.audited(id)).length, 2)
        }
      } finally {
        await other.close()
      }
    })

    it('and the trail says who asked, who shortened, who passed it on and who said yes, to which terms', async () => {
      const { ada, maya, hugo, zoe } = office
      const id = await office.asked(ada, [manager, owner], { entry: 'finance-reports' })
      await office.decides(id, maya, { shorter: 3 * days })
      const to = { id: zoe.id, name: zoe.name, as: 'delegate of Hugo Ferreira' }
      const ask = await office.askOf(id, hugo)
      const passed = await takeStep(office.ground, id, { kind: 'delegated', ask: ask.id, to }, hugo.id)
      assert.ok('posts' in passed)
      await office.decides(id, zoe, 'yes')
      const events = await office.audited(id)
      assert.deepEqual(
        events.map(({ action, actor, target }) => [action, actor, target]),
        [
          ['ask-access', ada.id, ada.id],
          ['shorten-access', maya.id, ada.id],
          ['delegate-access', hugo.id, ada.id],
          ['approve-access', zoe.id, ada.id],
        ],
      )
      const [asked, shortened, delegated, approved] = events.map(({ detail }) => detail)
      assert.equal(asked?.entry, 'finance-reports')
      assert.notEqual(shortened?.terms, asked?.terms)
      assert.equal(approved?.terms, shortened?.terms)
      assert.equal(delegated?.to, zoe.id)
      assert.equal(approved?.as, 'delegate of Hugo Ferreira')
      assert.equal(approved?.state, 'approved')
      assert.deepEqual([asked?.lasts, approved?.lasts], ['7 days', '3 days'])
    })

    it('and the trail says until when, or that it is for good, in words', async () => {
      const { ada } = office
      const whole = await office.asked(ada, [manager], { lasts: { until: '2027-04-30T23:59:59.000Z' } })
      const good = await office.asked(ada, [manager], { lasts: 'permanent' })
      const [until] = await office.audited(whole)
      const [forGood] = await office.audited(good)
      assert.deepEqual([until?.detail.lasts, forGood?.detail.lasts], ['until 30 April 2027', 'for good'])
    })

    it('with the proof in the trail, where the risk is high', async () => {
      const { ada, maya, database } = office
      const id = await office.asked(ada, [manager], { risk: 'high' })
      await office.decides(id, maya, 'yes')
      const row = await database.selectFrom('audit').select('event').orderBy('seq', 'desc').executeTakeFirstOrThrow()
      assert.ok('proofs' in row.event)
      assert.deepEqual(row.event.proofs, [{ method: 'totp', at: office.clock.now().toISOString() }])
    })

    it('not at all when what it makes cannot be written, or the trail cannot: nothing has changed then', async () => {
      const { ada, maya, ground } = office
      const id = await office.asked(ada, [manager])
      const broken = [
        { ...ground, approved: async () => Promise.reject(new Error('no grant')) },
        { ...ground, audit: { ...ground.audit, appendWithin: async () => Promise.reject(new Error('no audit')) } },
      ]
      for (const on of broken) {
        await assert.rejects(office.says(id, maya, 'yes', on), /no grant|no audit/)
        assert.equal((await office.now(id)).state, 'open')
        assert.equal((await office.ticket(id)).state, 'open')
      }
      assert.equal((await office.decides(id, maya, 'yes')).request.state, 'approved')
    })

    it('for good, although the next approvers cannot be looked for now', async () => {
      const { ada, maya, trouble, clock } = office
      const id = await office.asked(ada, [manager, owner])
      trouble.code = 'throttled'
      trouble.only = 'owners'
      await office.decides(id, maya, 'yes')
      assert.equal((await office.now(id)).stage, 1)
      assert.deepEqual(await office.waiting(id), [])
      trouble.code = undefined
      clock.forward(1_000)
      await office.work()
      assert.equal((await office.waiting(id)).length, 2)
    })

    // Whoever looks up the first approvers is slow: at looking for them, or at what their cards show.
    for (const slow of ['members', 'photo'] as const)
      it(`by the approvers of each stage, even where the first ones come late (${slow})`, async () => {
        const { ada, dmitri, ground, trouble, clock, control } = office
        trouble.code = 'unreachable'
        const id = await office.asked(ada, [[{ from: `group:${control}`, need: 1 }], owner])
        trouble.code = undefined
        const waits = Promise.withResolvers<void>()
        const arrived = Promise.withResolvers<void>()
        const { directory } = ground
        const late = async <T>(answer: () => Promise<T>): Promise<T> => {
          const answered = await answer()
          arrived.resolve()
          await waits.promise
          return answered
        }
        const slowly = {
          ...directory,
          ...(slow === 'members'
            ? { members: (group: GroupId, limit: number) => late(() => directory.members(group, limit)) }
            : { photo: (person: UserId) => late(() => directory.photo(person)) }),
        }
        const looking = lookForApprovers({ ...ground, directory: slowly }, await office.now(id))
        await arrived.promise
        clock.forward(60_000)
        await office.work()
        trouble.code = 'unreachable'
        trouble.only = 'owners'
        await office.decides(id, dmitri, 'yes')
        waits.resolve()
        const { posts } = await looking
        assert.deepEqual(
          [posts, await office.waiting(id)],
          [[], []],
          'nobody of the first stage is asked in the second',
        )
        assert.equal((await office.now(id)).stage, 1)
        trouble.code = undefined
        clock.forward(60_000)
        await office.work()
        assert.deepEqual(await office.waiting(id), [
          'Hugo Ferreira: owner of Finance Reports',
          'Meera Iyer: owner of Finance Reports',
        ])
      })

    it('by nobody, once it was withdrawn', async () => {
      const { ada, maya } = office
      const id = await office.asked(ada, [manager])
      const taken = await takeStep(office.ground, id, { kind: 'withdrawn' }, ada.id)
      assert.ok('posts' in taken)
      assert.equal((await office.ticket(id)).outcome, 'Ada Lindqvist withdrew the request.')
      const late = await office.says(id, maya, 'yes')
      assert.ok('refused' in late)
      assert.deepEqual(
        (await office.audited(id)).map(({ action, actor }) => [action, actor]),
        [
          ['ask-access', ada.id],
          ['withdraw-access', ada.id],
        ],
      )
    })

    it('as it stands when its row is held, and not as it stood when it was looked at', async () => {
      const { ada } = office
      const id = await office.asked(ada, [manager])
      let looked = 0
      const taken = await takeStep(
        office.ground,
        id,
        () => (looked++ === 0 ? { kind: 'withdrawn' } : { refused: 'Not any more.' }),
        ada.id,
      )
      assert.deepEqual(taken, { refused: 'Not any more.' })
      assert.equal((await office.now(id)).state, 'open')
      const nothing = await takeStep(office.ground, 'nothing', { kind: 'withdrawn' }, ada.id)
      assert.deepEqual(nothing, { refused: 'That request is not there any more.' })
    })
  })

  it('whose document was tampered with is not read at all', async () => {
    const { ada, maya, database } = office
    const id = await office.asked(ada, [manager])
    const document = JSON.stringify({ ...(await office.now(id)), stages: [[{ from: 'anybody', need: 0 }]] })
    await database.updateTable('access_requests').set({ document }).where('id', '=', id).execute()
    await assert.rejects(takeStep(office.ground, id, { kind: 'withdrawn' }, maya.id), /must be a source/)
  })

  describe('waits, in words,', () => {
    const words = async (stages: readonly Stage[], said: (id: string) => Promise<unknown> = async () => undefined) => {
      const id = await office.asked(office.ada, stages)
      await said(id)
      return whoItWaitsFor(await office.now(id)).replace(/since .*/, 'since …')
    }

    it('for one of several, for all of them, or for so many', async () => {
      const { control, groups, astrid, benoit } = office
      const hugoOrMeera = 'Hugo Ferreira (owner of Finance Reports) or Meera Iyer (owner of Finance Reports)'
      assert.equal(await words([owner]), `It waits for ${hugoOrMeera} since …`)
      assert.equal(
        await words([[{ from: 'owners', need: 2 }]]),
        `It waits for ${hugoOrMeera.replace(' or ', ' and ')} since …`,
      )
      assert.equal(
        await words([[...manager, ...owner]]),
        `It waits for Maya Okonkwo (manager), and for ${hugoOrMeera} since …`,
      )
      for (const one of [astrid, benoit]) groups.get(control)?.members.add(one.id)
      assert.match(await words([[{ from: `group:${control}`, need: 2 }]]), /^It waits for 2 of Dmitri.* or Ben/)
      for (const one of [astrid, benoit]) groups.get(control)?.members.delete(one.id)
    })

    it('for whoever has not said yes, or tells how it ended', async () => {
      const { control, dmitri } = office
      assert.equal(
        await words([[{ from: `group:${control}`, need: 2 }]], (id) => office.decides(id, dmitri, 'yes')),
        'It waits for Zoë Adler (member of Internal Control) since …',
      )
      assert.equal(
        await words([manager], (id) => office.decides(id, office.maya, { no: 'No budget' })),
        'Maya Okonkwo denied it: No budget.',
      )
    })

    it('for nobody yet', () => {
      const { ada, tenant, clock } = office
      const begun = beginRequest({
        id: 'r',
        tenant,
        terms: office.termsOf(ada),
        stages: [owner],
        askedAt: clock.now(),
        expiresAt: new Date(clock.now().getTime() + days),
        correlationId: 'c',
      })
      assert.equal(whoItWaitsFor(begun), 'I am looking for who can approve it.')
    })
  })
})
