import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Authority } from '../../../bot/directory/directory.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { syncBehavior } from '../../../bot/directory/entra-sync-behavior.ts'
import { permissions } from '../../../bot/directory/permissions.ts'
import { userId } from '../../../bot/identity/person.ts'
import { wellKnown } from '../../../infra/practice/company/cast.ts'
import { ada, badges, badgesSid, domain, type HybridGround, kwame, openHybrid } from './hybrid-ground.ts'
import { adGroup, adUser, immutableIdOf } from './scripted-link.ts'
import { clientId, failure } from './tenant-directory.ts'

const synced = ['User-OnPremisesSyncBehavior.ReadWrite.All', 'Group-OnPremisesSyncBehavior.ReadWrite.All']
const other = userId.parse(wellKnown.maya.id)

describe('Whose account it is in Active Directory', () => {
  let open: Awaited<ReturnType<typeof openHybrid>>
  let ground: HybridGround
  before(async () => {
    open = await openHybrid()
  })
  after(() => open.close())
  beforeEach(() => {
    ground = open.fresh()
  })

  const control = () => ground.held.tenant.control
  const authority = (type?: 'entra' | 'on-premises' | 'hybrid') => ground.directory(type).authority(kwame)
  const is = (found: Authority, code: string, detail: RegExp) => {
    assert.ok(found.at === 'nowhere', JSON.stringify(found))
    assert.equal(found.code, code)
    assert.match(found.detail, detail)
  }

  it('is found by objectGUID, and nothing more is asked of somebody of the cloud', async () => {
    const { guid, dn } = ground.account
    assert.deepEqual(await authority(), { at: 'active-directory', domain, guid, dn })
    ground.there.asked.length = 0
    assert.deepEqual(await ground.directory().authority(ada), { at: 'entra' })
    assert.deepEqual(ground.there.asked, [])
  })

  it('is found by mS-DS-ConsistencyGuid where that is the anchor', async () => {
    const anchor = randomUUID()
    control().editUser(kwame, { onPremisesImmutableId: immutableIdOf(anchor) })
    ground.there.users = [{ ...ground.account, consistencyGuid: anchor }]
    assert.equal((await authority()).at, 'active-directory')
  })

  it('asks with the correlation id and the domain of the person', async () => {
    await authority()
    const [first, ...rest] = ground.there.asked
    assert.ok(first)
    assert.match(first.asked.correlationId, /^[0-9a-f-]{36}$/)
    for (const { asked } of [first, ...rest])
      assert.deepEqual(asked, { domain, correlationId: first.asked.correlationId })
  })

  it('is nobody’s while no agent of the domain was ever enrolled', async () => {
    ground.there.served = []
    is(await authority(), 'no-connector', /no agent is enrolled/)
    ground.there.served = ['other.example']
    is(await authority(), 'no-connector', /corp\.nordwind\.example/)
    assert.deepEqual(ground.there.asked, [])
  })

  it('is unreachable, and not nobody’s, when no agent answers', async () => {
    ground.there.faults.set('find-users', new DirectoryError('unreachable', { sentence: 'Down.', detail: 'down' }))
    assert.equal((await failure(authority())).code, 'unreachable')
  })

  it('is limited by the directory type: entra writes nothing there, on-premises nothing in the cloud', async () => {
    is(await authority('entra'), 'switched-off', /on-premises/)
    assert.deepEqual(ground.there.asked, [])
    assert.equal((await authority('on-premises')).at, 'active-directory')
    is(await ground.directory('on-premises').authority(ada), 'switched-off', /Entra ID/)
    assert.deepEqual(await ground.directory('entra').authority(ada), { at: 'entra' })
  })

  it('is missing when the anchor is nobody’s, or a deleted account’s', async () => {
    ground.there.users = []
    is(await authority(), 'missing', /no account/)
    ground.there.users = [{ ...ground.account, deleted: true }]
    is(await authority(), 'missing', /deleted/)
  })

  it('is not to be changed where the agent’s policy says so', async () => {
    ground.there.users = [{ ...ground.account, writable: { allowed: false, because: 'outside OU=People' } }]
    is(await authority(), 'not-allowed', /outside OU=People/)
  })

  describe('is ambiguous', () => {
    const twin = (change: object) => ground.there.users.push(adUser({ samAccountName: 'other', ...change }))

    it('with two accounts: one by objectGUID, another by mS-DS-ConsistencyGuid', async () => {
      twin({ consistencyGuid: ground.account.guid })
      is(await authority(), 'ambiguous', /have this anchor/)
    })

    it('with a deleted account of the same anchor', async () => {
      twin({ consistencyGuid: ground.account.guid, deleted: true })
      is(await authority(), 'ambiguous', /deleted account has this anchor/)
    })

    it('with an objectGUID that is not its anchor any more', async () => {
      ground.there.users = [{ ...ground.account, consistencyGuid: randomUUID() }]
      is(await authority(), 'ambiguous', /another mS-DS-ConsistencyGuid/)
    })

    it('with another account, deleted or not, of the same user principal name', async () => {
      const { userPrincipalName } = ground.account
      twin({ userPrincipalName, deleted: true })
      is(await authority(), 'ambiguous', /a deleted account has the same user principal name/)
      ground.there.users = [ground.account]
      twin({ userPrincipalName: userPrincipalName?.toUpperCase() })
      is(await authority(), 'ambiguous', /another account has the same user principal name/)
    })

    it('with a deleted user of Entra ID that has the same anchor, until it is purged', async () => {
      const doomed = [...ground.held.tenant.company.users.values('latest')].at(-1)
      assert.ok(doomed)
      control().editUser(doomed.id, { onPremisesImmutableId: immutableIdOf(ground.account.guid) })
      control().deleteUser(doomed.id)
      is(await authority(), 'ambiguous', /a deleted user of Entra ID/)
      control().purgeUser(doomed.id)
      assert.equal((await authority()).at, 'active-directory')
    })

    it('with another user of Entra ID that has the same anchor', async () => {
      control().editUser(other, { onPremisesImmutableId: immutableIdOf(ground.account.guid) })
      is(await authority(), 'ambiguous', /another user of Entra ID has the same anchor/)
      // In base64 another case is another value.
      control().editUser(other, { onPremisesImmutableId: immutableIdOf(ground.account.guid).toLowerCase() })
      assert.equal((await authority()).at, 'active-directory')
      control().editUser(other, { onPremisesImmutableId: null })
    })

    it('when user principal name or mail means somebody else in Entra ID', async () => {
      const stranger = control().user(other)
      ground.there.users = [{ ...ground.account, mail: stranger.mail }]
      is(await authority(), 'ambiguous', /means somebody else/)
      ground.there.users = [{ ...ground.account, userPrincipalName: stranger.userPrincipalName }]
      is(await authority(), 'ambiguous', /means somebody else/)
    })

    it('when neither user principal name nor sAMAccountName is what Entra ID says; one of them is enough', async () => {
      const { account } = ground
      const renamed = { ...account, userPrincipalName: 'k.m@corp.nordwind.example' }
      ground.there.users = [renamed]
      assert.equal((await authority()).at, 'active-directory', 'an alternate login ID')
      ground.there.users = [{ ...account, samAccountName: 'kmensah' }]
      assert.equal((await authority()).at, 'active-directory', 'a new sAMAccountName')
      ground.there.users = [{ ...renamed, samAccountName: 'kmensah' }]
      is(await authority(), 'ambiguous', /neither/)
      control().editUser(kwame, { onPremisesUserPrincipalName: 'K.M@corp.nordwind.example' })
      assert.equal((await authority()).at, 'active-directory', 'Entra ID knows the other name')
      ground.there.users = [{ ...account, userPrincipalName: null, samAccountName: 'kmensah' }]
      is(await authority(), 'ambiguous', /neither/)
    })

    it('when the account is of another domain than Entra ID says, or Entra ID says none', async () => {
      ground.there.users = [{ ...ground.account, domain: 'other.example' }]
      is(await authority(), 'ambiguous', /other\.example/)
      control().editUser(kwame, { onPremisesDomainName: null })
      is(await authority(), 'ambiguous', /onPremisesDomainName/)
    })

    it('when the anchor is no GUID, or the agent knows more than it shows', async () => {
      control().editUser(kwame, { onPremisesImmutableId: 'E004711' })
      is(await authority(), 'ambiguous', /not a GUID/)
      control().editUser(kwame, { onPremisesImmutableId: immutableIdOf(ground.account.guid) })
      ground.there.faults.set('find-users', new DirectoryError('conflict', { sentence: 'x', detail: 'two' }))
      is(await authority(), 'ambiguous', /may not show/)
    })
  })

  it('does not believe an answer that was not asked for', async () => {
    ground.there.mistaken = adUser({ samAccountName: 'stray' })
    assert.equal((await failure(authority())).code, 'unreachable')
  })

  describe('where the cloud has taken over', () => {
    it('is in Entra ID, is shown so, and is written there', async () => {
      control().editUser(kwame, { isCloudManaged: true })
      const directory = ground.directory()
      assert.deepEqual(await directory.authority(kwame), { at: 'entra' })
      assert.equal((await directory.user(kwame)).sourceOfAuthority, 'entra')
      await directory.setAccountEnabled(kwame, false)
      assert.equal(control().user(kwame).accountEnabled, false)
      assert.deepEqual(ground.there.asked, [])
      control().editGroup(badges, { isCloudManaged: true })
      assert.deepEqual(await ground.directory().groupAuthority(badges), { at: 'entra' })
      assert.equal((await ground.directory().group(badges)).sourceOfAuthority, 'entra')
    })

    it('counts as synced without the permission to see it, which is asked for no more than once in a while', async () => {
      control().editUser(kwame, { isCloudManaged: true })
      control().editGroup(badges, { isCloudManaged: true })
      assert.ok(synced.every((name) => permissions.find((one) => one.name === name)?.optional))
      // The directory of this test has seen the permission; another one starts without it.
      const blind = await openHybrid()
      try {
        const seen = blind.fresh()
        for (const name of synced) seen.held.tenant.control.setPermission(clientId, name, false)
        seen.held.tenant.control.editUser(kwame, { isCloudManaged: true })
        const asks = seen.held.watch('GET', /onPremisesSyncBehavior$/)
        assert.equal((await seen.directory().authority(kwame)).at, 'active-directory')
        assert.equal((await seen.directory().user(kwame)).sourceOfAuthority, 'on-premises')
        assert.equal(asks(), 1)
        assert.equal((await seen.directory().groupAuthority(badges)).at, 'active-directory')
        assert.equal(asks(), 2)
      } finally {
        await blind.close()
      }
    })

    it('is not guessed when Graph does not answer, and is no when Graph knows nothing of it', async () => {
      const behavior = syncBehavior(() => new Date())
      const ask = (code: 'unreachable' | 'throttled' | 'not-found' | 'refused') =>
        behavior(
          {
            async read() {
              throw new DirectoryError(code, { sentence: 'x', detail: code })
            },
          },
          { kind: 'users', id: kwame },
        )
      assert.equal((await failure(ask('unreachable'))).code, 'unreachable')
      assert.equal((await failure(ask('throttled'))).code, 'throttled')
      assert.equal(await ask('not-found'), false)
      assert.equal(await ask('refused'), false)
    })
  })

  describe('for groups', () => {
    const groupAuthority = () => ground.directory().groupAuthority(badges)

    it('goes by SID, and sAMAccountName must agree where Entra ID gives one', async () => {
      const { guid, dn } = ground.group
      assert.deepEqual(await groupAuthority(), { at: 'active-directory', domain, guid, dn })
      ground.there.groups = [{ ...ground.group, samAccountName: 'Another' }]
      is(await groupAuthority(), 'ambiguous', /sAMAccountName/)
      control().editGroup(badges, { onPremisesSamAccountName: null })
      assert.equal((await groupAuthority()).at, 'active-directory')
    })

    it('is refused for two, for deleted ones, for none, for another domain and where the agent says no', async () => {
      ground.there.groups = [ground.group, adGroup({ samAccountName: 'Twin', sid: badgesSid })]
      is(await groupAuthority(), 'ambiguous', /more than one/)
      ground.there.groups = [ground.group, adGroup({ samAccountName: 'Twin', sid: badgesSid, deleted: true })]
      is(await groupAuthority(), 'ambiguous', /more than one/)
      ground.there.groups = [{ ...ground.group, deleted: true }]
      is(await groupAuthority(), 'missing', /deleted/)
      ground.there.groups = []
      is(await groupAuthority(), 'missing', /no group/)
      ground.there.groups = [{ ...ground.group, domain: 'other.example' }]
      is(await groupAuthority(), 'ambiguous', /other\.example/)
      ground.there.groups = [{ ...ground.group, writable: { allowed: false, because: 'neverTouch' } }]
      is(await groupAuthority(), 'not-allowed', /neverTouch/)
      control().editGroup(badges, { onPremisesSecurityIdentifier: null })
      is(await groupAuthority(), 'ambiguous', /onPremisesSecurityIdentifier/)
      ground.there.served = []
      is(await groupAuthority(), 'no-connector', /no agent/)
    })
  })
})
