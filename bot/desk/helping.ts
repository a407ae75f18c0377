import type { Desk, Helped } from '../desk.ts'
import type { DirectoryUser } from '../directory/directory.ts'
import type { UserId } from '../identity/person.ts'
import { relationOf } from '../operations/relation.ts'
import type { Ground, Sitting } from './ground.ts'

/** More reports than this are looked for by name. */
const mostReports = 100
const mostFound = 5
const operation = 'reset-password-for'

/**
 * Whom somebody may help: a manager their direct reports, IT whoever is no administrator. Whoever is not among them is not
 * to be told from somebody who does not exist.
 */
export function helping(
  ground: Ground,
  { person, dialogId, correlationId }: Sitting,
): Pick<Desk, 'peopleToHelp' | 'findPeopleToHelp' | 'personToHelp' | 'openTicketFor'> {
  const { directory, policy } = ground
  const by = policy.operations[operation].by ?? []

  const isEmployee = ({ id, userType }: DirectoryUser): boolean => id !== person.id && userType === 'Member'

  async function reports(): Promise<readonly DirectoryUser[]> {
    if (!by.includes('manager')) return []
    return (await directory.directReports(person.id, mostReports)).filter(isEmployee)
  }

  async function unprivileged(users: readonly DirectoryUser[]): Promise<readonly DirectoryUser[]> {
    const privileges = await Promise.all(users.map(({ id }) => directory.privilege(id)))
    return users.filter((_, index) => privileges[index]?.privileged === false)
  }

  return {
    async peopleToHelp() {
      const [own, anybody] = await Promise.all([reports(), by.includes('it') && ground.isIt(person)])
      return { reports: own.slice(0, mostFound).map(helped), more: own.length > mostFound, anybody }
    },
    async findPeopleToHelp(text) {
      const wanted = text.trim().slice(0, 100)
      if (wanted === '') return []
      const own = calledSo(await reports(), wanted)
      if (!by.includes('it') || !(await ground.isIt(person))) return own.slice(0, mostFound).map(helped)
      const found = (await directory.findPeople(wanted, 2 * mostFound)).filter(isEmployee)
      const others = found.filter(({ id }) => !own.some((one) => one.id === id)).slice(0, mostFound)
      return [...own, ...(await unprivileged(others))].slice(0, mostFound).map(helped)
    },
    async personToHelp(id: UserId) {
      const relation = await relationOf(ground, operation, person, id)
      return relation === 'manager-of' || relation === 'it' ? helped(await directory.user(id)) : undefined
    },
    async openTicketFor(about, title) {
      const { displayName } = await directory.user(about)
      const ticket = await ground.tickets.open({
        id: dialogId,
        person: { tenant: person.tenant, id: about, name: displayName },
        kind: 'request',
        title,
        dialogId,
        correlationId,
      })
      await ground.tickets.note(dialogId, `Started by ${person.name} for ${displayName}.`)
      return { number: ticket.number }
    },
  }
}

function helped({ id, displayName, jobTitle, department }: DirectoryUser): Helped {
  return { id, name: displayName, about: [jobTitle, department].filter(Boolean).join(', ') }
}

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** By part of the name or the beginning of an address, whatever the accents; who is called exactly so comes first. */
function calledSo(users: readonly DirectoryUser[], wanted: string): readonly DirectoryUser[] {
  const looked = plain(wanted)
  const found = users.filter(
    ({ displayName, userPrincipalName, mail }) =>
      plain(displayName).includes(looked) ||
      [userPrincipalName, mail ?? ''].some((address) => plain(address).startsWith(looked)),
  )
  const isExact = ({ displayName }: DirectoryUser) => plain(displayName) === looked
  return [...found.filter(isExact), ...found.filter((user) => !isExact(user))]
}
