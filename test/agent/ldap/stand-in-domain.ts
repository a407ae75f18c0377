import { sidBytes } from '../../../agent/ldap/encodings.ts'
import type { Answered, Asked } from './ldap-stand-in.ts'

export const domainDn = 'DC=corp,DC=nordwind,DC=example'
const configurationDn = `CN=Configuration,${domainDn}`
const sites = `CN=Servers,CN=Default,CN=Sites,${configurationDn}`

/**
 * What a controller says of itself and of its domain; undefined for every other question.
 * @param pdc who plays PDC emulator, by DNS name
 */
export function controllerAnswers({ name, pdc }: { name: string; pdc: string }) {
  return (asked: Asked): Answered | undefined => {
    if (asked.kind === 'bind') return {}
    if (asked.kind !== 'search') return undefined
    if (asked.base === '')
      return one('', {
        dnsHostName: [name],
        defaultNamingContext: [domainDn],
        configurationNamingContext: [configurationDn],
        dsServiceName: [`CN=NTDS Settings,CN=here,${sites}`],
        highestCommittedUSN: ['1000'],
      })
    if (asked.base === domainDn && asked.attributes.includes('fsmoroleowner'))
      return one(domainDn, {
        objectSid: [sidBytes('S-1-5-21-1-2-3')],
        fSMORoleOwner: [`CN=NTDS Settings,CN=emulator,${sites}`],
      })
    return asked.base === `CN=emulator,${sites}` ? one(asked.base, { dNSHostName: [pdc] }) : undefined
  }
}

const one = (dn: string, attributes: Record<string, (string | Buffer)[]>): Answered => ({
  entries: [{ dn, attributes }],
})
