import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { AgentError } from '../../../agent/agent-error.ts'
import { replaced } from '../../../agent/commands/modifications.ts'
import { unicodePassword } from '../../../agent/ldap/encodings.ts'
import { newSealKey } from '../../../bot/agent-link/open-seal.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { failure, openGround, order, type WritingGround } from './writing-ground.ts'

const oldPassword = 'Old-Harbour-2211'
const rules = { length: 20 }

describe('writing accounts of a real domain', () => {
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

  async function reset(guid: string) {
    const key = newSealKey()
    const ordered = order()
    const answer = await ground.commands['reset-password']({ guid, sealTo: key.publicKey, rules }, ordered)
    assert.ok(answer.sealed)
    return { answer, password: key.open(answer.sealed, ordered.commandId) }
  }

  it('a reset: the old password is wrong, the new one is right and must be changed; one write does all', async () => {
    const ada = await domain.addUser('Ada Lovelace', { password: oldPassword })
    assert.equal(await domain.bind(ada.upn, oldPassword), 'ok')
    const { answer, password } = await reset(ada.guid)
    assert.deepEqual(answer.readBack, { mustChangePassword: true, locked: false })
    assert.equal(answer.wasLocked, false)
    assert.equal(answer.controller, domain.host)
    assert.equal(password.length, 20)
    assert.deepEqual(ground.sent, ['modify unicodePwd pwdLastSet lockoutTime'])
    assert.equal(await domain.bind(ada.upn, oldPassword), '52e')
    assert.equal(await domain.bind(ada.upn, password), '773')
    // What had to be changed at the next sign-in is the only thing that kept it from binding.
    await domain.modify(ada.guid, { pwdLastSet: '-1' })
    assert.equal(await domain.bind(ada.upn, password), 'ok')
  })

  it('a reset opens a locked account as well', async () => {
    const bob = await domain.addUser('Bob Baker', { password: oldPassword })
    await domain.lock(bob.upn)
    const { answer, password } = await reset(bob.guid)
    assert.equal(answer.wasLocked, true)
    assert.deepEqual(answer.readBack, { mustChangePassword: true, locked: false })
    assert.equal(await domain.bind(bob.upn, password), '773')
  })

  it('the password is as long as the domain demands, where that is longer', async () => {
    const cleo = await domain.addUser('Cleo Cole')
    await domain.modify(domain.domainDn, { minPwdLength: '25' })
    const { password } = await reset(cleo.guid).finally(() => domain.modify(domain.domainDn, { minPwdLength: '12' }))
    assert.equal(password.length, 25)
  })

  it('the password is as long as the policy of the account itself demands, or the refusal says so', async () => {
    const cleo = await domain.addUser('Clea Cole')
    const settings = `CN=Long,CN=Password Settings Container,CN=System,${domain.domainDn}`
    await domain.asAdministrator((client) =>
      client.add(settings, {
        objectClass: 'msDS-PasswordSettings',
        'msDS-PasswordSettingsPrecedence': '10',
        'msDS-PasswordReversibleEncryptionEnabled': 'FALSE',
        'msDS-PasswordHistoryLength': '3',
        'msDS-PasswordComplexityEnabled': 'TRUE',
        'msDS-MinimumPasswordLength': '31',
        'msDS-MinimumPasswordAge': '0',
        'msDS-MaximumPasswordAge': '-36288000000000',
        'msDS-LockoutThreshold': '0',
        'msDS-LockoutObservationWindow': '-18000000000',
        'msDS-LockoutDuration': '-18000000000',
        'msDS-PSOAppliesTo': cleo.dn,
      }),
    )
    const asked = { guid: cleo.guid, sealTo: newSealKey().publicKey, rules }
    const hidden = await failure(ground.commands['reset-password'](asked, order()))
    assert.deepEqual([hidden.code, hidden.rule, hidden.maybeDone], ['policy', 'length', false])
    const shown = openGround(domain, {
      through: (controller) => ({
        ...controller,
        // As where the service account was given the right to read it.
        search: async (search) =>
          search.base.toLowerCase() === settings.toLowerCase()
            ? [{ dn: settings, 'msDS-MinimumPasswordLength': '31' }]
            : controller.search(search),
      }),
    })
    const key = newSealKey()
    const ordered = order()
    const { sealed } = await shown.commands['reset-password']({ ...asked, sealTo: key.publicKey }, ordered)
    await shown.close()
    assert.equal(sealed && key.open(sealed, ordered.commandId).length, 31)
  })

  /** The first password that is sent is not the one that was made. */
  const swapping = (text: string) => {
    let swapped = false
    return openGround(domain, {
      through: (controller) => ({
        ...controller,
        modify(dn, changes) {
          const first = !swapped
          swapped = true
          const other = replaced('unicodePwd', unicodePassword(text))
          return controller.modify(dn, first ? [other, ...changes.slice(1)] : changes)
        },
      }),
    })
  }

  it('a password that the domain finds too simple is made once more; one that is too short is not', async () => {
    const cora = await domain.addUser('Cora Cox', { password: oldPassword })
    const key = newSealKey()
    const ordered = order()
    const simple = swapping('aaaaaaaaaaaaaaaaaaaaaaaa')
    const asked = { guid: cora.guid, sealTo: key.publicKey, rules }
    const { sealed } = await simple.commands['reset-password'](asked, ordered).finally(() => simple.close())
    assert.ok(sealed)
    assert.equal(simple.sent.length, 2)
    assert.equal(await domain.bind(cora.upn, key.open(sealed, ordered.commandId)), '773')

    const short = swapping('Ab1-')
    const error = await failure(short.commands['reset-password'](asked, order())).finally(() => short.close())
    assert.deepEqual([error.code, error.rule, error.maybeDone], ['policy', 'length', false])
    assert.equal(short.sent.length, 1)
    assert.ok(!error.detail.includes('Ab1-'))
  })

  it('a password that was set is handed over even where it cannot be read back', async () => {
    const cara = await domain.addUser('Cara Crow', { password: oldPassword })
    let written = false
    const deaf = openGround(domain, {
      through: (controller) => ({
        ...controller,
        async modify(dn, changes) {
          await controller.modify(dn, changes)
          written = true
        },
        async search(search) {
          if (written) throw new AgentError('unreachable', 'the line is dead')
          return controller.search(search)
        },
      }),
    })
    try {
      const key = newSealKey()
      const ordered = order()
      const asked = { guid: cara.guid, sealTo: key.publicKey, rules }
      const answer = await deaf.commands['reset-password'](asked, ordered)
      assert.equal(answer.readBack, null)
      assert.ok(answer.sealed)
      assert.equal(await domain.bind(cara.upn, key.open(answer.sealed, ordered.commandId)), '773')

      written = false
      await domain.lock(cara.upn)
      const unlocked = await deaf.commands.unlock({ guid: cara.guid }, order())
      assert.deepEqual([unlocked.changed, unlocked.after], [true, null])

      written = false
      const error = await failure(deaf.commands['set-enabled']({ guid: cara.guid, enabled: false }, order()))
      assert.deepEqual([error.code, error.maybeDone], ['unreachable', true])
    } finally {
      await deaf.close()
    }
  })

  it('a locked account is opened by unlock, and its password still is the old one', async () => {
    const dora = await domain.addUser('Dora Dean', { password: oldPassword })
    await domain.lock(dora.upn)
    const answer = await ground.commands.unlock({ guid: dora.guid }, order())
    assert.equal(answer.changed, true)
    assert.equal(answer.before.locked, true)
    assert.ok(answer.before.lockedAt)
    assert.equal(answer.after?.locked, false)
    assert.deepEqual(ground.sent, ['modify lockoutTime'])
    assert.equal(await domain.bind(dora.upn, oldPassword), 'ok')
  })

  it('an account that is not locked is described and not written to', async () => {
    const emil = await domain.addUser('Emil Ek')
    await domain.modify(emil.guid, { pwdLastSet: '0' })
    const answer = await ground.commands.unlock({ guid: emil.guid }, order())
    assert.equal(answer.changed, false)
    assert.equal(answer.before.mustChangePassword, true)
    assert.deepEqual(answer.after, answer.before)
    assert.deepEqual(ground.sent, [])
  })

  it('disabling and enabling changes one bit and leaves the others', async () => {
    const fay = await domain.addUser('Fay Ford', { password: oldPassword })
    await domain.modify(fay.guid, { userAccountControl: String(0x200 | 0x1_0000) })
    const set = (enabled: boolean) => ground.commands['set-enabled']({ guid: fay.guid, enabled }, order())
    assert.deepEqual(await set(true), { changed: false, controller: domain.host })
    assert.deepEqual(ground.sent, [])
    assert.deepEqual(await set(false), { changed: true, controller: domain.host })
    assert.equal((await domain.attributes(fay.guid)).userAccountControl, String(0x202 | 0x1_0000))
    assert.equal(await domain.bind(fay.upn, oldPassword), '533')
    assert.equal((await set(false)).changed, false)
    assert.equal((await set(true)).changed, true)
    assert.equal((await domain.attributes(fay.guid)).userAccountControl, String(0x200 | 0x1_0000))
    assert.equal(await domain.bind(fay.upn, oldPassword), 'ok')
  })

  it('who changes userAccountControl at the same moment is not overwritten', async () => {
    const gil = await domain.addUser('Gil Gray')
    const meddled = openGround(domain, {
      through: (controller) => ({
        ...controller,
        async modify(dn, changes) {
          await domain.modify(gil.guid, { userAccountControl: String(0x200 | 0x1_0000) })
          return controller.modify(dn, changes)
        },
      }),
    })
    try {
      const error = await failure(meddled.commands['set-enabled']({ guid: gil.guid, enabled: false }, order()))
      assert.equal(error.code, 'conflict')
      assert.equal(error.maybeDone, false)
      assert.equal((await domain.attributes(gil.guid)).userAccountControl, String(0x200 | 0x1_0000))
    } finally {
      await meddled.close()
    }
  })

  it('attributes are written together, an empty one is taken away, and what stands already is left alone', async () => {
    const [hal, boss] = [await domain.addUser('Hal Hill'), await domain.addUser('Ivy "The Boss", Ipsum')]
    await domain.modify(hal.guid, { title: 'Clerk', mobile: '+47 1' })
    const attributes = {
      title: 'Buyer, first class',
      department: 'Einkauf Öl & Gas',
      mobile: '',
      manager: boss.guid,
      accountExpires: '2031-01-31T22:59:59.000Z',
    }
    const set = () => ground.commands['set-attributes']({ guid: hal.guid, attributes }, order())
    assert.deepEqual(await set(), { changed: true, controller: domain.host })
    const now = await domain.attributes(hal.guid)
    assert.equal(now.title, 'Buyer, first class')
    assert.equal(now.department, 'Einkauf Öl & Gas')
    assert.equal(now.mobile, undefined)
    assert.equal(now.manager, (await domain.attributes(boss.guid)).distinguishedName)
    // 100 ns steps since 1601.
    assert.equal(now.accountExpires, '135721403990000000')
    assert.deepEqual(ground.sent, ['modify title department mobile accountExpires manager'])
    assert.equal((await set()).changed, false)
    assert.equal(ground.sent.length, 1)
    await ground.commands['set-attributes']({ guid: hal.guid, attributes: { accountExpires: null } }, order())
    assert.equal((await domain.attributes(hal.guid)).accountExpires, '9223372036854775807')
  })

  it('a new account is disabled and has no password, until it is reset and enabled', async () => {
    const unit = String((await domain.attributes(domain.units.people)).objectGUID)
    const boss = await domain.addUser('Jon Jay')
    const input = {
      unit,
      name: 'Kim "K", #1 O’Neil+Kay',
      samAccountName: 'kim.oneil',
      userPrincipalName: `kim.oneil@${domain.realm}`,
      attributes: { givenName: 'Kim', sn: 'O’Neil', manager: boss.guid, mobile: '' },
    }
    const { guid } = await ground.commands['create-user'](input, order())
    const made = await domain.attributes(guid)
    assert.equal(made.userAccountControl, '514')
    assert.equal(made.cn, input.name)
    assert.equal(made.displayName, input.name)
    assert.equal(made.manager, boss.dn)
    assert.equal(made.pwdLastSet, '0')
    const { password } = await reset(guid)
    await ground.commands['set-enabled']({ guid, enabled: true }, order())
    assert.equal(await domain.bind(input.userPrincipalName, password), '773')
    await domain.addUser('Lou Loud', {
      attributes: { mail: `lou@${domain.realm}`, proxyAddresses: `SMTP:loud@${domain.realm}` },
    })
    for (const [samAccountName, upn] of [
      ['kim.oneil', `other@${domain.realm}`],
      ['other', `LOU@${domain.realm}`],
      ['other', `loud@${domain.realm}`],
      ['other', input.userPrincipalName],
      ['other', `administrator@${domain.realm}`],
    ]) {
      const twin = { ...input, name: 'Twin', samAccountName: samAccountName ?? '', userPrincipalName: upn ?? '' }
      assert.equal((await failure(ground.commands['create-user'](twin, order()))).code, 'conflict')
    }
    const sameName = { ...input, samAccountName: 'kim.two', userPrincipalName: `kim.two@${domain.realm}` }
    assert.equal((await failure(ground.commands['create-user'](sameName, order()))).code, 'conflict')
    assert.deepEqual(ground.sent.filter((one) => one === 'add').length, 2)
  })

  it('an account is moved under the name it has, once', async () => {
    const leavers = String((await domain.attributes(domain.units.leavers)).objectGUID)
    for (const name of ['Lia Lund', 'Moe, "M" \\', 'Max\\, Mad']) {
      const lia = await domain.addUser(name)
      const move = () => ground.commands.move({ guid: lia.guid, unit: leavers }, order())
      assert.equal((await move()).changed, true)
      const now = await domain.attributes(lia.guid)
      assert.equal(now.cn, name)
      assert.ok(String(now.distinguishedName).endsWith(`,${domain.units.leavers}`))
      assert.equal((await move()).changed, false)
    }
    const twin = await domain.addUser('Lia Lund', { attributes: { sAMAccountName: 'lia.two' } })
    const error = await failure(ground.commands.move({ guid: twin.guid, unit: leavers }, order()))
    assert.equal(error.code, 'conflict')
  })

  it('nothing is written after the order has run out, though it was asked in time', async () => {
    const ned = await domain.addUser('Ned Nash', { password: oldPassword })
    await domain.lock(ned.upn)
    let now = new Date()
    const late = openGround(domain, {
      clock: () => now,
      through: (controller) => ({
        ...controller,
        search(search) {
          now = new Date(now.getTime() + 10_000)
          return controller.search(search)
        },
      }),
    })
    try {
      const ordered = { commandId: randomUUID(), expires: new Date(now.getTime() + 30_000) }
      const error = await failure(late.commands.unlock({ guid: ned.guid }, ordered))
      assert.deepEqual([error.code, error.maybeDone], ['expired', false])
      assert.deepEqual(late.sent, [])
      assert.equal(await domain.bind(ned.upn, oldPassword), '775')
    } finally {
      await late.close()
    }
  })
})
