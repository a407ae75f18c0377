import assert from 'node:assert/strict'
import type { TurnContext } from 'botbuilder'
import { UNREACHABLE_TEXT, WENT_WRONG_TEXT } from '../../../infra/practice/teams/bot-answer.ts'
import { identifiersIn, itChannelId } from '../../../infra/practice/teams/identifiers.ts'
import { cardShownTo } from '../../../infra/practice/teams/message.ts'
import { ada, answer, card, max, startTestBot, TENANT, type TestBot } from './teams-test-bot.ts'

const approve = { type: 'Action.Execute', title: 'Approve', verb: 'approve', data: { request: 7 } }
const adaptive = (content: object) => ({
  statusCode: 200,
  type: 'application/vnd.microsoft.card.adaptive',
  value: content,
})
const textCard = (text: string) => ({ ...card().content, body: [{ type: 'TextBlock', text }] })

describe('practice Teams: cards and dialogs', () => {
  let bot: TestBot
  before(async () => {
    bot = await startTestBot()
  })
  beforeEach(() => {
    bot.activities.length = 0
  })
  after(() => bot.close())

  /** Has the bot send a card to Ada; what she does with it goes to `later`. */
  async function showCard(attachment: object, later: (context: TurnContext) => Promise<void> = async () => undefined) {
    const { client } = bot.teams
    bot.onTurn(async (context) => {
      if (context.activity.type === 'message' && !context.activity.value) {
        await context.sendActivity({ attachments: [attachment as ReturnType<typeof card>] })
      } else await later(context)
    })
    client.say(ada.id, 'card please')
    return client.nextMessage(ada.id)
  }
  const shown = (messageId: string) => {
    const message = bot.teams.client.chat(ada.id).messages.find(({ id }) => id === messageId)
    return message && JSON.stringify(cardShownTo(ada.id, message))
  }

  it('replaces a card for the one who pressed, then for everyone', async () => {
    const { client } = bot.teams
    const { id } = await showCard(card(approve, { type: 'Action.Submit', title: 'Finish' }), async (context) => {
      if (context.activity.name === 'adaptiveCard/action') {
        await context.sendActivity(
          answer(
            200,
            adaptive({ ...textCard('Only Ada reads this'), actions: [{ type: 'Action.Submit', title: 'Finish' }] }),
          ),
        )
      } else {
        await context.updateActivity({
          type: 'message',
          id,
          attachments: [{ ...card(), content: textCard('Everyone reads this') }],
        })
      }
    })
    const outcome = await client.press(ada.id, { messageId: id, title: 'Approve', inputs: { code: 'typed' } })
    assert.equal(outcome.kind, 'card')
    const { name, value, replyToId, id: activityId } = bot.activities.at(-1) ?? {}
    assert.equal(name, 'adaptiveCard/action')
    assert.equal(replyToId, id)
    assert.match(activityId ?? '', /^f:/)
    assert.deepEqual(value, {
      action: { type: 'Action.Execute', verb: 'approve', title: 'Approve', data: { request: 7, code: 'typed' } },
      trigger: 'manual',
    })
    const message = client.chat(ada.id).messages.find((one) => one.id === id)
    assert.ok(message)
    assert.match(JSON.stringify(cardShownTo(ada.id, message)), /Only Ada/)
    assert.match(JSON.stringify(cardShownTo(max.id, message)), /May Ada in/)
    assert.deepEqual(await client.press(ada.id, { messageId: id, title: 'Finish' }).then(({ kind }) => kind), 'sent')
    assert.match(shown(id) ?? '', /Everyone/)
    assert.ok(JSON.stringify(client.transcript()).includes('Only Ada'), 'the transcript remembers replaced cards')
  })

  it('shows no button that is not on the card', async () => {
    const { client } = bot.teams
    const { id } = await showCard(card(approve, { ...approve, title: 'Later', isEnabled: false }))
    for (const title of ['Deny', 'Later']) {
      await assert.rejects(client.press(ada.id, { messageId: id, title }), { code: 'no-such-action' })
    }
  })

  it('replaces a card in a channel for one of its readers', async () => {
    const { client } = bot.teams
    bot.onTurn(async (context) => {
      if (context.activity.type === 'message') await context.sendActivity({ attachments: [card(approve)] })
      else await context.sendActivity(answer(200, adaptive(textCard(`Taken by ${context.activity.from.name}`))))
    })
    const { message, delivered } = client.post(itChannelId, { personId: ada.id, text: 'help' })
    await delivered
    const inThread = client.conversation(itChannelId).messages.filter(({ threadId }) => threadId === message.id)
    const { id = '' } = inThread.at(-1) ?? {}
    assert.equal(
      (await client.pressIn(itChannelId, { personId: max.id, messageId: id, title: 'Approve' })).kind,
      'card',
    )
    assert.equal(bot.activities.at(-1)?.conversation?.id, `${itChannelId};messageid=${message.id}`)
    const pressed = client.conversation(itChannelId).messages.find((one) => one.id === id)
    assert.deepEqual(Object.keys(pressed?.cardFor ?? {}), [max.id])
  })

  it('sends Action.Submit as a message with a value', async () => {
    const { client } = bot.teams
    const { id } = await showCard(card({ type: 'Action.Submit', title: 'Send', data: { step: 1 } }))
    await client.press(ada.id, { messageId: id, title: 'Send', inputs: { name: 'x' } })
    const { type, value, text, replyToId } = bot.activities.at(-1) ?? {}
    assert.deepEqual(
      { type, value, text, replyToId },
      { type: 'message', value: { step: 1, name: 'x' }, text: undefined, replyToId: id },
    )
  })

  it('shows the text of a message answer and the sentence of an error', async () => {
    const { client } = bot.teams
    const answers = [
      answer(200, { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Thanks' }),
      answer(200, {
        statusCode: 403,
        type: 'application/vnd.microsoft.error',
        value: { code: 'Forbidden', message: 'no' },
      }),
      answer(200, adaptive({ type: 'AdaptiveCard', version: '9.9' })),
      answer(501, undefined),
    ]
    const { id } = await showCard(
      card(approve),
      async (context) => void (await context.sendActivity(answers.shift() ?? answer(500, {}))),
    )
    const press = () => client.press(ada.id, { messageId: id, title: 'Approve' })
    assert.deepEqual(await press(), { kind: 'message', text: 'Thanks' })
    const refused = await press()
    assert.ok(refused.kind === 'error')
    assert.deepEqual([refused.text, refused.code, refused.status], [WENT_WRONG_TEXT, 'Forbidden', 403])
    assert.equal((await press()).kind, 'error', 'a malformed card is not shown')
    assert.equal((await press()).kind, 'error')
    assert.match(shown(id) ?? '', /May Ada in/)
  })

  it('gives up on an invoke that is not answered in time', async () => {
    const slow = await startTestBot({ limits: { invokeTimeoutMs: 200 } })
    const { client } = slow.teams
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    try {
      slow.onTurn(async (context) => {
        if (context.activity.type === 'invoke') await held
        else await context.sendActivity({ attachments: [card(approve)] })
      })
      client.say(ada.id, 'card please')
      const { id } = await client.nextMessage(ada.id)
      const outcome = await client.press(ada.id, { messageId: id, title: 'Approve' })
      assert.ok(outcome.kind === 'error')
      assert.equal(outcome.text, UNREACHABLE_TEXT)
      assert.equal(slow.activities.filter(({ type }) => type === 'invoke').length, 1, 'an invoke is sent once')
    } finally {
      release()
      await slow.close()
    }
  })

  it('opens a dialog, submits it and keeps nothing of it in the chat', async () => {
    const { client } = bot.teams
    const { id } = await showCard(
      card({ type: 'Action.Submit', title: 'Show password', data: { msteams: { type: 'task/fetch' }, op: 'reset' } }),
    )
    bot.onTurn(async (context) => {
      const secret = {
        ...card().content,
        body: [{ type: 'TextBlock', text: 'correct-horse-9' }],
        actions: [{ type: 'Action.Submit', title: 'Done', data: { seen: true } }],
      }
      const task =
        context.activity.name === 'task/fetch'
          ? { type: 'continue', value: { title: 'Password', width: 400, card: { ...card(), content: secret } } }
          : { type: 'message', value: 'You are done' }
      await context.sendActivity(answer(200, { task }))
    })
    const opened = await client.press(ada.id, { messageId: id, title: 'Show password' })
    assert.ok(opened.kind === 'dialog')
    assert.equal(opened.dialog.title, 'Password')
    assert.match(JSON.stringify(opened.dialog.card), /correct-horse-9/)
    assert.deepEqual(bot.activities.at(-1)?.value, {
      data: { msteams: { type: 'task/fetch' }, op: 'reset' },
      context: { theme: 'default' },
    })
    const done = await client.submitDialog(ada.id, { messageId: id, data: { seen: true } })
    assert.deepEqual(done, { kind: 'message', text: 'You are done' })
    assert.equal(bot.activities.at(-1)?.name, 'task/submit')
    assert.ok(!JSON.stringify(client.transcript()).includes('correct-horse-9'))
    bot.onTurn(async (context) => void (await context.sendActivity(answer(200, undefined))))
    assert.deepEqual(await client.submitDialog(ada.id, { messageId: id, data: {} }), { kind: 'closed' })
  })

  it('refreshes a card for those it names', async () => {
    const { client } = bot.teams
    const refresh = (personId: string) => ({
      action: { type: 'Action.Execute', verb: 'look' },
      userIds: [identifiersIn(TENANT).ofPerson(personId)],
    })
    const named = (personId: string) => ({ ...card(), content: { ...card().content, refresh: refresh(personId) } })
    const { id } = await showCard(
      named(ada.id),
      async (context) => void (await context.sendActivity(answer(200, adaptive(textCard('Fresh'))))),
    )
    assert.equal((await client.refresh(ada.id, { messageId: id })).kind, 'card')
    assert.equal(bot.activities.at(-1)?.value.trigger, 'automatic')
    assert.match(shown(id) ?? '', /Fresh/)
    const other = await showCard(named(max.id))
    await assert.rejects(client.refresh(ada.id, { messageId: other.id }), { code: 'no-such-action' })
  })

  it('refuses cards that Teams would not take', async () => {
    const { client } = bot.teams
    const content = card().content
    const bad = [
      { ...content, version: '1.6' },
      { ...content, type: 'Card' },
      { ...content, body: [{ type: 'Surprise' }] },
      { ...content, body: [{ type: 'Input.Text' }] },
      { ...content, body: [{ type: 'ColumnSet', columns: [{ items: [{ type: 'TextBlock' }] }] }] },
      { ...content, actions: [{ type: 'Action.OpenUrl' }] },
      {
        ...content,
        refresh: { action: { type: 'Action.Execute' }, userIds: Array.from({ length: 61 }, () => '29:1x') },
      },
    ]
    const statuses: unknown[] = []
    bot.onTurn(async (context) => {
      if (context.activity.type !== 'message') return
      for (const one of bad) {
        await context
          .sendActivity({ attachments: [{ ...card(), content: one }] })
          .catch((error: { statusCode: number; code: string }) => statuses.push([error.statusCode, error.code]))
      }
      await context.sendActivity('end')
    })
    client.say(ada.id, 'go')
    assert.equal((await client.nextMessage(ada.id)).text, 'end')
    assert.deepEqual(
      statuses,
      bad.map(() => [400, 'BadSyntax']),
    )
  })

  it('refuses a message over 100 KB', async () => {
    const { client } = bot.teams
    const refused: unknown[] = []
    bot.onTurn(async (context) => {
      if (context.activity.type !== 'message') return
      await context
        .sendActivity('x'.repeat(60_000))
        .catch((error: { statusCode: number; code: string }) => refused.push(error.statusCode, error.code))
      await context.sendActivity('y'.repeat(40_000))
    })
    client.say(ada.id, 'go')
    assert.equal((await client.nextMessage(ada.id)).text.length, 40_000)
    assert.deepEqual(refused, [413, 'MessageSizeTooBig'])
  })
})
