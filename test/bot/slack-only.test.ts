import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { numberIn } from '../support/enrol.ts'

const withoutTeams = Object.fromEntries(
  [
    'TEAMS_APP_ID',
    'TEAMS_APP_TENANT_ID',
    'TEAMS_CERTIFICATE',
    'TEAMS_APP_PASSWORD',
    'TEAMS_CATALOG_APP_ID',
    'TEAMS_IT_CHANNEL',
    'TEAMS_TOKEN_ISSUER',
    'TEAMS_OPENID_METADATA',
  ].map((name) => [name, '']),
)

describe('a company that has Slack and no Teams', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany(withoutTeams, 'slack')
  })
  after(() => company.close())

  it('is ready, and has no door for Teams', async () => {
    const ready = await fetch(`${company.bot().url}/readyz`)
    assert.deepEqual(await ready.json(), {
      ready: true,
      database: 'ok',
      ephemeral: 'ok',
      directory: 'ok',
      slack: 'ok',
    })
    const door = await fetch(`${company.bot().url}/api/messages`, { method: 'POST', body: '{}' })
    assert.equal(door.status, 404)
  })

  it('resets a password: a manager who never wrote is asked in Slack, and the new password works', async () => {
    const tomas = company.person('tomas', 'slack')
    const hugo = company.person('financeManager', 'slack')
    await tomas.say('I forgot my password')
    const { text } = await tomas.sees('Ask your manager to confirm')
    await hugo.hasSeen('Is this really Tomáš Dvořák')
    await hugo.press(numberIn(text))
    await tomas.sees('I know it is you')
    const { text: window } = await tomas.open('Show my temporary password')
    const password = /^[A-Z][A-Za-z0-9-]{13,}$/m.exec(window)?.[0]
    assert.ok(password)
    assert.equal(await company.signIn('tomas', password), 'must-change')
    await tomas.sees('Sign in with the temporary password now')
  })

  it('gets a person of IT to somebody in Slack', async () => {
    const tomas = company.person('tomas', 'slack')
    await tomas.say('I want to talk to a human')
    await tomas.sees('What is it about?')
    await tomas.say('My screen is blue')
    await tomas.sees('IT has it in their channel now')
    await company.itChannelSees('Tomáš Dvořák')
  })
})
