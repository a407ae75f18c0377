import assert from 'node:assert/strict'
import { type CastKey, wellKnown } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrol, enrolWithManager, numberIn } from '../support/enrol.ts'
import { type Phone, phoneFrom } from '../support/phone.ts'
import type { Talker } from '../support/talker.ts'

const minute = 60_000
const day = 24 * 60 * minute

describe('"I have a new phone"', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  const directory = (key: CastKey) => company.company.tenant.control.user(wellKnown[key].id)

  /** Asks for a reset and answers with a code; what the card says then. */
  async function codeIsGood(talker: Talker, phone: Phone): Promise<boolean> {
    await talker.say('I forgot my password')
    const { text } = await talker.sees(/make sure that it is you|Enter the code|Ask your manager|no way left/)
    if (text.includes('make sure that it is you')) {
      const { buttons } = await talker.sees('make sure that it is you')
      assert.ok(buttons.includes('A code from my authenticator app'))
      await talker.press('A code from my authenticator app')
      await talker.sees('Enter the code')
    } else if (!text.includes('Enter the code')) {
      await talker.say('cancel')
      return false
    }
    assert.match(await talker.press('Check the code', { code: phone.code(1) }), /the code is right/)
    await talker.sees('I know it is you')
    await talker.say('cancel')
    return true
  }

  /** A new phone, up to the window that shows the new QR code. */
  async function newPhoneBy(talker: Talker, prove: () => Promise<void>): Promise<Phone> {
    await talker.say('I have a new phone and need to set up MFA')
    await prove()
    await talker.sees('Your old authenticator works until the new one is confirmed')
    return phoneFrom(await talker.open('Show the key'), company.now)
  }

  describe('the first authenticator', () => {
    let phone: Phone

    it('is shown in a window, as a key and, where that is safe, a picture, and never in the chat', async () => {
      const ada = company.person('ada')
      await ada.say('I need to set up my authenticator app')
      await ada.sees('Set up your authenticator app')
      const window = await ada.open('Show the key')
      assert.equal(window.images.length, ada.showsQrCodes ? 1 : 0)
      assert.match(window.text, /ada\.lindqvist@nordwind\.example/)
      phone = phoneFrom(window, company.now)
      const key = window.text.split('\n').find((line) => /^[A-Z2-7]{4}( [A-Z2-7]{4})+$/.test(line))
      assert.ok(key)
      const chat = company.chatHistory()
      for (const secret of [key, key.replaceAll(' ', ''), ...window.images])
        assert.ok(!chat.includes(secret), 'the chat keeps nothing of it')
    })

    it('takes a wrong code for a slip, then the right one', async () => {
      const ada = company.person('ada')
      const again = await ada.submit({ code: '000000' })
      assert.match(again?.text ?? '', /not right\. 4 tries are left/)
      assert.ok(again)
      const scannedAgain = phoneFrom(again, company.now)
      assert.equal(scannedAgain.code(), phone.code(), 'the same key stands there still, for whoever scanned badly')
      const nonsense = await ada.submit({ code: 'abc' })
      assert.match(nonsense?.text ?? '', /six digits/)
      assert.equal(await ada.submit({ code: phone.code() }), undefined, 'the window closes')
      await ada.sees('Your authenticator is set up')
    })

    it('is told to the person at once, with a way to object', async () => {
      const { text, buttons } = await company.person('ada').hasSeen('A new authenticator was set up for you')
      assert.match(text, /It counts\nfrom \d{4}-\d\d-\d\d \d\d:\d\d UTC on/)
      assert.deepEqual(buttons, ["This wasn't me"])
    })

    it('does not count yet when the person can wait', async () => {
      const ada = company.person('ada')
      assert.match(await ada.press('No, I can wait'), /counts after the waiting time/)
      assert.equal(await codeIsGood(ada, phone), false)
    })

    it('does not count a minute before three days are over', async () => {
      company.company.clock.advance(3 * day - 2 * minute)
      assert.equal(await codeIsGood(company.person('ada'), phone), false)
    })

    it('counts after three days', async () => {
      company.company.clock.advance(4 * minute)
      assert.equal(await codeIsGood(company.person('ada'), phone), true)
    })

    it('closes the ticket of the set-up with what came of it', async () => {
      const ada = company.person('ada')
      await ada.say('show my tickets')
      assert.match(
        (await ada.sees('My requests')).text,
        /Authenticator set-up\nclosed[^\n]*it counts after the waiting/,
      )
    })
  })

  it('does not say that nothing was changed when somebody stops after setting it up', async () => {
    const clara = company.person('hrManager')
    await enrol(company, clara)
    await clara.say('cancel')
    const { text } = await clara.sees(/Cancelled|authenticator/)
    assert.doesNotMatch(text, /Nothing was changed/)
  })

  it('does not say so either when somebody walks away after setting it up', async () => {
    const nia = company.person('legalManager')
    await enrol(company, nia)
    company.company.clock.advance(16 * minute)
    const { text } = await nia.sees('You were away for a while', 30_000)
    assert.doesNotMatch(text, /Nothing was changed/)
  })

  describe('the manager', () => {
    it('confirms: it counts at once', async () => {
      const tomas = company.person('tomas')
      const phone = await enrolWithManager(company, tomas, company.person('financeManager'))
      assert.equal(await codeIsGood(tomas, phone), true)
    })

    it('sees who asks for what, and three numbers', async () => {
      const { text } = await company.person('financeManager').hasSeen('Is this really Tomáš Dvořák?')
      assert.match(text, /Finance[\s\S]*authenticator[\s\S]*chat/)
    })

    it('does not know about it: it does not count, and the person hears it', async () => {
      const q = company.person('q')
      const phone = await enrol(company, q)
      await q.press('Ask my manager')
      await q.sees('Ask your manager to confirm')
      const emre = company.person('operationsManager')
      await emre.hasSeen('Is this really Q?')
      assert.match(await emre.press('I do not know about this'), /did not confirm/)
      await q.sees('Your manager did not confirm that it is you')
      await q.sees('I took the new authenticator away again and told IT')
      const told = await company.itChannelSees('A manager does not know about a request')
      assert.match(told, /Q[\s\S]*Emre Yıldız said: "I do not know about this"[\s\S]*was taken back/)
      company.company.clock.advance(4 * 24 * 3_600_000)
      assert.equal(await codeIsGood(q, phone), false, 'nor does it ever count')
    })

    it('picks a wrong number: it does not count', async () => {
      const sam = company.person('sam')
      const yuki = company.person('itManager')
      const phone = await enrol(company, sam)
      await sam.press('Ask my manager')
      const { text } = await sam.sees('Ask your manager to confirm')
      const { buttons } = await yuki.hasSeen('Is this really Sam Whitfield?')
      const wrong = buttons.find((button) => /^\d\d$/.test(button) && button !== numberIn(text))
      assert.match(await yuki.press(wrong ?? ''), /did not confirm/)
      await sam.sees('Your manager did not confirm that it is you')
      assert.equal(await codeIsGood(sam, phone), false)
    })

    it('does not answer: after 15 minutes the person hears it, and it does not count', async () => {
      const emre = company.person('operationsManager')
      const freja = company.person('operationsHead')
      const phone = await enrol(company, emre)
      await emre.press('Ask my manager')
      await emre.sees('Ask your manager to confirm')
      const asked = await freja.hasSeen('Is this really Emre')
      company.company.clock.advance(16 * minute)
      await emre.sees('Your manager did not answer in time', 30_000)
      await freja.hasSeen('this request has run out')
      assert.deepEqual(freja.chat().find(({ id }) => id === asked.id)?.buttons, [])
      assert.equal(await codeIsGood(emre, phone), false)
    })

    it('is nobody: the person is told so, and waits', async () => {
      const zoe = company.person('zoe')
      await enrol(company, zoe)
      await zoe.press('Ask my manager')
      await zoe.sees('names no manager for you')
    })
  })

  describe('a new phone', () => {
    let old: Phone
    let maya: Talker

    before(async () => {
      maya = company.person('maya')
      old = await enrolWithManager(company, maya, company.person('salesHead'))
    })

    it('is taken with a code of the old authenticator, and counts at once', async () => {
      const phone = await newPhoneBy(maya, async () => {
        await maya.sees('make sure that it is you')
        await maya.press('A code from my authenticator app')
        await maya.sees('Enter the code')
        await maya.press('Check the code', { code: old.code(1) })
      })
      assert.equal(await maya.submit({ code: phone.code() }), undefined)
      await maya.sees('It counts as a proof from now on')
      assert.equal(await codeIsGood(maya, phone), true)
      await maya.say('I forgot my password')
      await maya.sees('make sure that it is you')
      await maya.press('A code from my authenticator app')
      await maya.sees('Enter the code')
      assert.match(await maya.press('Check the code', { code: old.code(1) }), /not right/, 'the old one is gone')
      await maya.say('cancel')
      old = phone
    })

    it('is taken with the manager, and counts at once', async () => {
      const benoit = company.person('salesHead')
      // Three authenticators a day are enough.
      company.company.clock.advance(day)
      const phone = await newPhoneBy(maya, async () => {
        await maya.sees('make sure that it is you')
        await maya.press('My manager confirms that it is me')
        const { text } = await maya.sees('Ask your manager to confirm')
        await benoit.hasSeen(/Is this really Maya[\s\S]*authenticator/)
        await benoit.press(numberIn(text))
      })
      await maya.submit({ code: phone.code() })
      await maya.sees('It counts as a proof from now on')
      assert.equal(await codeIsGood(maya, phone), true)
      old = phone
    })

    it('is never taken from the chat alone', async () => {
      await maya.say('I lost my authenticator')
      const { buttons } = await maya.sees('make sure that it is you')
      assert.deepEqual(buttons, ['A code from my authenticator app', 'My manager confirms that it is me'])
      await maya.say('cancel')
      await maya.sees('Cancelled')
    })

    it('is not taken when the manager says no; the old one goes on', async () => {
      const benoit = company.person('salesHead')
      await maya.say('I lost my authenticator')
      await maya.sees('make sure that it is you')
      await maya.press('My manager confirms that it is me')
      await maya.sees('Ask your manager to confirm')
      await benoit.hasSeen('Is this really Maya')
      await benoit.press('I do not know about this')
      await maya.sees('Your manager did not confirm that it is you')
      await maya.say('cancel')
      company.company.clock.advance(minute)
      assert.equal(await codeIsGood(maya, old), true)
    })

    it('of somebody without a manager and without the old one: sent to IT', async () => {
      const zoe = company.person('zoe')
      company.company.clock.advance(3 * day + minute)
      await zoe.say('I have a new phone and need to set up MFA')
      await zoe.sees('Enter the code')
      for (let turn = 0; turn < 5; turn++) await zoe.press('Check the code', { code: '000000' })
      const { text } = await zoe.hasSeen('no way left to make sure that it is you')
      assert.match(text, /names no manager for you[\s\S]*IT in person/)
    })
  })

  it('is worth nothing after 15 minutes: the window says so, and a new one works', async () => {
    const dmitri = company.person('legalHead')
    await dmitri.say('I need to set up my authenticator app')
    await dmitri.sees('Set up your authenticator app')
    const phone = phoneFrom(await dmitri.open('Show the key'), company.now)
    company.company.clock.advance(14 * minute)
    // Somebody who is slow, but there: opening the window anew keeps the conversation alive.
    const late = await dmitri.open('Show the key')
    assert.notDeepEqual(phoneFrom(late, company.now).code(), phone.code(), 'a new key each time')
    company.company.clock.advance(14 * minute)
    const early = await dmitri.submit({ code: phone.code() })
    assert.match(early?.text ?? '', /not right/, 'the key of the older window is void')
    company.company.clock.advance(2 * minute)
    const expired = await dmitri.submit({ code: phoneFrom(late, company.now).code() })
    assert.match(expired?.text ?? '', /took too long/)
    const fresh = phoneFrom(await dmitri.open('Show the key'), company.now)
    assert.equal(await dmitri.submit({ code: fresh.code() }), undefined)
    await dmitri.sees('Your authenticator is set up')
    await dmitri.press('No, I can wait')
  })

  it('is told in the window when the conversation ran out behind it', async () => {
    const meera = company.person('financeHead')
    await meera.say('I need to set up my authenticator app')
    await meera.sees('Set up your authenticator app')
    const phone = phoneFrom(await meera.open('Show the key'), company.now)
    company.company.clock.advance(16 * minute)
    await meera.sees('You were away for a while', 30_000)
    const window = await meera.submit({ code: phone.code() })
    assert.match(window?.text ?? '', /away for a while|over already/)
    await meera.say('I need to set up my authenticator app')
    await meera.sees('Set up your authenticator app')
    await meera.press('Cancel')
  })

  it('"This wasn\'t me" takes it back, ends the sessions, blocks sign-in and tells IT', async () => {
    const olumide = company.person('hrHead')
    const phone = await enrol(company, olumide)
    await olumide.press('No, I can wait')
    const sessions = directory('hrHead').sessionsRevokedAt
    assert.match(await olumide.press("This wasn't me"), /Sign-in to your account is blocked/)
    assert.equal(directory('hrHead').accountEnabled, false)
    assert.notEqual(directory('hrHead').sessionsRevokedAt, sessions)
    assert.equal(await company.signIn('hrHead', company.initialPassword('hrHead')), 'disabled')
    const incident = await company.itChannelSees('"This was not me"')
    assert.match(incident, /high[\s\S]*Olumide Adebayo/)
    // IT lets the person back in, and the authenticator is gone however much time passes.
    company.company.tenant.control.editUser(wellKnown.hrHead.id, { accountEnabled: true })
    company.company.clock.advance(4 * day)
    assert.equal(await codeIsGood(olumide, phone), false)
  })

  describe('afterwards', () => {
    it('leaves who set up and confirmed what in the audit, without the key', async () => {
      const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
      const actions = rows.map(({ event }) => (event as { action: string }).action)
      for (const action of ['enrol-totp', 'confirm-person', 'approve-totp', 'verify-totp', 'remove-totp'])
        assert.ok(actions.includes(action), action)
    })
  })
})
