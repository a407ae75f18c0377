import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../support/access.ts'
import { auditFaults } from '../support/audit-faults.ts'
import { type BreakableCompany, startBreakableCompany } from '../support/breakable-company.ts'
import { accountRecord, groupRecord } from '../support/domain-record.ts'
import { type Effect, judge, standing } from '../support/effect-and-answer.ts'
import { prepareWork } from '../support/on-premises-work.ts'
import { type Staged, type Work, works } from '../support/staged-work.ts'
import { type Round, rounds } from './agent-cut-rounds.ts'

/** Longer than a command may be begun after its making, or the controller may take for it. */
const quiet = 12_000

/** Point of the way × who breaks × operation: one effect in the directory, one truthful answer to whoever asked, one outcome in the audit. */
describe('an on-premises change, while things break', function () {
  this.timeout(300_000)
  let scene: BreakableCompany
  let work: Awaited<ReturnType<typeof prepareWork>>

  before(async () => {
    scene = await startBreakableCompany()
    work = await prepareWork(scene.company, scene.onPremises)
  })
  afterEach(() => scene?.mend())
  after(() => scene?.close())

  const stands = (staged: Staged, one: Work) => standing(scene, work.group, staged.people[one].account.dn)
  const allEnded = async () => {
    const { database } = scene.company
    const running = await database.selectFrom('operations').select('id').where('state', '=', 'running').execute()
    return running.length === 0
  }

  for (const round of rounds)
    it(round.name, async () => {
      const staged = await work.stage()
      const before = new Map<Work, Awaited<ReturnType<typeof stands>>>()
      for (const one of works) before.set(one, await stands(staged, one))

      const atPoint = await round.run(scene, staged)
      const told = new Map<Work, string>()
      for (const one of works) told.set(one, await staged.told(one))
      await until(allEnded, 'no operation is left half-way')

      const summaries: string[] = []
      const faults: string[] = []
      for (const one of works) {
        const stood = before.get(one)
        assert.ok(stood)
        const effect = atPoint.includes(one) ? effectOn(round, one) : 'either'
        const now = await stands(staged, one)
        const judged = await judge(scene, one, staged, { before: stood, now, told: told.get(one) ?? '', effect })
        summaries.push(judged.summary)
        faults.push(...judged.faults)
      }
      faults.push(...(await auditFaults(scene.company.database)))
      assert.equal(faults.length, 0, [...faults, ...summaries].join('\n'))
    })

  it('and nothing is done late', async () => {
    const { controller, people } = scene.onPremises
    const all = async () => {
      const accounts = [...people.values()].map(({ dn }) => accountRecord(controller, dn))
      return JSON.stringify([await Promise.all(accounts), await groupRecord(controller, work.group)])
    }
    const stood = await all()
    await pause(quiet)
    assert.equal(await all(), stood)
  })
})

function effectOn({ effect }: Round, work: Work): Effect {
  if (work === 'grant' || work === 'revoke') return 'one'
  return typeof effect === 'string' ? effect : effect[work]
}
