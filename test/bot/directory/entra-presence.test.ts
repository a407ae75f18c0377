import assert from 'node:assert/strict'
import { presence } from '../../../bot/directory/entra-presence.ts'
import { userId } from '../../../bot/identity/person.ts'
import { type CastKey, wellKnown } from '../../../infra/practice/company/cast.ts'
import { json, type LocalServer, localServer } from './local-server.ts'
import { practiceGraph } from './surroundings.ts'
import { openTenantDirectory, type TenantDirectory } from './tenant-directory.ts'

const person = (key: CastKey) => userId.parse(wellKnown[key].id)
const nobody = userId.parse('00000000-0000-4000-8000-000000000000')
const hour = 3_600_000

describe('Whether somebody is away', () => {
  let practice: TenantDirectory
  before(async () => {
    practice = await openTenantDirectory()
  })
  after(() => practice.close())
  const isNow = (key: CastKey) => practice.directory.presence(person(key))

  it('is told by their automatic replies', async () => {
    const { control } = practice.tenant
    assert.equal(await isNow('maya'), 'here')
    control.setAutomaticReplies(person('maya'), true)
    assert.equal(await isNow('maya'), 'away')
    control.setAutomaticReplies(person('maya'), false)
    assert.equal(await isNow('maya'), 'here')
  })

  it('counts scheduled replies while they are on', async () => {
    const { control } = practice.tenant
    const plan = (from: number, until: number) =>
      control.setAutomaticReplies(person('maya'), {
        from: new Date(Date.now() + from * hour),
        until: new Date(Date.now() + until * hour),
      })
    plan(-1, 1)
    assert.equal(await isNow('maya'), 'away')
    plan(1, 2)
    assert.equal(await isNow('maya'), 'here')
    plan(-2, -1)
    assert.equal(await isNow('maya'), 'here')
  })

  it('is unknown without a mailbox, without the permission, and when nobody answers', async () => {
    const { control } = practice.tenant
    control.setAutomaticReplies(person('ada'), true)
    assert.equal(await isNow('gil'), 'unknown')
    control.editUser(person('ada'), { licensed: false })
    assert.equal(await isNow('ada'), 'unknown')
    control.editUser(person('ada'), { licensed: true })
    assert.equal(await practice.directory.presence(nobody), 'unknown')
    await practice.without('MailboxSettings.Read', async () => {
      assert.equal(await isNow('ada'), 'unknown')
    })
    for (const kind of ['429', '500', 'cut', 'garbage'] as const) {
      control.faults.set({ class: 'mail', kind, times: 'always' })
      assert.equal(await isNow('ada'), 'unknown', kind)
      control.faults.clear()
    }
    assert.equal(await isNow('ada'), 'away')
  })

  describe('as Exchange writes it', () => {
    let server: LocalServer
    before(async () => {
      server = await localServer(() => {})
    })
    after(() => server.close())
    const now = new Date('2016-03-19T02:00:00Z')
    const says = (answer: object, at = now) => {
      server.answer = (_request, response) => json(response, 200, answer)
      return presence(practiceGraph(server.url).graph, nobody, () => at)
    }
    const scheduled = (from: object | null, until: object | null) => ({
      status: 'Scheduled',
      scheduledStartDateTime: from,
      scheduledEndDateTime: until,
    })
    const utc = (dateTime: string) => ({ dateTime, timeZone: 'UTC' })

    it('understands seven decimals, to the second, the end not included', async () => {
      const plan = scheduled(utc('2016-03-19T02:00:00.0000000'), utc('2016-03-20T02:00:00.0000000'))
      assert.equal(await says(plan), 'away')
      assert.equal(await says(plan, new Date('2016-03-19T01:59:59Z')), 'here')
      assert.equal(await says(plan, new Date('2016-03-20T01:59:59Z')), 'away')
      assert.equal(await says(plan, new Date('2016-03-20T02:00:00Z')), 'here')
    })

    it('does not guess', async () => {
      const end = utc('2016-03-20T02:00:00')
      assert.equal(await says({ status: 'alwaysEnabled', scheduledStartDateTime: null }), 'away')
      assert.equal(await says({ status: 'whatever' }), 'unknown')
      assert.equal(await says({}), 'unknown')
      assert.equal(await says(scheduled(null, end)), 'unknown')
      assert.equal(
        await says(scheduled({ dateTime: '2016-03-19T02:00:00', timeZone: 'Tokyo Standard Time' }, end)),
        'unknown',
      )
      assert.equal(await says(scheduled(utc('soon'), end)), 'unknown')
    })
  })
})
