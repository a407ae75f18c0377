import type { AccessDesk } from '../access/access-desk.ts'
import { contractOf, contractsOfSponsor } from '../access/contracts.ts'
import { managerOf } from '../approvals/manager-of.ts'
import type { Named } from '../approvals/requests/request.ts'
import type { DirectoryUser } from '../directory/directory.ts'
import type { UserId } from '../identity/person.ts'
import { isGone } from './access-gone.ts'
import type { Ground, Sitting } from './ground.ts'

/** More than this nobody chooses from. */
const mostReports = 100
const mostContractors = 20

/** Whom one may ask for: oneself, one's direct reports as the directory names them now, and the contractors one answers for. */
export function askingFor(ground: Ground, sitting: Sitting): Pick<AccessDesk, 'reportsToAskFor'> {
  return {
    async reportsToAskFor() {
      const { id, tenant } = sitting.person
      const [reports, contracts] = await Promise.all([
        ground.directory.directReports(id, mostReports),
        contractsOfSponsor(ground.database, tenant, id, mostContractors),
      ])
      const users = reports.filter((user) => user.id !== id && works(user)).map(inShort)
      const known = new Set<string>(users.map((user) => user.id))
      const contractors = contracts.filter(({ person }) => !known.has(person.id))
      return [...users, ...contractors.map(({ person, project }) => ({ ...person, about: `contractor, ${project}` }))]
    },
  }
}

/** Undefined for somebody for whom one may not ask; nobody learns whether they exist. */
export async function whomFor(
  ground: Ground,
  { person }: Sitting,
  about: UserId | undefined,
): Promise<Named | undefined> {
  if (about === undefined || about === person.id) {
    const { displayName } = await ground.directory.user(person.id)
    return { id: person.id, name: displayName }
  }
  const user = await ground.directory.user(about).catch(isGone)
  if (!user) return undefined
  const contract = await contractOf(ground.database, person.tenant, about)
  if (contract?.sponsor.id === person.id) return { id: about, name: user.displayName }
  if (!works(user)) return undefined
  const found = await managerOf(ground, { tenant: person.tenant, id: about })
  return 'manager' in found && found.manager.id === person.id ? { id: about, name: user.displayName } : undefined
}

/** As somebody is chosen from a list: people of one name are told apart. */
export function inShort({ id, displayName, jobTitle, department }: DirectoryUser): {
  readonly id: UserId
  readonly name: string
  readonly about: string
} {
  return { id, name: displayName, about: [jobTitle, department].filter(Boolean).join(', ') }
}

function works({ accountEnabled, userType }: DirectoryUser): boolean {
  return accountEnabled === true && userType === 'Member'
}
