import { spawn } from 'node:child_process'
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { people } from '../../agent/ldap/filters.ts'
import { userAttributes, userBinary } from '../../agent/ldap/user.ts'
import { largestPage } from '../../agent/protocol/commands.ts'
import type { DomainController } from '../practice/domain/samba.ts'
import { type LinkGround, openLinkGround } from './on-premises-ground.ts'
import { type Memory, peakUntilItEnds, withMemory } from './on-premises-memory.ts'
import { percentile, table } from './statistics.ts'

/** Each way is taken so often, by turns. */
const rounds = 3
/** One reading of everybody. */
interface Reading {
  readonly seconds: number
  readonly found: number
  /** Of each process. */
  readonly memory: Readonly<Record<string, Memory>>
}

/**
 * Reading everybody page by page over the link, beside `ldapsearch` and beside ldapts with the same filter, attributes and pages on the
 * same controller, as the same account. By turns in one run; the fastest of each counts for the ratio. The memory of one reading beside that of the next shows whether
 * it grows with what was read: what Node has not yet thrown away is in it.
 * @param size people in the domain
 * @returns how many readings did not find every one of them
 */
export async function benchRead(size: number): Promise<number> {
  const ground = await openLinkGround(size)
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-bench-'))
  try {
    const ways = {
      ldapsearch: () => byLdapsearch(ground.controller, folder),
      'ldapts in this process': () => byLdapts(ground),
      'list-users over the link': () => overLink(ground),
    }
    const readings: Record<keyof typeof ways, Reading[]> = {
      ldapsearch: [],
      'ldapts in this process': [],
      'list-users over the link': [],
    }
    const names = Object.keys(ways) as (keyof typeof ways)[]
    for (let round = 0; round < rounds; round++)
      for (const name of round % 2 === 0 ? names : names.toReversed()) readings[name].push(await ways[name]())
    const baseline = Math.min(...readings.ldapsearch.map(({ seconds }) => seconds))
    const rows = names.map((name) => rowOf(name, readings[name], baseline))
    const head = [
      `${size.toLocaleString('en')} people`,
      'found',
      'fastest',
      'median',
      'times ldapsearch',
      'memory before → the most, reading by reading',
    ]
    console.log(table(head, rows))
    return names.flatMap((name) => readings[name]).filter(({ found }) => found !== size).length
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await ground.close()
  }
}

function rowOf(name: string, readings: readonly Reading[], baseline: number): readonly string[] {
  const seconds = readings.map((reading) => reading.seconds)
  const fastest = Math.min(...seconds)
  const memory = Object.keys(readings[0]?.memory ?? {}).map((process) => {
    const each = readings.flatMap(({ memory }) => memory[process] ?? [])
    return `${process} ${each.map(({ before, most }) => `${before.toFixed(0)} → ${most.toFixed(0)}`).join(', ')} MB`
  })
  return [
    name,
    readings.map(({ found }) => found).join(', '),
    `${fastest.toFixed(2)} s`,
    `${percentile(seconds, 0.5).toFixed(2)} s`,
    (fastest / baseline).toFixed(2),
    memory.join('; '),
  ]
}

/** As a process of its own that writes into a file, which is counted afterwards. */
async function byLdapsearch({ url, ca, service, units }: DomainController, folder: string): Promise<Reading> {
  const caFile = join(folder, 'ca.pem')
  const passwordFile = join(folder, 'password')
  const output = join(folder, 'people.ldif')
  writeFileSync(caFile, ca)
  writeFileSync(passwordFile, service.password, { mode: 0o600 })
  const who = ['-x', '-LLL', '-H', url, '-D', service.dn, '-y', passwordFile]
  const what = ['-b', units.people, '-s', 'sub', '-E', `pr=${largestPage}/noprompt`, people.toString()]
  const file = openSync(output, 'w')
  const started = performance.now()
  const child = spawn('ldapsearch', [...who, ...what, ...userAttributes], {
    env: { PATH: process.env.PATH, LDAPTLS_CACERT: caFile },
    stdio: ['ignore', file, 'inherit'],
  })
  const most = await peakUntilItEnds(child).finally(() => closeSync(file))
  const seconds = secondsSince(started)
  let found = 0
  for await (const line of createInterface({ input: createReadStream(output) })) if (/^dn:/.test(line)) found += 1
  return { seconds, found, memory: { ldapsearch: { before: 0, most } } }
}

/** On the connection of this process, page by page, nothing kept. */
async function byLdapts({ direct, controller }: LinkGround): Promise<Reading> {
  return measured({ 'this process': process.pid }, async () => {
    let found = 0
    const pages = direct.searchPaginated(controller.units.people, {
      scope: 'sub',
      filter: people,
      attributes: [...userAttributes],
      explicitBufferAttributes: [...userBinary],
      paged: { pageSize: largestPage },
    })
    for await (const { searchEntries } of pages) found += searchEntries.length
    return found
  })
}

/** As the bot does it, nothing kept but who was there. */
async function overLink({ link, asked, agentPid }: LinkGround): Promise<Reading> {
  return measured({ 'the agent': agentPid, 'this process': process.pid }, async () => {
    const seen = new Set<string>()
    let agent: string | undefined
    let cursor: string | null | undefined
    while (cursor !== null) {
      const input = { size: largestPage, ...(cursor === undefined ? {} : { cursor }) }
      const answered = await link.ask('list-users', input, { ...asked, agent })
      for (const { guid } of answered.value.users) seen.add(guid)
      agent = answered.agent
      cursor = answered.value.cursor
    }
    return seen.size
  })
}

async function measured(processes: Readonly<Record<string, number>>, work: () => Promise<number>): Promise<Reading> {
  const { result, memory } = await withMemory(processes, async () => {
    const started = performance.now()
    return { found: await work(), seconds: secondsSince(started) }
  })
  return { ...result, memory }
}

const secondsSince = (started: number): number => (performance.now() - started) / 1_000
