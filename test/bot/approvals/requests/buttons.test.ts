import assert from 'node:assert/strict'
import { changePosts, readPost } from '../../../../bot/turns/outbox.ts'
import { days } from '../../identity/people.ts'
import { type ApproverOffice, bothOwners, openApproverOffice, owners } from './approver-office.ts'

describe('an approver’s card', () => {
  let office: ApproverOffice
  before(async () => {
    office = await openApproverOffice()
  })
  after(() => office.close())

  it('approves at a press, and shows it on everybody’s card', async () => {
    const { hugo, meera, ada } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    const { reply } = await office.press(hugo, card, 'access-approve')
    assert.ok(reply.kind === 'card' && 'card' in reply.content)
    assert.equal(reply.content.closed, 'You approved it.')
    assert.equal((await office.now(id)).state, 'approved')
    const other = await office.content(await office.cardOf(id, meera))
    assert.match(other.closed ?? '', /Hugo Ferreira approved it/)
    assert.match(await office.told(ada), /It was approved/)
  })

  it('tells whoever is late who decided, and changes nothing', async () => {
    const { hugo, meera } = office
    const id = await office.request()
    await office.press(hugo, await office.cardOf(id, hugo), 'access-approve')
    const card = await office.cardOf(id, meera)
    const pressed = await office.press(meera, card, 'access-approve')
    assert.match(pressed.says, /Hugo Ferreira approved it/)
    const opened = await office.open(meera, card, 'deny')
    assert.equal(opened.reply.kind, 'note')
    assert.match(opened.says, /Hugo Ferreira approved it/)
    const sent = await office.submit(meera, card, { window: 'deny', text: 'No.' })
    assert.match(sent.says, /Hugo Ferreira approved it/)
    assert.equal((await office.now(id)).state, 'approved')
  })

  it('is nothing for anybody else', async () => {
    const { hugo, zoe, ada, meera } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    for (const stranger of [zoe, ada, meera]) {
      assert.match((await office.press(stranger, card, 'access-approve')).says, /not meant for you/)
      for (const window of ['approve', 'deny', 'shorten', 'question', 'delegate']) {
        assert.match((await office.open(stranger, card, window)).says, /not meant for you/)
        assert.match((await office.submit(stranger, card, { window, text: 'No.' })).says, /not meant for you/)
      }
    }
    assert.equal((await office.now(id)).state, 'open')
  })

  it('knows no other window', async () => {
    const id = await office.request()
    const card = await office.cardOf(id, office.hugo)
    for (const window of ['', 'toString', '__proto__', 'x'.repeat(2_000)])
      assert.equal((await office.open(office.hugo, card, window)).reply.kind, 'note')
  })

  it('does not take the hash of a client for its own', async () => {
    const { hugo, database, clock } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    const forged = await office.press(hugo, card, 'access-approve', { hash: 'f'.repeat(64) })
    assert.match(forged.says, /has changed meanwhile/)
    assert.equal((await office.now(id)).state, 'open')

    // Our own card says something else than what is asked for now: the right hash from the client does not help.
    const { asks } = await office.now(id)
    const content = await office.content(card)
    const ids = { ...(content.data.ids as object), hash: 'e'.repeat(64) }
    await changePosts(database, [{ key: card, content: { ...content, data: { ...content.data, ids } } }], clock.now)
    const right = asks.find(({ approver }) => approver.id === hugo.id)?.hash ?? ''
    await office.press(hugo, card, 'access-approve', { hash: right })
    await office.press(hugo, card, 'access-approve')
    assert.equal((await office.now(id)).state, 'open')
  })

  it('asks the directory at the click whether they still may', async () => {
    const { hugo, ownerIds } = office
    const id = await office.request()
    const card = await office.cardOf(id, hugo)
    ownerIds.delete(hugo.id)
    try {
      const pressed = await office.press(hugo, card, 'access-approve')
      assert.equal(pressed.reply.kind, 'note')
      assert.equal((await office.open(hugo, card, 'deny')).reply.kind, 'note')
      assert.equal((await office.now(id)).state, 'open')
    } finally {
      ownerIds.add(hugo.id)
    }
  })

  it('does not approve without a code in a chat that counts for less', async () => {
    const { hugo } = office
    const id = await office.request({}, [owners], 'slack')
    const card = await office.cardOf(id, hugo)
    const { reply } = await office.press(hugo, card, 'access-approve', {}, 'slack')
    assert.ok(reply.kind === 'card')
    assert.match(JSON.stringify(reply.content), /code of your authenticator/)
    assert.equal((await office.now(id)).state, 'open')
  })

  describe('from a Slack account that was linked lately, where Slack counts', () => {
    before(() => office.strong.add('slack'))
    after(() => office.strong.delete('slack'))
    beforeEach(() => office.linked(office.meera, office.clock.now()))

    const lately =
      /linked to you only lately, so what you press here does not count before \d{4}-\d\d-\d\d \d\d:\d\d UTC/

    it('approves nothing, whichever way, for whoever has no authenticator', async () => {
      const { meera } = office
      const id = await office.request({}, [owners], 'slack')
      const card = await office.cardOf(id, meera)
      assert.match((await office.press(meera, card, 'access-approve', {}, 'slack')).says, lately)
      for (const window of ['approve', 'shorten', 'delegate']) {
        const { says } = await office.open(meera, card, window, 'slack')
        assert.match(says, lately, window)
        assert.match(says, /Microsoft Teams.*authenticator app, and you have not set one up/, window)
      }
      const sent = await office.submit(meera, card, { window: 'shorten', lasts: String(7 * days) }, 'slack')
      assert.match(sent.says, lately)
      assert.equal((await office.now(id)).state, 'open')
    })

    it('can still say no', async () => {
      const { meera } = office
      const id = await office.request({}, [owners], 'slack')
      await office.submit(meera, await office.cardOf(id, meera), { window: 'deny', text: 'Not now.' }, 'slack')
      assert.equal((await office.now(id)).state, 'denied')
    })

    it('approves after three days, and in Teams at once', async () => {
      const { meera } = office
      const inTeams = await office.request()
      await office.press(meera, await office.cardOf(inTeams, meera), 'access-approve')
      assert.equal((await office.now(inTeams)).state, 'approved')
      const id = await office.request({}, [owners], 'slack')
      office.clock.forward(3 * days)
      await office.press(meera, await office.cardOf(id, meera), 'access-approve', {}, 'slack')
      assert.equal((await office.now(id)).state, 'approved')
    })

    it('approves with a code: the card offers it then', async () => {
      const { meera } = office
      const code = await office.authenticator(meera)
      const id = await office.request({}, [owners], 'slack')
      const card = await office.cardOf(id, meera)
      const { reply } = await office.press(meera, card, 'access-approve', {}, 'slack')
      assert.ok(reply.kind === 'card' && 'card' in reply.content)
      assert.deepEqual([(reply.content.data.ids as { codeInSlack: boolean }).codeInSlack], [true])
      const bare = await office.submit(meera, card, { window: 'approve' }, 'slack')
      assert.match(bare.says, /Please type the six digits/)
      assert.equal((await office.now(id)).state, 'open')
      await office.submit(meera, card, { window: 'approve', code: code() }, 'slack')
      assert.equal((await office.now(id)).state, 'approved')
    })
  })

  it('shows others that one of two has said yes', async () => {
    const { hugo, meera } = office
    const id = await office.request({}, [bothOwners])
    const { says } = await office.press(hugo, await office.cardOf(id, hugo), 'access-approve')
    assert.match(says, /You approved it/)
    const other = await office.content(await office.cardOf(id, meera))
    assert.equal(other.closed, undefined)
    assert.match(JSON.stringify(other.data), /2 of you must say yes\. 1 said yes\./)
    assert.equal((await office.now(id)).state, 'open')
  })

  it('is approved once by two clicks in one moment', async () => {
    const { hugo, meera } = office
    const id = await office.request()
    const [one, other] = [await office.cardOf(id, hugo), await office.cardOf(id, meera)]
    await Promise.all([
      office.press(hugo, one, 'access-approve'),
      office.press(hugo, one, 'access-approve'),
      office.press(meera, other, 'access-approve'),
    ])
    const { asks } = await office.now(id)
    assert.equal(asks.filter(({ state }) => state === 'approved').length, 1)
  })
})

describe('what a requester presses', () => {
  let office: ApproverOffice
  before(async () => {
    office = await openApproverOffice()
  })
  after(() => office.close())

  async function asked(): Promise<{ id: string; question: string; card: string }> {
    const id = await office.request()
    const card = await office.cardOf(id, office.hugo)
    await office.submit(office.hugo, card, { window: 'question', text: 'Which reports?' })
    const [question] = (await office.now(id)).questions
    assert.ok(question)
    const key = `access-question:${question.id}`
    await office.bring([key])
    return { id, question: key, card }
  }

  it('answers a question; the approver hears it and sees it on the card', async () => {
    const { ada, hugo, meera } = office
    const { id, question, card } = await asked()
    const { reply } = await office.press(ada, question, 'access-answer', { text: 'Those of *March*' })
    assert.ok(reply.kind === 'card' && 'card' in reply.content)
    assert.equal(reply.content.closed, 'You answered: “Those of *March*”')
    assert.match(await office.told(hugo), /Ada Lindqvist answered your question/)
    for (const key of [card, await office.cardOf(id, meera)])
      assert.match(JSON.stringify((await office.content(key)).data), /Those of \*March\*/)
    const again = await office.press(ada, question, 'access-answer', { text: 'Or April' })
    assert.match(again.says, /Those of/)
    assert.equal((await office.now(id)).questions[0]?.answer, 'Those of *March*')
  })

  it('passes no empty answer, no secret and no stranger’s answer on', async () => {
    const { ada, hugo, zoe } = office
    const { id, question } = await asked()
    assert.equal((await office.press(ada, question, 'access-answer')).says, 'Please write an answer.')
    assert.equal(
      (await office.press(ada, question, 'access-answer', { text: ' \u200b ' })).says,
      'Please write an answer.',
    )
    const secret = await office.press(ada, question, 'access-answer', { text: 'the code is 123456' })
    assert.match(secret.says, /looks like a one-time code/)
    for (const stranger of [hugo, zoe])
      assert.match((await office.press(stranger, question, 'access-answer', { text: 'x' })).says, /not meant for you/)
    assert.equal((await office.now(id)).questions[0]?.answer, null)
  })

  it('withdraws while it is open; afterwards nobody can', async () => {
    const { ada, hugo } = office
    const { id, question } = await asked()
    const news = `access-news:${id}:2`
    assert.match(JSON.stringify(await office.content(news)), /being asked now/)
    assert.match((await office.press(hugo, news, 'access-withdraw')).says, /not meant for you/)
    const { reply } = await office.press(ada, news, 'access-withdraw')
    assert.ok(reply.kind === 'card' && 'card' in reply.content)
    assert.match(reply.content.closed ?? '', /withdrew/)
    assert.equal((await office.now(id)).state, 'withdrawn')
    for (const key of [question, await office.cardOf(id, hugo)])
      assert.match((await office.content(key)).closed ?? '', /withdrew/)
    assert.match((await office.press(ada, news, 'access-withdraw')).says, /withdrew/)
  })

  it('lets whoever would get it withdraw it as well, and tells them how it ends', async () => {
    const { ada, zoe } = office
    const id = await office.request({ person: { id: zoe.id, name: zoe.name } })
    const key = `access-for:${id}`
    assert.match(await office.told(zoe), /Ada Lindqvist asked for this for you/)
    await office.press(zoe, key, 'access-withdraw')
    assert.equal((await office.now(id)).state, 'withdrawn')
    assert.match(await office.told(zoe), /It was withdrawn: you do not get it/)
    assert.match(await office.told(ada), /Zoë Adler withdrew/)
  })

  it('keeps no open card of a request that is over', async () => {
    const { hugo } = office
    const { id } = await asked()
    await office.press(hugo, await office.cardOf(id, hugo), 'access-approve')
    const rows = await office.database.selectFrom('posts').select('key').where('key', 'like', `%${id}%`).execute()
    for (const { key } of rows) {
      const post = await readPost(office.database, key)
      assert.ok(post && 'card' in post.content)
      const { card, closed, data } = post.content
      const open = card !== 'access-news' || (data.ids as { open: boolean }).open
      if (open) assert.notEqual(closed, undefined, `${key} is still open`)
    }
  })
})
