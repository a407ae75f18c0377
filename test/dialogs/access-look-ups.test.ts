import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'

describe('looking up access', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  it('"who approves the finance reports": stage by stage, by name', async () => {
    const ada = company.person('ada')
    await ada.say('who approves access to the finance reports?')
    await ada.sees(/Is this what you mean|Which of these/)
    await ada.press('Finance reports (read)')
    const { text } = await ada.sees('One after the other')
    assert.match(text, /For you: Maya Okonkwo \(manager\)\.\nThen: one of [^\n]*(Hugo Ferreira|Meera Iyer)/)
  })

  it('"who is in the finance reports": its owners may ask', async () => {
    const hugo = company.person('financeManager')
    await hugo.say('who has access to the finance reports?')
    await hugo.sees(/Is this what you mean|Which of these/)
    await hugo.press('Finance reports (read)')
    await hugo.sees(/\d+ in all:|The first \d+:|Nobody is in it/)
  })

  it('and nobody else but IT', async () => {
    const ada = company.person('ada')
    await ada.say('who has access to the finance reports?')
    await ada.sees(/Is this what you mean|Which of these/)
    await ada.press('Finance reports (read)')
    await ada.sees('Its owners and IT may ask who is in it')
    const sam = company.person('sam')
    await sam.say('who has access to the finance reports?')
    await sam.sees(/Is this what you mean|Which of these/)
    await sam.press('Finance reports (read)')
    await sam.sees(/\d+ in all:|The first \d+:|Nobody is in it/)
  })

  it('whoever may not see it does not find it', async () => {
    const ada = company.person('ada')
    await ada.say('who approves access to the personnel files?')
    const { text, buttons } = await ada.sees('Who approves what?')
    assert.doesNotMatch(text, /Read the files of employees/)
    assert.ok(!buttons.some((button) => button.includes('Personnel files')))
    await ada.say('cancel')
  })

  it('nobody has a request to withdraw, a grant to extend or anything to hand back before they asked', async () => {
    const nia = company.person('legalManager')
    await nia.say('withdraw my request')
    await nia.sees('You have no open request')
    await nia.say('extend my access')
    await nia.sees('You have nothing that ends')
    await nia.say('I want to hand back my access')
    await nia.sees('You have nothing that HelpBot gave')
  })

  it('undo is for IT', async () => {
    const ada = company.person('ada')
    await ada.say('undo the last change')
    await ada.sees('Only IT can undo')
  })

  it('IT names the person, and proves themselves first', async () => {
    const sam = company.person('sam')
    await sam.say('undo a change')
    await sam.sees('Whose access is it about?')
    await sam.press('Find them', { text: 'Nobody Of That Name' })
    await sam.sees('I find nobody of that name')
    await sam.press('Find them', { text: 'Ada Lindqvist' })
    await sam.sees('Is this the one?')
    await sam.press('Ada Lindqvist · Account Executive, Sales')
    await sam.sees(/make sure that it is you|I have no way left/)
  })
})
