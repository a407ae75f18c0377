import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { enrolWithManager } from '../../support/enrol.ts'

describe('a notice of what was done to an account', () => {
  let company: TestCompany
  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  it('stands in every chat the person has used, and "This wasn’t me" in one of them closes all', async () => {
    const inTeams = company.person('ada', 'teams')
    const inSlack = company.person('ada', 'slack')
    const phone = await enrolWithManager(company, inTeams, company.person('maya', 'teams'))
    // Whoever sits in the Slack chat asks there; the person's own Teams chat hears of it.
    await inSlack.say('I forgot my password')
    await inSlack.sees('make sure that it is you')
    await inSlack.press('A code from my authenticator app')
    await inSlack.sees('Enter the code')
    await inSlack.press('Check the code', { code: phone.code(1) })
    await inSlack.sees('I know it is you')
    await inSlack.open('Show my temporary password')
    await inSlack.hasSeen('Your password was reset')
    const { id, buttons } = await inTeams.hasSeen('Your password was reset')
    assert.deepEqual(buttons, ["This wasn't me"])
    assert.match(await inTeams.press("This wasn't me"), /Sign-in to your account is blocked/)
    const closed = (seen: { text: string; buttons: readonly string[] } | undefined) =>
      seen !== undefined && seen.buttons.length === 0 && seen.text.includes('Sign-in to your account is blocked')
    assert.ok(closed(inTeams.chat().find((message) => message.id === id)))
    await inSlack.hasSeen(/Your password was reset[\s\S]*Sign-in to your account is blocked/)
    assert.ok(closed(inSlack.chat().find(({ text }) => text.includes('Your password was reset'))))
    const protections = await company.database
      .selectFrom('operations')
      .select('state')
      .where('name', '=', 'protect-account')
      .execute()
    assert.deepEqual(protections, [{ state: 'done' }])
  })
})
