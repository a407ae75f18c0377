import assert from 'node:assert/strict'
import type { UsedSecret } from '../../support/secret-scan.ts'
import { readBlocks } from '../../support/slack-look.ts'
import { slackTalker } from '../../support/slack-talker.ts'
import type { Talker } from '../../support/talker.ts'
import {
  actions,
  ada as adaInDirectory,
  button,
  input,
  type Json,
  modal,
  type SlackTestBot,
  section,
  startSlackTestBot,
} from './slack-test-bot.ts'

const rich = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
})

describe('a person in practice Slack, as dialog tests know them', () => {
  let bot: SlackTestBot
  let ada: Talker
  let used: [string, string][]

  beforeEach(async () => {
    bot = await startSlackTestBot()
    used = []
    const note = (kind: UsedSecret['kind'], value: string) => void used.push([kind, value])
    const { id, displayName: name } = adaInDirectory
    ada = slackTalker(bot.slack.client, { slackId: bot.ada, id, name }, note)
  })
  afterEach(() => bot.close())

  /** Posts a card in Ada's chat as the bot. */
  async function card(...blocks: readonly object[]) {
    const { ts, channel } = await bot.call('chat.postMessage', { channel: bot.ada, text: 'fallback', blocks })
    return { channel, ts }
  }

  it('says something and sees the answer, not what came before', async () => {
    await card(section('Old news'))
    bot.on('events', async ({ body }) => {
      const event = body.event as Json
      if (event.type === 'message' && event.bot_id === undefined)
        await card(section('What shall I do?'), actions(button('Reset'), button('Cancel')))
    })
    await ada.say('hello')
    const { text, buttons } = await ada.sees('What shall I do?')
    assert.deepEqual([text, buttons], ['What shall I do?', ['Reset', 'Cancel']])
    await assert.rejects(ada.sees('Old news', 50), /does not see Old news, but:\n- hello\n- What shall I do\?/)
    assert.ok(await ada.hasSeen('Old news', 50))
    assert.deepEqual(
      ada.chat().map((seen) => seen.text),
      ['Old news', 'hello', 'What shall I do?'],
    )
  })

  it('presses a button with what was typed into the card, and reads the card as it is then', async () => {
    const place = await card(input('text', 'What is wrong?'), actions(button('Send')))
    bot.on('interactivity', async ({ body }, response) => {
      response.status(200).end()
      const [action] = body.actions as Json[]
      const { values } = body.state as { values: Record<string, Record<string, Json>> }
      const blocks = [section(`${action?.value}: ${values['block-text']?.text?.value}`)]
      await bot.call('chat.update', { ...place, text: 'x', blocks })
    })
    assert.equal(await ada.press('Send', { text: 'It smells' }), 'Send: It smells')
    await assert.rejects(ada.press('Send'), /sees no button "Send"/)
  })

  it('reads the note that only this person gets', async () => {
    const place = await card(actions(button('Take')))
    bot.on('interactivity', async (_, response) => {
      response.status(200).end()
      await bot.call('chat.postEphemeral', { channel: place.channel, user: bot.ada, text: 'This is *not* yours.' })
    })
    assert.equal(await ada.press('Take'), 'This is not yours.')
  })

  it('types a code into the window behind the button, and notes it as a secret', async () => {
    const place = await card(section('Enter the code'), actions(button('Check the code')))
    const form = (problem?: string) =>
      modal('Check the code', [...(problem ? [section(problem)] : []), input('code', 'Six-digit code')])
    bot.on('interactivity', async ({ body }, response) => {
      if (body.type === 'block_actions') {
        const waiting = { ...modal('HelpBot', [section('One moment')]), submit: undefined, callback_id: 'helpbot-wait' }
        const { view } = await bot.call('views.open', { trigger_id: body.trigger_id, view: waiting })
        response.status(200).end()
        await bot.call('views.update', { view_id: (view as Json).id, view: form() })
        return
      }
      const { state } = body.view as { state: { values: Record<string, Record<string, Json>> } }
      if (state.values['block-code']?.code?.value !== '123456')
        return void response.json({ response_action: 'update', view: form('That is not right.') })
      response.json({ response_action: 'clear' })
      await bot.call('chat.update', { ...place, text: 'x', blocks: [section('Thank you, the code is right.')] })
    })
    assert.match(await ada.press('Check the code', { code: '000000' }), /^That is not right\.\nSix-digit code$/)
    assert.match(await ada.press('Check the code', {}), /Please complete this required field/)
    assert.equal(await ada.press('Check the code', { code: '123456' }), 'Thank you, the code is right.')
    assert.deepEqual(new Set(used.map(([kind, value]) => `${kind} ${value}`)), new Set(['code 000000', 'code 123456']))
  })

  it('opens a window, sends it off, and notes the secrets it shows', async () => {
    await card(actions(button('Show')))
    const first = modal('Your key', [rich('ABCD EFGH IJKL MNOP'), input('code', 'Code')])
    bot.on('interactivity', async ({ body }, response) => {
      if (body.type === 'block_actions') await bot.call('views.open', { trigger_id: body.trigger_id, view: first })
      else if ((body.view as { title: Json }).title.text === 'Your key')
        response.json({ response_action: 'update', view: modal('Last', [rich('Correct-Horse-42-Battery')]) })
    })
    const window = await ada.open('Show')
    assert.deepEqual(window, {
      title: 'Your key',
      text: 'ABCD EFGH IJKL MNOP\nCode',
      images: [],
      buttons: ['Send'],
    })
    const next = await ada.submit({ code: '654321' })
    assert.equal(next?.text, 'Correct-Horse-42-Battery')
    assert.equal(await ada.submit({}), undefined)
    await assert.rejects(ada.submit({}), /no window is open/)
    assert.deepEqual(used, [
      ['seed', 'ABCDEFGHIJKLMNOP'],
      ['code', '654321'],
      ['password', 'Correct-Horse-42-Battery'],
    ])
  })

  it('reads blocks as a person does', () => {
    const { text, buttons, images } = readBlocks([
      { type: 'header', text: { type: 'plain_text', text: 'A & B' } },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '*Bold* 2 &lt; 3 &amp; <https://a.example|a link> from <!date^1^{date}|1 May on>',
        },
        accessory: button('Side'),
      },
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*Who*' },
          { type: 'plain_text', text: 'snake_case_name' },
        ],
      },
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            elements: [
              { type: 'rich_text_section', elements: [{ type: 'text', text: 'one' }] },
              { type: 'rich_text_section', elements: [{ type: 'date', timestamp: 1, fallback: 'yesterday' }] },
            ],
          },
        ],
      },
      { type: 'image', image_url: 'https://a.example/b.png', alt_text: 'not read' },
      { type: 'context', elements: [{ type: 'plain_text', text: 'small' }] },
      actions(button('Go')),
    ])
    assert.deepEqual(text.split('\n'), [
      'A & B',
      'Bold 2 < 3 & a link from 1 May on',
      'Who',
      'snake_case_name',
      'one',
      'yesterday',
      'small',
    ])
    assert.deepEqual([buttons, images], [['Side', 'Go'], ['https://a.example/b.png']])
  })
})
