import { enrolled, managersKnown } from './enrolled.ts'
import { type BenchGround, openGround } from './ground.ts'
import { reset, type Times, unlock } from './on-premises-conversations.ts'
import { agentTimes, milliseconds, operationTimes } from './on-premises-figures.ts'
import { boundClient } from './on-premises-ground.ts'
import { atOnce, percentile, table } from './statistics.ts'

const concurrency = 4

const operations = ['unlock-account', 'reset-password'] as const
type OperationName = (typeof operations)[number]
/** Command of the agent that does it. */
const commandOf = { 'unlock-account': 'unlock', 'reset-password': 'reset-password' } as const
const title = { 'unlock-account': 'unlock', 'reset-password': 'reset' } as const

/**
 * Unlocks and resets of people whose accounts are on-premises, from their message in Teams to the account being open (the password binds)
 * or the temporary password being shown (it binds, to be changed first), beside one LDAP modify of the same account by the same service
 * account in the same run. The practice tenant, Teams, Active Directory, bot and agent share the processors.
 * @param size people who unlock, and as many others who reset
 * @returns how many did not get there
 */
export async function benchUnlock(size: number): Promise<number> {
  // About a fifth is on-premises, and some of those are nobody's to be measured with.
  const bench = await openGround(60 + size * 2 * 6, { syncEveryMilliseconds: 10_000 })
  let failed = 0
  try {
    const { onPremises } = bench.company
    if (!onPremises) throw new Error('the practice company has no Active Directory')
    const users = bench.employees(size * 2, 'on-premises')
    if (users.length < size * 2) throw new Error(`only ${users.length} people are on-premises`)
    await bench.startBot()
    await onPremises.startAgent(bench.settings, () => {})
    const people = await enrolled(bench, users)
    await managersKnown(bench)
    const direct = await boundClient(onPremises.controller, onPremises.controller.service)
    const ground = { bench, onPremises, direct }
    const times: Record<OperationName, Times> = {
      'unlock-account': { direct: [], answer: [], whole: [] },
      'reset-password': { direct: [], answer: [], whole: [] },
    }
    const jobs = people.map((person, index) => ({ person, name: operations[index % 2] ?? 'unlock-account' }))
    await atOnce(jobs, concurrency, async ({ person, name }) => {
      try {
        await (name === 'unlock-account' ? unlock : reset)(ground, person, times[name])
      } catch (error) {
        failed += 1
        console.error(`${name}: ${String(error)}`)
      }
    })
    await direct.unbind()
    const trail = await auditRows(bench)
    const rows = operations.flatMap((name) => {
      const agent = agentTimes(onPremises.agent().log, commandOf[name])
      const audited = operationTimes(trail, name)
      failed += [audited, agent].filter((found) => found.length < times[name].whole.length).length
      const steps: readonly (readonly [string, readonly number[]])[] = [
        ['one LDAP modify, directly', times[name].direct],
        ['the command in the agent', agent],
        ['the operation, from its intent to its outcome in the audit', audited],
        ['from the last press to the answer', times[name].answer],
        ['from the first message to the answer', times[name].whole],
      ]
      return steps.map(([what, found]) => rowOf(`${title[name]}: ${what}`, found, times[name].direct))
    })
    const head = [`${size} of each, ${failed} failed, ${concurrency} people at once`, 'p50', 'p95', 'p50 ratio']
    console.log(table(head, rows))
    return failed
  } finally {
    await bench.close()
  }
}

function rowOf(what: string, found: readonly number[], baseline: readonly number[]): readonly string[] {
  const [p50, p95] = [percentile(found, 0.5), percentile(found, 0.95)]
  return [what, milliseconds(p50), milliseconds(p95), (p50 / percentile(baseline, 0.5)).toFixed(1)]
}

/** The whole trail, oldest first. */
async function auditRows({ database }: BenchGround) {
  return database.selectFrom('audit').select(['at', 'event']).orderBy('seq').execute()
}
