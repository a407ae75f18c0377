import { Attribute, Change } from 'ldapts'
import { asAccount, type LdapEndpoint, type Login } from '../../infra/practice/domain/ldap-session.ts'
import { addGroup } from '../../infra/practice/domain/objects.ts'

type Controller = LdapEndpoint & { readonly administrator: Login }

/** Sets single values as the administrator does, behind everybody's back. */
export async function modify(
  controller: Controller,
  dn: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await asAccount(controller, controller.administrator, (client) =>
    client.modify(
      dn,
      Object.entries(values).map(
        ([type, value]) => new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }),
      ),
    ),
  )
}

/** Puts a member in or out, whether or not it was there. */
export async function inGroup(controller: Controller, group: string, member: string, is: boolean): Promise<void> {
  if ((await memberOf(controller, group, member)) === is) return
  const modification = new Attribute({ type: 'member', values: [member] })
  await asAccount(controller, controller.administrator, (client) =>
    client.modify(group, new Change({ operation: is ? 'add' : 'delete', modification })),
  )
}

/** What the domain controller itself says. */
export async function memberOf(controller: Controller, group: string, member: string): Promise<boolean> {
  const { searchEntries } = await asAccount(controller, controller.administrator, (client) =>
    client.search(group, { scope: 'base', attributes: ['member'] }),
  )
  const members = searchEntries[0]?.member ?? []
  return (Array.isArray(members) ? members : [members]).some(
    (one) => String(one).toLowerCase() === member.toLowerCase(),
  )
}

/** @returns its DN */
export async function newGroup(controller: Controller, name: string): Promise<string> {
  const made = await asAccount(controller, controller.administrator, (client) => addGroup(client, { name }))
  return made.dn
}
