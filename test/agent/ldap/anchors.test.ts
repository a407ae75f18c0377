import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AgentError } from '../../../agent/agent-error.ts'
import { openAnchors } from '../../../agent/ldap/anchors.ts'
import { openDomain } from '../../../agent/ldap/connect.ts'
import type { Controller, Domain, Search } from '../../../agent/ldap/domain.ts'
import { guidBytes, immutableId } from '../../../agent/ldap/encodings.ts'
import { people } from '../../../agent/ldap/filters.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { placesPolicy, readingGround } from '../commands/reading-ground.ts'
import { bound } from './bound.ts'
import { startLdapStandIn } from './ldap-stand-in.ts'
import { controllerAnswers, domainDn } from './stand-in-domain.ts'

describe('who bears an anchor', function () {
  this.timeout(180_000)
  let domain: TestDomain
  let agent: Domain
  const searches: Search[] = []
  /** A controller that keeps what it was asked. */
  const watched = (controller: Controller): Controller => ({
    ...controller,
    search(search) {
      searches.push(search)
      return controller.search(search)
    },
  })
  before(async () => {
    domain = await startTestDomain()
    const open = bound(domain)
    agent = { ...open, reading: (work) => open.reading((controller) => work(watched(controller))) }
  })
  after(async () => {
    await agent?.close()
    await domain?.close()
  })

  it('is known once all were read, and from then on as it is at every question', async () => {
    const anchors = openAnchors(() => new Date())
    const holders = (anchor: string) => agent.reading((controller) => anchors.holders(controller, guidBytes(anchor)))
    const [one, other] = [await domain.addUser('one'), await domain.addUser('other')]
    const [anchor, another] = [randomUUID(), randomUUID()]
    const set = (guid: string, to: string | null) =>
      domain.modify(guid, { 'mS-DS-ConsistencyGuid': to === null ? null : guidBytes(to) })
    await set(one.guid, anchor)
    assert.equal(await holders(anchor), undefined, 'nobody waits for it')
    while ((await holders(anchor)) === undefined) await pause(20)
    assert.deepEqual(await holders(anchor), [one.guid])
    assert.deepEqual(await holders(another), [])
    await set(other.guid, anchor)
    assert.deepEqual(await holders(anchor), [one.guid, other.guid])
    await set(one.guid, another)
    assert.deepEqual([await holders(anchor), await holders(another)], [[other.guid], [one.guid]])
    await set(other.guid, null)
    assert.deepEqual(await holders(anchor), [])
  })

  it('is looked up by objectGUID, and found as if everybody were looked at', async () => {
    const { people, leavers } = domain.units
    const { commands, ordered } = readingGround(agent, placesPolicy([people], [people]))
    const find = async (anchor: string) => {
      searches.length = 0
      const { users } = await commands['find-users']({ by: 'anchor', value: immutableId(anchor) }, ordered)
      return users.map(({ guid }) => guid)
    }
    const looksAtAll = () => searches.some(({ filter }) => String(filter).includes('ConsistencyGuid='))
    const [eva, ivo] = [await domain.addUser('eva'), await domain.addUser('ivo')]
    const anchor = randomUUID()
    await domain.modify(eva.guid, { 'mS-DS-ConsistencyGuid': guidBytes(anchor) })
    assert.deepEqual(await find(anchor), [eva.guid])
    assert.ok(looksAtAll(), 'at first there is no other way')
    while (looksAtAll()) {
      await pause(20)
      assert.deepEqual(await find(anchor), [eva.guid])
    }
    assert.deepEqual(await find(ivo.guid), [ivo.guid])
    assert.ok(!looksAtAll())
    // An objectGUID and an anchor, one of each.
    await domain.modify(eva.guid, { 'mS-DS-ConsistencyGuid': guidBytes(ivo.guid) })
    assert.deepEqual((await find(ivo.guid)).sort(), [eva.guid, ivo.guid].sort())
    assert.ok(!looksAtAll())
    assert.deepEqual(await find(anchor), [])
    assert.ok(looksAtAll(), 'that there is nobody is found out by looking at everybody')
    // Where one of two may not be shown, neither is.
    const hidden = await domain.addUser('hidden', { unit: leavers })
    await domain.modify(hidden.guid, { 'mS-DS-ConsistencyGuid': guidBytes(ivo.guid) })
    await assert.rejects(find(ivo.guid), (error) => error instanceof AgentError && error.code === 'conflict')
    assert.ok(!looksAtAll())
  })
})

describe('what is known of anchors', () => {
  const anchor = randomUUID()
  const bearer = randomUUID()
  let now: number
  let at: { usn: bigint; invocationId: string }
  let readings: number
  let unreadable: boolean
  let away: boolean
  const gone = new AgentError('unreachable', 'gone')
  const entry = { dn: 'CN=x', objectGUID: guidBytes(bearer), 'mS-DS-ConsistencyGuid': guidBytes(anchor) }
  const refused = async () => {
    throw new Error('nobody asks for this')
  }
  const controller: Controller = {
    name: 'dc1.example',
    domainDn: 'DC=example',
    configurationDn: 'CN=Configuration,DC=example',
    search: async () => [],
    pages() {
      throw new Error('nobody asks for this')
    },
    async *ownPages() {
      readings += 1
      if (unreadable) throw gone
      yield [entry]
    },
    modify: refused,
    add: refused,
    rename: refused,
    async position() {
      if (away) throw gone
      return at
    },
  }
  let anchors: ReturnType<typeof openAnchors>
  const holders = () => anchors.holders(controller, guidBytes(anchor))
  /** Asks twice, with time between for what is read in the background. */
  const settled = async () => {
    await holders()
    await pause(0)
    return await holders()
  }
  beforeEach(() => {
    now = Date.parse('2026-11-21T09:00:00Z')
    at = { usn: 100n, invocationId: 'a' }
    readings = 0
    unreadable = false
    away = false
    anchors = openAnchors(() => new Date(now))
  })

  it('holds for one copy of the directory, as far as it went', async () => {
    assert.deepEqual(await settled(), [bearer])
    for (const other of [
      { usn: 100n, invocationId: 'b' },
      { usn: 99n, invocationId: 'b' },
      { usn: 999_999n, invocationId: 'b' },
    ]) {
      now += 120_000
      at = other
      assert.equal(await holders(), undefined, JSON.stringify({ ...other, usn: String(other.usn) }))
      assert.deepEqual(await settled(), [bearer])
    }
    assert.equal(readings, 4)
  })

  it('is read anew after an hour, while what is known serves on', async () => {
    assert.deepEqual(await settled(), [bearer])
    assert.equal(readings, 1)
    now += 3_700_000
    assert.deepEqual(await holders(), [bearer])
    assert.deepEqual(await settled(), [bearer])
    assert.equal(readings, 2)
  })

  it('is nothing where it cannot be read, and all of it is not asked for again at every question', async () => {
    unreadable = true
    for (let turn = 0; turn < 3; turn++) assert.equal(await settled(), undefined)
    assert.equal(readings, 1)
    unreadable = false
    assert.equal(await settled(), undefined)
    now += 61_000
    assert.deepEqual(await settled(), [bearer])
    away = true
    assert.equal(await holders(), undefined)
    away = false
    assert.deepEqual(await holders(), [bearer])
  })
})

describe('the pages of one controller’s own copy', () => {
  it('are not those of another one that the name leads to by now', async () => {
    const name = 'corp.nordwind.example'
    const certificates = await makeCertificates({ hosts: [name] })
    const user = { dn: `CN=eva,${domainDn}`, attributes: { cn: ['eva'] } }
    let answers = controllerAnswers({ name: `dc1.${name}`, pdc: `dc1.${name}` })
    const standIn = await startLdapStandIn(certificates.server, (asked) => answers(asked) ?? { entries: [user] })
    const bind = { name: 'agent', password: async () => 'secret' }
    const settings = { urls: [standIn.url], ca: certificates.ca, servername: name, bind }
    const agent = openDomain(
      settings,
      () => new Date(),
      () => 0,
    )
    const search = { base: domainDn, scope: 'sub', filter: people, attributes: ['cn'] } as const
    const read = () =>
      agent.reading(async (controller) => {
        const found = []
        for await (const entries of controller.ownPages(search, 10)) found.push(...entries)
        return found.length
      })
    try {
      assert.equal(await read(), 1)
      const first = answers
      answers = (asked) => {
        const answered = first(asked)
        if (asked.base !== '' || asked.kind !== 'search' || typeof answered !== 'object') return answered
        const dsServiceName = [`CN=NTDS Settings,CN=DC2,${domainDn}`]
        return { entries: [{ dn: '', attributes: { ...answered.entries?.[0]?.attributes, dsServiceName } }] }
      }
      await assert.rejects(read(), /another domain controller/)
    } finally {
      await agent.close()
      await standIn.close()
    }
  })
})
