import assert from 'node:assert/strict'
import { type CastKey, wellKnown } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrol, enrolWithManager } from '../support/enrol.ts'
import type { Kept } from '../support/mischief.ts'
import type { Talker } from '../support/talker.ts'

const minute = 60_000
const hour = 60 * minute

describe('"This wasn\'t me"', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  const directory = (key: CastKey) => company.company.tenant.control.user(wellKnown[key].id)
  const enable = (key: CastKey) => company.company.tenant.control.editUser(wellKnown[key].id, { accountEnabled: true })

  async function protections(key: CastKey): Promise<readonly string[]> {
    const rows = await company.database
      .selectFrom('operations')
      .select('state')
      .where('target_id', '=', wellKnown[key].id)
      .where('name', '=', 'protect-account')
      .execute()
    return rows.map(({ state }) => state)
  }

  /** How many cards in the IT channel hold all these words. */
  async function incidents(...words: string[]): Promise<number> {
    const posts = await company.database.selectFrom('posts').select('content').where('user_id', 'is', null).execute()
    return posts.filter(({ content }) => words.every((word) => JSON.stringify(content).includes(word))).length
  }

  /** Enrols, and resets the password with a code. */
  async function resetPassword(key: CastKey, manager: CastKey): Promise<Talker> {
    const talker = company.person(key)
    const phone = await enrolWithManager(company, talker, company.person(manager))
    await talker.say('I forgot my password')
    await talker.sees('make sure that it is you')
    await talker.press('A code from my authenticator app')
    await talker.sees('Enter the code')
    await talker.press('Check the code', { code: phone.code(1) })
    await talker.sees('I know it is you')
    assert.match((await talker.open('Show my temporary password')).text, /^[A-Z][A-Za-z0-9-]{13,}$/m)
    await talker.hasSeen('Your password was reset')
    return talker
  }

  /** A second address for somebody, and an authenticator that is told there. Answers the token of the link. */
  async function linkFor(key: CastKey, about = 'A new authenticator was set up for you'): Promise<string> {
    const address = `${key.toLowerCase()}@letterbox.example`
    company.company.tenant.control.editUser(wellKnown[key].id, { otherMails: [address] })
    await enrol(company, company.person(key))
    await company.person(key).press('No, I can wait')
    return await tokenIn(address, about)
  }

  async function tokenIn(address: string, subject: string): Promise<string> {
    for (let turn = 0; turn < 300; turn++) {
      const mail = company.mailbox(address).findLast((one) => one.subject === subject)
      const [, token] = mail?.text.match(/\/not-me#([A-Za-z0-9_-]{43})$/m) ?? []
      if (token) {
        company.used('token', token)
        return token
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`no mail "${subject}" with a link came to ${address}`)
  }

  async function press(token: unknown): Promise<{ status: number; ok: boolean; sentence: string }> {
    const answer = await fetch(`${company.bot().url}/not-me`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    return { status: answer.status, ...((await answer.json()) as { ok: boolean; sentence: string }) }
  }

  describe('on the card in the chat', () => {
    let stale: Kept

    it('after a reset: blocks sign-in, ends the sessions and tells IT', async () => {
      const ada = await resetPassword('ada', 'maya')
      stale = ada.mischief.keep(await ada.hasSeen('Your password was reset'))
      const sessions = directory('ada').sessionsRevokedAt
      assert.match(await ada.press("This wasn't me"), /Sign-in to your account is blocked[\s\S]*IT has been told/)
      assert.equal(directory('ada').accountEnabled, false)
      assert.ok(directory('ada').sessionsRevokedAt > sessions)
      assert.equal(await company.signIn('ada', company.initialPassword('ada')), 'disabled')
      const incident = await company.itChannelSees('"This was not me"')
      assert.match(incident, /high[\s\S]*Ada Lindqvist/)
    })

    it('leaves no button on the card', () => {
      const card = company
        .person('ada')
        .chat()
        .find(({ id }) => id === stale.id)
      assert.deepEqual(card?.buttons, [])
    })

    it('works once: a press on an old screen shows what was done and does nothing more', async () => {
      enable('ada')
      const shown = await company.person('ada').mischief.press(stale, "This wasn't me")
      assert.match(shown, /is blocked|was used already/)
      assert.deepEqual(await protections('ada'), ['done'])
      assert.equal(await incidents('This was not me', 'Ada Lindqvist'), 1)
      assert.equal(directory('ada').accountEnabled, true, 'whom IT has let in again stays in')
    })

    it('works once, too, when it is pressed twice in one moment', async () => {
      const q = company.person('q')
      await enrol(company, q)
      await q.press('No, I can wait')
      await q.hasSeen('A new authenticator was set up')
      const answers = await Promise.all([q.press("This wasn't me"), q.press("This wasn't me")])
      for (const answer of answers) assert.match(answer, /is blocked|was used already/)
      assert.deepEqual(await protections('q'), ['done'])
      await company.itChannelSees(/"This was not me"[\s\S]*Q/)
      const about = await company.database.selectFrom('tickets').select('title').where('user_id', '=', q.id).execute()
      assert.equal(about.filter(({ title }) => title.includes('This was not me')).length, 1)
    })

    it('takes the authenticator back that was just set up', async () => {
      const q = company.person('q')
      enable('q')
      company.company.clock.advance(4 * 24 * hour)
      await q.say('I forgot my password')
      // A code is not asked for: what is left is the manager.
      await q.sees('Ask your manager to confirm')
      await q.say('cancel')
    })

    it('has run out a day after a reset, and says so', async () => {
      const sam = await resetPassword('sam', 'itManager')
      company.company.clock.advance(24 * hour + minute)
      // The notice of the reset is the newest card with that button.
      assert.match(
        await sam.press("This wasn't me"),
        /The time for this has run out\. If something is wrong, call IT now/,
      )
      assert.equal(directory('sam').accountEnabled, true)
      assert.deepEqual(await protections('sam'), [])
    })
  })

  describe('by the link in a mail', () => {
    let token: string

    it('comes to the second address, in plain words and without a secret', async () => {
      token = await linkFor('tomas')
      const mail = company.mailbox('tomas@letterbox.example').at(-1)
      assert.match(mail?.text ?? '', /An authenticator app was set up for your account/)
      assert.match(mail?.text ?? '', /it works once, for at least 24 hours/)
    })

    it('opens a page that changes nothing by being opened', async () => {
      const page = await fetch(`${company.bot().url}/not-me`)
      assert.equal(page.status, 200)
      const html = await page.text()
      assert.match(html, /protect my account/)
      assert.match(html, /Practice company/)
      assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
      assert.equal(page.headers.get('cache-control'), 'no-store')
      assert.equal(directory('tomas').accountEnabled, true)
    })

    for (const [what, wrong] of [
      ['half a token', 'abc'],
      ['no token', undefined],
      ['something else', { $ne: null }],
    ] as const)
      it(`is not complete with ${what}`, async () => {
        const answer = await press(wrong)
        assert.equal(answer.status, 400)
        assert.equal(answer.ok, false)
        assert.match(answer.sentence, /not complete/)
      })

    it('is not valid with a token that nobody was given', async () => {
      const answer = await press('A'.repeat(43))
      assert.equal(answer.ok, false)
      assert.match(answer.sentence, /not valid/)
    })

    it('protects the account without a login, and closes the card in the chat', async () => {
      const answer = await press(token)
      assert.equal(answer.ok, true)
      assert.match(answer.sentence, /Sign-in to your account is blocked/)
      assert.equal(directory('tomas').accountEnabled, false)
      await company.itChannelSees(/"This was not me"[\s\S]*Tomáš Dvořák/)
      const { buttons } = await company
        .person('tomas')
        .hasSeen(/A new authenticator[\s\S]*Sign-in to your account is blocked/)
      assert.deepEqual(buttons, [])
    })

    it('works once', async () => {
      enable('tomas')
      const again = await press(token)
      assert.equal(again.ok, false)
      assert.match(again.sentence, /used already/)
      assert.equal(directory('tomas').accountEnabled, true)
      assert.deepEqual(await protections('tomas'), ['done'])
    })

    it('works for somebody whose account is blocked already', async () => {
      const link = await linkFor('hrManager')
      company.company.tenant.control.editUser(wellKnown.hrManager.id, { accountEnabled: false })
      const sessions = directory('hrManager').sessionsRevokedAt
      const answer = await press(link)
      assert.equal(answer.ok, true)
      assert.match(answer.sentence, /is blocked/)
      assert.ok(directory('hrManager').sessionsRevokedAt > sessions)
    })

    it('lasts as long as the new authenticator only ripens', async () => {
      const link = await linkFor('legalManager')
      company.company.clock.advance(2 * 24 * hour)
      assert.equal((await press(link)).ok, true)
      assert.equal(directory('legalManager').accountEnabled, false)
    })

    it('has run out after that', async () => {
      const link = await linkFor('legalHead')
      company.company.clock.advance(3 * 24 * hour + minute)
      const answer = await press(link)
      assert.equal(answer.ok, false)
      assert.match(answer.sentence, /has run out/)
      assert.equal(directory('legalHead').accountEnabled, true)
    })

    it('is not used up while the directory does not answer; IT hears of it at once', async () => {
      const link = await linkFor('operationsManager')
      const { faults } = company.company.tenant.control
      faults.set({ class: 'users.read', kind: '503', times: 'always' })
      const first = await press(link)
      assert.doesNotMatch(first.sentence, /is blocked/)
      await company.itChannelSees(/An account could not be protected|"This was not me"[\s\S]*Emre|Broke off/)
      faults.clear()
      const second = await press(link)
      assert.match(second.sentence, /Sign-in to your account is blocked/, `first: ${first.sentence}`)
      assert.equal(directory('operationsManager').accountEnabled, false)
    })
  })

  describe('in words', () => {
    it('asks first, and leaves everything as it is after a no', async () => {
      const meera = company.person('financeHead')
      await meera.say('someone changed my password')
      const { buttons } = await meera.sees('Let me protect your account')
      assert.deepEqual(buttons, ['Yes, protect my account now', 'No, leave it'])
      assert.match(await meera.press('No, leave it'), /nothing was changed/)
      assert.equal(directory('financeHead').accountEnabled, true)
      assert.deepEqual(await protections('financeHead'), [])
      await meera.say('show my tickets')
      assert.match((await meera.sees('My requests')).text, /closed[^\n]*chose to leave it/)
    })

    it('protects after a yes, and asks for no proof', async () => {
      const meera = company.person('financeHead')
      await meera.say("this wasn't me")
      await meera.sees('Let me protect your account')
      await meera.press('Yes, protect my account now')
      await meera.sees(/Sign-in to your account is blocked[\s\S]*IT has been told/)
      assert.equal(directory('financeHead').accountEnabled, false)
      await company.itChannelSees(/"This was not me"[\s\S]*Meera Iyer/)
    })

    it('afterwards whoever sits in the chat is refused, with a next step', async () => {
      const meera = company.person('financeHead')
      company.company.clock.advance(2 * minute)
      await meera.say('I forgot my password')
      await meera.sees(/account is blocked[\s\S]*IT help desk/)
    })

    it('for an administrator: refused, said so, and urgent for IT', async () => {
      const ravi = company.person('ravi')
      await ravi.say('I think my account was hacked')
      await ravi.sees('Let me protect your account')
      await ravi.press('Yes, protect my account now')
      const { text } = await ravi.sees('I could not secure this account')
      assert.match(text, /call them/)
      assert.doesNotMatch(text, /administrator|role|privileg/i)
      assert.equal(directory('ravi').accountEnabled, true)
      assert.match(await company.itChannelSees(new RegExp(`Refused: "This wasn't me"[\\s\\S]*${ravi.id}`)), /high/)
    })

    it('for an administrator: IT reads a name, not only an object id', async () => {
      await company.itChannelSees(/Refused: "This wasn't me"[\s\S]*Ravi Subramanian/)
    })

    it('for a synced account: the sessions end, and nobody says that sign-in is blocked', async () => {
      const kwame = company.person('kwame')
      const sessions = directory('kwame').sessionsRevokedAt
      await kwame.say("this wasn't me")
      await kwame.sees('Let me protect your account')
      await kwame.press('Yes, protect my account now')
      const { text } = await kwame.sees('company’s own directory')
      assert.match(text, /sessions are being ended/)
      assert.doesNotMatch(text, /is blocked/)
      assert.ok(directory('kwame').sessionsRevokedAt > sessions)
      assert.equal(directory('kwame').accountEnabled, true)
      assert.match(await company.itChannelSees(/"This was not me"[\s\S]*Kwame Mensah/), /high/)
    })

    it('for somebody who has become an administrator since: refused on the card, urgent for IT', async () => {
      const freja = company.person('operationsHead')
      await enrol(company, freja)
      await freja.press('No, I can wait')
      await freja.hasSeen('A new authenticator was set up')
      company.company.tenant.control.assignRole(freja.id, 'Global Administrator')
      assert.match(await freja.press("This wasn't me"), /could not secure this account/)
      assert.equal(directory('operationsHead').accountEnabled, true)
      assert.match(await company.itChannelSees(new RegExp(`Refused: "This wasn't me"[\\s\\S]*${freja.id}`)), /high/)
    })
  })
})
