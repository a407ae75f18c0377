import { Attribute, Change, type Client, ResultCodeError } from 'ldapts'
import { asAccount, type LdapEndpoint, type Login } from './ldap-session.ts'
import { addGroup } from './objects.ts'

/** A group that looks like any other, and is in Domain Admins. */
export const nestedGroup = 'Night Shift Operators'

type Controller = LdapEndpoint & { readonly administrator: Login; readonly domainDn: string }

/** Who is an administrator of the domain by way of a group in a group, of which the other directory knows nothing. */
export function domainAdministrators(controller: Controller): { set(dn: string, is: boolean): Promise<void> } {
  let made: Promise<string> | undefined
  const asAdministrator = <T>(work: (client: Client) => Promise<T>) =>
    asAccount(controller, controller.administrator, work)
  const make = () =>
    asAdministrator(async (client) => {
      const { dn } = await addGroup(client, { name: nestedGroup })
      await change(client, `CN=Domain Admins,CN=Users,${controller.domainDn}`, 'add', dn)
      return dn
    })
  return {
    async set(dn, is) {
      made ??= make()
      const group = await made.catch((error: unknown) => {
        made = undefined
        throw error
      })
      await asAdministrator((client) => change(client, group, is ? 'add' : 'delete', dn))
    },
  }
}

/** entryAlreadyExists, attributeOrValueExists; unwillingToPerform and noSuchAttribute for a member that is not there. */
const alreadySo: Readonly<Record<'add' | 'delete', readonly number[]>> = { add: [20, 68], delete: [16, 53] }

async function change(client: Client, group: string, operation: 'add' | 'delete', member: string): Promise<void> {
  const modification = new Attribute({ type: 'member', values: [member] })
  await client.modify(group, new Change({ operation, modification })).catch((error: unknown) => {
    if (!(error instanceof ResultCodeError && alreadySo[operation].includes(error.code))) throw error
  })
}
