import { Attribute, Change, type Client } from 'ldapts'
import { asAccount } from './ldap-session.ts'
import { addGroup, addUser, type MadeGroup, type MadeUser, type NewGroup, type NewUser } from './objects.ts'
import type { DomainController } from './samba.ts'

/** A group whose direct members are named, not given as DNs: people and groups of the same populating. */
export interface NamedGroup extends Omit<NewGroup, 'members'> {
  readonly members?: readonly string[]
}

/** By name. */
export interface Population {
  readonly users: ReadonlyMap<string, MadeUser>
  readonly groups: ReadonlyMap<string, MadeGroup>
}

/** Samba works on one at a time; a few in flight hide the way there and back. */
const inFlight = 8

/**
 * Makes users, then groups with their members (groups in groups too, in any order), as the administrator over LDAPS: about 35 users a
 * second. Names are unique among all of them.
 * @throws Error for a member that nobody is; ResultCodeError as the controller answers, with what came before it made
 */
export async function populate(
  controller: DomainController,
  people: readonly NewUser[],
  groups: readonly NamedGroup[] = [],
): Promise<Population> {
  return await asAccount(controller, controller.administrator, async (client) => {
    const users = await each(people, (user) => addUser(client, user))
    const made = await each(groups, ({ members: _, ...group }) => addGroup(client, group))
    const dnOf = (name: string) => {
      const dn = users.get(name)?.dn ?? made.get(name)?.dn
      if (dn === undefined) throw new Error(`nobody and no group is called ${name}`)
      return dn
    }
    await each(groups, async ({ name, members = [] }) => {
      if (members.length > 0) await addMembers(client, dnOf(name), members.map(dnOf))
    })
    return { users, groups: made }
  })
}

async function addMembers(client: Client, group: string, members: string[]): Promise<void> {
  const modification = new Attribute({ type: 'member', values: members })
  await client.modify(group, new Change({ operation: 'add', modification }))
}

/** Does the work for each, a few at a time; results by name. */
async function each<Item extends { readonly name: string }, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Map<string, Result>> {
  const results = new Map<string, Result>()
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) {
      if (results.has(item.name)) throw new Error(`two are called ${item.name}`)
      results.set(item.name, await work(item))
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, items.length) }, worker))
  return results
}
