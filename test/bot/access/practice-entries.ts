import { type GroupId, groupId } from '../../../bot/identity/person.ts'
import type { Entry } from '../../../bot/policy/catalogue/catalogue.ts'
import { loadCatalogue } from '../../../bot/policy/catalogue/load.ts'
import { practiceCatalogue } from '../../../infra/practice/catalogue.ts'
import { type CastKey, seedCompany, wellKnown } from '../../../infra/practice/company/seed.ts'

/** What the practice company can ask for, with the groups behind it. */
export const practiceEntries = loadCatalogue(practiceCatalogue(), 'catalogue.yaml').entries

const company = seedCompany({
  people: 60,
  seed: 1,
  clock: () => new Date('2026-11-20T09:00:00Z'),
  tenantId: '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10',
})

/** The entries with names, aliases and descriptions of their groups. */
export const searchedEntries = practiceEntries.map((entry) => ({ entry, group: company.group(entry.group, 'latest') }))

/** The groups that somebody is in, nested included. */
export function groupsOf(person: CastKey): ReadonlySet<GroupId> {
  return new Set(company.transitiveGroups(wellKnown[person].id, 'latest').map(({ id }) => groupId.parse(id)))
}

/** Whether somebody may see an entry. */
export function sightOf(person: CastKey): (entry: Entry) => boolean {
  const groups = groupsOf(person)
  return ({ visibleTo }) => visibleTo === 'everybody' || visibleTo.some((group) => groups.has(group))
}
