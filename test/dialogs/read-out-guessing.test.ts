import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager } from '../support/enrol.ts'

describe('codes that a helper guesses for others', () => {
  let company: TestCompany
  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  it('count for the helper too, each of them, and IT hears of it however the conversation is left', async () => {
    const maya = company.person('maya')
    const ada = company.person('ada')
    const mayasPhone = await enrolWithManager(company, maya, company.person('salesHead'))
    const adasPhone = await enrolWithManager(company, ada, maya)
    for (let day = 1; day <= 2; day++) {
      await maya.say('cancel')
      company.company.clock.advance(25 * 3_600_000)
      await maya.say('my report Ada is locked out, can you help her')
      await maya.sees('Whom shall we help?')
      await maya.press('Ada Lindqvist · Account Executive, Sales')
      await maya.sees('make sure that it is you')
      await maya.press('A code from my authenticator app')
      await maya.sees('Enter the code of your authenticator app')
      await maya.press('Check the code', { code: mayasPhone.code() })
      await maya.sees('Now Ada Lindqvist must prove that it is they')
      await maya.press('They read me a code of their authenticator app')
      await maya.sees('Enter the code that Ada')
      const wrong = adasPhone.code() === '000000' ? '000001' : '000000'
      for (let turn = 1; turn <= 3; turn++) await maya.press('Check their code', { code: wrong })
      await maya.sees(/too many wrong tries/)
    }
    await maya.say('cancel')
    const counters = await company.database
      .selectFrom('throttles')
      .select(['failures_in_row', 'locked_until'])
      .where('user_id', '=', maya.id)
      .where('method', '=', 'totp:for-others')
      .executeTakeFirstOrThrow()
    assert.equal(counters.failures_in_row, 6)
    assert.ok(counters.locked_until, 'nobody else’s code can be tried in this chat for a while')
    assert.match(await company.itChannelSees('Many wrong codes were typed for others'), /Maya Okonkwo/)
  })
})
