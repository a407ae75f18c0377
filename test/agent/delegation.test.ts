import assert from 'node:assert/strict'
import { Attribute, Change, type Client, ResultCodeError } from 'ldapts'
import {
  grants,
  plainAttributes,
  type WrittenAttribute,
  writtenAttributes,
} from '../../infra/practice/domain/grants.ts'
import { asAccount } from '../../infra/practice/domain/ldap-session.ts'
import { childDn, unicodePassword } from '../../infra/practice/domain/objects.ts'
import { endInheritance } from '../../infra/practice/domain/protect.ts'
import { type CommandName, commands, userAttributes } from '../../agent/protocol/commands.ts'
import { startTestDomain, type TestDomain } from '../support/samba.ts'

/** Whom it is tried on. `protects`: what of Active Directory keeps the service account away, here. */
interface Target {
  readonly who: string
  readonly dn: string
  readonly unit: string
}

const insufficientAccessRights = 50
const forever = '9223372036854775807'
const values: Readonly<Partial<Record<WrittenAttribute, string>>> = { accountExpires: forever }

const replace = (type: string, value: string | Buffer) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [Buffer.from(value)] }) })
const members = (operation: 'add' | 'delete', dn: string) =>
  new Change({ operation, modification: new Attribute({ type: 'member', values: [dn] }) })

/**
 * The domain controller's half of who may be touched: bound as the service account, with no policy and no agent in between, only the
 * controller's answer to the bare operation.
 */
describe('what the domain controller lets the service account do', () => {
  let domain: TestDomain
  let manager: string
  let replacements = 0

  before(async () => {
    domain = await startTestDomain()
    manager = (await domain.addUser('Maya Manager')).dn
  })
  after(() => domain.close())

  /** Error 0 is done. */
  async function answer(work: (client: Client) => Promise<void>): Promise<number> {
    return await asAccount(domain, domain.service, async (client) => {
      try {
        await work(client)
        return 0
      } catch (error) {
        if (error instanceof ResultCodeError) return error.code
        throw error
      }
    })
  }

  /** Every operation on one user, in the words of the agent's commands. */
  async function onUser({ dn, unit }: Target): Promise<Record<string, number>> {
    const password = () => unicodePassword(`Other-Autumn-${4_711 + replacements++}`)
    const told: Record<string, number> = {
      'reset the password': await answer((client) => client.modify(dn, replace('unicodePwd', password()))),
      'must change it': await answer((client) => client.modify(dn, replace('pwdLastSet', '0'))),
      'all of reset-password': await answer((client) =>
        client.modify(dn, [replace('unicodePwd', password()), replace('pwdLastSet', '0'), replace('lockoutTime', '0')]),
      ),
      unlock: await answer((client) => client.modify(dn, replace('lockoutTime', '0'))),
      disable: await answer((client) => client.modify(dn, replace('userAccountControl', '514'))),
      enable: await answer((client) => client.modify(dn, replace('userAccountControl', '512'))),
    }
    for (const attribute of plainAttributes) {
      const value = attribute === 'manager' ? manager : (values[attribute] ?? 'as it was told')
      const short = attribute === 'employeeID' ? 'E-4711' : value
      told[`write ${attribute}`] = await answer((client) => client.modify(dn, replace(attribute, short)))
    }
    const name = dn.slice(0, dn.indexOf(','))
    const elsewhere = unit === domain.units.leavers ? domain.units.people : domain.units.leavers
    told.move = await answer((client) => client.modifyDN(dn, `${name},${elsewhere}`))
    if (told.move === 0)
      told['move back'] = await answer((client) => client.modifyDN(`${name},${elsewhere}`, `${name},${unit}`))
    return told
  }

  async function onGroup(group: string, member: string): Promise<Record<string, number>> {
    const add = await answer((client) => client.modify(group, members('add', member)))
    if (add !== 0) await domain.asAdministrator((client) => client.modify(group, members('add', member)))
    const remove = await answer((client) => client.modify(group, members('delete', member)))
    return { 'add a member': add, 'remove a member': remove }
  }

  /** What is done where no command of ours goes. */
  async function beyond({ dn }: Target): Promise<Record<string, number>> {
    const told: Record<string, number> = {}
    for (const [attribute, value] of Object.entries({
      userPrincipalName: 'else@corp.nordwind.example',
      sAMAccountName: 'else',
      servicePrincipalName: 'http/else',
      mail: 'else@nordwind.example',
      scriptPath: 'else.bat',
      adminCount: '0',
      'msDS-KeyCredentialLink': `B:2:00:${dn}`,
      'msDS-AllowedToDelegateTo': 'ldap/dc1',
      altSecurityIdentities: 'X509:<S>CN=else',
    }))
      told[`write ${attribute}`] = await answer((client) => client.modify(dn, replace(attribute, value)))
    told['end inheritance'] = await answer((client) => endInheritance(client, dn))
    return told
  }

  const outsideOnes = () => ({
    'create in Forbidden': () => create(domain.units.forbidden),
    'create in Users': () => create(`CN=Users,${domain.domainDn}`),
    'create in Groups': () => create(domain.units.groups),
    'create in the domain': () => create(domain.domainDn),
    'create a computer in People': () => create(domain.units.people, 'computer'),
    'create a group in People': () => create(domain.units.people, 'group'),
    'create a group in Groups': () => create(domain.units.groups, 'group'),
    'create a unit in People': () =>
      answer((client) => client.add(`OU=Inner,${domain.units.people}`, { objectClass: 'organizationalUnit' })),
    'change the lockout policy': () =>
      answer((client) => client.modify(domain.domainDn, replace('lockoutThreshold', '0'))),
    'change the permissions of People': () => answer((client) => endInheritance(client, domain.units.people)),
    'change the permissions of AdminSDHolder': () =>
      answer((client) => endInheritance(client, `CN=AdminSDHolder,CN=System,${domain.domainDn}`)),
    'delete People': () => answer((client) => client.del(domain.units.people)),
  })

  const create = (unit: string, objectClass = 'user') => {
    const name = `New ${objectClass} ${++replacements}`
    return answer((client) => client.add(childDn(name, unit), { objectClass, sAMAccountName: name }))
  }

  it('has a grant for every command that writes', () => {
    const granted = new Set(grants.flatMap((grant) => grant.commands))
    const writing = Object.keys(commands).filter((name) => commands[name as CommandName].writes)
    assert.deepEqual([...granted].sort(), writing.sort())
    assert.deepEqual([...plainAttributes].sort(), Object.keys(userAttributes.shape).sort())
  })

  it('names attributes by the ids that the schema has for them', async () => {
    assert.deepEqual(await schemaIds(domain, Object.keys(writtenAttributes)), writtenAttributes)
  })
})
