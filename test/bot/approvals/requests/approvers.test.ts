import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  findApprovers,
  mayDelegateTo,
  mayStillApprove,
  standInFor,
} from '../../../../bot/approvals/requests/approvers.ts'
import type { AccessRequest, Ask, Terms } from '../../../../bot/approvals/requests/request.ts'
import { beginRequest, step } from '../../../../bot/approvals/requests/steps.ts'
import { timeRules } from '../../../../bot/approvals/requests/time-rules.ts'
import { DirectoryError } from '../../../../bot/directory/directory-error.ts'
import type { Person } from '../../../../bot/identity/person.ts'
import type { Source, Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { days, openRequestOffice, type RequestOffice } from './office.ts'

describe('who approves a request', () => {
  let office: RequestOffice
  before(async () => {
    office = await openRequestOffice()
  })
  after(() => office.close())
  afterEach(() => office.forgetAll())

  function begun(requester: Person, stages: readonly Stage[], terms: Partial<Terms> = {}): AccessRequest {
    return beginRequest({
      id: randomUUID(),
      tenant: office.tenant,
      terms: office.termsOf(requester, terms),
      stages,
      askedAt: office.clock.now(),
      expiresAt: new Date(office.clock.now().getTime() + 7 * days),
      correlationId: randomUUID(),
    })
  }
  const one = (from: Source, need = 1): readonly Stage[] => [[{ from, need }]]
  const named = (person: Person) => ({ id: person.id, name: person.name })

  /** `Name: capacity` of each panel, or what is lacking. */
  async function found(requester: Person, stages: readonly Stage[], terms: Partial<Terms> = {}) {
    const panels = await findApprovers(office.ground, begun(requester, stages, terms))
    return panels.map(({ approvers, lacking }) => lacking ?? approvers.map(({ name, as }) => `${name}: ${as}`))
  }
  /** The request with its approvers asked. */
  async function asked(requester: Person, stages: readonly Stage[], terms: Partial<Terms> = {}) {
    const request = begun(requester, stages, terms)
    const panels = await findApprovers(office.ground, request)
    return stepped(request, { kind: 'found', panels }, 'helpbot')
  }
  function stepped(
    request: AccessRequest,
    ...[happened, by]: [Parameters<typeof step>[1], Parameters<typeof step>[2]]
  ) {
    const { ground, clock } = office
    const taken = step(request, happened, by, clock.now(), timeRules(ground.policy))
    assert.ok(!('refused' in taken), JSON.stringify(taken))
    return taken.request
  }
  function askOf(request: AccessRequest, person: Person): Ask {
    const ask = request.asks.find(({ approver }) => approver.id === person.id)
    assert.ok(ask, `${person.name} was not asked`)
    return ask
  }

  describe('is found', () => {
    it('as the manager, the owners, the members of a group, or by name; a panel each', async () => {
      const { ada, control, astrid } = office
      const stage: Stage = [
        { from: 'manager', need: 1 },
        { from: 'owners', need: 1 },
        { from: `group:${control}`, need: 2 },
        { from: `person:${astrid.id}`, need: 1 },
      ]
      assert.deepEqual(await found(ada, [stage]), [
        ['Maya Okonkwo: manager of Ada Lindqvist'],
        ['Hugo Ferreira: owner of Finance Reports', 'Meera Iyer: owner of Finance Reports'],
        ['Dmitri Volkov: member of Internal Control', 'Zoë Adler: member of Internal Control'],
        ['Astrid Berg: approver by name'],
      ])
    })

    it('for the stage that is being asked, and no other', async () => {
      const request = begun(office.ada, [[{ from: 'manager', need: 1 }], [{ from: 'owners', need: 1 }]])
      const [panel, ...others] = await findApprovers(office.ground, { ...request, stage: 1 })
      assert.deepEqual(others, [])
      assert.equal(panel?.approvers.length, 2)
    })

    it('never as whoever asks or gets it', async () => {
      const { hugo, meera } = office
      const [owners] = await found(hugo, one('owners'), { person: named(meera) })
      assert.match(String(owners), /nobody can be asked \(they asked for it themselves; they are the one who gets it\)/)
    })

    it('as the next manager up, where the manager asks for a report', async () => {
      const { ada, maya } = office
      assert.deepEqual(await found(maya, one('manager'), { person: named(ada) }), [
        ['Benoît Marchand: manager of Maya Okonkwo'],
      ])
    })

    it('as the sponsor’s manager, where a contractor gets an account', async () => {
      const { maya, named: someone, hire } = office
      const contractor = someone('Otto Contractor')
      hire(contractor, undefined, { accountEnabled: false, userType: 'Guest' })
      const terms = { kind: 'contract' as const, person: named(contractor), entry: null, group: null }
      assert.deepEqual(await found(maya, one('manager'), terms), [['Benoît Marchand: manager of Maya Okonkwo']])
    })

    it('not where there is no manager, or one who is too new, and says why', async () => {
      const { astrid, dmitri, named: someone, hire, reorganise } = office
      assert.deepEqual(await found(astrid, one('manager')), ['the directory names no manager for Astrid Berg'])
      const newcomer = someone('Nils Newcomer')
      hire(newcomer, dmitri)
      await reorganise(newcomer, dmitri, { longAgo: false })
      assert.deepEqual(await found(newcomer, one('manager')), [
        'the manager of Nils Newcomer has changed too recently to approve anything',
      ])
    })

    it('only with an account that is enabled, of a member, not of a guest', async () => {
      const { ada, hugo, meera, change } = office
      change(hugo, { accountEnabled: undefined })
      change(meera, { userType: 'Guest' })
      const [owners] = await found(ada, one('owners'))
      assert.match(String(owners), /nobody can be asked \(their account is disabled; they are a guest\)/)
      change(hugo, { accountEnabled: true })
      assert.deepEqual(await found(ada, one('owners')), [['Hugo Ferreira: owner of Finance Reports']])
      change(meera, { userType: 'Member' })
    })

    it('not among those who report to whoever asks, at any level, where the risk is high', async () => {
      const { astrid, control, dmitri } = office
      const members = one(`group:${control}`)
      assert.deepEqual(await found(astrid, members, { risk: 'medium' }), [
        ['Dmitri Volkov: member of Internal Control', 'Zoë Adler: member of Internal Control'],
      ])
      assert.match(String(await found(astrid, members, { risk: 'high' })), /they report to whoever asks/)
      const [onlyDmitri] = await found(dmitri, members, { risk: 'medium' })
      assert.deepEqual(onlyDmitri, ['Zoë Adler: member of Internal Control'])
      assert.match(String(await found(office.ada, members, { risk: 'high', person: named(dmitri) })), /they report to/)
    })

    it('however the directory runs in circles', async () => {
      const { ada, named: someone, hire, managers, group } = office
      const [first, second] = [someone('First'), someone('Second')]
      hire(first, second)
      hire(second, first)
      const owners = office.groups.get(group)?.owners
      owners?.add(first.id)
      const [all] = await found(ada, one('owners'), { risk: 'high' })
      owners?.delete(first.id)
      managers.delete(first.id)
      assert.ok(Array.isArray(all) && all.includes('First: owner of Finance Reports'))
    })

    it('as their manager while they are away, up to three levels, and themselves where there is nobody', async () => {
      const { ada, hugo, meera, astrid, maya, benoit, away } = office
      away.add(maya.id)
      assert.deepEqual(await found(ada, one('manager')), [['Benoît Marchand: for Maya Okonkwo, who is away']])
      away.add(benoit.id)
      assert.deepEqual(await found(ada, one('manager')), [['Astrid Berg: for Maya Okonkwo, who is away']])
      away.add(astrid.id)
      assert.deepEqual(await found(ada, one('manager')), [['Maya Okonkwo: manager of Ada Lindqvist']])
      away.clear()
      away.add(hugo.id)
      assert.deepEqual(await found(ada, one('owners')), [['Meera Iyer: owner of Finance Reports']])
      away.add(meera.id)
      assert.deepEqual(await found(ada, one('owners')), [['Astrid Berg: for Hugo Ferreira, who is away']])
      assert.deepEqual(await found(ada, one('owners', 2)), [
        ['Astrid Berg: for Hugo Ferreira, who is away', 'Hugo Ferreira: owner of Finance Reports'],
      ])
    })

    it('not while the directory does not answer: that is an error, and nobody is passed over', async () => {
      office.trouble.code = 'unreachable'
      for (const only of ['owners', 'manager', 'presence']) {
        office.trouble.only = only
        await assert.rejects(found(office.ada, one('owners'), { risk: 'high' }), DirectoryError)
      }
    })

    it('nowhere when the group is gone, and says so', async () => {
      const gone = { id: office.control, name: 'Gone' }
      const members = office.groups.get(office.control)
      office.groups.delete(office.control)
      const [owners] = await found(office.ada, one('owners'), { group: gone })
      if (members) office.groups.set(office.control, members)
      assert.equal(owners, 'those who would have to approve are not in the directory any more')
    })

    it('where who reports to whom has not been looked at yet: later', async () => {
      const fresh = await openRequestOffice()
      try {
        await fresh.database.deleteFrom('facts').execute()
        const request = begun(fresh.ada, one('manager'))
        await assert.rejects(
          findApprovers(fresh.ground, { ...request, tenant: fresh.tenant }),
          (error) => error instanceof DirectoryError && error.code === 'unreachable',
        )
      } finally {
        await fresh.close()
      }
    })
  })

  describe('may still approve', () => {
    it('as what they were asked as', async () => {
      const { ada, maya, hugo, zoe, control } = office
      const request = await asked(ada, [
        [
          { from: 'manager', need: 1 },
          { from: 'owners', need: 1 },
          { from: `group:${control}`, need: 1 },
        ],
      ])
      for (const person of [maya, hugo, zoe])
        assert.equal(await mayStillApprove(office.ground, request, askOf(request, person)), undefined)
    })

    it('not once they are not the manager, an owner or a member any more', async () => {
      const { ada, maya, dmitri, hugo, zoe, control, managers, group, groups } = office
      const request = await asked(ada, [
        [
          { from: 'manager', need: 1 },
          { from: 'owners', need: 1 },
          { from: `group:${control}`, need: 1 },
        ],
      ])
      managers.set(ada.id, dmitri.id)
      groups.get(group)?.owners.delete(hugo.id)
      groups.get(control)?.members.delete(zoe.id)
      for (const person of [maya, hugo, zoe])
        assert.match(
          (await mayStillApprove(office.ground, request, askOf(request, person))) ?? 'may',
          /That is not so any more/,
        )
      managers.set(ada.id, maya.id)
      groups.get(group)?.owners.add(hugo.id)
      groups.get(control)?.members.add(zoe.id)
    })

    it('not with a disabled account, and not once they report to whoever asks', async () => {
      const { ada, hugo, meera, change, managers } = office
      const request = await asked(ada, one('owners'), { risk: 'high' })
      change(hugo, { accountEnabled: false })
      assert.equal(await mayStillApprove(office.ground, request, askOf(request, hugo)), 'Your account is disabled.')
      change(hugo, { accountEnabled: true })
      managers.set(meera.id, ada.id)
      assert.match((await mayStillApprove(office.ground, request, askOf(request, hugo))) ?? 'may', /You report to/)
      managers.set(meera.id, office.astrid.id)
      assert.equal(await mayStillApprove(office.ground, request, askOf(request, hugo)), undefined)
    })

    it('for somebody who is away, as long as that one would be asked', async () => {
      const { ada, maya, benoit, dmitri, away, managers } = office
      away.add(maya.id)
      const request = await asked(ada, one('manager'))
      const ask = askOf(request, benoit)
      assert.equal(await mayStillApprove(office.ground, request, ask), undefined)
      away.clear()
      assert.equal(await mayStillApprove(office.ground, request, ask), undefined, 'Maya is back, and was not asked')
      managers.set(ada.id, dmitri.id)
      await office.reorganise(ada, dmitri, { longAgo: true })
      assert.match((await mayStillApprove(office.ground, request, ask)) ?? 'may', /not so any more/)
      await office.reorganise(ada, maya, { longAgo: true })
    })

    it('as a delegate, as long as whoever delegated is there and still would be asked', async () => {
      const { ada, hugo, zoe, change, groups, group } = office
      const request = await asked(ada, one('owners'))
      const to = await mayDelegateTo(office.ground, request, askOf(request, hugo), zoe.id)
      assert.ok('as' in to)
      assert.equal(to.as, 'delegate of Hugo Ferreira')
      const passed = stepped(request, { kind: 'delegated', ask: askOf(request, hugo).id, to }, hugo.id)
      const ask = askOf(passed, zoe)
      assert.equal(await mayStillApprove(office.ground, passed, ask), undefined)
      groups.get(group)?.owners.delete(hugo.id)
      assert.match((await mayStillApprove(office.ground, passed, ask)) ?? 'may', /nobody decides in their place/)
      groups.get(group)?.owners.add(hugo.id)
      change(hugo, { accountEnabled: false })
      assert.match((await mayStillApprove(office.ground, passed, ask)) ?? 'may', /cannot approve anything any more/)
      change(hugo, { accountEnabled: true })
    })

    it('in the place of somebody who left the company and did not answer', async () => {
      const { ada, maya, benoit, change } = office
      const request = await asked(ada, one('manager'))
      const ask = askOf(request, maya)
      change(maya, { accountEnabled: false })
      const to = await standInFor(office.ground, request, ask)
      assert.equal(to?.id, benoit.id)
      const handed = stepped(request, { kind: 'handed-over', ask: ask.id, because: 'unreachable', to }, 'helpbot')
      assert.equal(await mayStillApprove(office.ground, handed, askOf(handed, benoit)), undefined)
      change(maya, { accountEnabled: true })
    })

    it('is not known while the directory does not answer: an error, never a yes', async () => {
      const request = await asked(office.ada, one('owners'))
      office.trouble.code = 'unreachable'
      for (const only of ['user', 'owners']) {
        office.trouble.only = only
        await assert.rejects(mayStillApprove(office.ground, request, askOf(request, office.hugo)), DirectoryError)
      }
    })
  })

  describe('stands in', () => {
    it('is their manager, or the next one up while that one is away', async () => {
      const { ada, maya, benoit, away } = office
      const request = await asked(ada, one('manager'))
      const standIn = async () => await standInFor(office.ground, request, askOf(request, maya))
      assert.deepEqual(await standIn(), {
        id: benoit.id,
        name: benoit.name,
        as: 'for Maya Okonkwo, who has not decided',
      })
      away.add(benoit.id)
      assert.equal((await standIn())?.name, 'Astrid Berg')
    })

    it('is nobody, where the manager asks for it or has been asked already', async () => {
      const { hugo, meera, ada } = office
      const request = await asked(ada, one('owners'))
      assert.equal(await standInFor(office.ground, request, askOf(request, hugo)), undefined, 'Meera has been asked')
      const other = await asked(meera, one('owners'))
      assert.equal(await standInFor(office.ground, other, askOf(other, hugo)), undefined, 'Meera asks for it')
    })
  })

  describe('takes over from somebody who leaves it to them', () => {
    it('unless they are concerned, asked, away, gone, a guest or report to whoever asks', async () => {
      const { ada, hugo, meera, zoe, dmitri, away, named: someone, hire } = office
      const request = await asked(dmitri, one('owners'), { risk: 'high', person: named(ada) })
      const guest = someone('Gus Guest')
      hire(guest, undefined, { userType: 'Guest' })
      const why = async (to: Person) => {
        const answer = await mayDelegateTo(office.ground, request, askOf(request, hugo), to.id)
        return 'refused' in answer ? answer.refused : 'may'
      }
      assert.match(await why(ada), /they are the one who gets it/)
      assert.match(await why(dmitri), /they asked for it themselves/)
      assert.match(await why(meera), /they have been asked already/)
      assert.match(await why(hugo), /they have been asked already/)
      assert.match(await why(zoe), /they report to whoever asks/)
      assert.match(await why(guest), /they are a guest/)
      assert.match(await why(someone('Nobody')), /not in the directory/)
      assert.equal(await why(office.maya), 'may')
      away.add(office.maya.id)
      assert.match(await why(office.maya), /is away at the moment/)
    })
  })
})
