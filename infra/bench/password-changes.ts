import { guidText } from '../practice/domain/identifiers.ts'
import { asAccount } from '../practice/domain/ldap-session.ts'
import type { OnPremises } from '../practice/domain/on-premises.ts'
import type { Tenant } from '../practice/tenant/tenant.ts'

/** How often a password was set in either directory since the watch began, by the person's id; by the directories' own books. */
export interface PasswordChanges {
  /** Those nobody has are not in it. */
  since(): Promise<ReadonlyMap<string, number>>
  stop(): void
}

export async function watchPasswordChanges(tenant: Tenant, onPremises: OnPremises): Promise<PasswordChanges> {
  const inTenant = new Map<string, number>()
  const stop = tenant.control.onChange(({ kind, id }) => {
    if (kind === 'password') inTenant.set(id, (inTenant.get(id) ?? 0) + 1)
  })
  const before = await keyVersions(onPremises)
  return {
    async since() {
      const after = await keyVersions(onPremises)
      const changes = new Map(inTenant)
      for (const [id, { guid }] of onPremises.people) {
        const made = (after.get(guid) ?? 0) - (before.get(guid) ?? 0)
        if (made > 0) changes.set(id, (changes.get(id) ?? 0) + made)
      }
      return changes
    },
    stop,
  }
}

/** Goes up by one with every password that is set (MS-ADTS 3.1.1.4.5.16, msDS-KeyVersionNumber), by objectGUID. */
async function keyVersions({ controller }: OnPremises): Promise<ReadonlyMap<string, number>> {
  const attributes = ['objectGUID', 'msDS-KeyVersionNumber']
  const entries = await asAccount(controller, controller.administrator, async (client) => {
    const found = await client.search(controller.units.people, {
      scope: 'sub',
      filter: '(objectClass=user)',
      attributes,
      explicitBufferAttributes: ['objectGUID'],
      paged: { pageSize: 500 },
    })
    return found.searchEntries
  })
  return new Map(
    entries.flatMap((entry) => {
      const guid = entry.objectGUID
      const version = Number(entry['msDS-KeyVersionNumber'])
      return Buffer.isBuffer(guid) && Number.isInteger(version) ? [[guidText(guid), version] as const] : []
    }),
  )
}
