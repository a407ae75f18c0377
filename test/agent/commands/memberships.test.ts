import assert from 'node:assert/strict'
import { added } from '../../../agent/commands/modifications.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { assertRefused, failure, openGround, order, type WritingGround } from './writing-ground.ts'

describe('changing the members of groups of a real domain', () => {
  let domain: TestDomain
  let ground: WritingGround
  before(async () => {
    domain = await startTestDomain()
    ground = openGround(domain)
  })
  beforeEach(() => {
    ground.sent.length = 0
  })
  after(async () => {
    await ground.close()
    await domain.close()
  })

  const add = (group: { guid: string }, member: { guid: string }, by = ground) =>
    by.commands['add-member']({ group: group.guid, member: member.guid }, order())
  const remove = (group: { guid: string }, member: { guid: string }, by = ground) =>
    by.commands['remove-member']({ group: group.guid, member: member.guid }, order())
  const members = async (group: { guid: string }) => [(await domain.attributes(group.guid)).member ?? []].flat()

  for (const [scope, groupType] of [
    ['global', -2147483646],
    ['universal', -2147483640],
    ['domain-local', -2147483644],
  ] as const)
    it(`somebody is put into a ${scope} group once, and taken out once`, async () => {
      const group = await domain.addGroup(`Readers ${scope}`, { groupType })
      const ada = await domain.addUser(`Ada ${scope} "A", Åå`)
      assert.deepEqual(await remove(group, ada), { changed: false, controller: domain.host })
      assert.deepEqual(await add(group, ada), { changed: true, controller: domain.host })
      assert.equal((await members(group)).length, 1)
      assert.equal((await add(group, ada)).changed, false)
      assert.equal((await remove(group, ada)).changed, true)
      assert.deepEqual(await members(group), [])
      assert.equal((await remove(group, ada)).changed, false)
      assert.deepEqual(ground.sent, ['modify member', 'modify member'])
    })

  it('somebody who was put in or taken out at the same moment is no error', async () => {
    const group = await domain.addGroup('Writers')
    const bob = await domain.addUser('Bob Berg')
    for (const [now, change] of [
      [[bob.dn], add],
      [null, remove],
    ] as const) {
      const meddled = openGround(domain, {
        through: (controller) => ({
          ...controller,
          async modify(dn, changes) {
            await domain.modify(group.guid, { member: now })
            return controller.modify(dn, changes)
          },
        }),
      })
      assert.equal((await change(group, bob, meddled).finally(() => meddled.close())).changed, false)
    }
  })

  it('the primary group counts as a group, and no change of members ends it', async () => {
    const group = await domain.addGroup('Primary People')
    const cy = await domain.addUser('Cy Cole')
    await domain.modify(group.guid, { member: cy.dn })
    await domain.modify(cy.guid, { primaryGroupID: group.sid.split('-').at(-1) ?? '' })
    assert.equal((await add(group, cy)).changed, false)
    const error = await failure(remove(group, cy))
    assert.equal(error.code, 'conflict')
    assert.match(error.detail, /primary group/)
    assert.deepEqual(ground.sent, [])
  })

  it('members of another domain, computers, contacts and groups are refused by what they are', async () => {
    const group = await domain.addGroup('Mixed')
    const nested = await domain.addGroup('Nested')
    const foreign = 'S-1-5-21-1111111111-2222222222-3333333333-1107'
    await domain.asAdministrator(async (client) => {
      await client.modify(group.dn, added('member', `<SID=${foreign}>`))
      await client.add(`CN=Carl,${domain.units.people}`, { objectClass: 'contact' })
      await client.add(`CN=PC7,${domain.units.people}`, {
        objectClass: 'computer',
        sAMAccountName: 'PC7$',
        userAccountControl: '4096',
      })
    })
    const [foreignDn = ''] = await members(group)
    const contact = await domain.attributes(`CN=Carl,${domain.units.people}`)
    const computer = await domain.attributes(`CN=PC7,${domain.units.people}`)
    for (const [guid, words] of [
      [(await domain.attributes(foreignDn)).objectGUID, /is of another domain/],
      [contact.objectGUID, /not an ordinary user account/],
      [computer.objectGUID, /not an ordinary user account/],
      [nested.guid, /not an ordinary user account/],
    ] as const) {
      const refused = { code: 'forbidden', alarm: 'forbidden', words }
      await assertRefused(ground, () => add(group, { guid: String(guid) }), refused)
      await assertRefused(ground, () => remove(group, { guid: String(guid) }), refused)
    }
  })
})
