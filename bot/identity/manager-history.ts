import { type Kysely, sql } from 'kysely'
import type { ManagerLink, Pages } from '../directory/directory.ts'
import type { Schema } from '../store/schema.ts'
import type { TenantId, UserId } from './person.ts'
import type { Who } from './who.ts'

/**
 * Whether a manager has stood long enough to vouch for somebody.
 * - baseline: there when we first looked; long-enough: seen for the days asked
 * - too-new: since `since`, so from `countsFrom` on; unknown: never seen as this person's manager
 */
export type ManagerStanding =
  | { readonly stands: true; readonly because: 'baseline' }
  | { readonly stands: true; readonly because: 'long-enough'; readonly since: Date }
  | { readonly stands: false; readonly because: 'too-new'; readonly since: Date; readonly countsFrom: Date }
  | { readonly stands: false; readonly because: 'unknown' }

/** Rows written by one statement. */
const batch = 5_000
const day = 86_400_000

/** Notes who a person's manager is now. The same one as before changes nothing; another one, or none, is seen since now. */
export async function observe(database: Kysely<Schema>, tenant: TenantId, link: ManagerLink, now: Date): Promise<void> {
  await writeChanges(database, tenant, [link], now)
}

/**
 * The first full look: whoever is a manager now counts as established, for there is no telling since when. Taken once for each
 * tenant; broken off half-way it is simply taken again, and a manager who changed in between is new.
 * @returns false when it had been taken before, and nothing was written
 */
export async function takeBaseline(
  database: Kysely<Schema>,
  tenant: TenantId,
  pages: Pages<ManagerLink>,
  now: Date,
): Promise<boolean> {
  if (await baselineTakenAt(database, tenant)) return false
  let people = 0
  for await (const page of pages) {
    for (const links of batches(page)) {
      people += links.length
      await sql`
        insert into managers_seen (tenant_id, user_id, manager_id, since)
        select ${tenant}, person, manager, null::timestamptz from ${table(links)}
        where not exists (select from facts where name = ${factName(tenant)})
        order by person
        on conflict (tenant_id, user_id) do update set
          manager_id = excluded.manager_id,
          since = case when managers_seen.manager_id is not distinct from excluded.manager_id then null
                       else ${now}::timestamptz end`.execute(database)
    }
  }
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('facts')
    .values({ name: factName(tenant), value: JSON.stringify({ takenAt: now.toISOString(), people }) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** When the baseline of this tenant was complete; undefined = not yet. */
export async function baselineTakenAt(database: Kysely<Schema>, tenant: TenantId): Promise<Date | undefined> {
  const fact = await database
    .selectFrom('facts')
    .select('value')
    .where('name', '=', factName(tenant))
    .executeTakeFirst()
  return takenAt(fact?.value ?? null)
}

function takenAt(fact: object | null): Date | undefined {
  const at = fact && 'takenAt' in fact ? new Date(String(fact.takenAt)) : undefined
  return at && !Number.isNaN(at.getTime()) ? at : undefined
}

/**
 * The daily look. Rows that did not change are not written.
 * @returns how many people have another manager than before, newcomers included
 * @throws Error before the baseline: every manager would be taken for new
 */
export async function observeAll(
  database: Kysely<Schema>,
  tenant: TenantId,
  pages: Pages<ManagerLink>,
  now: Date,
): Promise<number> {
  if (!(await baselineTakenAt(database, tenant))) throw new Error('take the baseline of managers first')
  let changed = 0
  for await (const page of pages) {
    for (const links of batches(page)) changed += await writeChanges(database, tenant, links, now)
  }
  return changed
}

/** Whom we last saw as somebody's manager (undefined: nobody), and since when; null: from the start. */
export interface ManagerSeen {
  readonly manager: UserId | undefined
  readonly since: Date | null
}

/** What was seen of a person's managers; `seen` is undefined for whoever was never looked at. */
export async function managerHistory(
  database: Kysely<Schema>,
  person: Who,
): Promise<{ readonly hasBaseline: boolean; readonly seen: ManagerSeen | undefined }> {
  const row = await database
    .selectFrom(
      sql<{
        taken: object | null
      }>`(select (select value from facts where name = ${factName(person.tenant)}) as taken)`.as('baseline'),
    )
    .leftJoin('managers_seen', (join) =>
      join.on('managers_seen.tenant_id', '=', person.tenant).on('managers_seen.user_id', '=', person.id),
    )
    .select(['taken', 'managers_seen.user_id', 'manager_id', 'since'])
    .executeTakeFirstOrThrow()
  const seen = { manager: (row.manager_id ?? undefined) as UserId | undefined, since: row.since }
  return { hasBaseline: takenAt(row.taken) !== undefined, seen: row.user_id === null ? undefined : seen }
}

/**
 * Has this manager stood for at least so many days? The caller asks about the manager whom the directory names now.
 * @param days whole days; 0 = any manager we have seen
 */
export function standsSince(
  seen: ManagerSeen | undefined,
  manager: UserId,
  period: { readonly days: number; readonly now: Date },
): ManagerStanding {
  if (seen?.manager !== manager) return { stands: false, because: 'unknown' }
  const { since } = seen
  if (since === null) return { stands: true, because: 'baseline' }
  const countsFrom = new Date(since.getTime() + period.days * day)
  if (countsFrom > period.now) return { stands: false, because: 'too-new', since, countsFrom }
  return { stands: true, because: 'long-enough', since }
}

async function writeChanges(
  database: Kysely<Schema>,
  tenant: TenantId,
  links: readonly ManagerLink[],
  now: Date,
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into managers_seen (tenant_id, user_id, manager_id, since)
    select ${tenant}, person, manager, ${now}::timestamptz from ${table(links)}
    order by person
    on conflict (tenant_id, user_id) do update set manager_id = excluded.manager_id, since = excluded.since
    where managers_seen.manager_id is distinct from excluded.manager_id`.execute(database)
  return Number(numAffectedRows ?? 0n)
}

/** The links as a table of two columns: two parameters however many rows. */
function table(links: readonly ManagerLink[]) {
  const people = links.map((link) => link.person)
  const managers = links.map((link) => link.manager ?? null)
  return sql`unnest(${people}::text[], ${managers}::text[]) as link (person, manager)`
}

/** Bounded batches with each person once: a directory may replay somebody on a page, and the last word holds. */
function* batches(page: readonly ManagerLink[]): Generator<readonly ManagerLink[]> {
  const links = [...new Map(page.map((link) => [link.person, link])).values()]
  for (let start = 0; start < links.length; start += batch) yield links.slice(start, start + batch)
}

function factName(tenant: TenantId): string {
  return `manager-baseline:${tenant}`
}
