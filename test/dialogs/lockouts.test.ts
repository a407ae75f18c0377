import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPolicyFile } from '../../bot/policy/read-policy.ts'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { bindAnswer } from '../../infra/practice/domain/ldap-session.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'

/** The issue's own figure, and what a slow machine may add. */
const noticed = 40_000

describe('an account that was just locked', () => {
  let company: TestCompany
  let phone: Phone
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-policy-'))
    const file = join(folder, 'policy.yaml')
    const text = readFileSync(defaultPolicyFile, 'utf8')
    const offering = text.replace('offer: false', 'offer: true')
    assert.notEqual(offering, text)
    writeFileSync(file, offering)
    company = await startTestCompany({ HELPBOT_POLICY: file }, undefined, true)
    phone = await enrolWithManager(company, company.person('kwame'), company.person('operationsManager'))
  })
  after(async () => {
    await company.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is noticed, and the unlock is offered; whoever takes it proves themselves all the same', async () => {
    const { onPremises } = company.company
    const account = onPremises?.people.get(wellKnown.kwame.id)
    assert.ok(onPremises && account)
    const binds = (tried: string) => bindAnswer(onPremises.controller, account.upn, tried)
    for (let turn = 0; turn < 6; turn++) await binds('Wrong-Autumn-4711')
    const kwame = company.person('kwame')
    const { text, buttons } = await kwame.hasSeen('was locked', noticed)
    assert.match(text, /wrong passwords/)
    const [unlock = ''] = buttons
    await kwame.press(unlock)
    await kwame.sees('make sure that it is you')
    await kwame.press('A code from my authenticator app')
    await kwame.sees('Enter the code')
    company.company.clock.advance(61_000)
    await kwame.press('Check the code', { code: phone.code() })
    await kwame.sees('You can sign in again')
    assert.equal(await binds(company.initialPassword('kwame')), 'ok')
    const offers = await company.database.selectFrom('audit').select('event').execute()
    const actions = offers.map(({ event }) => (event as { action?: string }).action)
    assert.equal(actions.filter((action) => action === 'offer-unlock').length, 1, 'one offer, in the audit')
  })
})
