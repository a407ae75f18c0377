import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { CardContent } from '../../bot/channels/chat.ts'
import { firstMemory, runDialog } from '../../bot/turns/run-dialog.ts'
import { unlockAccount } from '../../dialogs/unlock-account.ts'
import type { CastKey } from '../../infra/practice/company/cast.ts'
import { openHybridOffice } from '../bot/operations/hybrid-office.ts'

type Office = Awaited<ReturnType<typeof openHybridOffice>>

describe('"my account is locked"', () => {
  let office: Office
  before(async () => {
    office = await openHybridOffice()
  })
  afterEach(() => office.clear())
  after(() => office.close())

  /** What stands in the chat after the first turn: of somebody who has given a code in this dialog, or nothing. */
  async function says(
    key: CastKey,
    options: { readonly proved: boolean; readonly midway?: () => void; readonly interrupted?: () => void },
  ) {
    const id = randomUUID()
    if (options.proved) await office.prove(key, id)
    const desk = office.desk(key, id)
    // The engine answers the same to whoever asks again.
    const ended = options.interrupted && (await desk.unlockAccount('unlock'))
    options.interrupted?.()
    const real = desk.accountDoor
    const watched = {
      ...desk,
      ...(ended ? { unlockAccount: async () => ended } : {}),
      async accountDoor() {
        options.midway?.()
        return await real()
      },
    }
    // An earlier turn asked for the proof.
    const memory = { ...firstMemory({}), ...(ended ? { ticket: { number: 1 }, mastered: 'on-premises' } : {}) }
    const row = { id, correlationId: 'test', memory, asked: undefined, waitsFor: undefined }
    const run = await runDialog(unlockAccount, row, office.person(key), undefined, watched)
    const cards = run.posts.map(({ content }) => content as CardContent)
    const last = cards.at(-1)
    assert.ok(last)
    return { title: String(last.data.title), text: String(last.data.text), card: last, all: JSON.stringify(run) }
  }
  const proved = { proved: true }

  it('of Entra ID: nobody can end that wait, and a reset is offered', async () => {
    const { title, card } = await says('ada', { proved: false })
    assert.equal(title, 'Microsoft unlocks by itself')
    assert.deepEqual(card.data.ids, { dialog: 'reset-password' })
    assert.deepEqual(office.threads, [])
  })

  it('tells nothing of how the account stands to whoever has proved nothing', async () => {
    Object.assign(office.own, { locked: true, badPasswordCount: 7, passwordExpired: true })
    const { all } = await says('kwame', { proved: false })
    assert.doesNotMatch(all, /wrong password|expired|been locked since|not locked|"door"/)
    assert.deepEqual(office.own.writes, [])
  })

  it('nor does the desk, whoever asks it', async () => {
    office.own.locked = true
    assert.deepEqual(await office.desk('kwame').accountDoor(), { at: 'unproven' })
    const id = randomUUID()
    await office.prove('kwame', id)
    const door = await office.desk('kwame', id).accountDoor()
    assert.equal(door.at === 'active-directory' && door.locked, true)
  })

  it('is unlocked, and told what may have locked it', async () => {
    Object.assign(office.own, { locked: true, badPasswordCount: 5 })
    const { title, text, card } = await says('kwame', proved)
    assert.equal(title, 'You can sign in again')
    assert.match(text, /^Your account is unlocked\. It had been locked since .* UTC, after 5 wrong passwords\./)
    assert.match(text, /a phone with your mail, a mapped drive/)
    assert.deepEqual(card.data.ids, { dialog: 'reset-password' })
    assert.deepEqual([office.own.locked, office.own.writes], [false, ['unlock']])
  })

  it('that is not: the password has expired, which is something else', async () => {
    office.own.passwordExpired = true
    const { title, card } = await says('kwame', proved)
    assert.equal(title, 'You are not locked out: your password has expired')
    assert.deepEqual([card.data.ids, office.own.writes], [{ dialog: 'reset-password' }, []])
  })

  it('that is not: a new password must be chosen', async () => {
    Object.assign(office.own, { mustChange: true, passwordExpired: true })
    assert.equal((await says('kwame', proved)).title, 'You are not locked out: you must choose a new password')
  })

  it('that is not at all: says so, with the last wrong password where it was of late', async () => {
    const at = new Date(Date.now() - 600_000)
    office.own.lastBadPasswordAt = at
    const { title, text } = await says('kwame', proved)
    assert.equal(title, 'You are not locked out')
    assert.ok(text.includes(`tried at ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`), text)
    office.own.lastBadPasswordAt = new Date(Date.now() - 48 * 3_600_000)
    assert.doesNotMatch((await says('kwame', proved)).text, /wrong password was tried/)
  })

  it('of an account that is blocked or has expired: only IT, who hear of it', async () => {
    Object.assign(office.own, { locked: true, enabled: false })
    const blocked = await says('kwame', proved)
    assert.equal(blocked.title, 'Your account is blocked')
    assert.match(blocked.text, /only IT can\. IT has been told: incident \d+\./)
    Object.assign(office.own, { enabled: true, accountExpired: true })
    assert.equal((await says('kwame', proved)).title, 'Your account has expired')
    assert.deepEqual([office.own.locked, office.own.writes, office.threads.length], [true, [], 2])
  })

  it('where nobody can write: IT has it', async () => {
    for (const code of ['no-connector', 'switched-off', 'ambiguous', 'missing', 'not-allowed'] as const) {
      office.own.authority = { at: 'nowhere', code, detail: 'a test' }
      const { title, text } = await says('kwame', { proved: false })
      assert.equal(title, 'Your account lives in the company’s own directory')
      assert.match(text, /cannot unlock it from here yet\. IT has been told just now: incident/)
    }
    assert.equal(office.threads.length, 5)
  })

  it('where no agent answers: says so, and IT has it', async () => {
    office.own.away = true
    const { title, text } = await says('kwame', { proved: false })
    assert.equal(title, 'I cannot reach the company’s own directory')
    assert.match(text, /changed nothing\. IT has been told: incident \d+\. Please try again/)
  })

  it('where the agent goes away in between: the same', async () => {
    office.own.locked = true
    const { title } = await says('kwame', {
      proved: true,
      midway: () => {
        office.own.away = true
      },
    })
    assert.equal(title, 'I cannot reach the company’s own directory')
    assert.deepEqual([office.threads.length, office.own.writes], [1, []])
  })

  it('that was done by a turn that was interrupted: says what became of it, though no agent answers any more', async () => {
    office.own.locked = true
    const interrupted = () => {
      office.own.away = true
    }
    const { title, text } = await says('kwame', { proved: true, interrupted })
    assert.equal(title, 'You can sign in again')
    assert.match(text, /^Your account is unlocked\./)
    assert.deepEqual(office.own.writes, ['unlock'])
  })

  it('that may have been done a moment ago, and no agent answers whoever looks again: does not leave it at "nothing"', async () => {
    Object.assign(office.own, { locked: true, loses: { write: 'unlock', made: true }, leavesAfter: 'unlock' })
    await says('kwame', proved)
    office.own.away = true
    const { title, text } = await says('kwame', proved)
    assert.equal(title, 'I cannot reach the company’s own directory')
    assert.match(
      text,
      /changed nothing\. What you asked for just before may have been done all the same\. IT has been told/,
    )
  })

  it('does not end as done what was not seen', async () => {
    Object.assign(office.own, { locked: true, loses: { write: 'unlock', made: false } })
    const { title, text, card } = await says('kwame', proved)
    assert.deepEqual([title, card.data.button], ['Your account', 'Try again'])
    assert.match(text, /still locked/)
  })
})

describe('a reset while no agent answers', () => {
  it('says so, and IT has it', async () => {
    const office = await openHybridOffice()
    try {
      office.own.away = true
      const standing = await office.desk('kwame').standing('reset-password')
      assert.ok(standing.verdict === 'no' && standing.tellIt)
      assert.match(standing.sentence, /cannot reach the directory .* changed nothing\. Please try again/)
    } finally {
      await office.close()
    }
  })

  it('does not say that nothing was changed where an earlier press may have changed it', async () => {
    const office = await openHybridOffice()
    try {
      const id = randomUUID()
      await office.prove('kwame', id)
      const desk = office.desk('kwame', id)
      Object.assign(office.own, { loses: { write: 'set-password', made: true } })
      assert.equal((await desk.resetPassword('show')).state, 'unclear')
      Object.assign(office.own, { loses: undefined, away: true })
      const { state, sentence } = await desk.resetPassword('show')
      assert.equal(state, 'failed')
      assert.match(
        sentence,
        /changed nothing\..* But what you pressed before may have changed your password: the old one/,
      )
      assert.match((await office.desk('kwame').resetPassword('show')).sentence, /IT has been told\.$/)
    } finally {
      await office.close()
    }
  })
})
