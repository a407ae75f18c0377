import assert from 'node:assert/strict'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { entraPrivilege } from '../../../bot/directory/entra-privilege.ts'
import { userId } from '../../../bot/identity/person.ts'
import { type Answer, graphFault, json, type LocalServer, localServer } from './local-server.ts'
import { practiceGraph } from './surroundings.ts'

const anna = userId.parse('0a000000-0000-4000-8000-000000000001')
const other = '0a000000-0000-4000-8000-000000000002'
const group = (n: number) => `0b000000-0000-4000-8000-00000000000${n}`
const administrator = { displayName: 'User Administrator' }

describe('Whether an account may be touched by a help desk', () => {
  let server: LocalServer
  let routes: Record<'memberships' | 'assignments' | 'eligible' | 'groups' | 'owners', Answer>
  const list =
    (...value: unknown[]): Answer =>
    (_request, response) =>
      json(response, 200, { value })
  const refuse =
    (status: number, code: string): Answer =>
    (_request, response) =>
      json(response, status, graphFault(code, 'No.'))

  before(async () => {
    server = await localServer((request, response) => {
      const route = Object.entries({
        memberships: `/v1.0/users/${anna}/transitiveMemberOf`,
        assignments: '/v1.0/roleManagement/directory/roleAssignments',
        eligible: '/v1.0/roleManagement/directory/roleEligibilitySchedules',
        groups: '/v1.0/groups',
        owners: `/v1.0/groups/${group(1)}/owners`,
      }).find(([, path]) => path === request.path)?.[0]
      if (route === undefined || !(route in routes)) return json(response, 404, graphFault('BadRequest', request.path))
      routes[route as keyof typeof routes](request, response)
    })
  })
  beforeEach(() => {
    server.seen.length = 0
    routes = { memberships: list(), assignments: list(), eligible: list(), groups: list(), owners: list() }
  })
  after(() => server.close())
  const privilege = () => entraPrivilege(practiceGraph(server.url).graph, anna)
  const reasons = async () => {
    const found = await privilege()
    assert.equal(found.privileged, found.because.length > 0)
    return found.because
  }

  it('an ordinary person in ordinary groups and an administrative unit is not privileged', async () => {
    routes.memberships = list(
      { '@odata.type': '#microsoft.graph.group', id: group(1), displayName: 'Sales', isAssignableToRole: null },
      { '@odata.type': '#microsoft.graph.group', id: group(2), displayName: 'All', isAssignableToRole: false },
      { '@odata.type': '#microsoft.graph.administrativeUnit', id: group(3), displayName: 'North' },
    )
    routes.groups = list({ id: group(4), displayName: 'Tier 0', isAssignableToRole: true, owners: [{ id: other }] })
    assert.deepEqual(await reasons(), [])
  })

  it('asks for isAssignableToRole by name, and for this person’s assignments only', async () => {
    await privilege()
    const asked = (end: string) => server.seen.find(({ path }) => path.endsWith(end))?.query
    assert.match(asked('transitiveMemberOf')?.get('$select') ?? '', /isAssignableToRole/)
    assert.equal(asked('roleAssignments')?.get('$filter'), `principalId eq '${anna}'`)
    assert.equal(asked('roleEligibilitySchedules')?.get('$filter'), `principalId eq '${anna}'`)
    assert.equal(asked('groups')?.get('$filter'), 'isAssignableToRole eq true')
  })

  it('a directory role, held directly or through a group, is', async () => {
    routes.memberships = list({
      '@odata.type': '#microsoft.graph.directoryRole',
      id: group(1),
      displayName: 'Global Reader',
    })
    assert.deepEqual(await reasons(), ['directory role: Global Reader'])
  })

  it('a role at an administrative unit, or one that can be activated, is', async () => {
    routes.assignments = list({
      principalId: anna,
      roleDefinitionId: 'fe930be7',
      directoryScopeId: '/administrativeUnits/7',
      roleDefinition: administrator,
    })
    routes.eligible = list({ principalId: anna, roleDefinitionId: 'fe930be7', directoryScopeId: '/' })
    assert.deepEqual(await reasons(), [
      'eligible role: fe930be7',
      'role assignment: User Administrator at /administrativeUnits/7',
    ])
  })

  it('somebody else’s assignment in the answer does not count', async () => {
    routes.assignments = list({ principalId: other, roleDefinitionId: 'x', roleDefinition: administrator })
    assert.deepEqual(await reasons(), [])
  })

  it('a member of a role-assignable group is, even on the second page', async () => {
    routes.memberships = ({ query }, response) =>
      query.has('$skiptoken')
        ? list({
            '@odata.type': '#microsoft.graph.group',
            id: group(2),
            displayName: 'Tier 0',
            isAssignableToRole: true,
          })(server.seen[0] ?? assert.fail(), response)
        : json(response, 200, {
            value: [],
            '@odata.nextLink': `${server.url}/v1.0/users/${anna}/transitiveMemberOf?$skiptoken=2`,
          })
    assert.deepEqual(await reasons(), ['role-assignable group: Tier 0'])
  })

  it('an owner of a role-assignable group is, also as the twenty-first owner, which $expand leaves out', async () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ id: `0c000000-0000-4000-8000-0000000000${10 + n}` }))
    routes.groups = list({ id: group(1), displayName: 'Tier 0', isAssignableToRole: true, owners: many })
    routes.owners = list(...many, { id: anna })
    assert.deepEqual(await reasons(), ['owner of role-assignable group: Tier 0'])
    routes.groups = list({ id: group(1), displayName: 'Tier 0', isAssignableToRole: true, owners: [{ id: anna }] })
    assert.deepEqual(await reasons(), ['owner of role-assignable group: Tier 0'])
  })

  it('a membership of a kind nobody here knows is', async () => {
    routes.memberships = list({ '@odata.type': '#microsoft.graph.somethingNew', id: group(1) })
    assert.deepEqual(await reasons(), ['membership of an unknown kind: #microsoft.graph.somethingNew'])
  })

  it('a tenant without the P2 licence has no eligible roles', async () => {
    routes.eligible = refuse(400, 'AadPremiumLicenseRequired')
    assert.deepEqual(await reasons(), [])
  })

  for (const route of ['memberships', 'assignments', 'eligible', 'groups'] as const)
    it(`is refused, not denied, when the ${route} cannot be read`, async () => {
      const attempts: [Answer, string][] = [
        [refuse(403, 'Authorization_RequestDenied'), 'refused'],
        [refuse(500, 'Internal'), 'unreachable'],
        [(_request, response) => json(response, 200, { value: [{}] }), 'unreachable'],
        [(_request, response) => json(response, 200, {}), 'unreachable'],
      ]
      for (const [answer, code] of attempts) {
        routes[route] = answer
        await assert.rejects(privilege(), (error) => error instanceof DirectoryError && error.code === code)
      }
    })

  it('is refused when a group’s properties are hidden from us, naming the permission', async () => {
    routes.memberships = list({
      '@odata.type': '#microsoft.graph.group',
      id: group(1),
      displayName: null,
      isAssignableToRole: null,
    })
    await assert.rejects(privilege(), { code: 'refused', detail: /lacks GroupMember\.Read\.All/ })
  })
})
