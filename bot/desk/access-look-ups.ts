import type { AccessDesk } from '../access/access-desk.ts'
import type { Entry } from '../policy/catalogue/catalogue.ts'
import { approversOf } from './access-approvers.ts'
import { isGone } from './access-gone.ts'
import type { Ground, Sitting } from './ground.ts'

const mostPeople = 50
const mostOwners = 100

/** Who is in a group, for those whom the policy lets ask, and who would have to say yes. */
export function lookingUp(ground: Ground, { person }: Sitting): Pick<AccessDesk, 'whoIsIn' | 'whoApproves'> {
  const { directory, policy } = ground

  async function mayAsk({ group }: Entry): Promise<boolean> {
    const rule = policy.access.whoIsIn
    if (rule === 'everybody' || (await ground.isIt(person))) return true
    const owners = await directory.owners(group, mostOwners).catch(isGone)
    if (owners?.people.some(({ id }) => id === person.id)) return true
    return rule === 'members' && (await directory.memberOf(person.id, [group])).includes(group)
  }

  return {
    async whoIsIn(key) {
      const entry = await ground.entries.entry(person, key)
      if (!entry) return { refused: 'I find nothing of that kind.' }
      if (!(await mayAsk(entry))) {
        const may = policy.access.whoIsIn === 'members' ? 'Its owners, its members and IT' : 'Its owners and IT'
        return { refused: `${may} may ask who is in it.` }
      }
      const members = await directory.members(entry.group, mostPeople).catch(isGone)
      if (!members) return { refused: 'Its group is not in the directory any more.' }
      return { people: members.people.map(({ displayName }) => displayName), more: members.more }
    },
    async whoApproves(key) {
      const entry = await ground.entries.entry(person, key)
      if (!entry) return []
      const group = await directory.group(entry.group).catch(isGone)
      const self = { id: person.id, name: person.name }
      const stages = await approversOf(
        ground,
        person.tenant,
        {
          kind: 'access',
          requester: self,
          person: self,
          entry: entry.key,
          title: entry.title,
          opens: entry.opens,
          group: { id: entry.group, name: group?.displayName ?? entry.title },
          risk: entry.risk,
          reason: 'not asked for',
          startsAt: null,
          lasts: { for: 1 },
          conflicts: [],
          extends: null,
        },
        entry.approvals,
      )
      return stages.map((who, index) => (index === 0 ? `For you: ${who}.` : `Then: ${who}.`))
    },
  }
}
