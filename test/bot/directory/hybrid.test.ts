import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { CommandName } from '../../../agent/protocol/commands.ts'
import type { Directory } from '../../../bot/directory/directory.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { hybridDirectory } from '../../../bot/directory/hybrid.ts'
import { groupId } from '../../../bot/identity/person.ts'
import { wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { ada, badges, domain, type HybridGround, kwame, openHybrid } from './hybrid-ground.ts'
import { adGroup, adUser, agent, agentsPassword, controller, scriptedLink } from './scripted-link.ts'
import { failure } from './tenant-directory.ts'

const dashboard = groupId.parse(wellKnownGroups.salesDashboard)
const ours = 'Violet-Lantern-58'

/** A slot, and what was put into it. */
function slot() {
  const put: string[] = []
  return { put, slot: { make: () => ours, put: (password: string) => void put.push(password) } }
}

describe('Both directories as one', () => {
  let open: Awaited<ReturnType<typeof openHybrid>>
  let ground: HybridGround
  let directory: Directory
  before(async () => {
    open = await openHybrid()
  })
  after(() => open.close())
  beforeEach(() => {
    ground = open.fresh()
    directory = ground.directory()
  })
  afterEach(() => {
    control().removeMember(dashboard, kwame)
    control().removeMember(dashboard, ada)
  })

  const control = () => ground.held.tenant.control
  const commands = (name: CommandName) => ground.there.asked.filter((one) => one.name === name)
  const written = () => ground.there.asked.filter(({ name }) => writes.has(name)).map(({ name }) => name)
  const writes = new Set<CommandName>(['reset-password', 'unlock', 'set-enabled', 'add-member', 'remove-member'])
  const link = () => scriptedLink(ground.there)
  const unreachable = () => new DirectoryError('unreachable', { sentence: 'Down just now.', detail: 'no agent' })

  it('shows people and groups as Entra ID does', async () => {
    assert.equal((await directory.user(kwame)).displayName, 'Kwame Mensah')
    assert.equal((await directory.group(badges)).displayName, 'Warehouse Badge Access')
    assert.equal((await directory.findByAddress('ada.lindqvist@nordwind.example'))[0]?.id, ada)
    assert.deepEqual(ground.there.asked, [])
  })

  describe('a password', () => {
    it('is made by the agent for a synced account, opened here, and named in the receipt', async () => {
      const given = slot()
      const before = control().user(kwame).passwordChangedAt
      const receipt = await directory.setPassword(kwame, given.slot)
      assert.deepEqual(given.put, [agentsPassword])
      assert.deepEqual(receipt.onPremises, { agent, controller })
      assert.match(receipt.requestId ?? '', /^[0-9a-f-]{36}$/)
      const [reset] = commands('reset-password')
      assert.ok(reset)
      assert.equal(JSON.stringify(reset.input).includes(ground.account.guid), true)
      assert.equal(control().user(kwame).passwordChangedAt, before, 'nothing is written in Entra ID')
    })

    it('is made here for an account of the cloud', async () => {
      const given = slot()
      const receipt = await directory.setPassword(ada, given.slot)
      assert.deepEqual(given.put, [ours])
      assert.equal(receipt.onPremises, undefined)
      assert.deepEqual(written(), [])
    })

    it('counts as set when the controller could not show it afterwards', async () => {
      ground.there.sealed = 'without-read-back'
      const given = slot()
      await directory.setPassword(kwame, given.slot)
      assert.deepEqual(given.put, [agentsPassword])
    })

    for (const sealed of ['repeated', 'tampered'] as const)
      it(`that was set and cannot be shown (${sealed}) is told as such, and no other is shown`, async () => {
        ground.there.sealed = sealed
        const given = slot()
        const error = await failure(directory.setPassword(kwame, given.slot))
        assert.deepEqual([error.code, error.maybeDone, given.put], ['unreachable', true, []])
        assert.match(error.sentence, /was set, but it was lost/)
        assert.ok(!error.detail.includes(agentsPassword))
        assert.match(error.requestId ?? '', /^[0-9a-f-]{36}$/)
      })

    it('that the domain does not take is the domain’s error', async () => {
      const policy = new DirectoryError('policy', { sentence: 'Used before.', detail: '0000052D' })
      ground.there.faults.set('reset-password', policy)
      assert.equal(await failure(directory.setPassword(kwame, slot().slot)), policy)
    })
  })

  it('reads the state of a password where it is kept', async () => {
    ground.there.doors.set(ground.account.guid, { passwordSetAt: null, mustChangePassword: true })
    assert.deepEqual(await directory.passwordState(kwame), { changedAt: undefined, mustChange: true })
    ground.there.doors.clear()
    const state = await directory.passwordState(kwame)
    assert.deepEqual(state, { changedAt: new Date('2026-10-01T08:00:00Z'), mustChange: false })
    const { passwordChangedAt } = await directory.user(ada)
    assert.deepEqual(await directory.passwordState(ada), { changedAt: passwordChangedAt, mustChange: undefined })
  })

  it('unlocks, and tells what was there before and is there now', async () => {
    const lockedAt = '2026-11-21T09:00:00.000Z'
    ground.there.doors.set(ground.account.guid, { locked: true, lockedAt, badPasswordCount: 5 })
    const door = await directory.accountDoor(kwame)
    assert.ok(door.at === 'active-directory')
    assert.deepEqual([door.locked, door.lockedAt, door.badPasswordCount], [true, new Date(lockedAt), 5])
    const { changed, before, after, onPremises } = await directory.unlockAccount(kwame)
    assert.equal(changed, true)
    assert.deepEqual(onPremises, { agent, controller })
    assert.ok(before.at === 'active-directory' && after?.at === 'active-directory')
    assert.deepEqual([before.locked, after.locked], [true, false])
    assert.deepEqual(await directory.accountDoor(ada), { at: 'entra' })
    assert.equal((await failure(directory.unlockAccount(ada))).code, 'protected')
  })

  it('reads back from the account that was written, in the same operation, without looking for it again', async () => {
    let now = Date.now()
    const clock = () => new Date(now)
    const both = hybridDirectory({ entra: ground.held.directory, link: link(), type: 'hybrid', clock })
    const correlationId = randomUUID()
    const step = () => both.correlated(correlationId)
    await step().unlockAccount(kwame)
    await step().setPassword(kwame, slot().slot)
    const asked = ground.there.asked.length
    const lastRequest = () => control().requests().at(-1)?.requestId
    const last = lastRequest()
    assert.equal((await step().accountDoor(kwame)).at, 'active-directory')
    assert.equal((await step().passwordState(kwame)).mustChange, false)
    assert.deepEqual(
      ground.there.asked.slice(asked).map(({ name, input }) => [name, input]),
      [
        ['account', { guid: ground.account.guid }],
        ['account', { guid: ground.account.guid }],
      ],
    )
    assert.equal(lastRequest(), last, 'nothing is asked of Entra ID')
    // Another operation, whatever decides, and what was written long ago go by what both directories say now.
    ground.there.users = []
    assert.equal((await failure(both.correlated(randomUUID()).accountDoor(kwame))).code, 'protected')
    assert.equal((await step().authority(kwame)).at, 'nowhere')
    assert.equal((await failure(step().unlockAccount(kwame))).code, 'protected')
    now += 60_000
    assert.equal((await failure(step().accountDoor(kwame))).code, 'protected')
  })

  it('blocks sign-in where the account is mastered, and leaves the rest to the sync', async () => {
    const receipt = await directory.setAccountEnabled(kwame, false)
    assert.deepEqual(receipt.onPremises, { agent, controller })
    assert.equal(control().user(kwame).accountEnabled, true)
    await directory.setAccountEnabled(ada, false)
    assert.equal(control().user(ada).accountEnabled, false)
    await directory.setAccountEnabled(ada, true)
    assert.deepEqual(written(), ['set-enabled'])
  })

  describe('who is privileged', () => {
    it('is the union of both sides', async () => {
      assert.deepEqual(await directory.privilege(kwame), { privileged: false, because: [] })
      ground.there.privileged.set(ground.account.guid, ['member of Domain Admins'])
      assert.deepEqual(await directory.privilege(kwame), {
        privileged: true,
        because: ['Active Directory: member of Domain Admins'],
      })
      control().assignRole(kwame, 'Helpdesk Administrator')
      try {
        const both = await directory.privilege(kwame)
        assert.deepEqual(both.because, [
          'Active Directory: member of Domain Admins',
          'directory role: Helpdesk Administrator',
          'role assignment: Helpdesk Administrator',
        ])
        ground.there.privileged.clear()
        assert.equal((await directory.privilege(kwame)).privileged, true)
      } finally {
        control().removeRole(kwame, 'Helpdesk Administrator')
      }
    })

    it('is not known while either side does not answer', async () => {
      ground.there.faults.set('privilege', unreachable())
      assert.equal((await failure(directory.privilege(kwame))).code, 'unreachable')
      ground.there.faults.clear()
      control().faults.set({ class: 'groups', kind: '503', times: 50 })
      try {
        assert.equal((await failure(directory.privilege(kwame))).code, 'unreachable')
      } finally {
        control().faults.clear()
      }
    })

    it('is asked of everybody whom an ambiguous person may be', async () => {
      const twin = adUser({ samAccountName: 'twin', consistencyGuid: ground.account.guid })
      ground.there.users.push(twin)
      assert.equal((await directory.privilege(kwame)).privileged, false)
      ground.there.privileged.set(twin.guid, ['Tier 0'])
      assert.equal((await ground.directory().privilege(kwame)).privileged, true)
    })

    it('cannot be told of somebody whom the agent does not see: so they are left alone', async () => {
      ground.there.users = []
      const error = await failure(directory.privilege(kwame))
      assert.equal(error.code, 'protected')
      assert.match(error.sentence, /cannot see/)
    })

    it('is said by Entra ID alone where nothing is asked on-premises', async () => {
      ground.there.privileged.set(ground.account.guid, ['member of Domain Admins'])
      assert.equal((await ground.directory('entra').privilege(kwame)).privileged, false)
      ground.there.served = []
      assert.equal((await ground.directory().privilege(kwame)).privileged, false)
      assert.deepEqual(ground.there.asked, [])
    })

    it('goes for groups as well', async () => {
      assert.equal((await directory.groupPrivilege(badges)).privileged, false)
      ground.there.privileged.set(ground.group.guid, ['nested in Administrators'])
      assert.deepEqual((await directory.groupPrivilege(badges)).because, ['Active Directory: nested in Administrators'])
      ground.there.groups = []
      assert.equal((await failure(ground.directory().groupPrivilege(badges))).code, 'protected')
      const tierZero = groupId.parse(wellKnownGroups.tierZero)
      assert.equal((await directory.groupPrivilege(tierZero)).privileged, true)
    })
  })

  describe('a membership', () => {
    it('of a synced group is written and read in Active Directory', async () => {
      const before = control().group(badges).members
      assert.equal(await directory.isMember(badges, kwame), false)
      const added = await directory.addMember(badges, kwame)
      assert.deepEqual([added.changed, added.onPremises], [true, { agent, controller }])
      assert.equal((await directory.addMember(badges, kwame)).changed, false)
      assert.equal(await directory.isMember(badges, kwame), true)
      assert.equal((await directory.removeMember(badges, kwame)).changed, true)
      assert.equal((await directory.removeMember(badges, kwame)).changed, false)
      assert.deepEqual(control().group(badges).members, before, 'the sync has not come yet')
    })

    it('of a cloud group is written in the cloud, synced people’s too', async () => {
      assert.equal((await directory.addMember(dashboard, kwame)).changed, true)
      assert.ok(control().group(dashboard).members.includes(kwame))
      assert.equal(await directory.isMember(dashboard, kwame), true)
      assert.equal((await directory.removeMember(dashboard, kwame)).changed, true)
      assert.deepEqual(written(), [])
    })

    it('of a synced group is nothing for somebody of the cloud', async () => {
      for (const act of [directory.addMember, directory.removeMember]) {
        const error = await failure(act(badges, ada))
        assert.equal(error.code, 'protected')
        assert.match(error.sentence, /the account is not/)
      }
      assert.equal(await directory.isMember(badges, ada), false)
      assert.deepEqual(written(), [])
    })

    it('by way of the primary group counts, and cannot be ended', async () => {
      ground.there.members.push([ground.group.guid, ground.account.guid, 'primary'])
      assert.equal(await directory.isMember(badges, kwame), true)
      const error = await failure(directory.removeMember(badges, kwame))
      assert.equal(error.code, 'protected')
      assert.match(error.sentence, /primary group/)
      assert.deepEqual(written(), [])
    })

    it('across domains is not written', async () => {
      ground.there.served.push('other.example')
      control().editUser(kwame, { onPremisesDomainName: 'Other.example' })
      ground.there.users = [{ ...ground.account, domain: 'other.example' }]
      const error = await failure(directory.addMember(badges, kwame))
      assert.match(error.sentence, /different networks/)
      assert.deepEqual(written(), [])
    })

    it('does not depend on whether the person’s own account may be written', async () => {
      ground.there.users = [{ ...ground.account, writable: { allowed: false, because: 'outside' } }]
      assert.equal((await directory.addMember(badges, kwame)).changed, true)
    })

    it('of a group that is nowhere to be written is what Entra ID says', async () => {
      ground.there.served = []
      const member = control().group(badges).members[0]
      assert.ok(member)
      assert.equal(await directory.isMember(badges, kwame), control().group(badges).members.includes(kwame))
      const error = await failure(directory.addMember(badges, kwame))
      assert.equal(error.code, 'protected')
      assert.match(error.detail, /no-connector/)
    })
  })

  describe('nothing is written', () => {
    const attempts: readonly [string, (on: Directory) => Promise<unknown>][] = [
      ['setPassword', (on) => on.setPassword(kwame, slot().slot)],
      ['unlockAccount', (on) => on.unlockAccount(kwame)],
      ['setAccountEnabled', (on) => on.setAccountEnabled(kwame, false)],
      ['addMember', (on) => on.addMember(badges, kwame)],
      ['removeMember', (on) => on.removeMember(badges, kwame)],
    ]
    const cases: readonly [string, string, () => void][] = [
      ['no agent was ever enrolled', 'no-connector', () => ground.there.served.pop()],
      [
        'it is ambiguous',
        'ambiguous',
        () => {
          ground.there.users.push(adUser({ samAccountName: 'x', consistencyGuid: ground.account.guid }))
          ground.there.groups.push(adGroup({ samAccountName: 'x', sid: ground.group.sid }))
        },
      ],
      [
        'it is missing',
        'missing',
        () => {
          ground.there.users = []
          ground.there.groups = []
        },
      ],
      [
        'the agent may not',
        'not-allowed',
        () => {
          const writable = { allowed: false, because: 'outside' }
          ground.there.users = [{ ...ground.account, writable }]
          ground.there.groups = [{ ...ground.group, writable }]
        },
      ],
    ]
    for (const [title, code, spoil] of cases)
      it(`where ${title}: refused, with a sentence and the reason for IT`, async () => {
        spoil()
        for (const [name, attempt] of attempts) {
          const error = await failure(attempt(directory))
          assert.equal(error.code, 'protected', name)
          assert.match(error.detail, new RegExp(`^${code}: `), name)
          assert.ok(!error.sentence.includes(ground.account.guid) && !error.sentence.includes('CN='), error.sentence)
        }
        assert.deepEqual(written(), [])
        assert.equal(control().user(kwame).accountEnabled, true)
      })

    it('on-premises where the directory type is entra', async () => {
      for (const [name, attempt] of attempts) {
        const error = await failure(attempt(ground.directory('entra')))
        assert.match(error.detail, /^switched-off/, name)
      }
      assert.deepEqual(ground.there.asked, [])
      assert.equal((await ground.directory('entra').addMember(dashboard, kwame)).changed, true)
    })

    it('in Entra ID where the directory type is on-premises', async () => {
      const on = ground.directory('on-premises')
      for (const attempt of [
        () => on.setPassword(ada, slot().slot),
        () => on.setAccountEnabled(ada, false),
        () => on.addMember(dashboard, kwame),
        () => on.removeMember(dashboard, kwame),
        () => on.issueAccessPass(kwame, { lifetimeMinutes: 60, once: true }),
      ]) {
        const error = await failure(attempt())
        assert.equal(error.code, 'protected')
        assert.match(error.sentence, /Microsoft’s cloud/)
      }
      assert.ok(!control().group(dashboard).members.includes(kwame))
      await on.setPassword(kwame, slot().slot)
      assert.deepEqual(written(), ['reset-password'])
    })

    it('to whom somebody was a moment ago: every write looks for itself', async () => {
      assert.equal((await directory.authority(kwame)).at, 'active-directory')
      ground.there.users.push(adUser({ samAccountName: 'x', consistencyGuid: ground.account.guid }))
      assert.equal((await directory.authority(kwame)).at, 'active-directory', 'remembered for reads')
      assert.match((await failure(directory.setPassword(kwame, slot().slot))).detail, /^ambiguous/)
      assert.deepEqual(written(), [])
    })

    it('twice: what the link does not know is passed on as it is', async () => {
      const lost = new DirectoryError('unreachable', { sentence: 'Not certain.', detail: 'cut', maybeDone: true })
      for (const [command, attempt] of [
        ['unlock', () => directory.unlockAccount(kwame)],
        ['set-enabled', () => directory.setAccountEnabled(kwame, false)],
        ['add-member', () => directory.addMember(badges, kwame)],
      ] as const) {
        ground.there.faults.set(command, lost)
        assert.equal(await failure(attempt()), lost)
        assert.equal(commands(command).length, 1)
      }
    })
  })

  describe('what was found a moment ago', () => {
    it('is not looked for again by the reads of one operation, for five seconds', async () => {
      let now = new Date('2026-11-21T10:00:00Z')
      const hybrid = hybridDirectory({
        entra: ground.held.directory,
        link: link(),
        type: 'hybrid',
        clock: () => now,
      }).correlated('3f0f8a9c-6d1a-4d8e-9a57-3f1f5d2c8e10')
      await hybrid.authority(kwame)
      await hybrid.privilege(kwame)
      await hybrid.accountDoor(kwame)
      const looked = () => commands('find-users').length
      assert.equal(looked(), 2, 'by anchor and by name')
      now = new Date(now.getTime() + 5_000)
      await hybrid.authority(kwame)
      assert.equal(looked(), 4)
      const ids = new Set(ground.there.asked.map(({ asked }) => asked.correlationId))
      assert.deepEqual([...ids], ['3f0f8a9c-6d1a-4d8e-9a57-3f1f5d2c8e10'])
    })

    it('is forgotten at once where it was an error', async () => {
      ground.there.faults.set('find-users', unreachable())
      await failure(directory.authority(kwame))
      ground.there.faults.clear()
      assert.equal((await directory.authority(kwame)).at, 'active-directory')
    })
  })

  it('serves without a correlation id too, each call under a new one', async () => {
    const hybrid = hybridDirectory({
      entra: ground.held.directory,
      link: link(),
      type: 'hybrid',
      clock: () => new Date(),
    })
    assert.equal((await hybrid.authority(kwame)).at, 'active-directory')
    await hybrid.setAccountEnabled(kwame, true)
    const ids = new Set(ground.there.asked.map(({ asked }) => asked.correlationId))
    assert.ok(ids.size >= 2)
    assert.ok(ground.there.asked.every(({ asked }) => asked.domain === domain))
  })
})
