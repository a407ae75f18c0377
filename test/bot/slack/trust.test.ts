import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChannelName } from '../../../bot/channels/chat.ts'
import { defaultPolicyFile, readPolicy } from '../../../bot/policy/read-policy.ts'
import type { CastKey } from '../../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { enrolWithManager, numberIn } from '../../support/enrol.ts'
import type { Talker } from '../../support/talker.ts'

const password = /^[A-Z][A-Za-z0-9-]{13,}$/m

describe('how far Slack is trusted', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-trust-'))
  let company: TestCompany

  before(async () => {
    // The policy as it comes, with security questions switched on.
    const file = join(folder, 'policy.yaml')
    const policy = readPolicy(defaultPolicyFile)
    const changed = policy.replace(/^(securityQuestions:\n {2}enabled: )false/m, '$1true')
    assert.notEqual(changed, policy)
    writeFileSync(file, changed)
    company = await startTestCompany({ SLACK_TRUST: '', HELPBOT_POLICY: file })
  })
  after(async () => {
    await company.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const proofsOf = (key: CastKey, channel: ChannelName) =>
    company.database.selectFrom('proofs').selectAll().where('user_id', '=', company.person(key, channel).id).execute()
  const stop = async (talker: Talker) => {
    await talker.say('cancel')
    await talker.sees('Cancelled')
  }

  describe('where the workspace does not ask for a second factor', () => {
    it('the manager and the chat are not enough for a password: it says why, and where to go', async () => {
      const tomas = company.person('tomas', 'slack')
      const hugo = company.person('financeManager', 'teams')
      await tomas.say('I forgot my password')
      const { text, buttons } = await tomas.sees('I cannot do that')
      assert.match(text, /This chat does not count as a proof here/)
      assert.match(text, /Write to me in Microsoft Teams/)
      assert.match(text, /go to IT in person/)
      assert.deepEqual(buttons, [])
      assert.ok(!hugo.chat().some((message) => message.text.includes('Is this really')), 'the manager is not asked')
      assert.deepEqual(await proofsOf('tomas', 'slack'), [])
    })

    it('the same person in Teams is served', async () => {
      const tomas = company.person('tomas', 'teams')
      const hugo = company.person('financeManager', 'teams')
      await tomas.say('I forgot my password')
      const { text } = await tomas.sees('Ask your manager to confirm')
      await hugo.hasSeen('Is this really Tomáš Dvořák')
      await hugo.press(numberIn(text))
      await tomas.sees('I know it is you')
      await stop(tomas)
    })

    it('security questions cannot be set up there either', async () => {
      const sam = company.person('sam', 'slack')
      await sam.say('I want to set up my security questions')
      const { text } = await sam.sees('I cannot do that')
      assert.match(text, /Write to me in Microsoft Teams/)
      assert.ok(!sam.chat().some(({ buttons }) => buttons.includes('Answer the questions')))
    })

    it('an authenticator proves there what it proves in Teams, and the manager is not offered beside it', async () => {
      const maya = company.person('maya', 'teams')
      const phone = await enrolWithManager(company, company.person('ada', 'teams'), maya)
      const ada = company.person('ada', 'slack')
      await ada.say('set up a new authenticator')
      await ada.sees('Enter the code of your authenticator app')
      assert.ok(!ada.chat().some(({ buttons }) => buttons.includes('My manager confirms that it is me')))
      await stop(ada)
      await ada.say('I forgot my password')
      await ada.sees('Enter the code of your authenticator app')
      assert.match(await ada.press('Check the code', { code: phone.code(1) }), /the code is right/)
      await ada.sees('I know it is you')
      assert.match((await ada.open('Show my temporary password')).text, password)
      assert.ok((await proofsOf('ada', 'slack')).every(({ method }) => method !== 'channel'))
    })

    it('a conversation begun there and gone on with in Teams is not the weaker for it, after a new start', async () => {
      const emre = company.person('operationsManager', 'slack')
      await emre.say('I forgot my password')
      await emre.sees('Write to me in Microsoft Teams')
      const inTeams = company.person('operationsManager', 'teams')
      await inTeams.say('I forgot my password')
      await inTeams.sees('Ask your manager to confirm')
      await stop(inTeams)
    })

    it('a conversation begun in Teams and gone on with in Slack counts for no more than Slack', async () => {
      const nia = company.person('legalManager', 'teams')
      const dmitri = company.person('legalHead', 'teams')
      await nia.say('I forgot my password')
      const { text } = await nia.sees('Ask your manager to confirm')
      await dmitri.hasSeen('Is this really Nia Campbell')
      // She moves before the manager answers: the rest of it comes in Slack.
      const inSlack = company.person('legalManager', 'slack')
      await inSlack.say('what is this about?')
      await inSlack.sees(/still waiting/)
      await dmitri.press(numberIn(text))
      const { text: last, buttons } = await inSlack.hasSeen(/I know it is you|I cannot do that/)
      const window = buttons.includes('Show my temporary password')
        ? await inSlack.open('Show my temporary password')
        : undefined
      assert.doesNotMatch(`${last} ${window?.text}`, password, 'the weaker chat was shown a password')
      const resets = await company.database
        .selectFrom('operations')
        .selectAll()
        .where('target_id', '=', nia.id)
        .execute()
      assert.deepEqual(
        resets.filter(({ state }) => state === 'done'),
        [],
      )
    })

    it('a first authenticator cannot be set up there: it says where to go, and works there', async () => {
      const zoe = company.person('zoe', 'slack')
      await zoe.say('set up my authenticator')
      const { text, buttons } = await zoe.sees(/Set up your authenticator app|I cannot do that/)
      assert.match(text, /Write to me in Microsoft Teams/)
      assert.deepEqual(buttons, [])
      const inTeams = company.person('zoe', 'teams')
      await inTeams.say('set up my authenticator')
      const { buttons: offered } = await inTeams.sees('Set up your authenticator app')
      assert.ok(offered.some((button) => button.startsWith('Show')))
      await stop(inTeams)
    })
  })

  describe('where the workspace asks for a second factor (SLACK_TRUST=mfa-required)', () => {
    before(() => company.restart('SIGTERM', { SLACK_TRUST: 'mfa-required' }))

    for (const [key, manager, channel] of [
      ['hostile', 'itManager', 'slack'],
      ['itManager', 'itHead', 'teams'],
    ] as const)
      it(`the manager and the chat are enough in ${channel}`, async () => {
        const talker = company.person(key, channel)
        await talker.say('I forgot my password')
        const { text } = await talker.sees('Ask your manager to confirm')
        const boss = company.person(manager, 'teams')
        await boss.hasSeen('Is this really')
        await boss.press(numberIn(text))
        await talker.sees('I know it is you')
        assert.match((await talker.open('Show my temporary password')).text, password)
      })
  })
})
