import assert from 'node:assert/strict'
import { days } from '../../identity/people.ts'
import { type ApproverOffice, bothOwners, openApproverOffice, owners } from './approver-office.ts'

describe('the windows of an approver’s card', () => {
  let office: ApproverOffice
  beforeEach(async () => {
    office = await openApproverOffice()
  })
  afterEach(() => office.close())

  async function highRisk() {
    const id = await office.request({ risk: 'high' })
    return { id, card: await office.cardOf(id, office.hugo) }
  }

  it('Deny: needs a reason, which the requester reads', async () => {
    const { hugo, ada } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    const opened = await office.open(hugo, card, 'deny')
    assert.equal(opened.reply.kind, 'window')
    for (const text of [undefined, '', ' \n ', '...']) {
      const sent = await office.submit(hugo, card, { window: 'deny', ...(text === undefined ? {} : { text }) })
      assert.equal(sent.reply.kind, 'window')
      assert.match(sent.says, /Please write a reason/)
    }
    const long = await office.submit(hugo, card, { window: 'deny', text: 'no '.repeat(400) })
    assert.match(long.says, /at most 1000 characters/)
    const secret = await office.submit(hugo, card, { window: 'deny', text: 'my password is Hunter2!x' })
    assert.match(secret.says, /looks like a password/)
    assert.equal((await office.now(id)).state, 'open')
    const denied = await office.submit(hugo, card, { window: 'deny', text: 'Ask <b>Finance</b> first' })
    assert.deepEqual(denied.reply, { kind: 'close-window', text: 'You denied it.' })
    assert.equal((await office.now(id)).state, 'denied')
    assert.match(await office.told(ada), /Ask <b>Finance<\/b> first/)
  })

  it('Ask a question: the same twice is asked once', async () => {
    const { hugo, ada } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    assert.equal((await office.open(hugo, card, 'question')).reply.kind, 'window')
    assert.match((await office.submit(hugo, card, { window: 'question', text: '?' })).says, /Please write a question/)
    const put = await office.submit(hugo, card, { window: 'question', text: 'What for?' })
    assert.match(put.says, /I asked Ada Lindqvist/)
    const again = await office.submit(hugo, card, { window: 'question', text: 'What for?' })
    assert.match(again.says, /asked that already/)
    assert.equal((await office.now(id)).questions.length, 1)
    assert.match(await office.told(ada), /What for\?/)
  })

  it('Shorten: offers what is shorter, and approves for that', async () => {
    const { hugo, ada } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    const { says } = await office.open(hugo, card, 'shorten')
    for (const offered of ['1 day', '3 days', '7 days', '14 days']) assert.ok(says.includes(`"${offered}"`), offered)
    assert.ok(!says.includes('"30 days"') && !says.includes('"90 days"'))
    const none = await office.submit(hugo, card, { window: 'shorten' })
    assert.match(none.says, /Please choose for how long/)
    for (const lasts of [String(60 * days), '-1', 'constructor', '7.5'])
      assert.match((await office.submit(hugo, card, { window: 'shorten', lasts })).says, /Please choose for how long/)
    const undated = await office.submit(hugo, card, { window: 'shorten', lasts: 'date', until: '30 April' })
    assert.match(undated.says, /Please choose the last day/)
    const past = await office.submit(hugo, card, { window: 'shorten', lasts: 'date', until: '2026-01-01' })
    assert.match(past.says, /over before it begins/)
    const later = await office.submit(hugo, card, { window: 'shorten', lasts: 'date', until: '2026-12-31' })
    assert.match(later.says, /not shorter than what was asked for: 30 days/)
    assert.equal((await office.now(id)).state, 'open')
    const shorter = await office.submit(hugo, card, { window: 'shorten', lasts: String(7 * days) })
    assert.match(shorter.says, /7 days from approval \(was 30 days\)/)
    const { state, terms } = await office.now(id)
    assert.equal(state, 'approved')
    assert.deepEqual(terms.lasts, { for: 7 * days })
    assert.match(await office.told(ada), /7 days from approval \(was 30 days\)/)
  })

  it('Shorten: whoever is still asked sees the new time, and an old window does not approve it', async () => {
    const { hugo, meera } = office
    const id = await office.request({}, [bothOwners])
    const card = await office.cardOf(id, meera)
    const before = (await office.content(card)).data.ids as { hash: string }
    await office.submit(hugo, await office.cardOf(id, hugo), { window: 'shorten', lasts: String(3 * days) })
    assert.match(JSON.stringify(await office.content(card)), /3 days from approval \(was 30 days\)/)
    assert.match((await office.press(meera, card, 'access-approve', { hash: before.hash })).says, /has changed/)
    assert.equal((await office.now(id)).state, 'open')
    await office.press(meera, card, 'access-approve')
    assert.equal((await office.now(id)).state, 'approved')
  })

  it('Approve with a code: keeps what was proved', async () => {
    const { hugo } = office
    const { id, card } = await highRisk()
    const without = await office.open(hugo, card, 'approve')
    assert.match(without.says, /have not set one up.*set up my authenticator/)
    const code = await office.authenticator(hugo)
    const opened = await office.open(hugo, card, 'approve')
    assert.equal(opened.reply.kind, 'window')
    assert.match(opened.says, /"needsCode":true/)
    assert.match((await office.press(hugo, card, 'access-approve')).says, /code of your authenticator/)
    assert.equal((await office.submit(hugo, card, { window: 'approve' })).reply.kind, 'window')
    const typed = code()
    const approved = await office.submit(hugo, card, { window: 'approve', code: typed })
    assert.match(approved.says, /You approved it/)
    const [ask] = (await office.now(id)).asks
    assert.deepEqual(ask?.proof, { method: 'totp', at: office.clock.now().toISOString() })
    assert.equal((await office.now(id)).state, 'approved')
    const [event] = await office.audited('verify-totp')
    assert.equal(event?.outcome, 'done')
    assert.ok(!JSON.stringify(await office.audited('verify-totp')).includes(typed))
  })

  it('Approve with a code: a code is good once', async () => {
    const { hugo } = office
    const code = await office.authenticator(hugo)
    const first = await highRisk()
    const typed = code()
    await office.submit(hugo, first.card, { window: 'approve', code: typed })
    const second = await highRisk()
    const reused = await office.submit(hugo, second.card, { window: 'approve', code: typed })
    assert.equal(reused.reply.kind, 'window')
    assert.match(reused.says, /has been used/)
    assert.equal((await office.now(second.id)).state, 'open')
  })

  it('Approve with a code: three wrong ones are told to IT, five lock it', async () => {
    const { hugo } = office
    const code = await office.authenticator(hugo)
    const { id, card } = await highRisk()
    const wrong = () => String((Number(code()) + 1) % 1_000_000).padStart(6, '0')
    for (const left of [4, 3, 2]) {
      const sent = await office.submit(hugo, card, { window: 'approve', code: wrong() })
      assert.equal(sent.reply.kind, 'window')
      assert.match(sent.says, new RegExp(`${left} tries are left`))
    }
    assert.deepEqual(
      office.toldIt.map(({ reason, person }) => [reason, person.id]),
      [['verification-failed', hugo.id]],
    )
    await office.submit(hugo, card, { window: 'approve', code: wrong() })
    const locked = await office.submit(hugo, card, { window: 'approve', code: wrong() })
    assert.equal(locked.reply.kind, 'note')
    assert.match(locked.says, /too many wrong tries.*open again in 15 minutes/)
    const right = await office.submit(hugo, card, { window: 'approve', code: code() })
    assert.match(right.says, /locked/)
    assert.equal((await office.now(id)).state, 'open')
    assert.equal((await office.audited('verify-totp')).length, 5)
  })

  it('Approve with a code: a factor that is too new does not count', async () => {
    const { hugo } = office
    const code = await office.authenticator(hugo, 3 * days)
    const { id, card } = await highRisk()
    assert.match((await office.open(hugo, card, 'approve')).says, /too new to count/)
    assert.match((await office.submit(hugo, card, { window: 'approve', code: code() })).says, /too new to count/)
    assert.equal((await office.now(id)).state, 'open')
  })

  it('asks for a code in a chat that counts for less, whatever the risk', async () => {
    const { hugo } = office
    const code = await office.authenticator(hugo)
    const id = await office.request({}, [owners], 'slack')
    const card = await office.cardOf(id, hugo)
    const bare = await office.submit(hugo, card, { window: 'shorten', lasts: String(7 * days) }, 'slack')
    assert.match(bare.says, /Please type the six digits/)
    // What stands in Slack is not pressed from elsewhere.
    assert.match((await office.submit(hugo, card, { window: 'approve' }, 'teams')).says, /not meant for you/)
    assert.equal((await office.now(id)).state, 'open')
    await office.submit(hugo, card, { window: 'shorten', lasts: String(7 * days), code: code() }, 'slack')
    assert.equal((await office.now(id)).state, 'approved')
  })

  it('Delegate: finds people by name, and asks whoever is chosen', async () => {
    const { hugo, zoe, ada, users } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    assert.equal((await office.open(hugo, card, 'delegate')).reply.kind, 'window')
    assert.match((await office.submit(hugo, card, { window: 'delegate', name: ' ' })).says, /Please write a name/)
    assert.match((await office.submit(hugo, card, { window: 'delegate', name: 'Nobody' })).says, /I found nobody/)
    assert.match((await office.submit(hugo, card, { window: 'delegate', name: 'Ada' })).says, /I found nobody/)
    const found = await office.submit(hugo, card, { window: 'delegate', name: 'Zoë' })
    assert.match(found.says, /Zoë Adler, Accountant, Finance/)
    const forged = await office.submit(hugo, card, { window: 'delegate', to: 'me' })
    assert.match(forged.says, /Please choose one/)
    const concerned = await office.submit(hugo, card, { window: 'delegate', to: ada.id })
    assert.equal(concerned.reply.kind, 'window')
    const user = users.get(zoe.id)
    assert.ok(user)
    users.set(zoe.id, { ...user, accountEnabled: false })
    assert.equal((await office.submit(hugo, card, { window: 'delegate', to: zoe.id })).reply.kind, 'window')
    assert.equal((await office.now(id)).asks.length, 2)
    users.set(zoe.id, user)
    const passed = await office.submit(hugo, card, { window: 'delegate', to: zoe.id })
    assert.match(passed.says, /I asked Zoë Adler instead of you/)
    assert.match((await office.content(card)).closed ?? '', /passed it on to Zoë Adler/)
    const theirs = await office.cardOf(id, zoe)
    await office.bring([theirs])
    await office.press(zoe, theirs, 'access-approve')
    assert.equal((await office.now(id)).state, 'approved')
  })

  it('Delegate: needs a code where a yes needs one', async () => {
    const { hugo, zoe } = office
    const code = await office.authenticator(hugo)
    const { id, card } = await highRisk()
    const bare = await office.submit(hugo, card, { window: 'delegate', to: zoe.id })
    assert.equal(bare.reply.kind, 'window')
    assert.match(bare.says, /Please type the six digits/)
    assert.equal((await office.now(id)).asks.length, 2)
    await office.submit(hugo, card, { window: 'delegate', to: zoe.id, code: code() })
    assert.equal((await office.now(id)).asks.length, 3)
  })

  it('shows hostile names and reasons as they are, on no button and in no markup', async () => {
    const { hugo } = office
    const reason = '[click](https://evil.example) <!channel> ${ids.hash} {{DATE(2026-01-01T00:00:00Z)}}'
    const id = await office.request({ reason, requester: { id: office.ada.id, name: '*Ada* <@U1>' } })
    const { data } = await office.content(await office.cardOf(id, hugo))
    assert.ok(JSON.stringify(data).includes('<!channel> ${ids.hash}'))
    assert.equal(data.heading, '*Ada* <@U1> asks for access')
  })
})
