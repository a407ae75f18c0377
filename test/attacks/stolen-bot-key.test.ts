import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { makeSigningKey } from '../../agent/link/signing.ts'
import { policedOperations } from '../../agent/policy/policy.ts'
import type { FromAgent } from '../../agent/protocol/frames.ts'
import { framed } from '../../agent/protocol/transcripts.ts'
import { newSealKey } from '../../bot/agent-link/open-seal.ts'
import type { ScriptedBot, Visit } from '../agent/link/scripted-bot.ts'
import { until } from '../bot/agent-link/stand.ts'
import { type AgentProcess, agentHome } from '../support/agent-process.ts'
import { startTestDomain, type TestDomain } from '../support/samba.ts'
import { differences, dumpOf } from './domain-dump.ts'
import { type ForbiddenGround, forbiddenGround } from './forbidden-ground.ts'
import {
  type ForbiddenOrder,
  oddOrders,
  ordersOnAccounts,
  ordersOnGroups,
  ordersOnUnits,
  resetOf,
} from './forbidden-orders.ts'
import { type LdapLedger, ldapLedger } from './ldap-ledger.ts'
import { type Answer, answerTo, type RobbedBot, robbedBot } from './thief.ts'

/** One line of what is printed at the end. */
interface Tried {
  readonly what: string
  readonly on: string
  readonly answer: string
  readonly writes: number
}

describe('a stolen key of the bot, in the hands of whoever stole it', function () {
  this.timeout(180_000)
  const tried: Tried[] = []
  let domain: TestDomain
  let ground: ForbiddenGround
  let ledger: LdapLedger
  let robbed: RobbedBot
  let agent: AgentProcess
  let thief: ScriptedBot
  let visit: Visit
  /** A command that the bot gave and the agent ran, before the theft. */
  let honestCommand: string
  let honestPassword: string

  before(async () => {
    ;[domain, robbed] = await Promise.all([startTestDomain(), robbedBot()])
    ground = await forbiddenGround(domain)
    ledger = await ldapLedger(domain)
    const { service, host: servername, units, domainDn } = domain
    const home = await agentHome({
      bot: { url: robbed.url, ca: robbed.ca },
      directory: {
        urls: [ledger.url],
        ca: ledger.ca,
        servername,
        bind: { name: service.upn, password: service.password },
      },
      policy: {
        read: [domainDn],
        write: [units.people, units.groups, units.leavers],
        operations: policedOperations,
        neverTouch: [ground.neverTouch],
        perHour: { all: 100, 'set-attributes': 1, 'create-user': 1 },
      },
    })
    await home.enrol(await robbed.stand.code())
    agent = await home.start()
    const { link } = robbed.honest
    await until(async () => (await link.agents())[0]?.fault === undefined && (await link.agents())[0]?.state === 'live')
    const seal = newSealKey()
    const input = { guid: ground.ada.guid, sealTo: seal.publicKey, rules: { length: 16 } }
    const { commandId, value } = await link.ask('reset-password', input, { correlationId: 'honest' })
    assert.ok(value.sealed)
    honestCommand = commandId
    honestPassword = seal.open(value.sealed, commandId)
    // Until the agent knows that its answer has arrived it would give it again, as it was.
    for (let times = 0; times < 2; times++) await link.ask('probe', {}, { correlationId: 'honest' })
    thief = await robbed.steal()
    visit = await thief.visit()
  })
  after(async () => {
    console.log(drawn(tried))
    await agent?.stop('SIGKILL')
    await agent?.home.remove()
    await robbed?.close()
    await ledger?.close()
    await domain?.close()
  })

  /** Gives the orders at once; with how many writes went out while they were worked on. */
  async function give(orders: readonly Pick<ForbiddenOrder, 'what' | 'on' | 'command' | 'more'>[]) {
    const before = ledger.writes.length
    const frames = orders.map(({ command, more }) => visit.order(command, more))
    const given: Answer[] = []
    for (const frame of frames) given.push(await answerTo(visit, frame))
    const writes = ledger.writes.length - before
    return given.map((one, index) => {
      const { what = '', on = '' } = orders[index] ?? {}
      const answer = one.alarm === undefined ? one.code : `${one.code}, alarm ${one.alarm}`
      tried.push({ what, on, answer, writes })
      return { ...one, answer, writes }
    })
  }
  async function order(one: Parameters<typeof give>[0][number]) {
    const [given] = await give([one])
    assert.ok(given)
    return given
  }
  const unlock = () => ({
    what: 'unlock',
    on: 'an ordinary user',
    command: { do: 'unlock', input: { guid: ground.ada.guid } },
  })

  it('is obeyed in what the agent’s own file allows: that much is lost, and is seen here', async () => {
    const before = await dumpOf(domain)
    const given = await order({ what: 'reset-password', on: 'an ordinary user', command: resetOf(ground.ada.guid) })
    assert.deepEqual([given.answer, given.writes], ['ok', 1], given.detail)
    assert.deepEqual(ledger.writes.slice(-1), ['modify'])
    assert.deepEqual(differences(before, await dumpOf(domain)), [ground.ada.dn])
    assert.equal(await domain.bind(ground.ada.upn, honestPassword), '52e')
  })

  it('gets what looks like a filter or a name written as text, and found as nothing', async () => {
    const { ada, people } = ground
    const title = '*)(objectClass=*'
    const department = 'x,OU=Forbidden,DC=corp\\2a\u0000'
    const set = { do: 'set-attributes', input: { guid: ada.guid, attributes: { title, department } } }
    assert.equal((await order({ what: 'filters as values', on: 'an ordinary user', command: set })).answer, 'ok')
    const shown = await domain.attributes(ada.guid)
    assert.deepEqual([shown.title, shown.department], [title, department])
    const name = 'Mallory,OU=Forbidden+CN="x\\'
    const names = { samAccountName: 'mallory1', userPrincipalName: `mallory1@${domain.realm}` }
    const create = { do: 'create-user', input: { unit: people, name, ...names } }
    assert.equal(
      (await order({ what: 'create-user with a name like a DN', on: 'People', command: create })).answer,
      'ok',
    )
    const { searchEntries } = await domain.asAdministrator((client) =>
      client.search(domain.units.people, { scope: 'one', filter: '(sAMAccountName=mallory1)', attributes: ['cn'] }),
    )
    assert.deepEqual(
      searchEntries.map(({ cn }) => cn),
      [name],
    )
    for (const value of ['*', '*)(cn=*', 'a*', '\\2a', '(', 'Ada Ordinary)(objectClass=*'])
      for (const by of ['samAccountName', 'userPrincipalName', 'mail'] as const) {
        const found = await answerTo(visit, visit.order({ do: 'find-users', input: { by, value } }))
        assert.deepEqual([found.code, found.detail], ['ok', '{"users":[]}'], `${by} ${value}`)
      }
  })

  it('reaches nothing else: every order is refused, IT is told, and the controller is asked to change nothing', async () => {
    const before = await dumpOf(domain)
    const writesBefore = ledger.writes.length
    const { ada, people } = ground
    const cap = { code: 'forbidden', alarm: 'cap', on: 'an ordinary user' }
    const names = { name: 'Two', samAccountName: 'two', userPrincipalName: `two@${domain.realm}` }
    const orders: readonly ForbiddenOrder[] = [
      ...ordersOnAccounts(ground),
      ...ordersOnGroups(ground),
      ...ordersOnUnits(ground),
      ...oddOrders(ground),
      {
        ...cap,
        what: 'set-attributes over its cap',
        command: { do: 'set-attributes', input: { guid: ada.guid, attributes: { title: 'Two' } } },
      },
      { ...cap, what: 'create-user over its cap', command: { do: 'create-user', input: { unit: people, ...names } } },
    ]
    assert.ok(orders.length >= 50)
    const wrong: unknown[] = []
    // Those on one object would wait for each other.
    const mixed = [0, 1, 2, 3, 4, 5, 6].flatMap((turn) => orders.filter((_, index) => index % 7 === turn))
    for (let at = 0; at < mixed.length; at += 20) {
      const chunk = mixed.slice(at, at + 20)
      for (const [index, { code, alarm, detail, writes }] of (await give(chunk)).entries()) {
        const { what, on, code: asked, alarm: heard } = chunk[index] ?? {}
        if (code !== asked || alarm !== heard || writes > 0)
          wrong.push({ what, on, expected: [asked, heard], code, alarm, writes, detail })
      }
    }
    assert.deepEqual(wrong, [])
    assert.deepEqual(ledger.writes.slice(writesBefore), [])
    assert.deepEqual(differences(before, await dumpOf(domain)), [])
  })

  it('brings nothing back that was done before, however it sets its clock and whatever it puts under the old number', async () => {
    const before = await dumpOf(domain)
    for (const ahead of [0, -3_600_000, 3_600_000]) {
      thief.behaviour = { ...thief.behaviour, ahead }
      visit.cut()
      visit = await thief.visit()
      for (const command of [resetOf(ground.ada.guid), resetOf(ground.accounts[0]?.guid ?? ''), unlock().command]) {
        const what = `an id that was run before, clock ${ahead / 1_000} s ahead`
        const given = await order({ what, on: 'an ordinary user', command, more: { id: honestCommand } })
        assert.equal(given.result.repeated, true)
        assert.deepEqual([given.code, given.writes], ['ok', 0])
        assert.match(given.detail, /"sealed":null/)
      }
    }
    thief.behaviour = { ...thief.behaviour, ahead: 0 }
    visit.cut()
    visit = await thief.visit()
    assert.deepEqual(differences(before, await dumpOf(domain)), [])
  })

  it('cannot be used by who has only listened: frames of one connection are nothing on another', async () => {
    const before = ledger.writes.length
    /** As the second frame of this connection; the first one was a harmless one. */
    const second = (command: unknown) => {
      const { agentId } = visit.order({ do: 'probe', input: {} })
      const [issued, expires] = [new Date().toISOString(), new Date(Date.now() + 60_000).toISOString()]
      const id = crypto.randomUUID()
      return visit.frame({ type: 'command', id, agentId, issued, expires, correlationId: 'captured', command }, 2)
    }
    const reset = resetOf(ground.ada.guid)
    const captured = second(reset)
    visit.cut()
    visit = await thief.visit()
    const notSigned = /frame 2 was not signed by the bot in this session/
    const listened: [string, () => unknown, RegExp][] = [
      ['a frame of an earlier connection', () => second(reset) && visit.send(captured), notSigned],
      [
        'an earlier payload, signed by somebody else',
        () => {
          const { payload } = second(reset)
          const signature = makeSigningKey().sign(framed(visit.session, 'bot', 2, payload))
          visit.send({ ...captured, payload, signature })
        },
        notSigned,
      ],
      [
        'another payload under a right signature',
        () => {
          const right = second({ do: 'probe', input: {} })
          visit.send({ ...right, payload: captured.payload })
        },
        notSigned,
      ],
      [
        'a frame twice',
        () => {
          const right = second({ do: 'probe', input: {} })
          visit.send(right)
          visit.send(right)
        },
        /frame 2 came where 3 belongs/,
      ],
      [
        'no signature at all',
        () => {
          const { payload } = second(reset)
          visit.send(payload)
        },
        /a frame was not signed/,
      ],
    ]
    for (const [what, act, words] of listened) {
      act()
      await visit.ended
      visit = await thief.visit()
      const isOfThis = (said: FromAgent) => said.type === 'alarm' && words.test(said.because)
      const { kind } = await visit.next('alarm', isOfThis)
      const writes = ledger.writes.length - before
      tried.push({ what, on: 'the connection', answer: `ended, alarm ${kind}`, writes })
    }
    assert.equal(ledger.writes.length, before)
  })

  it('does no more in an hour than the file says, through new connections, new processes and all its clocks', async () => {
    const { home } = agent
    const file = parse(await readFile(home.configFile, 'utf8'))
    const spent = ledger.writes.length
    // What was written this hour counts on, seven keys that could not be sealed to among it.
    const counted = JSON.parse(await readFile(`${home.dataFolder}/writes-this-hour.json`, 'utf8')).spent
    const used = counted.reduce((sum: number, { count }: { count: number }) => sum + count, 0)
    const policy = { ...file.policy, operations: ['reset-password'], perHour: { all: used + 6, 'reset-password': 100 } }
    await writeFile(home.configFile, stringify({ ...file, policy }))
    agent = await agent.restart()
    visit = await thief.visit()
    const others = policedOperations.filter((name) => name !== 'reset-password')
    for (const one of [...oddlyOften(ground)].filter(({ what }) => others.some((name) => name === what))) {
      const { answer, writes } = await order(one)
      assert.deepEqual([answer, writes], ['forbidden, alarm forbidden', 0], one.what)
    }
    const answers: string[] = []
    for (let attempt = 0; attempt < 12; attempt++) {
      if (attempt === 3 || attempt === 8) visit.cut()
      if (attempt === 5) agent = await agent.restart('SIGKILL')
      if ([3, 5, 8].includes(attempt)) {
        thief.behaviour = { ...thief.behaviour, ahead: attempt === 8 ? 7_200_000 : 0 }
        visit = await thief.visit()
      }
      const { answer } = await order({
        what: 'one more reset',
        on: 'an ordinary user',
        command: resetOf(ground.ada.guid),
      })
      answers.push(answer)
    }
    assert.deepEqual(answers, [...Array(6).fill('ok'), ...Array(6).fill('forbidden, alarm cap')])
    assert.equal(ledger.writes.length - spent, 6)
  })
})

/** Each operation once, on somebody with whom all of it could be done. */
function oddlyOften({ ada, staff, leavers, people }: ForbiddenGround): readonly ForbiddenOrder[] {
  const { guid } = ada
  const inputs: Readonly<Record<string, object>> = {
    unlock: { guid },
    'set-enabled': { guid, enabled: false },
    'add-member': { group: staff, member: guid },
    'remove-member': { group: staff, member: guid },
    'set-attributes': { guid, attributes: { title: 'Three' } },
    'create-user': { unit: people, name: 'Six', samAccountName: 'six', userPrincipalName: 'six@corp.nordwind.example' },
    move: { guid, unit: leavers },
  }
  return Object.entries(inputs).map(([name, input]) => ({
    what: name,
    on: 'an ordinary user, where the file allows resets only',
    command: { do: name, input },
    code: 'forbidden',
    alarm: 'forbidden',
  }))
}

/** On whom → the agent's answer → writes at the controller → what it was. */
function drawn(tried: readonly Tried[]): string {
  const rows = Map.groupBy(tried, ({ on, answer, writes }) => JSON.stringify([on, answer, writes]))
  const lines = [...rows].map(([key, all]) => {
    const [on, answer, writes] = JSON.parse(key)
    const what = [...Map.groupBy(all, (one) => one.what)].map(([name, some]) =>
      some.length > 1 ? `${name} (${some.length})` : name,
    )
    return `  ${on.padEnd(44)} ${answer.padEnd(28)} ${String(writes).padStart(2)}  ${what.join(' · ')}`
  })
  const head = `  ${'tried on'.padEnd(44)} ${'answer of the agent'.padEnd(28)} writes at the controller, and what was tried (${tried.length} orders)`
  return [head, ...lines].join('\n')
}
