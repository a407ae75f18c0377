import assert from 'node:assert/strict'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager } from '../support/enrol.ts'

describe('a person and IT, through the bot', function () {
  this.timeout(180_000)
  let company: TestCompany
  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  const helen = wellKnown.helen
  const sam = wellKnown.sam

  it('talk with each other: in the thread and in the chat, with their names', async () => {
    const tomas = company.person('tomas')
    await tomas.say('I want to talk to a human')
    await tomas.sees('What is it about?')
    await tomas.press('Send to IT', { text: 'My badge opens no door' })
    const thread = await company.itChannel.headSeen('My badge opens no door')
    await company.itChannel.press(helen, thread, 'Take')
    await company.itChannel.reply(helen, thread, 'Which door is it?')
    const asked = await tomas.hasSeen('Which door is it?')
    assert.match(asked.text, /Helen Park of IT/)
    await tomas.press('Reply', { text: 'The back door' })
    await company.itChannel.sees(thread, 'Tomáš Dvořák: The back door')
    await tomas.say('the one beside the bicycle shed')
    await company.itChannel.sees(thread, 'beside the bicycle shed')
    await company.itChannel.press(sam, thread, 'Resolve', { note: 'The lock was changed' })
    assert.match((await tomas.hasSeen(/is resolved/)).text, /Sam Whitfield of IT: The lock was changed/)
    await tomas.say('show my tickets')
    assert.match((await tomas.sees('My requests')).text, /Somebody asks for a person\nclosed[^\n]*The lock was changed/)
  })

  it('whoever is not IT is told so, and the person reads nothing of it', async () => {
    const zoe = company.person('zoe')
    await zoe.say('talk to a human')
    await zoe.sees('What is it about?')
    await zoe.press('Send to IT', { text: 'A question about my payslip' })
    const thread = await company.itChannel.headSeen('about my payslip')
    await company.itChannel.reply(wellKnown.maya, thread, 'I am IT, tell me everything')
    await company.itChannel.press(wellKnown.maya, thread, 'Take')
    assert.ok(!zoe.chat().some(({ text }) => text.includes('tell me everything')))
  })

  it('a caller is known by the number that they are told', async () => {
    const zoe = company.person('zoe')
    const thread = await company.itChannel.headSeen('about my payslip')
    await company.itChannel.press(helen, thread, 'Verify caller')
    const { text } = await company.person('helen').hasSeen('Tell the caller this number')
    const [number = ''] = text.match(/^\d\d$/m) ?? []
    await zoe.hasSeen('Are you on the phone with IT?')
    assert.match(await zoe.press(number), /IT knows now that it is you/)
    const matched = await company.itChannel.sees(thread, /Zoë van der Berg matched the number/)
    assert.doesNotMatch((await company.itChannel.headSeen('about my payslip')).text, /Taken by/, matched.text)
  })

  it('an account is frozen by two people of IT', async () => {
    const thread = await company.itChannel.headSeen('about my payslip')
    await company.itChannel.press(sam, thread, 'Freeze account')
    await company.itChannel.sees(thread, /Sam Whitfield asks to freeze the account/)
    await company.itChannel.press(sam, thread, 'Confirm the freeze')
    assert.equal(company.company.tenant.control.user(wellKnown.zoe.id).accountEnabled, true)
    await company.itChannel.press(helen, thread, 'Confirm the freeze')
    await company.itChannel.sees(thread, /Sign-in of Zoë van der Berg is blocked/)
    assert.equal(company.company.tenant.control.user(wellKnown.zoe.id).accountEnabled, false)
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const events = rows.map(({ event }) => event as { action: string; actor: string; kind: string })
    const actors = (action: string) => events.filter((event) => event.action === action).map(({ actor }) => actor)
    assert.deepEqual(actors('ask-freeze'), [sam.id])
    assert.deepEqual(actors('confirm-freeze'), [helen.id], 'nobody is the second person to themselves')
  })

  it('three wrong codes call IT in', async () => {
    const ada = company.person('ada')
    await enrolWithManager(company, ada, company.person('maya'))
    company.company.clock.advance(60_000)
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    for (let turn = 0; turn < 3; turn++) await ada.press('Check the code', { code: `00000${turn}` })
    const thread = await company.itChannel.headSeen('fails to prove who they are')
    assert.match(thread.text, /Ada Lindqvist[\s\S]*Password reset[\s\S]*3 wrong codes in a row/)
    await ada.say('cancel')
  })
})
