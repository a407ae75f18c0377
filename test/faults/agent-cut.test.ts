import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { verifyDatabase } from '../../bot/audit/rows.ts'
import { bindAnswer } from '../../infra/practice/domain/ldap-session.ts'
import type { OnPremises } from '../../infra/practice/domain/on-premises.ts'
import { until } from '../support/access.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { type AccountRecord, accountRecord, groupRecord } from '../support/domain-record.ts'
import { type LdapFront, startLdapFront } from '../support/ldap-front.ts'
import { prepareWork, type Staged, type Work, works } from '../support/on-premises-work.ts'

/** As the commands are called on the wire. */
const commands: Readonly<Record<Work, string>> = {
  reset: 'reset-password',
  unlock: 'unlock',
  grant: 'add-member',
  revoke: 'remove-member',
  block: 'set-enabled',
}
/** As the operations are called in the audit. */
const operations: Readonly<Record<Work, string>> = {
  reset: 'reset-password',
  unlock: 'unlock-account',
  grant: 'grant-access',
  revoke: 'revoke-access',
  block: 'protect-account',
}
/** How many times shorter agents are waited for here: a writing command lives for 20 seconds, or so much less. */
const haste = 3
const life = 20_000 / haste
/** Nothing that was begun before may be done so long after. */
const quiet = 25_000

describe('an on-premises change, while things break', function () {
  this.timeout(120_000)
  let company: TestCompany
  let onPremises: OnPremises
  let ldap: LdapFront
  let work: Awaited<ReturnType<typeof prepareWork>>
  const table: string[] = []

  before(async () => {
    company = await startTestCompany({ HELPBOT_PRACTICE_HASTE: String(haste) }, 'teams', true)
    assert.ok(company.company.onPremises)
    onPremises = company.company.onPremises
    const { controller, place } = onPremises
    const tls = (name: string) => readFileSync(join(controller.folder, 'private', 'tls', name), 'utf8')
    ldap = await startLdapFront({ tls: { key: tls('key.pem'), cert: tls('cert.pem') }, to: controller })
    // The agent goes by way of a place where what it writes, and what it is answered, can be kept back.
    const file = join(place.folder, 'agent.yaml')
    const settings = parse(readFileSync(file, 'utf8'))
    writeFileSync(file, stringify({ ...settings, directory: { ...settings.directory, urls: [ldap.url] } }))
    await onPremises.agent().stop('SIGTERM')
    await onPremises.agent().start()
    await onPremises.agentIsLive()
    work = await prepareWork(company, onPremises)
  })
  after(async () => {
    console.log(['', 'point × operation → effect, answer', ...table, ''].join('\n'))
    await ldap?.close()
    await company?.close()
  })

  const agentDies = () => onPremises.agent().stop('SIGKILL')
  async function agentIsBack(): Promise<void> {
    await onPremises.agent().start()
    await onPremises.agentIsLive()
  }
  async function botIsKilled(): Promise<void> {
    await company.bot().stop('SIGKILL')
    await company.restart('SIGKILL')
  }
  async function controllerDies(): Promise<void> {
    await onPremises.controller.stop('SIGKILL')
    ldap.cut()
  }

  /** All five are begun, and the fifth waits in the agent for another one on the same group, while four are kept by the LDAP front. */
  async function keptAt(staged: Staged, what: 'writes' | 'answers', last: 'grant' | 'revoke'): Promise<void> {
    ldap.keep(what)
    for (const one of works) if (one !== last) staged.begin(one)
    await until(() => ldap.kept() >= 4, `four ${what} are kept`)
    staged.begin(last)
    await pause(700)
  }

  /** Begins one after the other, strikes at the moment in which its command leaves the bot, and waits until the person is told. */
  async function oneByOne(staged: Staged, strike: () => Promise<void>): Promise<void> {
    const { front } = onPremises
    for (const one of works) {
      let struck: Promise<void> | undefined
      front.watch((said) => {
        if (struck === undefined && said.includes(`\\"do\\":\\"${commands[one]}\\"`)) struck = strike()
      })
      staged.begin(one)
      await until(() => struck !== undefined, `${commands[one]} leaves the bot`)
      await struck
      front.watch(undefined)
      await staged.told(one)
    }
  }

  interface Round {
    readonly name: string
    readonly run: (staged: Staged) => Promise<void>
  }

  async function standing(staged: Staged, one: Work): Promise<AccountRecord & { member: boolean; usn: string }> {
    const { dn } = staged.people[one].account
    const { usn, members } = await groupRecord(onPremises.controller, work.group)
    return { ...(await accountRecord(onPremises.controller, dn)), member: members.includes(dn.toLowerCase()), usn }
  }

  const rounds: readonly Round[] = [
    {
      name: 'agent dead before it is sent',
      async run(staged) {
        await agentDies()
        for (const one of works) staged.begin(one)
        await Promise.all([staged.told('reset'), staged.told('unlock'), staged.told('block')])
        await agentIsBack()
      },
    },
    {
      name: 'no way through before it is sent',
      async run(staged) {
        onPremises.front.refuse(true)
        onPremises.front.cut()
        for (const one of works) staged.begin(one)
        await Promise.all([staged.told('reset'), staged.told('unlock'), staged.told('block')])
        onPremises.front.refuse(false)
        await onPremises.agentIsLive()
      },
    },
    {
      name: 'controller stopped before it is sent',
      async run(staged) {
        await controllerDies()
        for (const one of works) staged.begin(one)
        await Promise.all([staged.told('reset'), staged.told('unlock'), staged.told('block')])
        await onPremises.controller.start()
      },
    },
    {
      name: 'sent, lost on the way, agent comes again',
      run: (staged) =>
        oneByOne(staged, async () => {
          onPremises.front.hold('to-agent')
          await pause(50)
          onPremises.front.cut()
          onPremises.front.hold(undefined)
        }),
    },
    {
      name: 'sent, on its way until it is too late',
      async run(staged) {
        await company.restart('SIGTERM', { HELPBOT_PRACTICE_HASTE: '10' })
        await onPremises.agentIsLive()
        await oneByOne(staged, async () => {
          onPremises.front.hold('to-agent')
          await pause(2_500)
          onPremises.front.hold(undefined)
        })
        await company.restart('SIGTERM')
        await onPremises.agentIsLive()
      },
    },
    {
      name: 'sent, lost on the way, bot killed',
      run: (staged) =>
        oneByOne(staged, async () => {
          onPremises.front.hold('to-agent')
          await botIsKilled()
          onPremises.front.hold(undefined)
        }),
    },
    {
      name: 'done and journaled, answer lost, agent comes again',
      run: (staged) =>
        oneByOne(staged, async () => {
          onPremises.front.hold('to-bot')
          await pause(600)
          onPremises.front.cut()
          onPremises.front.hold(undefined)
        }),
    },
    {
      name: 'done and journaled, agent killed before the answer',
      run: (staged) =>
        oneByOne(staged, async () => {
          onPremises.front.hold('to-bot')
          await pause(600)
          await agentDies()
          onPremises.front.hold(undefined)
          await agentIsBack()
        }),
    },
    {
      name: 'done and journaled, bot killed before the answer',
      run: (staged) =>
        oneByOne(staged, async () => {
          onPremises.front.hold('to-bot')
          await pause(600)
          await botIsKilled()
          onPremises.front.hold(undefined)
        }),
    },
    ...(['writes', 'answers'] as const).flatMap((what, index): readonly Round[] => {
      const point = what === 'writes' ? 'begun, not yet at the controller' : 'written, not yet answered'
      const last = (turn: number) => ((turn + index) % 2 === 0 ? 'grant' : 'revoke')
      return [
        {
          name: `${point}: agent killed`,
          async run(staged) {
            await keptAt(staged, what, last(0))
            await agentDies()
            ldap.letGo()
            await agentIsBack()
          },
        },
        {
          name: `${point}: connection cut`,
          async run(staged) {
            await keptAt(staged, what, last(1))
            onPremises.front.cut()
            await pause(300)
            ldap.letGo()
          },
        },
        {
          name: `${point}: controller killed`,
          async run(staged) {
            await keptAt(staged, what, last(0))
            await controllerDies()
            ldap.letGo()
            await onPremises.controller.start()
          },
        },
        {
          name: `${point}: controller stands still until nobody waits`,
          async run(staged) {
            await keptAt(staged, what, last(1))
            onPremises.controller.pause()
            ldap.letGo()
            await pause(life + 4_000)
            onPremises.controller.resume()
          },
        },
        {
          name: `${point}: bot killed`,
          async run(staged) {
            await keptAt(staged, what, last(0))
            await company.bot().stop('SIGKILL')
            ldap.letGo()
            await company.restart('SIGKILL')
          },
        },
      ]
    }),
  ]

  const only = process.env.ROUNDS
  for (const { name, run } of rounds.filter((round) => only === undefined || new RegExp(only).test(round.name)))
    it(name, async () => {
      const began = Date.now()
      onPremises.sync.pause(false)
      const staged = await work.stage()
      const stagedIn = Date.now() - began
      onPremises.sync.pause(true)
      const before = new Map<Work, Awaited<ReturnType<typeof standing>>>()
      for (const one of works) before.set(one, await standing(staged, one))
      await run(staged).catch((error) => {
        writeFileSync('/tmp/bot.log', company.log.slice(-300).join('\n'))
        writeFileSync('/tmp/agent.log', onPremises.agent().log.slice(-300).join('\n'))
        throw error
      })
      const ranIn = Date.now() - began
      const answers = await Promise.allSettled(works.map((one) => staged.told(one)))
      await until(async () => (await running()) === 0, 'no operation is left half-way')
      const cells: string[] = []
      const faults: string[] = []
      for (const [index, one] of works.entries()) {
        const answer = answers[index]
        const told = answer?.status === 'fulfilled' ? answer.value : ''
        if (answer?.status === 'rejected') faults.push(`${one}: ${answer.reason}`)
        const first = before.get(one)
        assert.ok(first)
        const now = await standing(staged, one)
        const { text, wrong } = await verdict(one, staged, first, now, told)
        cells.push(`  ${one.padEnd(7)} ${text}`)
        faults.push(...wrong.map((why) => `${one}: ${why}`))
      }
      faults.push(...(await auditFaults()))
      const seconds = (milliseconds: number) => (milliseconds / 1_000).toFixed(1)
      table.push(`${name}  (${seconds(stagedIn)} ${seconds(ranIn)} ${seconds(Date.now() - began)} s)`, ...cells)
      assert.deepEqual(faults, [])
    })

  const running = async (): Promise<number> =>
    (await company.database.selectFrom('operations').select('id').where('state', '=', 'running').execute()).length

  /** What one account came to, held against what was said of it; knows nothing of how it was done. */
  async function verdict(
    one: Work,
    staged: Staged,
    before: Awaited<ReturnType<typeof standing>>,
    now: Awaited<ReturnType<typeof standing>>,
    told: string,
  ): Promise<{ readonly text: string; readonly wrong: readonly string[] }> {
    const wrong: string[] = []
    const demand = (isSo: boolean, why: string) => void (isSo || wrong.push(why))
    const written = {
      reset: now.unicodePwd - before.unicodePwd,
      unlock: now.lockoutTime - before.lockoutTime,
      grant: before.member === now.member ? 0 : 1,
      revoke: before.member === now.member ? 0 : 1,
      // Samba counts three for one modify that takes the old value away and puts the new one in.
      block: (now.userAccountControl - before.userAccountControl) / 3,
    }[one]
    const asWanted = {
      reset: written > 0,
      unlock: !now.locked,
      grant: now.member,
      revoke: !now.member,
      block: !now.enabled,
    }[one]
    const rows = await company.database
      .selectFrom('operations')
      .select(['id', 'state'])
      .where('target_id', '=', staged.people[one].talker.id)
      .where('name', '=', operations[one])
      .where('started_at', '>=', staged.since)
      .orderBy('started_at')
      .execute()
    const states = rows.map(({ state }) => state)
    const may = states.filter((state) => state === 'done' || state === 'unclear').length
    demand(told !== '', 'nobody is told')
    // One effect
    demand(written <= (one === 'reset' ? may : Math.min(1, may)), `written ${written} times by ${states.join(', ')}`)
    if (states.includes('done')) demand(asWanted, `the audit says done, and it is not: ${states.join(', ')}`)
    for (const other of ['unicodePwd', 'lockoutTime', 'userAccountControl'] as const) {
      const own = {
        reset: ['unicodePwd', 'lockoutTime'],
        unlock: ['lockoutTime'],
        grant: [],
        revoke: [],
        block: ['userAccountControl'],
      }
      if (!(own[one] as readonly string[]).includes(other))
        demand(now[other] === before[other], `${other} was written, which nobody asked for`)
    }
    // One truthful answer
    if (/\b(password (is|was) changed|is unlocked|can sign in again|is blocked|has it now|ended for)\b/i.test(told))
      demand(asWanted, `said to be done, and it is not: ${told}`)
    if (/changed nothing|nothing was changed|still locked|does not look changed/i.test(told))
      demand(written === 0, `said not to be done, and it is: ${told}`)
    let binds = ''
    if (one === 'reset') {
      const shown = staged.shown()
      const { upn } = staged.people.reset.account
      const tried = await bindAnswer(onPremises.controller, upn, shown ?? staged.password)
      binds = shown === undefined ? `, old: ${tried}` : `, shown: ${tried}`
      if (shown !== undefined) demand(tried === '773', `the password that was shown binds with ${tried}`)
      else if (tried !== 'ok')
        demand(
          /may have been changed|was changed|do not know|cannot see a change/i.test(told),
          `the old one ${tried}: ${told}`,
        )
    }
    const text = `${written} written, ${asWanted ? 'as wanted' : 'as before'}${binds}; ${states.join(' → ') || 'nothing begun'}; “${told.replaceAll(/\s+/g, ' ').slice(0, 110)}”`
    return { text, wrong }
  }

  async function auditFaults(): Promise<readonly string[]> {
    const faults: string[] = []
    const { rows, ended } = {
      rows: await company.database.selectFrom('audit').select('event').orderBy('seq').execute(),
      ended: await company.database.selectFrom('operations').select(['id', 'state']).execute(),
    }
    const events = rows.map(({ event }) => event as { kind: string; operationId?: string; outcome?: string })
    const of = (kind: string) => events.filter((event) => event.kind === kind)
    const intents = of('intent').map(({ operationId }) => operationId)
    if (new Set(intents).size !== intents.length) faults.push('an intent stands twice in the audit')
    for (const { id, state } of ended) {
      const outcomes = of('outcome').filter(({ operationId }) => operationId === id)
      if (outcomes.length !== 1) faults.push(`${id} has ${outcomes.length} outcomes`)
      if (outcomes[0]?.outcome !== state) faults.push(`${id} is ${state}, and ${outcomes[0]?.outcome} in the audit`)
    }
    for (const id of intents) if (!ended.some((row) => row.id === id)) faults.push(`${id} is not there`)
    const { fault } = await verifyDatabase(company.database)
    if (fault !== undefined) faults.push(`the chain is broken: ${JSON.stringify(fault)}`)
    return faults
  }

  it('and nothing is done late', async () => {
    const all = async () => {
      const accounts = [...onPremises.people.values()].map(({ dn }) => accountRecord(onPremises.controller, dn))
      return JSON.stringify([await Promise.all(accounts), await groupRecord(onPremises.controller, work.group)])
    }
    const stood = await all()
    await pause(quiet)
    assert.equal(await all(), stood)
  })
})
