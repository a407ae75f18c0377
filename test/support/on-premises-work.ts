import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Attribute, Change } from 'ldapts'
import { wellKnown, wellKnownGroups } from '../../infra/practice/company/cast.ts'
import { asAccount, bindAnswer } from '../../infra/practice/domain/ldap-session.ts'
import { unicodePassword } from '../../infra/practice/domain/objects.ts'
import type { OnPremises } from '../../infra/practice/domain/on-premises.ts'
import { approves, asksFor, grantsAre } from './access.ts'
import type { TestCompany } from './company.ts'
import { inGroup, modify } from './domain-edits.ts'
import { enrol } from './enrol.ts'
import { type Person, type Staged, stagedFor, type Work } from './staged-work.ts'
import { type Talker, teamsTalker } from './talker.ts'
import { endAllGrants, exampleOf, insertRecourse } from './work-rows.ts'
import { choosesCode } from './work-told.ts'

const minute = 60_000

/** Prepares the company: two who can prove who they are, and an approved request as there will be more of. */
export async function prepareWork(
  company: TestCompany,
  onPremises: OnPremises,
): Promise<{ readonly group: string; readonly stage: () => Promise<Staged> }> {
  const { controller } = onPremises
  const { clock } = company.company
  const all = [...onPremises.people].map(([id, account]): Person => {
    const user = company.company.tenant.company.person(id)
    assert.ok(user)
    return { account, talker: teamsTalker(company.company.teams.client, { id, name: user.name }, company.used) }
  })
  const kwame = all.find(({ talker }) => talker.id === wellKnown.kwame.id)
  const [second, ...others] = all.filter((person) => person !== kwame)
  const group = onPremises.groups.get(wellKnownGroups.warehouseBadges)?.dn
  assert.ok(kwame && second && others.length >= 6 && group)
  const phones = { reset: await enrol(company, kwame.talker), unlock: await enrol(company, second.talker) }
  for (const { talker } of [kwame, second]) await talker.say('cancel')
  // A new authenticator cools off.
  clock.advance(100 * 60 * minute)
  await inGroup(controller, group, kwame.account.dn, false)
  await onPremises.sync.now()
  await asksFor(kwame.talker, {
    words: 'I need access to the warehouse doors',
    title: 'Warehouse doors (badge)',
    duration: '1 day',
  })
  await approves(company, company.person('operationsManager', 'teams'))
  await grantsAre(company, 'kwame', 'warehouse-badges', 'active')
  const example = await exampleOf(company)
  let turn = 0

  function nextPeople(): Readonly<Record<Work, Person>> {
    turn += 1
    const pick = (nth: number): Person => {
      const person = others[(turn * 3 + nth) % others.length]
      assert.ok(person)
      return person
    }
    assert.ok(kwame && second)
    return { reset: kwame, unlock: second, grant: pick(0), revoke: pick(1), block: pick(2) }
  }

  async function setAccounts(people: Readonly<Record<Work, Person>>, password: string): Promise<void> {
    assert.ok(group)
    await setPassword(controller, people.reset, password)
    await setPassword(controller, people.unlock, password)
    for (let wrong = 0; wrong < 6; wrong++) await bindAnswer(controller, people.unlock.account.upn, 'Wrong-Autumn-4711')
    assert.equal(await bindAnswer(controller, people.unlock.account.upn, password), '775', 'the account is not locked')
    await inGroup(controller, group, people.grant.account.dn, false)
    await inGroup(controller, group, people.revoke.account.dn, true)
    for (const { account } of [people.grant, people.revoke, people.block])
      await modify(controller, account.dn, { userAccountControl: '512' })
    await onPremises.sync.now()
    for (const { talker } of [people.grant, people.revoke, people.block]) {
      const enabled = () => company.company.tenant.control.user(talker.id).accountEnabled
      for (let look = 0; enabled() !== true; look++) {
        assert.ok(look < 40, 'the sync does not carry it over')
        await onPremises.sync.now()
      }
    }
  }

  async function stage(): Promise<Staged> {
    onPremises.sync.pause(false)
    const people = nextPeople()
    // The next day: so many resets and unlocks a day are allowed.
    clock.advance(25 * 60 * minute)
    await endAllGrants(company)
    const password = `Stage-${turn}-${randomBytes(6).toString('hex')}-A`
    await setAccounts(people, password)
    const token = await insertRecourse(company, people.block.talker)
    await Promise.all([
      toTheCode(people.reset.talker, 'I forgot my password'),
      toTheCode(people.unlock.talker, "I'm locked out"),
    ])
    assert.match(await people.reset.talker.press('Check the code', { code: phones.reset.code() }), /the code is right/)
    await people.reset.talker.sees('I know it is you')
    // What a round writes on-premises is not to come back by way of the sync while it is looked at.
    onPremises.sync.pause(true)
    return stagedFor(company, people, { password, since: company.now(), phone: phones.unlock, token, example })
  }
  return { stage, group }
}

async function toTheCode(talker: Talker, words: string): Promise<void> {
  await talker.say('cancel')
  await talker.say(words)
  await choosesCode(talker)
}

/** Another password, not to be changed, and no lockout. */
async function setPassword(controller: OnPremises['controller'], { account }: Person, password: string): Promise<void> {
  const change = (modification: Attribute) => new Change({ operation: 'replace', modification })
  await asAccount(controller, controller.administrator, (client) =>
    client.modify(account.dn, [
      change(new Attribute({ type: 'unicodePwd', values: [unicodePassword(password)] })),
      change(new Attribute({ type: 'pwdLastSet', values: ['-1'] })),
      change(new Attribute({ type: 'lockoutTime', values: ['0'] })),
    ]),
  )
}
