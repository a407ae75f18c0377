import { Attribute, Change, type Client } from 'ldapts'
import { plainAttributes } from '../../infra/practice/domain/grants.ts'
import { unicodePassword } from '../../infra/practice/domain/objects.ts'
import { endInheritance } from '../../infra/practice/domain/protect.ts'

/** One LDAP operation, as a command of the agent does it or as none does. */
export interface BareOperation {
  readonly what: string
  run(client: Client): Promise<void>
}

let passwords = 0
const newPassword = () => replace('unicodePwd', unicodePassword(`Other-Autumn-${4_711 + passwords++}`))

export function replace(type: string, value: string | Buffer): Change {
  return new Change({ operation: 'replace', modification: new Attribute({ type, values: [Buffer.from(value)] }) })
}

/** Everything that commands do to a user. `manager`: DN of any user. */
export function onUser(dn: string, manager: string): readonly BareOperation[] {
  const special: Readonly<Record<string, string>> = {
    manager,
    accountExpires: '9223372036854775807',
    employeeID: 'E-4711',
  }
  return [
    { what: 'reset the password', run: (client) => client.modify(dn, newPassword()) },
    { what: 'must change it', run: (client) => client.modify(dn, replace('pwdLastSet', '0')) },
    {
      what: 'reset-password as it is sent',
      run: (client) => client.modify(dn, [newPassword(), replace('pwdLastSet', '0'), replace('lockoutTime', '0')]),
    },
    { what: 'unlock', run: (client) => client.modify(dn, replace('lockoutTime', '0')) },
    { what: 'disable', run: (client) => client.modify(dn, replace('userAccountControl', '514')) },
    { what: 'enable', run: (client) => client.modify(dn, replace('userAccountControl', '512')) },
    ...plainAttributes.map((attribute) => ({
      what: `write ${attribute}`,
      run: (client: Client) => client.modify(dn, replace(attribute, special[attribute] ?? 'As told')),
    })),
  ]
}

/** To another unit, and back where that worked. */
export function moves(dn: string, unit: string, elsewhere: string): readonly BareOperation[] {
  const name = dn.slice(0, dn.length - unit.length)
  return [
    {
      what: 'move',
      async run(client) {
        await client.modifyDN(dn, `${name}${elsewhere}`)
        await client.modifyDN(`${name}${elsewhere}`, dn)
      },
    },
  ]
}

/** What no command does to a user, and no grant is for. */
export function beyond(dn: string): readonly BareOperation[] {
  const wishes = {
    userPrincipalName: 'else@corp.nordwind.example',
    sAMAccountName: 'else',
    servicePrincipalName: 'http/else',
    mail: 'else@nordwind.example',
    scriptPath: 'else.bat',
    adminCount: '0',
    primaryGroupID: '512',
    altSecurityIdentities: 'X509:<S>CN=else',
    'msDS-AllowedToDelegateTo': 'ldap/dc1',
  }
  return [
    ...Object.entries(wishes).map(([attribute, value]) => ({
      what: `write ${attribute}`,
      run: (client: Client) => client.modify(dn, replace(attribute, value)),
    })),
    { what: 'rewrite its permissions', run: (client) => endInheritance(client, dn) },
  ]
}

/** Both ends of a membership, each tried whether or not the other worked. `present` is a member already. */
export function onGroup(group: string, absent: string, present: string): readonly BareOperation[] {
  const change = (operation: 'add' | 'delete', member: string) =>
    new Change({ operation, modification: new Attribute({ type: 'member', values: [member] }) })
  return [
    { what: 'add a member', run: (client) => client.modify(group, change('add', absent)) },
    { what: 'remove a member', run: (client) => client.modify(group, change('delete', present)) },
  ]
}
