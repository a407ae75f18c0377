import assert from 'node:assert/strict'
import { AgentError } from '../../../agent/agent-error.ts'
import type { Domain } from '../../../agent/ldap/domain.ts'
import { guidBytes, immutableId, toGroupType } from '../../../agent/ldap/encodings.ts'
import { commands as schemas } from '../../../agent/protocol/commands.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { bound } from '../ldap/bound.ts'
import { placesPolicy, readingGround } from './reading-ground.ts'

const notFound = (error: unknown) => error instanceof AgentError && error.code === 'not-found'

describe('the commands that read', function () {
  this.timeout(180_000)
  let domain: TestDomain
  let agent: Domain
  let now: Date | undefined
  let ask: ReturnType<typeof readingGround>['commands']
  let ordered: ReturnType<typeof readingGround>['ordered']

  before(async () => {
    domain = await startTestDomain()
    agent = bound(domain)
    const { people, groups, leavers } = domain.units
    const ground = readingGround(
      agent,
      placesPolicy([people, groups, leavers], [people, groups]),
      () => now ?? new Date(),
    )
    ask = ground.commands
    ordered = ground.ordered
  })
  after(async () => {
    await agent?.close()
    await domain?.close()
  })
  beforeEach(() => {
    now = undefined
  })

  describe('of users', () => {
    it('tell who somebody is, in the form that the wire takes', async () => {
      const boss = await domain.addUser('boss')
      const ada = await domain.addUser('ada', {
        attributes: {
          displayName: 'Ada Löwe, Dr.',
          givenName: 'Ada',
          sn: 'Löwe',
          mail: 'ada@x.example',
          department: 'R&D',
          title: 'Lead',
          manager: boss.dn,
        },
      })
      await domain.modify(ada.guid, { 'mS-DS-ConsistencyGuid': guidBytes('00112233-4455-6677-8899-aabbccddeeff') })
      const answer = await ask.user({ guid: ada.guid }, ordered)
      assert.deepEqual(schemas.user.output.parse(answer), answer)
      assert.deepEqual(
        { ...answer, usn: '' },
        {
          guid: ada.guid,
          sid: ada.sid,
          consistencyGuid: '00112233-4455-6677-8899-aabbccddeeff',
          dn: ada.dn,
          domain: 'corp.nordwind.example',
          samAccountName: ada.samAccountName,
          userPrincipalName: ada.upn,
          displayName: 'Ada Löwe, Dr.',
          givenName: 'Ada',
          surname: 'Löwe',
          mail: 'ada@x.example',
          department: 'R&D',
          title: 'Lead',
          managerDn: boss.dn,
          enabled: true,
          deleted: false,
          usn: '',
          writable: { allowed: true, because: null },
        },
      )
    })

    it('say when the policy does not let somebody be changed', async () => {
      const gone = await domain.addUser('gone', { unit: domain.units.leavers })
      assert.deepEqual((await ask.user({ guid: gone.guid }, ordered)).writable, {
        allowed: false,
        because: 'it lies elsewhere',
      })
    })

    it('show nobody out of what may be read, by whatever way they are asked for', async () => {
      const { guid, sid, samAccountName, upn } = await domain.addUser('secret', { unit: domain.units.forbidden })
      const holder = await domain.addGroup('holder', { members: [`<GUID=${guid}>`] })
      for (const question of [
        () => ask.user({ guid }, ordered),
        () => ask.account({ guid }, ordered),
        () => ask.privilege({ guid }, ordered),
        () => ask['groups-of']({ guid, nested: false, size: 10 }, ordered),
        () => ask['is-member']({ group: holder.guid, member: guid }, ordered),
        () => ask.group({ guid }, ordered),
      ])
        await assert.rejects(question(), notFound)
      for (const [by, value] of [
        ['sid', sid],
        ['samAccountName', samAccountName],
        ['userPrincipalName', upn],
        ['anchor', immutableId(guid)],
      ] as const)
        assert.deepEqual(await ask['find-users']({ by, value }, ordered), { users: [] })
      assert.deepEqual((await ask.members({ group: holder.guid, from: 0, size: 10 }, ordered)).members, [])
    })

    it('find somebody by what they are known by, and take what was typed literally', async () => {
      const eve = await domain.addUser('eve', { attributes: { mail: 'eve@x.example' } })
      const found = async (by: Parameters<(typeof ask)['find-users']>[0]['by'], value: string) =>
        (await ask['find-users']({ by, value }, ordered)).users.map((user) => user.guid)
      assert.deepEqual(await found('mail', 'EVE@x.example'), [eve.guid])
      assert.deepEqual(await found('samAccountName', 'eve'), [eve.guid])
      assert.deepEqual(await found('userPrincipalName', eve.upn), [eve.guid])
      assert.deepEqual(await found('sid', eve.sid), [eve.guid])
      assert.deepEqual(await found('anchor', immutableId(eve.guid)), [eve.guid])
      for (const pattern of ['*', 'e*', 'eve)(objectClass=*', 'eve\\2a'])
        assert.deepEqual(await found('samAccountName', pattern), [])
      for (const [by, value] of [
        ['anchor', 'not an anchor'],
        ['sid', 'S-1-5-abc'],
      ] as const)
        await assert.rejects(found(by, value), (error) => error instanceof AgentError && error.code === 'refused')
    })

    it('find two where an anchor fits two, and leave it to the bot', async () => {
      const one = await domain.addUser('one')
      const other = await domain.addUser('other')
      await domain.modify(other.guid, { 'mS-DS-ConsistencyGuid': guidBytes(one.guid) })
      const { users } = await ask['find-users']({ by: 'anchor', value: immutableId(one.guid) }, ordered)
      assert.deepEqual(users.map((user) => user.guid).sort(), [one.guid, other.guid].sort())
      // Where the other one may not be seen, the first alone would look certain.
      const hidden = await domain.addUser('twin', { unit: domain.units.forbidden })
      const third = await domain.addUser('third')
      await domain.modify(hidden.guid, { 'mS-DS-ConsistencyGuid': guidBytes(third.guid) })
      await assert.rejects(
        ask['find-users']({ by: 'anchor', value: immutableId(third.guid) }, ordered),
        (error) => error instanceof AgentError && error.code === 'conflict' && !error.detail.includes('twin'),
      )
    })

    it('find who is deleted, marked as such, where the service account may see them', async () => {
      const administrator = bound(domain, { as: domain.administrator })
      try {
        const { people } = domain.units
        const { commands } = readingGround(administrator, placesPolicy([people], [people]))
        const mallory = await domain.addUser('mallory')
        await domain.remove(mallory.guid)
        const { users } = await commands['find-users']({ by: 'anchor', value: immutableId(mallory.guid) }, ordered)
        assert.deepEqual(
          users.map(({ displayName, deleted, enabled, writable }) => ({ displayName, deleted, enabled, writable })),
          [
            {
              displayName: 'mallory',
              deleted: true,
              enabled: false,
              writable: { allowed: false, because: 'it is deleted' },
            },
          ],
        )
        assert.equal((await commands.user({ guid: mallory.guid }, ordered)).deleted, true)
      } finally {
        await administrator.close()
      }
    })
  })

  describe('of groups', () => {
    it('tell what a group is', async () => {
      const owner = await domain.addUser('owner')
      const group = await domain.addGroup('CAD licences', { groupType: Number(toGroupType('universal', false)) })
      await domain.modify(group.guid, { description: 'Seats', managedBy: owner.dn })
      const answer = await ask.group({ guid: group.guid }, ordered)
      assert.deepEqual(schemas.group.output.parse(answer), answer)
      assert.equal(answer.scope, 'universal')
      assert.equal(answer.security, false)
      assert.equal(answer.description, 'Seats')
      assert.equal(answer.managedByDn, owner.dn)
      assert.deepEqual(answer.writable, { allowed: true, because: null })
      for (const [by, value] of [
        ['sid', group.sid],
        ['samAccountName', answer.samAccountName],
      ] as const)
        assert.deepEqual((await ask['find-groups']({ by, value }, ordered)).groups, [answer])
    })

    it('tell who is in it, of which kind, page by page, without following those of elsewhere', async () => {
      const user = await domain.addUser('in')
      const inner = await domain.addGroup('inner')
      const group = await domain.addGroup('mixed', {
        members: [user.dn, inner.dn, `CN=S-1-5-11,CN=ForeignSecurityPrincipals,${domain.domainDn}`],
      })
      const all = await ask.members({ group: group.guid, from: 0, size: 10 }, ordered)
      assert.equal(all.next, null)
      const kinds = new Map(all.members.map((member) => [member.kind, member.guid]))
      assert.equal(kinds.get('user'), user.guid)
      assert.equal(kinds.get('group'), inner.guid)
      // Authenticated Users lies out of what may be read here.
      assert.equal(kinds.size, 2)
      const wide = readingGround(agent, placesPolicy([domain.domainDn], [])).commands
      const foreign = (await wide.members({ group: group.guid, from: 0, size: 10 }, ordered)).members.find(
        (member) => member.kind === 'foreign',
      )
      assert.match(foreign?.dn ?? '', /^CN=S-1-5-11,CN=ForeignSecurityPrincipals,/)
      assert.equal(foreign?.guid, null)

      const [first, second] = [
        await ask.members({ group: group.guid, from: 0, size: 2 }, ordered),
        await ask.members({ group: group.guid, from: 2, size: 2 }, ordered),
      ]
      assert.equal(first.next, 2)
      assert.equal(second.next, null)
      assert.deepEqual([...first.members, ...second.members], all.members)
    })

    it('tell whether somebody is in it, and how', async () => {
      const user = await domain.addUser('maybe')
      const group = await domain.addGroup('club', { members: [user.dn] })
      const outer = await domain.addGroup('outer', { members: [group.dn] })
      const how = async (of: { guid: string }, who: { guid: string }) =>
        (await ask['is-member']({ group: of.guid, member: who.guid }, ordered)).how
      assert.equal(await how(group, user), 'direct')
      assert.equal(await how(outer, user), 'none')
      assert.equal(await how(outer, group), 'direct')
      await domain.modify(user.guid, { primaryGroupID: group.sid.split('-').at(-1) ?? '' })
      assert.equal(await how(group, user), 'primary')
    })

    it('tell what somebody is in, and what that is in', async () => {
      const user = await domain.addUser('joiner')
      const [one, two] = [
        await domain.addGroup('g-one', { members: [user.dn] }),
        await domain.addGroup('g-two', { members: [user.dn] }),
      ]
      const above = await domain.addGroup('g-above', { members: [one.dn] })
      const home = await domain.addGroup('g-home', { members: [user.dn] })
      const overHome = await domain.addGroup('g-over-home', { members: [home.dn] })
      await domain.modify(user.guid, { primaryGroupID: home.sid.split('-').at(-1) ?? '' })
      const names = async (nested: boolean, size = 50) => {
        const { groups, more } = await ask['groups-of']({ guid: user.guid, nested, size }, ordered)
        return { names: groups.map((group) => group.guid).sort(), more }
      }
      const direct = [one, two, home].map(({ guid }) => guid).sort()
      assert.deepEqual(await names(false), { names: direct, more: false })
      assert.deepEqual(await names(true), { names: [...direct, above.guid, overHome.guid].sort(), more: false })
      assert.equal((await names(true, 2)).more, true)
    })

    it('say whether it has power', async () => {
      const user = await domain.addUser('plain')
      assert.deepEqual(await ask.privilege({ guid: user.guid }, ordered), { privileged: false, because: [] })
    })
  })

  describe('of all there is', () => {
    it('go through everybody once, page by page', async () => {
      for (let number = 0; number < 7; number++) await domain.addUser(`list-${number}`, { unit: domain.units.leavers })
      const seen: string[] = []
      let cursor: string | null | undefined
      do {
        const page: Awaited<ReturnType<(typeof ask)['list-users']>> = await ask['list-users'](
          { size: 3, ...(typeof cursor === 'string' ? { cursor } : {}) },
          ordered,
        )
        assert.ok(page.users.length <= 3)
        seen.push(...page.users.map((user) => user.displayName))
        cursor = page.cursor
      } while (cursor !== null)
      assert.equal(new Set(seen).size, seen.length)
      for (let number = 0; number < 7; number++) assert.ok(seen.includes(`list-${number}`))
      assert.ok(seen.includes('eve') && !seen.includes('secret') && !seen.includes('Administrator'))
    })

    it('list groups and units, and say which of them may be written', async () => {
      const { groups } = await ask['list-groups']({ size: 1_000 }, ordered)
      assert.ok(groups.some((group) => group.displayName === 'club' && group.writable.allowed))
      const answer = await ask['list-units']({ size: 1_000 }, ordered)
      assert.deepEqual(
        answer.units.map((unit) => unit.dn).sort(),
        [domain.units.people, domain.units.groups, domain.units.leavers].sort(),
      )
    })

    it('tell nothing twice where one base lies in another', async () => {
      const { people } = domain.units
      const { commands } = readingGround(agent, placesPolicy([people, domain.domainDn, people.toLowerCase()], []))
      const { users } = await commands['list-users']({ size: 1_000 }, ordered)
      assert.equal(new Set(users.map((user) => user.guid)).size, users.length)
    })

    it('have cursors that are good once, for a minute, and for one kind', async () => {
      const first = await ask['list-users']({ size: 1 }, ordered)
      const cursor = first.cursor ?? assert.fail('there is only one user')
      await assert.rejects(ask['list-groups']({ cursor, size: 1 }, ordered), notFound)
      const second = await ask['list-users']({ cursor, size: 1 }, ordered)
      await assert.rejects(ask['list-users']({ cursor, size: 1 }, ordered), notFound)
      now = new Date(Date.now() + 60_001)
      await assert.rejects(ask['list-users']({ cursor: second.cursor ?? '', size: 1 }, ordered), notFound)
    })

    it('keep eight listings open and no ninth, until one is left for a minute', async () => {
      const { people } = domain.units
      const { commands } = readingGround(agent, placesPolicy([people], []), () => now ?? new Date())
      for (let number = 0; number < 8; number++) await commands['list-users']({ size: 1 }, ordered)
      await assert.rejects(
        commands['list-users']({ size: 1 }, ordered),
        (error) => error instanceof AgentError && error.code === 'throttled',
      )
      now = new Date(Date.now() + 60_001)
      assert.equal((await commands['list-users']({ size: 1 }, ordered)).users.length, 1)
    })
  })

  it('say that the directory answers', async () => {
    const { controller, latency } = await ask.probe({}, ordered)
    assert.equal(controller, domain.host)
    assert.ok(latency >= 0)
  })
})
