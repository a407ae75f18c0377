import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager, numberIn } from '../support/enrol.ts'
import type { Seen, Talker } from '../support/talker.ts'

const minute = 60_000
const notMeant = 'This card was not meant for you, or it is too old.'

describe('a conversation with HelpBot', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  const said = (talker: Talker, words: string) => talker.chat().filter(({ text }) => text.includes(words)).length
  const buttonsOf = (talker: Talker, id: string) => talker.chat().find((message) => message.id === id)?.buttons

  function cardOf(talker: Talker, id: string): Seen {
    const card = talker.chat().find((message) => message.id === id)
    assert.ok(card)
    return card
  }

  /** Opens the dialog that asks without doing anything yet: an authenticator that waits for a press. Answers its card's id. */
  async function openDialog(talker: Talker): Promise<string> {
    await talker.say('set up my authenticator')
    return (await talker.sees('Set up your authenticator app')).id
  }

  /** Somebody's turns are taken one after the other: when this is answered, so is all before. */
  async function allAnswered(talker: Talker): Promise<void> {
    await talker.say('thanks')
    await talker.sees('glad to help')
  }

  describe('the menu', () => {
    it('greets whoever has HelpBot installed, once, with everything there is', async () => {
      const nia = company.person('legalManager')
      const { buttons } = await nia.hasSeen('Hello')
      assert.deepEqual(buttons, [
        'Reset my password',
        'Unlock my account',
        'Set up my authenticator app',
        'Ask for access',
        'My access',
        'My requests',
        'Something happened that was not me',
        'Talk to a person',
      ])
      await allAnswered(nia)
      assert.equal(said(nia, 'I am HelpBot'), 1)
    })

    for (const words of ['help', 'hello', 'menu', 'what can you do?'])
      it(`comes for "${words}"`, async () => {
        const nia = company.person('legalManager')
        await nia.say(words)
        const { buttons } = await nia.sees('What can I do for you?')
        assert.ok(buttons.includes('Reset my password'))
      })

    it('starts what its buttons say', async () => {
      const nia = company.person('legalManager')
      await nia.press('My requests')
      await nia.sees('You have asked for nothing yet')
      await nia.press('Set up my authenticator app')
      await nia.sees('Set up your authenticator app')
      await nia.press('Cancel')
    })

    it('comes for words in another language, and starts nothing', async () => {
      const nia = company.person('legalManager')
      await nia.say('passwort vergessen')
      const { text, buttons } = await nia.sees(/What can I do for you|not sure what you need|Did you mean/)
      assert.ok(buttons.includes('Talk to a person'), text)
      assert.equal(said(nia, 'Ask your manager to confirm'), 0)
    })
  })

  describe('small talk and doubt', () => {
    it('answers thanks politely', async () => {
      const nia = company.person('legalManager')
      await nia.say('thank you so much!')
      assert.deepEqual((await nia.sees('Always glad to help')).buttons, [])
    })

    it('asks when it is not sure, and does what the button says', async () => {
      const nia = company.person('legalManager')
      await nia.say("don't reset my password but tell me how the authenticator works")
      const asked = await nia.sees(/Did you mean one of these|not sure what you need/)
      assert.ok(asked.buttons.includes('Talk to a person'), JSON.stringify(asked))
      await nia.press('Talk to a person')
      await nia.sees('What is it about?')
      await nia.say('cancel')
    })

    it('says that there is nothing to cancel when there is not', async () => {
      const nia = company.person('legalManager')
      await nia.say('cancel')
      await nia.sees('nothing going on')
    })
  })

  describe('ending early', () => {
    it('ends by the word: the card is closed, no button is left and the ticket is closed', async () => {
      const clara = company.person('hrManager')
      const card = await openDialog(clara)
      await clara.say('never mind')
      await clara.sees('Cancelled')
      assert.deepEqual(buttonsOf(clara, card), [])
      await clara.say('show my tickets')
      assert.match((await clara.sees('My requests')).text, /Authenticator set-up\nclosed/)
    })

    it('ends by the button in the same way', async () => {
      const clara = company.person('hrManager')
      const card = await openDialog(clara)
      assert.match(await clara.press('Cancel'), /Cancelled/)
      await clara.hasSeen('Cancelled')
      assert.deepEqual(buttonsOf(clara, card), [])
      await clara.say('show my tickets')
      assert.doesNotMatch((await clara.sees('My requests')).text, /\nopen,/)
    })

    it('ends a dialog that has opened no ticket as well', async () => {
      const clara = company.person('hrManager')
      await clara.say('I want to talk to a human')
      const { id } = await clara.sees('What is it about?')
      await clara.say('cancel')
      await clara.sees(/Cancelled|Something went wrong/)
      await allAnswered(clara)
      assert.deepEqual(buttonsOf(clara, id), [])
      assert.equal(said(clara, 'Something went wrong'), 0)
    })

    it('takes the question back from the manager who was asked', async () => {
      const clara = company.person('hrManager')
      const olumide = company.person('hrHead')
      await clara.say('I forgot my password')
      await clara.sees('Ask your manager to confirm')
      const asked = await olumide.hasSeen('Is this really')
      await clara.say('cancel')
      await clara.sees('Cancelled')
      await olumide.hasSeen('Not needed any more')
      assert.deepEqual(buttonsOf(olumide, asked.id), [])
    })

    it('starts over: the old card is closed and the first question comes again', async () => {
      const clara = company.person('hrManager')
      const card = await openDialog(clara)
      await clara.say('start over')
      const again = await clara.sees('Set up your authenticator app')
      assert.notEqual(again.id, card)
      assert.deepEqual(buttonsOf(clara, card), [])
      await clara.press('Cancel')
    })

    it('ends after 15 quiet minutes with a sentence; a press afterwards says that it is over', async () => {
      const clara = company.person('hrManager')
      const card = await openDialog(clara)
      const before = clara.mischief.keep(cardOf(clara, card))
      company.company.clock.advance(16 * minute)
      await clara.sees('You were away for a while', 30_000)
      assert.deepEqual(buttonsOf(clara, card), [])
      // A phone that has not caught up still shows the old card.
      assert.match(await clara.mischief.press(before, 'Cancel'), /You were away for a while|This is over already/)
      await clara.say('show my tickets')
      assert.doesNotMatch((await clara.sees('My requests')).text, /\nopen,/)
    })

    it('ends a dialog that has opened no ticket as well, and those of others with it', async () => {
      const clara = company.person('hrManager')
      const nia = company.person('legalManager')
      await clara.say('I want to talk to a human')
      const { id } = await clara.sees('What is it about?')
      const other = await openDialog(nia)
      company.company.clock.advance(16 * minute)
      await nia.sees('You were away for a while', 30_000)
      await clara.sees('You were away for a while', 30_000)
      assert.deepEqual(buttonsOf(nia, other), [])
      assert.deepEqual(buttonsOf(clara, id), [])
      assert.deepEqual(
        company.log.filter((line) => line.includes('job failed')),
        [],
      )
    })

    it('says so in a window, too, when the card behind it is over', async () => {
      const clara = company.person('hrManager')
      const card = await openDialog(clara)
      const before = clara.mischief.keep(cardOf(clara, card))
      await clara.press('Cancel')
      const window = await clara.mischief.open(before, 'Show the key')
      assert.match(window.text, /^(Cancelled|This is over already)\.[^\n]*$/, 'a sentence and nothing else')
      assert.deepEqual([window.buttons, window.images], [[], []])
    })
  })

  describe('one thing in the middle of another', () => {
    it('is asked about, and done now when the person says so', async () => {
      const emre = company.person('operationsManager')
      const card = await openDialog(emre)
      await emre.say('I want to talk to a human')
      const between = await emre.sees('We are in the middle of something else')
      assert.match(between.text, /Set up my authenticator app[\s\S]*Talk to a person/)
      assert.deepEqual(between.buttons, ['Switch now', 'First finish this'])
      assert.match(await emre.press('Switch now'), /Switched/)
      await emre.sees('What is it about?')
      assert.deepEqual(buttonsOf(emre, card), [])
      assert.deepEqual(buttonsOf(emre, between.id), [])
      await emre.say('cancel')
    })

    it('is kept, and offered when the first thing is finished', async () => {
      const emre = company.person('operationsManager')
      await emre.say("this wasn't me")
      await emre.sees('Let me protect your account')
      await emre.say('I want to talk to a human')
      await emre.sees('We are in the middle of something else')
      await emre.press('First finish this')
      await emre.press('No, leave it')
      const offered = await emre.sees('You also asked for something')
      assert.deepEqual(offered.buttons, ['Talk to a person'])
      await emre.press('Talk to a person')
      await emre.sees('What is it about?')
      await emre.say('cancel')
    })

    it('is offered as well when the first thing is cancelled: nothing that was asked for gets lost', async () => {
      const emre = company.person('operationsManager')
      await openDialog(emre)
      await emre.say('I want to talk to a human')
      await emre.sees('We are in the middle of something else')
      await emre.press('First finish this')
      await emre.say('cancel')
      await emre.sees('Cancelled')
      await emre.sees('You also asked for something')
    })

    it('leaves no button behind when it was never answered', async () => {
      const freja = company.person('operationsHead')
      await openDialog(freja)
      await freja.say('I want to talk to a human')
      const between = await freja.sees('We are in the middle of something else')
      await freja.say('cancel')
      await freja.sees('Cancelled')
      await allAnswered(freja)
      assert.deepEqual(buttonsOf(freja, between.id), [])
    })

    it('may be two things: each card does what it says', async () => {
      const freja = company.person('operationsHead')
      const card = await openDialog(freja)
      await freja.say('I want to talk to a human')
      const first = await freja.sees('start with "Talk to a person"')
      await freja.say('show my tickets')
      await freja.sees('start with "My requests"')
      const action = cardOf(freja, first.id).buttons.includes('Switch now')
      // Closed or true: it may not start what the other card names.
      if (action) await freja.mischief.press(freja.mischief.keep(first), 'Switch now')
      if (action) await freja.hasSeen('What is it about?')
      const human = freja.chat().findLast(({ text }) => text.includes('What is it about?'))
      const lists = said(freja, 'My requests\n')
      await freja.say('cancel')
      assert.deepEqual([human?.buttons.length ?? 0, lists], action ? [2, 0] : [0, 0])
      if (!action) assert.deepEqual(buttonsOf(freja, card), [], 'cancelled')
    })

    it('may be two things, and neither is lost', async () => {
      const freja = company.person('operationsHead')
      await freja.say("this wasn't me")
      await freja.sees('Let me protect your account')
      await freja.say('I want to talk to a human')
      await freja.sees('start with "Talk to a person"')
      await freja.say('show my tickets')
      await freja.sees('start with "My requests"')
      const offers = ['Shall we go on with "My requests"', 'Shall we go on with "Talk to a person"']
      const before = offers.map((words) => said(freja, words))
      await freja.press('No, leave it')
      for (const words of offers) await freja.sees(words)
      await allAnswered(freja)
      const after = offers.map((words) => said(freja, words))
      assert.deepEqual(
        after.map((count, nth) => count - (before[nth] ?? 0)),
        [1, 1],
      )
    })

    it('is left alone when HelpBot does not understand it: the question stands', async () => {
      const benoit = company.person('salesHead')
      const card = await openDialog(benoit)
      for (const words of ['the coffee machine is broken', 'help', 'thanks']) {
        await benoit.say(words)
        await benoit.sees('I am still waiting for an answer')
      }
      assert.deepEqual(buttonsOf(benoit, card), ['Show the key', 'Cancel'])
      await benoit.press('Cancel')
      await benoit.hasSeen('Cancelled')
    })

    it('never makes two dialogs, even said at the same moment', async () => {
      const benoit = company.person('salesHead')
      await Promise.all([benoit.say('set up my authenticator'), benoit.say('I want to talk to a human')])
      await allAnswered(benoit)
      const open = await company.database
        .selectFrom('dialogs')
        .select('name')
        .where('user_id', '=', benoit.id)
        .where('state', '=', 'open')
        .execute()
      assert.equal(open.length, 1)
      await benoit.hasSeen('We are in the middle of something else')
      await benoit.press('Switch now')
      await benoit.say('cancel')
    })

    it('asks for one thing once when it is said twice at the same moment', async () => {
      const benoit = company.person('salesHead')
      const before = said(benoit, 'Set up your authenticator app')
      await Promise.all([benoit.say('set up my authenticator'), benoit.say('set up my authenticator')])
      await allAnswered(benoit)
      assert.equal(said(benoit, 'Set up your authenticator app') - before, 1)
      await benoit.press('Cancel')
    })
  })

  describe('the same thing twice', () => {
    it('a double click on a button has one effect and one answer', async () => {
      const meera = company.person('financeHead')
      await meera.say("this wasn't me")
      await meera.sees('Let me protect your account')
      const answers = await Promise.all([meera.press('No, leave it'), meera.press('No, leave it')])
      for (const answer of answers) assert.match(answer, /nothing was changed/)
      await allAnswered(meera)
      assert.equal(said(meera, 'nothing was changed'), 1)
    })

    it('a double click in the menu does it once', async () => {
      const meera = company.person('financeHead')
      await meera.hasSeen('Hello')
      await Promise.all([meera.press('Unlock my account'), meera.press('Unlock my account')])
      await allAnswered(meera)
      assert.equal(said(meera, 'Microsoft unlocks by itself'), 1)
    })

    it('a double click on Cancel cancels once', async () => {
      const meera = company.person('financeHead')
      await openDialog(meera)
      const before = said(meera, 'Cancelled')
      await Promise.all([meera.press('Cancel'), meera.press('Cancel')])
      await allAnswered(meera)
      // The closed card says it, and one message does.
      assert.equal(said(meera, 'Cancelled') - before, 2)
    })

    for (const [words, answer] of [
      ['set up my authenticator', 'Set up your authenticator app'],
      ['help', 'What can I do for you?'],
      ['unlock my account', 'Microsoft unlocks by itself'],
    ] as const)
      it(`"${words}", delivered again, is answered once`, async () => {
        const dmitri = company.person('legalHead')
        const before = said(dmitri, answer)
        await dmitri.say(words)
        const copies = await Promise.all([1, 2, 3].map(() => dmitri.mischief.deliverAgain()))
        assert.deepEqual(copies, [200, 200, 200])
        // Later than any memory of this minute.
        company.company.clock.advance(2 * minute)
        assert.equal(await dmitri.mischief.deliverAgain(), 200)
        await dmitri.sees(answer)
        assert.equal(said(dmitri, answer) - before, 1)
        await dmitri.say('cancel')
      })

    it('a question in a channel, delivered again, is answered there once', async () => {
      const dmitri = company.person('legalHead')
      const { everybodys, say, sees, read } = dmitri.inPublic
      await say(everybodys, 'help')
      await sees(everybodys, 0)
      assert.equal(await dmitri.mischief.deliverAgain(), 200)
      await allAnswered(dmitri)
      const there = await read(everybodys)
      assert.equal(there.filter(({ text }) => text.includes('private chat')).length, 1)
    })
  })

  describe('where others can read', () => {
    it('a channel gets a pointer and nothing else; the private chat gets the dialog', async () => {
      const astrid = company.person('chief')
      const { everybodys, say, sees, read } = astrid.inPublic
      const before = (await read(everybodys)).length
      await say(everybodys, 'I forgot my password')
      await sees(everybodys, before)
      // She has no manager and no authenticator.
      await astrid.hasSeen('no way left to make sure that it is you')
      await allAnswered(astrid)
      const [note, ...more] = (await read(everybodys)).slice(before)
      assert.deepEqual(more, [])
      assert.match(note?.text ?? '', /^Astrid Halvorsen, I have written to you in our private chat/)
      assert.doesNotMatch(note?.raw ?? '', /password|manager|ticket/i)
    })

    it('a message in a channel that does not mention HelpBot is none of its business', async () => {
      const astrid = company.person('chief')
      const { everybodys, say, sees, read } = astrid.inPublic
      const before = (await read(everybodys)).length
      await say(everybodys, 'I forgot my password', { mention: false })
      await say(everybodys, 'help')
      await sees(everybodys, before)
      await allAnswered(astrid)
      assert.equal((await read(everybodys)).length - before, 1)
    })

    it('a group chat is treated the same', async () => {
      const maya = company.person('maya')
      const group = maya.inPublic.openGroup([company.person('chief')], 'Sales numbers')
      await maya.inPublic.say(group, 'set up my authenticator')
      await maya.hasSeen('Set up your authenticator app')
      await maya.inPublic.sees(group, 0)
      await maya.press('Cancel')
      await allAnswered(maya)
      const [note, ...more] = await maya.inPublic.read(group)
      assert.deepEqual(more, [])
      assert.match(note?.text ?? '', /private chat/)
      assert.doesNotMatch(note?.raw ?? '', /authenticator|QR/i)
    })

    it('a guest who mentions HelpBot in a channel learns nothing about themselves there', async () => {
      const gil = company.person('gil')
      const { everybodys, say, sees, read } = gil.inPublic
      const before = (await read(everybodys)).length
      await say(everybodys, 'I forgot my password')
      await sees(everybodys, before)
      const notes = (await read(everybodys)).slice(before)
      assert.doesNotMatch(notes.map(({ raw }) => raw).join('\n'), /blocked|manager|authenticator/i)
    })
  })

  describe("other people's cards", () => {
    it('cannot be pressed, opened or cancelled with their key', async () => {
      const tomas = company.person('tomas')
      const sam = company.person('sam')
      const card = await openDialog(tomas)
      await sam.hasSeen('Hello')
      const theirs = tomas.mischief.keep(cardOf(tomas, card))
      assert.equal(await sam.mischief.press(theirs, 'Cancel'), notMeant)
      const opened = await sam.mischief.open(theirs, 'Show the key')
      assert.deepEqual([opened.text, opened.buttons, opened.images], [notMeant, [], []])
      await tomas.open('Show the key')
      const submitted = await sam.mischief.submit(await tomas.mischief.keepWindow(), { code: '000001' })
      assert.equal(submitted?.text, notMeant)
      assert.deepEqual(buttonsOf(tomas, card), ['Show the key', 'Cancel'])
      await tomas.press('Cancel')
    })

    it('cannot confirm in place of the manager', async () => {
      const tomas = company.person('tomas')
      const hugo = company.person('financeManager')
      await tomas.say('I forgot my password')
      const { text } = await tomas.sees('Ask your manager to confirm')
      const asked = hugo.mischief.keep(await hugo.hasSeen('Is this really'))
      // The employee, in their own chat, with the key and the number of the manager's card.
      assert.equal(await tomas.mischief.press(asked, numberIn(text)), notMeant)
      await allAnswered(tomas)
      assert.equal(said(tomas, 'I know it is you'), 0)
      await tomas.say('cancel')
      await tomas.sees('Cancelled')
    })

    it('a key that never was is refused in the same words', async () => {
      const sam = company.person('sam')
      await sam.hasSeen('Hello')
      const press = { verb: 'confirm', post: 'confirmation:none', values: { pick: '42' } }
      assert.equal(await sam.mischief.pressUnknown(press), notMeant)
    })
  })

  it('does not take a code from the chat, says why, and does not use it up', async () => {
    const q = company.person('q')
    const phone = await enrolWithManager(company, q, company.person('operationsManager'))
    await q.say('I forgot my password')
    await q.sees('make sure that it is you')
    await q.press('A code from my authenticator app')
    await q.sees('Enter the code')
    const code = phone.code(1)
    // In two halves, so that the search for codes at the end does not find what the person themselves wrote.
    await q.say(`${code.slice(0, 3)} ${code.slice(3)}`)
    await q.hasSeen('what is written in the chat stays in its history')
    assert.equal(said(q, 'the code is right'), 0)
    assert.match(await q.press('Check the code', { code }), /the code is right/)
    await q.sees('I know it is you')
    await q.say('cancel')
    await q.sees('Cancelled')
  })

  describe('too much', () => {
    it('a very long message is answered like any other', async () => {
      const yuki = company.person('itManager')
      await yuki.say('blah '.repeat(Math.floor(yuki.longestText / 5)))
      await yuki.sees('not sure what you need')
    })

    it('a megabyte is refused, and the next message is answered', async () => {
      const yuki = company.person('itManager')
      assert.equal(await yuki.mischief.deliverLetters(1_000_000), 413)
      await yuki.say('help')
      await yuki.sees('What can I do for you?')
    })

    it('200 messages a minute are refused politely; others are answered meanwhile, and the person is afterwards', async () => {
      const yuki = company.person('itManager')
      const sam = company.person('sam')
      const flood = Array.from({ length: 200 }, () => yuki.send('help'))
      await sam.say('help')
      await sam.sees('What can I do for you?', 60_000)
      for (const status of await Promise.all(flood)) assert.equal(status, 200)
      assert.ok(said(yuki, 'more than I can take at once') > 0)
      company.company.clock.advance(2 * minute)
      await yuki.say('thanks')
      await yuki.sees('glad to help')
    })
  })

  describe('hostile names and words', () => {
    const evil =
      '[click](https://evil.example) **bold** <img src=x onerror=alert(1)> ${person} {{DATE(1)}} <at>everyone</at>'

    it('stay text wherever they are shown', async () => {
      const hostile = company.person('hostile')
      const yuki = company.person('itManager')
      await hostile.say('talk to a human')
      await hostile.sees('What is it about?')
      await hostile.press('Send to IT', { text: evil })
      await hostile.sees('IT has it in their channel now')
      const shown = await company.itChannelSees('[click](https://evil.example)')
      assert.match(shown, /\$\{person\}/)
      assert.match(shown, /\$\{name\}/, 'the name is not a template either')
      await hostile.say('I forgot my password')
      await hostile.sees('Ask your manager to confirm')
      await yuki.hasSeen('Is this really [Reset](https://evil.example)')
      await hostile.say('cancel')
      await hostile.sees('Cancelled')
      assert.deepEqual(company.drawnMarkup(), [])
    })
  })

  describe('somebody who cannot be written to any more', () => {
    let why: RegExp
    before(async () => {
      why = await company.person('financeManager').mischief.vanish()
    })
    after(() => company.person('financeManager').mischief.comeBack())

    it('does not get the message, and IT hears of that', async () => {
      const tomas = company.person('tomas')
      company.company.clock.advance(61 * minute)
      await tomas.say('I forgot my password')
      const incident = await company.itChannelSees('A message could not be delivered')
      assert.match(incident, new RegExp(`${company.person('financeManager').id}|Hugo Ferreira`))
    })

    it('is named as the reason', async () => {
      assert.match(await company.itChannelSees('A message could not be delivered'), why)
    })

    it('is not said to have got a card', async () => {
      const tomas = company.person('tomas')
      await allAnswered(tomas)
      const waiting = tomas.chat().filter(({ text, buttons }) => text.includes('has got a card') && buttons.length > 0)
      assert.deepEqual(waiting, [], 'nobody waits for an answer to a card that never arrived')
    })
  })
})
