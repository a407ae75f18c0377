import assert from 'node:assert/strict'
import {
  approves,
  asksFor,
  cardsArePlaced,
  forward,
  grantsAre,
  membershipIs,
  toMonday,
  until,
} from '../support/access.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'
import type { Talker } from '../support/talker.ts'

const day = 86_400_000
const reports = 'Finance reports (read)'

describe('a request and those who must say yes', function () {
  this.timeout(180_000)
  let company: TestCompany
  let ada: Talker
  let maya: Talker
  let benoit: Talker
  let hugo: Talker
  let meera: Talker

  before(async () => {
    company = await startTestCompany()
    toMonday(company)
    ada = company.person('ada')
    maya = company.person('maya')
    benoit = company.person('salesHead')
    hugo = company.person('financeManager')
    meera = company.person('financeHead')
  })
  after(() => company.close())

  describe('one after the other, for less time, and longer in the end', () => {
    it('the manager approves for less, and the requester hears it', async () => {
      await asksFor(ada, { words: 'I need access to the finance reports', title: reports, duration: '30 days' })
      const { text } = await maya.hasSeen('Ada Lindqvist asks for access')
      assert.match(text, /Account Executive, Sales/)
      assert.match(text, /Read the monthly and yearly reports of Finance[\s\S]*Quarter end[\s\S]*30 days from approval/)
      assert.match(text, /Only you are asked\. After that, 1 more must say yes/)
      await cardsArePlaced(company, maya)
      assert.match((await maya.open('Shorten…')).text, /30 days from approval\. This approves it for less/)
      await maya.submit({ lasts: String(7 * day) })
      await ada.hasSeen(/Maya Okonkwo approved, but for less time than was asked for: 7 days/)
      await ada.hasSeen('Hugo Ferreira and Meera Iyer are being asked now')
    })

    it('of the owners one is enough: the card of the other says who it was, and a late press, too', async () => {
      const asked = /Ada Lindqvist asks for access[\s\S]*7 days from approval \(was 30 days\)/
      const hers = meera.mischief.keep(await meera.hasSeen(asked))
      assert.match((await hugo.hasSeen(asked)).text, /1 other person is asked with you; 1 of you must say yes/)
      await approves(company, hugo)
      await ada.hasSeen('It was approved')
      await meera.hasSeen('Hugo Ferreira approved it; your answer is not needed any more')
      assert.match(await meera.mischief.press(hers, 'Approve'), /Hugo Ferreira approved/)
      await membershipIs(company, 'ada', 'financeReports', 'there')
      await ada.hasSeen(`${reports}: Ada Lindqvist has it now`)
    })

    it('three days before the end it can be extended: all say yes anew, to a date', async () => {
      forward(company, 4 * 24 + 1)
      await ada.hasSeen(`${reports} ends soon`)
      assert.match((await ada.open('Extend…')).text, /An extension is approved anew/)
      await ada.submit({ lasts: String(7 * day), reason: 'The audit takes longer' })
      await maya.hasSeen(/Ada Lindqvist asks to keep access for longer[\s\S]*The audit takes longer/)
      await approves(company, maya)
      await meera.hasSeen('Ada Lindqvist asks to keep access for longer')
      await approves(company, meera)
      await ada.hasSeen(`${reports} was extended`)
      await ada.hasSeen('Extended: it lasts until')
    })

    it('at the end it is taken back, and everybody who said yes hears it', async () => {
      forward(company, 10 * 24)
      await membershipIs(company, 'ada', 'financeReports', 'gone')
      for (const who of [ada, maya, hugo, meera]) {
        const { text } = await who.hasSeen(`${reports}: ended for Ada Lindqvist`)
        assert.match(text, /The time that was agreed is over[\s\S]*Approved by[\s\S]*Maya Okonkwo[\s\S]*Hugo Ferreira/)
      }
    })
  })

  describe('more than yes and no', () => {
    before(() => toMonday(company))

    it('a question is answered in both chats, and stands on the card', async () => {
      await asksFor(ada, { words: 'I need access to the CRM', title: 'CRM (read)', duration: '30 days' })
      await maya.hasSeen(/asks for access[\s\S]*CRM \(read\)/)
      await maya.open('Ask a question…')
      await maya.submit({ text: 'For which customers?' })
      await ada.hasSeen(/Maya Okonkwo asks about your request[\s\S]*For which customers\?/)
      assert.match(await ada.press('Answer', { text: '' }), /write an answer/)
      assert.match(await ada.press('Answer', { text: 'Those in the north' }), /You answered: “Those in the north”/)
      await maya.hasSeen(/Ada Lindqvist answered your question[\s\S]*Those in the north/)
      await maya.hasSeen(
        /Ada Lindqvist asks for access[\s\S]*You asked[\s\S]*For which customers\?[\s\S]*Those in the north/,
      )
    })

    it('a no needs a reason, which the requester reads', async () => {
      await maya.open('Deny…')
      assert.match((await maya.submit({ text: ' ' }))?.text ?? '', /without one it cannot be denied/)
      await maya.submit({ text: 'They are not yours' })
      await ada.hasSeen(/It was denied[\s\S]*Maya Okonkwo denied it: They are not yours\./)
      await maya.hasSeen('You denied it')
    })

    it('a delegate decides instead', async () => {
      const title = 'Travel booking'
      await asksFor(ada, { words: 'I need access to the travel booking', title, duration: '7 days' })
      await maya.hasSeen(/asks for access[\s\S]*Travel booking/)
      await cardsArePlaced(company, maya)
      await maya.open('Delegate…')
      const found = await maya.submit({ name: 'Hugo Ferreira' })
      assert.match(found?.text ?? '', /Choose who is asked instead of you/)
      await maya.submit({ to: hugo.id })
      await maya.hasSeen('You passed it on to Hugo Ferreira')
      await ada.hasSeen('Maya Okonkwo passed it on to Hugo Ferreira, who is being asked now')
      await hugo.hasSeen(/Travel booking[\s\S]*delegate of Maya Okonkwo/)
      await approves(company, hugo)
      await membershipIs(company, 'ada', 'travelBooking', 'there')
      await ada.hasSeen('Travel booking: Ada Lindqvist has it now')
    })

    it('a request is withdrawn from the card that says how far it is', async () => {
      await asksFor(ada, { words: 'I need access to the VPN', title: 'VPN', duration: '7 days' })
      await maya.hasSeen(/asks for access[\s\S]*VPN/)
      await ada.hasSeen('Maya Okonkwo is being asked now')
      assert.match(await ada.press('Withdraw the request'), /withdrew the request/)
      await maya.hasSeen('Ada Lindqvist withdrew the request')
    })

    it('what is not needed any more is handed back from the card that reminds', async () => {
      forward(company, 4 * 24 + 1)
      await ada.hasSeen('Travel booking ends soon')
      assert.match(await ada.press('Hand back now'), /gave|given|taken back|ended/i)
      await membershipIs(company, 'ada', 'travelBooking', 'gone')
      await hugo.hasSeen(/Travel booking: ended for Ada Lindqvist[\s\S]*Ada Lindqvist gave it back/)
    })
  })

  describe('nobody answers', () => {
    /** How often a person was reminded of a request that is open. */
    const reminded = (who: Talker) => who.chat().filter(({ text }) => text.includes('is waiting for you')).length
    const tool = { words: 'I need access to the translation tool', title: 'Translation tool', duration: '30 days' }

    it('a weekend is no working time: who is asked on Friday night is reminded on Monday', async () => {
      toMonday(company, 20)
      forward(company, 4 * 24)
      await asksFor(ada, tool)
      await maya.hasSeen(/asks for access[\s\S]*Translation tool/)
      assert.equal(await due(company), 'Mon 0:00')
      forward(company, 52)
      assert.equal(reminded(maya), 0)
      forward(company, 1)
      await maya.hasSeen('Ada Lindqvist is waiting for you')
      assert.equal(reminded(maya), 1)
    })

    it('the day after once more', async () => {
      forward(company, 20)
      await until(() => reminded(maya) === 2, 'a second reminder')
    })

    it('after two working days their manager is asked instead, and the old card says so', async () => {
      forward(company, 24)
      await benoit.hasSeen(/Translation tool[\s\S]*for Maya Okonkwo, who has not decided/)
      await maya.hasSeen('You had not answered for a while: Benoît Lacroix was asked instead')
      await ada.hasSeen('Maya Okonkwo did not answer. Benoît Lacroix is being asked instead')
      await approves(company, benoit)
      await membershipIs(company, 'ada', 'translation', 'there')
    })

    it('after seven days it has expired', async () => {
      const title = 'Printing (release with the badge)'
      await asksFor(ada, { words: 'I need access to the printers', title, duration: '30 days' })
      await maya.hasSeen(/asks for access[\s\S]*Printing/)
      forward(company, 7 * 24 + 1)
      await ada.hasSeen(/It has expired[\s\S]*not everybody who must approve it did so in time/)
      await maya.hasSeen('The request ran out')
    })

    it('who is out of office is not waited for: their manager is asked at once', async () => {
      toMonday(company)
      company.company.tenant.control.setAutomaticReplies(maya.id, true)
      await asksFor(ada, { words: 'I need access to the design studio', title: 'Design studio', duration: '7 days' })
      await benoit.hasSeen(/Design studio[\s\S]*for Maya Okonkwo, who is away/)
      await ada.hasSeen('Benoît Lacroix is being asked now')
      assert.ok(!maya.chat().some(({ text }) => text.includes('Design studio')))
      await approves(company, benoit)
      await membershipIs(company, 'ada', 'designStudio', 'there')
      company.company.tenant.control.setAutomaticReplies(maya.id, false)
    })
  })

  describe('what is risky', () => {
    const title = 'Payments (release)'
    let ofMaya: Phone
    let ofHugo: Phone
    before(async () => {
      toMonday(company)
      ofMaya = await enrolWithManager(company, maya, benoit)
      ofHugo = await enrolWithManager(company, hugo, meera)
      // A code counts once, and theirs are used.
      forward(company, 1)
    })

    it('needs a code at the click: whoever has no authenticator learns how to get one', async () => {
      await asksFor(ada, { words: 'I need access to release payments', title, duration: '14 days' })
      await meera.hasSeen(/Payments \(release\)[\s\S]*High: much harm/)
      assert.match((await meera.open('Approve…')).text, /you have not set one up/)
    })

    it('a wrong code approves nothing', async () => {
      await maya.hasSeen(/Payments \(release\)/)
      await maya.open('Approve…')
      const wrong = [...ofMaya.code()].map((digit) => (Number(digit) + 5) % 10).join('')
      assert.match((await maya.submit({ code: wrong }))?.text ?? '', /not right/)
      assert.ok(!ada.chat().some(({ text }) => /Maya Okonkwo approved[\s\S]*Payments/.test(text)))
    })

    it('what was changed meanwhile is not approved: an approval is of what the card said', async () => {
      await hugo.hasSeen(/Payments \(release\)/)
      await hugo.open('Approve…')
      const his = await hugo.mischief.keepWindow()
      await maya.open('Shorten…')
      await maya.submit({ lasts: String(day), code: ofMaya.code() })
      await hugo.hasSeen(/Payments \(release\)[\s\S]*1 day from approval \(was 14 days\)/)
      const shown = await hugo.mischief.submit(his, { code: ofHugo.code() })
      assert.match(shown?.text ?? '', /changed/)
      await hugo.open('Approve…')
      await hugo.submit({ code: ofHugo.code() })
      await grantsAre(company, 'ada', 'payment-release', 'active')
      await membershipIs(company, 'ada', 'paymentRelease', 'there')
      await meera.hasSeen('Hugo Ferreira approved it; your answer is not needed any more')
    })

    it('an hour before the end it reminds, and then it ends', async () => {
      forward(company, 23.5)
      await ada.hasSeen('Payments (release) ends soon')
      forward(company, 1)
      await grantsAre(company, 'ada', 'payment-release', 'ended')
      await membershipIs(company, 'ada', 'paymentRelease', 'gone')
    })
  })

  describe('all along', () => {
    it('shows in no chat as markup what somebody typed', () => {
      assert.deepEqual(company.drawnMarkup(), [])
    })
  })
})

/** When something is due of the one request that is open: day of the week and hour. */
async function due({ database }: TestCompany): Promise<string> {
  const one = await database
    .selectFrom('access_requests')
    .select('due_at')
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow()
  return `${one.due_at?.toUTCString().slice(0, 3)} ${one.due_at?.getUTCHours()}:00`
}
