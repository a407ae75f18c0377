import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Attribute, Change, type Client } from 'ldapts'
import { freeAddress } from './free-address.ts'
import { type grants, sddl } from './grants.ts'
import { asAccount } from './ldap-session.ts'
import { identifiers, unicodePassword } from './objects.ts'
import { runPython } from './programs.ts'
import { administratorDn, domain, policy, serviceAccount, units } from './recipe.ts'
import { prepare, startSamba } from './samba-process.ts'

/** Passwords of a template, and so of all its copies. */
export interface DomainSecrets {
  readonly administratorPassword: string
  readonly servicePassword: string
}

// NORMAL_ACCOUNT and DONT_EXPIRE_PASSWORD (MS-ADTS 2.2.16): a template may be older than a password may be.
const neverExpires = '66048'

/**
 * Makes a real domain controller in `folder`: Samba's own provisioning, then policy, units and the service account over LDAPS, then
 * the service account's grants. It is stopped when this returns.
 */
export async function provision(folder: string): Promise<DomainSecrets> {
  const address = await freeAddress()
  const said = await runPython('samba-tool.py', [
    'domain',
    'provision',
    `--targetdir=${folder}`,
    `--realm=${domain.realm.toUpperCase()}`,
    `--domain=${domain.netbios}`,
    '--server-role=dc',
    '--dns-backend=NONE',
    `--host-name=${domain.hostName.toUpperCase()}`,
    `--host-ip=${address}`,
    `--option=interfaces=${address}/8`,
    '--option=bind interfaces only=yes',
    '--option=ldb:nosync=true',
  ])
  // It makes one up and prints it; one of ours would stand in the list of processes.
  const administratorPassword = /^.*Admin password:\s+(\S+)\s*$/m.exec(said)?.[1]
  if (administratorPassword === undefined) throw new Error('samba-tool did not say the password of the administrator')
  const secrets = { administratorPassword, servicePassword: `Aa1-${randomBytes(18).toString('base64url')}` }
  const prepared = await prepare(folder, address)
  const samba = await startSamba(prepared)
  const endpoint = { url: `ldaps://${address}`, host: domain.host, ca: prepared.ca }
  const login = { dn: administratorDn, password: administratorPassword }
  const account = await asAccount(endpoint, login, (client) => furnish(client, secrets.servicePassword)).finally(() =>
    samba.stop(),
  )
  for (const [where, unit] of grantedUnits) await grant(folder, unit, sddl(where, account))
  return secrets
}

/** Units that the service account may write in. */
const grantedUnits = [
  ['users', units.people],
  ['users', units.leavers],
  ['groups', units.groups],
] as const satisfies readonly (readonly [(typeof grants)[number]['where'], string])[]

/** Sets the policies, makes the units and the service account, and gives the account's SID. */
async function furnish(client: Client, servicePassword: string): Promise<string> {
  await client.modify(
    domain.domainDn,
    Object.entries(policy).map(([type, value]) => replace(type, value)),
  )
  await client.modify(administratorDn, replace('userAccountControl', neverExpires))
  for (const unit of Object.values(units)) await client.add(unit, { objectClass: 'organizationalUnit' })
  const { dn, samAccountName, upn } = serviceAccount
  const attributes = {
    objectClass: 'user',
    sAMAccountName: samAccountName,
    userPrincipalName: upn,
    userAccountControl: neverExpires,
  }
  await client.add(dn, [
    ...Object.entries(attributes).map(([type, value]) => new Attribute({ type, values: [value] })),
    new Attribute({ type: 'unicodePwd', values: [unicodePassword(servicePassword)] }),
  ])
  return (await identifiers(client, dn)).sid
}

const replace = (type: string, value: string) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) })

/** Adds entries to the access control list of a unit in a database that nobody has open. */
async function grant(folder: string, unit: string, entries: string): Promise<void> {
  await runPython('samba-tool.py', [
    'dsacl',
    'set',
    `--configfile=${join(folder, 'run.conf')}`,
    `--URL=${join(folder, 'private', 'sam.ldb')}`,
    `--objectdn=${unit}`,
    `--sddl=${entries}`,
  ])
}
