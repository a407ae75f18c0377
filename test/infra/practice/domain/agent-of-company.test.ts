import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { enrolledAs, knownAgents } from '../../../../infra/practice/agent-process.ts'
import type { OnPremises } from '../../../../infra/practice/domain/on-premises.ts'
import { startTestCompany, type TestCompany } from '../../../support/company.ts'

describe('the agent of the practice company, started a second time', function () {
  this.timeout(180_000)
  let company: TestCompany
  let onPremises: OnPremises
  let settings: Record<string, string>
  const again = () => onPremises.startAgent(settings, () => undefined)
  const inUse = async () => (await knownAgents(settings)).filter(({ how }) => how !== 'revoked').map(({ id }) => id)

  before(async () => {
    company = await startTestCompany({}, undefined, true)
    assert.ok(company.company.onPremises)
    onPremises = company.company.onPremises
    settings = { ...company.company.botEnvironment, DATABASE_URL: company.databaseUrl }
  })
  after(() => company.close())

  it('is the one it was', async () => {
    const first = enrolledAs(onPremises.place)
    assert.deepEqual(await inUse(), [first])
    await onPremises.agent().stop('SIGKILL')
    assert.equal(onPremises.agent().isRunning(), false)
    await again()
    assert.deepEqual(await inUse(), [first])
  })

  it('is enrolled anew when it has forgotten who it is, and the one it was before is revoked', async () => {
    const first = enrolledAs(onPremises.place)
    await onPremises.agent().stop('SIGTERM')
    rmSync(join(onPremises.place.folder, 'data'), { recursive: true })
    assert.equal(enrolledAs(onPremises.place), undefined)
    await again()
    const second = enrolledAs(onPremises.place)
    assert.notEqual(second, first)
    assert.deepEqual(await inUse(), [second])
  })

  it('is enrolled anew when the bot has forgotten it', async () => {
    const second = enrolledAs(onPremises.place)
    await onPremises.agent().stop('SIGTERM')
    await company.database.deleteFrom('agents').execute()
    await again()
    const third = enrolledAs(onPremises.place)
    assert.notEqual(third, second)
    assert.deepEqual(await inUse(), [third])
  })
})
