import assert from 'node:assert/strict'
import { type CastKey, wellKnown } from '../../../infra/practice/company/cast.ts'
import type { Message } from '../../../infra/practice/slack/shapes.ts'
import { generalChannelId } from '../../../infra/practice/slack/slack.ts'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { look, readBlocks } from '../../support/slack-look.ts'
import { type SlackSide, slackSide, until } from './slack-side.ts'

describe('places of Slack’s own: commands, mentions, the Home tab, the menu of a message', function () {
  this.timeout(180_000)
  let company: TestCompany
  let slack: SlackSide

  before(async () => {
    company = await startTestCompany()
    slack = slackSide(company)
  })
  after(() => company.close())

  /** Gives a command in #general; answers what Slack shows to this person alone for it. */
  async function command(key: CastKey, text: string): Promise<string> {
    const { acknowledged, message } = await slack.client.command(slack.account(key), generalChannelId, '/helpbot', text)
    assert.ok(acknowledged, 'the command was not answered')
    assert.ok(message, 'the command was answered with nothing')
    assert.equal(message.ephemeralTo, slack.account(key), 'others can read the answer')
    return readBlocks(message.blocks).text
  }
  const said = (key: CastKey, words: RegExp) =>
    company
      .person(key, 'slack')
      .chat()
      .filter(({ text }) => words.test(text)).length

  describe('/helpbot', () => {
    it('alone shows the menu in the private chat, and says in the channel, to the asker alone, where it goes on', async () => {
      const ada = company.person('ada', 'slack')
      const answer = await command('ada', '')
      assert.match(answer, /I have written to you in our private chat/)
      const { buttons } = await ada.hasSeen('What can I do for you?')
      assert.ok(buttons.includes('Reset my password'))
      assert.deepEqual((await slack.inChannel(generalChannelId, 'ada')).all, [])
      assert.deepEqual((await slack.inChannel(generalChannelId, 'maya')).alone, [], 'nobody else sees it')
    })

    const commands: readonly (readonly [string, RegExp])[] = [
      ['help', /What can I do for you/],
      ['unlock', /Microsoft unlocks by itself/],
      ['tickets', /My requests/],
      ['human', /I pass it on to IT/],
      ['Reset', /Shall I stop "Talk to a person" and start with "Reset my password"/],
    ]
    for (const [words, seen] of commands)
      it(`${words} does what it says`, async () => {
        const ada = company.person('ada', 'slack')
        const before = said('ada', seen)
        await command('ada', words)
        await ada.hasSeen(seen)
        assert.equal(said('ada', seen), before + 1)
      })

    it('reset starts a password reset', async () => {
      const tomas = company.person('tomas', 'slack')
      await command('tomas', 'reset')
      await tomas.hasSeen('Ask your manager to confirm')
      await command('tomas', 'cancel')
      await tomas.hasSeen('Cancelled')
    })

    it('takes free words as the chat does', async () => {
      const zoe = company.person('zoe', 'slack')
      await command('zoe', 'my account is locked, can you unlock it')
      await zoe.hasSeen('Microsoft unlocks by itself')
    })

    it('does not guess at unknown words', async () => {
      const noor = company.person('noor', 'slack')
      await command('noor', 'xyzzy plugh')
      await noor.hasSeen(/not sure what you need/)
      assert.equal(await slack.dialogsOf('noor'), 0)
    })

    it('given in the private chat is answered there and only there', async () => {
      const q = company.person('q', 'slack')
      const chat = slack.client.directMessageOf(slack.account('q'))
      const { acknowledged, message } = await slack.client.command(slack.account('q'), chat, '/helpbot', 'help')
      assert.ok(acknowledged)
      assert.equal(message, undefined)
      await q.hasSeen('What can I do for you?')
    })

    it('shows markup of the person as it is', async () => {
      const sam = company.person('sam', 'slack')
      await command('sam', '<!channel> *help* &amp; <@U0>')
      await sam.hasSeen(/not sure what you need|What can I do for you/)
      assert.doesNotMatch(JSON.stringify(slack.client.messagesOf(slack.account('sam'))), /<!channel>/)
    })

    it('refuses a guest to their face alone', async () => {
      const answer = await command('gil', 'reset')
      assert.match(answer, /not guests/)
      assert.equal(await slack.dialogsOf('gil'), 0)
    })
  })

  describe('a mention in #general', () => {
    async function mention(key: CastKey, text: string): Promise<void> {
      await (await slack.client.mention(slack.account(key), generalChannelId, text)).delivered
    }

    it('is answered in the private chat in Slack, also to somebody who never wrote anywhere', async () => {
      await mention('hrManager', 'I forgot my password')
      const found = await slack.client.waitFor(
        slack.client.directMessageOf(slack.account('hrManager')),
        (messages: readonly Message[]) =>
          messages.map(look).find(({ text }) => /Ask your manager to confirm/.test(text)),
        15_000,
        slack.account('hrManager'),
      )
      assert.ok(found)
      const { all, alone } = await slack.inChannel(generalChannelId, 'hrManager')
      assert.deepEqual(all, [], 'the channel learns nothing')
      assert.match(alone.at(-1) ?? '', /I have written to you in our private chat/)
      assert.deepEqual(
        company.company.teams.client.chat(wellKnown.hrManager.id).messages,
        [],
        'Teams is not where they are',
      )
    })

    it('of a guest is refused to their face alone', async () => {
      await mention('gil', 'I forgot my password')
      const { all, alone } = await slack.inChannel(generalChannelId, 'gil')
      assert.deepEqual(all, [])
      assert.match(alone.at(-1) ?? '', /not guests|private chat/)
      assert.equal(await slack.dialogsOf('gil'), 0)
    })
  })

  describe('the Home tab', () => {
    it('shows what somebody has access to, their open requests and quick actions', async () => {
      const tomas = company.person('tomas', 'slack')
      await command('tomas', 'human')
      await tomas.hasSeen('I pass it on to IT')
      await tomas.press('Send to IT', { text: 'My second screen flickers' })
      const { text: passedOn } = await tomas.sees(/Ticket \d+/)
      const number = passedOn.match(/Ticket (\d+)/)?.[1]
      const { text, buttons } = await slack.home('tomas')
      assert.match(text, /Hello Tomáš Dvořák/)
      assert.match(text, /My access[\s\S]*Invoice Approvers Mail-enabled security group/)
      assert.match(text, /My access[\s\S]*Product Launch/)
      assert.doesNotMatch(text, /Sales Dashboard/, 'that is for others')
      assert.match(text, new RegExp(`My open requests[\\s\\S]*${number} [^\\n]*, open since \\d{4}-\\d\\d-\\d\\d`))
      assert.ok(buttons.includes('Reset my password'), buttons.join())
      assert.ok(buttons.includes('My requests'), buttons.join())
    })

    it('starts what its buttons say, in Messages', async () => {
      const emre = company.person('operationsManager', 'slack')
      await slack.home('operationsManager')
      const { acknowledged } = await slack.client.pressHome(slack.account('operationsManager'), {
        text: 'Reset my password',
      })
      assert.ok(acknowledged)
      await emre.hasSeen('Ask your manager to confirm')
      const words = await slack.client.waitForView(slack.account('operationsManager'), (view) => {
        const text = view && readBlocks(view.blocks).text
        return text?.includes('One moment') ? undefined : text
      })
      assert.match(words, /I have written to you: it goes on under Messages/)
    })

    it('shows a guest the refusal and nothing else', async () => {
      const { text, buttons } = await slack.home('gil')
      assert.match(text, /^I can only help members of this workspace, not guests\./)
      assert.deepEqual(buttons, [])
    })

    it('shows a blocked person the refusal and nothing else', async () => {
      const { text, buttons } = await slack.home('ines')
      assert.match(text, /Your account is blocked/)
      assert.doesNotMatch(text, /My access|Hello/)
      assert.deepEqual(buttons, [])
    })

    it('says so when the directory does not answer for the groups, and still lets somebody start', async () => {
      await slack.home('maya')
      company.company.tenant.control.faults.set({ class: 'groups', kind: '500', times: 'always' })
      try {
        await until('the Home tab says so', async () => {
          const { text, buttons } = await slack.home('maya')
          return text.includes('I cannot read the directory right now') && buttons.includes('Reset my password')
        })
      } finally {
        company.company.tenant.control.faults.clear()
      }
    })
  })

  describe('"Send to HelpBot" from the menu of a message', () => {
    async function sendOn(key: CastKey, message: Message): Promise<readonly string[]> {
      const before = (await slack.inChannel(generalChannelId, key)).alone.length
      const { acknowledged } = await slack.client.shortcut(
        slack.account(key),
        message.conversationId,
        message.ts,
        'send-to-helpbot',
      )
      assert.ok(acknowledged, 'the shortcut was not answered')
      return (await slack.inChannel(generalChannelId, key)).alone.slice(before)
    }
    const post = async (key: CastKey, text: string) =>
      (await slack.client.post(slack.account(key), generalChannelId, text)).message

    it('takes one’s own message as one’s own words', async () => {
      const hugo = company.person('financeManager', 'slack')
      const told = await sendOn('financeManager', await post('financeManager', 'I forgot my password'))
      await hugo.hasSeen('Ask your manager to confirm')
      assert.match(told.join(), /I have written to you in our private chat/)
    })

    it('takes a direct report’s message as the wish to help exactly that person', async () => {
      const maya = company.person('maya', 'slack')
      await sendOn('maya', await post('ada', 'I am locked out of everything'))
      // She is asked whether it is this one, not for a name.
      const { buttons } = await maya.hasSeen('Is this the one?')
      assert.equal(buttons.filter((button) => button.startsWith('Ada Lindqvist')).length, 1)
      const others = Object.values(wellKnown).filter(({ name }) => name !== 'Ada Lindqvist' && name.length > 1)
      assert.ok(!others.some(({ name }) => buttons.join().includes(name)), buttons.join())
      const row = await company.database
        .selectFrom('dialogs')
        .select(['name', 'memory'])
        .where('user_id', '=', maya.id)
        .orderBy('opened_at', 'desc')
        .executeTakeFirstOrThrow()
      assert.equal(row.name, 'on-behalf')
      assert.match(JSON.stringify(row.memory), new RegExp(company.person('ada', 'slack').id))
      await maya.press(buttons.find((button) => button.startsWith('Ada')) ?? '')
      await maya.sees('Ask your manager to confirm')
      await maya.say('cancel')
    })

    it('refuses help for a colleague who is no report, without saying who they are', async () => {
      const dmitri = company.person('legalHead', 'slack')
      await sendOn('legalHead', await post('ada', 'I cannot log in'))
      const { text } = await dmitri.hasSeen('I cannot do that')
      assert.match(text, /I find nobody of that name whom you may help here/)
      assert.doesNotMatch(text, /Ada|Lindqvist|Sales/)
    })

    it('refuses a stranger’s message, without telling who they are', async () => {
      await post('maya', 'Good morning')
      const told = await sendOn('maya', await post('gil', 'Can somebody reset my password?'))
      assert.deepEqual(told, ['I can only help people of this workspace.'])
      assert.doesNotMatch(JSON.stringify(company.person('maya', 'slack').chat()), /Gil|Santos/)
    })
  })
})
