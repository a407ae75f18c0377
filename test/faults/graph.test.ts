import assert from 'node:assert/strict'
import { practice } from '../../infra/practice/company.ts'
import { itChannelId } from '../../infra/practice/teams/teams.ts'
import type { FaultRequest } from '../../infra/practice/tenant/faults.ts'
import type { RequestRecord } from '../../infra/practice/tenant/state.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager, numberIn } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'
import { readCard, type Talker, type WindowSeen } from '../support/talker.ts'

const day = 24 * 3_600_000
const button = 'Show my temporary password'
const nothingChanged = /nothing was changed/

/** A line of the audit about a reset. */
interface Event {
  readonly kind: string
  readonly outcome?: string
  readonly operationId?: string
  readonly detail?: Readonly<Record<string, string>>
}

describe('a reset while Microsoft Graph is in trouble', function () {
  this.timeout(180_000)
  let company: TestCompany
  let ada: Talker
  let tomas: Talker
  let phone: Phone
  /** A password that works for Ada if nothing has changed. */
  let current: string
  /** Where the audit and the requests stood when the person had proved themselves. */
  let mark: { readonly seq: string; readonly at: string }

  before(async () => {
    company = await startTestCompany()
    ada = company.person('ada')
    tomas = company.person('tomas')
    phone = await enrolWithManager(company, ada, company.person('maya'))
    current = company.initialPassword('ada')
    await setMark()
  })
  after(() => company.close())

  afterEach(async () => {
    company.company.tenant.control.faults.clear()
    company.company.tenant.control.setReplicationDelay(0)
    await everyIntentHasOneOutcome()
  })

  async function setMark(): Promise<void> {
    const last = await company.database
      .selectFrom('audit')
      .select('seq')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    mark = { seq: last?.seq ?? '0', at: new Date().toISOString() }
  }

  /** Ada proves who she is, on the next day (three resets a day are allowed), and has not yet pressed the button. */
  async function adaProves(later = 25 * 3_600_000): Promise<void> {
    await ada.say('cancel')
    company.company.clock.advance(later)
    await ada.say('I forgot my password')
    await adaGivesCode()
    await ada.sees('I know it is you')
    await secondsApart(ada)
    await setMark()
  }

  /** The directory gives the time of a change in whole seconds: two within one cannot be told apart. */
  async function secondsApart(person: Talker): Promise<void> {
    const last = Date.parse(company.company.tenant.control.user(person.id).passwordChangedAt)
    while (Date.now() < last + 1_000) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  async function adaGivesCode(): Promise<void> {
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    await ada.press('Check the code', { code: phone.code() })
  }

  async function tomasProves(): Promise<void> {
    await tomas.say('cancel')
    company.company.clock.advance(25 * 3_600_000)
    await tomas.say('I forgot my password')
    const { text } = await tomas.sees('Ask your manager to confirm')
    const hugo = company.person('financeManager')
    // A new card, not one of the days before.
    await hugo.hasSeen(new RegExp(`Is this really ${tomas.name}`))
    await company.company.teams.client.waitFor(
      company.company.teams.client.open(hugo.id).conversationId,
      () => hugo.chat().at(-1)?.buttons.includes(numberIn(text)) || undefined,
      15_000,
    )
    assert.match(await hugo.press(numberIn(text)), /You confirmed/)
    await tomas.sees('I know it is you')
    await setMark()
  }

  function fault(request: FaultRequest): void {
    company.company.tenant.control.faults.set(request)
  }

  function requests(method: string, path: RegExp): RequestRecord[] {
    return company.company.tenant.control
      .requests()
      .filter((one) => one.at >= mark.at && one.method === method && path.test(one.path))
  }

  /** What became of every attempt to set Ada's password since she proved who she is: HTTP statuses, 0 for a cut one. */
  function patches(person = ada): number[] {
    return requests('PATCH', new RegExp(`/users/${person.id}$`)).map((one) => one.status)
  }

  function passwordIn(window: WindowSeen): string | undefined {
    return window.text.match(/^[A-Z][A-Za-z0-9-]{13,}$/m)?.[0]
  }

  async function showsWorkingPassword(window: WindowSeen): Promise<void> {
    const shown = passwordIn(window)
    assert.ok(shown, window.text)
    assert.equal(await company.signIn('ada', shown), 'must-change', 'the password that is shown works')
    current = shown
  }

  async function nothingHappened(before: string): Promise<void> {
    assert.equal(await company.signIn('ada', current), before, 'the old password is still the password')
  }

  /** Presses the button until a password is shown; every window without one must say what comes next. */
  async function pressUntilShown(): Promise<WindowSeen> {
    const said: string[] = []
    for (let turn = 0; turn < 30; turn++) {
      const window = await ada.open(button)
      if (passwordIn(window)) return window
      said.push(window.text)
      assert.match(window.text, /press the button again|try again/i, 'a window without a password says what comes next')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    throw new Error(`no password was shown, but:\n${said.join('\n')}`)
  }

  async function resets(): Promise<Event[]> {
    const rows = await company.database
      .selectFrom('audit')
      .select('event')
      .where('seq', '>', mark.seq)
      .orderBy('seq')
      .execute()
    return rows
      .map((row) => row.event as unknown as Event & { action: string })
      .filter((event) => event.action === 'reset-password')
  }

  async function kindsAndOutcomes(): Promise<string[]> {
    return (await resets()).map((event) => event.outcome ?? event.kind)
  }

  async function everyIntentHasOneOutcome(): Promise<void> {
    const running = await company.database
      .selectFrom('operations')
      .select('id')
      .where('state', '=', 'running')
      .execute()
    assert.deepEqual(running, [], 'no operation is left half-way')
    const rows = await company.database.selectFrom('audit').select('event').execute()
    const events = rows.map((row) => row.event as unknown as Event)
    const ids = (kind: string) => events.filter((event) => event.kind === kind).map((event) => event.operationId)
    const outcomes = ids('outcome')
    assert.equal(new Set(outcomes).size, outcomes.length, 'no operation has two outcomes')
    for (const id of ids('intent')) assert.ok(outcomes.includes(id), `operation ${id} has an outcome`)
  }

  function incidents(words: RegExp): number {
    const { messages } = company.company.teams.client.conversation(itChannelId)
    const texts = messages.map((message) => readCard((message.attachments[0]?.content ?? {}) as never).text)
    return texts.filter((text) => words.test(text)).length
  }

  /** Waits until IT has heard more of this than before. */
  async function itHears(words: RegExp, before: number): Promise<void> {
    await company.company.teams.client.waitFor(
      itChannelId,
      () => (incidents(words) > before ? true : undefined),
      15_000,
    )
  }

  async function requestTicket(person: Talker): Promise<{ state: string; notes: string }> {
    const ticket = await company.database
      .selectFrom('tickets')
      .selectAll()
      .where('user_id', '=', person.id)
      .where('kind', '=', 'request')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const notes = await company.database
      .selectFrom('ticket_notes')
      .select('text')
      .where('ticket_id', '=', ticket.id)
      .orderBy('id')
      .execute()
    return { state: ticket.state, notes: notes.map(({ text }) => text).join('\n') }
  }

  /** Two requests of which the first was turned away with "come back in two seconds". */
  function waitedTwoSeconds([first, second]: readonly RequestRecord[]): void {
    assert.ok(first && second, 'it was asked again')
    assert.equal(first.status, 429)
    const waited = Date.parse(second.at) - Date.parse(first.at)
    assert.ok(waited >= 1_990, `asked again after ${waited} ms, although Graph had said 2 s`)
  }

  describe('that is busy (429)', () => {
    it('waits as long as Retry-After says before a read', async () => {
      await adaProves()
      fault({ class: 'roles', kind: '429', retryAfterSeconds: 2 })
      await showsWorkingPassword(await pressUntilShown())
      const turnedAway = requests('GET', /roleManagement/).find((one) => one.status === 429)
      waitedTwoSeconds(requests('GET', /roleManagement/).filter((one) => one.path === turnedAway?.path))
      assert.deepEqual(patches(), [204])
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'done'])
    })

    it('waits as long as Retry-After says before the write', async () => {
      await adaProves()
      fault({ class: 'password', kind: '429', retryAfterSeconds: 2 })
      await showsWorkingPassword(await pressUntilShown())
      assert.deepEqual(patches(), [429, 204])
      waitedTwoSeconds(requests('PATCH', new RegExp(ada.id)))
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'done'])
    })

    it('says so when it would take too long, and the next press works', async () => {
      await adaProves()
      const before = await company.signIn('ada', current)
      fault({ class: 'password', kind: '429', retryAfterSeconds: 3_600 })
      const window = await ada.open(button)
      assert.equal(passwordIn(window), undefined)
      assert.match(window.text, /very busy/)
      assert.match(window.text, nothingChanged)
      assert.match(window.text, /try again/)
      await nothingHappened(before)
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'failed'])
      await showsWorkingPassword(await ada.open(button))
      assert.deepEqual(patches(), [429, 204])
    })
  })

  describe('at the very write', () => {
    for (const [kind, name] of [
      ['503', 'answers 503'],
      ['500', 'answers 500'],
      ['cut', 'cuts the connection before the change'],
    ] as const)
      it(`${name}: never sends it again by itself, shows no password, and the next press works`, async () => {
        await adaProves()
        const before = await company.signIn('ada', current)
        fault({ class: 'password', kind })
        const window = await ada.open(button)
        assert.equal(passwordIn(window), undefined, window.text)
        assert.match(window.text, /no answer|not certain|may have been changed/)
        assert.match(window.text, /press the button again/i)
        assert.equal(patches().length, 1, 'a write whose fate is unknown is not sent again')
        await nothingHappened(before)
        assert.deepEqual(await kindsAndOutcomes(), ['intent', 'unclear'])
        await showsWorkingPassword(await ada.open(button))
        assert.equal(patches().length, 2)
      })

    it('cuts the connection after the change: reads back, and shows the password that works', async () => {
      await adaProves()
      fault({ class: 'password', kind: 'cut-after' })
      const window = await pressUntilShown()
      await showsWorkingPassword(window)
      assert.match(window.text, /Your password is changed/)
      assert.deepEqual(patches(), [0])
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'done'])
    })

    for (const kind of ['garbage', 'half'] as const)
      it(`changes it and answers ${kind}: takes the status for the answer, and reads back`, async () => {
        await adaProves()
        fault({ class: 'password', kind })
        await showsWorkingPassword(await pressUntilShown())
        assert.equal(patches().length, 1)
        assert.deepEqual(await kindsAndOutcomes(), ['intent', 'done'])
      })

    it('takes longer than a call may: says that it is slow, then how it ended, and the next press works', async () => {
      await adaProves()
      const before = await company.signIn('ada', current)
      fault({ class: 'password', kind: 'slow', delayMs: 25_000 })
      const first = await ada.open(button)
      assert.equal(passwordIn(first), undefined)
      assert.match(first.text, /longer than usual/)
      assert.match(first.text, /again/)
      await nothingHappened(before)
      await showsWorkingPassword(await pressUntilShown())
      const outcomes = (await resets()).filter((event) => event.kind === 'outcome').map((event) => event.outcome)
      assert.deepEqual(outcomes, ['unclear', 'done'])
      // The one that waited its turn is thrown away when its time has come: nobody waits for it any more.
      for (let turn = 0; patches().length < 2 && turn < 300; turn++)
        await new Promise((resolve) => setTimeout(resolve, 100))
      assert.deepEqual(patches().sort(), [0, 204])
    })
  })

  describe('before the write', () => {
    for (const kind of ['500', '503', 'cut', 'garbage', 'half'] as const)
      it(`answers ${kind} to whether the account is privileged: changes nothing, says so, and the next press works`, async () => {
        await adaProves()
        const before = await company.signIn('ada', current)
        fault({ class: 'roles', kind, times: 'always' })
        const window = await ada.open(button)
        assert.equal(passwordIn(window), undefined)
        assert.match(window.text, /cannot reach the directory/)
        assert.match(window.text, nothingChanged)
        assert.match(window.text, /try again/)
        assert.deepEqual(patches(), [], 'unknown is never "not privileged"')
        await nothingHappened(before)
        const [only, ...others] = await resets()
        assert.deepEqual([only?.kind, only?.outcome, others.length], ['outcome', 'failed', 0])
        company.company.tenant.control.faults.clear()
        await showsWorkingPassword(await ada.open(button))
      })
  })

  describe('after the write', () => {
    it('gives no answer to the look whether it worked: does not claim it, and shows the password', async () => {
      await adaProves()
      const stop = company.company.tenant.control.onChange((change) => {
        if (change.kind !== 'password') return
        fault({ class: 'users.read', kind: '503', times: 'always' })
        stop()
      })
      const window = await pressUntilShown()
      await showsWorkingPassword(window)
      assert.match(window.text, /cannot see it there yet|could not check/i)
      assert.deepEqual(patches(), [204])
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'unclear'])
    })

    it('does not end the sessions: the person and IT are told', async () => {
      await adaProves()
      const known = incidents(/Sessions could not be ended/)
      fault({ class: 'sessions', kind: '503', times: 'always' })
      const window = await pressUntilShown()
      await showsWorkingPassword(window)
      const { text } = await ada.sees('Sign in with the temporary password now')
      assert.match(text, /sessions could not be ended/)
      await itHears(/Sessions could not be ended/, known)
      const [, outcome] = await resets()
      assert.equal(outcome?.detail?.['sessions-ended'], 'no')
    })

    it('shows the change two seconds late: waits for it', async () => {
      await adaProves()
      company.company.tenant.control.setReplicationDelay(2_000)
      const window = await pressUntilShown()
      await showsWorkingPassword(window)
      assert.match(window.text, /Your password is changed/)
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'done'])
    })
  })

  describe('that lacks a permission', () => {
    const permission = 'User-PasswordProfile.ReadWrite.All'
    afterEach(() => company.company.tenant.control.setPermission(practice.appId, permission, true))

    it('says that IT must put it right, and leaves the ticket open with a note', async () => {
      await adaProves()
      const before = await company.signIn('ada', current)
      company.company.tenant.control.setPermission(practice.appId, permission, false)
      const window = await ada.open(button)
      assert.equal(passwordIn(window), undefined)
      assert.match(window.text, /did not let me/)
      assert.match(window.text, nothingChanged)
      assert.match(window.text, /\bIT\b/)
      assert.deepEqual(patches(), [403])
      await nothingHappened(before)
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'failed'])
      const { state, notes } = await requestTicket(ada)
      assert.equal(state, 'open')
      assert.match(notes, /a password reset: failed/)
      const [, outcome] = await resets()
      assert.match(outcome?.detail?.['set-password-error'] ?? '', /403 Authorization_RequestDenied/)
    })
  })

  describe('where somebody changes between the proof and the press', () => {
    const refused = /Refused: a password reset/

    it('to an administrator: refuses live, gives nothing away, tells IT', async () => {
      const { control } = company.company.tenant
      await adaProves()
      const before = await company.signIn('ada', current)
      const known = incidents(refused)
      control.assignRole(ada.id, 'Helpdesk Administrator')
      try {
        const window = await ada.open(button)
        assert.equal(passwordIn(window), undefined)
        assert.match(window.text, /only be changed by IT/)
        assert.doesNotMatch(window.text, /administrator|role|privileged/i)
        await itHears(refused, known)
        assert.deepEqual(patches(), [])
        await nothingHappened(before)
        assert.deepEqual(await kindsAndOutcomes(), ['refused'])
      } finally {
        control.removeRole(ada.id, 'Helpdesk Administrator')
      }
    })

    it('to somebody who may become an administrator (PIM): refuses as well', async () => {
      const { control } = company.company.tenant
      await adaProves()
      control.assignRole(ada.id, 'Global Administrator', 'eligible')
      try {
        const window = await ada.open(button)
        assert.match(window.text, /only be changed by IT/)
        assert.deepEqual(patches(), [])
      } finally {
        control.removeRole(ada.id, 'Global Administrator')
      }
    })

    it('to somebody who is blocked: refuses live, tells IT', async () => {
      const { control } = company.company.tenant
      await adaProves()
      const known = incidents(refused)
      control.editUser(ada.id, { accountEnabled: false })
      try {
        const window = await ada.open(button)
        assert.equal(passwordIn(window), undefined)
        assert.match(window.text, /blocked/)
        await itHears(refused, known)
        assert.deepEqual(patches(), [])
        assert.deepEqual(await kindsAndOutcomes(), ['refused'])
      } finally {
        control.editUser(ada.id, { accountEnabled: true })
      }
    })

    it('to the report of another manager than the one who confirmed: refuses live', async () => {
      const { control } = company.company.tenant
      await tomasProves()
      const { managerId } = control.user(tomas.id)
      control.editUser(tomas.id, { managerId: company.person('maya').id })
      try {
        const window = await tomas.open(button)
        assert.equal(passwordIn(window), undefined, 'whoever confirmed does not speak for this person any more')
        assert.deepEqual(patches(tomas), [])
      } finally {
        control.editUser(tomas.id, { managerId })
        await tomas.say('cancel')
      }
    })
  })

  describe('where time goes by', () => {
    it('refuses the fourth reset of a day, before asking for any proof', async () => {
      await adaProves()
      await showsWorkingPassword(await pressUntilShown())
      for (let again = 2; again <= 3; again++) {
        await adaProves(60_000)
        await showsWorkingPassword(await pressUntilShown())
      }
      company.company.clock.advance(60_000)
      await ada.say('I forgot my password')
      const { text } = await ada.sees('I cannot do that')
      assert.match(text, /limit for today/)
      assert.match(text, /tomorrow|IT/)
    })

    it('asks anew when the proof is older than ten minutes', async () => {
      await adaProves()
      company.company.clock.advance(11 * 60_000)
      const window = await ada.open(button)
      assert.equal(passwordIn(window), undefined, window.text)
      assert.deepEqual(patches(), [])
      assert.doesNotMatch(window.text, /is over already/, 'the conversation goes on')
      await adaGivesCode()
      await ada.sees('I know it is you')
      await showsWorkingPassword(await pressUntilShown())
    })
  })

  describe('where managers change', () => {
    it('does not ask a manager of less than 14 days, and asks them then', async () => {
      const { control } = company.company.tenant
      const maya = company.person('maya')
      control.editUser(tomas.id, { managerId: maya.id })
      await tomas.say('cancel')
      company.company.clock.advance(2 * 60_000)
      await tomas.say('I forgot my password')
      await tomas.sees('changed too recently')
      await tomas.sees('go to IT in person')
      company.company.clock.advance(13 * day)
      await tomas.say('I forgot my password')
      await tomas.sees('changed too recently')
      company.company.clock.advance(day + 60_000)
      await tomas.say('I forgot my password')
      const { text } = await tomas.sees('Ask your manager to confirm')
      await maya.hasSeen(`Is this really ${tomas.name}`)
      await maya.press(numberIn(text))
      await tomas.sees('I know it is you')
      await tomas.say('cancel')
    })

    it('notices a new manager at the daily look, without being asked', async () => {
      const { control } = company.company.tenant
      const nia = company.person('legalManager')
      const q = company.person('q')
      control.editUser(q.id, { managerId: nia.id })
      company.company.clock.advance(25 * 3_600_000)
      const seen = async () => {
        const row = await company.database
          .selectFrom('managers_seen')
          .select(['manager_id', 'since'])
          .where('user_id', '=', q.id)
          .executeTakeFirstOrThrow()
        return row.manager_id === nia.id && row.since !== null
      }
      // It looks once a minute whether a day has gone by.
      for (let turn = 0; !(await seen()); turn++) {
        assert.ok(turn < 240, 'the daily look has not noticed it within two minutes')
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
      company.company.clock.advance(14 * day)
      await q.say('I forgot my password')
      const { text } = await q.sees('Ask your manager to confirm')
      await nia.hasSeen(`Is this really ${q.name}?`)
      assert.match(await nia.press(numberIn(text)), /You confirmed/)
      await q.sees('I know it is you')
    })
  })

  // The last one: for a minute, reads see Ada as she was.
  describe('that is a minute behind itself', () => {
    it('accepts the change and does not show it for a minute: says so, and the password works', async () => {
      await adaProves()
      company.company.tenant.control.setReplicationDelay(60_000)
      const window = await pressUntilShown()
      await showsWorkingPassword(window)
      assert.match(window.text, /accepted the new password/)
      assert.match(window.text, /cannot see it there yet/)
      assert.match(window.text, /few minutes/)
      assert.deepEqual(patches(), [204])
      assert.deepEqual(await kindsAndOutcomes(), ['intent', 'unclear'])
      const { state, notes } = await requestTicket(ada)
      assert.equal(state, 'open', 'somebody looks after what is not certain')
      assert.match(notes, /unclear/)
    })
  })
})
