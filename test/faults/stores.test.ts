import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from '../../bot/store/free-port.ts'
import { type BotProcess, startBot } from '../../infra/practice/bot-process.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager, numberIn } from '../support/enrol.ts'
import { type FallibleServer, startFallibleServer } from '../support/fallible-postgres.ts'
import type { Phone } from '../support/phone.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import type { Talker } from '../support/talker.ts'

const button = 'Show my temporary password'
const passwordShape = /^[A-Z][A-Za-z0-9-]{13,}$/m

/** Asks until it gets what it hopes for; readiness is asked anew every few seconds only. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 450; turn++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`asked in vain: ${what}`)
}

async function ready(bot: BotProcess): Promise<{ status: number; detail: Record<string, unknown> }> {
  const answer = await fetch(`${bot.url}/readyz`)
  return { status: answer.status, detail: (await answer.json()) as Record<string, unknown> }
}

/** Proves with the authenticator who somebody is, up to the button that shows the password. */
async function proveByCode(company: TestCompany, talker: Talker, phone: Phone): Promise<void> {
  await talker.say('cancel')
  company.company.clock.advance(25 * 3_600_000)
  await talker.say('I forgot my password')
  await talker.sees('make sure that it is you')
  await talker.press('A code from my authenticator app')
  await talker.sees('Enter the code')
  await talker.press('Check the code', { code: phone.code() })
  await talker.sees('I know it is you')
}

describe('when PostgreSQL goes away', function () {
  this.timeout(180_000)
  let server: FallibleServer
  let company: TestCompany
  let ada: Talker
  let phone: Phone

  before(async () => {
    server = await startFallibleServer()
    const shared = process.env.HELPBOT_TEST_POSTGRES
    process.env.HELPBOT_TEST_POSTGRES = server.url
    try {
      company = await startTestCompany()
    } finally {
      if (shared === undefined) delete process.env.HELPBOT_TEST_POSTGRES
      else process.env.HELPBOT_TEST_POSTGRES = shared
    }
    ada = company.person('ada')
    phone = await enrolWithManager(company, ada, company.person('maya'))
  })
  after(async () => {
    await company.close()
    await server.close()
  })

  it('says at once that nothing was changed, stays alive, and works again without a restart', async () => {
    await proveByCode(company, ada, phone)
    assert.equal((await ready(company.bot())).status, 200)
    const { pid } = company.bot()
    const before = company.company.tenant.control.user(ada.id).passwordChangedAt
    await server.stop()

    await ada.say('any news on my request?')
    const { text } = await ada.sees('cannot reach my memory')
    assert.match(text, /changed nothing/)
    assert.match(text, /try again/)

    const window = await ada.open(button)
    assert.match(window.text, /cannot reach my memory/)
    assert.doesNotMatch(window.text, passwordShape)
    assert.equal(company.company.tenant.control.user(ada.id).passwordChangedAt, before, 'no audit, no action')

    const unready = await until('readiness names the database', async () => {
      const answer = await ready(company.bot())
      return answer.status === 503 ? answer : undefined
    })
    assert.equal(unready.detail.ready, false)
    assert.equal(unready.detail.database, 'failing')
    assert.equal(unready.detail.directory, 'ok', 'and only the database')
    const alive = await fetch(`${company.bot().url}/healthz`)
    assert.deepEqual([alive.status, await alive.json()], [200, { alive: true }])

    await server.comeBack()
    await until('ready again', async () => ((await ready(company.bot())).status === 200 ? true : undefined))
    assert.equal(company.bot().pid, pid)
    // The conversation stands where it stood.
    const shown = await until('a password is shown', async () => {
      const again = await ada.open(button)
      const found = again.text.match(passwordShape)?.[0]
      if (found === undefined) assert.match(again.text, /again/, 'a window without a password says what comes next')
      return found
    })
    assert.equal(await company.signIn('ada', shown), 'must-change')
    await ada.hasSeen('Your password was reset')
    assert.ok(!company.log.join('\n').includes('"level":60'), 'nothing fatal was logged')
  })

  it('goes away in the middle of a reset: no change without an intent, and never two answers', async () => {
    await proveByCode(company, ada, phone)
    const { control } = company.company.tenant
    const before = control.user(ada.id).passwordChangedAt
    // Held still at the write to Graph, the bot has its intent in the audit and then loses its memory.
    const { id } = control.faults.set({ class: 'password', kind: 'slow', delayMs: 3_000 })
    const opening = ada.open(button)
    await until('Graph is asked', async () =>
      control.faults.list().some((fault) => fault.id === id) ? undefined : true,
    )
    await server.stop()
    const window = await opening.finally(() => server.comeBack())
    assert.doesNotMatch(window.text, passwordShape, 'what could not be written down is not shown')
    assert.doesNotMatch(window.text, /nothing was changed|changed nothing/i, 'it may well have been changed')
    assert.match(window.text, /again|IT/)
    await until('ready again', async () => ((await ready(company.bot())).status === 200 ? true : undefined))
    const shown = await until(
      'a password is shown',
      async () => (await ada.open(button)).text.match(passwordShape)?.[0],
    )
    assert.equal(await company.signIn('ada', shown), 'must-change', 'the password that is shown is the one that works')
    assert.notEqual(control.user(ada.id).passwordChangedAt, before)
    await until('every intent has its outcome', async () => {
      const rows = await company.database.selectFrom('audit').select('event').execute()
      const of = (kind: string) =>
        rows
          .map((row) => row.event as { kind?: string; operationId?: string })
          .filter((event) => event.kind === kind)
          .map((event) => event.operationId)
      const outcomes = of('outcome')
      return of('intent').every((one) => outcomes.includes(one)) && new Set(outcomes).size === outcomes.length
        ? true
        : undefined
    })
  })
})

describe('with Redis', function () {
  this.timeout(180_000)
  let redis: TestRedis
  let company: TestCompany

  before(async () => {
    redis = await startTestRedis()
    company = await startTestCompany({ REDIS_URL: redis.url })
  })
  after(async () => {
    await company.close()
    await redis.close()
  })

  const allIsWell = async () => {
    const answer = await ready(company.bot())
    return answer.status === 200 && answer.detail.redis === undefined ? true : undefined
  }
  const missed = { status: 200, redis: 'failing; limits are held in PostgreSQL' }

  async function mustBeMissed(): Promise<void> {
    const answer = await until('readiness says that Redis is missed', async () => {
      const { status, detail } = await ready(company.bot())
      return detail.redis === undefined ? undefined : { status, redis: detail.redis }
    })
    assert.deepEqual(answer, missed)
  }

  it('that is killed: works on, says so at /readyz, and goes back to it without a restart', async () => {
    const ada = company.person('ada')
    const phone = await enrolWithManager(company, ada, company.person('maya'))
    const { pid } = company.bot()
    await redis.kill()
    await proveByCode(company, ada, phone)
    await mustBeMissed()
    const [shown = ''] = (await ada.open(button)).text.match(passwordShape) ?? []
    assert.equal(await company.signIn('ada', shown), 'must-change', 'a whole reset, with nothing but PostgreSQL')
    await ada.hasSeen('Your password was reset')
    await redis.restart()
    await until('ready as before', allIsWell)
    assert.equal(company.bot().pid, pid, 'without a restart')
    await ada.say('help')
    await ada.sees('What can I do for you?')
  })

  it('that hangs: the first to come waits a moment, and is answered', async () => {
    const sam = company.person('sam')
    redis.freeze()
    try {
      await sam.say('help')
      await sam.sees('What can I do for you?')
      await mustBeMissed()
    } finally {
      redis.thaw()
    }
    await until('ready as before', allIsWell)
  })

  it('that is gone, and comes back empty: no limit is any wider', async () => {
    const emre = company.person('operationsManager')
    const thanks = (times: number) => Promise.all(Array.from({ length: times }, () => emre.say('thanks')))
    const answered = () => emre.chat().filter(({ text }) => text.includes('Always glad to help')).length
    // Ten at once, as many as a person may have waiting, and ninety in all within a minute of real time.
    const round = async () => {
      for (let batch = 0; batch < 3; batch++) await thanks(10)
    }
    await round()
    const before = answered()
    assert.ok(before > 0, 'Redis counts')
    await redis.kill()
    await round()
    assert.ok(answered() > before, 'it works on')
    await redis.restart()
    await until('ready as before', allIsWell)
    await round()
    await emre.hasSeen('more than I can take at once')
    assert.ok(answered() <= 60, `${answered()} of 90 were answered`)
  })

  it('that is gone: codes are guessed and managers are asked no more often', async () => {
    const tomas = company.person('tomas')
    const phone = await enrolWithManager(company, tomas, company.person('financeManager'))
    await redis.kill()
    company.company.clock.advance(25 * 3_600_000)
    await tomas.say('I forgot my password')
    await tomas.sees('make sure that it is you')
    await tomas.press('A code from my authenticator app')
    await tomas.sees('Enter the code')
    const said: string[] = []
    for (let guess = 1; guess <= 5; guess++) said.push(await tomas.press('Check the code', { code: `11111${guess}` }))
    assert.match(said[3] ?? '', /1 try is left/)
    assert.doesNotMatch(said[4] ?? '', /left/)
    assert.doesNotMatch(await tomas.press('Check the code', { code: phone.code() }).catch(String), /the code is right/)
    const counted = await company.database
      .selectFrom('throttles')
      .select(['failures_in_row', 'locked_until'])
      .where('user_id', '=', tomas.id)
      .where('method', '=', 'totp')
      .executeTakeFirstOrThrow()
    assert.equal(counted.failures_in_row, 5)
    assert.ok(counted.locked_until !== null && counted.locked_until > company.now())

    const sam = company.person('sam')
    for (let time = 0; time < 5; time++) {
      await sam.say('I forgot my password')
      await sam.sees(time < 3 ? 'Ask your manager to confirm' : /./)
      await sam.say('cancel')
    }
    const asked = await company.database
      .selectFrom('confirmations')
      .select('id')
      .where('asker_id', '=', sam.id)
      .execute()
    assert.equal(asked.length, 3, 'as often in an hour as with Redis')
    await redis.restart()
    await until('ready as before', allIsWell)
  })
})

describe('two replicas on one database and one Redis', function () {
  this.timeout(180_000)
  let redis: TestRedis
  let company: TestCompany
  let other: BotProcess
  let both: Both
  let phone: Phone
  let ada: Talker

  before(async () => {
    redis = await startTestRedis()
    company = await startTestCompany({ REDIS_URL: redis.url, HELPBOT_REPLICA: 'helpbot-a' })
    const settings = {
      ...company.company.botEnvironment,
      DATABASE_URL: company.databaseUrl,
      REDIS_URL: redis.url,
      LOG_LEVEL: 'info',
      HELPBOT_REPLICA: 'helpbot-b',
      PORT: String(await freePort()),
    }
    // What this one logs is searched for secrets at the end as well.
    other = await startBot(settings, (line) => (company.log as string[]).push(line))
    both = await startBoth([company.bot().url, other.url])
    ada = company.person('ada')
    phone = await enrolWithManager(company, ada, company.person('maya'))
  })
  after(async () => {
    to('a')
    await other.stop('SIGTERM')
    both.close()
    await company.close()
    await redis.close()
  })

  /** From now on Teams sends everything to this replica, or to both at once. */
  function to(which: 'a' | 'b' | 'both'): void {
    const url = { a: company.bot().url, b: other.url, both: both.url }[which]
    company.company.teams.setBotUrl(`${url}/api/messages`)
  }

  const count = (talker: Talker, words: string) => talker.chat().filter(({ text }) => text.includes(words)).length

  function patches(talker: Talker): number {
    return company.company.tenant.control
      .requests()
      .filter(({ method, path }) => method === 'PATCH' && path.endsWith(`/users/${talker.id}`)).length
  }

  it('go on with one conversation, turn by turn', async () => {
    const before = patches(ada)
    company.company.clock.advance(25 * 3_600_000)
    to('a')
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    to('b')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    to('a')
    assert.match(await ada.press('Check the code', { code: '000000' }), /4 tries are left/)
    to('b')
    const code = phone.code()
    assert.match(await ada.press('Check the code', { code }), /the code is right/)
    await ada.sees('I know it is you')
    to('a')
    const window = await ada.open(button)
    const [shown = ''] = window.text.match(passwordShape) ?? []
    assert.equal(await company.signIn('ada', shown), 'must-change')
    to('b')
    await ada.sees('Sign in with the temporary password now')
    assert.equal(patches(ada) - before, 1)
  })

  it('open the window at one for a proof given at the other', async () => {
    to('a')
    await proveByCode(company, ada, phone)
    to('b')
    const window = await ada.open(button)
    const [shown = ''] = window.text.match(passwordShape) ?? []
    assert.equal(await company.signIn('ada', shown), 'must-change')
  })

  it('take a message that comes to both at the same moment once', async () => {
    const sam = company.person('sam')
    to('both')
    await sam.say('I forgot my password')
    await sam.sees('Ask your manager to confirm')
    assert.deepEqual(both.statuses.at(-1), [200, 200])
    to('a')
    await sam.say('cancel')
    await sam.sees('Cancelled')
    assert.equal(count(sam, 'Ask your manager to confirm'), 1)
    assert.equal(count(company.person('itManager'), sam.name), 1, 'the manager is asked once')
    const { dialogs, tickets } = await rowsOf(sam)
    assert.deepEqual([dialogs, tickets], [1, 1])
  })

  it('take small talk and "help" that come to both once as well', async () => {
    const zoe = company.person('zoe')
    to('both')
    await zoe.say('help')
    await zoe.sees('What can I do for you?')
    // Both have answered Teams, so whatever they had to say stands in the chat.
    assert.equal(count(zoe, 'What can I do for you?'), 1)
    await zoe.say('thank you')
    await zoe.sees('Always glad to help')
    assert.equal(count(zoe, 'Always glad to help'), 1)
  })

  it('take the same press at both once: one password is set, and whoever shows one shows that', async () => {
    to('a')
    await proveByCode(company, ada, phone)
    const before = patches(ada)
    to('both')
    const window = await ada.open(button)
    const shown = [...(both.bodies.at(-1) ?? []), window.text]
      .flatMap((body) => body.match(/[A-Z][a-z]+(-[A-Za-z0-9]+){4,}/g) ?? [])
      .filter((word) => /\d{3}/.test(word))
    for (const word of shown) company.used('password', word)
    assert.equal(patches(ada) - before, 1)
    assert.equal(new Set(shown).size, 1, 'one password')
    assert.equal(await company.signIn('ada', shown[0] ?? ''), 'must-change')
  })

  it('count a code once, although it comes to both at the same moment', async () => {
    to('a')
    await ada.say('cancel')
    company.company.clock.advance(25 * 3_600_000)
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    to('both')
    await ada.press('Check the code', { code: '111111' })
    to('a')
    // A second failure would leave three.
    assert.match(await ada.press('Check the code', { code: '222222' }), /3 tries are left/)
    await ada.say('cancel')
  })

  it('bring the manager’s answer at one to the dialog that was begun at the other', async () => {
    const tomas = company.person('tomas')
    const hugo = company.person('financeManager')
    to('a')
    await tomas.say('I forgot my password')
    const { text } = await tomas.sees('Ask your manager to confirm')
    await hugo.hasSeen('Is this really')
    to('b')
    assert.match(await hugo.press(numberIn(text)), /You confirmed/)
    await tomas.sees('I know it is you')
    assert.equal(count(tomas, 'I know it is you'), 1)
    to('a')
    const window = await tomas.open(button)
    assert.match(window.text, passwordShape)
  })

  it('take a manager who answers at both at once for one answer', async () => {
    const padre = company.person('hostile')
    const yuki = company.person('itManager')
    to('a')
    await padre.say('forgot my password')
    const { text } = await padre.sees('Ask your manager to confirm')
    await until('the manager is asked', async () =>
      yuki.chat().at(-1)?.buttons.includes(numberIn(text)) ? true : undefined,
    )
    to('both')
    await yuki.press(numberIn(text))
    await padre.sees('I know it is you')
    to('a')
    await padre.say('cancel')
    await padre.sees('Cancelled')
    assert.equal(count(padre, 'I know it is you'), 1)
    const rows = await company.database.selectFrom('audit').select('event').execute()
    const confirmed = rows.filter(({ event }) => {
      const { action, target } = event as { action?: string; target?: string }
      return action === 'confirm-person' && target === padre.id
    })
    assert.equal(confirmed.length, 1)
  })

  it('share the limit of how much one person may send', async () => {
    const emre = company.person('operationsManager')
    for (let batch = 0; batch < 8; batch++) {
      to(batch % 2 === 0 ? 'a' : 'b')
      // Each gets forty, which alone would be within the limit of sixty a minute.
      await Promise.all(Array.from({ length: 10 }, () => emre.say('thanks')))
    }
    await emre.hasSeen('more than I can take at once')
    const answered = count(emre, 'Always glad to help')
    assert.ok(answered <= 60, `${answered} of 80 were answered`)
  })

  it('see one of them killed: the other goes on with its conversations', async () => {
    to('b')
    await proveByCode(company, ada, phone)
    await other.stop('SIGKILL')
    to('a')
    const window = await ada.open(button)
    const [shown = ''] = window.text.match(passwordShape) ?? []
    assert.equal(await company.signIn('ada', shown), 'must-change')
  })

  async function rowsOf(talker: Talker): Promise<{ dialogs: number; tickets: number }> {
    const dialogs = await company.database.selectFrom('dialogs').select('id').where('user_id', '=', talker.id).execute()
    const tickets = await company.database.selectFrom('tickets').select('id').where('user_id', '=', talker.id).execute()
    return { dialogs: dialogs.length, tickets: tickets.length }
  }
})

/** Hands every request to two bots at the same moment and answers what the first of the two said. */
interface Both {
  readonly url: string
  /** What the two answered, request by request. */
  readonly statuses: number[][]
  readonly bodies: string[][]
  close(): void
}

async function startBoth(bots: readonly [string, string]): Promise<Both> {
  const statuses: number[][] = []
  const bodies: string[][] = []
  const hand = async (bot: string, url: string, headers: IncomingHttpHeaders, body: string) => {
    const answer = await fetch(`${bot}${url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: headers.authorization ?? '' },
      body,
    })
    return { status: answer.status, text: await answer.text() }
  }
  const server: Server = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      Promise.all(bots.map((bot) => hand(bot, request.url ?? '/', request.headers, body)))
        .then((answers) => {
          statuses.push(answers.map(({ status }) => status))
          bodies.push(answers.map(({ text }) => text))
          const [first] = answers
          response.writeHead(first?.status ?? 502, { 'content-type': 'application/json' }).end(first?.text)
        })
        .catch(() => response.writeHead(502).end())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    statuses,
    bodies,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
