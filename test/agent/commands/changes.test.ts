import assert from 'node:assert/strict'
import type { Domain } from '../../../agent/ldap/domain.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { bound } from '../ldap/bound.ts'
import { placesPolicy, readingGround } from './reading-ground.ts'

describe('what has changed on users', function () {
  this.timeout(180_000)
  let domain: TestDomain
  let agent: Domain
  let ask: ReturnType<typeof readingGround>['commands']
  let ordered: ReturnType<typeof readingGround>['ordered']

  before(async () => {
    domain = await startTestDomain()
    agent = bound(domain)
    ;({ commands: ask, ordered } = readingGround(agent, placesPolicy([domain.units.people], [])))
  })
  after(async () => {
    await agent?.close()
    await domain?.close()
  })
  const since = (cookie: string | null, size = 100) => ask.changes({ cookie, size }, ordered)

  it('begins with who is locked at that moment', async () => {
    const { guid, upn } = await domain.addUser('early')
    await domain.addUser('calm')
    await domain.lock(upn)
    const { users, reset, more } = await since(null)
    assert.equal(reset, true)
    assert.equal(more, false)
    assert.deepEqual(
      users.map((user) => [user.guid, user.locked, user.enabled]),
      [[guid, true, true]],
    )
    assert.ok(users[0]?.lockedAt !== null)
  })

  it('tells of a lockout at the next look, and of nothing when nothing happened', async () => {
    const { guid, upn } = await domain.addUser('unlucky')
    const begun = (await since(null)).cookie
    const quiet = await since(begun)
    assert.deepEqual(quiet, { users: [], cookie: begun, more: false, reset: false })
    await domain.lock(upn)
    const next = await since(quiet.cookie)
    assert.deepEqual(
      next.users.map((user) => [user.guid, user.locked]),
      [[guid, true]],
    )
    assert.equal(next.reset, false)
    assert.deepEqual((await since(next.cookie)).users, [])
    await domain.modify(guid, { lockoutTime: '0' })
    assert.deepEqual(
      (await since(next.cookie)).users.map((user) => [user.guid, user.locked, user.lockedAt]),
      [[guid, false, null]],
    )
  })

  it('comes in the order it happened, in pages, each user once as they are now', async () => {
    const { cookie } = await since(null)
    const made: string[] = []
    for (let number = 0; number < 7; number++) made.push((await domain.addUser(`row-${number}`)).guid)
    await domain.modify(made[2] ?? '', { userAccountControl: '514' })
    const expected = [...made.filter((_, index) => index !== 2), made[2]]
    const seen: string[] = []
    let at = cookie
    for (;;) {
      const page = await since(at, 3)
      assert.ok(page.users.length <= 3)
      seen.push(...page.users.map((user) => user.guid))
      if (page.users.some((user) => user.guid === made[2])) assert.equal(page.users.at(-1)?.enabled, false)
      at = page.cookie
      if (!page.more) break
    }
    assert.deepEqual(seen, expected)
  })

  it('is not told of those who may not be read', async () => {
    const { cookie } = await since(null)
    const { upn } = await domain.addUser('elsewhere', { unit: domain.units.forbidden })
    await domain.lock(upn)
    assert.deepEqual((await since(cookie)).users, [])
  })

  it('begins anew with a cookie of another controller, of its future, or of nobody', async () => {
    const { cookie } = await since(null)
    const { controller, usn } = JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8'))
    const written = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')
    for (const other of [
      written({ controller: '00000000-0000-4000-8000-000000000001', usn }),
      written({ controller, usn: '99999999999' }),
      written({ controller, usn: '-1' }),
      written({ controller, usn, more: 1 }),
      'nonsense',
    ])
      assert.equal((await since(other)).reset, true, other)
    assert.equal((await since(cookie)).reset, false)
  })
})
