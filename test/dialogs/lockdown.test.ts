import assert from 'node:assert/strict'
import type { ChannelName } from '../../bot/channels/chat.ts'
import { freePort } from '../../bot/store/free-port.ts'
import { startBot } from '../../infra/practice/bot-process.ts'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { forward } from '../support/access.ts'
import { startTestCompany, type TestCompany, testChannel } from '../support/company.ts'
import { enrolWithManager, numberIn } from '../support/enrol.ts'
import { linkedSince } from '../support/linked-since.ts'
import type { Phone } from '../support/phone.ts'
import type { Talker } from '../support/talker.ts'

const closed = /Self-service is closed at the moment, by decision of IT\. Please call the IT help desk/
const password = /^[A-Z][A-Za-z0-9-]{13,}$/m
const otherChannel: ChannelName = testChannel === 'teams' ? 'slack' : 'teams'

describe('a lockdown', function () {
  this.timeout(180_000)
  let company: TestCompany
  let helen: Talker
  let sam: Talker
  let ada: Talker
  let boss: Talker
  const phones = new Map<Talker, Phone>()

  before(async () => {
    company = await startTestCompany()
    helen = company.person('helen')
    sam = company.person('sam')
    ada = company.person('ada')
    boss = company.person('itManager')
    phones.set(sam, await enrolWithManager(company, sam, boss))
    phones.set(ada, await enrolWithManager(company, ada, company.person('maya')))
    forward(company, 4 * 24)
  })
  after(() => company.close())

  async function code(talker: Talker): Promise<void> {
    await talker.sees('Enter the code')
    company.company.clock.advance(60_000)
    const typed = phones.get(talker)?.code()
    assert.ok(typed)
    assert.match(await talker.press('Check the code', { code: typed }), /the code is right/)
  }

  /** Somebody of IT asks for something, and says why. */
  async function asks(talker: Talker, button: string, reason: string): Promise<void> {
    await talker.say('lockdown')
    await talker.sees('In force')
    await talker.press(button)
    // An administrator has no authenticator here.
    if (button.startsWith('Lift')) {
      const { text } = await talker.sees('Ask your manager to confirm')
      await boss.hasSeen(`Is this really ${talker.name}?`)
      assert.match(await boss.press(numberIn(text)), /You confirmed/)
    }
    await talker.sees('Why?')
    await talker.press('Ask a second person of IT', { text: reason })
    await talker.sees(/Nothing has changed yet\. A second person of IT must confirm it within 15 minutes/)
  }

  const inForce = () => company.database.selectFrom('lockdowns').select(['mode', 'reason']).execute()

  it('is for IT, and says so to others', async () => {
    await ada.say('lockdown')
    await ada.sees('Only IT can look at this')
  })

  it('needs a second person: neither whoever asked, in whichever chat, nor anybody outside IT', async () => {
    await asks(helen, 'Close self-service for everybody', 'Somebody phishes our passwords')
    const head = await company.itChannel.headSeen('Lockdown asked for')
    assert.match(head.text, /Freeze: self-service is closed[\s\S]*Somebody phishes[\s\S]*Helen Park/)
    await company.itChannel.press(wellKnown.helen, head, 'Confirm')
    await company.itChannel.press(wellKnown.maya, head, 'Confirm')
    const elsewhere = company.person('helen', otherChannel)
    await elsewhere.say('lockdown')
    const seen = await elsewhere.sees('You asked for it: a second person of IT must confirm.')
    assert.ok(seen.buttons.includes('Withdraw it') && !seen.buttons.includes('Confirm it'), seen.buttons.join())
    await elsewhere.press('Leave it as it is')
    assert.deepEqual(await inForce(), [])
  })

  it('is in force at once: also for what somebody has proved just before', async () => {
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await code(ada)
    await ada.sees('I know it is you')
    const head = await company.itChannel.headSeen('Lockdown asked for')
    await company.itChannel.press(wellKnown.sam, head, 'Confirm')
    await company.itChannel.headSeen('Lockdown: in force from now on')
    assert.deepEqual(await inForce(), [{ mode: 'freeze', reason: 'Somebody phishes our passwords' }])
    const { text } = await ada.open('Show my temporary password')
    assert.doesNotMatch(text, password)
    await ada.sees(closed)
    assert.equal(await company.signIn('ada', company.initialPassword('ada')), 'signed-in')
  })

  it('closes self-service for everybody, without saying why; what protects works', async () => {
    for (const words of ['I forgot my password', 'set up my authenticator', 'I need access to the sales dashboard']) {
      await ada.say(words)
      const { text } = await ada.sees(closed)
      assert.doesNotMatch(text, /phish/)
    }
    const zoe = company.person('zoe')
    await zoe.say('this was not me')
    await zoe.press('Yes, protect my account now')
    await zoe.sees(/Sign-in to your account is blocked/)
    assert.equal(company.company.tenant.control.user(wellKnown.zoe.id).accountEnabled, false)
  })

  it('shows to IT who wanted it, why and since when', async () => {
    await sam.say('status of lockdown')
    const { text } = await sam.sees('A lockdown is in force')
    assert.match(text, /Somebody phishes our passwords[\s\S]*UTC[\s\S]*Helen Park[\s\S]*Sam Whitfield/)
    await sam.press('Leave it as it is')
  })

  it('is seen at once by a second replica, and by whoever watches', async () => {
    const { botEnvironment } = company.company
    const port = String(await freePort())
    const second = await startBot({ ...botEnvironment, DATABASE_URL: company.databaseUrl, PORT: port }, () => {})
    try {
      for (const { url } of [company.bot(), second]) {
        assert.match(await (await fetch(`${url}/metrics`)).text(), /^helpbot_lockdown 2$/m)
        assert.match(await (await fetch(`${url}/readyz`)).text(), /"lockdown":"freeze"/)
      }
    } finally {
      await second.stop('SIGTERM')
    }
  })

  it('outlives the bot', async () => {
    await company.restart('SIGKILL')
    await ada.say('I forgot my password')
    await ada.sees(closed)
  })

  it('is not lifted by one who asks and nobody who answers', async () => {
    await asks(helen, 'Lift the lockdown', 'The page was taken down')
    const head = await company.itChannel.headSeen('Asked for: lift the lockdown')
    company.company.clock.advance(16 * 60_000)
    await company.itChannel.sees(head, 'Nobody confirmed it in time: nothing was changed.')
    assert.equal((await inForce()).length, 1)
  })

  it('is lifted by two who have proved that it is they', async () => {
    await asks(helen, 'Lift the lockdown', 'The page was taken down')
    const head = await company.itChannel.headSeen('Asked for: lift the lockdown')
    await company.itChannel.press(wellKnown.sam, head, 'Confirm')
    assert.equal((await inForce()).length, 1, 'a press proves nothing')
    await sam.say('lockdown')
    await sam.sees('The page was taken down')
    await sam.press('Confirm it')
    await sam.sees('make sure that it is you')
    await sam.press('A code from my authenticator app')
    await code(sam)
    await sam.sees('Open: the lockdown is lifted')
    await company.itChannel.headSeen('Self-service is open again')
    assert.deepEqual(await inForce(), [])
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.say('cancel')
  })

  it('can ask for the strongest proofs in place of closing everything', async () => {
    await asks(sam, 'Ask for the strongest proofs only', 'Calls to managers')
    // Slack's people are linked by their mailbox: one that was linked lately is no second person.
    await linkedSince(company.database, helen.id, company.now())
    if (testChannel === 'slack') {
      const head = await company.itChannel.headSeen('only the strongest proofs')
      await company.itChannel.press(wellKnown.helen, head, 'Confirm')
      await helen.say('lockdown')
      await helen.sees('Calls to managers')
      await helen.press('Confirm it')
      await helen.sees(/linked to you only lately, so what you press here does not count before/)
      assert.deepEqual(await inForce(), [])
      await linkedSince(company.database, helen.id, null)
    }
    await helen.say('lockdown')
    await helen.sees('Calls to managers')
    await helen.press('Confirm it')
    await helen.sees('Strict: only the strongest proofs count')
    const tomas = company.person('tomas')
    await tomas.say('I forgot my password')
    await tomas.sees('I have no way left to make sure that it is you')
    await ada.say('I forgot my password')
    await code(ada)
    await ada.sees('I know it is you')
    const { text } = await ada.open('Show my temporary password')
    assert.match(text, password)
  })

  it('leaves all of it in the audit', async () => {
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const events = rows
      .map(({ event }) => event as { action: string; actor: string; why?: string; proofs?: { method: string }[] })
      .filter(({ action }) => action.endsWith('lockdown'))
    const { helen: first, sam: second } = wellKnown
    assert.deepEqual(
      events.map(({ action, actor, why }) => [action, actor, why]),
      [
        ['ask-lockdown', first.id, 'Somebody phishes our passwords'],
        ['confirm-lockdown', second.id, 'Somebody phishes our passwords'],
        ['ask-lockdown', first.id, 'The page was taken down'],
        ['expire-lockdown', 'helpbot', 'The page was taken down'],
        ['ask-lockdown', first.id, 'The page was taken down'],
        ['confirm-lockdown', second.id, 'The page was taken down'],
        ['ask-lockdown', second.id, 'Calls to managers'],
        ['confirm-lockdown', first.id, 'Calls to managers'],
      ],
    )
    assert.deepEqual(
      events[5]?.proofs?.map(({ method }) => method),
      ['totp'],
    )
  })
})
