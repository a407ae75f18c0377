import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'

/** PostgreSQL takes neither a NUL nor, in JSON, half a character; a client of somebody's own can send both. */
const odd = 'I need access to the sales\0 dashboard \ud83d'

describe('words that no database takes', () => {
  let company: TestCompany
  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  for (const channel of ['teams', 'slack'] as const)
    it(`are answered like any others in ${channel}`, async () => {
      const ada = company.person('ada', channel)
      assert.equal(await ada.say(odd), 200)
      await ada.sees(/sales dashboard/i)
      await ada.say('cancel')
      await ada.sees(/cancel/i)
    })

  it('are no card of anybody’s, where a button says that it stands on one', async () => {
    const ada = company.person('ada', 'teams')
    for (const post of ['dialog:1\0', 'dialog:\ud83d'])
      assert.match(
        await ada.mischief.pressUnknown({ verb: 'confirm', post, values: { 'a\0': odd } }),
        /not meant for you|understand/,
      )
  })

  it('and nothing broke over them', () => {
    assert.deepEqual(
      company.log.filter((line) => line.includes('turn failed')),
      [],
    )
  })
})
