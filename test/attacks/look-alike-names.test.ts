import assert from 'node:assert/strict'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { numberIn } from '../support/enrol.ts'
import type { Seen, Talker } from '../support/talker.ts'

/** Marks that turn the direction of text around, hide in it, or take up no room (Unicode TR 36). */
const tricks = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/
const ada = wellKnown.ada.name

/** Names that look like Ada Lindqvist's to whoever glances at a card. */
const names = {
  'turned around by an override': `\u202e${[...ada].reverse().join('')}\u202c`,
  'with letters that take up no room': `A\u200bda\u2060 Lind\u200eqvist\ufeff`,
  'with an A of the Cyrillic alphabet': `\u0410da Lindqvist`,
}

describe('a name that passes for a colleague’s', function () {
  this.timeout(180_000)
  let company: TestCompany
  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  /** The card with this number that stands below so many messages. */
  async function shownTo(manager: Talker, before: number, number: string): Promise<Seen> {
    for (let turn = 0; turn < 150; turn++) {
      const found = manager
        .chat()
        .slice(before)
        .find(({ buttons }) => buttons.includes(number))
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the manager is not asked')
  }

  for (const [how, name] of Object.entries(names))
    it(`${how}: the manager sees it as it is written, and whose it is`, async () => {
      company.company.clock.advance(2 * 60_000)
      company.company.tenant.control.editUser(wellKnown.tomas.id, { displayName: name })
      const tomas = company.person('tomas')
      const hugo = company.person('financeManager')
      const before = hugo.chat().length
      await tomas.say('I forgot my password')
      const { text } = await tomas.sees('Ask your manager to confirm')
      const card = await shownTo(hugo, before, numberIn(text))
      assert.doesNotMatch(card.text, tricks)
      // Who it is stands beside what they are called.
      assert.match(card.text, /Financial Analyst, Finance/)
      if (how.startsWith('turned')) assert.ok(card.text.includes([...ada].reverse().join('')), 'no letter has moved')
      await tomas.say('cancel')
      await tomas.sees('Cancelled')
    })

  it('in all that HelpBot wrote to either, nothing turns or hides letters', () => {
    const messages = [company.person('financeManager'), company.person('tomas')].flatMap((talker) => talker.chat())
    assert.ok(messages.length > 10)
    assert.deepEqual(
      messages.filter(({ text, buttons }) => tricks.test([text, ...buttons].join())),
      [],
    )
  })

  it('IT and a manager who look for the real one are not given the other as if there were one only', async () => {
    company.company.tenant.control.editUser(wellKnown.tomas.id, {
      displayName: names['with an A of the Cyrillic alphabet'],
    })
    const maya = company.person('maya')
    await maya.say('help somebody else')
    const { buttons } = await maya.sees('Whom shall we help?')
    assert.ok(buttons.includes('Ada Lindqvist · Account Executive, Sales'))
    assert.ok(!buttons.some((button) => button.includes('Financial Analyst')), 'who is not hers is not on her card')
    await maya.say('cancel')
  })
})
