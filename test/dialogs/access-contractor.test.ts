import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import type { Talker } from '../support/talker.ts'

const day = 86_400_000

describe('"Project Harbour needs Gil until the end of April"', function () {
  this.timeout(180_000)
  let company: TestCompany
  let emre: Talker

  before(async () => {
    company = await startTestCompany()
    emre = company.person('operationsManager')
  })
  after(() => company.close())

  async function begin(name: string): Promise<void> {
    await emre.say('cancel')
    await emre.say('I need an account for a contractor')
    await emre.sees('Who is the contractor?')
    await emre.press('Find them', { text: name })
  }

  it('an employee, an administrator and oneself are no contractors', async () => {
    for (const name of ['Ada Lindqvist', 'Ravi Subramanian', 'Emre Yıldız']) {
      await begin(name)
      await emre.sees('I find nobody of that name who may be a contractor here')
    }
  })

  it('lasts no longer than the rules say', async () => {
    await begin('Gil Santos')
    await emre.sees('Is this the one?')
    await emre.press('Gil Santos · Consultant')
    await emre.sees('What does Gil Santos work on?')
    await emre.press('Go on', { text: 'Harbour' })
    await emre.sees('Until when does Gil Santos work here?')
    const tooLate = new Date(company.now().getTime() + 300 * day).toISOString().slice(0, 10)
    await emre.press('Until this date', { day: tooLate })
    assert.match((await emre.sees('Until when')).text, /180 days at most/)
  })

  it('says all of it, and asks the manager of the sponsor', async () => {
    const until = new Date(company.now().getTime() + 60 * day).toISOString().slice(0, 10)
    await emre.press('Until this date', { day: until })
    await emre.sees('What does Gil Santos need access to?')
    await emre.press('Find it', { text: 'sales dashboard' })
    await emre.sees('Which of these?')
    await emre.press('Sales dashboard (read)')
    await emre.sees('So far: Sales dashboard (read)')
    await emre.press('That is all')
    const { text } = await emre.sees('Shall I ask for this contract?')
    assert.match(text, /Gil Santos[\s\S]*Harbour[\s\S]*Sales dashboard \(read\)[\s\S]*you answer for it/)
    await emre.press('Ask for it')
    const done = await emre.sees('I have asked for the contract of Gil Santos')
    assert.match(done.text, /Request \d+: It waits for Freja Nygård/)
    assert.match(done.text, /Sales dashboard \(read\): Request \d+/)
    await company.person('operationsHead').hasSeen('Gil Santos')
  })

  it('is asked for once', async () => {
    await begin('Gil Santos')
    await emre.sees('Is this the one?')
    await emre.press('Gil Santos · Consultant')
    await emre.sees('What does Gil Santos work on?')
    await emre.say('Harbour')
    await emre.sees('Until when')
    await emre.say('30 days')
    await emre.sees('need access to?')
    await emre.press('Nothing')
    await emre.sees('Shall I ask for this contract?')
    await emre.press('Ask for it')
    assert.match((await emre.sees('I did not ask for it')).text, /has been asked for already\. It waits for/)
  })
})
