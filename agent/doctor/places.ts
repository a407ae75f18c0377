import { all, groups, is, not, people, units } from '../ldap/filters.ts'
import { isBelow, same } from '../ldap/names.ts'
import { type AccessEntry, accessBits, type SecurityDescriptor } from '../ldap/security-descriptor.ts'
import { allows, inheritedBy } from './access.ts'
import type { Effective, Look } from './look.ts'
import { classes, type Right } from './rights.ts'

/** Whether a right is there; undefined: that cannot be found out by looking. */
export type Has = boolean | undefined

/** A unit, and what the service account may do with users or groups below it. */
export interface Place {
  readonly base: string
  /** Users or groups. */
  readonly on: Right['on']
  /** One of them; undefined where there is none yet. */
  readonly sample: string | undefined
  /** What the controller says of the sample, and of the unit itself. */
  readonly effective: Effective | undefined
  readonly unit: Effective
  has(right: Right): Has
}

/** An administrator's rights are reset by AdminSDHolder: such an account is no example of the others. */
const ordinary = not(is('adminCount', '1'))
const kinds = {
  users: { filter: all(people, ordinary), class: classes.user },
  groups: { filter: all(groups, ordinary), class: classes.group },
} as const
const mostCandidates = 50
const mostUnits = 1_000

/**
 * Looks at one unit. What the controller computes for an existing user or group counts first; where there is none to look at, what a
 * new one would inherit. Extended rights, `name` and deleting are not among what a controller computes: they are read from the
 * access control list.
 * @param closed units below, to which nothing comes from above: what is in them is no example
 * @param propertySets see Look
 * @throws AgentError
 */
export async function lookAtPlace(
  look: Look,
  { base, on, closed }: { readonly base: string; readonly on: Right['on']; readonly closed: readonly string[] },
  propertySets: ReadonlyMap<string, string>,
): Promise<Place> {
  const [descriptor, unit, sample] = await Promise.all([
    look.descriptor(base),
    look.effective(base),
    findSample(look, base, on, closed),
  ])
  const effective = sample === undefined ? undefined : await look.effective(sample.dn)
  const entries = sample === undefined ? newChild(descriptor, on) : sample.descriptor?.entries
  const may = (list: readonly AccessEntry[] | undefined, bit: number, about: readonly string[]): Has =>
    list && allows(list, look.token, { bit, about })

  function has(right: Right): Has {
    if (right.kind === 'create') return unit.childClasses.has(right.name)
    if (right.kind === 'delete') {
      // Either serves (MS-ADTS 3.1.1.5.4.1.2): the object's own, or the unit's over its children.
      const own = may(entries, accessBits.delete, [])
      return own === true ? own : (may(descriptor?.entries, accessBits.deleteChild, [right.guid]) ?? own)
    }
    if (right.kind === 'control') return may(entries, accessBits.controlAccess, [right.guid])
    if (effective !== undefined && right.name !== 'name') return effective.attributes.has(right.name.toLowerCase())
    const set = propertySets.get(right.name.toLowerCase())
    return may(entries, accessBits.writeProperty, set === undefined ? [right.guid] : [right.guid, set])
  }
  return { base, on, sample: sample?.dn, effective, unit, has }
}

/** Units below a base that inherit nothing from above. */
export async function closedUnits(look: Look, base: string): Promise<readonly string[]> {
  const below = await look.descriptors(base, units, mostUnits)
  return [...below].filter(([dn, { closed }]) => closed && isBelow(dn, base)).map(([dn]) => dn)
}

async function findSample(look: Look, base: string, on: Right['on'], closed: readonly string[]) {
  const { filter } = kinds[on]
  const found = await look.controller.search({ base, scope: 'sub', filter, attributes: ['cn'], limit: mostCandidates })
  const own = look.account?.dn
  const candidates = found
    .map(({ dn }) => dn)
    .filter((dn) => (own === undefined || !same(dn, own)) && !closed.some((unit) => isBelow(dn, unit)))
  for (const dn of candidates.slice(0, 5)) {
    const descriptor = await look.descriptor(dn)
    if (descriptor?.closed !== true) return { dn, descriptor }
  }
  return undefined
}

const newChild = (unit: SecurityDescriptor | undefined, on: Right['on']) =>
  unit && inheritedBy(unit.entries, kinds[on].class)
