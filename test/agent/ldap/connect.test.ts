import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type LookupFunction } from 'node:net'
import { Attribute, Change } from 'ldapts'
import { AgentError } from '../../../agent/agent-error.ts'
import { openDomain } from '../../../agent/ldap/connect.ts'
import type { Controller, Domain } from '../../../agent/ldap/domain.ts'
import { anything, people } from '../../../agent/ldap/filters.ts'
import { byGuid, childDn, same } from '../../../agent/ldap/names.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { placesPolicy, readingGround } from '../commands/reading-ground.ts'
import { bound } from './bound.ts'
import { type CuttableWire, cuttableWire } from './cuttable.ts'
import { type LdapStandIn, startLdapStandIn } from './ldap-stand-in.ts'
import { controllerAnswers } from './stand-in-domain.ts'

const failure = async (work: Promise<unknown>): Promise<AgentError> => {
  const error: unknown = await work.then(
    () => assert.fail('it was done'),
    (thrown) => thrown,
  )
  if (!(error instanceof AgentError)) throw error
  return error
}
const head = (controller: Controller) =>
  controller.search({ base: controller.domainDn, scope: 'base', filter: anything, attributes: ['dc'] })
const phone = (number: string) => [
  new Change({ operation: 'replace', modification: new Attribute({ type: 'telephoneNumber', values: [number] }) }),
]

describe('the connection to the domain', function () {
  this.timeout(180_000)
  let domain: TestDomain
  let wire: CuttableWire
  const open: Domain[] = []
  const opened = (options: Parameters<typeof bound>[1] = {}) => {
    const agent = bound(domain, options)
    open.push(agent)
    return agent
  }
  const through = (port: number) => `ldaps://127.0.0.1:${port}`

  before(async () => {
    domain = await startTestDomain()
    wire = await cuttableWire({ host: domain.address, port: 636 })
  })
  afterEach(async () => {
    wire.mend()
    for (const agent of open.splice(0)) await agent.close()
  })
  after(async () => {
    await wire?.close()
    await domain?.close()
  })

  it('says which domain it is', async () => {
    const { objectSid } = await domain.attributes(domain.domainDn)
    assert.deepEqual(await opened().facts(), { name: domain.realm, sid: objectSid, pdc: domain.host })
  })

  it('is never in the clear: the wire is not even touched', async () => {
    let touched = 0
    const plain = createServer(() => {
      touched += 1
    })
    plain.listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const { port } = plain.address() as AddressInfo
    for (const url of [`ldap://127.0.0.1:${port}`, `http://127.0.0.1:${port}`, '127.0.0.1'])
      assert.throws(
        () => opened({ urls: [url] }),
        (error) => error instanceof AgentError && error.code === 'refused',
        url,
      )
    assert.equal(touched, 0)
    plain.close()
  })

  it('is made with a controller of this authority and of this name only', async () => {
    const { ca } = await makeCertificates()
    assert.equal((await failure(opened({ ca }).reading(head))).code, 'unreachable')
    assert.equal((await failure(opened({ servername: 'other.example' }).reading(head))).code, 'unreachable')
  })

  it('serves many who come at once, before it stands', async () => {
    const agent = opened({ urls: [through(wire.port)] })
    const before = wire.made
    const answers = await Promise.all(Array.from({ length: 60 }, () => agent.reading(head)))
    assert.ok(answers.every((entries) => entries.length === 1))
    assert.equal(wire.made, before + 1)
  })

  it('is not tried again at once with a password that was refused, so that the account is not locked out', async () => {
    const account = await domain.addUser('agent-two')
    let now = new Date()
    const agent = opened({ as: { dn: account.dn, password: 'Wrong-Password-1' }, clock: () => now })
    for (let attempt = 0; attempt < 8; attempt++) {
      const error = await failure(agent.reading(head))
      assert.equal(error.code, 'refused')
      assert.match(error.detail, /cannot bind at .*: its name or its password is wrong \(49, data 52e\)/)
      assert.doesNotMatch(error.detail, /Wrong-Password/)
    }
    assert.equal((await domain.attributes(account.guid)).badPwdCount, '1')
    now = new Date(now.getTime() + 31_000)
    await failure(agent.reading(head))
    assert.equal((await domain.attributes(account.guid)).badPwdCount, '2')
    assert.match(
      (await failure(opened({ as: { dn: account.dn, password: '' } }).reading(head))).detail,
      /empty password/,
    )
  })

  it('takes the next controller when one is down, and stays there', async () => {
    const broken = await cuttableWire({ host: '127.0.0.1', port: 1 })
    const agent = opened({ urls: [through(broken.port), through(wire.port)] })
    await agent.reading(head)
    assert.equal(broken.made, 1)
    wire.cut()
    await agent.reading(head)
    await agent.reading(head)
    // Asked once more, when the other one was lost, and not again.
    assert.equal(broken.made, 2)
    await broken.close()
  })

  it('says that nobody answers, and goes on by itself when somebody does', async () => {
    const agent = opened()
    await agent.reading(head)
    await domain.stop()
    const error = await failure(agent.reading(head))
    assert.equal(error.code, 'unreachable')
    assert.equal((await failure(agent.writing(head))).maybeDone, false)
    await domain.start()
    assert.equal((await agent.reading(head)).length, 1)
    assert.equal((await agent.writing(head)).length, 1)
  })

  it('gives up on a controller that goes silent, in bounded time', async () => {
    const agent = opened({ urls: [through(wire.port)], timeoutMilliseconds: 500 })
    await agent.reading(head)
    wire.loseAnswers('silent')
    const begun = Date.now()
    const errors = await Promise.all(Array.from({ length: 20 }, () => failure(agent.reading(head))))
    assert.ok(errors.every(({ code, maybeDone }) => code === 'unreachable' && !maybeDone))
    assert.ok(Date.now() - begun < 60_000)
    wire.mend()
    assert.equal((await agent.reading(head)).length, 1)
  })

  it('reads again, once, what was lost on the way', async () => {
    const agent = opened({ urls: [through(wire.port)] })
    await agent.reading(head)
    wire.loseAnswers('cut')
    let runs = 0
    const work = (controller: Controller) => {
      runs += 1
      if (runs === 2) wire.mend()
      return head(controller)
    }
    // The second connection cannot be made while answers are lost.
    assert.equal((await failure(agent.reading(work))).code, 'unreachable')
    assert.equal(runs, 1)
    wire.mend()
    assert.equal((await agent.reading(head)).length, 1)
    wire.cut()
    assert.equal((await agent.reading(head)).length, 1)
  })

  for (const how of ['cut', 'silent'] as const)
    it(`leaves open whether a write was done whose answer was lost (${how}), and does not do it again`, async () => {
      const { guid } = await domain.addUser(`phone-${how}`)
      const agent = opened({ urls: [through(wire.port)], timeoutMilliseconds: 800 })
      let runs = 0
      const error = await failure(
        agent.writing(async (controller) => {
          runs += 1
          await head(controller)
          wire.loseAnswers(how)
          await controller.modify(byGuid(guid), phone('+1 555 0100'))
        }),
      )
      assert.deepEqual([error.code, error.maybeDone, runs], ['unreachable', true, 1])
      // It was done.
      assert.equal((await domain.attributes(guid)).telephoneNumber, '+1 555 0100')
      wire.mend()
      await agent.writing((controller) => controller.modify(byGuid(guid), phone('+1 555 0101')))
      assert.equal((await domain.attributes(guid)).telephoneNumber, '+1 555 0101')
    })

  it('knows that a write was not done that never left', async () => {
    const { guid } = await domain.addUser('unsent')
    const agent = opened({ urls: [through(wire.port)] })
    const error = await failure(
      agent.writing(async (controller) => {
        wire.cut()
        // Until the loss is noticed, which this read does.
        await failure(head(controller))
        await controller.modify(byGuid(guid), phone('+1 555 0102'))
      }),
    )
    assert.deepEqual([error.code, error.maybeDone], ['unreachable', false])
    assert.equal((await domain.attributes(guid)).telephoneNumber, undefined)
  })

  it('renames to what contains commas and quotes, and nothing else', async () => {
    const agent = opened()
    const user = await domain.addUser('plain-name')
    const to = childDn('CN', 'Sr., "Ada", \\ + Co', domain.units.leavers)
    await agent.writing((controller) => controller.rename(byGuid(user.guid), to))
    assert.ok(same(String((await domain.attributes(user.guid)).distinguishedName), to))
  })

  it('lists on connections of their own, which end with the listing', async () => {
    const agent = opened({ urls: [through(wire.port)] })
    for (let number = 0; number < 4; number++) await domain.addUser(`listed-${number}`)
    const before = wire.made
    const listing = () =>
      agent.reading(async (controller) =>
        controller.pages({ base: domain.units.people, scope: 'sub', filter: people, attributes: ['cn'] }, 2),
      )
    const sizes: number[] = []
    for await (const page of await listing()) {
      sizes.push(page.length)
      if (sizes.length === 2) break
    }
    assert.deepEqual(sizes, [2, 2])
    assert.equal(wire.made, before + 2)
    const slow = (await listing())[Symbol.asyncIterator]()
    assert.equal((await slow.next()).value?.length, 2)
    wire.cut()
    assert.equal((await failure(slow.next())).code, 'unreachable')
  })
})

describe('where it is written', function () {
  this.timeout(180_000)
  let domain: TestDomain
  let second: LdapStandIn
  let stop = () => Promise.resolve()
  const elsewhere = 'dc2.corp.nordwind.example'
  const named: string[] = []
  let emulator = ''

  before(async () => {
    domain = await startTestDomain()
    const certificates = await makeCertificates({ hosts: [elsewhere] })
    emulator = domain.host
    second = await startLdapStandIn(certificates.server, (asked) => {
      const known = controllerAnswers({ name: elsewhere, pdc: emulator })(asked)
      return known ?? (asked.base.startsWith('DC=else') ? { code: 10 } : {})
    })
    stop = async () => {
      await second.close()
      await domain.close()
    }
    ca = [certificates.ca, domain.ca].join('\n')
  })
  let ca = ''
  after(() => stop())

  /** Two controllers: the one at hand, and the PDC emulator, found by its name where `there` says. */
  const agent = (there: string | undefined) => {
    const lookup: LookupFunction = (hostname, options, done) => {
      named.push(hostname)
      if (there === undefined) return done(new Error(`getaddrinfo ENOTFOUND ${hostname}`), '')
      return options.all === true ? done(null, [{ address: there, family: 4 }]) : done(null, there, 4)
    }
    return openDomain(
      {
        urls: [second.url],
        ca,
        servername: elsewhere,
        bind: { name: domain.service.dn, password: async () => domain.service.password },
        lookup,
      },
      () => new Date(),
      () => 0,
    )
  }

  it('is the PDC emulator, while reading goes to the one at hand', async () => {
    const both = agent(domain.address)
    try {
      assert.equal(await both.reading(async ({ name }) => name), elsewhere)
      assert.equal(await both.writing(async ({ name }) => name), domain.host)
      assert.deepEqual(new Set(named), new Set([domain.host]))
    } finally {
      await both.close()
    }
  })

  it('is where a change is looked for afterwards: the one at hand may not have it yet', async () => {
    const both = agent(domain.address)
    const { commands, ordered } = readingGround(both, placesPolicy([domain.domainDn], []))
    try {
      const ada = await domain.addUser('ada-of-two')
      const team = await domain.addGroup('team-of-two', { members: [ada.dn] })
      await domain.lock(ada.upn)
      const { locked, controller } = await commands.account({ guid: ada.guid }, ordered)
      assert.deepEqual([locked, controller], [true, domain.host])
      assert.equal((await commands['is-member']({ group: team.guid, member: ada.guid }, ordered)).member, true)
    } finally {
      await both.close()
    }
  })

  it('is the one at hand where the emulator cannot be reached, which is settled beforehand and not tried each time', async () => {
    named.length = 0
    const alone = agent(undefined)
    try {
      let runs = 0
      for (let time = 0; time < 3; time++)
        assert.equal(
          await alone.writing(async ({ name }) => {
            runs += 1
            return name
          }),
          elsewhere,
        )
      assert.equal(runs, 3)
      assert.equal(named.length, 1)
    } finally {
      await alone.close()
    }
  })

  it('is the one at hand where somebody else answers in the emulator’s place', async () => {
    // A real controller of the domain, and yet not the one of that name.
    emulator = 'dc9.corp.nordwind.example'
    named.length = 0
    const misled = agent(domain.address)
    try {
      assert.equal(await misled.writing(async ({ name }) => name), elsewhere)
      assert.deepEqual(named, [emulator])
    } finally {
      await misled.close()
      emulator = domain.host
    }
  })

  it('is never where a referral points', async () => {
    const one = agent(undefined)
    try {
      const asked = second.asked.length
      const error = await failure(
        one.reading((controller) =>
          controller.search({ base: 'DC=else,DC=example', scope: 'base', filter: anything, attributes: ['cn'] }),
        ),
      )
      assert.equal(error.code, 'not-found')
      assert.equal(second.asked.slice(asked).filter(({ base }) => base.startsWith('DC=else')).length, 1)
    } finally {
      await one.close()
    }
  })
})
