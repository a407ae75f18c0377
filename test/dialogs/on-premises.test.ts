import assert from 'node:assert/strict'
import { wellKnown, wellKnownGroups } from '../../infra/practice/company/cast.ts'
import { bindAnswer } from '../../infra/practice/domain/ldap-session.ts'
import type { OnPremises } from '../../infra/practice/domain/on-premises.ts'
import { approves, asksFor, grantsAre, membershipIs, toMonday } from '../support/access.ts'
import { startTestCompany, type TestCompany, testChannel } from '../support/company.ts'
import { inGroup, memberOf, modify, newGroup } from '../support/domain-edits.ts'
import { enrolWithManager } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'
import type { Talker } from '../support/talker.ts'

/** As an agent makes one: a line of its own, without a space. */
const password = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/m

describe('an account of the company’s own directory', () => {
  let company: TestCompany
  let onPremises: OnPremises
  let kwame: Talker
  let phone: Phone
  /** The password that opens the account now. */
  let present: string
  const account = () => {
    const made = onPremises.people.get(wellKnown.kwame.id)
    assert.ok(made)
    return made
  }
  const binds = (tried: string) => bindAnswer(onPremises.controller, account().upn, tried)
  const lock = async () => {
    for (let turn = 0; turn < 6; turn++) await binds('Wrong-Autumn-4711')
    assert.equal(await binds(present), '775', 'locked, whatever the password')
  }

  /** Another code is shown, and what a conversation was told of an account a minute ago it asks anew. */
  const minuteLater = () => company.company.clock.advance(61_000)

  async function proves(): Promise<void> {
    await kwame.sees('make sure that it is you')
    await kwame.press('A code from my authenticator app')
    await kwame.sees('Enter the code')
    minuteLater()
    assert.match(await kwame.press('Check the code', { code: phone.code() }), /the code is right/)
  }

  before(async () => {
    company = await startTestCompany({}, undefined, true)
    assert.ok(company.company.onPremises)
    onPremises = company.company.onPremises
    present = company.initialPassword('kwame')
    kwame = company.person('kwame')
    phone = await enrolWithManager(company, kwame, company.person('operationsManager'))
  })
  after(() => company.close())

  it('is said to be open when it is, and nothing of it is said before the person is known', async () => {
    await kwame.say("I'm locked out")
    const { text } = await kwame.sees('make sure that it is you')
    assert.doesNotMatch(text, /locked|expired/)
    await proves()
    await kwame.sees('You are not locked out')
  })

  it('is unlocked, and the same password opens it again', async () => {
    await lock()
    await kwame.say('my account is locked')
    await proves()
    await kwame.sees('You can sign in again')
    assert.equal(await binds(present), 'ok')
  })

  it('is not called locked when the password must be changed', async () => {
    await modify(onPremises.controller, account().dn, { pwdLastSet: '0' })
    await kwame.say('locked out again')
    await proves()
    await kwame.sees('You are not locked out: ')
    await modify(onPremises.controller, account().dn, { pwdLastSet: '-1' })
  })

  it('gets a temporary password that binds where the old one does not, and Microsoft 365 follows', async () => {
    await kwame.say('I forgot my password')
    await proves()
    await kwame.sees('I know it is you')
    const window = await kwame.open('Show my temporary password')
    const [shown] = window.text.match(password) ?? []
    assert.ok(shown, window.text)
    company.used('password', shown)
    const { text } = await kwame.sees('Sign in with the temporary password now')
    assert.doesNotMatch(text, /Microsoft accepted/)
    assert.match(text, /Microsoft 365 follows within about/)
    assert.equal(await binds(shown), '773', 'the right one, to be changed first')
    assert.equal(await binds(present), '52e', 'the old one is wrong')
    await kwame.hasSeen('Microsoft 365 has it too now', 60_000)
    assert.equal(await company.signIn('kwame', shown), 'must-change')
    assert.ok(!company.chatHistory().includes(shown), 'no chat keeps it')
    present = shown
  })

  it('is followed to Microsoft 365 again when another is asked for before the first was used', async () => {
    minuteLater()
    await kwame.say('I forgot my password')
    await proves()
    await kwame.sees('I know it is you')
    const [shown] = (await kwame.open('Show my temporary password')).text.match(password) ?? []
    assert.ok(shown)
    company.used('password', shown)
    await kwame.sees('Sign in with the temporary password now')
    await kwame.sees('Microsoft 365 has it too now', 60_000)
    assert.equal(await company.signIn('kwame', present), 'wrong-password')
    assert.equal(await company.signIn('kwame', shown), 'must-change')
    present = shown
    await modify(onPremises.controller, account().dn, { pwdLastSet: '-1' })
  })

  it('is written down with the agent and the domain controller that did it', async () => {
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const outcomes = rows
      .map(({ event }) => event as { kind: string; action: string; detail?: Record<string, string> })
      .filter(({ kind }) => kind === 'outcome')
    for (const action of ['unlock-account', 'reset-password']) {
      const { detail } = outcomes.find((event) => event.action === action) ?? {}
      assert.equal(detail?.controller, onPremises.controller.host, action)
      assert.match(detail?.agent ?? '', /^[0-9a-f-]{36}$/)
    }
  })

  it('is added to a group of the company’s own directory, which Microsoft 365 then has as well, and is taken out again', async () => {
    const doors = onPremises.groups.get(wellKnownGroups.warehouseBadges)
    assert.ok(doors)
    await inGroup(onPremises.controller, doors.dn, account().dn, false)
    await onPremises.sync.now()
    await membershipIs(company, 'kwame', 'warehouseBadges', 'gone')
    await asksFor(kwame, {
      words: 'I need access to the warehouse doors',
      title: 'Warehouse doors (badge)',
      duration: '1 day',
    })
    await approves(company, company.person('operationsManager'))
    const { text: news } = await kwame.hasSeen('Kwame Mensah has it now', 60_000)
    assert.match(news, /Microsoft 365 follows within about/)
    assert.equal(await memberOf(onPremises.controller, doors.dn, account().dn), true)
    await membershipIs(company, 'kwame', 'warehouseBadges', 'there')
    toMonday(company)
    await grantsAre(company, 'kwame', 'warehouse-badges', 'ended')
    assert.equal(await memberOf(onPremises.controller, doors.dn, account().dn), false)
  })

  it('is added to a group of Entra ID there, and nowhere else', async () => {
    await asksFor(kwame, { words: 'I need the sales dashboard', title: 'Sales dashboard (read)', duration: '1 day' })
    await approves(company, company.person('operationsManager'))
    await grantsAre(company, 'kwame', 'sales-dashboard', 'active')
    await membershipIs(company, 'kwame', 'salesDashboard', 'there')
    await onPremises.sync.now()
    await membershipIs(company, 'kwame', 'salesDashboard', 'there')
  })

  it('is out of reach when it is an administrator’s there, however deeply nested, although Entra ID knows nothing of it', async () => {
    const { controller } = onPremises
    const admins = `CN=Domain Admins,CN=Users,${controller.domainDn}`
    const nested = await newGroup(controller, 'Night Shift Operators')
    await inGroup(controller, admins, nested, true)
    await inGroup(controller, nested, account().dn, true)
    minuteLater()
    await kwame.say("I'm locked out")
    const { text } = await kwame.sees('I cannot do that')
    assert.doesNotMatch(text, /administrator|admin|group/i)
    await company.itChannelSees('Refused: an unlock')
    await inGroup(controller, nested, account().dn, false)
    assert.equal(await binds(present), 'ok', 'nothing was changed')
    minuteLater()
  })

  it('is left alone when nobody can say which one it is, and IT hears of it', async () => {
    const { control } = company.company.tenant
    onPremises.sync.pause(true)
    const { onPremisesImmutableId } = company.company.tenant.company.users.get(wellKnown.kwame.id, 'latest') ?? {}
    assert.ok(onPremisesImmutableId)
    control.editUser(wellKnown.kwame.id, { onPremisesImmutableId: Buffer.alloc(16, 7).toString('base64') })
    // What IT hears within a quarter of an hour of the same person stands below the card before it.
    company.company.clock.advance(20 * 60_000)
    // Whose account it is may be known for five seconds of the world's clock.
    await new Promise((resolve) => setTimeout(resolve, 5_100))
    await kwame.say('I forgot my password')
    const { text } = await kwame.sees('I cannot do that')
    assert.match(text, /IT has been told|letting them know|passing it on/)
    await company.itChannelSees(/no account has this anchor/)
    await kwame.say("I'm locked out")
    await kwame.sees('lives in the company’s own directory')
    control.editUser(wellKnown.kwame.id, { onPremisesImmutableId })
    onPremises.sync.pause(false)
    await new Promise((resolve) => setTimeout(resolve, 5_100))
    minuteLater()
  })

  it('waits for the agent for a while, then says the truth and tells IT', async () => {
    await onPremises.agent().stop('SIGKILL')
    minuteLater()
    const incident = async (words: RegExp) => /incident (\d+)/.exec((await kwame.sees(words, 60_000)).text)?.[1]
    const seen: string[] = []
    const stop = company.company.teams.client.subscribe(({ type }) => seen.push(type))
    await kwame.say("I'm locked out")
    const unlock = await incident(/I cannot reach the .*directory/)
    stop()
    // Slack's Events API knows no such sign.
    const signs = seen.filter((type) => type === 'typing').length
    assert.ok(testChannel === 'slack' || signs > 1, `${signs} signs that an answer is coming`)
    await company.itChannelSees(new RegExp(`The on-premises directory cannot be reached[\\s\\S]*${unlock}`))
    await kwame.say('I forgot my password')
    const reset = await incident(/I cannot reach the directory in which that account is managed/)
    assert.equal(reset, unlock, 'one trouble is one incident, and no refusal')
    await onPremises.agent().start()
    await onPremises.agentIsLive()
    minuteLater()
    await kwame.press('Try again')
    await kwame.sees(/make sure that it is you|Enter the code/)
    await kwame.say('cancel')
    await lock()
    await kwame.say("I'm locked out")
    await proves()
    await kwame.sees('You can sign in again')
    assert.equal(await binds(present), 'ok')
  })
})
