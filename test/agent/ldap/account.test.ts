import assert from 'node:assert/strict'
import { AgentError } from '../../../agent/agent-error.ts'
import { accountState } from '../../../agent/ldap/account.ts'
import type { Domain } from '../../../agent/ldap/domain.ts'
import { fromFiletime, toFiletime } from '../../../agent/ldap/encodings.ts'
import type { AccountState } from '../../../agent/protocol/commands.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { agePassword } from './age-password.ts'
import { bound } from './bound.ts'

const hour = 3_600_000

describe('an account’s door', function () {
  this.timeout(180_000)
  let domain: TestDomain
  let agent: Domain
  const state = (guid: string, now = new Date()): Promise<AccountState> =>
    agent.reading((controller) => accountState(controller, guid, now))

  before(async () => {
    domain = await startTestDomain()
    agent = bound(domain)
  })
  after(async () => {
    await agent?.close()
    await domain?.close()
  })

  /** What keeps somebody out, in a few words. */
  const shut = (door: AccountState) =>
    (['locked', 'accountExpired', 'passwordExpired', 'mustChangePassword'] as const)
      .filter((why) => door[why])
      .join(' ') + (door.enabled ? '' : ' disabled')

  it('is open for somebody who has done nothing', async () => {
    const { guid } = await domain.addUser('open')
    const door = await state(guid)
    assert.equal(shut(door), '')
    assert.equal(door.controller, domain.host)
    assert.equal(door.badPasswordCount, 0)
    assert.equal(door.lockedAt, null)
    assert.equal(door.accountExpiresAt, null)
    assert.ok(Math.abs(Date.parse(door.passwordSetAt ?? '') - Date.now()) < 60_000)
  })

  it('is locked, since when, until when, after how many wrong passwords', async () => {
    const { guid, upn } = await domain.addUser('locked')
    await domain.lock(upn)
    const door = await state(guid)
    assert.equal(shut(door), 'locked')
    const written = fromFiletime(String((await domain.attributes(guid)).lockoutTime))
    assert.equal(door.lockedAt, written?.toISOString())
    assert.equal(Date.parse(door.lockedUntil ?? '') - Date.parse(door.lockedAt ?? ''), 30 * 60_000)
    assert.ok(door.badPasswordCount >= 5)
    assert.ok(Math.abs(Date.parse(door.lastBadPasswordAt ?? '') - Date.now()) < 60_000)
  })

  it('is not locked any more when the time of the lock is over, though lockoutTime still stands there', async () => {
    const { guid, upn } = await domain.addUser('patient')
    await domain.lock(upn)
    const { lockoutDuration } = await domain.attributes(domain.domainDn)
    await domain.modify(domain.domainDn, { lockoutDuration: '-10000', lockOutObservationWindow: '-10000' })
    try {
      // Samba counts in whole seconds: this one must be over.
      let door = await state(guid)
      while (door.locked) door = await state(guid)
      assert.notEqual((await domain.attributes(guid)).lockoutTime, '0')
      assert.equal(shut(door), '')
      assert.equal(door.lockedAt, null)
      assert.equal(door.lockedUntil, null)
    } finally {
      const back = String(lockoutDuration)
      await domain.modify(domain.domainDn, { lockoutDuration: back, lockOutObservationWindow: back })
    }
  })

  it('is locked until somebody unlocks it, where the policy says so', async () => {
    const { guid, upn } = await domain.addUser('forever')
    const { lockoutDuration } = await domain.attributes(domain.domainDn)
    await domain.modify(domain.domainDn, { lockoutDuration: '-9223372036854775808' })
    try {
      await domain.lock(upn)
      const door = await state(guid)
      assert.equal(shut(door), 'locked')
      assert.notEqual(door.lockedAt, null)
      assert.equal(door.lockedUntil, null)
    } finally {
      await domain.modify(domain.domainDn, { lockoutDuration: String(lockoutDuration) })
    }
  })

  it('is not locked where the password has expired: that is another matter', async () => {
    const password = 'A-first-Passw0rd-77'
    const stale = await domain.addUser('stale', { password })
    const keeper = await domain.addUser('keeper', { attributes: { userAccountControl: '66048' } })
    for (const { dn } of [stale, keeper]) await agePassword(domain, dn, 400)
    assert.equal(await domain.bind(stale.upn, password), '532')
    assert.equal(shut(await state(stale.guid)), 'passwordExpired')
    const kept = await state(keeper.guid)
    assert.equal(shut(kept), '')
    assert.equal(kept.passwordNeverExpires, true)
  })

  it('asks for a new password at the next sign-in', async () => {
    const { guid } = await domain.addUser('new')
    await domain.modify(guid, { pwdLastSet: '0' })
    const door = await state(guid)
    assert.equal(shut(door), 'mustChangePassword')
    assert.equal(door.passwordSetAt, null)
  })

  it('is closed to an account that has expired, and to one that will not be asked yet', async () => {
    const { guid } = await domain.addUser('temp')
    const until = new Date(Math.floor(Date.now() / 1_000) * 1_000 + hour)
    await domain.modify(guid, { accountExpires: toFiletime(until) })
    const before = await state(guid)
    assert.equal(shut(before), '')
    assert.equal(before.accountExpiresAt, until.toISOString())
    assert.equal(shut(await state(guid, new Date(until.getTime() + 1))), 'accountExpired')
  })

  it('is closed to one that is disabled', async () => {
    const { guid } = await domain.addUser('off')
    await domain.modify(guid, { userAccountControl: '514' })
    assert.equal(shut(await state(guid)), ' disabled')
  })

  it('is nobody’s where there is no such user, or where it is a computer or a group', async () => {
    const { guid } = await domain.addGroup('team')
    const dc = await domain.attributes(`CN=DC1,OU=Domain Controllers,${domain.domainDn}`)
    for (const none of [guid, String(dc.objectGUID), '00000000-0000-0000-0000-000000000001'])
      await assert.rejects(state(none), (error) => error instanceof AgentError && error.code === 'not-found')
  })
})
