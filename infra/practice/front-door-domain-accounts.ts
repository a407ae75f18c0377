import type { Client, Entry } from 'ldapts'
import { nestedGroup } from './domain/administrators.ts'
import { asAccount, type LdapEndpoint, type Login } from './domain/ldap-session.ts'
import type { MadeUser } from './domain/objects.ts'
import type { DomainAccount } from './front-door-shapes.ts'

/** Milliseconds between two looks, while somebody asks. */
const lookEvery = 1_000
/** An account that nobody asked for so long is no longer looked at. */
const askedLately = 5_000
/** Bits of userAccountControl and of msDS-User-Account-Control-Computed (MS-ADTS 2.2.16). */
const disabled = 0x2
const lockedOut = 0x10

const attributes = [
  'userAccountControl',
  'msDS-User-Account-Control-Computed',
  'lockoutTime',
  'badPwdCount',
  'pwdLastSet',
  'memberOf',
]

export interface WatchedAccounts {
  /** As it was last read; `unknown` while the controller has not answered, undefined for somebody who is not there. */
  account(id: string): DomainAccount | 'unknown' | undefined
  /** Whether the controller answered when it was last asked. */
  answers(): boolean
  /** Looks now, if it is not looking already. */
  look(): void
}

/** Reads accounts as the administrator sees them, once a second, for as long as somebody asks about them. */
export function watchAccounts(
  controller: LdapEndpoint & { readonly administrator: Login },
  people: ReadonlyMap<string, MadeUser>,
): WatchedAccounts {
  const askedAt = new Map<string, number>()
  const read = new Map<string, DomainAccount>()
  let isThere = true
  let lookedAt = 0
  let isLooking = false
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    lookedAt = performance.now()
    for (const [id, at] of askedAt) if (at < lookedAt - askedLately) askedAt.delete(id)
    try {
      await asAccount(controller, controller.administrator, async (client) => {
        for (const id of askedAt.keys()) {
          const person = people.get(id)
          if (person) read.set(id, await readAccount(client, person.guid))
        }
      })
      isThere = true
    } catch {
      isThere = false
      read.clear()
    }
    isLooking = false
  }
  const lookInTurn = () => {
    if (performance.now() - lookedAt > lookEvery) void look()
  }
  return {
    account(id) {
      if (!people.has(id)) return undefined
      askedAt.set(id, performance.now())
      lookInTurn()
      return read.get(id) ?? 'unknown'
    },
    answers() {
      lookInTurn()
      return isThere
    },
    look: () => void look(),
  }
}

async function readAccount(client: Client, guid: string): Promise<DomainAccount> {
  const { searchEntries } = await client.search(`<GUID=${guid}>`, { scope: 'base', attributes })
  const [entry] = searchEntries
  if (!entry) throw new Error('the account is gone')
  const isLocked = (number(entry, 'msDS-User-Account-Control-Computed') & lockedOut) !== 0
  const lockedAt = timeOf(entry, 'lockoutTime')
  const passwordSetAt = timeOf(entry, 'pwdLastSet')
  return {
    isEnabled: (number(entry, 'userAccountControl') & disabled) === 0,
    isLocked,
    ...(isLocked && lockedAt && { lockedAt }),
    wrongPasswords: number(entry, 'badPwdCount'),
    mustChangePassword: passwordSetAt === undefined,
    ...(passwordSetAt && { passwordSetAt }),
    isAdministrator: texts(entry, 'memberOf').some((dn) => dn.startsWith(`CN=${nestedGroup},`)),
  }
}

const texts = (entry: Entry, attribute: string): readonly string[] => [entry[attribute] ?? []].flat().map(String)

const number = (entry: Entry, attribute: string): number => Number(texts(entry, attribute)[0] ?? 0)

/** FILETIME, 100 ns since 1601 (MS-DTYP 2.3.3), as ISO 8601; undefined for 0. */
function timeOf(entry: Entry, attribute: string): string | undefined {
  const ticks = BigInt(texts(entry, attribute)[0] ?? '0')
  return ticks === 0n ? undefined : new Date(Number(ticks / 10_000n) - 11_644_473_600_000).toISOString()
}
