import { EqualityFilter } from 'ldapts'
import { accountAttributes } from '../../agent/ldap/account.ts'
import { guidText } from '../../agent/ldap/encodings.ts'
import { all, anything } from '../../agent/ldap/filters.ts'
import { byGuid } from '../../agent/ldap/names.ts'
import { anyUser, userAttributes, userBinary } from '../../agent/ldap/user.ts'
import { beside, inTurns } from './on-premises-figures.ts'
import { type LinkGround, openLinkGround } from './on-premises-ground.ts'
import { atOnce, table } from './statistics.ts'

/** People in the domain, whatever the number of reads. */
const people = 2_000
const atTheSameTime = [1, 32] as const
/** So many for each of those that work at the same time, before it is the other way's turn. */
const each = 4
/** An agent that is gone is waited for at every read: more of that tells nothing new. */
const mostFailures = 3
/** Rounds that do not count: connections become warm, code is compiled. */
const warmUp = 3

const reads = ['user', 'account'] as const
type Read = (typeof reads)[number]
const ways = ['direct', 'link'] as const
type Way = (typeof ways)[number]

/**
 * What the link adds: a command from the bot to the agent and back (signed both ways, through a TLS front and the bot's server),
 * beside one search for the same object with the same attributes by ldapts on the same controller, as the same account. By turns in one
 * run. The bot's end, the front and the direct client share this process, which they do not in a company.
 * @param size reads of each kind each way, for each number at the same time
 * @returns how many failed
 */
export async function benchLink(size: number): Promise<number> {
  const ground = await openLinkGround(people)
  let failed = 0
  try {
    const guids = await someGuids(ground, size)
    const call: Readonly<Record<Way, (read: Read, guid: string) => Promise<void>>> = {
      direct: (read, guid) => readDirectly(ground, read, guid),
      link: (read, guid) => readOverLink(ground, read, guid),
    }
    const measure = async (read: Read, concurrency: number): Promise<readonly string[]> => {
      const times: Record<Way, number[]> = { direct: [], link: [] }
      const round = concurrency * each
      const unmeasured = guids.slice(0, round * warmUp)
      for (const { way, items } of inTurns(ways, unmeasured, round))
        await atOnce(items, concurrency, (guid) => call[way](read, guid))
      for (const { way, items } of inTurns(ways, guids, round))
        await atOnce(items, concurrency, async (guid) => {
          const started = performance.now()
          try {
            await call[way](read, guid)
            times[way].push(performance.now() - started)
          } catch (error) {
            failed += 1
            console.error(String(error))
            if (failed >= mostFailures) throw new Error(`given up after ${failed} failures`)
          }
        })
      const figures = [0.5, 0.95].flatMap((share) => beside(times.direct, times.link, share))
      return [`${read}, ${concurrency} at once`, ...figures]
    }
    const rows: (readonly string[])[] = []
    for (const concurrency of atTheSameTime) for (const read of reads) rows.push(await measure(read, concurrency))
    const columns = ['by ldapts', 'over the link', 'added', 'ratio']
    const head = ['p50', 'p95'].flatMap((share) => columns.map((column) => `${column} ${share}`))
    console.log(table([`${size} reads each way, ${failed} failed`, ...head], rows))
    return failed
  } finally {
    await ground.close()
  }
}

async function readOverLink({ link, asked }: LinkGround, read: Read, guid: string): Promise<void> {
  const { value } = await link.ask(read, { guid }, asked)
  if (value.guid !== guid) throw new Error(`${value.guid} was answered for ${guid}`)
}

async function readDirectly({ direct }: LinkGround, read: Read, guid: string): Promise<void> {
  const { searchEntries } = await direct.search(byGuid(guid), {
    scope: 'base',
    filter: all(anything, anyUser),
    attributes: read === 'user' ? [...userAttributes] : [...accountAttributes],
    explicitBufferAttributes: read === 'user' ? [...userBinary] : [],
  })
  if (searchEntries.length !== 1) throw new Error(`${searchEntries.length} objects were found for ${guid}`)
}

/** As many as are asked for, some of them again and again where there are fewer people. */
async function someGuids({ direct, controller }: LinkGround, count: number): Promise<readonly string[]> {
  const { searchEntries } = await direct.search(controller.units.people, {
    scope: 'sub',
    filter: new EqualityFilter({ attribute: 'objectClass', value: 'user' }),
    attributes: ['objectGUID'],
    explicitBufferAttributes: ['objectGUID'],
    paged: { pageSize: 1_000 },
  })
  const guids = searchEntries.map(({ objectGUID }) => {
    if (!Buffer.isBuffer(objectGUID)) throw new Error('a user without an objectGUID was found')
    return guidText(objectGUID)
  })
  return Array.from({ length: count }, (_, index) => guids[index % guids.length] ?? '')
}
