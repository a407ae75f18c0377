import { Control, type SearchOptions } from 'ldapts'
import { z } from 'zod'
import { AgentError } from '../agent-error.ts'
import { type Address, type BindAccount, boundClient, discard } from './bound-client.ts'
import { DescriptorParts } from './descriptor-parts.ts'
import type { Controller, Search } from './domain.ts'
import { guidText } from './encodings.ts'
import { bufferOf, textOf } from './entry.ts'
import { type Doing, toAgentError } from './errors.ts'
import { anything } from './filters.ts'
import { formatDn, parseDn } from './names.ts'
import { openQueue } from './queue.ts'
import { within } from './within.ts'

/** A controller keeps ten searches open on a connection and drops the oldest for the eleventh (MaxResultSetsPerConn). */
const atOnce = 8
const waiting = 500
/** A page of what has no limit of its own: MaxPageSize, MS-ADTS 3.1.1.3.4.6. */
const fullPage = 1_000
const showDeleted = '1.2.840.113556.1.4.417'

/** What is opened once and used by many. */
export interface Connection {
  readonly controller: Controller
  /** False once it failed: nothing new may be begun on it. */
  readonly usable: boolean
  /** When the controller last answered. */
  readonly answered: Date
  /** Asks for a sign of life. Never throws; `usable` says it. */
  look(milliseconds: number): Promise<void>
  close(): void
}

export interface Dialling {
  readonly address: Address
  readonly account: BindAccount
  readonly milliseconds: number
  readonly clock: () => Date
  /** Opens one more connection for a listing, and counts it. @throws AgentError */
  readonly listing: <T>(work: () => AsyncIterable<T>) => AsyncIterable<T>
}

/** Connects, binds and asks the controller who it is. @throws AgentError */
export async function connect(dialling: Dialling): Promise<Connection> {
  const { address, account, milliseconds, clock } = dialling
  const client = await boundClient(address, account, milliseconds)
  const queue = openQueue({ atOnce, waiting })
  let usable = true
  let underWay = 0
  let answered = clock()

  /** What is under way may still come to its end; what timed out has lost its socket already. */
  const retire = () => {
    usable = false
    if (underWay === 0) discard(client)
  }
  const run = <T>(doing: Doing, operation: () => Promise<T>): Promise<T> =>
    queue(async () => {
      // ldapts would connect anew by itself, and then as nobody.
      if (!usable || !client.isBound) {
        retire()
        throw new AgentError('unreachable', `${doing.what}: the connection to ${address.url} is closed`)
      }
      underWay += 1
      try {
        const result = await within(milliseconds + 1_000, doing.what, operation())
        answered = clock()
        return result
      } catch (error) {
        const known = toAgentError(error, doing)
        if (known.code === 'unreachable') usable = false
        throw known
      } finally {
        underWay -= 1
        if (!usable) retire()
      }
    })

  const read = (search: Search) =>
    run(reading(search), async () => {
      const { searchEntries } = await client.search(search.base, optionsOf(search, milliseconds), controlsOf(search))
      // A server may give more than was asked for.
      return search.limit === undefined ? searchEntries : searchEntries.slice(0, search.limit)
    })
  const root = await rootOf(read).catch((error) => {
    discard(client)
    throw error
  })

  const controller: Controller = {
    name: root.name,
    domainDn: root.domainDn,
    configurationDn: root.configurationDn,
    search: read,
    pages: (search, size) => dialling.listing(() => pagesOf(dialling, search, size)),
    ownPages: (search, size) => dialling.listing(() => pagesOf(dialling, search, size, root.settingsDn)),
    modify: (dn, changes) => run(writing('modify', dn), () => client.modify(dn, [...changes])),
    add: (dn, attributes) => run(writing('add', dn), () => client.add(dn, [...attributes])),
    // Spelled so that the first bare comma is the end of the new name: ldapts splits there.
    rename: (dn, to) => run(writing('rename', dn), () => client.modifyDN(dn, formatDn(parseDn(to)))),
    async position() {
      const [settings] = await read({
        base: root.settingsDn,
        scope: 'base',
        filter: anything,
        attributes: ['invocationId'],
        binary: ['invocationId'],
      })
      const invocationId = settings === undefined ? undefined : bufferOf(settings, 'invocationId')
      if (invocationId === undefined)
        throw new AgentError('refused', `${root.name} does not say which copy of the directory it holds (invocationId)`)
      return { usn: (await rootOf(read)).usn, invocationId: guidText(invocationId) }
    },
  }
  return {
    controller,
    get usable() {
      return usable && client.isBound
    },
    get answered() {
      return answered
    },
    look: (patience) =>
      within(patience, 'a sign of life', rootOf(read)).then(
        () => {},
        () => retire(),
      ),
    close: retire,
  }
}

/**
 * A listing on a connection of its own, so that a slow one spoils nothing else.
 * @param settingsDn what the controller that must answer is known by; left out: any one
 * @throws AgentError
 */
async function* pagesOf(
  { address, account, milliseconds }: Dialling,
  search: Search,
  size: number,
  settingsDn?: string,
) {
  const client = await boundClient(address, account, milliseconds)
  try {
    if (settingsDn !== undefined) {
      const asked = client.search('', { scope: 'base', filter: anything, attributes: ['dsServiceName'] })
      const { searchEntries } = await within(milliseconds + 1_000, 'who answers', asked)
      if (searchEntries[0]?.dsServiceName !== settingsDn)
        throw new AgentError('unreachable', `${address.url} leads to another domain controller now`)
    }
    const options = { ...optionsOf(search, milliseconds), paged: { pageSize: size } }
    const pages = client.searchPaginated(search.base, options, controlsOf(search))
    for (;;) {
      const { done, value } = await within(milliseconds + 1_000, 'a page', pages.next())
      if (done === true) return
      yield value.searchEntries
    }
  } catch (error) {
    throw toAgentError(error, reading(search))
  } finally {
    discard(client)
  }
}

const reading = (search: Search): Doing => ({ what: `search ${search.scope} ${search.base}`, writeSent: false })
const writing = (how: string, dn: string): Doing => ({ what: `${how} ${dn}`, writeSent: true })

function optionsOf(search: Search, milliseconds: number): SearchOptions {
  return {
    scope: search.scope,
    filter: search.filter,
    attributes: [...search.attributes],
    explicitBufferAttributes: [...(search.binary ?? [])],
    timeLimit: Math.ceil(milliseconds / 1_000),
    ...(search.limit === undefined
      ? search.scope === 'base'
        ? {}
        : { paged: { pageSize: fullPage } }
      : { sizeLimit: search.limit }),
  }
}

const controlsOf = (search: Search): Control[] => [
  ...(search.deleted === true ? [new Control(showDeleted, { critical: true })] : []),
  ...(search.descriptor === true ? [new DescriptorParts()] : []),
]

/** What a controller says of itself to everybody (MS-ADTS 3.1.1.3.2). */
const rootAnswer = z.object({
  name: z
    .string()
    .min(1)
    .transform((text) => text.toLowerCase()),
  domainDn: z.string().min(1),
  configurationDn: z.string().min(1),
  settingsDn: z.string().min(1),
  usn: z
    .string()
    .regex(/^\d{1,20}$/)
    .transform(BigInt),
})

async function rootOf(read: Controller['search']) {
  const [root] = await read({
    base: '',
    scope: 'base',
    filter: anything,
    attributes: [
      'dnsHostName',
      'defaultNamingContext',
      'configurationNamingContext',
      'dsServiceName',
      'highestCommittedUSN',
    ],
  })
  const parsed = rootAnswer.safeParse({
    name: root && textOf(root, 'dnsHostName'),
    domainDn: root && textOf(root, 'defaultNamingContext'),
    configurationDn: root && textOf(root, 'configurationNamingContext'),
    settingsDn: root && textOf(root, 'dsServiceName'),
    usn: root && textOf(root, 'highestCommittedUSN'),
  })
  if (!parsed.success)
    throw new AgentError('unreachable', 'what answers there is no domain controller of Active Directory')
  return parsed.data
}
