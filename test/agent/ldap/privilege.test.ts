import assert from 'node:assert/strict'
import { AgentError } from '../../../agent/agent-error.ts'
import type { Controller, Domain } from '../../../agent/ldap/domain.ts'
import { sidBytes, toGroupType } from '../../../agent/ldap/encodings.ts'
import { privilegeOf } from '../../../agent/ldap/privilege.ts'
import { accessBits } from '../../../agent/ldap/security-descriptor.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { type Allowing, changeEntries, withEntry } from '../doctor/entries.ts'
import { bound } from './bound.ts'

describe('who has power over the domain', function () {
  this.timeout(180_000)
  let domain: TestDomain
  let agent: Domain
  let domainAdmins: string

  before(async () => {
    domain = await startTestDomain()
    agent = bound(domain)
    domainAdmins = `CN=Domain Admins,CN=Users,${domain.domainDn}`
  })
  after(async () => {
    await agent?.close()
    await domain?.close()
  })

  const asked = async ({ guid }: { guid: string }, through = (controller: Controller) => controller) => {
    const { sid } = await agent.facts()
    return agent.reading((controller) => privilegeOf(through(controller), sid, guid))
  }
  const isPrivileged = async (who: { guid: string }, because: RegExp) => {
    const found = await asked(who)
    assert.equal(found.privileged, true)
    assert.match(found.because.join('; '), because)
  }
  const isOrdinary = async (who: { guid: string }) =>
    assert.deepEqual(await asked(who), { privileged: false, because: [] })
  /** Entries on the head of the domain, as its administrators give them. */
  const onHead = (...given: readonly Allowing[]) =>
    domain.asAdministrator((client) =>
      changeEntries(client, domain.domainDn, (now) => given.reduce((all, one) => withEntry(one)(all), now)),
    )
  const put = (group: string, ...members: string[]) => domain.modify(group, { member: members })

  it('is not somebody in ordinary groups', async () => {
    const ada = await domain.addUser('ada')
    const sales = await domain.addGroup('sales', { members: [ada.dn] })
    await isOrdinary(ada)
    await isOrdinary(sales)
  })

  it('is a Domain Admin, directly, three groups deep, and in a circle of groups', async () => {
    const [direct, deep, round] = [
      await domain.addUser('direct'),
      await domain.addUser('deep'),
      await domain.addUser('round'),
    ]
    const third = await domain.addGroup('third', { members: [deep.dn] })
    const second = await domain.addGroup('second', { members: [third.dn] })
    const first = await domain.addGroup('first', { members: [second.dn] })
    const ring = await domain.addGroup('ring', { members: [round.dn] })
    const back = await domain.addGroup('back', { members: [ring.dn, first.dn] })
    await put(ring.dn, round.dn, back.dn)
    // A circle alone gives no power, and ends.
    await isOrdinary(round)
    await isOrdinary(ring)

    const administrator = `CN=Administrator,CN=Users,${domain.domainDn}`
    await put(domainAdmins, administrator, direct.dn, first.dn, back.dn)
    for (const one of [direct, deep, round]) await isPrivileged(one, /Domain Admins \(S-1-5-21-.+-512\)/)
    for (const group of [first, second, third, ring, back]) await isPrivileged(group, /Domain Admins/)
    await put(domainAdmins, administrator)
  })

  it('is somebody whose primary group is Domain Admins, in whose members they are not', async () => {
    const sly = await domain.addUser('sly')
    const administrator = `CN=Administrator,CN=Users,${domain.domainDn}`
    await put(domainAdmins, administrator, sly.dn)
    await domain.modify(sly.guid, { primaryGroupID: '512' })
    assert.doesNotMatch(String((await domain.attributes(domainAdmins)).member), /CN=sly/)
    await isPrivileged(sly, /Domain Admins/)
  })

  it('is somebody who gets there through a domain-local group', async () => {
    const local = await domain.addUser('local')
    const inner = await domain.addGroup('inner', { members: [local.dn] })
    const outer = await domain.addGroup('outer', {
      groupType: Number(toGroupType('domain-local', true)),
      members: [inner.dn],
    })
    await isOrdinary(local)
    await domain.modify(`CN=Backup Operators,CN=Builtin,${domain.domainDn}`, { member: [outer.dn] })
    await isPrivileged(local, /Backup Operators \(S-1-5-32-551\)/)
    await isPrivileged(outer, /Backup Operators/)
    await isPrivileged(inner, /Backup Operators/)
  })

  it('is each of the builtin ones by itself', async () => {
    const guidOf = async (dn: string) => ({ guid: String((await domain.attributes(dn)).objectGUID) })
    await isPrivileged(await guidOf(domainAdmins), /^is Domain Admins/)
    await isPrivileged(await guidOf(`CN=Administrators,CN=Builtin,${domain.domainDn}`), /^is Administrators/)
    await isPrivileged(await guidOf(`CN=Administrator,CN=Users,${domain.domainDn}`), /^is the built-in Administrator/)
    await isPrivileged(await guidOf(`CN=krbtgt,CN=Users,${domain.domainDn}`), /^is krbtgt/)
  })

  it('is who had power under an earlier SID, which the controller still honours', async () => {
    const moved = await domain.addUser('moved')
    const had = (sid: string) => (controller: Controller) => ({
      ...controller,
      search: async (search: Parameters<Controller['search']>[0]) =>
        (await controller.search(search)).map((entry) =>
          search.binary?.includes('sIDHistory') ? { ...entry, sIDHistory: sidBytes(sid) } : entry,
        ),
    })
    const because = async (sid: string) => (await asked(moved, had(sid))).because.join('; ')
    assert.match(await because('S-1-5-21-1-2-3-512'), /Domain Admins \(S-1-5-21-1-2-3-512\)/)
    assert.match(await because('S-1-5-21-1-2-3-500'), /was the built-in Administrator/)
    assert.equal(await because('S-1-5-21-1-2-3-1105'), '')
  })

  it('is who may publish certificates, through a group as well', async () => {
    const clerk = await domain.addUser('clerk')
    const office = await domain.addGroup('office', { members: [clerk.dn] })
    await put(`CN=Cert Publishers,CN=Users,${domain.domainDn}`, office.dn)
    for (const one of [clerk, office]) await isPrivileged(one, /Cert Publishers \(S-1-5-21-.+-517\)/)
  })

  it('is who was put among those whom the domain guards above all others', async () => {
    const guarded = await domain.addUser('guarded')
    await put(`CN=Protected Users,CN=Users,${domain.domainDn}`, guarded.dn)
    await isPrivileged(guarded, /Protected Users \(S-1-5-21-.+-525\)/)
  })

  it('is who may read every password, as what synchronises to the cloud may, whatever it is called; through groups as well', async () => {
    const connector = await domain.addUser('connector')
    const deep = await domain.addUser('deep-in-copiers')
    const inner = await domain.addGroup('inner-copiers', { members: [deep.dn] })
    const copiers = await domain.addGroup('copiers', { members: [inner.dn] })
    for (const one of [connector, deep, inner, copiers]) await isOrdinary(one)
    const everyHash = { mask: accessBits.controlAccess, objectType: '1131f6ad-9c07-11d1-f79f-00c04fc2dcd2' }
    await onHead({ ...everyHash, sid: connector.sid }, { ...everyHash, sid: copiers.sid })
    for (const one of [connector, deep, inner, copiers]) await isPrivileged(one, /password hashes of the whole domain/)
  })

  it('is who may change rights, policies or everything on the head of the domain, and not who may only follow its changes', async () => {
    const names = ['owner-of-rights', 'linker', 'almighty', 'writer', 'follower', 'below'] as const
    const [rights, linker, almighty, writer, follower, below] = await Promise.all(
      names.map((name) => domain.addUser(name)),
    )
    const powers: readonly [{ guid: string; sid: string } | undefined, Omit<Allowing, 'sid'>, RegExp | undefined][] = [
      [rights, { mask: accessBits.writeDacl }, /change who has which rights/],
      [linker, { mask: accessBits.writeProperty, objectType: 'f30e3bbe-9ff0-11d1-b603-0000f80367c1' }, /policies rule/],
      [almighty, { mask: 0x000f_01ff }, /password hashes/],
      [writer, { mask: accessBits.writeProperty }, /policies rule/],
      [follower, { mask: accessBits.controlAccess, objectType: '1131f6aa-9c07-11d1-f79f-00c04fc2dcd2' }, undefined],
      [below, { mask: accessBits.readProperty, inherits: true }, undefined],
    ]
    await onHead(...powers.flatMap(([who, what]) => (who === undefined ? [] : [{ ...what, sid: who.sid }])))
    for (const [who, , because] of powers) {
      assert.ok(who)
      if (because === undefined) await isOrdinary(who)
      else await isPrivileged(who, because)
    }
  })

  it('is an administrator of DNS, of the synchronisation or of Exchange, through groups as well', async () => {
    for (const name of ['DnsAdmins', 'ADSyncAdmins', 'Exchange Trusted Subsystem']) {
      const member = await domain.addUser(`of ${name}`.slice(0, 20))
      const inner = await domain.addGroup(`in ${name}`, { members: [member.dn] })
      await isOrdinary(inner)
      const ruling = await domain.addGroup(name, {
        unit: `CN=Users,${domain.domainDn}`,
        groupType: Number(toGroupType('domain-local', true)),
        members: [inner.dn],
      })
      for (const one of [member, inner, ruling]) await isPrivileged(one, new RegExp(`${name} \\(S-1-5-21-`))
    }
  })

  it('is who AdminSDHolder protects, though in no such group', async () => {
    const former = await domain.addUser('former')
    await domain.modify(former.guid, { adminCount: '1' })
    await isPrivileged(former, /adminCount = 1/)
  })

  it('is anybody of whom it cannot be found out', async () => {
    const hidden = await domain.addUser('hidden')
    const team = await domain.addGroup('team')
    const without = (attribute: string) => (controller: Controller) => ({
      ...controller,
      search: async (search: Parameters<Controller['search']>[0]) =>
        (await controller.search(search)).map((entry) => ({ ...entry, [attribute]: [] })),
    })
    const refused = (words: RegExp) => (error: unknown) =>
      error instanceof AgentError && error.code === 'refused' && words.test(error.detail)
    await assert.rejects(asked(hidden, without('tokenGroups')), refused(/tokenGroups .* cannot be read/))
    await assert.rejects(asked(hidden, without('objectSid')), refused(/SID .* cannot be read/))
    const blind = (controller: Controller) => ({
      ...controller,
      search: async (search: Parameters<Controller['search']>[0]) =>
        search.scope === 'sub' ? [] : controller.search(search),
    })
    await assert.rejects(
      asked(hidden, without('nTSecurityDescriptor')),
      refused(/who has power over DC=.* cannot be read/),
    )
    await assert.rejects(asked(team, blind), refused(/groups that CN=team.* cannot be read/))
    await assert.rejects(
      agent.reading((controller) => privilegeOf(controller, 'S-1-5-21-1-2-3', hidden.guid)),
      refused(/not of this domain/),
    )
    await assert.rejects(
      asked({ guid: '00000000-0000-0000-0000-000000000001' }),
      (error) => error instanceof AgentError && error.code === 'not-found',
    )
  })
})
