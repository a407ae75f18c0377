import assert from 'node:assert/strict'
import { wellKnownGroups } from '../../infra/practice/company/cast.ts'
import {
  approves,
  asksFor,
  chooses,
  forward,
  grantsAre,
  membershipIs,
  toMonday,
  toTheLastCard,
} from '../support/access.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager } from '../support/enrol.ts'
import type { Talker } from '../support/talker.ts'

describe('access that is not given, or not as it was asked for', function () {
  this.timeout(180_000)
  let company: TestCompany
  let ada: Talker
  let maya: Talker
  let benoit: Talker
  let tomas: Talker
  let meera: Talker

  before(async () => {
    company = await startTestCompany()
    toMonday(company)
    ada = company.person('ada')
    maya = company.person('maya')
    benoit = company.person('salesHead')
    tomas = company.person('tomas')
    meera = company.person('financeHead')
  })
  after(() => company.close())

  const control = () => company.company.tenant.control

  describe('because of the group', () => {
    it('of which the lists are kept elsewhere: IT gets a ticket', async () => {
      const title = 'Warehouse doors (badge)'
      await asksFor(ada, { words: 'I need access to the warehouse doors', title, duration: '7 days' })
      await maya.hasSeen(/asks for access[\s\S]*Warehouse doors/)
      await approves(company, maya)
      await ada.hasSeen(/Warehouse doors \(badge\): it could not be given[\s\S]*in the company’s own directory/)
      await company.itChannelSees(/Ada Lindqvist[\s\S]*Warehouse/)
      await grantsAre(company, 'ada', 'warehouse-badges', 'failed')
    })

    it('that is a mailing list as well', async () => {
      const title = 'Invoices (approve)'
      await asksFor(ada, { words: 'I need access to approve invoices', title, duration: '7 days' })
      await maya.hasSeen(/asks for access[\s\S]*Invoices \(approve\)/)
      await approves(company, maya)
      await meera.hasSeen(/Invoices \(approve\)/)
      await approves(company, meera)
      await ada.hasSeen(/Invoices \(approve\): it could not be given[\s\S]*is a mailing list as well/)
      // The same trouble of the same person: it stands below the first.
      const thread = await company.itChannel.headSeen(/Access was not given[\s\S]*Warehouse/)
      await company.itChannel.sees(thread, 'Invoice Approvers')
    })

    it('that has whom a rule puts in it', async () => {
      control().removeMember(wellKnownGroups.everybody, tomas.id)
      await asksFor(tomas, { words: 'I need access to all employees', title: 'All employees', duration: '7 days' })
      const olumide = company.person('hrHead')
      await olumide.hasSeen(/Tomáš Dvořák asks for access[\s\S]*All employees/)
      await approves(company, olumide)
      await tomas.hasSeen(/All employees: it could not be given[\s\S]*follows from a rule/)
      await membershipIs(company, 'tomas', 'everybody', 'gone')
    })

    it('that is in a role-assignable one, although two say yes with their codes', async () => {
      const hugo = company.person('financeManager')
      control().addOwner(wellKnownGroups.plantNetwork, hugo.id)
      const ofMaya = await enrolWithManager(company, maya, benoit)
      const ofHugo = await enrolWithManager(company, hugo, meera)
      forward(company, 1)
      const title = 'Plant network (operate)'
      await asksFor(ada, { words: 'I need access to the plant network', title, duration: '7 days' })
      for (const [who, phone] of [
        [maya, ofMaya],
        [hugo, ofHugo],
      ] as const) {
        await who.hasSeen(/Ada Lindqvist asks for access[\s\S]*Plant network/)
        await who.open('Approve…')
        await who.submit({ code: phone.code() })
      }
      await ada.hasSeen(/Plant network \(operate\): it could not be given[\s\S]*only IT can do that, by hand/)
      await company.itChannelSees(/Ada Lindqvist[\s\S]*Plant Network/)
      await membershipIs(company, 'ada', 'plantNetwork', 'gone')
    })
  })

  describe('because of what somebody has', () => {
    before(() => toMonday(company))

    it('from elsewhere: there is nothing to ask for', async () => {
      await chooses(ada, { words: 'I need access to the product launch', title: 'Product launch (team)' })
      await ada.sees('You have it already, and not from me: there is nothing to ask for.')
    })

    it('two that do not go together are refused, and said why', async () => {
      const title = 'Invoices (enter)'
      await asksFor(ada, { words: 'I need access to enter invoices', title, duration: '30 days' })
      await chooses(ada, { words: 'I need access to release payments', title: 'Payments (release)' })
      await ada.sees(/A request for Invoices \(enter\) is open for you, and that does not go with Payments \(release\)/)
      await maya.hasSeen(/Ada Lindqvist asks for access[\s\S]*Invoices \(enter\)/)
      await approves(company, maya)
      await membershipIs(company, 'ada', 'invoiceEntry', 'there')
      await chooses(ada, { words: 'I need access to release payments', title: 'Payments (release)' })
      await ada.sees(/You have Invoices \(enter\)[^.]*: Whoever enters an invoice must not release its payment\./)
    })

    it('others need one more yes, of whom the policy names, and their card says why', async () => {
      const asking = {
        words: 'I need access to the vendor master data',
        title: 'Vendor master data (change)',
        duration: '30 days',
      }
      const card = await toTheLastCard(ada, asking)
      assert.match(card, /You have Invoices \(enter\), and that does not go with Vendor master data \(change\)/)
      assert.match(card, /Maya Okonkwo \(manager\), then one of [^\n]*(Dmitri Volkov|Zoë van der Berg)/)
      await ada.press('Ask for it')
      await maya.hasSeen(/Ada Lindqvist asks for access[\s\S]*Conflict: [\s\S]*Vendor master data/)
      await approves(company, maya)
      const zoe = company.person('zoe')
      await zoe.hasSeen(/Conflict: [\s\S]*Vendor master data[\s\S]*member of Internal Control/)
      await approves(company, zoe)
      await membershipIs(company, 'ada', 'vendorMaster', 'there')
      await company.person('legalHead').hasSeen('Zoë van der Berg approved it; your answer is not needed any more')
    })
  })

  describe('because of who would have to say yes', () => {
    before(() => toMonday(company))

    it('nobody approves their own wish: for her report the manager’s own manager is asked', async () => {
      const title = 'Travel booking'
      const whom = 'Ada Lindqvist · Account Executive, Sales'
      await asksFor(maya, { words: 'I need access to the travel booking', title, duration: '7 days', whom })
      const { text } = await benoit.hasSeen(/Maya Okonkwo asks for access for Ada Lindqvist[\s\S]*Travel booking/)
      assert.match(text, /You are asked as\nmanager of Maya Okonkwo/)
      await ada.hasSeen(/Somebody asks for access for you[\s\S]*Maya Okonkwo asked for this for you/)
      await approves(company, benoit)
      await membershipIs(company, 'ada', 'travelBooking', 'there')
      await ada.hasSeen('Travel booking: Ada Lindqvist has it now')
      await maya.hasSeen('Travel booking: Ada Lindqvist has it now')
    })

    it('nobody is left beside the one who asks: IT has it, with the reason', async () => {
      const title = 'Newsletter (write)'
      const asked = { words: 'I need access to the newsletter', title, duration: '7 days', whom: 'For myself' }
      assert.match(await toTheLastCard(maya, asked), /Benoît Lacroix \(manager\), then IT, because I find nobody else/)
      await maya.press('Ask for it')
      await benoit.hasSeen(/Maya Okonkwo asks for access[\s\S]*Newsletter/)
      await approves(company, benoit)
      await maya.hasSeen(/IT has it now[\s\S]*they asked for it themselves/)
      await company.itChannelSees(
        /Nobody can approve a request: Newsletter \(write\)[\s\S]*they asked for it themselves/,
      )
    })

    it('whoever reports to the one who asks does not decide what is risky', async () => {
      const asked = { words: 'I need access to release payments', title: 'Payments (release)', duration: '7 days' }
      await asksFor(meera, { ...asked, whom: 'For myself' })
      await meera.hasSeen(/IT has it now[\s\S]*they report to whoever asks for it/)
      await company.itChannelSees(
        /Nobody can approve a request: Payments \(release\)[\s\S]*they report to whoever asks/,
      )
      assert.ok(
        !company
          .person('financeManager')
          .chat()
          .some(({ text }) => text.includes('Meera Iyer asks')),
      )
    })

    it('who has no manager is no dead end', async () => {
      const zoe = company.person('zoe')
      const title = 'Sales dashboard (read)'
      await asksFor(zoe, { words: 'I need access to the sales dashboard', title, duration: '7 days' })
      await zoe.hasSeen(/IT has it now[\s\S]*the directory names no manager for Zoë van der Berg/)
      await company.itChannelSees(/Nobody can approve a request: Sales dashboard \(read\)[\s\S]*names no manager/)
    })
  })

  describe('or has changed behind our back', () => {
    const crm = { words: 'I need access to the CRM', title: 'CRM (read)', duration: '7 days' }
    const vpn = { words: 'I need access to the VPN', title: 'VPN', duration: '7 days' }
    before(async () => {
      toMonday(company)
      await asksFor(ada, vpn)
      await maya.hasSeen(/Ada Lindqvist asks for access[\s\S]*VPN/)
      await approves(company, maya)
      await ada.hasSeen('VPN: Ada Lindqvist has it now')
      await asksFor(ada, crm)
      control().addMember(wellKnownGroups.crmViewers, ada.id)
      await maya.hasSeen(/Ada Lindqvist asks for access[\s\S]*CRM/)
      await approves(company, maya)
    })

    it('what somebody had before stays, and that is said', async () => {
      await ada.hasSeen(
        /CRM \(read\): Ada Lindqvist has it now[\s\S]*had it before already[\s\S]*It stays when this ends/,
      )
    })

    it('what was taken away elsewhere is noticed within a day, told, and not given again', async () => {
      control().removeMember(wellKnownGroups.vpn, ada.id)
      forward(company, 25)
      for (const who of [ada, maya])
        await who.hasSeen(
          /VPN: Ada Lindqvist does not have it any more[\s\S]*Somebody took it away[\s\S]*I do not give it again/,
        )
      await ada.say('my access')
      assert.match((await ada.sees('My access')).text, /taken away since, and not by HelpBot/)
    })

    it('at the end it is as it was before: the one stays, the other is gone', async () => {
      forward(company, 7 * 24)
      for (const who of [ada, maya]) await who.hasSeen(/CRM \(read\): ended for Ada Lindqvist/)
      await grantsAre(company, 'ada', 'vpn', 'ended')
      await membershipIs(company, 'ada', 'crmViewers', 'there')
      await membershipIs(company, 'ada', 'vpn', 'gone')
      const { text } = await ada.hasSeen(/CRM \(read\): ended for Ada Lindqvist/)
      assert.match(text, /before|stays|left/)
    })
  })
})
