import type { Client, Entry } from 'ldapts'
import { EqualityFilter } from 'ldapts'
import type { CompanyGroup, CompanyUser } from '../company/model.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { guidText, sidText } from './identifiers.ts'
import { asAccount, bindAnswer, type LdapEndpoint, type Login } from './ldap-session.ts'

/** What the sync reads and writes. */
export interface SyncGround {
  readonly tenant: Pick<Tenant, 'company' | 'control'>
  readonly endpoint: LdapEndpoint
  /** Reads everything below these. */
  readonly login: Login
  readonly units: { readonly people: readonly string[]; readonly groups: string }
}

/** Carries what is mastered on-premises over to the tenant, one way, as Entra Connect does: half-hourly in the world, in seconds here. */
export interface Sync {
  /** One whole cycle from now on; resolves when it is over, or rejects with what broke it off. */
  now(): Promise<void>
  /** When the last cycle was over. */
  lastAt(): Date | undefined
  /** Whether the last cycle broke off. */
  isFailing(): boolean
  isPaused(): boolean
  /** From now on nothing is carried over, until it is called with false. */
  pause(on: boolean): void
  stop(): Promise<void>
}

/** Starts the cycles. A failed one is tried again at the next turn; the first one in a row is reported. */
export function startSync(
  ground: SyncGround,
  options: { readonly everyMilliseconds: number; readonly onError: (error: unknown) => void },
): Sync {
  /** The number of the password that was carried over last, by object. */
  const passwords = new Map<string, string>()
  let lastAt: Date | undefined
  let paused = false
  let failing = false
  let running: Promise<void> | undefined
  const cycle = async (): Promise<void> => {
    await asAccount(ground.endpoint, ground.login, async (client) => {
      const people = await carryPeople(ground, client, passwords)
      await carryGroups(ground, client, people)
    })
    lastAt = new Date()
    failing = false
  }
  const run = (): Promise<void> => {
    running ??= cycle().finally(() => {
      running = undefined
    })
    return running
  }
  /** What runs already may have read before the caller's change. */
  const whole = async (): Promise<void> => {
    await running?.catch(() => undefined)
    await run()
  }
  const timer = setInterval(() => {
    if (paused) return
    const failedBefore = failing
    run().catch((error: unknown) => {
      failing = true
      if (!failedBefore) options.onError(error)
    })
  }, options.everyMilliseconds)
  return {
    now: whole,
    lastAt: () => lastAt,
    isFailing: () => failing,
    isPaused: () => paused,
    pause(on) {
      paused = on
    },
    async stop() {
      clearInterval(timer)
      await running?.catch(() => undefined)
    },
  }
}

const personAttributes = [
  'objectGUID',
  'displayName',
  'givenName',
  'sn',
  'department',
  'title',
  'userAccountControl',
  'pwdLastSet',
  'msDS-KeyVersionNumber',
]
/** ACCOUNTDISABLE (MS-ADTS 2.2.16). */
const disabled = 2

/** Gives the tenant's ids by DN, for memberships. */
async function carryPeople(
  { tenant, endpoint, units }: SyncGround,
  client: Client,
  passwords: Map<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const { company, control } = tenant
  const byAnchor = new Map([...company.users.values('latest')].map((user) => [user.onPremisesImmutableId, user]))
  const ids = new Map<string, string>()
  for (const unit of units.people) {
    for (const entry of await everything(client, unit, 'user', personAttributes)) {
      const guid = bytes(entry, 'objectGUID')
      const user = byAnchor.get(guid.toString('base64'))
      // Accounts that are new on-premises stay there: joiners come into the tenant by HR in this company.
      if (user === undefined) continue
      ids.set(entry.dn.toLowerCase(), user.id)
      const edit = changedParts(user, {
        displayName: text(entry, 'displayName') ?? user.displayName,
        givenName: text(entry, 'givenName') ?? null,
        surname: text(entry, 'sn') ?? null,
        department: text(entry, 'department') ?? null,
        jobTitle: text(entry, 'title') ?? null,
        accountEnabled: (Number(text(entry, 'userAccountControl') ?? disabled) & disabled) === 0,
      })
      if (Object.keys(edit).length > 0) control.editUser(user.id, edit)
      carryPassword({ tenant, endpoint }, entry, guidText(guid), user, passwords)
    }
  }
  return ids
}

/** Of a password only that there is a new one: whether somebody knows it, the domain is asked when they sign in. */
function carryPassword(
  { tenant: { control }, endpoint }: Pick<SyncGround, 'tenant' | 'endpoint'>,
  entry: Entry,
  guid: string,
  user: CompanyUser,
  passwords: Map<string, string>,
): void {
  // Goes up with every password (MS-ADTS 3.1.1.4.5.16), where pwdLastSet is 0 after each that must be changed.
  const number = text(entry, 'msDS-KeyVersionNumber') ?? ''
  const before = passwords.get(guid)
  passwords.set(guid, number)
  const mustChange = changedParts(user, { mustChangePassword: text(entry, 'pwdLastSet') === '0' })
  if (before === number) {
    if (Object.keys(mustChange).length > 0) control.editUser(user.id, mustChange)
    return
  }
  const { userPrincipalName } = user
  const knows = async (password: string): Promise<boolean> =>
    // 773: the right one, to be changed first, which the tenant says by itself.
    ['ok', '773'].includes(await bindAnswer(endpoint, userPrincipalName, password))
  control.authenticateElsewhere(user.id, knows)
  const first = before === undefined
  const edit = {
    ...mustChange,
    ...(first ? {} : { lastPasswordChangeDateTime: new Date() }),
  }
  if (Object.keys(edit).length > 0) control.editUser(user.id, edit)
}

/** Members of groups that are synced; those of other groups are the tenant's own affair. */
async function carryGroups(
  { tenant, units }: SyncGround,
  client: Client,
  people: ReadonlyMap<string, string>,
): Promise<void> {
  const { company, control } = tenant
  const bySid = new Map(
    [...company.groups.values('latest')].flatMap((group): [string, CompanyGroup][] =>
      group.onPremisesSecurityIdentifier === null ? [] : [[group.onPremisesSecurityIdentifier, group]],
    ),
  )
  for (const entry of await everything(client, units.groups, 'group', ['objectSid', 'member'])) {
    const group = bySid.get(sidText(bytes(entry, 'objectSid')))
    if (group === undefined) continue
    const members = new Set(texts(entry, 'member').flatMap((dn) => people.get(dn.toLowerCase()) ?? []))
    const same = members.size === group.members.size && [...members].every((id) => group.members.has(id))
    if (!same) control.editGroup(group.id, { members })
  }
}

async function everything(
  client: Client,
  base: string,
  objectClass: string,
  attributes: readonly string[],
): Promise<readonly Entry[]> {
  const { searchEntries } = await client.search(base, {
    scope: 'sub',
    filter: new EqualityFilter({ attribute: 'objectClass', value: objectClass }),
    attributes: [...attributes],
    explicitBufferAttributes: ['objectGUID', 'objectSid'],
    paged: { pageSize: 500 },
  })
  return searchEntries
}

function changedParts<T extends object>(of: T, wanted: Partial<T>): Partial<T> {
  const parts = Object.entries(wanted).filter(([name, value]) => Reflect.get(of, name) !== value)
  return Object.fromEntries(parts) as Partial<T>
}

function bytes(entry: Entry, attribute: string): Buffer {
  const value = entry[attribute]
  if (Buffer.isBuffer(value)) return value
  throw new Error(`${entry.dn} has no ${attribute}`)
}

function texts(entry: Entry, attribute: string): readonly string[] {
  const value = entry[attribute] ?? []
  return (Array.isArray(value) ? value : [value]).map(String)
}

/** A single value; undefined where there is none. */
function text(entry: Entry, attribute: string): string | undefined {
  return texts(entry, attribute)[0]
}
