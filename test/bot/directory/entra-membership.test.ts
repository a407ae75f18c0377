import assert from 'node:assert/strict'
import type { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { type EntraDirectory, entraDirectory } from '../../../bot/directory/entra.ts'
import { groupId, tenantId as guidOfTenant, userId } from '../../../bot/identity/person.ts'
import { type CastKey, type WellKnownGroup, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { clientId, openPractice, type Practice, tenantId } from '../../infra/practice/tenant-fixtures.ts'
import { failure } from './tenant-directory.ts'

const person = (key: CastKey) => userId.parse(wellKnown[key].id)
const group = (key: WellKnownGroup) => groupId.parse(wellKnownGroups[key])
const nobody = userId.parse('00000000-0000-4000-8000-000000000000')
const nowhere = groupId.parse('00000000-0000-4000-8000-000000000001')
const dashboard = group('salesDashboard')

describe('Members of groups in Entra ID', () => {
  let practice: Practice
  let directory: EntraDirectory
  let now = new Date('2026-11-21T10:00:00Z')
  before(async () => {
    practice = await openPractice({ clock: () => now })
    directory = entraDirectory({
      settings: {
        tenantId: guidOfTenant.parse(tenantId),
        clientId,
        authority: practice.tenant.url,
        endpoint: practice.tenant.url,
        certificate: '/nowhere',
      },
      tokens: { token: () => practice.token() },
      clock: () => new Date(),
      random: () => 0,
      sleep: async () => {},
    })
  })
  after(() => practice.close())
  afterEach(() => {
    const { control } = practice.tenant
    control.faults.clear()
    control.setReplicationDelay(0)
    control.removeMember(dashboard, person('ada'))
    now = new Date(now.getTime() + 3_600_000)
  })

  const members = (key: WellKnownGroup) => practice.tenant.control.group(group(key)).members
  /** Writes of memberships since then: method, path below the group, status. */
  const watch = () => {
    const { control } = practice.tenant
    const before = new Set(control.requests().map(({ requestId }) => requestId))
    return () =>
      control.requests().flatMap(({ requestId, method, path, status }) => {
        if (before.has(requestId) || method === 'GET' || !path.includes('/members')) return []
        return [`${method} ${path.replace(/^.*\/members/, '…/members')} ${status}`]
      })
  }

  it('adds and removes somebody once, and says when there was nothing to do', async () => {
    const ada = person('ada')
    const announced: string[] = []
    const stop = practice.tenant.control.onChange(({ kind, what, by }) => announced.push(`${kind} ${what[0]} ${by}`))
    const seen = watch()
    assert.equal(await directory.isMember(dashboard, ada), false)
    const added = await directory.addMember(dashboard, ada)
    assert.equal(added.changed, true)
    assert.match(added.requestId ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(await directory.isMember(dashboard, ada), true)
    assert.ok(members('salesDashboard').includes(ada))
    assert.equal((await directory.addMember(dashboard, ada)).changed, false)
    assert.equal((await directory.removeMember(dashboard, ada)).changed, true)
    assert.equal(await directory.isMember(dashboard, ada), false)
    assert.equal((await directory.removeMember(dashboard, ada)).changed, false)
    stop()
    assert.deepEqual(announced, ['group member added graph', 'group member removed graph'])
    assert.deepEqual(seen(), [
      'POST …/members/$ref 204',
      'POST …/members/$ref 400',
      `DELETE …/members/${ada}/$ref 204`,
      `DELETE …/members/${ada}/$ref 404`,
    ])
  })

  it('never deletes the person, even with a permission that could', async () => {
    const ines = person('ines')
    practice.tenant.control.addMember(dashboard, ines)
    assert.ok(practice.tenant.control.permissions(clientId).includes('User.ReadWrite.All'))
    await directory.removeMember(dashboard, ines)
    assert.equal((await directory.user(ines)).id, ines)
    // The same address without /$ref, with the same token: this is what must never be sent.
    practice.tenant.control.addMember(dashboard, ines)
    const path = `/v1.0/groups/${dashboard}/members/${ines}`
    assert.equal((await practice.ask(path, { method: 'DELETE' })).status, 204)
    assert.equal((await failure(directory.user(ines))).code, 'not-found')
  })

  it('says which of the two is not there', async () => {
    const { control } = practice.tenant
    const says = (error: DirectoryError, what: RegExp) => {
      assert.equal(error.code, 'not-found')
      assert.match(error.sentence, what)
    }
    for (const id of [nobody, person('ada')]) {
      says(await failure(directory.addMember(nowhere, id)), /that group/)
      says(await failure(directory.removeMember(nowhere, id)), /that group/)
      says(await failure(directory.isMember(nowhere, id)), /that group/)
    }
    says(await failure(directory.addMember(dashboard, nobody)), /that account/)
    says(await failure(directory.removeMember(dashboard, nobody)), /that account/)
    assert.equal(await directory.isMember(dashboard, nobody), false)
    control.deleteGroup(group('parking'))
    says(await failure(directory.removeMember(group('parking'), person('ada'))), /that group/)
  })

  describe('that are not for us to write', () => {
    const cases = [
      ['everybody', 'dynamic membership', /follows from a rule/],
      ['invoiceApprovers', 'mail-enabled', /mailing list/],
      ['warehouseBadges', 'mastered on-premises', /own network/],
      ['tierZero', 'role-assignable', /administrator rights/],
    ] as const
    for (const [key, reason, sentence] of cases)
      it(`says so, and why: ${reason}`, async () => {
        const before = members(key)
        const [member] = before
        for (const attempt of [
          () => directory.addMember(group(key), person('gil')),
          () => directory.removeMember(group(key), userId.parse(member)),
        ]) {
          const error = await failure(attempt())
          assert.equal(error.code, 'protected')
          assert.match(error.sentence, sentence)
          assert.doesNotMatch(error.sentence, /[0-9a-f]{8}-/)
          assert.ok(error.detail.includes(reason), error.detail)
          assert.match(error.detail, /request-id/)
        }
        assert.deepEqual(members(key), before)
      })

    it('says of somebody who is in such a group already that nothing changed', async () => {
      assert.equal((await directory.addMember(group('everybody'), person('ada'))).changed, false)
    })

    it('writes a Microsoft 365 group, mail-enabled though it is', async () => {
      assert.equal((await directory.addMember(group('productLaunch'), person('zoe'))).changed, true)
      assert.equal((await directory.removeMember(group('productLaunch'), person('zoe'))).changed, true)
    })

    it('is refused without the permission', async () => {
      const { control } = practice.tenant
      control.setPermission(clientId, 'GroupMember.ReadWrite.All', false)
      const added = await failure(directory.addMember(dashboard, person('ada')))
      const removed = await failure(directory.removeMember(dashboard, person('maya')))
      control.setPermission(clientId, 'GroupMember.ReadWrite.All', true)
      assert.deepEqual([added.code, removed.code], ['refused', 'refused'])
      assert.match(added.detail, /Authorization_RequestDenied/)
      assert.ok(members('salesDashboard').includes(person('maya')))
    })
  })

  describe('while the directory is not up to date everywhere', () => {
    it('shows the old state for a while, and claims nothing meanwhile', async () => {
      const ada = person('ada')
      practice.tenant.control.setReplicationDelay(30_000)
      assert.equal((await directory.addMember(dashboard, ada)).changed, true)
      assert.equal(await directory.isMember(dashboard, ada), false)
      const again = await failure(directory.addMember(dashboard, ada))
      assert.equal(again.code, 'conflict')
      assert.match(again.detail, /already exist.*not up to date everywhere/)
      now = new Date(now.getTime() + 31_000)
      assert.equal(await directory.isMember(dashboard, ada), true)
      assert.equal((await directory.addMember(dashboard, ada)).changed, false)

      assert.equal((await directory.removeMember(dashboard, ada)).changed, true)
      assert.equal(await directory.isMember(dashboard, ada), true)
      assert.equal((await failure(directory.removeMember(dashboard, ada))).code, 'conflict')
      now = new Date(now.getTime() + 31_000)
      assert.equal(await directory.isMember(dashboard, ada), false)
      assert.equal((await directory.removeMember(dashboard, ada)).changed, false)
    })
  })

  describe('when something goes wrong on the way', () => {
    const ada = person('ada')
    const isIn = () => members('salesDashboard').includes(ada)

    for (const [kind, happens] of [
      ['cut', false],
      ['cut-after', true],
      ['500', false],
      ['503', false],
    ] as const)
      it(`sends a write once, and says that nobody knows: ${kind}`, async () => {
        const { control } = practice.tenant
        const lost = async (act: () => Promise<unknown>) => {
          const seen = watch()
          control.faults.set({ class: 'groups', kind })
          const error = await failure(act())
          assert.deepEqual([error.code, error.maybeDone], ['unreachable', true])
          assert.match(error.sentence, /not certain/)
          assert.equal(seen().length, 1)
        }
        await lost(() => directory.addMember(dashboard, ada))
        assert.equal(isIn(), happens)
        control.addMember(dashboard, ada)
        await lost(() => directory.removeMember(dashboard, ada))
        assert.equal(isIn(), !happens)
      })

    it('tries again where nothing can have happened, and gives up in the end', async () => {
      const { control } = practice.tenant
      control.faults.set({ class: 'groups', kind: '429', times: 2, retryAfterSeconds: 1 })
      assert.equal((await directory.addMember(dashboard, ada)).changed, true)
      control.faults.set({ class: 'groups', kind: '429', times: 'always' })
      const error = await failure(directory.removeMember(dashboard, ada))
      assert.deepEqual([error.code, error.maybeDone], ['throttled', false])
      assert.equal(isIn(), true)
    })

    it('keeps to the first answer when looking closer fails', async () => {
      const { control } = practice.tenant
      const everybody = group('everybody')
      control.setPermission(clientId, 'GroupMember.Read.All', false)
      control.setPermission(clientId, 'Directory.Read.All', false)
      control.setPermission(clientId, 'GroupMember.ReadWrite.All', false)
      const error = await failure(directory.addMember(everybody, person('gil')))
      for (const name of ['GroupMember.Read.All', 'Directory.Read.All', 'GroupMember.ReadWrite.All'])
        control.setPermission(clientId, name, true)
      assert.equal(error.code, 'refused')
      assert.match(error.detail, /^POST \/groups/)
    })
  })
})
