import { join } from 'node:path'
import { domain } from './recipe.ts'

/**
 * smb.conf of a domain controller that speaks LDAP and nothing else, whose files all lie in `folder`, and that listens on `address`
 * only. The old password counts for nothing from the moment there is a new one (by default it still binds for an hour).
 */
export function runConfig(folder: string, address: string): string {
  const settings = {
    'netbios name': domain.hostName.toUpperCase(),
    realm: domain.realm.toUpperCase(),
    workgroup: domain.netbios,
    'server role': 'active directory domain controller',
    'server services': 'ldap',
    interfaces: `${address}/8`,
    'bind interfaces only': 'yes',
    'private dir': join(folder, 'private'),
    'state directory': join(folder, 'state'),
    'cache directory': join(folder, 'cache'),
    'lock directory': join(folder, 'lock'),
    'pid directory': join(folder, 'pid'),
    'binddns dir': join(folder, 'bind-dns'),
    'ncalrpc dir': join(folder, 'ncalrpc'),
    'winbindd socket directory': join(folder, 'winbindd'),
    'ntp signd socket directory': join(folder, 'ntp-signd'),
    'log file': join(folder, 'samba.log'),
    'ldap server require strong auth': 'yes',
    'tls enabled': 'yes',
    'old password allowed period': '0',
    // Everything is thrown away afterwards: only the process may be killed, not the machine.
    'ldb:nosync': 'true',
  }
  const lines = Object.entries(settings).map(([name, value]) => `  ${name} = ${value}`)
  return ['[global]', ...lines, ''].join('\n')
}
