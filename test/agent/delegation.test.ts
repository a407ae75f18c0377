import assert from 'node:assert/strict'
import { type Client, EqualityFilter, ResultCodeError } from 'ldapts'
import { commands, userAttributes } from '../../agent/protocol/commands.ts'
import { grants, plainAttributes, writtenAttributes } from '../../infra/practice/domain/grants.ts'
import { guidText } from '../../infra/practice/domain/identifiers.ts'
import { asAccount } from '../../infra/practice/domain/ldap-session.ts'
import { childDn, firstPassword, type MadeUser } from '../../infra/practice/domain/objects.ts'
import { endInheritance } from '../../infra/practice/domain/protect.ts'
import { startTestDomain, type TestDomain } from '../support/samba.ts'
import { type BareOperation, beyond, moves, onGroup, onUser, replace } from './bare-operations.ts'

const done = 0
const insufficientAccessRights = 50

/**
 * The domain controller's half of who may be touched: bound as the service account, with no agent and no policy in between. What the
 * controller answers is all that is looked at.
 */
describe('what the domain controller lets the service account do', () => {
  let domain: TestDomain
  let users: string
  let manager: MadeUser
  let administrators: string
  /** An administrators' group of the company's own, in Domain Admins. */
  let nested: string
  /** Who → what → the controller's answer. */
  const table = new Map<string, Map<string, number>>()

  before(async () => {
    domain = await startTestDomain()
    users = `CN=Users,${domain.domainDn}`
    administrators = `CN=Domain Admins,${users}`
    manager = await domain.addUser('Maya Manager')
    nested = (await domain.addGroup('Server Operations')).dn
    await domain.modify(administrators, { member: [domain.administrator.dn, nested] })
  })
  after(async () => {
    console.log(drawn(table))
    await domain.close()
  })

  const asService = <T>(work: (client: Client) => Promise<T>) => asAccount(domain, domain.service, work)

  /** Tries each on its own connection and writes the answers down. */
  async function answers(who: string, operations: readonly BareOperation[]): Promise<Set<number>> {
    const row = table.get(who) ?? new Map<string, number>()
    table.set(who, row)
    for (const { what, run } of operations) row.set(what, await resultCode(() => asService(run)))
    return new Set(operations.map(({ what }) => row.get(what) ?? Number.NaN))
  }

  const everythingOn = (user: MadeUser, unit: string, elsewhere: string = domain.units.leavers) => [
    ...onUser(user.dn, manager.dn),
    ...moves(user.dn, unit, elsewhere),
  ]

  /** Somebody who has all the rights of an administrator, through a group in a group. */
  async function nestedAdministrator(name: string, unit: string): Promise<MadeUser> {
    const user = await domain.addUser(name, { unit })
    await domain.modify(nested, { member: [...(await membersOf(nested)), user.dn] })
    const { tokenGroups } = await domain.attributes(user.dn)
    assert.ok(tokenGroups?.includes((await sidOf(administrators)) ?? ''), 'is an administrator')
    return user
  }

  const membersOf = async (group: string) => [(await domain.attributes(group)).member ?? []].flat()
  const sidOf = async (dn: string) => [(await domain.attributes(dn)).objectSid].flat()[0]

  it('every operation works on somebody in a unit of people', async () => {
    const nora = await domain.addUser('Nora Lind')
    assert.deepEqual(await answers('a user in People', everythingOn(nora, domain.units.people)), new Set([done]))
    const read = await domain.attributes(nora.guid)
    assert.equal(read.dn, nora.dn)
    assert.equal(read.title, 'As told')
    assert.equal(read.manager, manager.dn)
    assert.equal(await domain.bind(nora.upn, firstPassword), '52e')
  })

  it('every operation works on somebody in the second unit of people', async () => {
    const { leavers, people } = domain.units
    const lars = await domain.addUser('Lars Gone', { unit: leavers })
    assert.deepEqual(await answers('a user in Leavers', everythingOn(lars, leavers, people)), new Set([done]))
  })

  it('unlocks somebody who is really locked, and resets with all that belongs to it', async () => {
    const omar = await domain.addUser('Omar Reyes')
    await domain.lock(omar.upn)
    await asService((client) => client.modify(omar.dn, replace('lockoutTime', '0')))
    assert.equal(await domain.bind(omar.upn, firstPassword), 'ok')
  })

  it('creates accounts in both units of people', async () => {
    const operations = [domain.units.people, domain.units.leavers].map((unit, index) =>
      creation(`create a user in ${unit.split(',')[0]}`, childDn(`New ${index}`, unit), {
        objectClass: 'user',
        sAMAccountName: `new.${index}`,
        userPrincipalName: `new.${index}@corp.nordwind.example`,
        userAccountControl: '514',
        displayName: `New ${index}`,
        department: 'Sales',
        manager: manager.dn,
      }),
    )
    assert.deepEqual(await answers('new objects', operations), new Set([done]))
  })

  it('adds and removes members of groups in the unit of groups', async () => {
    const sales = await domain.addGroup('Sales', { members: [domain.administrator.dn] })
    const operations = onGroup(sales.dn, manager.dn, domain.administrator.dn)
    assert.deepEqual(await answers('a group in Groups', operations), new Set([done]))
    assert.equal((await domain.attributes(sales.dn)).member, manager.dn)
  })

  it('reads what a decision rests on', async () => {
    const ida = await domain.addUser('Ida Berg')
    await domain.lock(ida.upn)
    const names = ['lockoutTime', 'msDS-User-Account-Control-Computed', 'tokenGroups', 'badPwdCount', 'adminCount']
    const shown = await asService((client) =>
      client.search(ida.dn, { scope: 'base', attributes: names, explicitBufferAttributes: ['tokenGroups'] }),
    )
    const [entry] = shown.searchEntries
    assert.equal(Number(entry?.['msDS-User-Account-Control-Computed']) & 16, 16)
    assert.ok(Number(entry?.lockoutTime) > 0)
    assert.ok(Array.isArray(entry?.tokenGroups) && entry.tokenGroups.length >= 2)
  })

  it('refuses everything on a member of Domain Admins, where administrators are by default', async () => {
    const admin = await domain.addUser('Adam Admin', { unit: users })
    await domain.modify(administrators, { member: [...(await membersOf(administrators)), admin.dn] })
    const given = await answers('a Domain Admin in CN=Users', everythingOn(admin, users))
    assert.deepEqual(given, new Set([insufficientAccessRights]))
    assert.equal(await domain.bind(admin.upn, firstPassword), 'ok')
  })

  it('refuses everything on an administrator through a nested group', async () => {
    const admin = await nestedAdministrator('Nils Nested', users)
    const given = await answers('a nested admin in CN=Users', everythingOn(admin, users))
    assert.deepEqual(given, new Set([insufficientAccessRights]))
  })

  it('refuses everything in a unit that it was given nothing in', async () => {
    const { forbidden } = domain.units
    const board = await domain.addUser('Bea Board', { unit: forbidden })
    const given = await answers('a user in Forbidden', everythingOn(board, forbidden))
    assert.deepEqual(given, new Set([insufficientAccessRights]))
  })

  it('refuses everything on an administrator among the people, once protected as AdminSDHolder protects', async () => {
    // Windows takes inheritance from everybody in an administrative group, hourly; Samba never does. So that the first half of this is
    // what Samba does, and Windows for an hour at most: the controller lets it be done, and only the agent's own check is in the way.
    const { people } = domain.units
    const admin = await nestedAdministrator('Petra Privileged', people)
    const before = await answers('a nested admin in People, unprotected', everythingOn(admin, people))
    assert.deepEqual(before, new Set([done]))
    await domain.asAdministrator((client) => endInheritance(client, admin.dn))
    const deletion = { what: 'delete', run: (client: Client) => client.del(admin.dn) }
    const given = await answers('a nested admin in People, protected', [...everythingOn(admin, people), deletion])
    assert.deepEqual(given, new Set([insufficientAccessRights]))
  })

  it('refuses members of administrative groups and of groups elsewhere', async () => {
    const present = manager.dn
    const absent = domain.service.dn
    const away = await domain.addGroup('Board', { unit: domain.units.forbidden, members: [present] })
    await domain.modify(administrators, { member: [...(await membersOf(administrators)), present] })
    await domain.modify(nested, { member: [...(await membersOf(nested)), present] })
    const refused = new Set([insufficientAccessRights])
    assert.deepEqual(await answers('Domain Admins', onGroup(administrators, absent, present)), refused)
    assert.deepEqual(await answers('a group in Forbidden', onGroup(away.dn, absent, present)), refused)
    await domain.asAdministrator((client) => endInheritance(client, nested))
    assert.deepEqual(await answers('a group in Domain Admins, protected', onGroup(nested, absent, present)), refused)
  })

  it('refuses what no command is for, even on an ordinary user', async () => {
    const vera = await domain.addUser('Vera Vogt')
    const { people, groups, forbidden } = domain.units
    const away = {
      what: 'move to Forbidden',
      run: (client: Client) => client.modifyDN(vera.dn, childDn('Vera Vogt', forbidden)),
    }
    const up = await answers('a user in People', [...beyond(vera.dn), away])
    assert.deepEqual(up, new Set([insufficientAccessRights]))
    const sales = await domain.addGroup('Purchase')
    const ofGroup = [
      { what: 'rename it', run: (client: Client) => client.modifyDN(sales.dn, childDn('Else', groups)) },
      {
        what: 'make another its owner',
        run: (client: Client) => client.modify(sales.dn, replace('managedBy', vera.dn)),
      },
      {
        what: 'change its scope',
        run: (client: Client) => client.modify(sales.dn, replace('groupType', '-2147483640')),
      },
      { what: 'rewrite its permissions', run: (client: Client) => endInheritance(client, sales.dn) },
      { what: 'delete', run: (client: Client) => client.del(sales.dn) },
    ]
    assert.deepEqual(await answers('a group in Groups', ofGroup), new Set([insufficientAccessRights]))
    const person = { objectClass: 'user', sAMAccountName: 'else', userAccountControl: '514' }
    const creations = [
      creation('create a user in Forbidden', childDn('Else', forbidden), person),
      creation('create a user in CN=Users', childDn('Else', users), person),
      creation('create a user in Groups', childDn('Else', groups), person),
      creation('create a user in the domain', childDn('Else', domain.domainDn), person),
      creation('create a group in Groups', childDn('Else', groups), { objectClass: 'group', sAMAccountName: 'else' }),
      creation('create a group in People', childDn('Else', people), { objectClass: 'group', sAMAccountName: 'else' }),
      creation('create a computer in People', childDn('Else', people), {
        objectClass: 'computer',
        sAMAccountName: 'else$',
        userAccountControl: '4096',
      }),
      creation('create a unit in People', `OU=Else,${people}`, { objectClass: 'organizationalUnit' }),
      creation('create a user trusted for delegation', childDn('Else', people), {
        ...person,
        userAccountControl: '524802',
      }),
    ]
    assert.deepEqual(await answers('new objects', creations), new Set([insufficientAccessRights]))
  })

  it('refuses to be changed itself: domain, units and permissions', async () => {
    const { people } = domain.units
    const holder = `CN=AdminSDHolder,CN=System,${domain.domainDn}`
    const given = await answers('the domain', [
      { what: 'end the lockout', run: (client) => client.modify(domain.domainDn, replace('lockoutThreshold', '0')) },
      { what: 'rewrite permissions of the domain', run: (client) => endInheritance(client, domain.domainDn) },
      { what: 'rewrite permissions of People', run: (client) => endInheritance(client, people) },
      { what: 'rewrite permissions of AdminSDHolder', run: (client) => endInheritance(client, holder) },
      {
        what: 'give the service account UAC',
        run: (client) => client.modify(domain.service.dn, replace('userAccountControl', '512')),
      },
      { what: 'delete Leavers', run: (client) => client.del(domain.units.leavers) },
    ])
    assert.deepEqual(given, new Set([insufficientAccessRights]))
  })

  it('gives a right for every command that writes, by the ids that the schema has, and for nothing else', async () => {
    const granted = new Set(grants.flatMap((grant) => grant.commands))
    const writing = Object.entries(commands).flatMap(([name, command]) => (command.writes ? [name] : []))
    assert.deepEqual([...granted].sort(), writing.sort())
    assert.deepEqual([...plainAttributes].sort(), Object.keys(userAttributes.shape).sort())
    const { searchEntries } = await asService((client) =>
      client.search(manager.dn, { scope: 'base', attributes: ['allowedAttributesEffective'] }),
    )
    const { name: _, member: __, ...ofUsers } = writtenAttributes
    const effective = [searchEntries[0]?.allowedAttributesEffective ?? []].flat().map(String)
    assert.deepEqual(effective.sort(), Object.keys(ofUsers).sort())
    assert.deepEqual(await schemaIds(domain, Object.keys(writtenAttributes)), writtenAttributes)
  })
})

async function resultCode(work: () => Promise<void>): Promise<number> {
  try {
    await work()
    return done
  } catch (error) {
    if (error instanceof ResultCodeError) return error.code
    throw error
  }
}

function creation(what: string, dn: string, attributes: Record<string, string>): BareOperation {
  return { what, run: (client) => client.add(dn, attributes) }
}

/** schemaIDGUID of attributes, as this forest has them. */
async function schemaIds(domain: TestDomain, names: readonly string[]): Promise<Record<string, string>> {
  const base = `CN=Schema,CN=Configuration,${domain.domainDn}`
  return await domain.asAdministrator(async (client) => {
    const found: Record<string, string> = {}
    for (const value of names) {
      const filter = new EqualityFilter({ attribute: 'lDAPDisplayName', value })
      const { searchEntries } = await client.search(base, {
        filter,
        attributes: ['schemaIDGUID'],
        explicitBufferAttributes: ['schemaIDGUID'],
      })
      const id = searchEntries[0]?.schemaIDGUID
      if (Buffer.isBuffer(id)) found[value] = guidText(id)
    }
    return found
  })
}

/** Who × what → the controller's answer: what it did, and what it refused with which code. */
function drawn(table: ReadonlyMap<string, ReadonlyMap<string, number>>): string {
  const lines = [...table].flatMap(([who, row]) => {
    const codes = [...new Set(row.values())].sort((one, other) => one - other)
    return codes.map((code, index) => {
      const what = [...row].flatMap(([name, given]) => (given === code ? [name] : []))
      const answer = code === done ? 'done' : `refused (${code})`
      return `  ${(index === 0 ? who : '').padEnd(40)} ${answer.padEnd(14)} ${what.join(' · ')}`
    })
  })
  return ['  The domain controller answers the service account:', ...lines].join('\n')
}
