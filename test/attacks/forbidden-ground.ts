import type { TestDomain } from '../support/samba.ts'

/** What an order names: somebody, something, and in words what it is. */
export interface Target {
  readonly what: string
  readonly guid: string
  /** How its agent must answer, whatever is asked of it. */
  readonly code: 'protected' | 'forbidden' | 'not-found'
  readonly alarm: 'privileged' | 'forbidden' | 'outside' | undefined
  /** As a member of an ordinary group it is nobody special: there it is the group that is written. */
  readonly mayBeMember?: true
}

/** Everything that a stolen key must not reach, and a few things that it may. */
export interface ForbiddenGround {
  readonly accounts: readonly Target[]
  readonly groups: readonly Target[]
  /** Where no account may be made in or moved to. */
  readonly units: readonly Target[]
  /** Of policy.neverTouch, by SID. */
  readonly neverTouch: string
  readonly ada: { readonly guid: string; readonly dn: string; readonly upn: string }
  /** An ordinary group in Groups. */
  readonly staff: string
  readonly people: string
  readonly leavers: string
}

const global = -2147483646
const universal = -2147483640
const domainLocal = -2147483644

/** Makes it, as the administrator. */
export async function forbiddenGround(domain: TestDomain): Promise<ForbiddenGround> {
  const { people, forbidden, leavers } = domain.units
  const users = `CN=Users,${domain.domainDn}`
  const builtin = `CN=Builtin,${domain.domainDn}`
  const guidAt = async (dn: string) => String((await domain.attributes(dn)).objectGUID)
  const join = async (group: string, ...dns: string[]) => {
    const members = [(await domain.attributes(group)).member ?? []].flat()
    await domain.modify(group, { member: [...new Set([...members, ...dns])] })
  }
  const newUnit = async (name: string, parent: string) => {
    const dn = `OU=${name},${parent}`
    await domain.asAdministrator((client) => client.add(dn, { objectClass: 'organizationalUnit' }))
    return dn
  }
  const privileged = (what: string, guid: string): Target => ({ what, guid, code: 'protected', alarm: 'privileged' })
  const untouchable = (what: string, guid: string): Target => ({ what, guid, code: 'forbidden', alarm: 'forbidden' })
  const outside = (what: string, guid: string): Target => ({ what, guid, code: 'forbidden', alarm: 'outside' })
  const absent = (what: string, guid: string): Target => ({ what, guid, code: 'not-found', alarm: undefined })

  const ada = await domain.addUser('Ada Ordinary')
  const root = await domain.addUser('Rita Root')
  const forest = await domain.addUser('Erik Enterprise')
  const schema = await domain.addUser('Sven Schema')
  const publisher = await domain.addUser('Gina Policies')
  const deep = await domain.addUser('Dan Deep')
  const local = await domain.addUser('Lola Local')
  const sly = await domain.addUser('Sly Primary')
  const once = await domain.addUser('Otto Once', { attributes: { adminCount: '1' } })
  const exec = await domain.addUser('Eva Executive')
  const chair = await domain.addUser('Carl Chair')
  const out = await domain.addUser('Olga Out', { unit: forbidden })
  const builtIn = await domain.addUser('Udo Users', { unit: users })
  const gone = await domain.addUser('Gus Gone')
  const trapUnit = await newUnit('People', forbidden)
  const trapped = await domain.addUser('Tom Trapped', { unit: trapUnit })
  const commaUnit = await newUnit('A\\,OU\\=People', domain.domainDn)
  const comma = await domain.addUser('Cleo Comma', { unit: commaUnit })

  const third = await domain.addGroup('Third', { members: [deep.dn] })
  const second = await domain.addGroup('Second', { members: [third.dn], groupType: universal })
  const first = await domain.addGroup('First', { members: [second.dn], groupType: domainLocal })
  const operators = await domain.addGroup('Local Operators', { members: [local.dn], groupType: domainLocal })
  const serverTeam = await domain.addGroup('Server Team', { groupType: global })
  const inner = await domain.addGroup('Board Inner', { members: [exec.dn] })
  const board = await domain.addGroup('Board', { members: [inner.dn, chair.dn] })
  const delegates = await domain.addGroup('Delegates', { members: [domain.service.dn] })
  const publishers = await domain.addGroup('Certificate Team')
  const outer = await domain.addGroup('Outer', { unit: forbidden, members: [ada.dn] })
  const inUsers = await domain.addGroup('Plain In Users', { unit: users })
  const letter = await domain.addGroup('Newsletter', { groupType: 2 })
  const staff = await domain.addGroup('Staff', { members: [root.dn, exec.dn, sly.dn] })
  await join(`CN=Domain Admins,${users}`, root.dn, serverTeam.dn, sly.dn)
  await join(`CN=Enterprise Admins,${users}`, forest.dn)
  await join(`CN=Schema Admins,${users}`, schema.dn)
  await join(`CN=Group Policy Creator Owners,${users}`, publisher.dn)
  await join(`CN=Administrators,${builtin}`, first.dn)
  await join(`CN=Account Operators,${builtin}`, operators.dn)
  await join(`CN=Cert Publishers,${users}`, publishers.dn)
  await domain.modify(sly.guid, { primaryGroupID: '512' })
  await domain.asAdministrator((client) =>
    client.add(`CN=PC1,${people}`, { objectClass: 'computer', sAMAccountName: 'PC1$', userAccountControl: '4096' }),
  )
  await domain.remove(gone.guid)

  const controller = `CN=${domain.host.split('.')[0]?.toUpperCase()},OU=Domain Controllers,${domain.domainDn}`
  return {
    accounts: [
      privileged('a Domain Admin in People', root.guid),
      privileged('an Enterprise Admin in People', forest.guid),
      privileged('a Schema Admin in People', schema.guid),
      privileged('a Group Policy Creator Owner', publisher.guid),
      privileged('the built-in Administrator', await guidAt(domain.administrator.dn)),
      privileged('krbtgt', await guidAt(`CN=krbtgt,${users}`)),
      privileged('an admin three groups deep', deep.guid),
      privileged('an Account Operator by a domain-local group', local.guid),
      privileged('an admin by primaryGroupID = 512', sly.guid),
      privileged('an account with adminCount = 1', once.guid),
      untouchable('the agent’s own account', await guidAt(domain.service.dn)),
      untouchable('the domain controller’s account', await guidAt(controller)),
      untouchable('a computer in People', await guidAt(`CN=PC1,${people}`)),
      untouchable('Guest', await guidAt(`CN=Guest,${users}`)),
      untouchable('a member of a neverTouch group', chair.guid),
      untouchable('a member of a group nested in it', exec.guid),
      { ...outside('somebody in Forbidden', out.guid), mayBeMember: true },
      { ...outside('somebody in OU=People,OU=Forbidden', trapped.guid), mayBeMember: true },
      { ...outside('somebody in OU=A\\,OU\\=People', comma.guid), mayBeMember: true },
      { ...outside('somebody in CN=Users', builtIn.guid), mayBeMember: true },
      absent('a deleted user', gone.guid),
      absent('a GUID that nobody has', '00000000-0000-4000-8000-000000000000'),
      untouchable('a group’s GUID as an account', staff.guid),
      untouchable('a unit’s GUID as an account', await guidAt(people)),
      untouchable('AdminSDHolder as an account', await guidAt(`CN=AdminSDHolder,CN=System,${domain.domainDn}`)),
      untouchable('the Configuration as an account', await guidAt(`CN=Configuration,${domain.domainDn}`)),
      outside('the domain itself as an account', await guidAt(domain.domainDn)),
    ],
    groups: [
      privileged('Domain Admins', await guidAt(`CN=Domain Admins,${users}`)),
      privileged('Enterprise Admins', await guidAt(`CN=Enterprise Admins,${users}`)),
      privileged('Schema Admins', await guidAt(`CN=Schema Admins,${users}`)),
      privileged('Domain Controllers', await guidAt(`CN=Domain Controllers,${users}`)),
      privileged('Administrators', await guidAt(`CN=Administrators,${builtin}`)),
      privileged('Account Operators', await guidAt(`CN=Account Operators,${builtin}`)),
      privileged('Backup Operators', await guidAt(`CN=Backup Operators,${builtin}`)),
      privileged('a group in Domain Admins', serverTeam.guid),
      privileged('a group three deep in Administrators', third.guid),
      privileged('the domain-local group between', first.guid),
      privileged('a group in Account Operators', operators.guid),
      privileged('a group in Cert Publishers', publishers.guid),
      untouchable('the neverTouch group', board.guid),
      untouchable('a group nested in it', inner.guid),
      untouchable('a group with the agent’s rights', delegates.guid),
      untouchable('Domain Users', await guidAt(`CN=Domain Users,${users}`)),
      untouchable('Guests', await guidAt(`CN=Guests,${builtin}`)),
      untouchable('a distribution group', letter.guid),
      outside('a group in Forbidden', outer.guid),
      outside('a group in CN=Users', inUsers.guid),
      untouchable('a user’s GUID as a group', ada.guid),
    ],
    units: [
      outside('Forbidden', await guidAt(forbidden)),
      outside('OU=People,OU=Forbidden', await guidAt(trapUnit)),
      outside('OU=A\\,OU\\=People', await guidAt(commaUnit)),
      outside('OU=Domain Controllers', await guidAt(`OU=Domain Controllers,${domain.domainDn}`)),
      untouchable('CN=Users', await guidAt(users)),
      untouchable('CN=Builtin', await guidAt(builtin)),
      untouchable('the Configuration', await guidAt(`CN=Configuration,${domain.domainDn}`)),
      untouchable('a group', staff.guid),
      outside('the domain itself', await guidAt(domain.domainDn)),
    ],
    neverTouch: board.sid,
    ada,
    staff: staff.guid,
    people: await guidAt(people),
    leavers: await guidAt(leavers),
  }
}
