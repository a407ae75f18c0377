import assert from 'node:assert/strict'
import { z } from 'zod'
import type { GroupFacts } from '../../../bot/directory/directory.ts'
import { owners } from '../../../bot/directory/entra-group-people.ts'
import { groupPrivilege } from '../../../bot/directory/entra-group-privilege.ts'
import { isMember } from '../../../bot/directory/entra-membership.ts'
import { readMany } from '../../../bot/directory/graph-batch.ts'
import { groupId, userId } from '../../../bot/identity/person.ts'
import { type CastKey, type WellKnownGroup, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { graphFault, json, type LocalServer, localServer } from './local-server.ts'
import { practiceGraph } from './surroundings.ts'
import { failure, openTenantDirectory, readingGroups, type TenantDirectory } from './tenant-directory.ts'

const person = (key: CastKey) => userId.parse(wellKnown[key].id)
const group = (key: WellKnownGroup) => groupId.parse(wellKnownGroups[key])
const nowhere = groupId.parse('00000000-0000-4000-8000-000000000001')
const nobody = userId.parse('00000000-0000-4000-8000-000000000000')

describe('Groups of the practice tenant', () => {
  let practice: TenantDirectory
  before(async () => {
    practice = await openTenantDirectory()
  })
  after(() => practice.close())
  afterEach(() => {
    practice.tenant.control.faults.clear()
    practice.pauses.length = 0
  })

  it('says of each what decides whether its members may be written', async () => {
    const facts = async (key: WellKnownGroup) => {
      const { roleAssignable, dynamic, unified, mailEnabled, securityEnabled, sourceOfAuthority } =
        await practice.directory.group(group(key))
      return { roleAssignable, dynamic, unified, mailEnabled, securityEnabled, sourceOfAuthority }
    }
    const ordinary = {
      roleAssignable: false,
      dynamic: false,
      unified: false,
      mailEnabled: false,
      securityEnabled: true,
      sourceOfAuthority: 'entra',
    }
    assert.deepEqual(await facts('salesDashboard'), ordinary)
    assert.deepEqual(await facts('tierZero'), { ...ordinary, roleAssignable: true })
    assert.deepEqual(await facts('everybody'), { ...ordinary, dynamic: true })
    assert.deepEqual(await facts('invoiceApprovers'), { ...ordinary, mailEnabled: true })
    assert.deepEqual(await facts('warehouseBadges'), { ...ordinary, sourceOfAuthority: 'on-premises' })
    assert.deepEqual(await facts('productLaunch'), {
      ...ordinary,
      mailEnabled: true,
      unified: true,
      securityEnabled: false,
    })
    const { displayName, description, mailNickname, mail } = await practice.directory.group(group('productLaunch'))
    assert.deepEqual(
      { displayName, description, mailNickname, mail },
      {
        displayName: 'Product Launch',
        description: 'Microsoft 365 group of the launch team',
        mailNickname: 'product.launch',
        mail: 'product.launch@nordwind.example',
      },
    )
    const gone = await failure(practice.directory.group(nowhere))
    assert.equal(gone.code, 'not-found')
    assert.match(gone.sentence, /that group/)
  })

  describe('many at once', () => {
    const all = Object.keys(wellKnownGroups).map((key) => group(key as WellKnownGroup))
    const idsOf = (groups: readonly GroupFacts[]) => groups.map(({ id }) => id)

    it('are read twenty a call, in order, each once, without those that are not there', async () => {
      const calls = practice.watch('POST', /\$batch$/)
      const found = await practice.directory.groups([nowhere, ...all, ...all])
      assert.deepEqual(idsOf(found), all)
      assert.equal(calls(), Math.ceil((all.length + 1) / 20))
      assert.deepEqual(await practice.directory.groups([]), [])
    })

    it('are asked for again where one was throttled, as long as it said', async () => {
      const { faults } = practice.tenant.control
      const calls = practice.watch('POST', /\$batch$/)
      faults.set({ class: 'groups', kind: '429', times: 3, retryAfterSeconds: 7 })
      faults.set({ class: 'groups', kind: '503' })
      assert.deepEqual(idsOf(await practice.directory.groups(all.slice(0, 20))), all.slice(0, 20))
      assert.deepEqual(practice.pauses, [7_000])
      assert.equal(calls(), 2)
    })

    it('are not had when one cannot be', async () => {
      const { faults } = practice.tenant.control
      faults.set({ class: 'groups', kind: '429', times: 'always' })
      assert.equal((await failure(practice.directory.groups(all.slice(0, 3)))).code, 'throttled')
      assert.equal(practice.pauses.length, 3)
      faults.clear()
      await practice.without(readingGroups, async () => {
        assert.equal((await failure(practice.directory.groups(all.slice(0, 3)))).code, 'refused')
        assert.equal((await failure(practice.directory.group(group('vpn')))).code, 'refused')
      })
    })
  })

  describe('that could make somebody an administrator', () => {
    const reasons = async (key: WellKnownGroup) => {
      const { privileged, because } = await practice.directory.groupPrivilege(group(key))
      assert.equal(privileged, because.length > 0)
      return because
    }

    it('are seen, however deeply they are nested', async () => {
      const { control } = practice.tenant
      assert.deepEqual(await reasons('salesDashboard'), [])
      assert.deepEqual(await reasons('everybody'), [])
      assert.deepEqual(await reasons('tierZero'), [
        'role assignment: Privileged Authentication Administrator',
        'role-assignable group: Tier 0 Operators',
      ])
      assert.deepEqual(await reasons('plantNetwork'), ['nested in role-assignable group: Tier 0 Operators'])
      control.addMember(group('plantNetwork'), group('monitoring'))
      assert.deepEqual(await reasons('monitoring'), ['nested in role-assignable group: Tier 0 Operators'])
      control.removeMember(group('plantNetwork'), group('monitoring'))
      assert.deepEqual(await reasons('monitoring'), [])
    })

    it('are seen when a role is held, or only waiting to be activated', async () => {
      const { control } = practice.tenant
      const id = group('vpn')
      control.assignRole(id, 'User Administrator', 'eligible')
      assert.deepEqual(await reasons('vpn'), ['eligible role: User Administrator'])
      control.assignRole(id, 'Groups Administrator')
      assert.deepEqual(await reasons('vpn'), [
        'eligible role: User Administrator',
        'role assignment: Groups Administrator',
      ])
      control.removeRole(id, 'User Administrator')
      control.removeRole(id, 'Groups Administrator')
      control.editGroup(id, { isAssignableToRole: true })
      assert.deepEqual(await reasons('vpn'), ['role-assignable group: VPN Users'])
      control.editGroup(id, { isAssignableToRole: null })
      assert.deepEqual(await reasons('vpn'), [])
    })

    it('are not called harmless when one of the answers is missing', async () => {
      for (const permissions of [readingGroups, 'RoleManagement.Read.Directory'])
        await practice.without(permissions, async () => {
          assert.equal((await failure(practice.directory.groupPrivilege(group('vpn')))).code, 'refused')
        })
      for (const requestClass of ['groups', 'roles'] as const) {
        practice.tenant.control.faults.set({ class: requestClass, kind: '500', times: 'always' })
        const error = await failure(practice.directory.groupPrivilege(group('vpn')))
        assert.equal(error.code, 'unreachable')
        practice.tenant.control.faults.clear()
      }
      assert.equal((await failure(practice.directory.groupPrivilege(nowhere))).code, 'not-found')
    })
  })

  describe('and their people', () => {
    const names = ({ people }: { people: readonly { displayName: string }[] }) =>
      people.map(({ displayName }) => displayName)

    it('lists owners by name, people only', async () => {
      const { control } = practice.tenant
      const owners = await practice.directory.owners(group('financeReports'), 10)
      assert.deepEqual(names(owners), ['Hugo Ferreira', 'Meera Iyer'])
      assert.equal(owners.people[0]?.department, 'Finance')
      assert.equal(owners.more, false)
      const one = await practice.directory.owners(group('financeReports'), 1)
      assert.deepEqual([names(one), one.more], [['Hugo Ferreira'], true])
      control.addOwner(group('financeReports'), person('ada'))
      assert.ok(names(await practice.directory.owners(group('financeReports'), 10)).includes('Ada Lindqvist'))
      control.removeOwner(group('financeReports'), person('ada'))
      assert.ok(!names(await practice.directory.owners(group('financeReports'), 10)).includes('Ada Lindqvist'))
      assert.deepEqual(await practice.directory.owners(group('warehouseBadges'), 10), { people: [], more: false })
      assert.match((await failure(practice.directory.owners(nowhere, 5))).sentence, /that group/)
    })

    it('lists direct members by name, without the groups among them', async () => {
      const it = await practice.directory.members(group('itHelpDesk'), 10)
      assert.deepEqual([names(it), it.more], [['Helen Park', 'Sam Whitfield', 'Yuki Tanaka'], false])
      assert.deepEqual(names(await practice.directory.members(group('tierZero'), 10)), ['Ravi Subramanian'])
      const few = await practice.directory.members(group('itHelpDesk'), 2)
      assert.deepEqual([names(few), few.more], [['Helen Park', 'Sam Whitfield'], true])
      assert.match((await failure(practice.directory.members(nowhere, 5))).sentence, /that group/)
    })

    it('lists the groups somebody is in directly', async () => {
      const { groups, more } = await practice.directory.directGroups(person('lucas'), 200)
      assert.deepEqual(
        groups.map(({ displayName }) => displayName),
        ['All Employees', 'Department Finance', 'Plant Network Operators'],
      )
      assert.equal(more, false)
      const few = await practice.directory.directGroups(person('lucas'), 2)
      assert.deepEqual([few.groups.length, few.more], [2, true])
      assert.equal((await failure(practice.directory.directGroups(nobody, 5))).code, 'not-found')
      await practice.without(readingGroups, async () => {
        assert.equal((await failure(practice.directory.directGroups(person('lucas'), 5))).code, 'refused')
      })
    })
  })
})

describe('A Graph that answers strangely about groups', () => {
  let server: LocalServer
  before(async () => {
    server = await localServer(() => {})
  })
  after(() => server.close())

  it('proves no membership when it did not apply the filter', async () => {
    const { graph } = practiceGraph(server.url)
    const it = group('itHelpDesk')
    const list = (...ids: string[]) => {
      server.answer = (_request, response) => json(response, 200, { value: ids.map((id) => ({ id })) })
    }
    list(person('ada').toUpperCase())
    assert.equal(await isMember(graph, it, person('ada')), true)
    const asked = server.seen.at(-1)
    assert.deepEqual(
      [asked?.query.get('$filter'), asked?.query.get('$count'), asked?.headers.consistencylevel],
      [`id eq '${person('ada')}'`, 'true', 'eventual'],
    )
    list()
    assert.equal(await isMember(graph, it, person('ada')), false)
    list(person('maya'), person('ada'))
    assert.equal((await failure(isMember(graph, it, person('ada')))).code, 'unreachable')
  })

  it('names as owners people only, and as many as asked', async () => {
    const { graph } = practiceGraph(server.url)
    const owner = (n: number) => ({
      '@odata.type': '#microsoft.graph.user',
      id: `0a000000-0000-4000-8000-000000000${String(n).padStart(3, '0')}`,
      displayName: `Owner ${String(n).padStart(3, '0')}`,
      userPrincipalName: `owner${n}@nordwind.example`,
    })
    const application = { '@odata.type': '#microsoft.graph.servicePrincipal', id: nowhere, displayName: 'Robot' }
    server.answer = (_request, response) => json(response, 200, { value: [application, owner(2), owner(1)] })
    const two = await owners(graph, group('vpn'), 2)
    assert.deepEqual([two.people.map(({ displayName }) => displayName), two.more], [['Owner 001', 'Owner 002'], false])
    const asked = server.seen.at(-1)
    assert.deepEqual([asked?.headers.consistencylevel, asked?.query.get('$orderby')], [undefined, null])
    const crowd = Array.from({ length: 101 }, (_, n) => owner(n))
    server.answer = (_request, response) => json(response, 200, { value: crowd })
    const all = await owners(graph, group('vpn'), 1000)
    assert.deepEqual([all.people.length, all.more], [100, true])
  })

  it('makes no group harmless by leaving out what was asked for', async () => {
    const { graph } = practiceGraph(server.url)
    server.answer = ({ path }, response) =>
      json(response, 200, path === `/v1.0/groups/${nowhere}` ? { id: nowhere, displayName: 'X' } : { value: [] })
    const error = await failure(groupPrivilege(graph, nowhere))
    assert.equal(error.code, 'refused')
    assert.match(error.detail, /without isAssignableToRole/)
    server.answer = ({ path }, response) =>
      json(response, 200, path === `/v1.0/groups/${nowhere}` ? { id: nowhere, displayName: null } : { value: [] })
    assert.match((await failure(groupPrivilege(graph, nowhere))).detail, /lacks GroupMember\.Read\.All/)
  })

  it('does not take a batch for whole that is not', async () => {
    const { graph } = practiceGraph(server.url)
    const deps = { clock: () => new Date(), random: () => 0, sleep: async () => {} }
    const read = () => readMany(graph, ['/groups/1', '/groups/2'], z.object({ id: z.string() }), { title: 'GET' }, deps)
    const responses = (...list: object[]) => {
      server.answer = (_request, response) => json(response, 200, { responses: list })
    }
    const one = { id: '0', status: 200, body: { id: 'a' } }
    // In whatever order they come.
    responses({ id: '1', status: 404, body: graphFault('Request_ResourceNotFound', 'No.') }, one)
    assert.deepEqual(await read(), [{ id: 'a' }, undefined])
    responses(one)
    assert.match((await failure(read())).detail, /item 1 is missing/)
    responses(one, { id: '1', status: 200, body: {} })
    assert.equal((await failure(read())).code, 'unreachable')
    responses(one, { id: '1', status: 403, body: graphFault('Authorization_RequestDenied', 'No.') })
    assert.equal((await failure(read())).code, 'refused')
  })
})
