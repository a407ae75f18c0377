import type { Transaction } from 'kysely'
import type { TenantId } from '../../identity/person.ts'
import type { Catalogue, Stage } from '../../policy/catalogue/catalogue.ts'
import type { Schema } from '../../store/schema.ts'
import type { Terms } from './request.ts'

/**
 * Whether something that does not go with this is asked for, or was given, for the same person, and the request does not reckon
 * with it: of two requests in the same moment neither has seen the other. To be asked while nobody else asks for that person.
 */
export async function clashes(
  transaction: Transaction<Schema>,
  catalogue: Pick<Catalogue, 'conflicts'>,
  tenant: TenantId,
  { terms, stages }: { readonly terms: Terms; readonly stages: readonly Stage[] },
): Promise<boolean> {
  const added = new Set(stages.map((stage) => JSON.stringify(stage)))
  const others = catalogue.conflicts.flatMap(({ between: [one, two], then }) => {
    const other = one === terms.entry ? two : two === terms.entry ? one : undefined
    const provided = then !== 'refuse' && added.has(JSON.stringify(then.approval))
    return other === undefined || provided ? [] : [other]
  })
  if (others.length === 0) return false
  // In this order: what is approved meanwhile is no request any more, and a grant by then.
  const asked = await transaction
    .selectFrom('access_requests')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', terms.person.id)
    .where('kind', '=', 'access')
    .where('entry', 'in', others)
    .where('state', '=', 'open')
    .limit(1)
    .executeTakeFirst()
  if (asked) return true
  const given = await transaction
    .selectFrom('access_grants')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', terms.person.id)
    .where('entry', 'in', others)
    .where('state', 'in', ['waiting', 'active'])
    .limit(1)
    .executeTakeFirst()
  return given !== undefined
}
