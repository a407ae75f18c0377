import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { childDn } from '../../../agent/ldap/names.ts'
import { accessBits } from '../../../agent/ldap/security-descriptor.ts'
import type { AgentPolicySettings } from '../../../agent/policy/load.ts'
import { newSealKey } from '../../../bot/agent-link/open-seal.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { changeEntries, withEntry } from '../doctor/entries.ts'
import { assertRefused, failure, only, openGround, order, type WritingGround } from './writing-ground.ts'

interface Subject {
  readonly guid: string
  readonly dn: string
}
type Expected = Parameters<typeof assertRefused>[2]
const privileged = (words: RegExp): Expected => ({ code: 'protected', alarm: 'privileged', words })
const forbidden = (words: RegExp): Expected => ({ code: 'forbidden', alarm: 'forbidden', words })
const outside = (words: RegExp): Expected => ({ code: 'forbidden', alarm: 'outside', words })

describe('what the agent refuses, whatever the bot says', () => {
  let domain: TestDomain
  let ground: WritingGround
  let ada: Subject
  let staff: Subject
  before(async () => {
    domain = await startTestDomain()
    ground = openGround(domain)
    ada = await domain.addUser('Ada Lovelace')
    staff = await domain.addGroup('Staff')
  })
  after(async () => {
    await ground.close()
    await domain.close()
  })

  const admins = () => `CN=Domain Admins,CN=Users,${domain.domainDn}`
  const at = async (dn: string): Promise<Subject> => ({ dn, guid: String((await domain.attributes(dn)).objectGUID) })
  const join = async (groupDn: string, ...dns: string[]) => {
    const now = [(await domain.attributes(groupDn)).member ?? []].flat()
    await domain.modify(groupDn, { member: [...now, ...dns] })
  }
  /** A policy as wide as no file may make it, so that what is asked of an object is asked wherever it lies. */
  const everywhere = (policy: Partial<AgentPolicySettings> = {}) =>
    openGround(domain, { policy: { write: [domain.domainDn], ...policy } })

  /** Every command that changes an account. */
  const onAccount = (guid: string, by: WritingGround) => {
    const sealTo = newSealKey().publicKey
    return [
      () => by.commands['reset-password']({ guid, sealTo, rules: { length: 16 } }, order()),
      () => by.commands.unlock({ guid }, order()),
      () => by.commands['set-enabled']({ guid, enabled: false }, order()),
      () => by.commands['set-attributes']({ guid, attributes: { title: 'Boss' } }, order()),
      async () => by.commands.move({ guid, unit: (await at(domain.units.leavers)).guid }, order()),
    ]
  }
  /** Every command that changes memberships. */
  const onMembership = (group: string, member: string, by: WritingGround) => [
    () => by.commands['add-member']({ group, member }, order()),
    () => by.commands['remove-member']({ group, member }, order()),
  ]
  async function refusesAccount(account: Subject, expected: Expected, by = ground) {
    for (const work of onAccount(account.guid, by)) await assertRefused(by, work, expected)
    for (const work of onMembership(staff.guid, account.guid, by)) await assertRefused(by, work, expected)
  }
  async function refusesGroup(group: Subject, expected: Expected, by = ground) {
    for (const work of onMembership(group.guid, ada.guid, by)) await assertRefused(by, work, expected)
  }

  it('a Domain Admin in a unit that may be written', async () => {
    const root = await domain.addUser('Rita Root')
    await join(admins(), root.dn)
    await refusesAccount(root, privileged(/Domain Admins/))
  })

  it('an administrator three groups deep, and the groups between', async () => {
    const deep = await domain.addUser('Dan Deep')
    const third = await domain.addGroup('Third', { members: [deep.dn] })
    const second = await domain.addGroup('Second', { members: [third.dn], groupType: -2147483640 })
    const first = await domain.addGroup('First', { members: [second.dn], groupType: -2147483644 })
    await join(`CN=Administrators,CN=Builtin,${domain.domainDn}`, first.dn)
    await refusesAccount(deep, privileged(/Administrators/))
    await refusesGroup(third, privileged(/Administrators/))
    await refusesGroup(first, privileged(/Administrators/))
  })

  it('administrators as such first of all, wherever they lie: that is what IT must hear of', async () => {
    await refusesAccount(await at(domain.administrator.dn), privileged(/built-in Administrator/))
    await refusesAccount(await at(`CN=krbtgt,CN=Users,${domain.domainDn}`), privileged(/is krbtgt/))
    await refusesGroup(await at(admins()), privileged(/is Domain Admins/))
  })

  it('an account with adminCount and nothing else', async () => {
    const once = await domain.addUser('Otto Once', { attributes: { adminCount: '1' } })
    await refusesAccount(once, privileged(/adminCount/))
  })

  it('an account whose primary group is Domain Admins, which no list of members shows', async () => {
    const sly = await domain.addUser('Sly Stone')
    await join(admins(), sly.dn)
    await domain.modify(sly.guid, { primaryGroupID: '512' })
    assert.ok(![(await domain.attributes(admins())).member ?? []].flat().includes(sly.dn))
    await refusesAccount(sly, privileged(/Domain Admins/))
  })

  it('somebody who became an administrator a moment ago', async () => {
    const kate = await domain.addUser('Kate Keen')
    assert.equal((await ground.commands.unlock({ guid: kate.guid }, order())).changed, false)
    await join(admins(), kate.dn)
    await refusesAccount(kate, privileged(/Domain Admins/))
  })

  it('accounts and groups in a unit that was not given', async () => {
    const out = await domain.addUser('Olga Out', { unit: domain.units.forbidden })
    for (const work of onAccount(out.guid, ground)) await assertRefused(ground, work, outside(/policy\.write/))
    // In a group, it is the group that is written.
    await ground.commands['add-member']({ group: staff.guid, member: out.guid }, order())
    await refusesGroup(await domain.addGroup('Outer', { unit: domain.units.forbidden }), outside(/policy\.write/))
  })

  it('an account that was moved out a moment ago, whatever was known of it', async () => {
    const mia = await domain.addUser('Mia Moved')
    assert.equal((await ground.commands.unlock({ guid: mia.guid }, order())).changed, false)
    await domain.asAdministrator((client) => client.modifyDN(mia.dn, `CN=Mia Moved,${domain.units.forbidden}`))
    for (const work of onAccount(mia.guid, ground)) await assertRefused(ground, work, outside(/policy\.write/))
  })

  it('a unit whose name only ends like one that may be written', async () => {
    const unit = childDn('OU', `A,${domain.units.people.split(',')[0]}`, domain.domainDn)
    await domain.asAdministrator((client) => client.add(unit, { objectClass: 'organizationalUnit' }))
    const eve = await domain.addUser('Eve Edge', { unit })
    for (const work of onAccount(eve.guid, ground)) await assertRefused(ground, work, outside(/policy\.write/))
  })

  it('new accounts and moves to units that were not given, or to what is no unit', async () => {
    const names = { name: 'New', samAccountName: 'new', userPrincipalName: `new@${domain.realm}` }
    const to = async (dn: string) => {
      const { guid: unit } = await at(dn)
      return [
        () => ground.commands['create-user']({ ...names, unit }, order()),
        () => ground.commands.move({ guid: ada.guid, unit }, order()),
      ]
    }
    for (const work of await to(domain.units.forbidden)) await assertRefused(ground, work, outside(/policy\.write/))
    for (const dn of [staff.dn, `CN=Users,${domain.domainDn}`])
      for (const work of await to(dn)) await assertRefused(ground, work, forbidden(/not an organizational unit/))
  })

  it('sign-in names of suffixes that neither the domain nor its own file has', async () => {
    const unit = (await at(domain.units.people)).guid
    const create = (by: WritingGround, userPrincipalName: string) => () =>
      by.commands['create-user']({ unit, name: 'Nan New', samAccountName: 'nan.new', userPrincipalName }, order())
    const named = openGround(domain, { policy: { upnSuffixes: ['nordwind.example'] } })
    try {
      for (const suffix of ['nordwind.example', 'other.example', `x.${domain.realm}`, `${domain.realm}.evil.example`])
        await assertRefused(ground, create(ground, `nan.new@${suffix}`), forbidden(/policy\.upnSuffixes does not name/))
      for (const suffix of ['other.example', 'x.nordwind.example'])
        await assertRefused(named, create(named, `nan.new@${suffix}`), forbidden(/policy\.upnSuffixes does not name/))
      assert.ok((await create(named, 'nan.new@NordWind.example')()).guid)
    } finally {
      await named.close()
    }
  })

  it('who holds the domain without being in a known group: by an entry on its head, in DnsAdmins, as the account of the sync', async () => {
    const connector = await domain.addUser('Connor Connector')
    await domain.asAdministrator((client) =>
      changeEntries(
        client,
        domain.domainDn,
        withEntry({
          sid: connector.sid,
          mask: accessBits.controlAccess,
          objectType: '1131f6ad-9c07-11d1-f79f-00c04fc2dcd2',
        }),
      ),
    )
    await refusesAccount(connector, privileged(/password hashes/))
    const dns = await domain.addUser('Dee Dns')
    const inner = await domain.addGroup('Name Keepers', { members: [dns.dn] })
    await domain.addGroup('DnsAdmins', { groupType: -2147483644, members: [inner.dn] })
    await refusesAccount(dns, privileged(/DnsAdmins/))
    await refusesGroup(inner, privileged(/DnsAdmins/))
    const named = { attributes: { sAMAccountName: 'MSOL_0123456789ab' } }
    await refusesAccount(await domain.addUser('Sync', named), forbidden(/synchronisation to Microsoft 365/))
  })

  it('groups of policy.neverTouch, by SID and by name: they, what is nested in them, and who is in them', async () => {
    const exec = await domain.addUser('Eva Exec')
    const listed = await domain.addUser('Lea List')
    const primary = await domain.addUser('Pia Prime')
    const inner = await domain.addGroup('Board Inner', { members: [exec.dn, primary.dn] })
    const board = await domain.addGroup('Board', { members: [inner.dn] })
    const mailing = await domain.addGroup('Board Mail', { members: [listed.dn], groupType: 2 })
    await domain.modify(primary.guid, { primaryGroupID: inner.sid.split('-').at(-1) ?? '' })
    const guarded = openGround(domain, { policy: { neverTouch: [board.sid, mailing.dn] } })
    try {
      await refusesAccount(exec, forbidden(/is in CN=Board,.*neverTouch/), guarded)
      await refusesAccount(primary, forbidden(/is in CN=Board,.*neverTouch/), guarded)
      await refusesAccount(listed, forbidden(/is in CN=Board Mail,.*neverTouch/), guarded)
      await refusesGroup(inner, forbidden(/is in CN=Board,.*neverTouch/), guarded)
      await refusesGroup(board, forbidden(/is a group of policy\.neverTouch/), guarded)
      assert.equal((await guarded.commands.unlock({ guid: ada.guid }, order())).changed, false)
    } finally {
      await guarded.close()
    }
  })

  it('everything, while policy.neverTouch names a group that is not there', async () => {
    for (const name of [`CN=Baord,${domain.units.groups}`, 'S-1-5-21-1-2-3-4444']) {
      const slipped = openGround(domain, { policy: { neverTouch: [name] } })
      await refusesAccount(ada, forbidden(/no such group: mend the policy/), slipped).finally(() => slipped.close())
    }
  })

  it('its own account, krbtgt, the built-in accounts and groups, and its own groups, even where all may be written', async () => {
    const wide = everywhere()
    const helpers = await domain.addGroup('Delegates', { members: [domain.service.dn] })
    try {
      await refusesAccount(await at(domain.service.dn), forbidden(/agent’s own account/), wide)
      await refusesAccount(await at(`CN=krbtgt,CN=Users,${domain.domainDn}`), privileged(/is krbtgt/), wide)
      await refusesAccount(await at(`CN=Guest,CN=Users,${domain.domainDn}`), forbidden(/system’s own/), wide)
      await refusesAccount(await at(domain.administrator.dn), privileged(/built-in Administrator/), wide)
      await refusesGroup(await at(admins()), privileged(/is Domain Admins/), wide)
      await refusesGroup(await at(`CN=Guests,CN=Builtin,${domain.domainDn}`), forbidden(/system’s own/), wide)
      // A group is looked up when the agent binds: this one it joined since.
      const anew = everywhere()
      await refusesGroup(helpers, forbidden(/group of the agent’s own account/), anew).finally(() => anew.close())
    } finally {
      await wide.close()
    }
  })

  it('computers, managed service accounts, domain controllers and accounts of trusts', async () => {
    await domain.asAdministrator(async (client) => {
      await client.add(`CN=PC1,${domain.units.people}`, {
        objectClass: 'computer',
        sAMAccountName: 'PC1$',
        userAccountControl: '4096',
      })
    })
    const controller = `CN=${domain.host.split('.')[0]?.toUpperCase()},OU=Domain Controllers,${domain.domainDn}`
    const wide = everywhere()
    try {
      for (const dn of [`CN=PC1,${domain.units.people}`, controller])
        await refusesAccount(await at(dn), forbidden(/not an ordinary user account/), wide)
      await refusesAccount(staff, forbidden(/not an ordinary user account/), wide)
      await refusesGroup(ada, forbidden(/is not a group/), wide)
    } finally {
      await wide.close()
    }
  })

  it('distribution groups', async () => {
    await refusesGroup(await domain.addGroup('Newsletter', { groupType: 2 }), forbidden(/distribution group/))
  })

  it('members and managers that may not even be read', async () => {
    const hidden = await domain.addUser('Hid Hidden', { unit: domain.units.forbidden })
    const { people, groups } = domain.units
    const narrow = openGround(domain, { policy: { read: [people, groups], write: [people, groups] } })
    try {
      for (const work of onMembership(staff.guid, hidden.guid, narrow))
        await assertRefused(narrow, work, outside(/policy\.read/))
      const attributes = { manager: hidden.guid }
      const set = () => narrow.commands['set-attributes']({ guid: ada.guid, attributes }, order())
      await assertRefused(narrow, set, outside(/policy\.read/))
      const toGroup = { manager: staff.guid }
      const odd = () => narrow.commands['set-attributes']({ guid: ada.guid, attributes: toGroup }, order())
      await assertRefused(narrow, odd, forbidden(/is not a user/))
    } finally {
      await narrow.close()
    }
  })

  it('operations that its own file does not allow', async () => {
    const narrow = openGround(domain, { policy: only('unlock') })
    try {
      const [reset, , ...others] = onAccount(ada.guid, narrow)
      for (const work of [reset, ...others, ...onMembership(staff.guid, ada.guid, narrow)])
        if (work !== undefined) await assertRefused(narrow, work, forbidden(/policy\.operations does not allow/))
      assert.equal((await narrow.commands.unlock({ guid: ada.guid }, order())).changed, false)
    } finally {
      await narrow.close()
    }
  })

  it('what is over the cap of the hour', async () => {
    const capped = openGround(domain, { policy: { perHour: { all: 10, 'set-attributes': 1 } } })
    const set = (title: string) => capped.commands['set-attributes']({ guid: ada.guid, attributes: { title } }, order())
    try {
      assert.equal((await set('One')).changed, true)
      // What changes nothing costs nothing.
      assert.equal((await set('One')).changed, false)
      await assertRefused(capped, () => set('Two'), {
        code: 'forbidden',
        alarm: 'cap',
        words: /perHour\.set-attributes of 1/,
      })
    } finally {
      await capped.close()
    }
  })

  it('what is not there, or deleted: without an alarm, for the bot may not know yet', async () => {
    const gone = await domain.addUser('Gus Gone')
    await domain.remove(gone.guid)
    const missing = { code: 'not-found', alarm: undefined, words: /./ }
    await refusesAccount(gone, missing)
    await refusesAccount({ guid: randomUUID(), dn: '' }, missing)
  })

  for (const hidden of [
    'objectClass',
    'objectSid',
    'userAccountControl',
    'sAMAccountType',
    'tokenGroups',
    'groupType',
    'nTSecurityDescriptor',
  ])
    it(`everything, where the controller does not show ${hidden}: unknown is not "no"`, async () => {
      const blind = openGround(domain, {
        policy: { neverTouch: [staff.dn] },
        through: (controller) => ({
          ...controller,
          search: async (search) => (await controller.search(search)).map((entry) => ({ ...entry, [hidden]: [] })),
        }),
      })
      const other = await domain.addGroup(`Other ${hidden}`)
      try {
        const accounts = hidden === 'groupType' ? [] : onAccount(ada.guid, blind)
        for (const work of [...accounts, ...onMembership(other.guid, ada.guid, blind)]) {
          const error = await failure(work())
          assert.ok(['forbidden', 'refused', 'internal'].includes(error.code), error.message)
          assert.equal(error.maybeDone, false)
        }
        assert.deepEqual(blind.sent, [])
      } finally {
        await blind.close()
      }
    })

  it('a key that cannot be sealed to, before a password is set', async () => {
    const sealTo = Buffer.alloc(32).toString('base64url')
    const reset = () => ground.commands['reset-password']({ guid: ada.guid, sealTo, rules: { length: 16 } }, order())
    await assertRefused(ground, reset, { code: 'forbidden', alarm: 'protocol', words: /sealed/ })
  })

  it('and what the controller itself refuses is said as it is: the account was given no such right', async () => {
    const out = await domain.addUser('Una Unit', { unit: domain.units.forbidden })
    await domain.lock(out.upn)
    const wide = everywhere()
    try {
      for (const work of onAccount(out.guid, wide)) {
        const error = await failure(work())
        assert.equal(error.code, 'refused')
        assert.equal(error.maybeDone, false)
        assert.match(error.detail, /LDAP 50/)
      }
    } finally {
      await wide.close()
    }
  })
})
