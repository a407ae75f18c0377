import { toFiletime } from '../../../agent/ldap/encodings.ts'
import { runTool } from '../../../infra/practice/domain/programs.ts'
import type { TestDomain } from '../../support/samba.ts'

const day = 24 * 3_600_000
/** Debian's Samba belongs to Debian's Python. */
const python = '/usr/bin/python3'
const script = `
import ldb, sys
database = ldb.Ldb(sys.argv[1])
message = ldb.Message(ldb.Dn(database, sys.argv[2]))
message['pwdLastSet'] = ldb.MessageElement(sys.argv[3], ldb.FLAG_MOD_REPLACE, 'pwdLastSet')
database.modify(message)
`

/** Makes somebody's password so many days old: no client may say that, so it is written into the database itself. */
export async function agePassword(domain: TestDomain, dn: string, days: number): Promise<void> {
  const database = `${domain.folder}/private/sam.ldb.d/${domain.domainDn.toUpperCase()}.ldb`
  await runTool(python, ['-c', script, database, dn, toFiletime(new Date(Date.now() - days * day))])
}
