import { Attribute, Change, type Client } from 'ldapts'
import { readAttributes } from '../../infra/practice/domain/attributes.ts'
import { asAccount, bindAnswer } from '../../infra/practice/domain/ldap-session.ts'
import { addGroup, addUser, type MadeGroup, type MadeUser } from '../../infra/practice/domain/objects.ts'
import { type DomainController, startDomainController } from '../../infra/practice/domain/samba.ts'
import type { Template } from '../../infra/practice/domain/template.ts'

type Value = string | Buffer

/** A real domain controller (Samba) with a few things that tests do behind the agent's back, all as the administrator. */
export interface TestDomain extends DomainController {
  /** An enabled user with a password (firstPassword unless said), in People unless said. */
  addUser(
    name: string,
    options?: {
      readonly unit?: string
      readonly password?: string
      readonly attributes?: Readonly<Record<string, string>>
    },
  ): Promise<MadeUser>
  /** A global security group in Groups unless said; members by DN. */
  addGroup(
    name: string,
    options?: { readonly unit?: string; readonly groupType?: number; readonly members?: readonly string[] },
  ): Promise<MadeGroup>
  /** What the controller answers to a simple bind: `ok`, or the `data` code of error 49 (52e, 775, 773, 532, 533, 701). */
  bind(name: string, password: string): Promise<string>
  /** Wrong passwords until the account is locked. */
  lock(upn: string): Promise<void>
  /** By DN or objectGUID; GUIDs and SIDs as text, computed attributes too. @throws NoSuchObjectError */
  attributes(dnOrGuid: string): Promise<Record<string, string | string[]>>
  /** Replaces values; null takes them away. By DN or objectGUID. */
  modify(dnOrGuid: string, changes: Readonly<Record<string, Value | readonly Value[] | null>>): Promise<void>
  /** By DN or objectGUID. */
  remove(dnOrGuid: string): Promise<void>
  /** Anything else, bound as the administrator. */
  asAdministrator<T>(work: (client: Client) => Promise<T>): Promise<T>
}

/** Starts a domain controller on an address of its own; `close` removes everything. */
export async function startTestDomain(options: { readonly template?: Template } = {}): Promise<TestDomain> {
  const controller = await startDomainController(options)
  const asAdministrator = <T>(work: (client: Client) => Promise<T>) =>
    asAccount(controller, controller.administrator, work)
  const bind = (name: string, password: string) => bindAnswer(controller, name, password)
  return {
    ...controller,
    asAdministrator,
    bind,
    addUser: (name, of = {}) => asAdministrator((client) => addUser(client, { name, ...of })),
    addGroup: (name, of = {}) => asAdministrator((client) => addGroup(client, { name, ...of })),
    async lock(upn) {
      for (let attempt = 0; attempt < 20; attempt++) if ((await bind(upn, `Wrong-${attempt}`)) === '775') return
      throw new Error(`${upn} does not lock: is it an account, and not the built-in administrator?`)
    },
    attributes: (dnOrGuid) => asAdministrator((client) => readAttributes(client, objectDn(dnOrGuid))),
    modify: (dnOrGuid, changes) =>
      asAdministrator((client) =>
        client.modify(
          objectDn(dnOrGuid),
          Object.entries(changes).map(([type, value]) => replacement(type, value)),
        ),
      ),
    remove: (dnOrGuid) => asAdministrator((client) => client.del(objectDn(dnOrGuid))),
  }
}

/** A GUID is a DN too, in a spelling of its own (MS-ADTS 3.1.1.3.1.2.4). */
function objectDn(dnOrGuid: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(dnOrGuid) ? `<GUID=${dnOrGuid}>` : dnOrGuid
}

function replacement(type: string, value: Value | readonly Value[] | null): Change {
  const bytes = (value === null ? [] : [value].flat()).map((one) => (typeof one === 'string' ? Buffer.from(one) : one))
  return new Change({ operation: 'replace', modification: new Attribute({ type, values: bytes }) })
}
