import { type DomainSettings, openDomain } from '../../../agent/ldap/connect.ts'
import type { Domain } from '../../../agent/ldap/domain.ts'
import type { TestDomain } from '../../support/samba.ts'

/** The domain as the service account sees it, or as somebody else does. */
export function bound(
  domain: TestDomain,
  options: Partial<DomainSettings> & {
    readonly as?: { dn: string; password: string }
    readonly clock?: () => Date
  } = {},
): Domain {
  const { as = domain.service, clock = () => new Date(), ...settings } = options
  return openDomain(
    {
      urls: [domain.url],
      ca: domain.ca,
      servername: domain.host,
      bind: { name: as.dn, password: async () => as.password },
      ...settings,
    },
    clock,
    () => 0,
  )
}
