import type { Entry } from 'ldapts'
import type { Controller } from '../ldap/domain.ts'
import { guidText } from '../ldap/encodings.ts'
import { bufferOf, textsOf } from '../ldap/entry.ts'
import { any, is } from '../ldap/filters.ts'
import { byGuid, domainOf } from '../ldap/names.ts'
import { readRange } from '../ldap/ranged.ts'
import type { AdMember } from '../protocol/commands.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { findGroup } from './readable.ts'

/** Looked up by one search: a filter has its limits (and distinguishedName is indexed). */
const batch = 100

/**
 * Direct members by their places in the list. Those of another domain are named and not followed; those in our domain that must not
 * be seen are left out, and count in the places all the same.
 */
export const members =
  (ground: CommandGround): CommandHandler<'members'> =>
  ({ group, from, size }) =>
    ground.domain.reading(async (controller) => {
      await findGroup(ground, controller, group)
      const { values, last } = await readRange(controller, byGuid(group), 'member', from, size)
      const domain = domainOf(controller.domainDn)
      const ours = values.filter((dn) => domainOf(dn) === domain && ground.policy.mayRead(dn))
      const known = await lookUp(controller, ours)
      return {
        members: values.flatMap((dn): AdMember[] => {
          if (domainOf(dn) !== domain) return [{ guid: null, dn, kind: 'foreign' }]
          return known.get(dn.toLowerCase()) ?? []
        }),
        next: last ? null : from + size,
      }
    })

async function lookUp(controller: Controller, dns: readonly string[]): Promise<ReadonlyMap<string, [AdMember]>> {
  const known = new Map<string, [AdMember]>()
  for (let at = 0; at < dns.length; at += batch) {
    const entries = await controller.search({
      base: controller.domainDn,
      scope: 'sub',
      filter: any(...dns.slice(at, at + batch).map((dn) => is('distinguishedName', dn))),
      attributes: ['objectGUID', 'objectClass'],
      binary: ['objectGUID'],
      limit: batch,
    })
    // Both spellings come from the same controller; they are not names that somebody typed.
    for (const entry of entries) known.set(entry.dn.toLowerCase(), [memberOf(entry)])
  }
  return known
}

function memberOf(entry: Entry): AdMember {
  const kind = kindOf(new Set(textsOf(entry, 'objectClass').map((name) => name.toLowerCase())))
  const guid = bufferOf(entry, 'objectGUID')
  return { guid: guid?.length === 16 && kind !== 'foreign' ? guidText(guid) : null, dn: entry.dn, kind }
}

function kindOf(classes: ReadonlySet<string>): AdMember['kind'] {
  if (classes.has('foreignsecurityprincipal')) return 'foreign'
  // A computer is a user too.
  if (classes.has('computer')) return 'computer'
  if (classes.has('user')) return 'user'
  if (classes.has('group')) return 'group'
  return classes.has('contact') ? 'contact' : 'other'
}
