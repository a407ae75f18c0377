import { Control, type Entry } from 'ldapts'
import type { TestDomain } from '../support/samba.ts'

/** What a controller writes down by itself when somebody signs in. */
const bySigningIn = new Set(['lastlogon', 'logoncount', 'badpwdcount', 'badpasswordtime'])
const showDeleted = '1.2.840.113556.1.4.417'

/** Every object of a directory, deleted ones too, with every attribute it shows: DN → attribute → values, as text to compare. */
export type DomainDump = ReadonlyMap<string, string>

/** Reads all of the domain and of its configuration as the administrator, uSNChanged of each object with it. */
export async function dumpOf(domain: TestDomain): Promise<DomainDump> {
  const bases = [domain.domainDn, `CN=Configuration,${domain.domainDn}`]
  const found = await domain.asAdministrator(async (client) => {
    const all: Entry[] = []
    for (const base of bases) {
      const deleted = new Control(showDeleted, { critical: true })
      const options = { filter: '(objectClass=*)', attributes: ['*', 'uSNChanged'], paged: true }
      all.push(...(await client.search(base, { scope: 'sub', ...options }, deleted)).searchEntries)
    }
    return all
  })
  return new Map(found.map((entry) => [entry.dn, asText(entry)]))
}

function asText(entry: Entry): string {
  const kept = Object.entries(entry).filter(([name]) => !bySigningIn.has(name.toLowerCase()))
  const lines = kept.map(([name, value]) => `${name}: ${JSON.stringify([value].flat().map(String).sort())}`)
  return lines.sort().join('\n')
}

/** DNs of what is new, gone or other than it was. */
export function differences(before: DomainDump, after: DomainDump): readonly string[] {
  const all = new Set([...before.keys(), ...after.keys()])
  return [...all].filter((dn) => before.get(dn) !== after.get(dn)).sort()
}
